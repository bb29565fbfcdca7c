//go:build unix

package systemtest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"newsbell/store/engine/enginetest"
)

// The cluster tests run several processes on one PostgreSQL, kill them, freeze them and cut
// them off from the server, each through a proxy of its own. What has to arrive is worked out as
// in the crash tests.

// proxy stands between a process and the server.
type proxy struct {
	listener net.Listener
	server   [2]string // network and address

	mu    sync.Mutex
	holes bool // nothing passes, and nobody is told
	shut  bool // nobody gets a connection
	delay time.Duration
	lose  int // COMMITs that are lost: every second one itself, of the others the answer
	conns map[net.Conn]bool
}

// startProxy starts a proxy to the server of an address; own is that address through it, for a process
// of a name.
func startProxy(t *testing.T, address, process string) (p *proxy, own string) {
	t.Helper()

	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}

	query := u.Query()
	p = &proxy{server: [2]string{"tcp", u.Host}, conns: map[net.Conn]bool{}}

	if folder := query.Get("host"); folder != "" {
		p.server = [2]string{"unix", folder + "/.s.PGSQL." + cmp.Or(query.Get("port"), "5432")}
	}

	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		p.listener.Close()
		p.cut()
	})

	go p.accept()

	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")
	query.Set("application_name", process)

	u.Host, u.RawQuery = p.listener.Addr().String(), query.Encode()

	return p, u.String()
}

func (p *proxy) accept() {
	for {
		from, err := p.listener.Accept()
		if err != nil {
			return
		}

		to, err := net.Dial(p.server[0], p.server[1])
		if err != nil {
			from.Close()
			continue
		}

		if p.isShut() {
			from.Close()
			to.Close()

			continue
		}

		p.mu.Lock()
		p.conns[from], p.conns[to] = true, true
		p.mu.Unlock()

		silent := new(atomic.Bool)

		go p.pass(from, to, func(part []byte) error { return p.loseCommit(part, silent) })
		go p.pass(to, from, func([]byte) error {
			if silent.Load() {
				return net.ErrClosed // it has answered the COMMIT
			}

			return nil
		})
	}
}

// pass passes on what comes, unless check says that the connection ends there.
func (p *proxy) pass(from, to net.Conn, check func(part []byte) error) {
	part := make([]byte, 32<<10)

	for {
		n, err := from.Read(part)

		for p.isHole() {
			<-time.After(50 * time.Millisecond)
		}

		<-time.After(p.lateness())

		if n > 0 {
			if failed := check(part[:n]); failed != nil {
				err = failed
			} else if _, failed := to.Write(part[:n]); failed != nil {
				err = failed
			}
		}

		if err != nil {
			from.Close()
			to.Close()

			return
		}
	}
}

// loseCommit loses a COMMIT, or has its answer lost, if that is due.
func (p *proxy) loseCommit(part []byte, silent *atomic.Bool) error {
	if !enginetest.IsCommit(part) {
		return nil
	}

	p.mu.Lock()
	defer p.mu.Unlock()

	if p.lose == 0 {
		return nil
	}

	p.lose--
	if p.lose%2 == 0 {
		return net.ErrClosed
	}

	silent.Store(true)

	return nil
}

// loseCommits has so many COMMITs lost from now on, and returns how many were still to be lost.
func (p *proxy) loseCommits(n int) (left int) {
	p.mu.Lock()
	defer p.mu.Unlock()

	left, p.lose = p.lose, n

	return left
}

func (p *proxy) isHole() bool {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.holes
}

func (p *proxy) isShut() bool {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.shut
}

func (p *proxy) lateness() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.delay
}

// shutOut ends all connections and lets nobody in any more, or again.
func (p *proxy) shutOut(on bool) {
	p.mu.Lock()
	p.shut = on
	p.mu.Unlock()

	if on {
		p.cut()
	}
}

// slow has everything pass so much later.
func (p *proxy) slow(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.delay = delay
}

// swallow has nothing pass any more, or everything again.
func (p *proxy) swallow(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.holes = on
}

// cut ends all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()

	for c := range p.conns {
		c.Close()
	}

	clear(p.conns)
}

// member is one process of several.
type member struct {
	name   string
	binary string
	proxy  *proxy
	env    []string // besides that of the test
	child  *exec.Cmd
	ended  chan error
}

// cluster is a rig whose program runs in several processes.
type cluster struct {
	*crashRig
	members []*member
	server  *enginetest.Server // nil: it is not the test's to stop
	frozen  int                // processes that went on with what had been theirs
	lost    int                // COMMITs, or answers to them
	watch   *leaseWatch

	takeOvers []takeOver
}

