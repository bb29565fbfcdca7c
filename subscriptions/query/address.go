package query

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// Address is a place on the web as site: and source: compare it: in small
// letters, without scheme, www., user, fragment and last slash. It is read more
// leniently than a browser would, since feeds and people write all kinds.
type Address struct {
	host, port, path, query string
}

// ParseAddress reads an address, or the beginning of one, as queries compare them: in
// small letters, with or without its scheme.
func ParseAddress(s string) Address {
	if s == "" {
		return Address{}
	}

	s = strings.ToLower(strings.TrimSpace(normalizeNFKC(s)))
	if scheme, rest, ok := strings.Cut(s, "://"); ok && !strings.ContainsAny(scheme, "/?#") { // not that of an address within it
		s = rest
	}

	s, _, _ = strings.Cut(s, "#")
	s, query, _ := strings.Cut(s, "?")
	host, path, _ := strings.Cut(s, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]

	port := ""
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host, port = host[:i], host[i+1:]
	}

	path = strings.TrimRight(path, "/")
	if strings.Contains(path, "%") {
		if plain, err := url.PathUnescape(path); err == nil {
			path = norm.NFKC.String(plain)
		}
	}

	host = strings.TrimLeft(strings.TrimRight(host, ".:"), ".")
	if number, ok := ipv6Of(host); ok {
		host = "[" + number.String() + "]"
	}

	return Address{strings.TrimPrefix(host, "www."), port, path, query}
}

// ipv6Of returns the address in brackets that a host is in IPv6.
func ipv6Of(host string) (number netip.Addr, ok bool) {
	if len(host) < 2 || host[0] != '[' || host[len(host)-1] != ']' {
		return number, false
	}

	number, err := netip.ParseAddr(host[1 : len(host)-1])

	return number, err == nil && number.Is6() && number.Zone() == ""
}

// normalizeNFKC returns NFKC, quickly for most addresses.
func normalizeNFKC(s string) string {
	if news.IsASCII(s) {
		return s
	}

	return norm.NFKC.String(s)
}

// HasHost reports whether s was an address and not the name of a file or an outlet.
func (a Address) HasHost() bool {
	if _, ok := ipv6Of(a.host); ok {
		return true
	}

	return strings.Contains(a.host, ".") && !strings.ContainsAny(a.host, " \t\n\"") && len(text.Words(a.host)) > 0
}

// IsHostOnly reports whether an address names a whole site.
func (a Address) IsHostOnly() bool { return a.port == "" && a.path == "" && a.query == "" }

// String is the address in one spelling; reading it gives the same.
func (a Address) String() string {
	s := a.host
	if a.port != "" {
		s += ":" + a.port
	}

	if a.path != "" {
		s += "/" + strings.ReplaceAll(a.path, "%", "%25")
	}

	if a.query != "" {
		s += "?" + a.query
	}

	return s
}

// ASCIIHost is what hosts are compared by: xn--mnchen-3ya.de is münchen.de.
func (a Address) ASCIIHost() string {
	if news.IsASCII(a.host) {
		return a.host
	}

	if ascii, err := idna.ToASCII(a.host); err == nil {
		return ascii
	}

	return a.host
}

// Contains reports whether o is a itself, a subdomain, or a page under its path, with
// all that a asks for behind the question mark.
func (a Address) Contains(o Address) bool {
	host, of := a.ASCIIHost(), o.ASCIIHost()
	if of != host && !strings.HasSuffix(of, "."+host) || a.port != "" && a.port != o.port {
		return false
	}

	if a.path != "" && o.path != a.path && !strings.HasPrefix(o.path, a.path+"/") {
		return false
	}

	if a.query == "" {
		return true
	}

	has := strings.Split(o.query, "&")
	for want := range strings.SplitSeq(a.query, "&") {
		if !slices.Contains(has, want) {
			return false
		}
	}

	return true
}

// analyzeAddress reads reuters.com, bbc.co.uk/sport, or the words of an outlet.
func (p *parser) analyzeAddress(t *Term, raw string, end int) (*Node, *Error) {
	if strings.ContainsAny(raw, "*＊") {
		return nil, p.fail(t.at, msgAddressStar, p.replaced(t.at, end, strings.NewReplacer("*.", "", "*", "", "＊", "").Replace(p.input[t.at:end])))
	}

	if t.Exact || t.Near >= 0 {
		return nil, p.fail(t.at, msgAddressExact, p.replaced(t.at, end, strings.TrimLeft(p.input[t.at:end], "=")))
	}

	a := ParseAddress(strings.Trim(raw, " .,;"))
	if t.Field == FeedField {
		if a.HasHost() && (strings.Contains(raw, "/") || !a.IsHostOnly()) {
			if t.Text = a.String(); a.IsHostOnly() {
				t.Text += "/"
			}

			t.Items = []Item{{Sequence{{Key: FeedKey(a)}}}}

			return p.addTerm(t)
		}

		t.Field = SourceField // feed:bbc: a name, as in source:bbc
	}

	if !a.HasHost() || strings.ContainsAny(a.String(), " \t\n\"") {
		t.Text = canonicalText(raw)

		t.Items = ItemsOf(t.Text, false)
		if len(t.Items) == 0 {
			p.warnWordless(t.at)

			return nil, nil
		}

		return p.addTerm(t)
	}

	if i := strings.IndexByte(p.input[t.at:end], '#'); i > 0 {
		p.warn(t.at+i, fmt.Sprintf(msgFragment, p.input[t.at+i:end]), "")
	}

	t.Text = a.String()
	t.Items = []Item{{Sequence{{Key: "." + a.ASCIIHost()}}}}

	return p.addTerm(t)
}

// FeedKey is what a source is found by as a whole.
func FeedKey(a Address) string { return "=" + a.String() }

// IsAddress reports whether a term of source: or site: is an address.
func (t *Term) IsAddress() bool {
	return (t.Field == SourceField || t.Field == SiteField) && t.Items[0][0][0].Key[0] == '.'
}
