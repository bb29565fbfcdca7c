package transfer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"newsbell/bot/transfer"
	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
	"newsbell/subscriptions/query"
)

func open(t *testing.T) *store.Store {
	s := storetest.Open(t)

	return s
}

func limits() transfer.Limits {
	return transfer.Limits{Sources: 50, Bundles: 40, AllSources: 10_000_000, Subscriptions: 1_000_000, Zone: time.UTC}
}

// setUp gives a chat a random state.
func setUp(r *rapid.T, tx *store.Tx, c *store.Chat) error {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(r, name) }

	for i := range rapid.IntRange(0, 6).Draw(r, "subscriptions") {
		text := pick("query", "drone", "\"north korea\" OR pyongyang", "flood -insurance", "/quak[es]+/", "site:example.com storm", "title:vote", "Ölpreis", "選挙") + fmt.Sprintf(" w%d", i)

		q, err := query.Parse(text)
		if err != nil {
			return err
		}

		s := store.Subscription{
			Chat: c.ID, Query: text, Canonical: q.String(), CreatedBy: "1", Outlets: rapid.IntRange(0, 9).Draw(r, "outlets"),
			Delivery: pick("delivery", "", "now", "daily 08:00", "weekly monday,friday 18:30 urgent max:5", "hourly", "urgent", "now only"),
			Scope:    pick("scope", "", store.ScopeEverywhere), Ping: pick("ping", "", "123456", "123456,789"), Label: pick("label", "", "Breaking news"),
		}
		if strings.HasSuffix(s.Delivery, "only") {
			s.Only = pick("only", "the firm, not \"the river\"", "会社のこと")
		}

		_, _, err = tx.AddSubscription(s)
		if err != nil {
			return err
		}
	}

	for i := range rapid.IntRange(0, 5).Draw(r, "sources") {
		_, _, err := tx.AddSource(c.ID, "1", news.Source{
			URL: fmt.Sprintf("https://s%d-%d.example/feed?a=1&b=2", c.ID, i), Title: pick("title", "", "The <Post> & \"Mail\"", "日報"),
			Outlet: pick("outlet", "", "Post"), Language: pick("language", "", "en"),
		})
		if err != nil {
			return err
		}
	}

	if rapid.Bool().Draw(r, "bundle") {
		if _, err := tx.FollowBundle(c.ID, "1", "pl", nil); err != nil {
			return err
		}
	}

	return errors.Join(
		tx.SetTimeZone(c.ID, pick("zone", "", "Europe/Warsaw", "America/Argentina/Buenos_Aires")),
		tx.SetQuiet(c.ID, pick("quiet", "", "22:00-07:00", "22:00-07:00 except 5 outlets or quake")),
		tx.SetDigest(c.ID, pick("digest", "", "hourly", "daily 18:00")), tx.SetOrder(c.ID, store.Order(pick("order", "", "told", "time"))), tx.SetStyle(c.ID, store.Style(pick("style", "", "compact", "title"))), tx.SetColor(c.ID, pick("color", "", "#1abc9c")), tx.SetOpening(c.ID, pick("opening", "", "From the desk")),
		tx.SetPictures(c.ID, rapid.Bool().Draw(r, "pictures")), tx.SetSilent(c.ID, rapid.Bool().Draw(r, "silent")), tx.SetTopics(c.ID, rapid.Bool().Draw(r, "topics")),
		tx.SetBrief(c.ID, pick("brief", "", "daily 08:00"), time.Time{}), tx.SetLanguage(c.ID, pick("chosen", "", "pl")),
	)
}

func export(r *rapid.T, tx *store.Tx, address string) []byte {
	c, err := tx.Chat("test", address)
	if err != nil {
		r.Fatal(err)
	}

	a, err := transfer.Export(tx, c)
	if err != nil {
		r.Fatal(err)
	}

	body, err := a.JSON()
	if err != nil {
		r.Fatal(err)
	}

	return body
}

// errChecked ends a transaction of which nothing shall be kept: a database that grows with every
// account that is tried makes each one slower.
var errChecked = errors.New("checked")

