package sources

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
	"github.com/andybalholm/brotli"
)

// guard refuses connections to private, local and reserved addresses, for
// the address that is dialled: after DNS, on every redirect, whatever the name.
type guard struct{ *ssrf.Guardian }

// Safe is the Control of a net.Dialer.
func (g *guard) Safe(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}

	return g.SafeAddrPort(at)
}

// SafeAddrPort says why an address may not be connected to, nil if it may.
func (g *guard) SafeAddrPort(at netip.AddrPort) error {
	return g.SafeAddr(withoutNAT64(at.Addr()))
}

var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// withoutNAT64 returns the address that is reached by way of a network's NAT64, which is in the last four
// bytes of one with the prefix of RFC 6052; any other address as it is.
func withoutNAT64(a netip.Addr) netip.Addr {
	if b := a.As16(); nat64.Contains(a) {
		return netip.AddrFrom4([4]byte(b[12:]))
	}

	return a
}

func newGuard(allow []netip.Prefix) *guard {
	var v4, v6 []netip.Prefix

	for _, p := range allow {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}

	return &guard{ssrf.New(
		ssrf.WithAnyPort(),
		ssrf.WithAllowedV4Prefixes(v4...),
		ssrf.WithAllowedV6Prefixes(v6...),
		// Azure's virtual public address of the host, which no registry lists.
		ssrf.WithDeniedV4Prefixes(netip.MustParsePrefix("168.63.129.16/32")),
	)}
}

// silence is how long nothing comes on a connection of HTTP/2 until its server is asked whether it is there:
// one that died silently would else be used for as long as something is asked of the host every 90 s. One
// that is only kept is asked once, if at all.
const silence = 45 * time.Second

func newClient(o Options, guard *guard) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}

	t := &http.Transport{
		DialContext:            dialer.DialContext,
		Proxy:                  http.ProxyFromEnvironment,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: silence},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: suites(), ClientSessionCache: tls.NewLRUClientSessionCache(2048)},
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  20 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConns:           256, // idle TLS connections cost 80 KB each
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        90 * time.Second,
		DisableCompression:     true, // bodies are hashed as they come, and unpacked only if they are new
	}
	if guard != nil {
		dialer.Control = guard.Safe
		t.Proxy = nil // a proxy would dial for us, unguarded
	}

	if o.Dial != nil {
		t.DialContext = guardedDial(guard, o.Dial)
	}

	return &http.Client{Transport: t}
}

// suites are the cipher suites that Go offers, and those of RSA alone, which browsers still take and some
// outlets' servers have no other than. crypto/tls prefers the better ones by itself.
func suites() []uint16 {
	all := []uint16{
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
	}
	for _, s := range tls.CipherSuites() {
		all = append(all, s.ID)
	}

	return all
}

// guardedDial asks the guard about literal addresses before a test's network
// takes over.
func guardedDial(guard *guard, dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if a, err := netip.ParseAddrPort(address); guard != nil && err == nil {
			if err := guard.SafeAddrPort(a); err != nil {
				return nil, err
			}
		}

		return dial(ctx, network, address)
	}
}

// answer is a server's answer with its body as it came, at most MaxBody.
type answer struct {
	status  int
	header  http.Header
	body    []byte        // valid until the buffer is given back
	buffer  *bytes.Buffer // nil: none
	short   bool          // there should be more of the body
	address string        // where it came from in the end
	moved   string        // where permanent redirects alone lead, "" if there were none
}

// get sends one request and reads the answer.
func (f *Fetcher) get(ctx context.Context, p FetchRequest) (*answer, error) {
	u, err := url.Parse(strings.TrimSpace(p.URL))
	if err != nil || u.Host == "" {
		return nil, &Error{Reason: reasonAddress}
	}

	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, &Error{Reason: reasonScheme}
	}

	req := (&http.Request{
		Method: http.MethodGet, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: f.header(p.State),
	}).WithContext(ctx)

	resp, moved, err := f.follow(req, p.Guarded)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()

	if moved == u.String() { // in a circle
		moved = ""
	}

	a := &answer{status: resp.StatusCode, header: resp.Header, moved: moved}
	if a.status == http.StatusOK || a.status == http.StatusNonAuthoritativeInfo {
		a.address = resp.Request.URL.String()
		if a.buffer, a.short, err = f.readBody(resp); err != nil {
			return nil, tooBig(err, f.options.MaxBody)
		}

		a.body = a.buffer.Bytes()
	}

	return a, nil
}

