package discordtest

import (
	"slices"
	"strconv"
	"strings"
)

// Rights. Source: "Bitwise Permission Flags" in Discord's documentation.
const (
	Administrator   uint64 = 1 << 3
	ManageServer    uint64 = 1 << 5
	ViewChannel     uint64 = 1 << 10
	SendMessages    uint64 = 1 << 11
	EmbedLinks      uint64 = 1 << 14
	AttachFiles     uint64 = 1 << 15
	ReadHistory     uint64 = 1 << 16
	MentionEveryone uint64 = 1 << 17
	ManageWebhooks  uint64 = 1 << 29
	UseCommands     uint64 = 1 << 31
	ManageThreads   uint64 = 1 << 34
	OpenThreads     uint64 = 1 << 35
	SendInThreads   uint64 = 1 << 38

	usual = ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadHistory | UseCommands | OpenThreads | SendInThreads
	all   = ^uint64(0)
)

// Types of channels. Source: "Channel Types" in Discord's documentation.
const (
	kindText               = 0
	kindDirect             = 1
	kindVoice              = 2
	kindCategory           = 4
	kindAnnouncement       = 5
	kindAnnouncementThread = 10
	kindThread             = 11
	kindForum              = 15
)

// Person is a user of Discord.
type Person struct {
	ID, Name string
	Locale   string // of the client, "en-US"

	f      *Fake
	isBot  bool
	direct *Channel
	form   *interaction // the form that is open
	closed int          // the error code for direct messages, 0 open
	gone   bool

	installed bool // added the bot to their account
}

// Server is a guild.
type Server struct {
	ID, Name string

	f        *Fake
	owner    string
	roles    []*role
	members  map[string]*membership
	channels []*Channel
	out      bool // the bot is not in it
	joined   string
}

type role struct {
	id, name    string
	rights      uint64
	mentionable bool
}

type membership struct {
	person *Person
	roles  []string
}

type overwrite struct {
	id    string
	kind  int
	allow uint64
	deny  uint64
}

// Channel is a channel, a thread or the direct messages with a person.
type Channel struct {
	ID, Name string

	f          *Fake
	server     *Server
	parent     *Channel
	kind       int
	person     *Person // of direct messages
	overwrites []overwrite
	messages   []*message
	owner      string // of a thread
	locked     bool
	archived   bool
	needsTag   bool
	tags       []tag    // that posts of a forum may have
	tagged     []string // names of a post's tags
	foreign    bool     // direct messages between other people
	deleted    bool
}

// Person makes a user.
func (f *Fake) Person(name string) *Person {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.person(name, false)
}

func (f *Fake) person(name string, bot bool) *Person {
	p := &Person{ID: f.id(), Name: name, Locale: "en-US", f: f, isBot: bot}
	f.people[p.ID] = p

	return p
}

// ClosesMessages makes direct messages to the person fail with a code of
// Discord's (50007, 50278, 40003); 0 opens them again.
func (p *Person) ClosesMessages(code int) {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()

	p.closed = code
}

// Direct returns the person's direct messages with the bot.
func (p *Person) Direct() *Channel {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()

	return p.f.directOf(p)
}

func (f *Fake) directOf(p *Person) *Channel {
	if p.direct == nil {
		p.direct = &Channel{ID: f.id(), f: f, kind: kindDirect, person: p}
		f.channels[p.direct.ID] = p.direct
	}

	return p.direct
}

// Server makes a guild that the bot is in, with the usual rights.
func (f *Fake) Server(name string) *Server {
	f.mu.Lock()
	id := f.id()
	s := &Server{ID: id, Name: name, f: f, owner: f.person("Owner of "+name, false).ID, members: map[string]*membership{}, joined: timestamp()}
	s.roles = []*role{{id: id, name: "@everyone", rights: usual}}
	s.members[f.bot.ID] = &membership{person: f.bot}
	s.members[s.owner] = &membership{person: f.people[s.owner]}
	f.servers[id] = s
	body := s.create()
	f.mu.Unlock()
	f.gw.dispatch("GUILD_CREATE", body)

	return s
}

// Text makes a text channel.
func (s *Server) Text(name string) *Channel { return s.channel(name, kindText, nil) }

