// Package discordtest is a Discord for tests: its REST API and its gateway over
// real HTTP and WebSocket, with servers, channels, people and their rights, and
// as strict as Discord is. It has its own idea of every rule, taken from
// Discord's documentation and from its OpenAPI file (see schema.go), and shares
// no code with the adapter that it judges.
//
// A test builds a world and acts like a person:
//
//	s := discordtest.Start(discordtest.Options{})
//	defer s.Close()
//	ada := s.Person("Ada")
//	desk := s.Server("Desk")
//	general := desk.Text("general")
//	member := desk.Join(ada).In(general)
//	member.Runs("/subscribe", "query", "drone")
//	member.Presses("Undo")
//	fmt.Print(general.Transcript())
//
// What a real server would let pass although it is wrong (a field that does not
// exist, a message without allowed_mentions) is kept in Complaints.
package discordtest

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Options bend the fake where a test needs it.
type Options struct {
	Token string // "" is "test.token"
	// Heartbeat is the pace that HELLO asks for; 0 is Discord's 41.25 s.
	Heartbeat time.Duration
	// AnswerWithin is how long an interaction waits for its first answer, and
	// TokenFor how long it can be answered at all; 0 is Discord's 3 s and 15 min.
	AnswerWithin, TokenFor time.Duration
	// NonceFor is how long an enforced nonce is remembered; 0 is 5 minutes
	// (Discord says "the past few minutes").
	NonceFor time.Duration
	// IdentifyEvery is the least time between two identifies; 0 is none, Discord
	// has 5 s.
	IdentifyEvery time.Duration
	// Shards is how many shards the bot has to have, and AtOnce how many of them may identify in
	// the time for one (max_concurrency); 0 is one.
	Shards, AtOnce int
	// StartedToday is how many sessions others have started with the bot's token today. ResetAfter
	// is until when the day lasts; 0 is 24 hours.
	StartedToday int
	ResetAfter   time.Duration
	// EchoNonces puts nonces into messages that are read back, as some servers do
	// and Discord does not.
	EchoNonces bool
	// Bare leaves out what other servers may not have: opening direct messages,
	// rate-limit headers, nonces in messages, resume_gateway_url, locale,
	// context, app_permissions, the application in READY, /gateway/bot, and
	// reading servers, members and channels.
	Bare bool
	// Servers is how many servers Discord says that the bot is in, at least.
	Servers int
	// Address to listen on; "" is a free port of 127.0.0.1.
	Address string
	// Listener is used in place of Address, for example one of pipes in a
	// synctest bubble.
	Listener net.Listener
}

// Fake is a running Discord with one bot. Its methods are safe for concurrent use.
type Fake struct {
	// APIURL is the REST API's prefix, GatewayURL the gateway's address.
	APIURL, GatewayURL string
	Token              string

	o       Options
	http    *http.Server
	serving sync.WaitGroup
	gw      gateway
	faults  faults

	mu         sync.Mutex
	changed    chan struct{} // closed and renewed at each change: wait on it
	last       uint64        // the last id
	bot        *Person
	app        string
	people     map[string]*Person
	servers    map[string]*Server
	channels   map[string]*Channel
	messages   map[string]*message
	files      map[string]*attachment // by id
	nonces     map[string]*message    // channel+nonce
	webhooks   map[string]*webhook    // by id
	commands   []command
	registered int
	pending    map[string]*interaction // by id
	tokens     map[string]*interaction
	requests   []Request
	tooMany    int // times that more was to be published than is taken
	complaints []string
	lastShown  *message       // what the last answer is
	form       map[string]any // that it opened
	buckets    map[string]*bucket
	rules      *validator
}

// Request is a REST call that the fake got.
type Request struct {
	Method, Path string
	Body         string
	Status       int
	Code         int // of the error, 0 if none
}

