package systemtest

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/adapters/targettest"
	"newsbell/adapters/telegramtest"
	"newsbell/news"
	"newsbell/store/engine/enginetest"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// The crash tests run the real program as a child, kill it with SIGKILL while
// stories flow, and compare what arrived in the chats with what should have:
// worked out from the feeds and the queries alone, never from Newsbell's own
// database. Lost must be nothing. Doubled must be nothing on Discord; on
// Telegram, which has no way to recognise a message again, at most one for each
// kill.

// press is a feed server whose feeds grow.
type press struct {
	*httptest.Server
	linger    time.Duration // that an answer takes
	mu        sync.Mutex
	feeds     [][]story // newest last
	published []story   // in order
	hosts     map[string]*askedHost
	gap       time.Duration // between the end of an answer and the next request to the same host
	soon      []string      // requests that came sooner
}

// askedHost is a host and port of the press.
type askedHost struct {
	answering int       // requests
	ended     time.Time // the last of them
}

// story is an item of a feed.
type story struct {
	feed  int
	title string
	quiet bool // part of the baseline
}

const (
	crashFeeds  = 5
	crashListed = 100 // items that a feed lists
)

// keywords are what stories in the test are about, crashQueries what the three
// people of each platform follow.
var (
	keywords     = []string{"amber", "basalt", "cinnabar", "dolomite", "emerald", "feldspar"}
	crashQueries = [3][2]string{{"amber", "dolomite OR (basalt emerald)"}, {"basalt", "emerald -cinnabar"}, {"cinnabar", "feld* -amber"}}
)

func newPress() *press {
	p := &press{feeds: make([][]story, crashFeeds), hosts: map[string]*askedHost{}}
	for feed := range p.feeds {
		p.publishOn(feed, true)
	}

	p.Server = httptest.NewServer(p)

	return p
}

// publish adds an item to a feed.
func (p *press) publish() { p.publishOn(rand.N(crashFeeds), false) }

func (p *press) publishOn(feed int, quiet bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	s := story{feed: feed, quiet: quiet}

	s.title = fmt.Sprintf("%s %s %s", madeUpWord(), keywords[rand.N(len(keywords))], madeUpWord())
	if rand.N(2) == 0 {
		s.title += " " + keywords[rand.N(len(keywords))] + " " + madeUpWord()
	}

	p.feeds[feed] = append(p.feeds[feed], s)
	p.published = append(p.published, s)
}

// last is the newest item.
func (p *press) last() story {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.published[len(p.published)-1]
}

// publishLong adds an item with a headline of five words to a feed.
func (p *press) publishLong(feed int) story {
	p.mu.Lock()
	defer p.mu.Unlock()

	s := story{feed: feed}
	for i := range 5 {
		s.title += madeUpWord() + " "

		if i == 2 {
			s.title += keywords[rand.N(len(keywords))] + " "
		}
	}

	s.title = strings.TrimSpace(s.title)
	p.feeds[feed] = append(p.feeds[feed], s)
	p.published = append(p.published, s)

	return s
}

// echo has another feed tell a story under the same headline.
func (p *press) echo(s story) (feed int) {
	p.mu.Lock()
	defer p.mu.Unlock()

	s.feed = (s.feed + 1) % crashFeeds
	p.feeds[s.feed] = append(p.feeds[s.feed], s)

	return s.feed
}

// madeUpWord is one that no other title has.
func madeUpWord() string {
	var b strings.Builder
	for range 3 {
		b.WriteByte("bdfgklmnprstvz"[rand.N(14)])
		b.WriteByte("aeiou"[rand.N(5)])
	}

	return b.String() + fmt.Sprintf("%03x", rand.N(4096))
}

