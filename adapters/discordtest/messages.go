package discordtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// message is a message in a channel.
type message struct {
	id      string
	channel *Channel
	author  *Person
	body    map[string]any // as it was sent
	nonce   string
	hidden  *Person // ephemeral: the only one who sees it
	thinks  bool    // deferred, without text yet
	gone    bool
	edited  bool
	files   int
	at      time.Time
	by      *interaction
	answers *message // what it is a reply to
	hook    *webhook // that sent it, nil: none
	// published is when it was published to those who follow its channel, zero: it was not.
	published time.Time
}

// mine reports whether the bot sent it, under its own name or by a webhook.
func (m *message) mine() bool { return m.author == m.channel.f.bot || m.hook != nil }

// Flags of a message. Source: "Message Flags" in Discord's documentation.
const (
	flagCrossposted = 1 << 0
	flagSuppress    = 1 << 2
	flagEphemeral   = 1 << 6
	flagSilent      = 1 << 12
	flagComponents  = 1 << 15 // it consists of components alone
)

func flagsOf(body map[string]any) int {
	n, _ := body["flags"].(float64)
	return int(n)
}

func (m *message) json() map[string]any {
	out := map[string]any{
		"id": m.id, "channel_id": m.channel.ID, "author": m.author.json(), "content": textField(m.body, "content"),
		"timestamp": m.at.UTC().Format(time.RFC3339), "edited_timestamp": nil, "tts": false, "mention_everyone": false,
		"mentions": []any{}, "mention_roles": []any{}, "attachments": []any{}, "embeds": listField(m.body, "embeds"),
		"components": listField(m.body, "components"), "pinned": false, "type": 0, "flags": flagsOf(m.body),
	}

	if m.hook != nil {
		out["webhook_id"], out["application_id"] = m.hook.id, m.channel.f.app
	}

	return out
}

func textField(body map[string]any, key string) string {
	s, _ := body[key].(string)
	return s
}

func listField(body map[string]any, key string) []any {
	l, _ := body[key].([]any)
	if l == nil {
		l = []any{}
	}

	return l
}

// mayPost returns why the bot may not write there; nil: it may.
func (c *call) mayPost(ch *Channel) *refusal {
	if ch.foreign {
		return errAccess
	}

	switch ch.kind {
	case kindForum, kindCategory:
		return errNoText
	case kindDirect:
		if ch.person.closed != 0 {
			status := 403
			if ch.person.closed == 40003 {
				status = 429
			}

			return &refusal{status: status, code: ch.person.closed, text: "Cannot send messages to this user"}
		}

		return nil
	}

	need := SendMessages
	if ch.thread() {
		need = SendInThreads
	}

	if c.file > 0 {
		need |= AttachFiles
	}

	if ch.rights(c.f.bot.ID)&need != need {
		return errRights
	}

	if ch.locked {
		return errLocked
	}

	return nil
}

func (f *Fake) createMessage(c *call, ch *Channel) (int, any, *refusal) {
	if err := c.mayPost(ch); err != nil {
		return 0, nil, err
	}

	ch.archived = false
	nonce := ""

	switch n := c.body["nonce"].(type) {
	case string:
		nonce = n
	case float64:
		nonce = strconv.FormatInt(int64(n), 10)
	}

	if nonce != "" && c.body["enforce_nonce"] == true {
		if old := f.nonces[ch.ID+" "+nonce]; old != nil && time.Since(old.at) < f.o.NonceFor {
			return 200, f.shown(old), nil // the message that was made before
		}
	}

	if ch.kind != kindDirect && ch.rights(f.bot.ID)&EmbedLinks == 0 {
		delete(c.body, "embeds") // Discord drops them without a word
	}

	if err := refuseEmpty(c.body, c.file); err != nil {
		return 0, nil, err
	}

	answers, err := c.replyTo(ch)
	if err != nil {
		return 0, nil, err
	}

	m := f.put(ch, f.bot, c.body)
	m.answers = answers

	m.nonce, m.files = nonce, c.file
	if nonce != "" {
		f.nonces[ch.ID+" "+nonce] = m
	}

	return 200, f.shown(m), nil
}

