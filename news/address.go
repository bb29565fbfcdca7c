package news

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// CleanURL is the address a person should open: the same page, without what
// outlets add to count visitors (utm_source, at_medium, fbclid, …), with the
// redirects of search engines and mail counters unwrapped where they carry the
// target in the open. An address that does not parse, or is not http or https,
// comes back trimmed and otherwise as it is.
func CleanURL(address string) string {
	address = wellWritten(address)
	for range 3 { // a redirect may wrap a redirect
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return address
		}

		target := unwrapRedirect(u)
		if target == "" {
			return cleanParts(u, address)
		}

		address = wellWritten(target)
	}

	return address
}

// wellWritten escapes what may not stand in an address and does: spaces inside,
// a percent sign that begins nothing, characters that are not seen but change how the
// others are shown (with U+202E "gpj.exe" reads "exe.jpg"). Line breaks and control
// characters go.
func wellWritten(s string) string {
	s = strings.TrimSpace(s)
	clean := true

	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>' || c == '%' || startsFormat(c) {
			clean = false
			break
		}
	}

	if clean {
		return s
	}

	var b strings.Builder

	for i := range len(s) {
		switch c := s[i]; {
		case inFormat(s, i):
			fmt.Fprintf(&b, "%%%02X", c)
		case c == ' ':
			b.WriteString("%20")
		case c < ' ' || c == 0x7f:
		case c == '"':
			b.WriteString("%22")
		case c == '<':
			b.WriteString("%3C")
		case c == '>':
			b.WriteString("%3E")
		case c == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])):
			b.WriteString("%25")
		default:
			b.WriteByte(c)
		}
	}

	return strings.TrimSpace(b.String())
}

// startsFormat reports whether a byte may begin a format character (Unicode's Cf).
func startsFormat(c byte) bool {
	return c == 0xd8 || c == 0xe1 || c == 0xe2 || c == 0xef || c == 0xf0 || c == 0xf3 || c == 0xc2
}

// inFormat reports whether the byte at i is part of a format character.
func inFormat(s string, i int) bool {
	start := i
	for start > 0 && i-start < utf8.UTFMax && !utf8.RuneStart(s[start]) {
		start--
	}

	r, size := utf8.DecodeRuneInString(s[start:])

	return start+size > i && unicode.Is(unicode.Cf, r)
}

// unwrapRedirect is the target that an address of a known redirector carries, or "".
func unwrapRedirect(u *url.URL) string {
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")

	var parameter string

	switch {
	case strings.HasPrefix(host, "google.") && u.Path == "/url":
		parameter = "url"
		if !u.Query().Has("url") {
			parameter = "q"
		}
	case host == "bing.com" && strings.HasPrefix(u.Path, "/news/apiclick"):
		parameter = "url"
	case host == "l.facebook.com" || host == "lm.facebook.com":
		parameter = "u"
	case host == "out.reddit.com":
		parameter = "url"
	default:
		return ""
	}

	target := u.Query().Get(parameter)
	if strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://") {
		return target
	}

	return ""
}

// cleanParts drops tracking from query and fragment. What stays, stays as it
// was written and in its order: some servers are particular about both.
func cleanParts(u *url.URL, address string) string {
	query := keepParameters(u.RawQuery)

	fragment := u.EscapedFragment()
	if trackingFragment(fragment) {
		fragment = ""
	}

	if query == u.RawQuery && fragment == u.EscapedFragment() {
		return address
	}

	head, _, _ := strings.Cut(address, "#")

	head, _, _ = strings.Cut(head, "?")
	if query != "" {
		head += "?" + query
	}

	if fragment != "" {
		head += "#" + fragment
	}

	return head
}

func keepParameters(raw string) string {
	if raw == "" {
		return ""
	}

	var kept []string

	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")

		name = strings.TrimPrefix(name, "amp;") // "&amp;" escaped once too often
		if part != "" && !isTracking(strings.ToLower(name), strings.ToLower(value)) {
			kept = append(kept, part)
		}
	}

	return strings.Join(kept, "&")
}