func (p *press) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var feed int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d.xml", &feed); err != nil || feed < 0 || feed >= crashFeeds {
		http.NotFound(w, r)
		return
	}

	p.enter(r)
	defer p.leave(r)

	p.mu.Lock()
	items := slices.Clone(p.feeds[feed][max(0, len(p.feeds[feed])-crashListed):])
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprintf(w, `<?xml version="1.0"?><rss version="2.0"><channel><title>Feed %d</title>`, feed)

	for _, s := range items {
		id := strings.ReplaceAll(s.title, " ", "-")
		fmt.Fprintf(w, `<item><title>%s</title><link>https://press%d.example/%s</link><guid>%s</guid><pubDate>%s</pubDate></item>`,
			s.title, feed, id, id, time.Now().UTC().Format(time.RFC1123Z))
	}

	fmt.Fprint(w, `</channel></rss>`)
}

// enter takes the time that an answer takes, and notes a request that came too soon.
func (p *press) enter(r *http.Request) {
	p.mu.Lock()

	h := p.hosts[r.Host]
	if h == nil {
		h = &askedHost{}
		p.hosts[r.Host] = h
	}

	switch now := time.Now(); {
	case h.answering > 0:
		p.soon = append(p.soon, fmt.Sprintf("%s: %s of %s came while another request was answered", now.Format(time.StampMilli), r.URL.Path, r.Host))
	case now.Sub(h.ended) < p.gap:
		p.soon = append(p.soon, fmt.Sprintf("%s: %s of %s came %s after the end of the last answer", now.Format(time.StampMilli), r.URL.Path, r.Host, now.Sub(h.ended)))
	}

	h.answering++
	linger := p.linger

	p.mu.Unlock()

	select {
	case <-time.After(linger):
	case <-r.Context().Done(): // it was given up
	}
}

func (p *press) leave(r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()

	h := p.hosts[r.Host]
	h.answering--
	h.ended = time.Now()
}

// watchHosts has every answer take a time, and notes requests that come sooner than gap after the
// last answer of their host.
func (p *press) watchHosts(linger, gap time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.linger, p.gap = linger, gap
}

// tooSoon says which requests came too soon.
func (p *press) tooSoon() []string {
	p.mu.Lock()
	defer p.mu.Unlock()

	return slices.Clone(p.soon)
}

// expected returns the titles that a follower has to get, once each: each query is
// asked about each story, one by one.
func (p *press) expected(queries []*query.Query) (titles []string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	for _, s := range p.published {
		matches := func(q *query.Query) bool {
			_, ok := index.Match(q, &news.Article{Title: s.title})
			return ok
		}
		if !s.quiet && slices.ContainsFunc(queries, matches) {
			titles = append(titles, s.title)
		}
	}

	return titles
}

// reader is somebody in a chat of one platform.
type reader struct {
	name    string
	queries []*query.Query
	read    func() []string // the texts of all messages in the chat
	open    func() []string // what the buttons of digests open; nil: the chat has none

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
	press    *press
	telegram *telegramtest.Server
	discord  *discordtest.Fake
	readers  []*reader
	operator *telegramtest.User
	// telegramURL is where the fake Telegram listens.
	telegramURL string
	child       *exec.Cmd
	exit        chan error // somebody waits for the child already; see ended
	logs        *os.File
	logged      int64   // length of the log when the child was started
	lives       []int64 // the same of all children
}

// isLong reports whether the tests run in their long form: .ci/run asks for it.
func isLong() bool { return os.Getenv("NEWSBELL_LONG") != "" }

// startParallel begins a test that builds and kills the program.
func startParallel(t *testing.T) {
	t.Helper()

	if testing.Short() {
		t.Skip("it builds and kills the program")
	}

	t.Parallel()
}

// startLong begins a test that belongs to the long form alone.
func startLong(t *testing.T) {
	t.Helper()

	if !isLong() {
		t.Skip("it takes minutes: run it with NEWSBELL_LONG=1")
	}

	startParallel(t)
}

// runningRig starts a rig whose program has its readers and has seen what was there
// before.
func runningRig(t *testing.T) *crashRig {
	t.Helper()

	r := newCrashRig(t, testBinary(t), 10)
	r.start("")
	r.subscribe()
	r.waitForBaseline()

	return r
}

