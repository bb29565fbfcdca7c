package discordtest

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// gateway is the WebSocket side.
type gateway struct {
	f  *Fake
	up websocket.Upgrader

	mu       sync.Mutex
	shards   int              // as many as the bot has to have
	sessions map[int]*session // by shard
	ready    map[int]*conn    // by shard
	starts   []start          // identifies
	resumed  map[int]int      // by shard
	dials    int
	closes   []int // close codes that the bot sent; 1006 for none
	plan     []Trouble
	deaf     bool // no acknowledgement of heartbeats
	intents  int
	shutdown bool
	paths    []string
	conns    sync.WaitGroup
	open     map[*websocket.Conn]bool // also those that are not ready
	beats    int
}

// session is what can be resumed.
type session struct {
	id     string
	seq    int
	events []event
}

type event struct {
	seq  int
	kind string
	data any
}

// Trouble is what happens to the next connection before READY or RESUMED, if it doesn't say otherwise.
type Trouble int

// The troubles of a new connection.
const (
	RefuseUpgrade     Trouble = iota // HTTP 503 in place of the upgrade
	NoHello                          // silence after the upgrade
	ReconnectAtOnce                  // op 7 before READY or RESUMED
	InvalidAtOnce                    // op 9 in place of READY or RESUMED
	InvalidResumable                 // op 9 with d true
	CutAtOnce                        // the connection breaks after IDENTIFY or RESUME
	SilenceAfterHello                // no READY
	CutWhenResumed                   // the connection breaks after RESUMED
)

func (g *gateway) init(f *Fake) {
	g.f = f
	g.shards = f.o.Shards
	g.sessions, g.ready, g.resumed = map[int]*session{}, map[int]*conn{}, map[int]int{}
	g.open = map[*websocket.Conn]bool{}
	g.up = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
}

// Next plans troubles for the next connections, one each.
func (f *Fake) Next(all ...Trouble) {
	f.gw.mu.Lock()
	defer f.gw.mu.Unlock()

	f.gw.plan = append(f.gw.plan, all...)
}

func (g *gateway) trouble() (Trouble, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()

	if len(g.plan) == 0 {
		return 0, false
	}

	t := g.plan[0]
	g.plan = g.plan[1:]

	return t, true
}

// conn is one connection.
type conn struct {
	g  *gateway
	ws *websocket.Conn

	mu    sync.Mutex // writing
	sent  []time.Time
	ready bool
	shard int // of shards
	of    int
	alive time.Time
}

func (g *gateway) serve(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.dials++
	g.paths = append(g.paths, r.URL.Path)

	down := g.shutdown
	if !down {
		g.conns.Add(1)
		defer g.conns.Done()
	}
	g.mu.Unlock()

	trouble, planned := g.trouble()
	if down || (planned && trouble == RefuseUpgrade) {
		http.Error(w, "upstream connect error", http.StatusServiceUnavailable)
		return
	}

	q := r.URL.Query()

	ws, err := g.up.Upgrade(w, r, nil)
	if err != nil {
		return
	}

	if !g.enter(ws) {
		return
	}
	defer g.leave(ws)

	c := &conn{g: g, ws: ws, alive: time.Now()}
	if v := q.Get("v"); v != "9" && v != "10" {
		c.end(4012, "Invalid API version")
		return
	}

	ws.SetCloseHandler(func(code int, text string) error {
		c.closed(code)
		return nil
	})

	if !planned || trouble != NoHello {
		c.write(map[string]any{"op": 10, "d": map[string]any{"heartbeat_interval": g.f.o.Heartbeat.Milliseconds(), "_trace": []any{"[\"fake\"]"}}, "s": nil, "t": nil})
	}

	done := make(chan struct{})

	defer close(done)
	go c.watch(done)

	c.listen(trouble, planned)
	g.noteLeft(c)
}

// listen answers what is said on a connection until it ends.
func (c *conn) listen(trouble Trouble, planned bool) {
	for {
		_, raw, err := c.ws.ReadMessage()
		if err != nil {
			return
		}

		if planned && trouble == NoHello {
			continue
		}

		if code, text := c.receive(raw, trouble, planned); code != 0 {
			if code > 0 {
				c.end(code, text)
			}

			return
		}
	}
}

// enter notes an open connection; false: the fake is being closed, and so is the connection.
func (g *gateway) enter(ws *websocket.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()

	if g.shutdown {
		ws.Close()
		return false
	}

	g.open[ws] = true

	return true
}

func (g *gateway) leave(ws *websocket.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()

	delete(g.open, ws)
	ws.Close()
}