// TestExportImportsToTheSame: over 500 random accounts, what one chat exports and another
// imports is what that one exports; the second time everything is known; undone, nothing
// is left of it.
func TestExportImportsToTheSame(t *testing.T) {
	s := open(t)
	n := 0

	check := func(r *rapid.T) {
		n++
		from, to := fmt.Sprint("from", n), fmt.Sprint("to", n)

		err := s.Update(t.Context(), func(tx *store.Tx) error {
			a, err := tx.EnsureChat(store.Chat{Platform: "test", Address: from, Kind: "private"})
			if err == nil {
				err = setUp(r, tx, a)
			}

			if err != nil {
				return err
			}

			b, err := tx.EnsureChat(store.Chat{Platform: "test", Address: to, Kind: "private"})
			if err != nil {
				return err
			}

			want, before := export(r, tx, from), export(r, tx, to)

			account, wrong := transfer.Read(want)
			if len(wrong) > 0 {
				r.Fatalf("an export is not read: %v\n%s", wrong, want)
			}

			done, err := transfer.Import(tx, b, "2", account, limits())
			if err != nil {
				return err
			}

			if got := export(r, tx, to); !bytes.Equal(got, want) {
				r.Fatalf("it is imported as %s; want %s", got, want)
			}

			if b, err = tx.ChatByID(b.ID); err != nil {
				return err
			}

			again, err := transfer.Import(tx, b, "2", account, limits())
			if err != nil || again.Added != 0 || again.Undo.Settings != nil {
				r.Fatalf("imported again it adds %+v, %v", again, err)
			}

			if err := done.Undo.Do(tx, b, time.UTC); err != nil {
				return err
			}

			if left := export(r, tx, to); !bytes.Equal(left, before) {
				r.Fatalf("undone it leaves %s; want %s", left, before)
			}

			return errChecked
		})
		if !errors.Is(err, errChecked) {
			r.Fatal(err)
		}
	}

	for range 5 { // of 100 accounts each
		rapid.Check(t, check)
	}
}

// An account is a file that people keep: its names hang on no name of Go.
func TestNamesOfSourcesInAnAccount(t *testing.T) {
	a := transfer.Account{Format: "newsbell 1", Sources: []news.Source{
		{URL: "https://a.example/f", Title: "A", Outlet: "The A", Language: "en", Country: "gb", Folder: "the operator's"},
		{URL: "https://b.example/f"},
	}}

	const want = `{"format":"newsbell 1","sources":[{"url":"https://a.example/f","title":"A","outlet":"The A","language":"en","country":"gb"},{"url":"https://b.example/f"}]}`

	if got, err := json.Marshal(a); err != nil || string(got) != want {
		t.Errorf("an account reads\n%s, not\n%s; %v", got, want, err)
	}
}

