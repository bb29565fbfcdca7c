package news

import "strings"

// Source is a feed that articles come from, as the configuration, an OPML list, a bundle or
// a chat names it. Only URL is required; what is empty is taken from the feed. There is one
// such type: who knows more of a source (store.Source its polls, bundles.Source its owner)
// embeds it. The JSON names are those of an account's file (bot/transfer).
type Source struct {
	URL      string `json:"url"`
	Title    string `json:"title,omitempty"`
	Outlet   string `json:"outlet,omitempty"`   // who publishes it
	Language string `json:"language,omitempty"` // BCP 47
	Country  string `json:"country,omitempty"`  // ISO 3166 alpha-2, lower case
	Folder   string `json:"-"`                  // of an OPML list, "/" between levels
}

// SourceAddress is a feed's address as it is kept, whichever way it was written: scheme and host
// in lower case, without the port that the scheme has anyway, http in place of feed://, and https
// before what begins with a host and has a path. Everything behind the host stays as it is: only
// the server knows what means the same there. "" for what is no http or https address.
func SourceAddress(s string) string {
	s = strings.TrimSpace(s)

	scheme, rest, _ := strings.Cut(s, ":")
	switch scheme = strings.ToLower(scheme); {
	case scheme == "feed" && strings.HasPrefix(rest, "//"):
		scheme = "http"
	case scheme == "feed":
		return SourceAddress(rest)
	case beginsWithHost(s):
		scheme, rest = "https", "//"+s
	}

	rest, ok := strings.CutPrefix(rest, "//")
	if !ok || scheme != "http" && scheme != "https" {
		return ""
	}

	end := strings.IndexAny(rest+"/", "/?#")
	user := strings.LastIndexByte(rest[:end], '@') + 1
	host := strings.ToLower(rest[user:end])

	if host == "" || strings.ContainsAny(rest[:end], " \t\r\n\"<>") {
		return ""
	}

	port := ":80"
	if scheme == "https" {
		port = ":443"
	}

	if bare := strings.TrimSuffix(host, port); bare != "" {
		host = bare
	}

	return scheme + "://" + rest[:user] + host + rest[end:]
}

// beginsWithHost reports whether a text reads example.org/feed: a host that ends in letters, and a
// path. Without one it may as well be the name of a file.
func beginsWithHost(s string) bool {
	host, _, hasPath := strings.Cut(s, "/")
	name, port, hasPort := strings.Cut(host, ":")

	dot := strings.LastIndexByte(name, '.')
	if !hasPath || dot <= 0 || len(name)-dot < len(".uk") || hasPort && strings.Trim(port, "0123456789") != "" {
		return false
	}

	for _, c := range strings.ToLower(name[dot+1:]) {
		if c < 'a' || c > 'z' {
			return false
		}
	}

	return true
}
