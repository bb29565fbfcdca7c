package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
	"newsbell/news"
	"newsbell/store"
)

// onServers are the buttons that stand only in servers of Discord.
var onServers = []string{"server", "roles", "log", "ping", "moveto", "moveall", "notify"}

// groupButton is a button that is about a group, and who may press it there: readers are all
// who are in the group, managers its administrators, everybody also those elsewhere, as it shows
// and changes only what is theirs.
type groupButton struct {
	data string // %a is an alert's row, %s its story's, %c the group's
	who  string
	// kept: what it stands for was not made in this test, so that only the refusals are tested.
	kept bool
}

func groupButtons() []groupButton {
	return []groupButton{
		{"news:0", everybody, false},
		{"no", everybody, false},
		{"rest:9:1:0", everybody, true},
		{"tok:abcdefgh", everybody, true},
		{"story:%a", readers, false},
		{"awhy:%a", readers, false},
		{"acts:%a", readers, false},
		{"tell:%c:%s:short", readers, true},
		{"related:%c:%s:0", readers, true},
		{"folded:1:0", readers, true},
		{"list:%c:0", managers, false},
		{"choose:%c:0", managers, false},
		{"sources:%c:0", managers, false},
		{"one:1", managers, false},
		{"change:1", managers, false},
		{"when:1:hourly", managers, false},
		{"amute:%a", managers, false},
		{"mute:%a:story", managers, false},
		{"unmute:%c:1", managers, false},
		{"endmute:%c:1", managers, true},
		{"less:%a", managers, false},
		{"unreact:%a:less", managers, false},
		{"more:%a", managers, false},
		{"rule:%a:outlet", managers, true},
		{"norule:%a:outlet", managers, true},
		{"same:%a", managers, true},
		{"fol:%c:%s", managers, false},
		{"unfol:%c:%s", managers, false},
		{"srcall:%c:4", managers, false},
		{"srcdel:%c:4", managers, false},
		{"srcadd:%c:4", managers, false},
		{"pause:%c:1h", managers, false},
		{"resume:%c", managers, false},
		{"apause:%c:1h", managers, false},
		{"run:settings quiet 22:00-7:00", managers, false},
		{"off:1", managers, false},
		{"on:1", managers, false},
		{"offread:1:abcdefgh", managers, true},
		{"offall:%c", managers, false},
		{"onall:%c:0", managers, true},
		{"offset:%c:0", managers, true},
		{"on:1", managers, false},
		{"move:%c", managers, true},
		{"aoff:%a", managers, false},
		{"srcoff:3", operators, false},
		{"srcon:3", operators, false},
		{"forget:%c", managers, false},
	}
}

// deskScene is a group on a strict Telegram with an alert and a source of its own, and people in
// it and elsewhere.
type deskScene struct {
	*world
	desk, other      *telegramtest.Chat
	ada, bo, cy, eve *telegramtest.User // its administrator, a member, another group's administrator, nobody's
	fill             func(string) string
}

// pressedBy answers a press in a chat, by a person with whatever rights Telegram says.
func (s *deskScene) pressedBy(u *telegramtest.User, in *telegramtest.Chat, data string) string {
	s.keys++

	kind := adapters.Group
	if in.Kind == "private" {
		kind = adapters.Private
	}

	r := command(fmt.Sprintf("press%d", s.keys), "telegram", fmt.Sprint(in.ID), fmt.Sprint(u.ID), "", "")
	r.Kind, r.Data, r.Chat.Kind, r.Chat.Title = adapters.PressRequest, data, kind, in.Title

	m := s.bot.Answer(s.ctx, r)
	if m == nil {
		return ""
	}

	return m.String()
}

// owned is all that the group owns, to be compared.
func (s *deskScene) owned() string {
	address := fmt.Sprint(s.desk.ID)
	parts := []string{s.state("telegram", address)}

	s.must(func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", address)
		if err != nil {
			return err
		}

		mutes, err := tx.Mutes(c.ID)
		if err != nil {
			return err
		}

		alerts, err := tx.LatestAlerts(c.ID, 100)
		for _, a := range alerts {
			parts = append(parts, fmt.Sprint(a.ID, a.Reactions["less"], a.Reactions["more"]))
		}

		parts = append(parts, fmt.Sprint(len(mutes)))

		return err
	})

	return strings.Join(parts, "\n")
}

// turnedAway reports whether a reply says that a button is not for whoever pressed it.
func turnedAway(text string) bool {
	for _, s := range []string{"has expired", "belongs to someone else", "Only people", "Only the", "Only admins", "only for", "isn't yours"} {
		if strings.Contains(text, s) {
			return true
		}
	}

	return false
}

