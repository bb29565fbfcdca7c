package sources

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"slices"

	"code.dny.dev/ssrf"
	"golang.org/x/net/publicsuffix"
)

// maxRedirects is that of Go's client; browsers follow 20, curl 50.
const maxRedirects = 10

// follow sends a request and follows its redirects. moved is where permanent ones alone
// lead, "" if there were none.
//
// A guarded request reaches no private address. One that is not may: its address is the
// operator's choice. But if that is a public one, its server may not send us into the
// operator's network, so that everything after it is guarded.
func (f *Fetcher) follow(req *http.Request, guarded bool) (resp *http.Response, moved string, err error) {
	r := &redirects{fetcher: f}

	r.client = *f.open
	if guarded {
		r.client = *f.guarded
	} else {
		r.mayLeave = true
	}

	r.client.CheckRedirect = r.check

	resp, err = r.client.Do(req)
	if err != nil || !r.left {
		return resp, r.moved, err
	}

	defer resp.Body.Close()

	r.client.Transport, r.mayLeave = f.guarded.Transport, false

	guardedResp, err := r.client.Do(r.next)
	if IsProhibited(err) {
		return nil, "", &Error{Reason: reasonRedirectGuard, Cause: withoutAddress(err)}
	}

	return guardedResp, r.moved, err
}

// redirects decides about the redirects of a request.
type redirects struct {
	fetcher   *Fetcher
	client    http.Client
	hops      int
	moved     string
	temporary bool // a temporary redirect on the way ends what may be remembered

	mayLeave bool // to the guarded client
	left     bool
	next     *http.Request
}

// check is http.Client's CheckRedirect.
func (r *redirects) check(next *http.Request, via []*http.Request) error {
	if r.hops++; r.hops > maxRedirects {
		return errRedirects
	}

	if next.URL.Scheme != "http" && next.URL.Scheme != "https" {
		return errScheme
	}

	next.Header.Del("Referer") // a feed reader comes from nowhere
	r.takeCookies(append(slices.Clip(via), next))

	switch next.Response.StatusCode {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect:
		if !r.temporary {
			r.moved = next.URL.String()
		}
	default:
		r.temporary = true
	}

	from := via[len(via)-1].URL.Hostname()
	if r.mayLeave && next.URL.Hostname() != from && r.fetcher.leavesToGuard(next.Context(), from) {
		r.left, r.next = true, next
		return http.ErrUseLastResponse
	}

	return nil
}

// takeCookies has the rest of a visit that is sent in a circle bring the cookies that came on the way: some
// servers go on like that until they know that a browser asks. Nothing after the visit brings them.
func (r *redirects) takeCookies(requests []*http.Request) {
	last := len(requests) - 1
	address := requests[last].URL.String()

	again := func(before *http.Request) bool { return before.URL.String() == address }
	if r.client.Jar != nil || !slices.ContainsFunc(requests[:last], again) {
		return
	}

	r.client.Jar, _ = cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // it never fails

	for i, request := range requests[1:] {
		r.client.Jar.SetCookies(requests[i].URL, request.Response.Cookies())
	}
}

// leavesToGuard reports whether a host that redirects elsewhere is a public one. Through
// a proxy nothing can be guarded.
func (f *Fetcher) leavesToGuard(ctx context.Context, host string) bool {
	t, ok := f.open.Transport.(*http.Transport)
	if !ok || f.usesProxy(t, host) {
		return false
	}

	addresses := []netip.Addr{}
	if a, err := netip.ParseAddr(host); err == nil {
		addresses = append(addresses, a)
	} else if addresses, err = net.DefaultResolver.LookupNetIP(ctx, "ip", host); err != nil {
		return true
	}

	return !slices.ContainsFunc(addresses, func(a netip.Addr) bool { return f.guard.SafeAddrPort(netip.AddrPortFrom(a.Unmap(), http80)) != nil })
}

// http80 is the port that the guard is asked about; it allows any.
const http80 = 80

// usesProxy reports whether the environment has a proxy for a host.
func (f *Fetcher) usesProxy(t *http.Transport, host string) bool {
	if t.Proxy == nil {
		return false
	}

	probe, err := http.NewRequest(http.MethodGet, "https://"+host, nil)
	if err != nil {
		return false
	}

	proxy, err := t.Proxy(probe)

	return err == nil && proxy != nil
}

// IsProhibited reports whether an error says that the guard refused a connection.
func IsProhibited(err error) bool {
	return errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) || errors.Is(err, ssrf.ErrProhibitedNetwork)
}
