package bot_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/news"
	"newsbell/store"
)

var payloadsTo = flag.String("payloads.to", "", "folder to write what Discord was sent into, to be drawn")

// discordScene is what people do on a strict Discord, and what they are shown.
type discordScene struct {
	discordWorld
	f          *discordtest.Fake
	names      []string // ids with the names that stand for them, for strings.NewReplacer
	transcript strings.Builder
	frames     []frame
}

// frame is what somebody did and what they were shown.
type frame struct {
	Did    string          `json:"did"`
	Hidden bool            `json:"hidden"`
	Shown  json.RawMessage `json:"shown"`
	Names  []string        `json:"names"`
}

// shows notes what somebody was shown for what they did.
func (s *discordScene) shows(did, answer string) {
	raw, hidden := s.f.Shown()
	s.frames = append(s.frames, frame{did, hidden, raw, s.names})

	mark := "< "
	if hidden {
		mark = "< (only them) "
	}

	if answer == "" { // a form
		var form struct {
			Title      string
			Components []struct {
				Label, Description string
				Component          struct{ Value, Placeholder string }
			}
		}

		if err := json.Unmarshal(raw, &form); err != nil {
			s.t.Fatal(err)
		}

		answer = fmt.Sprintf("(a form) %s\n%+v", form.Title, form.Components)
	}

	fmt.Fprintf(&s.transcript, "> %s\n%s%s\n", did, mark, strings.ReplaceAll(answer, "\n", "\n  "))
}

var (
	momentSeen  = regexp.MustCompile(`<t:\d+:[A-Za-z]>`)
	clockOfZone = regexp.MustCompile(`since \d\d:\d\d UTC`)
)

// ends compares the scene with its transcript, and writes what Discord was sent where that is
// wanted.
func (s *discordScene) ends(name string) {
	s.t.Helper()

	got := strings.NewReplacer(s.names...).Replace(s.transcript.String())
	got = clockOfZone.ReplaceAllString(momentSeen.ReplaceAllString(got, "<time>"), "since <time>")
	compare(s.t, filepath.Join("testdata", name+".screen"), got)

	if *payloadsTo == "" {
		return
	}

	raw, err := json.Marshal(s.frames)
	if err != nil {
		s.t.Fatal(err)
	}

	if err := os.WriteFile(filepath.Join(*payloadsTo, name+".json"), raw, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// newScenes is a bot that has read the news of the last hours.
func newScenes(t *testing.T) *discordScene {
	w, f := newDiscord(t)
	w.conf.Fetcher = nil
	s := &discordScene{discordWorld: w, f: f}

	s.must(func(tx *store.Tx) error {
		return tx.Configure([]news.Source{
			{URL: "https://courier.example/feed", Title: "Harbour Courier", Outlet: "Harbour Courier"},
			{URL: "https://gazette.example/feed", Title: "Northern Gazette", Outlet: "Northern Gazette"},
			{URL: "https://wire.example/feed", Title: "Plain Wire", Outlet: "Plain Wire"},
		})
	})

	all := s.articles()
	for i, source := range []int64{1, 1, 2, 2, 3} {
		a := all[i]
		a.Published = time.Now().Add(-time.Duration(3*i+1) * time.Hour)

		s.must(func(tx *store.Tx) error {
			_, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: source, Next: time.Now().Add(10 * time.Minute), Articles: []news.Article{a}}), 48*time.Hour)
			return err
		})
	}

	s.match(map[int64]int64{3: 2}) // dockers: one story
	s.shorten()

	return s
}

// named has an id stand as a name in what is compared and drawn.
func (s *discordScene) named(id, name string) string {
	s.names = append(s.names, id, name)
	return id
}

