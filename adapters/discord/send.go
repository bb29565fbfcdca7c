package discord

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/markdown"
	"newsbell/adapters/discord/rest"
)

// Send implements [adapters.Adapter]. A message that is too long for one goes
// out in parts, each under a nonce of its own; the reference is the first one's.
func (a *Adapter) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	if a.wrong != nil {
		return "", &adapters.SendError{Fate: adapters.Later, After: openingTooFastPause, All: true, Reason: a.wrong.Error()}
	}

	at, opened, err := a.channelOf(ctx, to)
	if err != nil {
		return "", a.sendError(ctx, to, err)
	}

	known, _ := a.channels.Get(at)
	first, thread := "", a.threadOf(known, m)

	parts := a.render(m)
	parts[0].Reference = replyTo(m.ReplyTo, at)

	if ref, sent, err := a.sendAs(ctx, to, at, thread, m, parts); sent || err != nil {
		if err != nil {
			return "", a.sendError(ctx, to, err)
		}

		return ref, nil
	}

	for i, p := range parts {
		if i > 0 || opened { // the caller waited for one request
			if err := a.takeTurn(ctx); err != nil {
				return "", classifyError(err)
			}
		}

		ref, err := a.post(ctx, to, at, thread, p)
		if p.file != nil && m.Instead != nil && len(parts) == 1 && takesNoFile(err) {
			return a.Send(ctx, to, m.WithoutFile())
		}

		if err != nil {
			a.forgetDirect(ctx, to, err)
			return "", a.sendError(ctx, to, err)
		}

		if first == "" {
			first = ref
		}

		if opened, _, _ := strings.Cut(ref, "/"); opened != at {
			thread = opened // what follows goes below it
		}
	}

	return first, nil
}

// threadOf returns the thread of a channel, or post of a forum, that a message goes into, "" for
// none. A thread below a message has the id of that.
func (a *Adapter) threadOf(in channelInfo, m *adapters.Message) string {
	if !isForum(in.kind) {
		channel, below, _ := strings.Cut(m.ReplyTo, "/")
		if !m.InThread || parseSnowflake(channel) == "" {
			return ""
		}

		return parseSnowflake(below)
	}

	thread, _, _ := strings.Cut(cmp.Or(m.Continues, m.ReplyTo), "/")

	return parseSnowflake(thread)
}

// sendError returns the error of a call about a chat; the gate hears of a pause.
func (a *Adapter) sendError(ctx context.Context, to adapters.Chat, err error) error {
	f := classifyError(err)
	if f.Fate == adapters.Later {
		whom := to
		if f.All {
			whom = adapters.Chat{}
		}

		a.hold(whom, f.After)
	}

	if rest.Code(err) == codeMissingRights {
		if names := a.ownMissing(ctx, to); len(names) > 0 {
			f.Reason = "the bot needs " + strings.Join(names, ", ") + " there"
		}
	}

	return f
}

// post sends one payload to a channel, or as a post to a forum: into a thread of it
// that is named and still takes messages, else as a post of its own.
func (a *Adapter) post(ctx context.Context, to adapters.Chat, at, thread string, p *payload) (string, error) {
	known, _ := a.channels.Get(at)
	p.mentionEveryone(known.guild)

	if thread != "" {
		below := *p
		below.Reference = nil // what is replied to stands above the thread

		ref, err := a.channelPost(ctx, to, thread, &below)
		if !takesNothing(rest.Code(err), isForum(known.kind)) {
			return ref, err
		}
	}

	if isForum(known.kind) {
		return a.forumPost(ctx, to, at, p, known.tagsOf(p.labels))
	}

	ref, err := a.channelPost(ctx, to, at, p)
	if code := rest.Code(err); (code == codeNoText || code == codeWrongType) && a.turnsOutForum(ctx, at) {
		known, _ = a.channels.Get(at)
		return a.forumPost(ctx, to, at, p, known.tagsOf(p.labels))
	}

	return ref, err
}

// takesNothing reports whether an error code says that a thread is gone, or takes no message.
// In one of a forum the bot may write wherever it may in the forum.
func takesNothing(code int, ofForum bool) bool {
	switch code {
	case codeUnknownChannel, codeThreadArchived, codeThreadLocked:
		return true
	case codeMissingRights, codeMissingAccess:
		return !ofForum
	}

	return false
}

