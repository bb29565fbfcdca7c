package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/adapters/discord/rest"
)

// findAmong is how many of the newest messages Find looks at: as many as Discord
// gives at once.
const findAmong = "100"

// Find implements [adapters.Adapter]. Discord does not give a nonce back, so our
// own message is recognised by the nonce in its buttons, else by what it shows.
// Where that says nothing (a short text, a room whose history the bot may not
// read, a server that lists no threads) the answer is ErrUnsupported.
func (a *Adapter) Find(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, bool, error) {
	at, _, err := a.channelOf(ctx, to)
	if err != nil {
		return "", false, a.sendError(ctx, to, err)
	}

	parts := a.render(m)

	ref, found, err := a.findPart(ctx, to, at, m, traitsOf(m, parts[0]))
	if !found || err != nil || len(parts) == 1 {
		return ref, found, err
	}

	// The attempt may have ended between two parts: then all are sent again, and the nonces of those
	// that are there keep them from coming twice.
	where, _, _ := strings.Cut(ref, "/")

	_, whole, err := a.findMessage(ctx, to, where, traitsOf(m, parts[len(parts)-1]), false)
	if whole || errors.Is(err, adapters.ErrUnsupported) {
		return ref, true, nil
	}

	return "", false, err
}

// findPart looks for a part of a message in its channel, or where that has its thread or posts.
func (a *Adapter) findPart(ctx context.Context, to adapters.Chat, at string, m *adapters.Message, want traits) (string, bool, error) {
	known, err := a.searchedChannel(ctx, to, at)
	if err != nil {
		return "", false, a.sendError(ctx, to, err)
	}

	if thread := a.threadOf(known, m); thread != "" {
		ref, found, err := a.findMessage(ctx, to, thread, want, true)
		if found || err != nil {
			return ref, found, err
		}
	}

	// In its channel, a post of its own, or what its thread no longer took (see post).
	if isForum(known.kind) {
		return a.findPost(ctx, to, at, want)
	}

	return a.findMessage(ctx, to, at, want, false)
}

// searchedChannel returns what is known of the channel in which a message is looked for. A start looks for
// what the last run has left before the gateway may have shown its channels, and a forum has its posts
// elsewhere: taken for a channel of text it is empty, and the post would be opened twice. Of a channel
// that the bot may not see nothing is known.
func (a *Adapter) searchedChannel(ctx context.Context, to adapters.Chat, at string) (channelInfo, error) {
	if known, _ := a.channels.Get(at); known.guild != "" || strings.HasPrefix(to.Address, "@") {
		return known, nil
	}

	c, err := a.fetchChannel(ctx, at)
	if err != nil && !isTemporary(err) {
		return channelInfo{}, nil
	}

	return c, err
}

// findMessage looks for a message among the newest of a channel or thread. In a thread
// that is gone there is none.
func (a *Adapter) findMessage(ctx context.Context, to adapters.Chat, at string, want traits, thread bool) (string, bool, error) {
	var raw []json.RawMessage
	if _, err := a.ask(ctx, http.MethodGet, "/channels/"+at+"/messages?limit="+findAmong, nil, &raw); err != nil {
		if rest.Code(err) == codeUnknownChannel && thread {
			return "", false, nil // its channel need not be gone
		}

		return "", false, a.findError(ctx, to, err)
	}

	certain := len(raw) > 0 || a.readsHistory(ctx, to, at)

	for _, one := range raw {
		got, err := a.readTraits(one)
		if err != nil || !got.mine {
			continue
		}

		if got.match(want) {
			return messageRef(at, got.id), true, nil
		}

		certain = certain && (want.recognisable() || len(got.nonces) > 0)
	}

	if !certain {
		return "", false, adapters.ErrUnsupported
	}

	return "", false, nil
}

// findError returns the error of looking: what cannot be read back is unknown.
func (a *Adapter) findError(ctx context.Context, to adapters.Chat, err error) error {
	if code := rest.Code(err); rest.IsNoEndpoint(err) || code == codeMissingAccess || code == codeMissingRights {
		return adapters.ErrUnsupported
	}

	return a.sendError(ctx, to, err)
}

// readsHistory reports whether an empty list of messages means that there are
// none: without Read Message History the list is always empty.
func (a *Adapter) readsHistory(ctx context.Context, to adapters.Chat, at string) bool {
	if strings.HasPrefix(to.Address, "@") {
		return true
	}

	c, err := a.channelInfo(ctx, at)
	if err != nil {
		return false
	}

	set, known, err := a.ownRights(ctx, c)

	return err == nil && known && set&(canReadHistory|canAdminister) != 0
}

// thread is a thread as a list of them shows it.
type thread struct {
	ID     string `json:"id"`
	Parent string `json:"parent_id"`
	Owner  string `json:"owner_id"`
	Name   string `json:"name"`
}