// newCrashRig makes the world around a program. burst is alerts.burst. Nothing has to be answered
// within the seconds that the real platforms give: a busy machine takes them.
func newCrashRig(t *testing.T, binary string, burst int) *crashRig {
	t.Helper()
	r := &crashRig{t: t, dir: t.TempDir(), press: newPress(), telegram: telegramtest.New(telegramtest.Options{Local: t.TempDir(), CallbackLife: 2 * time.Minute}), discord: discordtest.Start(discordtest.Options{AnswerWithin: time.Minute})}
	t.Cleanup(r.press.Close)
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
		config += fmt.Sprintf("[[sources]]\nurl = \"%s/%d.xml\"\noutlet = \"Feed %d\"\n", r.press.URL, feed, feed)
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

// program is what testBinary is, "": it builds it.
var program = flag.String("program", "", "test this program, built with -tags crashtest, and no other")

// testBinary is the program with the named points of death, built once.
func testBinary(t *testing.T) string {
	t.Helper()

	if *program != "" {
		return *program
	}

	builtOnce.Do(func() {
		// Not t.TempDir: it has to outlive this test. TestMain removes it.
		builtDir, errBuild = os.MkdirTemp("", "newsbell-test-")
		if errBuild == nil {
			var out []byte
			if out, errBuild = exec.Command("go", "build", "-buildvcs=false", "-tags", "crashtest", "-ldflags=-s -w", "-o", filepath.Join(builtDir, "newsbell"), "newsbell").CombinedOutput(); errBuild != nil {
				errBuild = fmt.Errorf("%w\n%s", errBuild, out)
			}
		}
	})

	if errBuild != nil {
		t.Fatalf("build: %v", errBuild)
	}

	return filepath.Join(builtDir, "newsbell")
}

var (
	builtOnce sync.Once
	builtDir  string
	errBuild  error
)

// crashesAtOnce is how many of the programs under test run at once: they wait most
// of the time.
const crashesAtOnce = 4

func TestMain(m *testing.M) {
	flag.Parse()

	if err := flag.Set("test.parallel", strconv.Itoa(max(crashesAtOnce, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}

	code := m.Run()

	if builtDir != "" {
		os.RemoveAll(builtDir)
	}

	os.Exit(code)
}

// buildWithOverlay builds the program with some source files replaced by others.
func buildWithOverlay(t *testing.T, overlay map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "newsbell")

	body, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}

	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}

	if out, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "crashtest", "-overlay", file, "-o", binary, "newsbell").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}

	return binary
}

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
	if r.exit != nil {
		<-r.exit
	} else {
		_ = r.child.Wait()
	}

	r.child, r.exit = nil, nil
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

	for i, to := range []*discordtest.Channel{desk.Announcement("feed"), desk.Forum("stories"), mute, named} {
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
		if to == named {
			one.open = func() []string { return openOnDiscord(manager.In(named)) }
		}

		if to == mute { // in the others, digests have no buttons and fold nothing
			one.open = func() []string { return openOnDiscord(manager.In(mute)) }
		}

		r.readers = append(r.readers, one)
	}
}

// What opens what a digest counts, and turns its pages.
const (
	foldedLabel = "And "
	nextLabel   = "More ›"
)

// openFolded has every reader open what the digests in the chat only count.
func (r *crashRig) openFolded() {
	for _, reader := range r.readers {
		reader.texts = append(reader.read(), "") // before the pages are in the chat, too

		if reader.open != nil {
			reader.opened = reader.open()
		}
	}
}

