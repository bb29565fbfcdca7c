package telegram

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
)

// What in a group is for the bot: replies to its questions, and commands while the
// attention is on it.

const (
	// maxQuestions is how many questions stay open in all groups together.
	maxQuestions    = 200
	questionsCursor = "asks"
)

// questions are the newest messages that asked for a reply: in a group, where
// people talk among themselves, only a reply to one of them is for the bot.
type questions struct {
	mu   sync.Mutex
	refs []string // "chat message", oldest first
}

func questionRef(chat, message string) string { return chat + " " + message }

// add keeps a question and returns all of them for the cursor.
func (q *questions) add(ref string) string {
	q.mu.Lock()
	defer q.mu.Unlock()

	q.refs = append(q.refs, ref)
	if n := len(q.refs); n > maxQuestions {
		q.refs = slices.Clone(q.refs[n-maxQuestions:])
	}

	return strings.Join(q.refs, "\n")
}

func (q *questions) has(ref string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()

	return slices.Contains(q.refs, ref)
}

// load reads a cursor.
func (q *questions) load(saved string) {
	if saved == "" {
		return
	}

	q.mu.Lock()
	defer q.mu.Unlock()

	q.refs = append(strings.Split(saved, "\n"), q.refs...)
}

// keepQuestion keeps a question over a restart too.
func (a *Adapter) keepQuestion(ctx context.Context, to adapters.Chat, ref string) {
	saved := a.questions.add(questionRef(withoutTopic(to.Address), ref))
	a.saveCursor(ctx, questionsCursor, saved)
}

// attention tells which unaddressed commands in a group are for us, since other bots
// may have the same commands, and bots do not see each other's messages.
//
// A bot that is no administrator is handed such a command only if it was the last
// bot to write in the group; then it is ours. A bot that reads everything, which
// shows when it hears people talk among themselves, is handed all of them: then a
// command that others have too is ours while we have just spoken there.
//
// It is safe for concurrent use.
type attention struct {
	mu    sync.Mutex
	chats map[int64]*sharedChat
}

// sharedChat is what is known of a group.
type sharedChat struct {
	spokeAt  time.Time // when the bot last wrote there
	hearsAll bool      // people's talk among themselves reaches the bot
}

const (
	// attentionSpan is how long after a message of ours a talk with us goes on.
	attentionSpan = 10 * time.Minute
	// maxAttention bounds the groups that are kept. Of the others nothing is known.
	maxAttention = 10_000
)

// noteSpoke records that the bot has just written in a group.
func (a *attention) noteSpoke(chat int64) {
	a.update(chat, func(c *sharedChat) { c.spokeAt = time.Now() })
}

// noteOverheard records that people's talk among themselves has reached the bot.
func (a *attention) noteOverheard(chat int64) {
	a.update(chat, func(c *sharedChat) { c.hearsAll = true })
}

func (a *attention) update(chat int64, change func(*sharedChat)) {
	a.mu.Lock()
	defer a.mu.Unlock()

	if a.chats == nil || len(a.chats) >= maxAttention {
		a.chats = map[int64]*sharedChat{}
	}

	c := a.chats[chat]
	if c == nil {
		c = &sharedChat{}
		a.chats[chat] = c
	}

	change(c)
}

// isOnUs reports whether a command in a group that other bots have too is for us.
func (a *attention) isOnUs(chat int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()

	c := a.chats[chat]

	return c == nil || !c.hearsAll || time.Since(c.spokeAt) < attentionSpan
}

// commandNames returns the names and aliases of a command table, with whether
// other bots are likely to have them too. An alias that only shortens the name is
// as much ours as the name.
func commandNames(table []adapters.Command) map[string]bool {
	names := map[string]bool{}

	for _, c := range table {
		names[c.Name] = c.Generic
		for _, alias := range c.Aliases {
			names[alias] = c.Generic || !strings.HasPrefix(c.Name, alias)
		}
	}

	return names
}

// Answers that in a group only the person who asked sees: the ephemeral messages of Bot API
// 10.2, written as of 10.3. A bot may send one for 15 s after that person pressed a button
// or used a command of the menu that is marked as ephemeral, and at any time where it is an
// administrator. A server of before passes over what says so, and everybody sees the
// answer; its result shows it.

// whisper is whom an answer is for, and what allows it.
type whisper struct {
	chat    int64
	reader  int64
	press   string // the press that it answers, "" none
	command int64  // the command that it answers, which nobody else has seen; 0 none
	below   string // the message whose button was pressed, if nobody else sees that; else ""
}

