package rest

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/proxy"
)

// dialLimit is how long one connection may take to stand.
const dialLimit = 15 * time.Second

// pingLimit is how long a connection of HTTP/2 on which nothing came for as long as a call may take may take to
// answer a ping. One that has died silently, as behind a router that forgot it, would else be used for every
// further call.
const pingLimit = 5 * time.Second

// Network is how Discord is reached: directly, or by a proxy of its own.
type Network struct {
	proxy *url.URL
	// Direct connects without a proxy; nil: the operating system does.
	Direct func(ctx context.Context, network, address string) (net.Conn, error)
}

// Dial connects without a proxy; golang.org/x/net/proxy asks for it.
func (n Network) Dial(kind, address string) (net.Conn, error) {
	return n.DialContext(context.Background(), kind, address)
}

// DialContext connects without a proxy.
func (n Network) DialContext(ctx context.Context, kind, address string) (net.Conn, error) {
	if n.Direct != nil {
		return n.Direct(ctx, kind, address)
	}

	return (&net.Dialer{Timeout: dialLimit}).DialContext(ctx, kind, address)
}

// errProxy says that a proxy's address cannot be used.
var errProxy = errors.New("the proxy is not an address of the form http://host:port or socks5://host:port")

// ParseProxy reads a proxy's address: http://, https:// or socks5://; "" is the
// environment's.
func ParseProxy(s string) (Network, error) {
	if s == "" {
		return Network{}, nil
	}

	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return Network{}, errProxy
	}

	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return Network{proxy: u}, nil
	}

	return Network{}, errProxy
}

// Transport carries the REST calls.
func (n Network) Transport() *http.Transport {
	t := &http.Transport{
		DialContext:           n.DialContext,
		TLSHandshakeTimeout:   dialLimit,
		ResponseHeaderTimeout: callLimit,
		MaxIdleConnsPerHost:   8,
		IdleConnTimeout:       90 * time.Second,
		ForceAttemptHTTP2:     true,
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: callLimit, PingTimeout: pingLimit},
		Proxy:                 http.ProxyFromEnvironment,
	}
	if n.proxy != nil {
		t.Proxy = http.ProxyURL(n.proxy)
	}

	return t
}

// DialHost connects to host:port, with TLS if secure, through the proxy if there
// is one.
func (n Network) DialHost(ctx context.Context, address string, secure bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()

	c, err := n.connect(ctx, address, secure)
	if err != nil || !secure {
		return c, err
	}

	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}

	t := tls.Client(c, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12})
	if err := t.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, fmt.Errorf("TLS with %s: %w", host, err)
	}

	return t, nil
}

func (n Network) connect(ctx context.Context, address string, secure bool) (net.Conn, error) {
	via := n.proxy
	if via == nil {
		scheme := "http"
		if secure {
			scheme = "https"
		}

		via, _ = http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: scheme, Host: address}})
	}

	if via == nil {
		return n.DialContext(ctx, "tcp", address)
	}

	if via.Scheme == "socks5" || via.Scheme == "socks5h" {
		d, err := proxy.FromURL(via, n)
		if err != nil {
			return nil, errProxy
		}

		if d, ok := d.(proxy.ContextDialer); ok {
			return d.DialContext(ctx, "tcp", address)
		}

		return d.Dial("tcp", address)
	}

	return n.tunnel(ctx, via, address)
}

// tunnel asks an HTTP proxy for a connection to address.
func (n Network) tunnel(ctx context.Context, via *url.URL, address string) (net.Conn, error) {
	host := via.Host
	if via.Port() == "" {
		host = net.JoinHostPort(via.Hostname(), map[string]string{"http": "80", "https": "443"}[via.Scheme])
	}

	c, err := n.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, fmt.Errorf("the proxy: %w", err)
	}

	if via.Scheme == "https" {
		c = tls.Client(c, &tls.Config{ServerName: via.Hostname(), MinVersion: tls.VersionTLS12})
	}

	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()

	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}

	if user := via.User; user != nil {
		password, _ := user.Password()
		req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}

	if err := req.Write(c); err != nil {
		c.Close()
		return nil, fmt.Errorf("the proxy: %w", err)
	}
	// The other side speaks first only after us (TLS, WebSocket): what is
	// buffered ends with the answer's header.
	resp, err := http.ReadResponse(bufio.NewReaderSize(c, 1), req)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("it answered %d", resp.StatusCode)
	}

	if err != nil {
		c.Close()
		return nil, fmt.Errorf("the proxy: %w", err)
	}

	return c, nil
}
