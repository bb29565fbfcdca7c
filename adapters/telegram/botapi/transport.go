package botapi

import (
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	dialTimeout = 10 * time.Second
	// idlePerHost is how many connections are kept open: the delivery sends to
	// many chats at once.
	idlePerHost = 64
)

// newTransport returns a transport that uses the proxy, if there is one.
func newTransport(proxy string) (http.RoundTripper, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = idlePerHost
	t.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext

	// HTTP/1.1 only: a connection that has died silently is dropped with the
	// first request that times out on it. HTTP/2 would keep sending into it.
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)

	if proxy == "" {
		return t, nil
	}

	u, err := url.Parse(proxy)
	if err != nil || u.Host == "" {
		return t, ErrProxy // without the address, which may hold a password
	}

	t.Proxy = http.ProxyURL(u)

	return t, nil
}