// parameters are those of a request.
func (w *whisper) parameters() botapi.Params {
	to := map[string]any{"receiver_user_id": w.reader}
	if w.press != "" {
		to["callback_query_id"] = w.press
	}

	p := botapi.Params{"ephemeral_message_parameters": toJSON(to)}
	if w.command != 0 {
		p["reply_parameters"] = toJSON(map[string]any{"ephemeral_message_id": w.command})
	}

	return p
}

// whispers is what is known of the server's ephemeral messages. It is safe for concurrent
// use.
type whispers struct {
	mu    sync.Mutex
	known bool // one was sent
	none  bool // the server has none
	// aloud are the groups in which the bot is no administrator, with how long that is
	// taken for known: commands are answered for everybody there.
	aloud map[int64]time.Time
}

// aloudFor is how long it is taken for known that a bot is no administrator of a group.
const aloudFor = time.Hour

// allows reports whether trying is worth it.
func (w *whispers) allows(to *whisper) bool {
	w.mu.Lock()
	defer w.mu.Unlock()

	return !w.none && (to.press != "" || to.command != 0 || time.Now().After(w.aloud[to.chat]))
}

// work reports whether the server is known to have ephemeral messages.
func (w *whispers) work() bool {
	w.mu.Lock()
	defer w.mu.Unlock()

	return w.known
}

// noteSent records how an answer came out that was for one person.
func (w *whispers) noteSent(ephemeral bool) {
	w.mu.Lock()
	defer w.mu.Unlock()

	if ephemeral {
		w.known = true
	} else {
		w.none = !w.known
	}
}

// noteRefused records that an answer may not be for one person.
func (w *whispers) noteRefused(to *whisper) {
	w.mu.Lock()
	defer w.mu.Unlock()

	if to.press != "" {
		return // it came too late
	}

	if w.aloud == nil || len(w.aloud) >= maxAttention {
		w.aloud = map[int64]time.Time{}
	}

	w.aloud[to.chat] = time.Now().Add(aloudFor)
}

// whisperTo returns whom alone an answer is for, nil for everybody. An answer that asks for
// a reply is for everybody: in a group a reply to what only one person sees says nothing of
// what it is a reply to.
func (a *Adapter) whisperTo(in *incoming, m *adapters.Message) *whisper {
	r := in.request

	reader, err := strconv.ParseInt(r.User.ID, 10, 64)
	if err != nil || r.Chat.Kind != adapters.Group {
		return nil
	}

	addr, err := parseAddress(r.Chat.Address)
	if err != nil {
		return nil
	}

	w := &whisper{chat: addr.Chat, reader: reader, press: in.callback, command: in.ephemeral}
	if isEphemeral(r.Message) {
		w.below = r.Message
	}

	if !w.unseen() && (!m.Private || m.Ask != "") || !a.whispers.allows(w) {
		return nil
	}

	return w
}

// unseen reports whether nobody else has seen what is answered.
func (w *whisper) unseen() bool { return w.command != 0 || w.below != "" }

// sendAloud is what becomes of an answer that may not be for one person, as the server says:
// it is for everybody, unless nobody else has seen what it answers; then it takes the place
// of the message whose button was pressed, if there is one.
func (a *Adapter) sendAloud(ctx context.Context, to adapters.Chat, m *adapters.Message, done *sentParts, refused error) error {
	only := done.only

	e := adapters.FateOf(refused)
	if done.count > 0 || e.Fate != adapters.Refused && e.Fate != adapters.Gone {
		return refused
	}

	switch {
	case only.below != "":
		return a.edit(ctx, to, only.below, m)
	case only.command != 0:
		return refused
	}

	done.only = nil

	_, err := a.send(ctx, to, m, done)
	if err == nil {
		a.whispers.noteRefused(only)
	}

	return err
}

// The reference of an ephemeral message is "e501:7001": its number, and who sees it.

func ephemeralRef(message, reader int64) string { return fmt.Sprintf("e%d:%d", message, reader) }

func isEphemeral(ref string) bool { return strings.HasPrefix(ref, "e") }

var errEphemeralRef = errors.New("not a reference of an ephemeral message")

// editParameters returns the method that changes a message of ours, and what names the
// message.
func editParameters(chat int64, ref string) (string, botapi.Params, error) {
	p := botapi.Params{"chat_id": strconv.FormatInt(chat, 10)}

	if !isEphemeral(ref) {
		p["message_id"] = ref
		return editMethod, p, nil
	}

	message, reader, ok := strings.Cut(ref[1:], ":")
	if !ok {
		return "", nil, errEphemeralRef
	}

	p["ephemeral_message_id"], p["receiver_user_id"] = message, reader

	return editEphemeralMethod, p, nil
}

const editEphemeralMethod = "editEphemeralMessageText"