// replyTo returns the message that a new one is a reply to, nil for none.
func (c *call) replyTo(ch *Channel) (*message, *refusal) {
	r, _ := c.body["message_reference"].(map[string]any)
	if r == nil {
		return nil, nil
	}

	if ch.kind != kindDirect && ch.rights(c.f.bot.ID)&ReadHistory == 0 {
		return nil, errNoHistory
	}

	m := c.f.messages[textField(r, "message_id")]
	if m == nil || m.channel != ch || m.gone {
		if r["fail_if_not_exists"] != false {
			return nil, errReference
		}

		return nil, nil
	}

	return m, nil
}

// shown returns a message with its nonce, where that is told.
func (f *Fake) shown(m *message) map[string]any {
	out := m.json()
	if m.nonce != "" && !f.o.Bare {
		out["nonce"] = m.nonce
	}

	return out
}

// readBack returns a message as a later reading shows it: Discord tells the nonce only
// to the one who sends it.
func (f *Fake) readBack(m *message) map[string]any {
	if f.o.EchoNonces {
		return f.shown(m)
	}

	return m.json()
}

func (f *Fake) put(ch *Channel, by *Person, body map[string]any) *message {
	m := &message{id: f.id(), channel: ch, author: by, body: body, at: time.Now()}
	ch.messages = append(ch.messages, m)

	f.messages[m.id] = m
	if by == f.bot {
		f.checkMentions(m)
	}

	return m
}

// checkMentions complains of a message that leaves whom it pings to Discord's default, which
// is everybody whom it mentions.
func (f *Fake) checkMentions(m *message) {
	if _, ok := m.body["allowed_mentions"].(map[string]any); !ok {
		f.complain("a message without allowed_mentions in %s: %.80q", m.channel.ID, textField(m.body, "content"))
	}
}

// refuseEmpty refuses a message without anything to see. Components are something where it
// consists of them alone.
func refuseEmpty(body map[string]any, files int) *refusal {
	isShown := strings.TrimSpace(textField(body, "content")) != "" || len(listField(body, "embeds")) > 0 || files > 0
	if isShown || flagsOf(body)&flagComponents != 0 && len(listField(body, "components")) > 0 {
		return nil
	}

	return errEmpty
}

// refuseLength refuses a field that is not between 1 and most characters long.
func refuseLength(field, text string, most int) *refusal {
	if n := utf8.RuneCountInString(text); n < 1 || n > most {
		return invalidForm(map[string]any{field: newProblem("BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", most))})
	}

	return nil
}

func (f *Fake) listMessages(c *call, ch *Channel) (int, any, *refusal) {
	if ch.kind != kindDirect && ch.rights(f.bot.ID)&ReadHistory == 0 {
		return 200, []any{}, nil
	}

	limit, err := c.limit(50)
	if err != nil {
		return 0, nil, err
	}

	out := []any{}
	for _, m := range slices.Backward(ch.messages) {
		if m.gone || m.hidden != nil || len(out) == limit {
			continue
		}

		out = append(out, f.readBack(m))
	}

	return 200, out, nil
}

// limit reads how many of a list are wanted.
func (c *call) limit(otherwise int) (int, *refusal) {
	s := c.r.URL.Query().Get("limit")
	if s == "" {
		return otherwise, nil
	}

	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 100 {
		return 0, invalidForm(map[string]any{"limit": newProblem("NUMBER_TYPE_MAX", "int value should be between 1 and 100.")})
	}

	return n, nil
}

func (c *call) message() (*message, *refusal) {
	ch, err := c.seen()
	if err != nil {
		return nil, err
	}

	m := c.f.messages[c.path("message")]
	if m == nil || m.gone || m.channel != ch || m.hidden != nil {
		return nil, errMessage
	}

	return m, nil
}

