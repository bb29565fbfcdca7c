package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/gateway"
)

// guilds are the servers that the bot is in, as far as they were told about. The
// list is kept across restarts: Discord names all servers at every start, and
// only against the list one can tell which are new and which are gone.
type guilds struct {
	mu     sync.Mutex
	known  map[string]bool
	loaded bool
	// changed: known is to be kept, which is done when no more notices wait, so that a bot
	// in thousands of servers does not write all of them down for each at its first start.
	changed bool
	fresh   bool                    // nothing was kept: of the first servers only those joined lately are new
	first   map[int]map[string]bool // by shard the servers of its first READY; none where it named none
}

const cursorGuilds = "servers"

// joinedLately is how young a membership is to be greeted at a first start.
const joinedLately = 24 * time.Hour

// shardOf returns which of a bot's shards a server's events come to. Source: "Sharding
// Formula" in Discord's documentation.
func shardOf(guild string, shards int) int {
	id, err := strconv.ParseUint(guild, 10, 64)
	if err != nil {
		return 0
	}

	return int((id >> 22) % uint64(max(shards, 1))) // less than shards
}

// compareGuilds compares the servers of a shard's READY with those that were known.
func (d *dispatcher) compareGuilds(ctx context.Context, shard, shards int, ids []string) {
	g := &d.a.guilds
	d.a.loadGuilds(ctx)
	g.mu.Lock()
	if g.first[shard] == nil && ids != nil {
		if g.first == nil {
			g.first = map[int]map[string]bool{}
		}

		g.first[shard] = map[string]bool{}
		for _, id := range ids {
			g.first[shard][id] = true
		}
	}

	var gone []string

	for id := range g.known {
		if ids != nil && shardOf(id, shards) == shard && !slices.Contains(ids, id) {
			gone = append(gone, id)
			delete(g.known, id)
			g.changed = true
		}
	}
	g.mu.Unlock()
	slices.Sort(gone)

	for _, id := range gone {
		d.h.Notice(ctx, leftGuild(id, ""))
	}
}

func leftGuild(id, name string) *adapters.Event {
	return &adapters.Event{
		Key: fmt.Sprintf("%s:left:%s:%d", platform, id, time.Now().UnixMilli()), Kind: adapters.Left,
		Chat: adapters.ChatInfo{Chat: adapters.Chat{Platform: platform}, Kind: adapters.Group, Title: name, Server: id},
	}
}

func (a *Adapter) loadGuilds(ctx context.Context) {
	g := &a.guilds
	g.mu.Lock()
	defer g.mu.Unlock()

	if g.loaded {
		return
	}

	g.loaded, g.known = true, map[string]bool{}
	kept := a.cursor(ctx, cursorGuilds)

	g.fresh = kept == ""
	for id := range strings.SplitSeq(kept, ",") {
		if parseSnowflake(id) != "" {
			g.known[id] = true
		}
	}
}

// saveGuilds keeps the list, if it changed.
func (a *Adapter) saveGuilds(ctx context.Context) {
	g := &a.guilds
	g.mu.Lock()

	if !g.changed {
		g.mu.Unlock()
		return
	}

	g.changed = false

	ids := make([]string, 0, len(g.known))
	for id := range g.known {
		ids = append(ids, id)
	}
	g.mu.Unlock()
	slices.Sort(ids)
	a.setCursor(ctx, cursorGuilds, "-,"+strings.Join(ids, ","))
}

// takeGuild takes in that a server came, changed or went.
func (d *dispatcher) takeGuild(e gateway.Event) {
	g, err := decodeJSON[guild](e.Data)
	if err != nil || g.ID == "" {
		return
	}

	if e.Name == "GUILD_DELETE" {
		if g.Unavailable {
			return // an outage of Discord: the bot is still in it
		}

		d.a.states.remove(g.ID)

		d.later(func(ctx context.Context) { d.left(ctx, g) })

		return
	}

	d.a.noteGuild(g)

	if e.Name == "GUILD_CREATE" && !g.Unavailable {
		d.later(func(ctx context.Context) { d.joined(ctx, e.Shard, g) })
	}
}

func (d *dispatcher) left(ctx context.Context, g *guild) {
	d.a.loadGuilds(ctx)
	d.a.guilds.mu.Lock()
	delete(d.a.guilds.known, g.ID)
	d.a.guilds.changed = true

	for _, first := range d.a.guilds.first {
		delete(first, g.ID)
	}
	d.a.guilds.mu.Unlock()
	d.h.Notice(ctx, leftGuild(g.ID, g.Name))
}

