package discordtest

import (
	"fmt"
	"strconv"
	"time"
)

// Shard is one of the bot's shards, as the gateway sees it. Its methods are safe for
// concurrent use.
type Shard struct {
	g      *gateway
	number int
}

// start is an IDENTIFY.
type start struct {
	shard int
	at    time.Time
}

// Shard returns one of the bot's shards, counted from 0.
func (f *Fake) Shard(number int) *Shard { return &Shard{&f.gw, number} }

// Shard returns which shard the events of a server come to.
func (s *Server) Shard() int { return shardOf(s.ID, s.f.gw.needed()) }

// NeedShards makes the bot need so many shards from now on; sessions that stand go on.
func (f *Fake) NeedShards(count int) {
	f.gw.mu.Lock()
	defer f.gw.mu.Unlock()

	f.gw.shards = count
}

// needed returns how many shards the bot has to have.
func (g *gateway) needed() int {
	g.mu.Lock()
	defer g.mu.Unlock()

	return g.shards
}

// Identifies returns the times at which a shard identified.
func (s *Shard) Identifies() []time.Time {
	s.g.mu.Lock()
	defer s.g.mu.Unlock()

	var out []time.Time

	for _, one := range s.g.starts {
		if one.shard == s.number {
			out = append(out, one.at)
		}
	}

	return out
}

// Resumes returns how often a shard resumed its session.
func (s *Shard) Resumes() int {
	s.g.mu.Lock()
	defer s.g.mu.Unlock()

	return s.g.resumed[s.number]
}

// Connected reports whether the shard is connected and ready.
func (s *Shard) Connected() bool { return s.conn() != nil }

// Drop ends the shard's connection without a word.
func (s *Shard) Drop() {
	if c := s.take(false); c != nil {
		c.ws.NetConn().Close()
	}
}

// Close ends the shard's connection with a code.
func (s *Shard) Close(code int) {
	if c := s.take(code == 4007 || code == 4009); c != nil {
		c.end(code, fmt.Sprintf("close %d", code))
		c.ws.Close()
	}
}

// Invalidate sends op 9; the session is over unless it is resumable.
func (s *Shard) Invalidate(resumable bool) {
	s.g.mu.Lock()

	c := s.g.ready[s.number]
	if !resumable {
		delete(s.g.sessions, s.number)
	}
	s.g.mu.Unlock()

	if c != nil {
		c.write(map[string]any{"op": 9, "d": resumable, "s": nil, "t": nil})
	}
}

// conn returns the connection that is ready, nil if there is none.
func (s *Shard) conn() *conn {
	s.g.mu.Lock()
	defer s.g.mu.Unlock()

	return s.g.ready[s.number]
}

// take returns the connection that is ready, which it is no longer; over ends the session, too.
func (s *Shard) take(over bool) *conn {
	s.g.mu.Lock()
	defer s.g.mu.Unlock()

	c := s.g.ready[s.number]
	delete(s.g.ready, s.number)

	if over {
		delete(s.g.sessions, s.number)
	}

	return c
}

func (s *Shard) op(v any) {
	if c := s.conn(); c != nil {
		c.write(v)
	}
}

// start notes an IDENTIFY with mu held, and reports whether it came too early after another
// of its bucket. Source: "Max Concurrency".
func (g *gateway) start(shard int) (early bool) {
	now := time.Now()

	for _, one := range g.starts {
		if one.shard%g.f.o.AtOnce == shard%g.f.o.AtOnce && now.Sub(one.at) < g.f.o.IdentifyEvery {
			early = true
		}
	}

	g.starts = append(g.starts, start{shard, now})

	return early
}

// find returns the session of an id with mu held, nil if it is over.
func (g *gateway) find(id string, shard *int) *session {
	for i, s := range g.sessions {
		if s.id == id {
			*shard = i
			return s
		}
	}

	return nil
}

// shardOf returns which shard a server's events come to; those of no server come to the first.
// Source: "Sharding Formula".
func shardOf(guild string, shards int) int {
	id, _ := strconv.ParseUint(guild, 10, 64)

	return int((id >> 22) % uint64(shards))
}

// guildOf returns the server that an event is about, "" for none.
func guildOf(kind string, data any) string {
	body, _ := data.(map[string]any)

	key := "guild_id"
	if kind == "GUILD_CREATE" || kind == "GUILD_UPDATE" || kind == "GUILD_DELETE" {
		key = "id"
	}

	id, _ := body[key].(string)

	return id
}