// channelPost sends one payload to a channel or thread.
func (a *Adapter) channelPost(ctx context.Context, to adapters.Chat, at string, p *payload) (string, error) {
	kind, raw, err := encodeBody(p, p.file)
	if err != nil {
		return "", err
	}

	var out struct {
		ID string `json:"id"`
	}

	got, err := a.rest.Send(ctx, http.MethodPost, "/channels/"+at+"/messages", kind, raw, &out)
	if p.Reference != nil && rest.Code(err) == codeNoHistory {
		p.Reference = nil // without the right to read what it replies to
		return a.channelPost(ctx, to, at, p)
	}

	if err != nil && !got.OK() {
		return "", err
	}

	a.hold(to, got.Exhausted())

	return messageRef(at, out.ID), nil
}

// turnsOutForum asks whether a channel of which nothing was known is a forum.
func (a *Adapter) turnsOutForum(ctx context.Context, at string) bool {
	c, err := a.fetchChannel(ctx, at)
	return err == nil && isForum(c.kind)
}

// forumPost opens a post. Discord enforces no nonce here.
func (a *Adapter) forumPost(ctx context.Context, to adapters.Chat, at string, p *payload, tags []string) (string, error) {
	message := *p
	message.Nonce, message.EnforceNonce = "", false

	body := struct {
		Name    string   `json:"name"`
		Message *payload `json:"message"`
		Tags    []string `json:"applied_tags,omitempty"`
	}{Name: postName(p), Message: &message, Tags: tags}

	kind, raw, err := encodeBody(body, p.file)
	if err != nil {
		return "", err
	}

	var out struct {
		ID      string `json:"id"`
		Message *struct {
			ID string `json:"id"`
		} `json:"message"`
	}

	got, err := a.rest.Send(ctx, http.MethodPost, "/channels/"+at+"/threads", kind, raw, &out)
	if refused := rest.Code(err); refused == codeTagRequired && len(tags) == 0 || refused == codeInvalidForm && len(tags) > 0 {
		// What was known of the forum's tags is no longer so.
		if now := a.tagsNow(ctx, at, p.labels); !slices.Equal(now, tags) {
			return a.forumPost(ctx, to, at, p, now)
		}
	}

	if err != nil && !got.OK() {
		return "", err
	}

	a.hold(to, got.Exhausted())

	id := out.ID // the first message of a post has the post's id
	if out.Message != nil && out.Message.ID != "" {
		id = out.Message.ID
	}

	return messageRef(out.ID, id), nil
}

// tagsNow returns the tags of a post with such labels, as the forum has them now; none if that
// can't be read.
func (a *Adapter) tagsNow(ctx context.Context, at string, labels []string) []string {
	c, err := a.fetchChannel(ctx, at)
	if err != nil {
		return nil
	}

	return c.tagsOf(labels)
}

// postName returns a forum post's title: it shows no markup.
func postName(p *payload) string {
	name := p.name
	if name == "" && len(p.Embeds) > 0 {
		name = p.Embeds[0].Title
		if name == "" {
			name = p.Embeds[0].Description
		}
	}

	if name == "" {
		name, _, _ = strings.Cut(p.Content, "\n")
	}

	name = markdown.Truncate(markdown.OneLine(markdown.Unescape(name)), maxThreadName)
	if name == "" {
		name = textUntitled
	}

	return name
}

// Edit implements [adapters.Adapter].
func (a *Adapter) Edit(ctx context.Context, _ adapters.Chat, ref string, m *adapters.Message) error {
	at, id, err := splitRef(ref)
	if err != nil {
		return err
	}

	got, err := a.editOurs(ctx, at, id, m.Sender.Name != "", a.render(m)[0].forEdit())
	switch {
	case got.OK():
		return nil
	case rest.Code(err) == codeUnknownMessage:
		return &adapters.SendError{Fate: adapters.Refused, Reason: reasonDeleted, Cause: err}
	}

	return a.refusal(err)
}

