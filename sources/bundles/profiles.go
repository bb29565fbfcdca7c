package bundles

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed outlets.tsv
var outletsFile []byte

//go:embed owners.tsv
var ownersFile []byte

// StateFunded is the owner of an outlet that a state pays for.
const StateFunded = "state-funded"

// Paywalled is the paywall of an outlet that asks for money.
const Paywalled = "yes"

// Profile is what is known of an outlet; a zero field is not known.
type Profile struct {
	Country string // ISO 3166, in lower case
	Owner   string // state-funded, public, private or nonprofit
	Paywall string // Paywalled: it asks for money, for some articles or all; no: it does not
	Wire    bool   // a news agency, whose reports others print

	// Says holds the address of the page that says so, for each fact that is known; of a paywall that
	// is not known, the page that was looked at, if any.
	Says struct{ Country, Owner, Paywall, Wire string }
}

// ProfileOf returns what is known of the outlet behind a host.
func ProfileOf(host string) (f Profile) {
	for rest := host; rest != ""; _, rest, _ = strings.Cut(rest, ".") {
		known := profiles()[rest]
		fillIn(&f.Country, &f.Says.Country, known.Country, known.Says.Country)
		fillIn(&f.Owner, &f.Says.Owner, known.Owner, known.Says.Owner)
		fillIn(&f.Paywall, &f.Says.Paywall, known.Paywall, known.Says.Paywall)

		if known.Wire {
			f.Wire, f.Says.Wire = true, wiresSource
		}
	}

	return f
}

// fillIn fills in a fact that is not known yet.
func fillIn(fact, says *string, value, source string) {
	if *fact == "" && source != "" {
		*fact, *says = value, source
	}
}

// wires are the hosts of news agencies.
const wires = `aa.com.tr afp.com agerpres.ro ansa.it antaranews.com apa.at apnews.com belganewsagency.eu bernama.com bta.bg ctk.cz
	dpa.com efe.com hina.hr interfax.com interfax.ru irna.ir jiji.com kyodonews.net lusa.pt mti.hu ntb.no pap.pl pna.gov.ph ptinews.com
	reuters.com ritzau.com sta.si stt.fi tass.com tass.ru tt.se ukrinform.net ukrinform.ua upi.com xinhuanet.com yna.co.kr`

// The pages that say who is a news agency, and who owns outlets.
const (
	wiresSource  = "https://en.wikipedia.org/wiki/List_of_news_agencies"
	ownersSource = "https://github.com/kagisearch/kite-public/blob/c4fc3b579c3bbdcce5277d1956347131283170e5/media_data.json"
)

// profiles are what is known of outlets, by host: from the tables of owners and of outlets, and from wires. A table
// that cannot be read is a fault of the build; the tests read it.
var profiles = sync.OnceValue(func() map[string]Profile {
	known := map[string]Profile{}

	owners, err := readRows(ownersFile, 3)
	if err != nil {
		panic(err) // the file is part of the program
	}

	for _, row := range owners {
		f := Profile{Owner: row[1], Country: row[2]}

		f.Says.Owner = ownersSource
		if f.Country != "" {
			f.Says.Country = ownersSource
		}

		known[row[0]] = f
	}

	rows, err := readRows(outletsFile, 4)
	if err != nil {
		panic(err) // the file is part of the program
	}

	for _, row := range rows {
		f := known[row[0]]

		switch row[1] {
		case "country":
			f.Country, f.Says.Country = row[2], row[3]
		case "owner":
			f.Owner, f.Says.Owner = row[2], row[3]
		case "paywall":
			f.Says.Paywall = row[3]

			if row[2] != "unknown" {
				f.Paywall = row[2]
			}
		}

		known[row[0]] = f
	}

	for host := range strings.FieldsSeq(wires) {
		f := known[host]
		f.Wire = true
		known[host] = f
	}

	return known
})
