package discordtest

import (
	"fmt"

	"github.com/gorilla/websocket"
)

// Stats are counts of the gateway.
type Stats struct {
	Dials, Identifies, Resumes, Heartbeats int
	Intents                                int
	Closes                                 []int // codes of the bot's close frames
	Paths                                  []string
}

// Stats counts what the gateway saw.
func (f *Fake) Stats() Stats {
	g := &f.gw
	g.mu.Lock()
	defer g.mu.Unlock()

	return Stats{g.dials, len(g.starts), g.resumed, g.beats, g.intents, append([]int(nil), g.closes...), append([]string(nil), g.paths...)}
}

// Reconnect sends op 7.
func (f *Fake) Reconnect() { f.gw.op(map[string]any{"op": 7, "d": nil, "s": nil, "t": nil}) }

// Invalidate sends op 9; the session is over unless it is resumable.
func (f *Fake) Invalidate(resumable bool) {
	if !resumable {
		f.gw.mu.Lock()
		c := f.gw.conn
		f.gw.session = nil
		f.gw.mu.Unlock()

		if c != nil {
			c.write(map[string]any{"op": 9, "d": false, "s": nil, "t": nil})
		}

		return
	}

	f.gw.op(map[string]any{"op": 9, "d": true, "s": nil, "t": nil})
}

// Beat asks for a heartbeat (op 1).
func (f *Fake) Beat() { f.gw.op(map[string]any{"op": 1, "d": nil, "s": nil, "t": nil}) }

// Raw sends any text as a message of the gateway.
func (f *Fake) Raw(text string) {
	f.gw.mu.Lock()
	c := f.gw.conn
	f.gw.mu.Unlock()

	if c != nil {
		c.mu.Lock()
		c.ws.WriteMessage(websocket.TextMessage, []byte(text))
		c.mu.Unlock()
	}
}

// Dispatch sends an event of any kind and shape.
func (f *Fake) Dispatch(kind string, data any) { f.gw.dispatch(kind, data) }

func (g *gateway) op(v any) {
	g.mu.Lock()
	c := g.conn
	g.mu.Unlock()

	if c != nil {
		c.write(v)
	}
}

// CloseGateway ends the connection with a code.
func (f *Fake) CloseGateway(code int) {
	f.gw.mu.Lock()
	c := f.gw.conn

	f.gw.conn = nil
	if code == 4007 || code == 4009 {
		f.gw.session = nil
	}
	f.gw.mu.Unlock()

	if c != nil {
		c.end(code, fmt.Sprintf("close %d", code))
		c.ws.Close()
	}
}

// Drop ends the connection without a word.
func (f *Fake) Drop() {
	f.gw.mu.Lock()
	c := f.gw.conn
	f.gw.conn = nil
	f.gw.mu.Unlock()

	if c != nil {
		c.ws.NetConn().Close()
	}
}

// Deaf stops or starts acknowledging heartbeats, on this and later connections.
func (f *Fake) Deaf(deaf bool) {
	f.gw.mu.Lock()
	defer f.gw.mu.Unlock()

	f.gw.deaf = deaf
}

// Connected reports whether the bot is connected and ready.
func (f *Fake) Connected() bool {
	f.gw.mu.Lock()
	defer f.gw.mu.Unlock()

	return f.gw.conn != nil
}