// trackingPrefixes begin parameters that name a campaign. Collected from the
// feeds of outlets and from what the campaign tools document.
func trackingPrefixes() []string {
	return []string{"utm_", "utm-", "at_", "pk_", "mtm_", "piwik_", "matomo_", "hsa_", "_hs", "__hs", "oly_", "wt_", "wt.", "gad_", "cm_mmc", "ns_", "vero_", "xtor", "itm_", "stm_", "__s", "__tn"}
}

// isTracking reports whether a query parameter (lower case) says where a reader came
// from and not what is read.
func isTracking(name, value string) bool {
	for _, prefix := range trackingPrefixes() {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}

	switch name {
	case "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh", "li_fat_id",
		"mc_cid", "mc_eid", "mkt_tok", "ml_subscriber", "ml_subscriber_hash", "s_cid", "sc_cid", "cmpid", "cmp", "campaign_id", "ncid", "ocid",
		"icid", "intcid", "mbid", "smid", "smtyp", "emc", "ito", "ftag", "ftcamp", "traffic_source", "maca", "spm", "guccounter", "guce_referrer",
		"guce_referrer_sig", "__twitter_impression", "feedtype", "feedname", "rss_id", "sr_share", "soc_src", "soc_trk", "trk", "trkcampaign",
		"ref_src", "ref_url", "referrer", "wprss", "partnerid", "share_id", "sh_kit", "echobox", "taid", "zanpid", "rb_clickid", "srnd", "sref", "fr_sh",
		"_ga", "_gl", "_openstat", "hsctatracking", "wtmc", "srsltid", "s_kwcid", "ef_id", "tpcc", "elqtrackid", "elqtrack":
		return true
	case "ref", "source", "src", "from", "track", "via", "partner", "origin", "medium", "channel", "cid", "feed", "f", "rss", "s", "tag", "output", "ns", "type", "mod", "feature", "campaign":
		return fromFeed(value) || name == "rss" && value == "1"
	}

	return false
}

// fromFeed are values that say "out of a feed" under a name that may mean
// anything else.
func fromFeed(value string) bool {
	switch value {
	case "rss", "rss2", "feed", "feeds", "rss_feed", "rssfeed", "rss-feed", "rss20", "rss_full", "rsshome", "atom":
		return true
	}

	return strings.HasPrefix(value, "rss:") || strings.HasPrefix(value, "rss-") || strings.HasPrefix(value, "rss_") || strings.HasPrefix(value, "public_rss")
}

func trackingFragment(s string) bool {
	s = strings.ToLower(s)
	return slices.ContainsFunc([]string{"utm_", "xtor=", "ref=", "ref-", "rss", "ftag=", "?utm_", "at_", "intcid=", "mtm_", "tpcc=", "source=rss"}, func(prefix string) bool { return strings.HasPrefix(s, prefix) })
}

// Canonical is the identity of an address: two addresses of one page have one
// canonical form, also when scheme, "www.", a mobile or AMP twin, tracking, the
// order of parameters, a trailing slash or the fragment differ. It is for
// comparing, not for opening. "" for what is no http or https address.
func Canonical(address string) string { return canonical(address, asciiHost, escapeBytes) }

// FormerCanonical is what earlier versions took for [Canonical], where an address has letters beyond ASCII; ""
// where it has none.
func FormerCanonical(address string) string {
	if IsASCII(address) {
		return ""
	}

	asWritten := func(s string) string { return s }

	return canonical(address, asWritten, asWritten)
}

// canonical makes a canonical address, in which inHost and inQuery write letters beyond ASCII.
func canonical(address string, inHost, inQuery func(string) string) string {
	u, err := url.Parse(CleanURL(address))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}

	host := canonicalHost(u, inHost)
	if strings.ContainsAny(host, "%\\ \"<>^`{|}") {
		return ""
	}

	path := canonicalPath(u.EscapedPath())

	var b strings.Builder
	b.WriteString("https://")
	b.WriteString(host)
	b.WriteString(path)

	if q := canonicalQuery(inQuery(u.RawQuery)); q != "" {
		b.WriteByte('?')
		b.WriteString(q)
	}

	if strings.HasPrefix(u.Fragment, "!") || strings.HasPrefix(u.Fragment, "/") { // a page of its own in scripted sites
		b.WriteByte('#')
		b.WriteString(normalEscapes(u.EscapedFragment()))
	}

	return b.String()
}

