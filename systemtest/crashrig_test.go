package systemtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/adapters/telegramtest"
	"newsbell/store/engine/enginetest"
	"newsbell/subscriptions/query"
)

// The crash tests run the real program as a child, kill it with SIGKILL while
// stories flow, and compare what arrived in the chats with what should have:
// worked out from the feeds and the queries alone, never from Newsbell's own
// database. Lost must be nothing. Doubled must be nothing on Discord; on
// Telegram, which has no way to recognise a message again, at most one for each
// kill.

// reader is somebody in a chat of one platform.
type reader struct {
	name    string
	queries []*query.Query
	read    func() []string // the texts of all messages in the chat
	open    func() []string // what the buttons of digests open; nil: the chat has none
	// noNonces is the channel of Discord, if no nonce keeps a message from coming twice there: a forum, or
	// one in which a webhook posts.
	noNonces string

	// What was read and opened when the program had come to rest; nil: it has not.
	texts, opened []string
}

// told returns everything that the chat has been told of, shown or counted.
func (r *reader) told() []string {
	if r.texts == nil {
		return r.read()
	}

	return slices.Concat(r.texts, r.opened)
}

// crashRig is the world around the program under test.
type crashRig struct {
	t        *testing.T
	binary   string
	env      []string // of the program, besides what a start is about
	dir      string
	feeds    *feedServer
	telegram *telegramtest.Server
	discord  *discordtest.Fake
	readers  []*reader
	operator *telegramtest.User
	// telegramURL is where the fake Telegram listens.
	telegramURL string
	child       *exec.Cmd
	logs        *os.File
	logged      int64   // length of the log when the child was started
	lives       []int64 // the same of all children
}

// runningRig starts a rig whose program has its readers and has seen what was there
// before.
func runningRig(t *testing.T) *crashRig {
	t.Helper()

	return runningRigOf(t, testBinary(t))
}

// runningRigOf is runningRig of another program.
func runningRigOf(t *testing.T, binary string) *crashRig {
	t.Helper()

	r := newCrashRig(t, binary, 10)
	r.start("")
	r.subscribe()
	r.waitForBaseline()

	return r
}

// newCrashRig makes the world around a program. burst is alerts.burst. Nothing has to be answered
// within the seconds that the real platforms give: a busy machine takes them.
func newCrashRig(t *testing.T, binary string, burst int) *crashRig {
	t.Helper()
	r := &crashRig{t: t, dir: t.TempDir(), feeds: newFeedServer(), telegram: telegramtest.New(telegramtest.Options{Local: t.TempDir(), CallbackLife: 2 * time.Minute}), discord: discordtest.Start(discordtest.Options{AnswerWithin: time.Minute})}
	t.Cleanup(r.feeds.Close)
	t.Cleanup(r.telegram.Close)
	t.Cleanup(r.discord.Close)

	var err error
	if r.telegramURL, err = r.telegram.Listen(); err != nil {
		t.Fatal(err)
	}

	r.binary = binary
	r.operator = r.telegram.NewUser("Olga")
	r.operator.Says("/start") // bots may not write first

	config := fmt.Sprintf("database = %q\noperator_chat = \"telegram:%d\"\ndefault_sources = false\n[alerts]\ngroup = false\nburst = %d\n[polling]\nmin_interval = \"1s\"\nmax_interval = \"1s\"\nhost_gap = \"0s\"\n"+
		"[telegram]\ntoken = %q\napi_url = %q\n[discord]\ntoken = %q\napi_url = %q\ngateway_url = %q\n",
		enginetest.Database(t, r.path("crash.db")), r.operator.ID, burst, r.telegram.Token(), r.telegramURL, r.discord.Token, r.discord.APIURL, r.discord.GatewayURL)
	for feed := range crashFeeds {
		config += fmt.Sprintf("[[sources]]\nurl = \"%s/%d.xml\"\noutlet = \"Feed %d\"\n", r.feeds.URL, feed, feed)
	}

	if err := os.WriteFile(r.path("config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	if r.logs, err = os.Create(r.path("log")); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		r.kill()
		r.logs.Close()

		if t.Failed() {
			if log, err := os.ReadFile(r.path("log")); err == nil {
				t.Logf("the end of the program's log:\n%s", log[max(0, len(log)-4000):])
			}
		}
	})

	return r
}

func (r *crashRig) path(name string) string { return filepath.Join(r.dir, name) }

// start runs the program; dieAt names where it kills itself, "" nowhere.
func (r *crashRig) start(dieAt string) { r.startWith("NEWSBELL_DIE_AT=" + dieAt) }

// startWith runs the program with a variable of the environment.
func (r *crashRig) startWith(variable string) {
	r.t.Helper()
	// It ends by itself if nobody is left to end it.
	r.child = exec.Command(r.binary, "run", "--config", r.path("config.toml"), "--verbose", "--for", "10m")

	r.child.Env = append(append(os.Environ(), r.env...), "NEWSBELL_IDENTIFY_GAP=20ms", variable)

	r.child.Stdout, r.child.Stderr = r.logs, r.logs
	if info, err := r.logs.Stat(); err == nil {
		r.logged = info.Size()
		r.lives = append(r.lives, r.logged)
	}

	if err := r.child.Start(); err != nil {
		r.t.Fatal(err)
	}
}

