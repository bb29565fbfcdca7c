package bot_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
)

// press sends the data of a button as a (perhaps forged) press.
func (w *world) press(platform, address, user, data string) *adapters.Message {
	w.keys++
	r := command(fmt.Sprintf("press%d", w.keys), platform, address, user, "", "")
	r.Kind, r.Data = adapters.PressRequest, data

	return w.bot.Answer(w.ctx, r)
}

func (w *world) say(platform, address, user, name, text string) *adapters.Message {
	w.keys++
	return w.bot.Answer(w.ctx, command(fmt.Sprintf("say%d", w.keys), platform, address, user, name, text))
}

// state is what a chat owns, to be compared.
func (w *world) state(platform, address string) string {
	var parts []any

	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat(platform, address)
		if err != nil {
			return err
		}

		all, err := tx.Subscriptions(c.ID)
		if err != nil {
			return err
		}

		own, err := tx.OwnSources(c.ID)
		parts = append(parts, c, all)

		for _, s := range own {
			parts = append(parts, s.ID)
		}

		return err
	})

	raw, err := json.Marshal(parts)
	if err != nil {
		w.t.Fatal(err)
	}

	return string(raw)
}

// secret is in everything that the victim of a forged press owns.
const secret = "zebracorn"

// victim is a chat with a private source, a subscription and an alert.
func victim(w *world) (source int64) {
	w.news()
	w.say("telegram", "1", "1", "subscribe", "drone OR "+secret)
	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", "1")
		if err != nil {
			return err
		}

		s, _, err := tx.AddSource(c.ID, "1", news.Source{URL: "https://intranet.example/feed?key=" + secret, Title: secret + " board minutes"})
		source = s.ID

		return err
	})
	w.publish(4)

	return source
}

// TestOutletsOfOthersAreNotOffered: the name of another chat's own source is no outlet to mute.
func TestOutletsOfOthersAreNotOffered(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	for _, chat := range []string{"1", "2"} {
		w.say("telegram", chat, chat, "subscribe", "drone")
	}

	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", "1")
		if err == nil {
			_, _, err = tx.AddSource(c.ID, "1", news.Source{URL: "https://intranet.example/feed", Outlet: "Zebra Board"})
		}

		return err
	})

	for chat, offered := range map[string]bool{"1": true, "2": false} {
		r := command("typed"+chat, "telegram", chat, chat, "", "mute zebra board")
		r.Kind = adapters.TextRequest

		m := w.bot.Answer(w.ctx, r)
		if m == nil || strings.Contains(fmt.Sprint(m.Buttons), "Zebra Board") != offered {
			t.Errorf("chat %s is answered %v", chat, m)
		}
	}
}

// A source of another chat cannot be had by the button that takes back a removal;
// one's own can, for a day.
func TestForgedSourceButton(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	source := victim(w)
	w.say("telegram", "2", "2", "subscribe", "drone")

	var mine int64

	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", "2")
		mine = c.ID

		return err
	})

	data := fmt.Sprintf("srcadd:%d:%d", mine, source)
	if m := w.press("telegram", "2", "2", data); m == nil || strings.Contains(m.String(), secret) {
		t.Errorf("the press was answered %v", m)
	}

	if strings.Contains(w.state("telegram", "2"), fmt.Sprintf(",%d]", source)) {
		t.Error("the source of another chat was taken over")
	}

	if m := w.say("telegram", "1", "1", "sources", "remove "+secret); m == nil || len(m.Buttons) == 0 {
		t.Fatalf("removing it was answered %v", m)
	} else if m := w.press("telegram", "1", "1", m.Buttons[0][0].Data); !strings.Contains(m.String(), "Added") {
		t.Errorf("taking it back was answered %s", m)
	}
}

// The undo of a removal keeps to the limit and the log of /sources add.
func TestRestoredSourceIsLoggedAndLimited(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	victim(w)

	m := w.say("telegram", "1", "1", "sources", "remove "+secret)
	removed := w.say("telegram", "1", "1", "log", "").String()

	w.press("telegram", "1", "1", m.Buttons[0][0].Data)

	restored := w.say("telegram", "1", "1", "log", "").String()
	if strings.Count(restored, "added") != strings.Count(removed, "added")+1 {
		t.Errorf("the log says\n%s\nand after the source came back\n%s", removed, restored)
	}

	m = w.say("telegram", "1", "1", "sources", "remove "+secret)
	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", "1")
		for i := range 50 {
			if err == nil {
				_, _, err = tx.AddSource(c.ID, "1", news.Source{URL: fmt.Sprintf("https://many.example/%d", i)})
			}
		}

		return err
	})

	before := w.state("telegram", "1")
	if got := w.press("telegram", "1", "1", m.Buttons[0][0].Data); w.state("telegram", "1") != before {
		t.Errorf("a 51st source came in by the button: %s", got)
	}
}