// openOnTelegram turns all the pages that the digests of a private chat open.
func (r *crashRig) openOnTelegram(who *telegramtest.User) (pages []string) {
	r.t.Helper()

	press := func(m *telegramtest.Message, label string) *telegramtest.Message {
		who.PressesOn(m, label)

		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()

		if err := r.telegram.Settle(ctx); err != nil {
			r.t.Fatalf("[%s] was not answered: %v", label, err)
		}

		page := who.Private().Last()
		pages = append(pages, page.Text)

		return page
	}

	seen := map[string]bool{} // a digest that came twice is opened once

	for _, m := range who.Private().Messages() {
		b := buttonOf(&m, foldedLabel)
		if b == nil || seen[b.Data] {
			continue
		}

		seen[b.Data] = true

		page := press(&m, b.Text)
		for buttonOf(page, nextLabel) != nil {
			page = press(page, nextLabel)
		}
	}

	return pages
}

// buttonOf is the button of a message whose label begins so, nil if there is none.
func buttonOf(m *telegramtest.Message, label string) *telegramtest.Button {
	for _, row := range m.Keyboard {
		for i := range row {
			if strings.HasPrefix(row[i].Text, label) {
				return &row[i]
			}
		}
	}

	return nil
}

// openOnDiscord turns all the pages that the digests of a channel open to somebody.
func openOnDiscord(who discordtest.Actor) (pages []string) {
	for _, b := range who.Buttons() {
		if !strings.HasPrefix(b.Label, foldedLabel) {
			continue
		}

		pages = append(pages, who.PressesOn(b))

		for {
			all := who.Buttons()

			last := all[len(all)-1]
			if last.Label != nextLabel {
				break
			}

			pages = append(pages, who.PressesOn(last))
		}
	}

	return pages
}

// alertCounts is what `newsbell check --json --alerts` prints.
type alertCounts struct {
	Waiting int            `json:"waiting"`
	Sent    int            `json:"sent"`
	Folded  int            `json:"folded"`
	Dropped map[string]int `json:"dropped"`
}

// tally is what arrived, against what should have. Folded are those that no message
// shows and that the button of a digest opened in the same chat.
type tally struct{ expected, folded, lost, doubled int }

func (r *crashRig) tally() map[string]*tally {
	all := map[string]*tally{"telegram": {}, "discord": {}}
	for _, reader := range r.readers {
		if all[reader.name] == nil {
			all[reader.name] = &tally{}
		}

		sum := all[reader.name]

		text := strings.Join(reader.told(), "\n\x00\n")
		opened := strings.Join(reader.opened, "\n\x00\n")

		for _, title := range r.press.expected(reader.queries) {
			sum.expected++

			switch n := strings.Count(text, title); {
			case n == 0:
				sum.lost++
			case n > 1:
				sum.doubled += n - 1
			}

			if strings.Contains(opened, title) {
				sum.folded++
			}
		}
	}

	return all
}

// toldTwice are the messages with a headline that a chat of a platform was told more than once.
func toldTwice(readers []*reader, p *press, platform string) (messages []string) {
	for _, r := range readers {
		if r.name != platform {
			continue
		}

		for _, title := range p.expected(r.queries) {
			with := slices.DeleteFunc(r.told(), func(text string) bool { return !strings.Contains(text, title) })
			if strings.Count(strings.Join(with, "\n"), title) > 1 {
				messages = append(messages, with...)
			}
		}
	}

	return messages
}

// settled waits until nothing is missing but what digests count, and nothing waits, or
// nothing has come for a while. What has arrived may still wait for its note that it did.
func (r *crashRig) settled(patience time.Duration) bool {
	best, since := -1, time.Now()

	for {
		lost := 0
		for _, sum := range r.tally() {
			lost += sum.lost
		}

		if counts, err := r.counts(); err == nil && counts.Waiting == 0 && lost <= counts.Folded {
			return true
		}

		if best < 0 || lost < best {
			best, since = lost, time.Now()
		}

		if time.Since(since) > patience {
			return false
		}

		<-time.After(50 * time.Millisecond)
	}
}

// counts asks the program's database what became of the alerts. Only when to look is
// decided by it, and that nothing else was folded, not what is found.
func (r *crashRig) counts() (counts alertCounts, err error) {
	out, err := exec.Command(r.binary, "check", "--json", "--alerts", "--config", r.path("config.toml")).Output()
	if err == nil {
		err = json.Unmarshal(out, &counts)
	}

	return counts, err
}

