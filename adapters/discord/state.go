package discord

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"

	"newsbell/adapters/discord/rest"
)

// guildStates is what the gateway said about servers: whose they are, their roles
// and the bot's own. With what it said about channels it answers what the bot may
// do without asking. A state is replaced, never changed. Safe for concurrent use.
type guildStates struct {
	mu sync.Mutex
	m  map[string]*guildState
}

// guildState is one server.
type guildState struct {
	id, owner string
	roles     map[string]role
	bot       []string // the bot's roles
	botKnown  bool
}

func (s *guildStates) get(id string) *guildState {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.m[id]
}

// update replaces a server's state by what change makes of a copy. A server that
// is not known stays so, unless it is added.
func (s *guildStates) update(id string, add bool, change func(*guildState)) {
	s.mu.Lock()
	defer s.mu.Unlock()

	old := s.m[id]
	if old == nil && !add {
		return
	}

	next := &guildState{id: id, roles: map[string]role{}}
	if old != nil {
		*next = *old
		next.roles = maps.Clone(old.roles)
	}

	change(next)

	if s.m == nil {
		s.m = map[string]*guildState{}
	}

	s.m[id] = next
}

func (s *guildStates) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	delete(s.m, id)
}

// noteGuild takes in a server with its roles, channels and threads.
func (a *Adapter) noteGuild(g *guild) {
	if len(g.Roles) > 0 {
		a.states.update(g.ID, true, func(s *guildState) { s.fill(g, a.me.Load()) })
	}

	for i := range g.Channels {
		a.noteChannel(&g.Channels[i], g.ID)
	}

	for i := range g.Threads {
		a.noteChannel(&g.Threads[i], g.ID)
	}
}

// fill takes over what a server says about itself.
func (g *guildState) fill(from *guild, me *identity) {
	g.owner = from.OwnerID
	g.roles = make(map[string]role, len(from.Roles))

	for _, r := range from.Roles {
		g.roles[r.ID] = r
	}

	for _, m := range from.Members {
		if m.User != nil && me != nil && m.User.ID == me.user {
			g.bot, g.botKnown = m.Roles, true
		}
	}
}

// noteRoles takes in that a role or the bot's roles changed.
func (a *Adapter) noteRoles(kind, guildID string, raw json.RawMessage) {
	change, _ := decodeJSON[struct {
		Role   *role    `json:"role"`
		RoleID string   `json:"role_id"`
		Roles  []string `json:"roles"`
	}](raw)

	a.states.update(guildID, false, func(s *guildState) {
		switch {
		case kind == "GUILD_ROLE_DELETE":
			delete(s.roles, change.RoleID)
			s.bot = slices.DeleteFunc(slices.Clone(s.bot), func(id string) bool { return id == change.RoleID })
		case kind == "GUILD_MEMBER_UPDATE":
			s.bot, s.botKnown = change.Roles, true
		case change.Role != nil:
			s.roles[change.Role.ID] = *change.Role
		}
	})
}

// noteChannel remembers a channel. A part of one, as interactions bring it, does
// not undo what was known.
func (a *Adapter) noteChannel(c *channel, guildID string) channelInfo {
	old, known := a.channels.Get(c.ID)

	next := channelInfo{
		guild: c.GuildID, parent: c.ParentID, name: c.Name, kind: c.Type,
		overwrites: c.Overwrites, complete: c.Overwrites != nil, tag: c.requiredTag(), tags: c.freeTags(),
	}
	if next.guild == "" {
		next.guild = guildID
	}

	if next.guild == "" {
		next.guild = old.guild
	}

	if c.Thread != nil {
		next.locked = c.Thread.Locked
	}

	if known && old.complete && !next.complete {
		next.overwrites, next.complete, next.tag, next.tags = old.overwrites, true, old.tag, old.tags
	}

	a.channels.Add(c.ID, next)

	return next
}

// guild returns a server with its roles: from the gateway, or asked for.
func (a *Adapter) guild(ctx context.Context, id string) (*guildState, error) {
	if s := a.states.get(id); s != nil {
		return s, nil
	}

	return a.fetchGuild(ctx, id)
}

// fetchGuild asks for a server with its roles, whatever the gateway told.
func (a *Adapter) fetchGuild(ctx context.Context, id string) (*guildState, error) {
	if parseSnowflake(id) == "" {
		return nil, &rest.Error{Status: http.StatusNotFound, JSON: true, Response: &rest.Response{}}
	}

	var g guild

	got, err := a.ask(ctx, http.MethodGet, "/guilds/"+id, nil, &g)
	if err != nil && !got.OK() {
		return nil, err
	}

	s := &guildState{id: id}
	s.fill(&g, a.me.Load())

	return s, nil
}