// kill ends the program as a power failure does.
func (r *crashRig) kill() {
	if r.child == nil {
		return
	}

	_ = r.child.Process.Kill()
	_ = r.child.Wait()
	r.child = nil
}

// stop ends it as an operator does.
func (r *crashRig) stop() {
	r.t.Helper()

	if err := r.child.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}

	if err := r.child.Wait(); err != nil {
		r.t.Errorf("after SIGTERM: %v", err)
	}

	r.child = nil
}

// died waits until the program killed itself, or gives up and kills it.
func (r *crashRig) died(within time.Duration) bool {
	ended := make(chan struct{})

	go func() {
		_ = r.child.Wait()

		close(ended)
	}()

	select {
	case <-ended:
		r.child = nil
		return true
	case <-time.After(within):
		_ = r.child.Process.Kill()

		<-ended

		r.child = nil

		return false
	}
}

// subscribe has three people on each platform and three channels of a server follow
// words, and checks that each was answered.
func (r *crashRig) subscribe() {
	r.t.Helper()
	r.discord.AwaitCommands()

	for i := range 3 {
		var queries []*query.Query

		ada := r.telegram.NewUser(fmt.Sprintf("Ada%d", i))

		bob := r.discord.Person(fmt.Sprintf("bob%d", i))
		for _, text := range crashQueries[i] {
			q, err := query.Parse(text)
			if err != nil {
				r.t.Fatal(err)
			}

			queries = append(queries, q)

			ada.Says("/subscribe " + text)
			bob.Alone().Runs("/subscribe", "query", text)
		}

		r.readers = append(r.readers,
			&reader{name: "telegram", queries: queries, open: func() []string { return r.openOnTelegram(ada) }, read: func() (texts []string) {
				for _, m := range ada.Private().Messages() {
					if m.From == "bot" {
						texts = append(texts, m.Text)
					}
				}

				return texts
			}},
			&reader{
				name: "discord", queries: queries,
				read: func() []string { return bob.Direct().Messages() }, open: func() []string { return openOnDiscord(bob.Alone()) },
			})
	}

	r.subscribeChannels()

	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()

	if err := r.telegram.Settle(ctx); err != nil {
		r.t.Fatalf("the subscriptions were not answered: %v", err)
	}
}

// subscribeChannels has channels of a server follow words, those in which it is
// hardest not to say anything twice: an announcement channel, whose messages have
// no buttons, a forum, which knows no nonces, a channel whose history the bot may not
// read, and one whose alerts come by a webhook in the names of their outlets. One of them pings.
func (r *crashRig) subscribeChannels() {
	r.t.Helper()

	desk := r.discord.Server("Desk")
	mute := desk.Text("no history")
	mute.DenyBot(discordtest.ReadHistory)

	readers := desk.Role("readers")
	manager := desk.Join(r.discord.Person("Boss"), discordtest.ManageServer)
	boss := manager.In(desk.Text("general"))

	named := desk.Text("named") // alerts come by a webhook, which knows no nonces
	named.AllowBot(discordtest.ManageWebhooks)

	forum := desk.Forum("stories")
	for i, to := range []*discordtest.Channel{desk.Announcement("feed"), forum, mute, named} {
		var queries []*query.Query

		for _, text := range crashQueries[i%len(crashQueries)] {
			q, err := query.Parse(text)
			if err != nil {
				r.t.Fatal(err)
			}

			options := []string{"query", text, "to", to.ID}
			if to == mute {
				options = append(options, "ping", readers)
			}

			queries = append(queries, q)

			if got := boss.Runs("/subscribe", options...); !strings.Contains(got, "now follows") {
				r.t.Fatalf("/subscribe to #%s: %q", to.Name, got)
			}
		}

		if to == named {
			if got := boss.Runs("/settings", "key", "outlet", "value", "on", "to", to.ID); !strings.Contains(got, "outlet's name") {
				r.t.Fatalf("/settings outlet on: %q", got)
			}
		}

		one := &reader{name: "discord", queries: queries, read: to.Messages}
		if to == forum || to == named {
			one.noNonces = to.ID
		}

		if to == named {
			one.open = func() []string { return openOnDiscord(manager.In(named)) }
		}

		if to == mute { // in the others, digests have no buttons and fold nothing
			one.open = func() []string { return openOnDiscord(manager.In(mute)) }
		}

		r.readers = append(r.readers, one)
	}
}

// waitForBaseline waits until every feed was read once: what comes then rings. On a busy machine one is
// read twice before another is read at all.
func (r *crashRig) waitForBaseline() {
	r.t.Helper()

	for source := range crashFeeds {
		r.logHas(1, fmt.Sprintf("msg=polled source=%d ", source+1))
	}
}

// awaitPolls waits until the program that was started last has polled n times.
func (r *crashRig) awaitPolls(n int) {
	r.t.Helper()
	r.logHas(n, "msg=polled")
}

// logHas waits until the program that was started last has logged something n
// times.
func (r *crashRig) logHas(n int, what string) {
	r.t.Helper()

	for deadline := time.Now().Add(2 * time.Minute); ; {
		log, err := os.ReadFile(r.path("log"))
		if err != nil {
			r.t.Fatal(err)
		}

		if strings.Count(string(log[r.logged:]), what) >= n {
			return
		}

		if time.Now().After(deadline) {
			r.t.Fatalf("the log does not say %q %d times:\n%s", what, n, log)
		}

		<-time.After(20 * time.Millisecond)
	}
}
