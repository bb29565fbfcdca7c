package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Only these events are asked for: servers, their channels and roles; and direct
// messages, so that a person can just write. None is privileged, and
// interactions need none.
const intents = discordgo.IntentsGuilds | discordgo.IntentsDirectMessages

// closeLimit is for Close: discordgo sleeps a second in it.
const closeLimit = 3 * time.Second

// line is one gateway session: a discordgo session over one connection after the
// other, as long as Discord lets it be resumed. One goroutine (the supervisor)
// uses it.
type line struct {
	s      *discordgo.Session
	net    network
	pauses pauses
	event  func(*line, *discordgo.Event)

	url    string       // where discordgo shall connect
	target string       // the path and query there
	dialed string       // where it did, "" not yet
	forget atomic.Bool  // refuse the next dial
	ctx    atomic.Value // context.Context of the connection
	wire   atomic.Pointer[wire]
	gone   chan struct{} // discordgo has closed the connection

	mu     sync.Mutex
	resume string // resume_gateway_url of READY
	ready  bool   // READY was seen: there is a session to resume
	live   bool   // READY or RESUMED was seen on this connection
}

var errForget = errors.New("forgetting the gateway's address")

func newLine(token string, n network, p pauses, event func(*line, *discordgo.Event)) *line {
	s, _ := discordgo.New("Bot " + token) // its error is always nil
	l := &line{s: s, net: n, pauses: p, event: event, gone: make(chan struct{}, 1)}
	s.LogLevel = -1                  // it logs to stderr, at debug level the token
	s.ShouldReconnectOnError = false // it ignores close codes and never stops
	s.ShouldReconnectVoiceOnSessionError = false
	s.StateEnabled = false
	s.SyncEvents = true // in order, in one goroutine
	s.Compress = false
	s.Identify.Intents = intents
	s.Client = &http.Client{Transport: gatewayAnswer{l}}
	s.Dialer = &websocket.Dialer{
		HandshakeTimeout: dialLimit,
		NetDialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return l.dial(ctx, address, false)
		},
		NetDialTLSContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return l.dial(ctx, address, true)
		},
	}
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) { l.event(l, e) })
	s.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case l.gone <- struct{}{}:
		default:
		}
	})

	return l
}

// gatewayAnswer answers discordgo's GET /gateway with the line's address: which
// gateway it is was settled before.
type gatewayAnswer struct{ l *line }

// RoundTrip implements [http.RoundTripper].
func (g gatewayAnswer) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := json.Marshal(map[string]string{"url": g.l.url})
	if err != nil {
		return nil, err
	}

	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: req,
	}, nil
}

func (l *line) dial(ctx context.Context, address string, secure bool) (net.Conn, error) {
	if l.forget.Swap(false) {
		return nil, errForget
	}

	outer := l.ctx.Load().(context.Context)

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(outer, cancel)()

	c, err := l.net.dial(ctx, address, secure)
	if err != nil {
		return nil, err
	}

	w := newWire(c, l.target)
	l.wire.Store(w)

	return w, nil
}

// open connects to address and identifies or resumes. stuck says that discordgo
// will never come back: the line is lost.
func (l *line) open(ctx context.Context, address string) (stuck bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	l.ctx.Store(ctx)

	if l.url, l.target, err = gatewayURL(address); err != nil {
		return false, err
	}

	if l.dialed != "" && l.dialed != l.url {
		// discordgo keeps the first address and forgets it only when dialing it
		// fails; so it fails once.
		l.forget.Store(true)

		if err := l.s.Open(); err == nil {
			return false, errors.New("the gateway's address did not change")
		}

		l.forget.Store(false)
	}

	l.dialed = l.url
	l.wire.Store(nil)
	l.setLive(false)

	select {
	case <-l.gone:
	default:
	}

	opened := make(chan error, 1)
	go func() { opened <- l.s.Open() }()

	limit := time.NewTimer(l.pauses.open)
	defer limit.Stop()

	select {
	case err := <-opened:
		if err != nil {
			l.cut()
		}

		return false, err
	case <-limit.C:
		err = errors.New("the gateway did not answer in time")
	case <-ctx.Done():
		err = ctx.Err()
	}

	cancel()
	l.cut()
	limit.Reset(l.pauses.stuck)

	select {
	case late := <-opened:
		if late == nil { // it made it in the last moment, over a connection that is cut
			<-l.gone
		}

		return false, err
	case <-limit.C:
		return true, err
	}
}

// cut ends the connection without a word, so that the session can be resumed.
func (l *line) cut() {
	if w := l.wire.Load(); w != nil {
		w.Close()
	}
}

// ended is what the server said at the end of the last connection.
func (l *line) ended() verdict {
	if w := l.wire.Load(); w != nil {
		return w.ended()
	}

	return verdict{}
}

// wait returns when the connection is over. It ends a connection whose
// heartbeats are not answered: Discord's documentation calls one missed answer
// enough, we allow for a slow one.
func (l *line) wait(ctx context.Context) {
	w := l.wire.Load()
	beat, _ := w.pulse()

	tick := time.NewTicker(max(beat/4, 10*time.Millisecond))
	defer tick.Stop()

	for {
		select {
		case <-l.gone:
			// discordgo's heartbeat may report the end of the connection before.
			if w.closed.Load() {
				return
			}
		case <-ctx.Done():
			l.close()
			return
		case <-tick.C:
			if _, last := w.pulse(); time.Since(last) > 2*beat+beat/2 {
				l.cut()
			}
		}
	}
}

// close ends the session, and waits for it, but not for ever.
func (l *line) close() {
	if w := l.wire.Load(); w != nil {
		w.leaving.Store(true)
	}

	done := make(chan struct{})

	go func() { l.s.Close(); close(done) }()

	limit := time.NewTimer(closeLimit)
	defer limit.Stop()

	select {
	case <-done:
	case <-limit.C:
		l.cut()
	}
}

func (l *line) setLive(live bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.live = live
}

// greeted takes READY in.
func (l *line) greeted(resume string) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.resume, l.ready, l.live = resume, true, true
}

// isLive says that what arrives now happens now, and is not replayed.
func (l *line) isLive() bool {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.live
}

func (l *line) resumable() (address string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.resume, l.ready
}

// gatewayURL reads the gateway's address: what discordgo shall connect to, and
// the path and query that the server shall see. discordgo puts a slash and
// "?v=9&encoding=json" behind whatever address it gets, so the wire writes the
// request anew.
func gatewayURL(address string) (to, target string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", errors.New("the gateway's address cannot be read")
	}

	switch u.Scheme {
	case "http":
		u.Scheme = "ws"
	case "https":
		u.Scheme = "wss"
	}

	if u.Host == "" || (u.Scheme != "ws" && u.Scheme != "wss") {
		return "", "", errors.New("the gateway's address is not ws:// or wss://")
	}

	if u.Path == "" {
		u.Path = "/"
	}

	q := u.Query()
	if !q.Has("v") {
		q.Set("v", "10")
	}

	if !q.Has("encoding") {
		q.Set("encoding", "json")
	}

	u.RawQuery = q.Encode()
	target = u.RequestURI()

	return u.Scheme + "://" + u.Host + "/", target, nil
}