// newDeskScene has the group follow something, with an alert of it.
func newDeskScene(t *testing.T, w *world, tg *telegramtest.Server) *deskScene {
	t.Helper()

	s := &deskScene{world: w, ada: tg.NewUser("Ada"), bo: tg.NewUser("Bo"), cy: tg.NewUser("Cy"), eve: tg.NewUser("Eve")}
	s.desk, s.other = tg.NewSupergroup("Desk", s.ada, s.bo), tg.NewSupergroup("Other", s.cy)

	for _, step := range []func(){
		func() { s.ada.AddBot(s.desk) },
		func() { s.cy.AddBot(s.other) },
		func() { s.bo.Says("/start") },
		func() { s.ada.SaysIn(s.desk, "/subscribe drone OR "+secret) },
	} {
		step()

		if err := tg.Settle(w.ctx); err != nil {
			t.Fatal(err)
		}
	}

	var chat, alert, told int64

	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", fmt.Sprint(s.desk.ID))
		if err != nil {
			return err
		}

		chat = c.ID
		own, _, err := tx.AddSource(chat, fmt.Sprint(s.ada.ID), news.Source{URL: "https://intranet.example/feed?key=" + secret, Title: secret + " minutes"})

		if err == nil && own.ID != 4 {
			t.Errorf("the source is row %d", own.ID)
		}

		return err
	})
	w.publish(4)
	w.must(func(tx *store.Tx) error {
		all, err := tx.LatestAlerts(chat, 1)
		if err == nil && len(all) == 1 {
			alert, told = all[0].ID, all[0].Story
		}

		return err
	})

	if alert == 0 {
		t.Fatal("the group has no alert")
	}

	s.fill = strings.NewReplacer("%a", fmt.Sprint(alert), "%s", fmt.Sprint(told), "%c", fmt.Sprint(chat)).Replace

	return s
}

// TestWhoMayPressWhatOnTelegram: each button about a group, pressed by a member there and in
// private, by somebody who is not in the group, and by who administers another; Telegram says
// what each is. What they may not do changes nothing and shows nothing; what they may, and what
// the administrator presses, is done.
func TestWhoMayPressWhatOnTelegram(t *testing.T) {
	onTelegram(t, telegramtest.Options{}, func(*world) {}, func(w *world, tg *telegramtest.Server, _ adapters.Adapter) {
		s := newDeskScene(t, w, tg)

		missing := verbsOfButtons(t)
		for _, verb := range onServers {
			delete(missing, verb)
		}

		for _, b := range groupButtons() {
			verb, _, _ := strings.Cut(b.data, ":")
			delete(missing, verb)
			s.refusesOthers(t, b)
		}

		for verb := range missing {
			t.Errorf("who may press %q is not in the table", verb)
		}

		for _, b := range groupButtons() {
			if b.kept || b.who == operators { // the operator's are TestWhoMayPressWhat's
				continue
			}

			who := s.ada
			if b.who == readers {
				who = s.bo
			}

			data := s.fill(b.data)
			if got := s.pressedBy(who, s.desk, data); strings.TrimSpace(got) == "" || turnedAway(got) {
				t.Errorf("%s, by who may press it: %q", data, got)
			}
		}
	})
}

// refusesOthers checks that those who may not press a button get and change nothing of the group.
func (s *deskScene) refusesOthers(t *testing.T, b groupButton) {
	t.Helper()

	data, before := s.fill(b.data), s.owned()

	for _, p := range []struct {
		who string
		u   *telegramtest.User
		in  *telegramtest.Chat
	}{
		{"a member in the group", s.bo, s.desk},
		{"a member in private", s.bo, s.bo.Private()},
		{"somebody of elsewhere, in private", s.eve, s.eve.Private()},
		{"another group's administrator, there", s.cy, s.other},
		{"another group's administrator, in this one", s.cy, s.desk},
	} {
		got := s.pressedBy(p.u, p.in, data)

		if after := s.owned(); after != before {
			t.Fatalf("%s, by %s, changed\n%s\nto\n%s", data, p.who, before, after)
		}

		switch {
		case b.who == everybody, b.who == readers && p.in == s.desk: // who can press there reads there
		case strings.Contains(got, secret):
			t.Errorf("%s shows %q to %s", data, got, p.who)
		case b.who == managers && p.in == s.desk && got != "" && !turnedAway(got):
			t.Errorf("%s is not refused to %s: %s", data, p.who, got)
		}
	}
}