// Whatever a stranger presses, another chat neither changes nor shows.
func TestPressesAcrossChats(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	victim(w)
	w.say("telegram", "2", "2", "subscribe", "strike")

	before := w.state("telegram", "1")
	verbs := []string{
		"off", "on", "offall", "onall", "choose", "list", "news", "sources", "pause", "resume", "srcdel", "srcadd", "forget", "awhy", "apause", "aoff",
		"server", "roles", "notify", "offread", "less", "more", "unreact", "rule", "norule", "offset", "story", "same", "amute", "mute", "unmute", "endmute", "fol", "unfol", "tell", "folded", "move", "srcall", "srcoff", "srcon", "one", "change", "when", "moveto", "moveall", "log", "ping",
	}

	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SampledFrom(verbs).Draw(t, "verb")
		for range rapid.IntRange(1, 3).Draw(t, "numbers") {
			data += ":" + rapid.SampledFrom([]string{"0", "1", "2", "3", "4", "5", "1h", "-1", fmt.Sprint(time.Now().UnixMilli())}).Draw(t, "number")
		}

		m := w.press("telegram", "2", "2", data)
		if m != nil && strings.Contains(m.String(), secret) {
			t.Fatalf("%s shows %s", data, m)
		}

		if after := w.state("telegram", "1"); after != before {
			t.Fatalf("%s changed\n%s\nto\n%s", data, before, after)
		}
	})

	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", "1")
		if err != nil {
			return err
		}

		alerts, err := tx.LatestAlerts(c.ID, 100)
		if len(alerts) == 0 {
			t.Error("the chat has no alert to react to")
		}

		for _, a := range alerts {
			if len(a.Reactions) > 0 {
				t.Errorf("a stranger's press counts as %v", a.Reactions)
			}
		}

		return err
	})
}

// Whatever a member presses or picks in a server, its channels neither change nor show what
// is for those who manage it; and who manages another server is nobody here.
func TestPressesInAServer(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	w.news()
	w.goTo([]string{"discord", "server", "ann"})
	w.says("/subscribe query=drone OR " + secret + "; to=#news")
	w.says("/server")

	before := w.state("discord", "600")
	verbs := []string{"off", "on", "offall", "onall", "choose", "list", "pause", "resume", "move", "server", "server:0", "roles", "roles:77", "offread", "offset", "ping", "one", "change", "when", "moveto", "moveall", "log:off", "log:500", "moveall:2:500", "moveto:1:500", "run:move to:500 1", "run:move to:me 1", "run:edit to:600 1 rain", "run:server roles 77", "run:settings to:600 quiet 22:00-7:00"}

	for _, place := range []struct{ address, server string }{{"500", "9"}, {"900", "8"}} {
		for _, verb := range verbs {
			for _, more := range []string{"", ":0", ":1", ":2", ":1:0", ":1:1h", ":2:1h"} {
				w.keys++
				r := command(fmt.Sprintf("press%d", w.keys), "discord", place.address, "2", "", "")
				r.Kind, r.Data = adapters.PressRequest, verb+more
				r.Chat.Server, r.Rights = place.server, &adapters.Rights{Manage: place.server != "9"}

				if m := w.bot.Answer(w.ctx, r); m != nil && strings.Contains(m.String(), secret) {
					t.Errorf("%s shows %s", r.Data, m)
				}

				if after := w.state("discord", "600"); after != before {
					t.Fatalf("%s changed\n%s\nto\n%s", r.Data, before, after)
				}
			}
		}
	}

	var roles []string

	w.must(func(tx *store.Tx) (err error) {
		roles, err = tx.ServerRoles("discord", "9")
		return err
	})

	if len(roles) > 0 {
		t.Errorf("they named the roles %v", roles)
	}
}

// TestDoubtIsSaid: an alert that may tell an earlier story names it on a button of its own.
func TestDoubtIsSaid(t *testing.T) {
	out := &store.Outgoing{Chat: &store.Chat{Kind: string(adapters.Private)}, Alerts: []*store.Alert{{ID: 7, Related: "Ferry sinks off the northern cape"}}}

	rows := alertButtons(out)
	if len(rows) != 2 || rows[1][0].Label != "Same story as: Ferry sinks off the…" || rows[1][0].Data != "same:7" {
		t.Errorf("buttons %+v", rows)
	}

	out.Alerts[0].Related = ""
	if rows := alertButtons(out); len(rows) != 1 {
		t.Errorf("without a doubt: %+v", rows)
	}
}
