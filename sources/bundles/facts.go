package bundles

import (
	"net/url"
	"slices"
	"strings"
	"sync"
)

// StateFunded is the owner of an outlet that a state pays for.
const StateFunded = "state-funded"

// Fact is what is known of an outlet; a zero field is not known.
type Fact struct {
	Owner   string // state-funded, public, private or nonprofit
	Paywall string // yes or metered
	Wire    bool   // a news agency, whose reports others print
}

// Facts returns what is known of the outlet behind a host.
func Facts(host string) (f Fact) {
	for rest := host; rest != ""; _, rest, _ = strings.Cut(rest, ".") {
		if known, ok := facts()[rest]; ok {
			f = known
			break
		}
	}

	for rest := host; rest != "" && !f.Wire; _, rest, _ = strings.Cut(rest, ".") {
		f.Wire = slices.Contains(strings.Fields(wires), rest)
	}

	return f
}

// wires are the hosts of news agencies.
// Source: https://en.wikipedia.org/wiki/List_of_news_agencies
const wires = `aa.com.tr afp.com agerpres.ro ansa.it antaranews.com apa.at apnews.com belganewsagency.eu bernama.com bta.bg ctk.cz
	dpa.com efe.com hina.hr interfax.com interfax.ru irna.ir jiji.com kyodonews.net lusa.pt mti.hu ntb.no pap.pl pna.gov.ph ptinews.com
	reuters.com ritzau.com sta.si stt.fi tass.com tass.ru tt.se ukrinform.net ukrinform.ua upi.com xinhuanet.com yna.co.kr`

// facts are what is known of hosts, from the sources of the catalogue.
var facts = sync.OnceValue(func() map[string]Fact {
	known := map[string]Fact{}

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

			known[host] = Fact{Owner: s.Owner, Paywall: s.Paywall}
		}
	}

	return known
})