// editOurs edits a message of ours, which may have come by a webhook: it is tried as it comes now,
// and then in the other way.
func (a *Adapter) editOurs(ctx context.Context, at, id string, byHook bool, p *payload) (got *rest.Response, err error) {
	channel := "/channels/" + at

	if byHook {
		if h, _ := a.hookOf(ctx, at, false); h.id != "" {
			got, err = a.rest.Call(ctx, http.MethodPatch, h.path()+"/messages/"+id, p, nil)
			if code := rest.Code(err); code != codeUnknownMessage && code != codeUnknownWebhook && code != codeWebhookToken {
				return got, err
			}
		}
	}

	got, err = a.rest.Call(ctx, http.MethodPatch, channel+"/messages/"+id, p, nil)
	if rest.Code(err) != codeNotOurs {
		return got, err
	}

	h, sure := a.hookOf(ctx, at, false)

	switch {
	case !sure: // a start edits before the gateway may have said who the bot is and what it may do
		return got, &adapters.SendError{Fate: adapters.Later, Reason: reasonNetwork, Cause: err}
	case h.id == "":
		return got, err
	}

	return a.rest.Call(ctx, http.MethodPatch, h.path()+"/messages/"+id, p, nil)
}

// hook is our webhook in a channel; of the zero one there is none, until then.
type hook struct {
	id, token string
	until     time.Time
}

func (h hook) path() string { return "/webhooks/" + h.id + "/" + h.token }

// noHookFor is how long it is believed that a channel has no webhook of ours, and that the bot
// can make none: somebody may give it the right.
const noHookFor = 10 * time.Minute

// hookName is what our webhooks are called among the integrations of a server.
const hookName = "Newsbell"

// hookOf finds our webhook in a channel, or makes it; none where the bot may not or cannot now. It is
// not sure if there is none as long as what it takes to know cannot be asked.
func (a *Adapter) hookOf(ctx context.Context, at string, create bool) (h hook, sure bool) {
	if h, ok := a.hooks.Get(at); ok && (h.id != "" || create && time.Now().Before(h.until)) {
		return h, true
	}

	none := hook{until: time.Now().Add(noHookFor)}

	me := a.me.Load()
	if me == nil || me.user == "" || me.application == "" {
		return none, false
	}

	c, err := a.channelInfo(ctx, at)
	if err != nil || c.kind != typeText && c.kind != typeAnnouncement {
		return none, err == nil || !isTemporary(err)
	}

	// Without the history nobody could tell whether an attempt arrived.
	if set, known, err := a.ownRights(ctx, c); err != nil || !known || len(lackForHooks(set)) > 0 {
		return none, err == nil && known
	}

	var all []webhook
	if _, err := a.ask(ctx, http.MethodGet, "/channels/"+at+"/webhooks", nil, &all); err != nil {
		a.hooks.Add(at, none)
		return none, !isTemporary(err)
	}

	for _, one := range all {
		if one.Token != "" && one.Application == me.application {
			return a.keepHook(at, one), true
		}
	}

	if !create {
		return none, true
	}

	var made webhook
	if _, err := a.ask(ctx, http.MethodPost, "/channels/"+at+"/webhooks", map[string]string{"name": hookName}, &made); err != nil || made.Token == "" {
		a.hooks.Add(at, none)
		return none, false
	}

	return a.keepHook(at, made), true
}

// webhook is one as Discord describes it. It shows the token of those alone that the bot made.
type webhook struct {
	ID          string `json:"id"`
	Token       string `json:"token"`
	Application string `json:"application_id"`
}

// keepHook remembers our webhook in a channel.
func (a *Adapter) keepHook(at string, w webhook) hook {
	h := hook{id: w.ID, token: w.Token}
	a.hooks.Add(at, h)

	return h
}

// senderName returns a name as a webhook may bear it, "" if it may not. Source: "Usernames and
// Nicknames" in Discord's documentation.
func senderName(name string) string {
	name = markdown.Truncate(markdown.OneLine(name), maxUsername)

	for _, refused := range []string{"discord", "clyde", "```"} {
		if strings.Contains(strings.ToLower(name), refused) {
			return ""
		}
	}

	return name
}

// maxUsername is how long the name of a webhook may be.
const maxUsername = 80