// findPost looks for a post among a forum's open ones and those archived last: ours,
// under that title, and beginning with that message where it can be read.
func (a *Adapter) findPost(ctx context.Context, to adapters.Chat, at string, want traits) (string, bool, error) {
	forum, err := a.channelInfo(ctx, at)
	if err != nil {
		return "", false, a.findError(ctx, to, err)
	}

	// Somebody may have closed it, or nobody wrote in it for an hour.
	for _, where := range []string{"/guilds/" + forum.guild + "/threads/active", "/channels/" + at + "/threads/archived/public?limit=" + findAmong} {
		var list struct {
			Threads []thread `json:"threads"`
		}

		if _, err = a.ask(ctx, http.MethodGet, where, nil, &list); err != nil {
			return "", false, a.findError(ctx, to, err)
		}

		if id := a.pickPost(ctx, list.Threads, at, want); id != "" {
			return messageRef(id, id), true, nil
		}
	}

	return "", false, nil
}

// pickPost returns the post of a forum that is the one looked for, "" for none.
func (a *Adapter) pickPost(ctx context.Context, posts []thread, forum string, want traits) string {
	me := a.whoAmI()

	for _, post := range posts {
		mine := post.Owner == "" || me.user == "" || post.Owner == me.user
		inForum := post.Parent == "" || post.Parent == forum

		if inForum && mine && post.Name == want.name && a.beginsWith(ctx, post.ID, want) {
			return post.ID
		}
	}

	return ""
}

// beginsWith reports whether a post's first message, which has the post's id, is
// the one looked for; where it cannot be read the title has to do.
func (a *Adapter) beginsWith(ctx context.Context, post string, want traits) bool {
	var raw json.RawMessage
	if _, err := a.ask(ctx, http.MethodGet, "/channels/"+post+"/messages/"+post, nil, &raw); err != nil {
		return true
	}

	got, err := a.readTraits(raw)

	return err != nil || got.match(want)
}

// traits are what one message can be told from another by.
type traits struct {
	id     string
	mine   bool
	nonces []string // that it shows, in itself or in its buttons
	name   string   // of the post that it would open in a forum

	link, title, body string
}

// traitsOf returns the traits of a part of a message that is to be found. Buttons of either bear the
// message's nonce.
func traitsOf(m *adapters.Message, p *payload) traits {
	t := traits{name: postName(p)}

	if m.Nonce != "" {
		t.nonces = []string{m.Nonce}
	}

	if len(p.Embeds) > 0 {
		e := p.Embeds[0]
		t.link, t.title, t.body = e.URL, plainTrait(e.Title), plainTrait(e.Description)
	} else if strings.Contains(p.Content, "](http") {
		t.body = plainTrait(p.Content)
	}

	return t
}

// plainTrait returns a text as it comes back: Discord trims it.
func plainTrait(s string) string { return strings.TrimSpace(s) }

// recognisable reports whether a message can be known without its nonce. Short
// texts repeat: "Done." says nothing.
func (t *traits) recognisable() bool { return t.link != "" || t.body != "" }

// match reports whether t, which was read back, is the message wanted.
func (t *traits) match(want traits) bool {
	for _, n := range want.nonces {
		if slices.Contains(t.nonces, n) {
			return true
		}
	}

	switch {
	case len(t.nonces) > 0:
		return false // it is another one
	case want.link != "":
		return t.link == want.link
	}

	return want.recognisable() && t.title == want.title && t.body == want.body
}

// readTraits reads the traits of a message as Discord gives it back.
func (a *Adapter) readTraits(raw json.RawMessage) (traits, error) {
	m, err := decodeJSON[struct {
		ID      string          `json:"id"`
		Nonce   json.RawMessage `json:"nonce"`
		Author  *user           `json:"author"`
		Webhook string          `json:"webhook_id"`
		App     string          `json:"application_id"`
		Content string          `json:"content"`
		Embeds  []struct {
			URL         string `json:"url"`
			Title       string `json:"title"`
			Description string `json:"description"`
		} `json:"embeds"`
		Components json.RawMessage `json:"components"`
	}](raw)
	if err != nil {
		return traits{}, err
	}

	me := a.whoAmI()
	t := traits{id: m.ID, mine: m.Author == nil || me.user == "" || m.Author.ID == me.user, body: plainTrait(m.Content)}

	if m.Webhook != "" {
		t.mine = me.application == "" || m.App == me.application
	}

	if len(m.Embeds) > 0 {
		e := m.Embeds[0]
		t.link, t.title, t.body = e.URL, plainTrait(e.Title), plainTrait(e.Description)
	}

	if n := scalarText(m.Nonce); n != "" && n != "null" {
		t.nonces = append(t.nonces, n)
	}

	rows, _ := decodeJSON[[]struct {
		Components []struct {
			CustomID string `json:"custom_id"`
		} `json:"components"`
	}](m.Components)
	for _, row := range *rows {
		for _, c := range row.Components {
			if _, n := buttonData(c.CustomID); n != "" {
				t.nonces = append(t.nonces, n)
			}
		}
	}

	return t, nil
}
