package bot_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
)

// Who may press a button or pick from a menu that is about a channel of a server.
const (
	managers  = "those who manage the server"
	readers   = "everybody who reads the channel, there"
	everybody = "everybody, as it shows and changes only what is theirs"
	operators = "operators"
)

// permission is a button or menu, and who may press it.
type permission struct {
	data string // of one that is about #news; %a is an alert's row there, %s its story's, %c the chat's
	who  string
	// kept: what it stands for was not made in this test, so that only the refusals are tested.
	kept bool
}

// permissions are all buttons and menus, in the order in which the manager presses them: what
// ends something comes after what needs it.
func permissions() []permission {
	return []permission{
		{"news:0", everybody, false},
		{"rest:9:1:0", everybody, true},
		{"tok:abcdefgh", everybody, true},
		{"no", everybody, false},
		{"story:%a", readers, false},
		{"awhy:%a", readers, false},
		{"notify:%a", readers, false},
		{"tell:%c:%s:short", readers, true},
		{"related:%c:%s:0", readers, true},
		{"folded:1:0", readers, true},
		{"server:%c", managers, false},
		{"list:%c:0", managers, false},
		{"choose:%c:0", managers, false},
		{"sources:%c:0", managers, false},
		{"one:1", managers, false},
		{"change:1", managers, false},
		{"when:1:hourly", managers, false},
		{"ping:1:77", managers, false},
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
		{"run:settings to:600 quiet 22:00-7:00", managers, false},
		{"roles:77", managers, false},
		{"log:off", managers, false},
		{"off:1", managers, false},
		{"on:1", managers, false},
		{"offread:1:abcdefgh", managers, true},
		{"offall:%c", managers, false},
		{"onall:%c:0", managers, true},
		{"offset:%c:0", managers, true},
		{"move:%c", managers, true},
		{"on:1", managers, false},
		{"moveto:1:500", managers, false},
		{"moveall:%c:500", managers, true},
		{"aoff:%a", managers, true},
		{"srcoff:3", operators, false},
		{"srcon:3", operators, false},
		{"forget:%c", managers, false},
	}
}

// verbsOfButtons are the words with which buttons and menus begin, read from the source: a
// new one has to be in the table above.
func verbsOfButtons(t *testing.T) map[string]bool {
	t.Helper()

	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}

	verbs := map[string]bool{}

	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}

		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}

		ast.Inspect(tree, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(v.Names[0].Name, "press") && len(v.Values) == 1 {
				if value, ok := v.Values[0].(*ast.BasicLit); ok && value.Kind == token.STRING {
					verb, _ := strconv.Unquote(value.Value)
					verbs[strings.TrimSuffix(verb, ":")] = true
				}
			}

			return true
		})
	}

	return verbs
}

// presser is somebody who presses, and where.
type presser struct {
	who, platform, address, server, user string
	manage                               bool
}

// presses has somebody press a button.
func (w *world) presses(p presser, data string) *adapters.Message {
	w.keys++
	r := command(fmt.Sprintf("press%d", w.keys), p.platform, p.address, p.user, "", "")
	r.Kind, r.Data = adapters.PressRequest, data
	r.Chat.Server = p.server

	if p.server != "" {
		r.Rights = &adapters.Rights{Manage: p.manage}
	}

	return w.bot.Answer(w.ctx, r)
}

// ofChannel is all that a channel of a server owns, to be compared.
func (w *world) ofChannel(address string) string {
	parts := []string{w.state("discord", address)}

	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("discord", address)
		if err != nil {
			return err
		}

		mutes, err := tx.Mutes(c.ID)
		if err != nil {
			return err
		}

		alerts, err := tx.LatestAlerts(c.ID, 100)
		if err != nil {
			return err
		}

		for _, a := range alerts {
			parts = append(parts, fmt.Sprint(a.ID, a.Reactions["less"], a.Reactions["more"])) // that it was opened counts from any reader
		}

		roles, err := tx.ServerRoles("discord", "9")
		parts = append(parts, fmt.Sprint(len(mutes), roles))

		return err
	})

	return strings.Join(append(parts, fmt.Sprint(w.managers())), "\n")
}

// TestWhoMayPressWhat: each button and menu about a server's channel, pressed by somebody who
// manages the server, a member, somebody who shares no server and somebody who manages another:
// what they may not do changes nothing and shows nothing, what they may is done.
func TestWhoMayPressWhat(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	w.news()
	w.goTo([]string{"discord", "server", "ann"})
	w.says("/subscribe query=drone OR " + secret + "; to=#news")

	var chat, alert, told int64

	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("discord", "600")
		if err != nil {
			return err
		}

		chat = c.ID

		s, _, err := tx.AddSource(chat, "1", news.Source{URL: "https://intranet.example/feed?key=" + secret, Title: secret + " minutes"})
		if err == nil && s.ID != 4 {
			t.Errorf("the source is row %d", s.ID)
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
		t.Fatal("#news has no alert")
	}

	fill := strings.NewReplacer("%a", fmt.Sprint(alert), "%s", fmt.Sprint(told), "%c", fmt.Sprint(chat))
	missing := verbsOfButtons(t)

	for _, p := range permissions() {
		verb, _, _ := strings.Cut(p.data, ":")
		delete(missing, verb)
		w.refuses(p, fill.Replace(p.data))
	}

	for verb := range missing {
		t.Errorf("who may press %q is not in the table", verb)
	}

	ann := presser{"a manager", "discord", "500", "9", "1", true}

	for _, p := range permissions() {
		if p.kept {
			continue
		}

		one := ann
		if p.who == readers || strings.HasPrefix(p.data, "amute") {
			one.address = "600"
		}

		if p.who == operators {
			one = presser{"an operator", "telegram", "99", "", "99", false}
		}

		data := fill.Replace(p.data)
		if m := w.presses(one, data); m == nil || isRefusal(m) {
			t.Errorf("%s, by who may press it: %v", data, m)
		}
	}
}

// isRefusal reports whether a reply says that a button does nothing for whoever pressed it.
func isRefusal(m *adapters.Message) bool {
	text := m.String()

	return slices.ContainsFunc([]string{"has expired", "belongs to someone else", "Only people", "Only the", "only for"}, func(s string) bool { return strings.Contains(text, s) })
}

// refuses checks that those who may not press something get and change nothing of #news.
func (w *world) refuses(p permission, data string) {
	w.t.Helper()

	before := w.ofChannel("600")

	for _, one := range []presser{
		{"a member in the channel", "discord", "600", "9", "2", false},
		{"a member elsewhere in the server", "discord", "500", "9", "2", false},
		{"a member in direct messages", "discord", "@2", "", "2", false},
		{"a stranger in direct messages", "discord", "@3", "", "3", false},
		{"who manages another server", "discord", "900", "8", "4", true},
		{"somebody on another platform", "telegram", "1", "1", "1", false},
	} {
		if one.platform == "telegram" {
			one.server = ""
		}

		m := w.presses(one, data)

		if after := w.ofChannel("600"); after != before {
			w.t.Fatalf("%s, by %s, changed\n%s\nto\n%s", data, one.who, before, after)
		}

		switch there := one.address == "600"; {
		case p.who == everybody, p.who == readers && there:
		case m != nil && strings.Contains(m.String(), secret):
			w.t.Errorf("%s shows %s to %s", data, m, one.who)
		case p.who == managers && there && m != nil && !isRefusal(m):
			w.t.Errorf("%s is not refused to %s: %s", data, one.who, m)
		}
	}
}