// sendAs sends a message in another one's name, by a webhook. Sent is false if it is to come from
// the bot itself: what is a reply, mentions roles, has several parts or goes into a thread, and all
// where there is no webhook or Discord refuses what it was told.
//
// Discord keeps nothing from being posted twice by a webhook. So an attempt whose answer is lost is
// unsure, and who tries again looks first (Find), as with posts in forums.
func (a *Adapter) sendAs(ctx context.Context, to adapters.Chat, at, thread string, m *adapters.Message, parts []*payload) (ref string, sent bool, err error) {
	name := senderName(m.Sender.Name)
	if name == "" || thread != "" || len(parts) != 1 || parts[0].Reference != nil || parts[0].file != nil || len(m.Pings) > 0 || strings.HasPrefix(to.Address, "@") {
		return "", false, nil
	}

	p := *parts[0]
	p.Nonce, p.EnforceNonce, p.Username, p.Avatar = "", false, name, m.Sender.Icon

	for range 2 { // the one that was known may be gone
		h, _ := a.hookOf(ctx, at, true)
		if h.id == "" {
			return "", false, nil
		}

		var out struct {
			ID string `json:"id"`
		}

		got, err := a.rest.Call(ctx, http.MethodPost, h.path()+"?wait=true", &p, &out)
		if got.OK() {
			a.hold(to, got.Exhausted())
			return messageRef(at, out.ID), true, nil
		}

		if e, ok := errors.AsType[*rest.Error](err); ok && e.Status >= http.StatusInternalServerError {
			err = &adapters.SendError{Fate: adapters.Unsure, Reason: reasonServer, Cause: err} // no nonce would keep it from standing there twice
		}

		if !isRefused(err) {
			return "", false, err
		}

		if code := rest.Code(err); code != codeUnknownWebhook && code != codeWebhookToken {
			return "", false, nil
		}

		a.hooks.Remove(at)
	}

	return "", false, nil
}

// isRefused reports whether a call was answered with a refusal: it has done nothing, and would not
// the next time.
func isRefused(err error) bool {
	e, ok := errors.AsType[*rest.Error](err)
	return ok && e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
}

// OpenThread opens a thread of that name below a message of ours; that one is open there is no
// error. Every error is a *SendError.
func (a *Adapter) OpenThread(ctx context.Context, _ adapters.Chat, ref, name string) error {
	at, id, err := splitRef(ref)
	if err != nil {
		return err
	}

	body := struct {
		Name string `json:"name"`
	}{cmp.Or(markdown.Truncate(markdown.OneLine(name), maxThreadName), textUntitled)}

	got, err := a.rest.Call(ctx, http.MethodPost, "/channels/"+at+"/messages/"+id+"/threads", body, nil)
	if got.OK() || rest.Code(err) == codeThreadOpen {
		return nil
	}

	return a.refusal(err)
}

// Publish publishes a message of ours to those who follow its announcement channel; that it is
// published is no error. Every error is a *SendError.
func (a *Adapter) Publish(ctx context.Context, _ adapters.Chat, ref string) error {
	at, id, err := splitRef(ref)
	if err != nil {
		return err
	}

	got, err := a.rest.Call(ctx, http.MethodPost, "/channels/"+at+"/messages/"+id+"/crosspost", nil, nil)
	if got.OK() || rest.Code(err) == codePublished {
		return nil
	}

	return a.refusal(err)
}

// splitRef returns the channel and the message that a reference names.
func splitRef(ref string) (at, id string, err error) {
	at, id, ok := strings.Cut(ref, "/")
	if !ok || parseSnowflake(at) == "" || parseSnowflake(id) == "" {
		return "", "", &adapters.SendError{Fate: adapters.Refused, Reason: reasonUnknown, Cause: errors.New("no such reference: " + ref)}
	}

	return at, id, nil
}

// refusal says what becomes of what a call was about that changes a message of ours. A pause that only
// this call has to make holds nothing else up.
func (a *Adapter) refusal(err error) error {
	f := classifyError(err)
	if f.Fate == adapters.Later && f.All {
		a.hold(adapters.Chat{}, f.After)
	}

	return f
}

// Room implements [adapters.Adapter].
func (a *Adapter) Room(d *adapters.Digest) int { return digestRoom(adapters.English(), d) }
