package delivery

import (
	"cmp"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
)

// sender returns the outlet in whose name a chat's alert comes, with the icon that sites have for the home
// screens of phones; the zero Sender is the bot. A message that is to be published has to be the
// bot's own.
func sender(out *store.Outgoing) adapters.Sender {
	if !out.Chat.ByOutlet || out.Chat.Publish {
		return adapters.Sender{}
	}

	a := out.Alerts[0].Article.News

	icon := ""
	if host := news.Host(a.URL); host != "" {
		icon = "https://" + host + "/apple-touch-icon.png"
	}

	return adapters.Sender{Name: a.Outlet, Icon: icon}
}

// profile returns what is known of the outlet at an address.
func (d *Delivery) profile(address string) Profile {
	if d.Profile == nil {
		return Profile{}
	}

	return d.Profile(news.Host(address))
}

// label adds to the outlets of an alert what a reader should know of them, and writes its
// subscriptions as people read them.
func (d *Delivery) label(t *locales.Texts, a *adapters.Alert) {
	a.Outlet = d.labelled(t, a.Outlet, a.URL)

	for i, f := range a.Follows {
		if d.Spell != nil {
			a.Follows[i].Shown = d.Spell(f.Query, t.Tag())
		}
	}

	for i := range a.Also {
		a.Also[i].Outlet = d.labelled(t, a.Also[i].Outlet, a.Also[i].URL)
	}
}

// labelled returns the name of an outlet with what is known of it by an address.
func (d *Delivery) labelled(t *locales.Texts, outlet, address string) string {
	var labels []string

	f := d.profile(address)
	for _, one := range []struct {
		is  bool
		key string
	}{{f.StateFunded, "story.state_funded"}, {f.Wire, "story.wire"}, {f.Paywall, "story.paywall"}} {
		if one.is {
			labels = append(labels, t.Say(one.key))
		}
	}

	if outlet == "" || len(labels) == 0 {
		return outlet
	}

	return outlet + t.Say("format.brackets", "text", t.Commas(labels))
}

// alsoNamed is how many other outlets an alert names; more are counted.
const alsoNamed = 4

// chooseAlso picks the outlets to name: those that a reader of the language can read come first,
// of these those of the language's country, then those that ask for no money, then those that say
// most; if the article itself asks for money, one that does not is worth more than the country.
func (d *Delivery) chooseAlso(all []store.Also, reads, address string) (named []adapters.Also, more int) {
	base, country, _ := strings.Cut(reads, "-")
	chosen := slices.Clone(all)
	paid := d.profile(address).Paywall

	slices.SortStableFunc(chosen, func(x, y store.Also) int {
		abroad := cmp.Compare(scoreMismatch(x.Country, country), scoreMismatch(y.Country, country))
		money := cmp.Compare(rankLater(d.profile(x.URL).Paywall), rankLater(d.profile(y.URL).Paywall))

		if paid {
			abroad, money = money, abroad
		}

		return cmp.Or(cmp.Compare(scoreMismatch(x.Language, base), scoreMismatch(y.Language, base)), abroad, money, cmp.Compare(y.Words, x.Words))
	})

	for _, also := range chosen[:min(len(chosen), alsoNamed)] {
		named = append(named, adapters.Also{Outlet: also.Outlet, URL: also.URL, Published: also.At})
	}

	return named, max(len(all)-alsoNamed, 0)
}

// scoreMismatch returns 1 for a language or a country that is known not to be the reader's.
func scoreMismatch(has, reads string) int {
	return rankLater(reads != "" && has != "" && !strings.EqualFold(has, reads))
}

// rankLater returns 1 for what comes later, else 0.
func rankLater(later bool) int {
	if later {
		return 1
	}

	return 0
}