func canonicalHost(u *url.URL, inHost func(string) string) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	for before := ""; before != host; { // until none is left: www.m.example.org
		before = host
		for _, twin := range []string{"www.", "m.", "mobile.", "amp."} {
			if rest, ok := strings.CutPrefix(host, twin); ok && strings.Contains(rest, ".") {
				host = rest
			}
		}
	}

	host = inHost(host)
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}

	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}

	return host
}

// longestHost bounds the hosts that are written in ASCII, which takes the square of their length: no name
// is longer (RFC 1035, 2.3.4).
const longestHost = 255

// asciiHost writes xn--mnchen-3ya.example for münchen.example, as browsers copy it.
func asciiHost(host string) string {
	if IsASCII(host) || len(host) > longestHost {
		return host
	}

	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		return ascii
	}

	return host
}

func canonicalPath(path string) string {
	path = strings.TrimRight(normalEscapes(path), "/")
	for _, tail := range []string{"/amp", "/index.html", "/index.htm", "/index.php", ".amp"} {
		path = strings.TrimSuffix(path, tail)
	}

	for _, head := range []string{"/amp/"} {
		if rest, ok := strings.CutPrefix(path, head); ok {
			path = "/" + rest
		}
	}

	return strings.TrimRight(path, "/")
}

// IsASCII reports whether a text has no letter or sign beyond ASCII.
func IsASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}

	return true
}

// escapeBytes writes %C3%B6 for ö.
func escapeBytes(s string) string {
	if IsASCII(s) {
		return s
	}

	var b strings.Builder

	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			fmt.Fprintf(&b, "%%%02X", s[i])
		} else {
			b.WriteByte(s[i])
		}
	}

	return b.String()
}

// WithLetters writes letters beyond ASCII in the host and the query of an address that a browser copied as
// they were before it did.
func WithLetters(address string) string {
	u, err := url.Parse(address)
	if err != nil || len(u.Host) > longestHost {
		return address
	}

	if host, err := idna.ToUnicode(u.Host); err == nil && host != u.Host {
		address = strings.Replace(address, u.Host, host, 1)
	}

	if query := unescapeBytes(u.RawQuery); query != u.RawQuery && utf8.ValidString(query) {
		address = strings.Replace(address, u.RawQuery, query, 1)
	}

	return address
}

// unescapeBytes undoes escapeBytes.
func unescapeBytes(s string) string {
	var b strings.Builder

	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) && unhex(s[i+1]) >= utf8.RuneSelf>>4 {
			b.WriteByte(unhex(s[i+1])<<4 | unhex(s[i+2]))

			i += 2
		} else {
			b.WriteByte(s[i])
		}
	}

	return b.String()
}

// normalEscapes writes %7e as ~ and %c3 as %C3: both spellings are one address.
func normalEscapes(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}

	var b strings.Builder

	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			b.WriteByte(s[i])
			continue
		}

		c := unhex(s[i+1])<<4 | unhex(s[i+2])
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString(strings.ToUpper(s[i : i+3]))
		}

		i += 2
	}

	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}

	return c - 'a' + 10
}

func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}

	var parts []string

	for part := range strings.SplitSeq(raw, "&") {
		part = strings.TrimPrefix(part, "amp;")

		name, value, _ := strings.Cut(part, "=")
		if part == "" || strings.EqualFold(name, "amp") || strings.EqualFold(name, "outputType") && strings.EqualFold(value, "amp") {
			continue
		}

		parts = append(parts, normalEscapes(part))
	}

	slices.Sort(parts)

	return strings.Join(slices.Compact(parts), "&")
}

// Host is the host of an address without "www.", as people say it; "" unknown.
func Host(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}

	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}