func (f *Fake) getMessage(c *call, m *message) (int, any, *refusal) {
	if ch := m.channel; ch.kind != kindDirect && ch.rights(f.bot.ID)&ReadHistory == 0 {
		return 0, nil, errRights
	}

	return 200, f.readBack(m), nil
}

func (f *Fake) editMessage(c *call, m *message) (int, any, *refusal) {
	if m.author != f.bot {
		return 0, nil, errNotMine
	}

	if err := m.change(c.body, c.file); err != nil {
		return 0, nil, err
	}

	f.checkMentions(m)

	return 200, m.json(), nil
}

// change puts other fields in place of a message's.
func (m *message) change(body map[string]any, files int) *refusal {
	next := maps.Clone(m.body)
	delete(next, "allowed_mentions") // an edit reads mentions anew

	maps.Copy(next, body)

	// What consists of components alone stays so, and nothing else may remain of what becomes so.
	if flags := flagsOf(m.body)&flagComponents | flagsOf(next); flags&flagComponents != 0 {
		next["flags"] = float64(flags)

		if strings.TrimSpace(textField(next, "content")) != "" || len(listField(next, "embeds")) > 0 {
			return invalidForm(map[string]any{"content": newProblem("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")})
		}
	}

	if err := refuseEmpty(next, files); err != nil {
		return err
	}

	m.body, m.edited, m.thinks = next, true, false

	return nil
}

func (f *Fake) deleteMessage(c *call, m *message) (int, any, *refusal) {
	m.gone = true

	return 204, nil, nil
}

// createThread opens a post in a forum.
func (f *Fake) createThread(c *call, ch *Channel) (int, any, *refusal) {
	if ch.kind != kindForum {
		return 0, nil, errChannelType
	}

	if ch.rights(f.bot.ID)&SendMessages == 0 {
		return 0, nil, errRights
	}

	body, _ := c.body["message"].(map[string]any)
	if body == nil {
		return 0, nil, invalidForm(map[string]any{"message": newProblem("BASE_TYPE_REQUIRED", "This field is required")})
	}

	if err := refuseLength("name", textField(c.body, "name"), 100); err != nil {
		return 0, nil, err
	}

	tagged, err := ch.applyTags(listField(c.body, "applied_tags"))
	if err != nil {
		return 0, nil, err
	}

	if ch.rights(f.bot.ID)&EmbedLinks == 0 {
		delete(body, "embeds")
	}

	if err := refuseEmpty(body, c.file); err != nil {
		return 0, nil, err
	}

	post := ch.server.add(textField(c.body, "name"), kindThread, ch)
	post.owner, post.tagged = f.bot.ID, tagged
	m := f.put(post, f.bot, body)
	delete(f.messages, m.id)
	m.id = post.ID // the first message of a post has its id
	f.messages[m.id] = m
	out := post.json()
	out["message"] = m.json()

	return 201, out, nil
}

// applyTags returns the names of the tags that a post of a forum gets.
func (c *Channel) applyTags(tags []any) (names []string, no *refusal) {
	if c.needsTag && len(tags) == 0 {
		return nil, errTag
	}

	if len(tags) > 5 {
		return nil, invalidForm(map[string]any{"applied_tags": newProblem("BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length.")})
	}

	for _, t := range tags {
		id, _ := t.(string)

		at := slices.IndexFunc(c.tags, func(one tag) bool { return one.id == id })
		if at < 0 {
			return nil, invalidForm(map[string]any{"applied_tags": newProblem("TAG_INVALID", fmt.Sprint(t))})
		}

		if c.tags[at].moderated && c.rights(c.f.bot.ID)&ManageThreads == 0 {
			return nil, errRights
		}

		names = append(names, c.tags[at].name)
	}

	return names, nil
}

// crosspostsAnHour is how many messages of a channel are published within an hour. Source:
// Discord's help on announcement channels.
const crosspostsAnHour = 10