// TestPanelOnDiscord: the panel of a server with a channel that works, one that is paused, one
// that the bot may not post in and one that was deleted; what is behind its menus, and the form
// that changes a query.
func TestPanelOnDiscord(t *testing.T) {
	s := newScenes(t)
	desk := s.f.Server("Desk")
	general, feed, sports, quiet, old := desk.Text("general"), desk.Text("world-news"), desk.Text("sports"), desk.Text("quiet"), desk.Text("old-news")
	readers, editors := s.named(desk.Role("readers"), "readers"), s.named(desk.Role("editors"), "editors")
	mods := s.named(desk.Role("mods"), "mods")
	ada := desk.Join(s.f.Person("Ada"), discordtest.ManageServer).In(general)

	for _, c := range []*discordtest.Channel{general, feed, sports, quiet, old} {
		s.named(c.ID, c.Name)
	}

	s.named(ada.ID, "Ada")
	s.run(s.f)

	ada.Runs("/subscribe", "query", "strike OR dockers", "to", feed.ID, "when", "8:00")
	ada.Runs("/subscribe", "query", "ping:<@&"+editors+"> drone -toy", "to", feed.ID, "ping", readers)
	ada.Runs("/subscribe", "query", "election*", "to", feed.ID)
	ada.Runs("/subscribe", "query", "\"fishing quotas\"", "to", feed.ID)
	ada.Runs("/subscribe", "query", "regatta", "to", sports.ID)
	ada.Runs("/subscribe", "query", "weather", "to", quiet.ID)
	ada.Runs("/subscribe", "query", "harbour", "to", old.ID)
	ada.Runs("/pause", "to", quiet.ID)
	sports.DenyBot(discordtest.SendMessages)
	old.Delete()

	for limit := time.Now().Add(2 * time.Minute); !strings.Contains(ada.Runs("/server"), "but was deleted."); {
		if time.Now().After(limit) {
			t.Fatal("the panel does not say that #old-news was deleted")
		}
	}

	s.shows("Ada: /server", ada.Runs("/server"))
	s.shows("Ada picks mods", ada.Selects("Roles that may set up alerts too", mods))
	s.shows("Ada picks #world-news", ada.Selects("Pick a channel", "#world-news"))
	s.shows("Ada picks #2 drone -toy", ada.Selects("Pick a subscription to change", "#2 drone -toy"))
	s.shows("Ada presses Change query", ada.Presses("Change query"))
	s.shows("Ada fills the form: drone -toy -race", ada.Fills("drone -toy -race"))
	s.shows("Ada: /server", ada.Runs("/server"))
	s.shows("Ada picks #old-news", ada.Selects("Pick a channel", "#old-news"))
	s.shows("Ada presses Move to this channel", ada.Presses("Move to this channel"))
	s.ends("discord-panel")
}

// TestAccountOnDiscord: somebody who added the bot to their account uses it in a server that it
// is not in, and in messages with somebody else.
func TestAccountOnDiscord(t *testing.T) {
	s := newScenes(t)
	other := s.f.Server("Book club")
	ada := s.f.Person("Ada")
	there := other.Join(ada, discordtest.ManageServer).In(other.Text("general"))
	s.named(there.Channel().ID, "general")
	s.run(s.f)
	other.Kick()
	ada.Installs()

	s.shows("Ada in a server without the bot: /subscribe drone -toy", there.Runs("/subscribe", "query", "drone -toy"))
	s.shows("Ada there: /subscribe drone to:#general", there.Runs("/subscribe", "query", "drone", "to", there.Channel().ID))
	s.shows("Ada there: /news strike", there.Runs("/news", "query", "strike"))
	s.shows("Ada in messages with somebody else: /list", ada.Elsewhere().Runs("/list"))

	direct := ada.Direct().AwaitMessages(1)
	if !slices.ContainsFunc(direct, func(m string) bool { return strings.Contains(m, "You now follow **#1 drone, not toy**") }) {
		t.Errorf("in direct messages: %q", direct)
	}

	s.ends("discord-account")
}

// TestMessageCommandsOnDiscord: what the two commands in the menu of a message answer.
func TestMessageCommandsOnDiscord(t *testing.T) {
	s := newScenes(t)
	desk := s.f.Server("Desk")
	general := desk.Text("general")
	bo, ada := desk.Join(s.f.Person("Bo")).In(general), desk.Join(s.f.Person("Ada")).In(general)
	s.run(s.f)

	const claim = "They say that the Harbour dockers and the port failed again in their talks, and that the strike enters its second week."

	bo.Says(claim)
	bo.Says("have you seen https://gazette.example/port-strike ?")

	s.shows("Ada, on Bo's message “"+claim+"”: What do outlets say?", ada.RunsOn("What do outlets say?", "They say"))
	s.shows("Ada, on Bo's message “have you seen https://gazette.example/port-strike ?”: Follow this", ada.RunsOn("Follow this", "have you seen"))
	s.shows("Ada presses Follow story", ada.Presses("Follow story"))
	s.ends("discord-message-commands")
}
