package discordtest

import (
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

	resumes := 0
	for _, n := range g.resumed {
		resumes += n
	}

	return Stats{g.dials, len(g.starts), resumes, g.beats, g.intents, append([]int(nil), g.closes...), append([]string(nil), g.paths...)}
}

// Reconnect sends op 7 to shard 0.
func (f *Fake) Reconnect() { f.Shard(0).op(map[string]any{"op": 7, "d": nil, "s": nil, "t": nil}) }

// Invalidate sends op 9 to shard 0; the session is over unless it is resumable.
func (f *Fake) Invalidate(resumable bool) { f.Shard(0).Invalidate(resumable) }

// Beat asks shard 0 for a heartbeat (op 1).
func (f *Fake) Beat() { f.Shard(0).op(map[string]any{"op": 1, "d": nil, "s": nil, "t": nil}) }

// Raw sends any text as a message of the gateway to shard 0.
func (f *Fake) Raw(text string) {
	if c := f.Shard(0).conn(); c != nil {
		c.mu.Lock()
		c.ws.WriteMessage(websocket.TextMessage, []byte(text))
		c.mu.Unlock()
	}
}

// Dispatch sends an event of any kind and shape.
func (f *Fake) Dispatch(kind string, data any) { f.gw.dispatch(kind, data) }

// CloseGateway ends the connection of shard 0 with a code.
func (f *Fake) CloseGateway(code int) { f.Shard(0).Close(code) }

// Drop ends the connection of shard 0 without a word.
func (f *Fake) Drop() { f.Shard(0).Drop() }

// Deaf stops or starts acknowledging heartbeats, on this and later connections.
func (f *Fake) Deaf(deaf bool) {
	f.gw.mu.Lock()
	defer f.gw.mu.Unlock()

	f.gw.deaf = deaf
}

// Connected reports whether the bot is connected and ready, with all its shards.
func (f *Fake) Connected() bool {
	f.gw.mu.Lock()
	defer f.gw.mu.Unlock()

	for i := range f.gw.shards {
		if f.gw.ready[i] == nil {
			return false
		}
	}

	return true
}