// Announcement makes an announcement channel.
func (s *Server) Announcement(name string) *Channel { return s.channel(name, kindAnnouncement, nil) }

// Forum makes a forum, in which each message opens a post.
func (s *Server) Forum(name string) *Channel { return s.channel(name, kindForum, nil) }

// Voice makes a voice channel, in which one can also write.
func (s *Server) Voice(name string) *Channel { return s.channel(name, kindVoice, nil) }

// Category makes a category, in which one cannot write.
func (s *Server) Category(name string) *Channel { return s.channel(name, kindCategory, nil) }

// Thread opens a thread in a text channel.
func (c *Channel) Thread(name string) *Channel { return c.server.channel(name, kindThread, c) }

func (s *Server) channel(name string, kind int, parent *Channel) *Channel {
	s.f.mu.Lock()
	c := s.add(name, kind, parent)
	body := c.json()
	s.f.mu.Unlock()

	event := "CHANNEL_CREATE"
	if parent != nil {
		event = "THREAD_CREATE"
	}

	s.f.gw.dispatch(event, body)

	return c
}

func (s *Server) add(name string, kind int, parent *Channel) *Channel {
	c := &Channel{ID: s.f.id(), Name: name, f: s.f, server: s, kind: kind, parent: parent}
	s.channels = append(s.channels, c)
	s.f.channels[c.ID] = c

	return c
}

// Member is a person in a server.
type Member struct {
	*Person
	server *Server
}

// Join brings a person into the server, with the rights of everybody and these.
func (s *Server) Join(p *Person, rights ...uint64) Member {
	s.f.mu.Lock()
	m := &membership{person: p}
	s.members[p.ID] = m
	s.f.mu.Unlock()

	for _, r := range rights {
		id := s.newRole("role of "+p.Name, r, false)

		s.f.mu.Lock()

		m.roles = append(m.roles, id)
		s.f.mu.Unlock()
	}

	return Member{p, s}
}

// newRole makes a role and tells the bot.
func (s *Server) newRole(name string, rights uint64, mentionable bool) string {
	s.f.mu.Lock()
	r := s.role(name, rights)
	r.mentionable = mentionable
	body := map[string]any{"guild_id": s.ID, "role": r.json()}
	s.f.mu.Unlock()
	s.f.gw.dispatch("GUILD_ROLE_CREATE", body)

	return r.id
}

func (s *Server) role(name string, rights uint64) *role {
	r := &role{id: s.f.id(), name: name, rights: rights}
	s.roles = append(s.roles, r)

	return r
}

// Role makes a role without rights that anybody may mention, and returns its id.
func (s *Server) Role(name string) string { return s.newRole(name, 0, true) }

// QuietRole makes a role that only those with Mention Everyone may mention.
func (s *Server) QuietRole(name string) string { return s.newRole(name, 0, false) }

// Allow lets everybody do something in a channel, the bot included.
func (c *Channel) Allow(rights uint64) { c.overwrite(c.server.ID, 0, rights, 0) }

// Deny forbids it to everybody.
func (c *Channel) Deny(rights uint64) { c.overwrite(c.server.ID, 0, 0, rights) }

// AllowBot lets the bot do something in a channel, whatever others may.
func (c *Channel) AllowBot(rights uint64) { c.overwrite(c.f.bot.ID, 1, rights, 0) }

// DenyBot forbids it to the bot.
func (c *Channel) DenyBot(rights uint64) { c.overwrite(c.f.bot.ID, 1, 0, rights) }

func (c *Channel) overwrite(id string, kind int, allow, deny uint64) {
	c.update("CHANNEL_UPDATE", func() {
		others := slices.DeleteFunc(c.overwrites, func(o overwrite) bool { return o.id == id })
		c.overwrites = append(others, overwrite{id, kind, allow, deny})
	})
}

// update changes the channel and tells the bot by an event of a kind, "" for none.
func (c *Channel) update(kind string, change func()) {
	c.f.mu.Lock()
	change()

	body := c.json()
	c.f.mu.Unlock()

	if kind != "" {
		c.f.gw.dispatch(kind, body)
	}
}