// Start runs a fake until Close.
func Start(o Options) *Fake {
	o = withDefaults(o)
	f := &Fake{
		Token: o.Token, o: o, changed: make(chan struct{}), people: map[string]*Person{}, servers: map[string]*Server{},
		channels: map[string]*Channel{}, messages: map[string]*message{}, files: map[string]*attachment{}, nonces: map[string]*message{}, webhooks: map[string]*webhook{},
		pending: map[string]*interaction{}, tokens: map[string]*interaction{}, buckets: map[string]*bucket{}, rules: newValidator(),
	}
	f.bot = f.person("Newsbell", true)
	f.app = f.id()
	f.gw.init(f)

	l := o.Listener
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", o.Address); err != nil {
			panic(fmt.Sprintf("discordtest: %v", err))
		}
	}

	f.APIURL = "http://" + l.Addr().String() + "/api/v10"
	f.GatewayURL = "ws://" + l.Addr().String() + "/gateway"
	mux := http.NewServeMux()
	f.routes(mux)
	mux.HandleFunc("GET /attachments/{channel}/{id}/{name}", f.serveFile)
	mux.HandleFunc("/gateway", f.gw.serve)
	mux.HandleFunc("/resume", f.gw.serve)
	f.http = &http.Server{Handler: mux}
	f.serving.Go(func() { _ = f.http.Serve(l) })

	return f
}

func withDefaults(o Options) Options {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}

	if o.Token == "" {
		o.Token = "test.token"
	}

	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}

	o.Shards, o.AtOnce = max(o.Shards, 1), max(o.AtOnce, 1)

	set(&o.Heartbeat, 41250*time.Millisecond)
	set(&o.AnswerWithin, 3*time.Second)
	set(&o.TokenFor, 15*time.Minute)
	set(&o.NonceFor, 5*time.Minute)

	return o
}

// Close stops the fake and ends all its connections.
func (f *Fake) Close() {
	f.gw.shut()
	f.http.Close()
	f.serving.Wait()
	f.gw.conns.Wait()
}

// discordEpoch is the first millisecond of 2015, from which ids count.
const discordEpoch = 1420070400000

// id makes a snowflake: the time and a counter. The caller holds mu or is Start.
func (f *Fake) id() string {
	n := uint64(time.Now().UnixMilli()-discordEpoch) << 22
	if n <= f.last {
		n = f.last + 1
	}

	f.last = n

	return strconv.FormatUint(n, 10)
}

// touch wakes all who wait for a change. The caller holds mu.
func (f *Fake) touch() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// patience is how long the fake's person waits for something to happen.
const patience = time.Minute

// await waits until ok says yes, under mu. It panics when nothing happens: a
// test has no use for going on.
func (f *Fake) await(what string, ok func() bool) {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()

	for {
		f.mu.Lock()
		done, changed := ok(), f.changed
		f.mu.Unlock()

		if done {
			return
		}

		select {
		case <-changed:
		case <-deadline.C:
			panic("discordtest: waited in vain for " + what + "\n" + f.Log())
		}
	}
}

// Log lists the REST calls so far, a line each.
func (f *Fake) Log() string {
	out := ""
	for _, r := range f.Requests() {
		out += fmt.Sprintf("%s %s -> %d", r.Method, r.Path, r.Status)
		if r.Code != 0 {
			out += fmt.Sprintf(" (%d)", r.Code)
		}

		out += "\n"
	}

	return out
}

// Requests returns the REST calls so far, in order.
func (f *Fake) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()

	return append([]Request(nil), f.requests...)
}

// Complaints returns the things that a real server lets pass although they are wrong.
func (f *Fake) Complaints() []string {
	f.mu.Lock()
	defer f.mu.Unlock()

	return append([]string(nil), f.complaints...)
}

func (f *Fake) complain(format string, args ...any) {
	f.complaints = append(f.complaints, fmt.Sprintf(format, args...))
}

// Bot returns the bot's user id.
func (f *Fake) Bot() string { return f.bot.ID }

// Application returns the id of the bot's application.
func (f *Fake) Application() string { return f.app }
