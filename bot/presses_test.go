package bot_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
)

// Who may press a button or pick from a menu that is about a channel of a server.
const (
	managers  = "those who manage the server"
	readers   = "everybody who reads the channel, there"
	everybody = "everybody, as it shows and changes only what is theirs"
	asker     = "whoever it was offered to"
	operators = "operators"
)

// permission is a button or menu, and who may press it.
type permission struct {
	// data is what is behind one that is about #news; %a is an alert's row there, %s its
	// story's, %c the chat's. One that ends with a colon is taken from what was offered before.
	data string
	who  string
	// before makes what it stands for: a line of a transcript, played by who manages the server
	// in #general, or the data of a button that is pressed in #news.
	before []string
}

// permissions are all buttons and menus.
func permissions() []permission {
	fewer := []string{"less:%a"}
	for _, what := range []string{"hull", "keel", "mast", "sail"} {
		fewer = append(fewer, "! title Drone finds wreck by its "+what, "less:%l")
	}

	return []permission{
		{"news:0", everybody, nil},
		{"rest:", everybody, []string{"! burst 30", "> /brief to=here"}},
		{"tok:", asker, []string{"> /preview query=strike OR dockers OR harbour OR batteries OR investors OR licences"}},
		{"no", everybody, nil},
		{"story:%a", readers, nil},
		{"awhy:%a", readers, nil},
		{"acts:%a", managers, nil},
		{"notify:%a", readers, nil},
		{"tell:%c:%s:short", readers, []string{"! model"}},
		{"related:%c:10:1", readers, []string{"! neighbours"}},
		{"folded:", readers, []string{"! burst 30"}},
		{"server:0", managers, nil},
		{"server:%c", managers, nil},
		{"list:%c:0", managers, nil},
		{"choose:%c:0", managers, nil},
		{"sources:%c:0", managers, nil},
		{"one:1", managers, nil},
		{"change:1", managers, nil},
		{"when:1:hourly", managers, nil},
		{"ping:1:77,78", managers, nil},
		{"amute:%a", managers, nil},
		{"mute:%a:story", managers, nil},
		{"mute:%a:word:8:effect", managers, nil},
		{"unmute:", managers, []string{"mute:%a:story"}},
		{"endmute:", managers, []string{"mute:%a:story", "> /mutes to=#news"}},
		{"less:%a", managers, nil},
		{"unreact:%a:less", managers, []string{"less:%a"}},
		{"more:%a", managers, nil},
		{"rule:", managers, fewer},
		{"norule:", managers, fewer},
		{"same:%l", managers, []string{"! doubts 5 6"}},
		{"fol:%c:%s", managers, nil},
		{"unfol:%c:%s", managers, []string{"fol:%c:%s"}},
		{"srcall:%c:4", managers, nil},
		{"srcdel:%c:4", managers, nil},
		{"srcadd:%c:4", managers, []string{"srcdel:%c:4"}},
		{"pause:%c:1h", managers, nil},
		{"resume:%c", managers, []string{"pause:%c:1h"}},
		{"apause:%c:1h", managers, nil},
		{"run:settings to:600 quiet 22:00-7:00", managers, nil},
		{"roles:77", managers, nil},
		{"log:500", managers, nil},
		{"log:off", managers, []string{"log:500"}},
		{"off:1", managers, nil},
		{"on:1", managers, []string{"off:1"}},
		{"offread:", managers, []string{"> /subscribe query=bundle:pl; to=#news"}},
		{"offall:%c", managers, nil},
		{"onall:", managers, []string{"> /subscribe query=strike; to=#news", "offall:%c"}},
		{"offset:", managers, []string{"> /subscribe query=strike; to=#news", "offall:%c", "onall:"}},
		{"move:%c", managers, []string{"! deleted 600"}},
		{"moveto:1:500", managers, nil},
		{"moveall:%c:500", managers, nil},
		{"aoff:%a", managers, nil},
		{"srcoff:3", operators, nil},
		{"srcon:3", operators, []string{"srcoff:3"}},
		{"forget:%c", managers, nil},
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

// request is somebody's press.
func (p presser) request(w *world, data string) *adapters.Request {
	w.keys++

	r := command(fmt.Sprintf("press%d", w.keys), p.platform, p.address, p.user, "", "")
	r.Kind, r.Data = adapters.PressRequest, data
	r.Chat.Server = p.server

	if p.server != "" {
		r.Rights = &adapters.Rights{Manage: p.manage}
	}

	return r
}

// scene is a server with a channel that has a subscription, a source of its own and an alert.
type scene struct {
	*world
	chat, alert, story int64
	offered            []adapters.Button
}

func newScene(t *testing.T, path string) *scene {
	s := &scene{world: newWorld(t, path)}

	s.news()
	s.goTo([]string{"discord", "server", "ann"})
	s.says("/subscribe query=drone OR " + secret + "; to=#news")
	s.must(func(tx *store.Tx) error {
		c, err := tx.Chat("discord", "600")
		if err != nil {
			return err
		}

		s.chat = c.ID

		own, _, err := tx.AddSource(c.ID, "1", news.Source{URL: "https://intranet.example/feed?key=" + secret, Title: secret + " minutes"})
		if err == nil && own.ID != 4 {
			t.Errorf("the source is row %d", own.ID)
		}

		return err
	})
	s.publish(4)

	if last := s.lastAlert(); last != nil {
		s.alert, s.story = last.ID, last.Story
	} else {
		t.Fatal("#news has no alert")
	}

	return s
}

// lastAlert is the newest alert of #news.
func (s *scene) lastAlert() (last *store.Alert) {
	s.must(func(tx *store.Tx) error {
		all, err := tx.LatestAlerts(s.chat, 1)
		if err == nil && len(all) > 0 {
			last = all[0]
		}

		return err
	})

	return last
}

// fill names the rows that the data of a button is about.
func (s *scene) fill(data string) string {
	if strings.HasSuffix(data, ":") {
		for _, b := range slices.Backward(s.offered) {
			if strings.HasPrefix(b.Data, data) {
				return b.Data
			}
		}

		s.t.Fatalf("nothing like %s was offered: %v\n%s", data, s.offered, s.out.String())
	}

	return strings.NewReplacer("%a", fmt.Sprint(s.alert), "%l", fmt.Sprint(s.lastAlert().ID), "%s", fmt.Sprint(s.story), "%c", fmt.Sprint(s.chat)).Replace(data)
}

// plays plays what comes before a button.
func (s *scene) plays(line string) {
	switch {
	case line == "! deleted 600":
		s.must(func(tx *store.Tx) error {
			_, err := tx.Sleep(s.chat, "the channel was deleted")
			return err
		})
	case strings.HasPrefix(line, "! "):
		s.happens(strings.Fields(line[2:]))
	case strings.HasPrefix(line, "> "):
		s.says(line[2:])
	default:
		one := presser{"a manager", "discord", "600", "9", "1", true}
		if strings.HasPrefix(line, "srcoff") {
			one = anOperator
		}

		s.presses(one, s.fill(line))
	}

	for _, at := range []string{"discord:500", "discord:600"} {
		if m := s.last[at]; m != nil {
			s.offered = append(s.offered, slices.Concat(m.Buttons...)...)
		}
	}
}

// anOperator is named in the configuration.
var anOperator = presser{"an operator", "telegram", "99", "", "99", false}

// presses has somebody press a button.
func (s *scene) presses(p presser, data string) *adapters.Message {
	m := s.bot.Answer(s.ctx, p.request(s.world, data))
	if m != nil {
		s.offered = append(s.offered, slices.Concat(m.Buttons...)...)
	}

	return m
}

// owned is what is set up on Discord, a line for each thing.
func (s *scene) owned() (lines []string) {
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }

	s.must(func(tx *store.Tx) error {
		for _, address := range []string{"500", "600", "@1", "@2", "@5"} {
			c, err := tx.Chat("discord", address)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}

			if err != nil {
				return err
			}

			at := address
			if c.Title != "" && c.Kind != string(adapters.Private) {
				at = c.Title
			}

			say("%s is %s, quiet %q", at, c.State, c.Quiet)

			subs, err1 := tx.Subscriptions(c.ID)
			for _, one := range subs {
				say("%s follows #%d %s, %q, roles %q", at, one.Number, one.Query, one.Delivery, one.Ping)
			}

			own, err2 := tx.OwnSources(c.ID)
			for _, one := range own {
				say("%s has the source %s", at, one.URL)
			}

			mutes, err3 := tx.Mutes(c.ID)
			for _, one := range mutes {
				say("%s has muted %s %s", at, one.Kind, one.Label)
			}

			read, err4 := tx.BundlesOf(c.ID)
			say("%s reads %v", at, read)

			alerts, err5 := tx.LatestAlerts(c.ID, 100)
			for _, a := range alerts {
				say("%s: of alert %d less %v, more %v, related %q", at, a.ID, a.Reactions["less"], a.Reactions["more"], a.Related)
			}

			follows, err6 := tx.FollowsStory(c.ID, s.story)
			say("%s follows the story: %v", at, follows)

			settled, err7 := tx.SettledRules(c.ID)
			say("%s: rules not to propose: %v", at, settled)

			if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
				return err
			}
		}

		roles, err1 := tx.ServerRoles("discord", "9")
		say("roles that manage: %v", roles)

		log, err2 := tx.LogChat("discord", "9")
		if err2 == nil {
			say("changes are posted in %s", log.Title)
		} else if errors.Is(err2, store.ErrNotFound) {
			err2 = nil
		}

		sources, err3 := tx.Sources()
		for _, one := range sources {
			say("source %d %s is off: %v", one.ID, one.URL, !one.OffAt.IsZero())
		}

		return errors.Join(err1, err2, err3)
	})

	return lines
}