// Lock locks a thread.
func (c *Channel) Lock() { c.update("THREAD_UPDATE", func() { c.locked = true }) }

// Archive closes a thread; the next message opens it again.
func (c *Channel) Archive() { c.update("THREAD_UPDATE", func() { c.archived = true }) }

// Posts returns the posts of a forum, the oldest first.
func (c *Channel) Posts() []*Channel {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()

	return keep(c.threads(), func(post *Channel) bool { return !post.deleted })
}

// Tags returns the names of a post's tags.
func (c *Channel) Tags() []string { return c.tagged }

// tag is one that posts of a forum may have.
type tag struct {
	id, name  string
	moderated bool // only those who may manage threads give it
}

// SetTags gives a forum these tags in place of those it has; one in parentheses is for
// moderators. Told: the bot hears of it.
func (c *Channel) SetTags(told bool, names ...string) {
	kind := ""
	if told {
		kind = "CHANNEL_UPDATE"
	}

	c.update(kind, func() {
		c.tags = nil

		for _, name := range names {
			plain := strings.Trim(name, "()")
			c.tags = append(c.tags, tag{c.f.id(), plain, plain != name})
		}
	})
}

// RequireTag makes a forum insist on a tag, and gives it one.
func (c *Channel) RequireTag(name string) {
	c.update("CHANNEL_UPDATE", func() {
		c.needsTag = true
		c.tags = append(c.tags, tag{c.f.id(), name, false})
	})
}

// Delete deletes the channel.
func (c *Channel) Delete() {
	kind := "CHANNEL_DELETE"
	if c.thread() {
		kind = "THREAD_DELETE"
	}

	c.update(kind, func() {
		c.deleted = true
		delete(c.f.channels, c.ID)
	})
}

// Kick removes the bot from the server.
func (s *Server) Kick() {
	s.f.mu.Lock()
	s.out = true
	delete(s.members, s.f.bot.ID)
	s.f.mu.Unlock()
	s.f.gw.dispatch("GUILD_DELETE", map[string]any{"id": s.ID})
}

// Invite brings the bot back.
func (s *Server) Invite() {
	s.f.mu.Lock()
	s.out, s.joined = false, timestamp()
	s.members[s.f.bot.ID] = &membership{person: s.f.bot}
	body := s.create()
	s.f.mu.Unlock()
	s.f.gw.dispatch("GUILD_CREATE", body)
}

// Outage makes the server unavailable, without the bot leaving it.
func (s *Server) Outage() {
	s.f.gw.dispatch("GUILD_DELETE", map[string]any{"id": s.ID, "unavailable": true})
}

func (c *Channel) thread() bool { return c.kind == kindThread || c.kind == kindAnnouncementThread }

// rights returns what a person may do in a channel, by Discord's rules.
func (c *Channel) rights(id string) uint64 {
	if c.kind == kindDirect {
		return usual
	}

	base := c.server.rights(id)
	if base == all || base == 0 {
		return base
	}

	held := c
	if c.thread() && c.parent != nil {
		held = c.parent
	}

	m := c.server.members[id]
	for _, o := range held.overwrites {
		if o.kind == 0 && o.id == c.server.ID {
			base = base&^o.deny | o.allow
		}
	}

	var allow, deny uint64

	for _, o := range held.overwrites {
		if o.kind == 0 && slices.Contains(m.roles, o.id) {
			allow |= o.allow
			deny |= o.deny
		}
	}

	base = base&^deny | allow

	for _, o := range held.overwrites {
		if o.kind == 1 && o.id == id {
			base = base&^o.deny | o.allow
		}
	}

	return base
}

// rights returns what a person may do in a server; 0 for who is not in it.
func (s *Server) rights(id string) uint64 {
	m := s.members[id]
	if m == nil {
		return 0
	}

	if id == s.owner {
		return all
	}

	var set uint64

	for _, r := range s.roles {
		if r.id == s.ID || slices.Contains(m.roles, r.id) {
			set |= r.rights
		}
	}

	if set&Administrator != 0 {
		return all
	}

	return set
}

func bitString(n uint64) string { return strconv.FormatUint(n&(1<<53-1), 10) }

