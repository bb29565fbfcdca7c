package bundles

import (
	"net/url"
	"strings"
	"sync"
)

// Facts returns what the catalogue knows of the outlet behind a host: what kind of
// owner it has and whether it asks for money. Both are "" where nothing is known.
func Facts(host string) (owner, paywall string) {
	for host != "" {
		if f, ok := facts()[host]; ok {
			return f.owner, f.paywall
		}

		_, host, _ = strings.Cut(host, ".")
	}

	return "", ""
}

type fact struct{ owner, paywall string }

// facts are what is known of hosts, from the sources of the catalogue.
var facts = sync.OnceValue(func() map[string]fact {
	known := map[string]fact{}

	for _, b := range All() {
		for _, s := range b.Sources {
			u, err := url.Parse(s.URL)
			if err != nil || s.Owner == "" && s.Paywall == "" {
				continue
			}

			host := u.Hostname()
			for _, prefix := range []string{"www.", "rss.", "feeds.", "feed.", "news.", "newsfeed."} {
				host = strings.TrimPrefix(host, prefix)
			}

			known[host] = fact{s.Owner, s.Paywall}
		}
	}

	return known
})