// finish lets the program come to rest and counts what is in the chats.
func (r *crashRig) finish(patience time.Duration) map[string]*tally {
	r.t.Helper()
	r.start("")
	r.awaitPolls(1)
	r.settled(patience)
	r.openFolded()
	r.stop()

	return r.tally()
}

// judge finishes and fails the test if anything was lost, or anything was doubled that was not
// under way, to where no message is known again, when the program died.
func (r *crashRig) judge(what string) {
	r.t.Helper()

	sums := r.finish(time.Minute)
	r.allOpened(sums)

	telegram, targets := r.inFlight("telegram"), r.inFlight("target")

	for platform, sum := range sums {
		r.t.Logf("%-8s %s: %d expected, %d of them folded, %d lost, %d doubled", platform, what, sum.expected, sum.folded, sum.lost, sum.doubled)

		unsure := targets
		if platform == "telegram" {
			unsure = telegram
		}

		if sum.expected == 0 || sum.wrong(platform, unsure) {
			r.t.Errorf("%s: %d of %d lost, %d doubled, %d were in flight at deaths: %q", platform, sum.lost, sum.expected, sum.doubled, unsure, toldTwice(r.readers, r.press, platform))
		}
	}

	r.sound(true)
}

// allOpened checks that the readers could open exactly what the program has folded.
func (r *crashRig) allOpened(sums map[string]*tally) {
	r.t.Helper()

	counts, err := r.counts()
	if err != nil {
		r.t.Fatalf("check --alerts: %v", err)
	}

	opened := 0
	for _, sum := range sums {
		opened += sum.folded
	}

	if opened != counts.Folded {
		r.t.Errorf("readers could open %d alerts, %d are folded", opened, counts.Folded)
	}
}

// inFlight counts the alerts that were claimed for a platform and had no result when
// the program died, in all of its lives: by its log, which is written first.
func (r *crashRig) inFlight(platform string) (alerts int) {
	r.t.Helper()

	log, err := os.ReadFile(r.path("log"))
	if err != nil {
		r.t.Fatal(err)
	}

	number := regexp.MustCompile(`message=(\d+) `)

	for i, from := range r.lives {
		to := int64(len(log))
		if i+1 < len(r.lives) {
			to = r.lives[i+1]
		}

		open := map[string]int{}

		for line := range strings.Lines(string(log[from:to])) {
			message := number.FindString(line)
			switch {
			case message == "", strings.Contains(line, `msg="settle, trying again"`): // its result is not written
			case !strings.Contains(line, "msg=claimed"):
				delete(open, message)
			case strings.Contains(line, "platform="+platform+" "):
				open[message]++
			}
		}

		for _, n := range open {
			alerts += n
		}
	}

	return alerts
}

// wrong reports whether the promise was broken: where no message is known again, so many may stand
// twice.
func (t *tally) wrong(platform string, unsure int) bool {
	switch platform {
	case "telegram", targettest.Slack, targettest.Gotify, targettest.Pushover:
	default:
		unsure = 0
	}

	return t.lost > 0 || t.doubled > unsure
}

// sound checks the database, and once all is settled that nothing waits in it.
func (r *crashRig) sound(settled bool) {
	r.t.Helper()

	for _, args := range [][]string{{"check", "--json"}, {"check", "--json", "--alerts"}} {
		out, err := exec.Command(r.binary, append(args, "--config", r.path("config.toml"))...).Output()
		if err != nil {
			r.t.Errorf("newsbell %s: %v\n%s", strings.Join(args, " "), err, out)
			continue
		}

		var counts alertCounts
		if len(args) == 3 {
			if err := json.Unmarshal(out, &counts); err != nil || (settled && counts.Waiting != 0) || len(counts.Dropped) > 0 {
				r.t.Errorf("after the run: %s%v", out, err)
			}

			r.t.Logf("check --alerts: %s", strings.TrimSpace(string(out)))
		}
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