// crosspost publishes a message to those who follow its channel, once. Source: "Crosspost
// Message".
func (f *Fake) crosspost(c *call, m *message) (int, any, *refusal) {
	lately, first := 0, time.Now()

	for _, other := range f.messages {
		if other.channel == m.channel && time.Since(other.published) < time.Hour {
			if lately++; other.published.Before(first) {
				first = other.published
			}
		}
	}

	switch {
	case m.channel.kind != kindAnnouncement:
		return 0, nil, errChannelType
	case m.channel.rights(f.bot.ID)&SendMessages == 0, m.author != f.bot:
		return 0, nil, errRights
	case len(c.body) > 0:
		return 0, nil, invalidForm(map[string]any{"_": newProblem("UNKNOWN_FIELD", "a body")})
	case !m.published.IsZero():
		return 0, nil, errPublished
	case lately >= crosspostsAnHour:
		f.tooMany++

		return 0, nil, &refusal{status: 429, text: "You are being rate limited.", extra: map[string]any{"retry_after": time.Until(first.Add(time.Hour)).Seconds(), "global": false}}
	}

	m.published = time.Now()
	out := m.json()
	out["flags"] = flagsOf(m.body) | flagCrossposted

	return 200, out, nil
}

// Published returns how many messages of a channel were published to those who follow it.
func (c *Channel) Published() int {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()

	n := 0

	for _, m := range c.f.messages {
		if m.channel == c && !m.published.IsZero() {
			n++
		}
	}

	return n
}

// Publish has n other messages of the channel be published now.
func (c *Channel) Publish(n int) {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()

	for range n {
		c.f.put(c, c.f.bot, map[string]any{"content": "Another announcement."}).published = time.Now()
	}
}

// OverPublished returns how often more was to be published than Discord takes in an hour.
func (f *Fake) OverPublished() int {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.tooMany
}

// openThread opens a thread below a message, once. Source: "Start Thread from Message".
func (f *Fake) openThread(c *call, m *message) (int, any, *refusal) {
	ch := m.channel

	switch {
	case ch.kind != kindText && ch.kind != kindAnnouncement:
		return 0, nil, errChannelType
	case ch.rights(f.bot.ID)&OpenThreads == 0:
		return 0, nil, errRights
	}

	if err := refuseLength("name", textField(c.body, "name"), 100); err != nil {
		return 0, nil, err
	}

	for key := range c.body {
		if key != "name" && key != "auto_archive_duration" && key != "rate_limit_per_user" {
			return 0, nil, invalidForm(map[string]any{key: newProblem("UNKNOWN_FIELD", key)})
		}
	}

	if f.channels[m.id] != nil {
		return 0, nil, errThreadOpen
	}

	thread := ch.server.add(textField(c.body, "name"), kindThread, ch)
	delete(f.channels, thread.ID)
	thread.ID, thread.owner = m.id, f.bot.ID // it has the id of its message
	f.channels[thread.ID] = thread

	return 201, thread.json(), nil
}

// attachment is a file that a person sends.
type attachment struct {
	id, name string
	body     []byte
}

// Attach makes a file that a person can send along, with a command's option or a message,
// and returns its id.
func (f *Fake) Attach(name string, body []byte) (id string) {
	f.mu.Lock()
	defer f.mu.Unlock()

	id = f.id()
	f.files[id] = &attachment{id, name, body}

	return id
}

// json returns the file as Discord describes it: its address holds for a while.
func (a *attachment) json(f *Fake) map[string]any {
	address := strings.TrimSuffix(f.APIURL, "/api/v10") + "/attachments/1/" + a.id + "/" + url.PathEscape(a.name) + "?ex=66f0&is=66ef&hm=" + a.id

	return map[string]any{
		"id": a.id, "filename": a.name, "size": len(a.body), "url": address, "proxy_url": address,
		"content_type": "application/octet-stream", "ephemeral": true,
	}
}

// serveFile is Discord's CDN, which hands out a file only at its signed address.
func (f *Fake) serveFile(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	file := f.files[r.PathValue("id")]
	f.mu.Unlock()

	if file == nil || r.URL.Query().Get("hm") != file.id {
		http.Error(w, "This content is no longer available.", http.StatusNotFound)
		return
	}

	_, _ = w.Write(file.body)
}
