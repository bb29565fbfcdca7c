package telegram

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

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

// parameters returns those of a request.
func (w *whisper) parameters() botapi.Params {
	to := map[string]any{"receiver_user_id": w.reader}
	if w.press != "" {
		to["callback_query_id"] = w.press
	}

	p := botapi.Params{"ephemeral_message_parameters": render.ToJSON(to)}
	if w.command != 0 {
		p["reply_parameters"] = render.ToJSON(map[string]any{"ephemeral_message_id": w.command})
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

// maxAloud bounds the groups of which that is kept.
const maxAloud = 10_000

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

	if w.aloud == nil || len(w.aloud) >= maxAloud {
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

// sendAloud sends an answer that may not be for one person, as the server says, to everybody. If
// nobody else has seen what it answers, it takes the place of the message whose button was pressed,
// and is refused if there is none.
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