// How the hosts of the feeds are asked: all processes together keep the pause.
const (
	clusterHosts  = 3
	clusterGap    = 300 * time.Millisecond
	clusterLinger = 20 * time.Millisecond
)

// newCluster starts processes that share a database, each with a role as it is in roles ("":
// all), and has people follow words.
func newCluster(t *testing.T, roles ...string) *cluster {
	t.Helper()
	enginetest.NeedsPostgres(t)

	return newClusterOn(t, testBinary(t), "", roles...)
}

// newClusterOn is newCluster of another program, on a database ("": one of the test's).
func newClusterOn(t *testing.T, binary, database string, roles ...string) *cluster {
	t.Helper()

	c := &cluster{crashRig: newCrashRig(t, testBinary(t), 10)}
	c.spreadFeeds()

	given := enginetest.Database(t, c.path("crash.db"))
	if database == "" {
		database = given
	}

	c.rewriteConfig(fmt.Sprintf("%q", given), fmt.Sprintf("%q", database))
	c.watch = watchLeases(t, database)

	for i, role := range roles {
		m := &member{name: fmt.Sprintf("process-%d", i), binary: binary}

		var own string

		m.proxy, own = startProxy(t, database, m.name)

		body, err := os.ReadFile(c.path("config.toml"))
		if err != nil {
			t.Fatal(err)
		}

		text := strings.Replace(string(body), fmt.Sprintf("%q", database), fmt.Sprintf("%q", own), 1)

		if role != "" {
			role = `roles = ["` + strings.ReplaceAll(role, ",", `", "`) + `"]` + "\n"
		}

		text += fmt.Sprintf("[process]\nname = %q\n%s", m.name, role)

		if err := os.WriteFile(c.path(m.name+".toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}

		c.members = append(c.members, m)

		t.Cleanup(func() { c.kill(m) })
	}

	for _, m := range c.members {
		c.run(m)
	}

	startAudit(t, c.watch.db)
	c.subscribe()
	c.waitForBaseline()

	return c
}

// spreadFeeds has several hosts serve the feeds, with a pause between two requests to one of them.
func (c *cluster) spreadFeeds() {
	c.t.Helper()

	c.rewriteConfig(`host_gap = "0s"`, fmt.Sprintf("host_gap = %q", clusterGap))
	c.feeds.watchHosts(clusterLinger, clusterGap)

	var hosts []*httptest.Server

	for range clusterHosts {
		host := httptest.NewServer(c.feeds)
		c.t.Cleanup(host.Close)

		hosts = append(hosts, host)
	}

	for feed := range crashFeeds {
		path := fmt.Sprintf("/%d.xml", feed)
		c.rewriteConfig(c.feeds.URL+path, hosts[feed%clusterHosts].URL+path)
	}
}

// run starts a process.
func (c *cluster) run(m *member) {
	c.t.Helper()

	running := regexp.MustCompile(`msg=running .*` + regexp.QuoteMeta(m.proxy.listener.Addr().String()))
	before := len(running.FindAllString(c.log(), -1))

	m.child = exec.Command(m.binary, "run", "--config", c.path(m.name+".toml"), "--verbose", "--for", "60m")
	m.child.Stdout, m.child.Stderr = c.logs, c.logs
	m.child.Env = append(os.Environ(), m.env...)

	if err := m.child.Start(); err != nil {
		c.t.Fatal(err)
	}

	ended, child := make(chan error, 1), m.child
	m.ended = ended

	go func() { ended <- child.Wait() }()

	for deadline := time.Now().Add(2 * time.Minute); len(running.FindAllString(c.log(), -1)) == before; {
		if time.Now().After(deadline) {
			c.t.Fatalf("%s does not start", m.name)
		}

		<-time.After(20 * time.Millisecond)
	}
}

// log is what all processes have logged.
func (c *cluster) log() string {
	c.t.Helper()

	log, err := os.ReadFile(c.path("log"))
	if err != nil {
		c.t.Fatal(err)
	}

	return string(log)
}

func (c *cluster) kill(m *member) {
	if m.child == nil {
		return
	}

	_ = m.child.Process.Kill()
	<-m.ended
	m.child = nil
}

// end stops a process as an operator does.
func (c *cluster) end(m *member) {
	c.t.Helper()

	_ = m.child.Process.Signal(syscall.SIGTERM) // one that has ended is told of below

	if err := <-m.ended; err != nil {
		c.t.Errorf("%s: %v; the processes have complained: %s", m.name, err, regexp.MustCompile("(?m)^newsbell: .*$").FindAllString(c.log(), -1))
	}

	m.child = nil
}

// longerThanTrust is how long a process is frozen or cut off: others have taken over by then.
const longerThanTrust = 9 * time.Second

// lostCommits is how many COMMITs a step loses: what they wrote is in the database, or is not, and the
// process has to find out.
const lostCommits = 20

// The steps of a cluster test.
var clusterSteps = map[string]func(*cluster, *member){
	"kill": func(c *cluster, m *member) {
		c.losesWork("kill", m, longerThanTrust, func() { c.kill(m) })
		c.run(m)
	},
	"stop": func(c *cluster, m *member) {
		c.losesWork("stop", m, time.Second, func() { c.end(m) })
		c.run(m)
	},
	"freeze": func(c *cluster, m *member) {
		c.losesWork("freeze", m, longerThanTrust, func() { _ = m.child.Process.Signal(syscall.SIGSTOP) })

		_ = m.child.Process.Signal(syscall.SIGCONT)
		c.frozen++
	},
	"cut": func(c *cluster, m *member) {
		m.proxy.cut()
		c.keepPublishing(time.Second)
	},
	"lost commits": func(c *cluster, m *member) {
		m.proxy.loseCommits(lostCommits)
		c.keepPublishing(3 * time.Second)
		c.lost += lostCommits - m.proxy.loseCommits(0)
	},
	"swallow": func(c *cluster, m *member) {
		c.losesWork("swallow", m, longerThanTrust, func() { m.proxy.swallow(true) })
		m.proxy.cut()
		m.proxy.swallow(false)
	},
}

// keepPublishing publishes for a time.
func (c *cluster) keepPublishing(length time.Duration) {
	for end := time.Now().Add(length); time.Now().Before(end); {
		c.feeds.publish()
		<-time.After(time.Duration(100+rand.N(400)) * time.Millisecond)
	}
}

// judge lets the cluster come to rest, and fails the test if anything was lost, or anything was
// doubled that was not tried a second time where no platform can tell: on Telegram, and in a channel of
// Discord without nonces by a process that was frozen between its look at its lease and its request.
// That one sends late, when the look of another process for the message has found none.
func (c *cluster) judge(what string) {
	c.t.Helper()

	c.settled(60 * time.Second)
	c.openFolded()

	for _, m := range c.members {
		c.end(m)
	}

	c.reportTakeOvers()

	for platform, sum := range c.tally() {
		open := c.leftOpen(platform)
		c.t.Logf("%-8s %s: %d expected, %d of them folded, %d lost, %d doubled; %d were not known to have arrived when they were tried again", platform, what, sum.expected, sum.folded, sum.lost, sum.doubled, open)

		if platform == "discord" {
			sum.doubled -= min(open, c.frozen, sum.nonceless)
		}

		if sum.expected == 0 || sum.wrong(platform, open) {
			c.t.Errorf("%s: %d of %d lost, %d doubled: %q", platform, sum.lost, sum.expected, sum.doubled, toldTwice(c.readers, c.feeds, platform))
			c.traceLost(platform)
		}
	}

	// A process that was frozen between its look at its leases and its request sends that late: while
	// another one is answered, or before one.
	soon := c.feeds.tooSoon()
	c.t.Logf("%d requests came too soon after another one of their host, and processes were frozen %d times: %q", len(soon), c.frozen, soon)

	if len(soon) > 2*c.frozen {
		c.t.Errorf("a host was asked too soon:\n%s", strings.Join(soon, "\n"))
	}

	c.sound(true)
}

// traceLost logs how far stories got that a chat of a platform was not told of, and what processes said.
func (c *cluster) traceLost(platform string) {
	c.t.Helper()

	for _, r := range c.readers {
		told := strings.Join(r.told(), "\n")

		for _, title := range c.feeds.expected(r.queries) {
			if r.name != platform || strings.Contains(told, title) {
				continue
			}

			var saved, alerted string

			err := c.watch.db.QueryRow(`SELECT coalesce(string_agg(row_to_json(a)::text, ' '), 'not saved'),
				coalesce((SELECT string_agg(row_to_json(l)::text, ' ') FROM alerts l JOIN articles a ON l.article = a.id OR l.story = a.story WHERE a.title = $1), 'none')
				FROM articles a WHERE a.title = $1`, title).Scan(&saved, &alerted)
			c.t.Logf("lost: %q; its article: %s; alerts of its story: %s (%v)", title, saved, alerted, err)
		}
	}

	for line := range strings.Lines(c.log()) {
		if !strings.Contains(line, "level=DEBUG") {
			c.t.Log(strings.TrimSpace(line))
		}
	}
}

// leftOpen counts the alerts in attempts to a platform without nonces, or to the channels of Discord that
// know none, of which it was not known that they had arrived when they were tried again: by the log,
// which is written before anything is sent.
func (c *cluster) leftOpen(platform string) (alerts int) {
	c.t.Helper()

	chats := `\d+`
	if platform == "discord" {
		chats = strings.Join(c.chatsWithoutNonces(), "|")
	}

	claimed := regexp.MustCompile(`msg=claimed alert=(\d+) message=(\d+) platform=` + platform + ` chat=(?:` + chats + `) `)
	accepted := regexp.MustCompile(`msg=sent message=(\d+) `)
	open := map[string]map[string]bool{} // alerts of attempts that were not accepted yet, by message

	for line := range strings.Lines(c.log()) {
		if claim := claimed.FindStringSubmatch(line); claim != nil {
			alert, message := claim[1], claim[2]

			if open[message] == nil {
				open[message] = map[string]bool{}
			}

			if open[message][alert] {
				alerts++
			}

			open[message][alert] = true
		} else if m := accepted.FindStringSubmatch(line); m != nil {
			delete(open, m[1])
		}
	}

	return alerts
}

// chatsWithoutNonces returns the ids of the chats in which no nonce keeps a message from coming twice.
func (c *cluster) chatsWithoutNonces() (ids []string) {
	c.t.Helper()

	for _, r := range c.readers {
		if r.noNonces == "" {
			continue
		}

		var id string
		if err := c.watch.db.QueryRow("SELECT id FROM chats WHERE platform = 'discord' AND address = $1", r.noNonces).Scan(&id); err != nil {
			c.t.Fatalf("the chat of channel %s: %v", r.noNonces, err)
		}

		ids = append(ids, id)
	}

	return ids
}

// TestProcessesTakeOver has two processes that can do everything, and ends each of them in
// every way while stories flow.
func TestProcessesTakeOver(t *testing.T) {
	startParallel(t)

	c := newCluster(t, "", "")

	for i, step := range []string{"kill", "stop", "freeze", "cut", "lost commits", "lost commits", "swallow"} {
		clusterSteps[step](c, c.members[i%2])
	}

	if c.lost == 0 {
		t.Error("no COMMIT was lost")
	}

	c.judge("two processes")
}

// TestProcessesPartTheWork has a process for each role, and a second one for all of them.
func TestProcessesPartTheWork(t *testing.T) {
	startParallel(t)

	c := newCluster(t, "poll", "match", "speak", "")
	c.keepPublishing(3 * time.Second)

	for i, step := range []string{"kill", "kill", "freeze"} {
		clusterSteps[step](c, c.members[i])
	}

	c.judge("a process for each role")
}

// TestProcessesBehindAPooler has processes on a pool by transaction, where nothing of a session lasts, and
// prepared statements neither, as before PgBouncer 1.21: they look every second, take over from each other,
// and lose nothing. None that matches speaks, so that every alert has to be noticed by another process.
func TestProcessesBehindAPooler(t *testing.T) {
	enginetest.NeedsPostgres(t)
	startParallel(t)

	server := enginetest.NewServer(t)
	c := newClusterOn(t, testBinary(t), enginetest.StartOldPooler(t, server.Address("postgres"))+"&default_query_exec_mode=cache_describe", "poll,match", "speak", "poll,match", "speak")

	for i, step := range []string{"kill", "stop", "cut"} {
		clusterSteps[step](c, c.members[i])
	}

	if !strings.Contains(c.log(), "passes no notifications on") {
		t.Error("nobody says that no notification comes through")
	}

	var late []time.Duration

	for range 5 {
		began := time.Now()
		title := c.publishFor(t)

		c.awaitDiscord(title)

		late = append(late, time.Since(began))
	}

	slices.Sort(late)

	// A look a second follows a poll a second; the outbox is read at a timer besides, every 15 s.
	if median := late[len(late)/2]; median > 8*time.Second {
		t.Errorf("without notifications the median story is told %s after it was published: %s", median, late)
	}

	c.judge("behind a pooler")
}
