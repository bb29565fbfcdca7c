package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Opcodes. Source: "Gateway Opcodes" in Discord's documentation.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatACK   = 11
)

const (
	// maxMessage is the largest message that is read: a server with many channels
	// is some megabytes.
	maxMessage = 64 << 20
	// handshakeLimit bounds the WebSocket handshake, writeLimit one message, and
	// goodbyeLimit the wait for the server's half of a closing.
	handshakeLimit = 15 * time.Second
	writeLimit     = 10 * time.Second
	goodbyeLimit   = time.Second
)

// message is one message of the gateway.
type message struct {
	Op       int             `json:"op"`
	Data     json.RawMessage `json:"d"`
	Sequence int64           `json:"s"`
	Type     string          `json:"t"`
}

// connection is one connection, from the handshake to its end.
type connection struct {
	shard   *shard
	ws      *websocket.Conn
	session *session  // the one to resume, or a new one
	started func()    // lets the next shard start its session
	greeted bool      // HELLO was seen
	live    time.Time // when READY or RESUMED was seen; zero: not yet

	tasks  sync.WaitGroup
	opened chan struct{} // closed by the first event
	ended  chan struct{} // closed when reading is over

	writing sync.Mutex

	pulse sync.Mutex
	acked time.Time // the last sign of life: HELLO or an acknowledged heartbeat
}

// open dials and shakes hands.
func (s *shard) open(ctx context.Context, address string, started func()) (*connection, error) {
	target, origin, err := parseURL(address)
	if err != nil {
		return nil, err
	}

	kept := s.session
	if kept == nil {
		kept = &session{origin: origin}
	}

	// gorilla does not end a handshake when ctx ends, so the connection is closed.
	var stop func() bool

	dial := func(at string, secure bool) (net.Conn, error) {
		conn, err := s.config.Dial(ctx, at, secure)
		if err == nil {
			stop = context.AfterFunc(ctx, func() { conn.Close() })
		}

		return conn, err
	}
	dialer := &websocket.Dialer{
		HandshakeTimeout:  handshakeLimit,
		NetDialContext:    func(_ context.Context, _, at string) (net.Conn, error) { return dial(at, false) },
		NetDialTLSContext: func(_ context.Context, _, at string) (net.Conn, error) { return dial(at, true) },
	}

	ws, resp, err := dialer.DialContext(ctx, target, nil)
	if resp != nil {
		resp.Body.Close()
	}

	if stop != nil {
		stop()
	}

	if err != nil {
		return nil, err
	}

	ws.SetReadLimit(maxMessage)
	// The usual handler would answer a close frame with its own code, and 1001
	// would end the session.
	ws.SetCloseHandler(func(int, string) error { return nil })

	return &connection{
		shard: s, ws: ws, session: kept, started: started, opened: make(chan struct{}), ended: make(chan struct{}),
	}, nil
}

// run reads until the connection ends.
func (c *connection) run(ctx context.Context) outcome {
	c.tasks.Go(func() { c.guard(ctx) })

	out := c.read()
	out.live, out.held = !c.live.IsZero(), time.Since(c.live)

	close(c.ended)
	c.ws.Close() // without a close frame
	c.tasks.Wait()

	return out
}

// guard ends the connection when ctx ends, or when nothing comes of it.
func (c *connection) guard(ctx context.Context) {
	limit := time.NewTimer(c.shard.config.Times.Open)
	defer limit.Stop()

	select {
	case <-c.opened:
	case <-c.ended:
		return
	case <-ctx.Done():
	case <-limit.C:
		c.ws.Close()
		return
	}

	select {
	case <-c.ended:
	case <-ctx.Done():
		c.sayGoodbye()
	}
}

// sayGoodbye ends the session, so that Discord shows the bot as gone.
func (c *connection) sayGoodbye() {
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(goodbyeLimit))

	limit := time.NewTimer(goodbyeLimit)
	defer limit.Stop()

	select {
	case <-c.ended:
	case <-limit.C:
		c.ws.Close()
	}
}

// read takes messages until the connection ends or has to.
func (c *connection) read() outcome {
	for {
		_, raw, err := c.ws.ReadMessage()
		if err != nil {
			return closedBy(err)
		}

		var m *message
		if err := json.Unmarshal(raw, &m); err != nil || m == nil {
			return outcome{err: errNonsense}
		}

		if out, over := c.receive(m); over {
			return out
		}
	}
}

// receive does what a message asks; over reports whether the connection ends
// with it.
func (c *connection) receive(m *message) (out outcome, over bool) {
	var err error

	switch m.Op {
	case opDispatch:
		c.dispatch(m)
	case opHeartbeat:
		err = c.beat()
	case opHeartbeatACK:
		c.acknowledged()
	case opHello:
		err = c.greet(m.Data)
	case opReconnect:
		err = errReconnect
	case opInvalidSession:
		out.invalid, err = true, errInvalid
		_ = json.Unmarshal(m.Data, &out.resumable)
	}

	out.err = err

	return out, err != nil
}

// greet answers HELLO: heartbeats begin, and the session is resumed or started.
func (c *connection) greet(raw json.RawMessage) error {
	if c.greeted {
		return nil
	}

	c.greeted = true

	var hello struct {
		Interval float64 `json:"heartbeat_interval"` // milliseconds
	}

	_ = json.Unmarshal(raw, &hello)

	interval := time.Duration(min(max(hello.Interval, 0), 1e9)) * time.Millisecond
	if interval <= 0 {
		return errNonsense
	}

	c.acknowledged()
	c.tasks.Go(func() { c.keepAlive(interval) })

	if c.session.id != "" {
		return c.write(opResume, map[string]any{
			"token": c.shard.config.Token, "session_id": c.session.id, "seq": c.session.sequence.Load(),
		})
	}

	return c.identify()
}

// identify starts a new session, and lets the next shard have its turn.
func (c *connection) identify() error {
	defer c.started()

	c.shard.client.starts.note(c.shard.number)

	if tell := c.shard.config.Started; tell != nil {
		tell(time.Now())
	}

	body := map[string]any{
		"token": c.shard.config.Token, "intents": c.shard.config.Intents, "compress": false, "large_threshold": 250,
		"properties": map[string]string{"os": runtime.GOOS, "browser": "newsbell", "device": "newsbell"},
	}
	if c.shard.count > 1 {
		body["shard"] = [2]int{c.shard.number, c.shard.count}
	}

	return c.write(opIdentify, body)
}

// dispatch hands an event on.
func (c *connection) dispatch(m *message) {
	c.session.saw(m.Sequence)

	switch m.Type {
	case "READY":
		c.session.start(m.Data)
		c.live = time.Now()
	case "RESUMED":
		c.live = time.Now()
	}

	select {
	case <-c.opened:
	default:
		close(c.opened)
		c.shard.config.Log.Info("discord: connected")
	}

	c.shard.config.Dispatch(Event{Name: m.Type, Data: m.Data, Replayed: c.live.IsZero(), Shard: c.shard.number, Shards: c.shard.count})
}

// write sends one message.
func (c *connection) write(op int, data any) error {
	c.writing.Lock()
	defer c.writing.Unlock()

	if err := c.ws.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}

	if err := c.ws.WriteJSON(map[string]any{"op": op, "d": data}); err != nil {
		return fmt.Errorf("writing to the gateway: %w", err)
	}

	return nil
}