// header is what we say with a request. Nobody writes into the lists, so that all
// requests share them.
func (f *Fetcher) header(s State) http.Header {
	h := make(http.Header, 6)

	h["User-Agent"], h["Accept"], h["Accept-Encoding"] = f.says[0:1:1], f.says[1:2:2], f.says[2:3:3]
	if s.ETag != "" {
		h["If-None-Match"] = []string{s.ETag}
	}

	if s.LastModified != "" {
		h["If-Modified-Since"] = []string{s.LastModified}
	}

	return h
}

// readBody reads a body into a buffer that the caller gives back.
func (f *Fetcher) readBody(resp *http.Response) (b *bytes.Buffer, short bool, err error) {
	limit := f.options.MaxBody
	if resp.ContentLength > limit {
		return nil, false, errTooBig
	}

	b, ok := f.buffers.Get().(*bytes.Buffer)
	if !ok {
		b = new(bytes.Buffer)
	}

	b.Reset()

	if resp.ContentLength > 0 {
		b.Grow(int(resp.ContentLength) + bytes.MinRead)
	}

	n, err := b.ReadFrom(io.LimitReader(resp.Body, limit+1))
	if n > limit {
		return nil, false, errTooBig
	}

	// Some servers end a whole body by a reset or with a chunk that is none.
	short = err != nil && n > 0 && !timedOut(err) && !errors.Is(err, context.Canceled)
	if err != nil && !short {
		f.giveBack(b)
		return nil, false, err
	}

	return b, short, nil
}

// giveBack keeps a buffer for the next body, unless it has grown too large to be
// worth keeping.
func (f *Fetcher) giveBack(b *bytes.Buffer) {
	if b != nil && b.Cap() <= 256<<10 {
		f.buffers.Put(b)
	}
}

func tooBig(err error, limit int64) error {
	if errors.Is(err, errTooBig) {
		return &Error{Reason: fmt.Sprintf(reasonBig, limit>>20)}
	}

	return err
}

// unpacked is the body of an answer without its content encoding. What there is of a body that
// ends too early is read, by the same way as a file that was cut.
func (f *Fetcher) unpacked(a *answer) ([]byte, error) {
	body, err := f.decompress(a.body, a.header.Get("Content-Encoding"))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		a.short, err = true, nil
	}

	return body, err
}

// decompress undoes the content encoding. Servers get it wrong in both directions,
// so the first bytes decide whether something is gzip. With ErrUnexpectedEOF comes
// what there is.
func (f *Fetcher) decompress(body []byte, encoding string) ([]byte, error) {
	var r io.Reader

	switch encoding = strings.ToLower(strings.TrimSpace(encoding)); {
	case bytes.HasPrefix(body, []byte{0x1f, 0x8b}):
		z, ok := f.unpackers.Get().(*gzip.Reader)
		if !ok {
			z = new(gzip.Reader)
		}
		defer f.unpackers.Put(z)

		packed := bytes.NewReader(body)
		defer packed.Reset(nil) // what waits to be used again would hold megabytes

		if err := z.Reset(packed); err != nil {
			return nil, errPacked
		}

		r = z
	case encoding == "br":
		r = brotli.NewReader(bytes.NewReader(body))
	case encoding == "deflate":
		z, err := zlib.NewReader(bytes.NewReader(body))
		if err != nil {
			r = flate.NewReader(bytes.NewReader(body))
		} else {
			r = z
		}
	default:
		return body, nil
	}

	limit := f.options.MaxBody

	out, err := readExpecting(io.LimitReader(r, limit+1), expectedSize(body))
	if int64(len(out)) > limit {
		return nil, errTooBig
	}

	switch {
	case err == nil:
		return out, nil
	case isPlain(body):
		return body, nil // only said to be packed
	case errors.Is(err, io.ErrUnexpectedEOF) && len(out) > 0:
		return out, err
	case len(out) > 0: // a wrong checksum, junk behind
		return out, nil
	}

	return nil, errPacked
}

// isPlain reports whether a body begins as feeds do that are not packed: XML or JSON, also in UTF-16.
func isPlain(body []byte) bool {
	if bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff")) {
		return true
	}

	start := bytes.TrimLeft(body, " \t\r\n\ufeff")

	return len(start) > 0 && (start[0] == '<' || start[0] == '{')
}

// expectedSize is how much a packed body may hold: what gzip says at its end, as far
// as that is likely. A guess too low costs a copy, one too high is never made.
func expectedSize(body []byte) int {
	likely := 8 * len(body)
	if n := len(body); n >= 18 {
		likely = min(likely, int(binary.LittleEndian.Uint32(body[n-4:])))
	}

	return likely
}

// readExpecting is io.ReadAll with room for what is expected.
func readExpecting(r io.Reader, room int) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(room + bytes.MinRead)
	_, err := b.ReadFrom(r)

	return b.Bytes(), err
}