// TestWhoMayPressWhat: each button and menu about a server's channel, pressed by a member,
// somebody who shares no server, somebody who manages another and somebody on another platform:
// what they may not do changes nothing and shows nothing. Then somebody who may presses it:
// testdata/presses.golden says what is shown and what has changed.
func TestWhoMayPressWhat(t *testing.T) {
	missing := verbsOfButtons(t)
	pressed := make([]string, len(permissions()))

	t.Run("buttons", func(t *testing.T) {
		for i, p := range permissions() {
			verb, _, _ := strings.Cut(p.data, ":")
			delete(missing, verb)

			t.Run(strings.NewReplacer(":", " ", "%", "").Replace(p.data), func(t *testing.T) {
				t.Parallel()

				path := filepath.Join(t.TempDir(), "newsbell.db")
				synctest.Test(t, func(t *testing.T) { pressed[i] = pressAsAll(t, path, p) })
			})
		}
	})

	for verb := range missing {
		t.Errorf("who may press %q is not in the table", verb)
	}

	if !slices.Contains(pressed, "") { // all were run
		compare(t, "testdata/presses.golden", strings.Join(pressed, "\n"))
	}
}

// pressAsAll has everybody press a button, and returns what it does for who may.
func pressAsAll(t *testing.T, path string, p permission) string {
	s := newScene(t, path)
	defer s.close()

	for _, line := range p.before {
		s.plays(line)
	}

	data := s.fill(p.data)
	s.refuses(p, data)

	one := presser{"a manager", "discord", "500", "9", "1", true}

	switch {
	case p.who == readers:
		one = presser{"another member in the channel", "discord", "600", "9", "5", false}
	case p.who == operators:
		one = anOperator
	case strings.HasPrefix(data, "amute"):
		one.address = "600"
	}

	before := s.owned()
	s.out.Reset()

	r := one.request(s.world, data)
	s.world.chat = r.Chat
	s.answer(r)

	shown := s.out.String()
	if strings.TrimSpace(shown) == "" || isRefusal(shown) {
		t.Errorf("%s, by %s: %s", data, one.who, shown)
	}

	after := s.owned()

	for _, line := range before {
		if !slices.Contains(after, line) {
			shown += "- " + line + "\n"
		}
	}

	for _, line := range after {
		if !slices.Contains(before, line) {
			shown += "+ " + line + "\n"
		}
	}

	return "# " + p.data + ": " + p.who + "\n" + shown
}