// watch ends a connection without heartbeats.
func (c *conn) watch(done chan struct{}) {
	tick := time.NewTicker(c.g.f.o.Heartbeat / 4)
	defer tick.Stop()

	for {
		select {
		case <-done:
			return
		case <-tick.C:
			c.mu.Lock()
			late := time.Since(c.alive) > c.g.f.o.Heartbeat*2
			c.mu.Unlock()

			if late {
				c.end(4009, "Session timed out")
				c.ws.Close()

				return
			}
		}
	}
}

func (c *conn) closed(code int) {
	g := c.g
	g.mu.Lock()
	defer g.mu.Unlock()

	g.closes = append(g.closes, code)
	if (code == 1000 || code == 1001) && g.ready[c.shard] == c {
		delete(g.sessions, c.shard) // Source: "Disconnecting": these codes end the session
	}
}

// noteLeft notes that a connection has ended.
func (g *gateway) noteLeft(c *conn) {
	g.mu.Lock()
	if g.ready[c.shard] == c {
		delete(g.ready, c.shard)
	}
	g.mu.Unlock()
	g.f.wake()
}

func (c *conn) write(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}

	c.mu.Lock()
	defer c.mu.Unlock()

	c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))

	return c.ws.WriteMessage(websocket.TextMessage, raw)
}

func (c *conn) end(code int, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, text), time.Now().Add(time.Second))
}