func (d *dispatcher) joined(ctx context.Context, shard int, g *guild) {
	d.a.loadGuilds(ctx)
	s := &d.a.guilds
	s.mu.Lock()
	first := s.first[shard]
	known, fresh := s.known[g.ID], s.fresh && (first == nil || first[g.ID])
	s.known[g.ID], s.changed = true, s.changed || !known
	s.mu.Unlock()

	if known {
		return
	}

	since, err := time.Parse(time.RFC3339, g.JoinedAt)
	if !fresh || (err == nil && time.Since(since) < joinedLately) {
		d.h.Notice(ctx, &adapters.Event{
			Key: fmt.Sprintf("%s:joined:%s:%s", platform, g.ID, g.JoinedAt), Kind: adapters.Joined, Chat: d.greetingChat(g),
		})
	}
}

// greetingChat returns where one says hello in a server: its system channel or its
// first text channel, where the bot may post; without one the address is empty.
func (d *dispatcher) greetingChat(g *guild) adapters.ChatInfo {
	info := adapters.ChatInfo{Chat: adapters.Chat{Platform: platform}, Kind: adapters.Group, Title: g.Name, Server: g.ID}
	me := d.a.me.Load()

	state := &guildState{id: g.ID}
	state.fill(g, me)

	channels := slices.Clone(g.Channels)
	slices.SortStableFunc(channels, func(a, b channel) int {
		switch g.SystemChannel {
		case a.ID:
			return -1
		case b.ID:
			return 1
		}

		return cmp.Compare(a.Position, b.Position)
	})

	for i := range channels {
		c := &channels[i]
		if c.Type != typeText {
			continue
		}

		if len(g.Roles) > 0 && me != nil && len(missingRights(state.channelRights(g.ID, c.Overwrites, me.user, state.bot), c.Type, false)) > 0 {
			continue
		}

		info.Address, info.Title = c.ID, channelTitle(c.Name)

		return info
	}

	return info
}

// takeChannel takes in what happened to a channel or thread.
func (d *dispatcher) takeChannel(kind string, raw json.RawMessage) {
	c, err := decodeJSON[channel](raw)
	if err != nil || c.ID == "" {
		return
	}

	info := channelInfo{guild: c.GuildID}
	if !strings.HasSuffix(kind, "_DELETE") {
		info = d.a.noteChannel(c, "")
	}

	e := &adapters.Event{
		Key:  fmt.Sprintf("%s:%s:%s:%d", platform, strings.ToLower(kind), c.ID, time.Now().UnixMilli()),
		Chat: adapters.ChatInfo{Chat: adapters.Chat{Platform: platform, Address: c.ID}, Kind: kindOf(c.Type), Title: channelTitle(c.Name), Server: info.guild},
	}
	if info.guild == "" {
		return
	}

	switch kind {
	case "CHANNEL_DELETE", "THREAD_DELETE":
		d.a.channels.Remove(c.ID)

		e.Kind = adapters.Deleted
	case "CHANNEL_UPDATE", "THREAD_UPDATE":
		e.Kind = adapters.RightsChanged
	default:
		return
	}

	d.notify(e)
}

// takeRights takes in that roles changed: what the bot may do in that server.
func (d *dispatcher) takeRights(kind string, raw json.RawMessage) {
	r, err := decodeJSON[struct {
		GuildID string `json:"guild_id"`
		User    *user  `json:"user"`
	}](raw)
	if err != nil || r.GuildID == "" {
		return
	}

	me := d.a.me.Load()
	if kind == "GUILD_MEMBER_UPDATE" && (r.User == nil || me == nil || r.User.ID != me.user) {
		return
	}

	d.a.noteRoles(kind, r.GuildID, raw)

	if kind == "GUILD_ROLE_CREATE" {
		return // nobody has it yet
	}

	d.notify(&adapters.Event{
		Key:  fmt.Sprintf("%s:%s:%s:%d", platform, strings.ToLower(kind), r.GuildID, time.Now().UnixMilli()),
		Kind: adapters.RightsChanged,
		Chat: adapters.ChatInfo{Chat: adapters.Chat{Platform: platform}, Kind: adapters.Group, Server: r.GuildID},
	})
}
