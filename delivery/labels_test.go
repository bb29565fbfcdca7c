package delivery

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
)

// knownOutlets says of hosts what their names say.
func knownOutlets(host string) Profile {
	return Profile{StateFunded: strings.Contains(host, "state"), Wire: strings.Contains(host, "wire"), Paywall: strings.Contains(host, "paid")}
}

// TestOutletsAreLabelled: an alert says of each outlet what a reader should know of it, in the
// reader's language.
func TestOutletsAreLabelled(t *testing.T) {
	d := &Delivery{Config: Config{Profile: knownOutlets}}
	a := adapters.Alert{
		Outlet: "Court Gazette", URL: "https://state-paid.example/1",
		Also: []adapters.Also{{Outlet: "Plain Post", URL: "https://plain.example/1"}, {Outlet: "Quick", URL: "https://wire.example/1"}},
	}
	d.label(locales.Builtin().Find("de"), &a)

	if got := fmt.Sprint(a.Outlet, "; ", a.Also[0].Outlet, "; ", a.Also[1].Outlet); got != "Court Gazette (staatlich finanziert, Bezahlschranke); Plain Post; Quick (Nachrichtenagentur)" {
		t.Errorf("labelled: %s", got)
	}
}

// TestLooks: what goes to a chat has its colour and begins with its line, in every form; a
// notice and the later parts of a digest don't.
func TestLooks(t *testing.T) {
	d := &Delivery{Config: Config{Texts: locales.Builtin()}}
	out := store.Outgoing{
		Chat:   &store.Chat{Platform: "discord", Color: "#1abc9c", Opening: "From the desk"},
		Alerts: []*store.Alert{{Article: &store.Article{News: news.Article{Title: "Ferry sinks", URL: "https://coast.example/1"}}}},
	}

	for _, c := range []struct {
		what   string
		change func(*store.Outgoing)
		begins bool
	}{
		{"an alert", func(*store.Outgoing) {}, true},
		{"a plain alert", func(o *store.Outgoing) { o.Form = store.PlainText }, true},
		{"a digest", func(o *store.Outgoing) { o.Digest = true }, true},
		{"a plain digest", func(o *store.Outgoing) { o.Digest, o.Form = true, store.PlainText }, true},
		{"a later part", func(o *store.Outgoing) { o.Digest, o.Part, o.Parts = true, 2, 2 }, false},
		{"a notice", func(o *store.Outgoing) { o.Notice = "Something happened." }, false},
	} {
		one := out
		c.change(&one)

		m := d.message(&one)
		if got := m.String(); strings.HasPrefix(got, "From the desk\n") != c.begins {
			t.Errorf("%s reads %q", c.what, got)
		}

		if coloured := m.Alert != nil || m.Digest != nil; coloured != (m.Color == 0x1abc9c) {
			t.Errorf("%s has the colour %x", c.what, m.Color)
		}
	}
}

// TestThePlainestFormHasNoButtons: they may be what the platform refuses; a digest says how many more there are.
func TestThePlainestFormHasNoButtons(t *testing.T) {
	d := &Delivery{Config: Config{Texts: locales.Builtin(), Buttons: func(*locales.Texts, *store.Outgoing) [][]adapters.Button {
		return [][]adapters.Button{{{Label: "Open", Data: "open"}}}
	}}}

	m := d.message(&store.Outgoing{
		Chat: &store.Chat{Platform: "telegram"}, Form: store.PlainText, Digest: true, More: 2,
		Alerts: []*store.Alert{{Article: &store.Article{News: news.Article{Title: "Ferry sinks", URL: "https://coast.example/1"}}}},
	})
	if len(m.Buttons) > 0 || !strings.Contains(m.String(), "2 more") {
		t.Errorf("%d rows of buttons below %q", len(m.Buttons), m)
	}
}

// TestWhoIsNamed: those come first whom the reader can read, of these those of the country, then
// those that ask for no money, then those that say most; an article that asks for money is
// followed by one that does not.
func TestWhoIsNamed(t *testing.T) {
	d := &Delivery{Config: Config{Profile: knownOutlets}}
	all := []store.Also{
		{Outlet: "foreign", URL: "https://a.example", Language: "fr", Country: "fr", Words: 900},
		{Outlet: "short", URL: "https://b.example", Language: "en", Country: "us", Words: 10},
		{Outlet: "long", URL: "https://c.example", Language: "en", Country: "us", Words: 500},
		{Outlet: "paid", URL: "https://paid.example", Language: "en", Country: "us", Words: 800},
		{Outlet: "home, paid", URL: "https://paid.home.example", Language: "en", Country: "gb", Words: 5},
		{Outlet: "last", URL: "https://e.example", Language: "fr", Country: "fr", Words: 1},
	}

	for _, c := range []struct{ reads, address, want string }{
		{"en-GB", "https://free.example/1", "home, paid; long; short; paid"},
		{"en", "https://free.example/1", "long; short; paid; home, paid"},
		{"en-GB", "https://paid.example/1", "long; short; home, paid; paid"},
		{"fr", "https://free.example/1", "foreign; last; long; short"},
		{"", "https://free.example/1", "foreign; long; short; last"},
	} {
		named, more := d.chooseAlso(all, c.reads, c.address)

		var got []string
		for _, also := range named {
			got = append(got, also.Outlet)
		}

		if strings.Join(got, "; ") != c.want || more != 2 {
			t.Errorf("for %q after %s: %q and %d more, want %s", c.reads, c.address, got, more, c.want)
		}
	}
}

// TestPostsAreLabelled: a message has the tags of the subscriptions for which it comes, each
// once, with one alert as with several; none of one that has ended.
func TestPostsAreLabelled(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, storms := d.follower("1")
		ended := int64(0)

		d.update(func(tx *store.Tx) error {
			s, _, err := tx.AddSubscription(store.Subscription{Chat: chat, Query: "sea", Canonical: "sea", Label: "Sea"})
			if err != nil {
				return err
			}

			ended = s.ID

			return errors.Join(tx.SetLabel(storms, "Weather"), tx.RemoveSubscription(ended))
		})

		d.ring("Storm at sea", chat, storms)
		d.ring("Storm on land", chat, storms)

		err := d.store.SaveMatches(t.Context(), []store.Match{{Article: 1, Story: 1, At: time.Now(), Alerts: []store.PendingAlert{
			{Chat: chat, Due: time.Now(), Hits: []store.Hit{{Subscription: ended, Matched: []string{"sea"}}}},
		}}})
		if err != nil {
			t.Fatal(err)
		}

		stop := d.deliver(p, gate.Limits{})

		time.Sleep(time.Minute)
		stop()

		if len(p.taken) == 0 {
			t.Fatal("nothing was sent")
		}

		for _, one := range p.taken {
			if got := fmt.Sprint(one.m.Labels); got != "[Weather]" {
				t.Errorf("%s: labels %s", one.m, got)
			}
		}
	})
}