// TestForeignExports: what other bots and readers export is read and set up, once however
// often, and taken back. Each file has the form that the program gives it:
//
//   - RSStT: export_opml in src/command/inner/sub.py, older ones without type and title
//   - flowerss: ToOPML and OPML.XML of its package opml
//   - Miniflux: serialize and opmlOutlineXML of its package reader/opml
//   - el_monitorro has no file: list_subscriptions in src/bot/commands/list_subscriptions.rs
//   - MonitoRSS, up to version 6: src/commands/backup.js, src/structs/GuildData.js
func TestForeignExports(t *testing.T) {
	harbour, wire := "https://courier.example/rss?a=1&b=2", "https://wire.example/feed.xml"
	off := func(where string) []string { return []string{where + ": it's turned off there"} }

	for _, c := range []struct {
		file   string
		titles map[string]string // by address
		wrong  []string
	}{
		{"rsstt.opml", map[string]string{harbour: "Harbour Courier", wire: "Plain & Simple Wire", "http://nippo.example/index.rdf": "日報"}, nil},
		{"flowerss.opml", map[string]string{harbour: "Harbour \"Courier\"", wire: ""}, nil},
		{"miniflux.opml", map[string]string{harbour: "Harbour Courier", wire: "Plain Wire"}, off(`line 10: "Silent Times"`)},
		{"el_monitorro.txt", map[string]string{harbour: "", wire: ""}, nil},
		{"monitorss.json", map[string]string{harbour: "Harbour Courier", wire: "Plain Wire"}, off("source 2")},
	} {
		t.Run(c.file, func(t *testing.T) {
			body, err := os.ReadFile(filepath.Join("testdata", "foreign", c.file))
			if err != nil {
				t.Fatal(err)
			}

			a, errs := transfer.Read(body)

			var wrong []string
			for _, err := range errs {
				wrong = append(wrong, err.Error())
			}

			if diff := cmp.Diff(c.wrong, wrong); a == nil || a.Settings != nil || diff != "" {
				t.Fatalf("it is read as %+v (-want +got)\n%s", a, diff)
			}

			s := open(t)

			for round, want := range []transfer.Result{{Added: len(c.titles)}, {Known: len(c.titles)}} {
				err := s.Update(t.Context(), func(tx *store.Tx) error {
					chat, err := tx.EnsureChat(store.Chat{Platform: "test", Address: "7", Kind: "private"})
					if err != nil {
						return err
					}

					got, err := transfer.Import(tx, chat, "7", a, limits())
					if err != nil {
						return err
					}

					if got.Added != want.Added || got.Known != want.Known {
						t.Errorf("round %d: %d added, %d known, want %d, %d", round, got.Added, got.Known, want.Added, want.Known)
					}

					own, err := tx.OwnSources(chat.ID)
					titles := map[string]string{}

					for _, s := range own {
						titles[s.URL] = s.Title
					}

					if diff := cmp.Diff(c.titles, titles); diff != "" {
						t.Errorf("the chat's sources (-want +got)\n%s", diff)
					}

					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestListsOfAddresses: a line that is no address is named, and the others are read.
func TestListsOfAddresses(t *testing.T) {
	a, wrong := transfer.Read([]byte("\ufeffhttps://a.example/feed\r\n\r\nftp://b.example/feed\r\nhello\r\nHTTPS://c.example/feed\r\n"))
	if a == nil || len(a.Sources) != 2 || len(wrong) != 2 || !strings.HasPrefix(wrong[0].Error(), "source 2:") {
		t.Errorf("read as %+v, %v", a, wrong)
	}

	if a, wrong := transfer.Read([]byte(strings.Repeat("https://a.example/feed\n", 10_001))); a != nil || len(wrong) != 1 {
		t.Errorf("10,001 addresses are read: %v", wrong)
	}
}

// TestHostileFiles: what cannot be read is named, what is too much is refused as a whole.
func TestHostileFiles(t *testing.T) {
	for _, body := range []string{"", "hello", "{}", `{"format":"newsbell 9"}`, "<html></html>", `{"format":`} {
		if a, wrong := transfer.Read([]byte(body)); a != nil || len(wrong) == 0 {
			t.Errorf("%q is read as %+v, %v", body, a, wrong)
		}
	}

	a, wrong := transfer.Read([]byte(`{"format":"newsbell 1","settings":{"zone":"Mars/Olympus"},"sources":[{"url":"file:///etc/passwd"},{"url":"https://ok.example/f"}],
		"subscriptions":[{"query":"(("},{"query":"fine"},{"query":"x","delivery":"whenever"},{"query":"x","outlets":900},{"query":"x","scope":"all"},{"query":"x","ping":"@everyone"},{"query":"x","ping":"1,,2"}]}`))
	if len(wrong) != 8 || len(a.Subscriptions) != 1 || len(a.Sources) != 1 || a.Settings != nil {
		t.Errorf("read as %+v, %d errors: %v", a, len(wrong), wrong)
	}

	var b strings.Builder

	for i := range 5000 {
		fmt.Fprintf(&b, `<outline xmlUrl="https://f%d.example/rss"/>`, i)
	}

	many, _ := transfer.Read([]byte(`<opml version="2.0"><body>` + b.String() + "</body></opml>"))
	s := open(t)

	err := s.Update(t.Context(), func(tx *store.Tx) error {
		c, err := tx.EnsureChat(store.Chat{Platform: "test", Address: "stranger", Kind: "private"})
		if err == nil {
			_, err = transfer.Import(tx, c, "9", many, limits())
		}

		return err
	})
	if _, ok := errors.AsType[*transfer.TooManyError](err); !ok {
		t.Errorf("5,000 feeds: %v", err)
	}

	err = s.View(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Sources()
		if len(all) > 0 {
			t.Errorf("%d of them stay", len(all))
		}

		return err
	})
	if err != nil {
		t.Error(err)
	}
}