// isRefusal reports whether a reply says that a button does nothing for whoever pressed it.
func isRefusal(text string) bool {
	return slices.ContainsFunc([]string{"has expired", "belongs to someone else", "Only people", "Only the", "only for"}, func(s string) bool { return strings.Contains(text, s) })
}

// refuses checks that those who may not press something get and change nothing of #news.
func (s *scene) refuses(p permission, data string) {
	s.t.Helper()

	ofServer := func() string {
		lines := slices.DeleteFunc(s.owned(), func(line string) bool { return strings.HasPrefix(line, "@") })
		return strings.Join(append(lines, s.state("discord", "600"), fmt.Sprint(s.managers())), "\n")
	}
	before := ofServer()

	for _, one := range []presser{
		{"a member in the channel", "discord", "600", "9", "2", false},
		{"a member elsewhere in the server", "discord", "500", "9", "2", false},
		{"a member in direct messages", "discord", "@2", "", "2", false},
		{"a stranger in direct messages", "discord", "@3", "", "3", false},
		{"who manages another server", "discord", "900", "8", "4", true},
		{"somebody on another platform", "telegram", "1", "", "1", false},
	} {
		m := s.bot.Answer(s.ctx, one.request(s.world, data))

		if after := ofServer(); after != before {
			s.t.Fatalf("%s, by %s, changed\n%s\nto\n%s", data, one.who, before, after)
		}

		switch there := one.address == "600"; {
		case p.who == everybody, p.who == readers && there:
		case m != nil && strings.Contains(m.String(), secret):
			s.t.Errorf("%s shows %s to %s", data, m, one.who)
		case p.who == managers && one.server == "9" || p.who == operators || p.who == asker || p.who == readers:
			if m != nil && !isRefusal(m.String()) {
				s.t.Errorf("%s is not refused to %s: %s", data, one.who, m)
			}
		}
	}
}