// receive takes in what the bot sent; a code ends the connection, -1 without a word.
func (c *conn) receive(raw []byte, trouble Trouble, planned bool) (int, string) {
	var m struct {
		Op   *int            `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	if len(raw) > 4096 || json.Unmarshal(raw, &m) != nil || m.Op == nil {
		return 4002, "Error while decoding payload."
	}

	c.mu.Lock()
	now := time.Now()

	c.sent = append(c.sent, now)
	for now.Sub(c.sent[0]) > time.Minute {
		c.sent = c.sent[1:]
	}

	often := len(c.sent) > 120
	c.mu.Unlock()

	if often {
		return 4008, "You are being rate limited."
	}

	switch *m.Op {
	case 1:
		return c.heartbeat()
	case 2:
		return c.identify(m.Data, trouble, planned)
	case 6:
		return c.resume(m.Data, trouble, planned)
	case 3, 4, 8:
		if !c.ready {
			return 4003, "Not authenticated."
		}

		return 0, ""
	}

	return 4001, "Unknown opcode."
}

func (c *conn) heartbeat() (int, string) {
	c.mu.Lock()
	c.alive = time.Now()
	c.mu.Unlock()
	c.g.mu.Lock()
	deaf := c.g.deaf
	c.g.beats++
	c.g.mu.Unlock()

	if !deaf {
		c.write(map[string]any{"op": 11, "d": nil, "s": nil, "t": nil})
	}

	return 0, ""
}

// privileged intents: members, presences, message content; a bot must be allowed
// to have them, and this one is not.
const (
	privileged = 1<<1 | 1<<8 | 1<<15
	known      = 1<<26 - 1
)

func (c *conn) identify(raw json.RawMessage, trouble Trouble, planned bool) (int, string) {
	var d struct {
		Token      string `json:"token"`
		Intents    *int   `json:"intents"`
		Properties *struct {
			OS string `json:"os"`
		} `json:"properties"`
		Shard *[2]int `json:"shard"`
	}
	if json.Unmarshal(raw, &d) != nil || d.Intents == nil || d.Properties == nil {
		return 4002, "Error while decoding payload."
	}

	g := c.g

	if d.Shard == nil {
		d.Shard = &[2]int{0, 1}
	}

	switch {
	case c.ready:
		return 4005, "Already authenticated."
	case d.Token != g.f.Token && d.Token != "Bot "+g.f.Token:
		return 4004, "Authentication failed."
	case *d.Intents&^known != 0:
		return 4013, "Invalid intent(s)."
	case *d.Intents&privileged != 0:
		return 4014, "Disallowed intent(s)."
	case d.Shard[0] < 0 || d.Shard[0] >= d.Shard[1]:
		return 4010, "Invalid shard."
	case d.Shard[1] < g.needed():
		return 4011, "Sharding required."
	}

	g.mu.Lock()
	g.intents = *d.Intents
	early := g.start(d.Shard[0])
	c.shard, c.of = d.Shard[0], d.Shard[1]
	g.mu.Unlock()

	if early {
		c.write(map[string]any{"op": 9, "d": false, "s": nil, "t": nil})
		return 0, ""
	}

	if planned {
		if code, ends := c.meet(trouble); ends {
			return code, ""
		}
	}

	c.begin()

	return 0, ""
}

// begin makes a session and says which servers are in it.
func (c *conn) begin() {
	g := c.g
	g.f.mu.Lock()
	s := &session{id: "session" + g.f.id()}

	ready := map[string]any{"v": 10, "user": g.f.bot.json(), "session_id": s.id, "session_type": "normal", "guilds": []any{}, "shard": []int{c.shard, c.of}}
	if !g.f.o.Bare {
		ready["application"] = map[string]any{"id": g.f.app, "flags": 0}
		ready["resume_gateway_url"] = "ws" + g.f.APIURL[len("http"):len(g.f.APIURL)-len("/api/v10")] + "/resume"
	}

	var guilds, creates []any

	for _, one := range g.f.servers {
		if !one.out && shardOf(one.ID, c.of) == c.shard {
			guilds = append(guilds, map[string]any{"id": one.ID, "unavailable": true})
			creates = append(creates, one.create())
		}
	}

	if guilds != nil {
		ready["guilds"] = guilds
	}
	g.f.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()

	g.sessions[c.shard], g.ready[c.shard], c.ready = s, c, true
	g.send(c.shard, "READY", ready)

	for _, one := range creates {
		g.send(c.shard, "GUILD_CREATE", one)
	}

	go g.f.wake()
}

// meet has a planned trouble happen instead of READY or RESUMED. The code is as receive returns it;
// ends is false for a trouble that happens at another time.
func (c *conn) meet(t Trouble) (code int, ends bool) {
	switch t {
	case ReconnectAtOnce:
		c.write(map[string]any{"op": 7, "d": nil, "s": nil, "t": nil})
	case InvalidAtOnce, InvalidResumable:
		if t == InvalidAtOnce {
			c.g.mu.Lock()
			delete(c.g.sessions, c.shard)
			c.g.mu.Unlock()
		}

		c.write(map[string]any{"op": 9, "d": t == InvalidResumable, "s": nil, "t": nil})
	case CutAtOnce:
		c.ws.NetConn().Close()
		return -1, true
	case SilenceAfterHello:
	default:
		return 0, false
	}

	return 0, true
}

func (c *conn) resume(raw json.RawMessage, trouble Trouble, planned bool) (int, string) {
	var d struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int    `json:"seq"`
	}
	if json.Unmarshal(raw, &d) != nil {
		return 4002, "Error while decoding payload."
	}

	g := c.g
	if d.Token != g.f.Token && d.Token != "Bot "+g.f.Token {
		return 4004, "Authentication failed."
	}

	if planned {
		if code, ends := c.meet(trouble); ends {
			return code, ""
		}
	}

	g.mu.Lock()
	defer g.mu.Unlock()

	s := g.find(d.Session, &c.shard)

	switch {
	case s == nil:
		c.write(map[string]any{"op": 9, "d": false, "s": nil, "t": nil})
		return 0, ""
	case d.Seq > s.seq:
		return 4007, "Invalid seq."
	}

	g.ready[c.shard], c.ready = c, true

	g.resumed[c.shard]++

	for _, e := range s.events {
		if e.seq > d.Seq {
			c.write(map[string]any{"op": 0, "t": e.kind, "s": e.seq, "d": e.data})
		}
	}

	g.send(c.shard, "RESUMED", map[string]any{"_trace": []any{}})
	go g.f.wake()

	if planned && trouble == CutWhenResumed {
		c.ws.NetConn().Close()
		return -1, ""
	}

	return 0, ""
}

func (f *Fake) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.touch()
}

// dispatch sends an event to the shard that it belongs to, now or when it resumes.
func (g *gateway) dispatch(kind string, data any) {
	g.mu.Lock()
	defer g.mu.Unlock()

	g.send(shardOf(guildOf(kind, data), g.shards), kind, data)
}

// send sends an event to a shard with mu held.
func (g *gateway) send(shard int, kind string, data any) {
	s := g.sessions[shard]
	if s == nil {
		return
	}

	s.seq++

	e := event{s.seq, kind, data}
	if kind != "READY" && kind != "RESUMED" {
		s.events = append(s.events, e)
	}

	if c := g.ready[shard]; c != nil {
		c.write(map[string]any{"op": 0, "t": kind, "s": e.seq, "d": data})
	}
}

func (g *gateway) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()

	g.shutdown = true

	for ws := range g.open {
		ws.Close()
	}
}

func (g *gateway) identifies() int {
	g.mu.Lock()
	defer g.mu.Unlock()

	return len(g.starts)
}

// Await waits until the bot is connected and ready.
func (f *Fake) Await() {
	f.await("the bot to connect", f.Connected)
}