// The JSON of things, as Discord writes it.

func (p *Person) json() map[string]any {
	out := map[string]any{"id": p.ID, "username": strings.ToLower(strings.ReplaceAll(p.Name, " ", "_")), "global_name": p.Name, "discriminator": "0", "avatar": nil, "bot": p.isBot}
	if p.isBot {
		out["public_flags"] = 0
	}

	return out
}

func (c *Channel) json() map[string]any {
	out := map[string]any{"id": c.ID, "type": c.kind}
	if c.kind == kindDirect {
		out["recipients"] = []any{c.person.json()}
		return out
	}

	out["guild_id"], out["name"], out["flags"] = c.server.ID, c.Name, 0
	if c.parent != nil {
		out["parent_id"] = c.parent.ID
	}

	if c.thread() {
		out["owner_id"] = c.owner
		out["thread_metadata"] = map[string]any{"archived": c.archived, "locked": c.locked}

		return out
	}

	over := []any{}
	for _, o := range c.overwrites {
		over = append(over, map[string]any{"id": o.id, "type": o.kind, "allow": bitString(o.allow), "deny": bitString(o.deny)})
	}

	out["permission_overwrites"], out["position"] = over, 0

	if c.kind == kindForum {
		tags := []any{}
		for _, t := range c.tags {
			tags = append(tags, map[string]any{"id": t.id, "name": t.name, "moderated": t.moderated, "emoji_id": nil, "emoji_name": nil})
		}

		out["available_tags"] = tags
		if c.needsTag {
			out["flags"] = 1 << 4
		}
	}

	return out
}

func (m *membership) json() map[string]any {
	roles := m.roles
	if roles == nil {
		roles = []string{}
	}

	return map[string]any{"user": m.person.json(), "nick": nil, "roles": roles, "joined_at": timestamp(), "deaf": false, "mute": false, "flags": 0}
}

func (r *role) json() map[string]any {
	return map[string]any{"id": r.id, "name": r.name, "permissions": bitString(r.rights), "position": 0, "mentionable": r.mentionable, "managed": false, "hoist": false, "color": 0, "flags": 0}
}

func (s *Server) json() map[string]any {
	roles := []any{}
	for _, r := range s.roles {
		roles = append(roles, r.json())
	}

	return map[string]any{"id": s.ID, "name": s.Name, "owner_id": s.owner, "roles": roles, "system_channel_id": nil, "preferred_locale": "en-US"}
}

// create returns the body of GUILD_CREATE.
func (s *Server) create() map[string]any {
	out := s.json()

	channels, threads := []any{}, []any{}
	for _, c := range s.channels {
		if c.deleted {
			continue
		}

		if c.thread() {
			threads = append(threads, c.json())
		} else {
			channels = append(channels, c.json())
		}
	}

	out["channels"], out["threads"], out["joined_at"], out["unavailable"] = channels, threads, s.joined, false
	out["members"] = []any{s.members[s.f.bot.ID].json()}

	return out
}

// Owner returns the person who owns the server.
func (s *Server) Owner() *Person {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()

	return s.f.people[s.owner]
}

// Since sets when the bot joined the server (RFC 3339).
func (s *Server) Since(moment string) {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()

	s.joined = moment
}

// Installs adds the bot to the person's account: its commands go along everywhere.
func (p *Person) Installs() {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()

	p.installed = true
}

// Elsewhere returns a person in their direct messages with somebody else, where the bot is not.
func (p *Person) Elsewhere() Actor {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()

	c := &Channel{ID: p.f.id(), f: p.f, kind: kindDirect, person: p, foreign: true}
	p.f.channels[c.ID] = c

	return Actor{p, c}
}

// botRights returns what the bot may do in a channel, also of a server that it is not in.
func (c *Channel) botRights() uint64 {
	if c.server == nil || !c.server.out {
		return c.rights(c.f.bot.ID)
	}

	return SendMessages | EmbedLinks
}

// context returns where an interaction is: a server, the bot's direct messages or others'.
func (c *Channel) context() int {
	switch {
	case c.server != nil:
		return 0
	case c.foreign:
		return 2
	default:
		return 1
	}
}
