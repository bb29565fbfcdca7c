package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/bot/input"
	"newsbell/bot/wording"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// words are the texts of one language, with what picks among them. What is said stands
// in package locales.
type words struct{ wording.Words }

func wordsIn(t *locales.Texts) words { return words{wording.Words{Texts: t}} }

// say is a message of one text.
func (w words) say(key string, pairs ...any) *adapters.Message {
	return &adapters.Message{Text: w.Lines(key, pairs...)}
}

// refuse is an error that is the reply: no, and nothing changed.
func (w words) refuse(key string, pairs ...any) error { return &refusal{w.say(key, pairs...)} }

// turn is one request while it is answered.
type turn struct {
	words // of the reader

	r       *adapters.Request
	command string            // the table's name for it
	text    string            // what follows the command, without its options
	options map[string]string // to, when, ping, for, sub
	now     time.Time

	question        *token // the open question to this person here; nil: none
	answersQuestion bool   // the request is the answer to it
	keepsQuestion   bool   // the question stays open, for its answer could not be used
	confirmed       bool   // the person was asked before whether this is meant
	blocked         bool   // an operator blocked the person
	managesByRole   bool   // the person may manage the server's alerts only because of a role
	asleep          int64  // the person's private chat if it is asleep, otherwise 0

	tokens    map[string]token // to be saved with the reply; an empty one: to be deleted
	committed bool             // the reply is saved
}

// reply is what a request is answered with. It is saved until it is sent.
type reply struct {
	Answer *adapters.Message `json:"answer,omitempty"` // nil: silence
	// Direct is a message to another chat that goes out before the answer.
	Direct *directMessage `json:"direct,omitempty"`
}

// directMessage is a message that a request sends to another chat.
type directMessage struct {
	To      adapters.ChatInfo `json:"to"`
	Message *adapters.Message `json:"message"`
	// Closed is the answer if that chat does not let the bot in.
	Closed *adapters.Message `json:"closed,omitempty"`
}

// token is what stands behind a word: a command that waits.
type token struct {
	// Who may use it ("telegram:4711"), "" everybody.
	Who     string `json:"who,omitempty"`
	Command string `json:"command"`
	Text    string `json:"text,omitempty"`
	Sure    bool   `json:"sure,omitempty"` // no need to ask whether it is meant
	Hint    string `json:"hint,omitempty"` // of an open question
}

// saveToken has a token saved with the reply and returns the word that stands
// for it. The word is derived from the request, so that replying again gives
// the same one.
func (t *turn) saveToken(k token) string {
	value, _ := json.Marshal(k) // strings always marshal
	sum := sha256.Sum256([]byte(t.r.Key + "\x00" + strconv.Itoa(len(t.tokens)) + "\x00" + string(value)))
	word := base64.RawURLEncoding.EncodeToString(sum[:15])
	t.keepToken(word, k)

	return word
}

// keepToken has a token saved with the reply, under a word that is known beforehand.
func (t *turn) keepToken(word string, k token) { t.tokens[word] = k }

// dropToken has the token behind a word deleted with the reply.
func (t *turn) dropToken(word string) { t.tokens[word] = token{} }

// buttonBytes is what a platform keeps behind a button at most (adapters.Button).
const buttonBytes = 64

// button makes a button that runs a command as if it were typed.
func (t *turn) button(label, command, text string) adapters.Button {
	data := pressRun + command
	if text != "" {
		data += " " + text
	}

	if len(data) > buttonBytes {
		data = pressToken + t.saveToken(token{Who: t.personID(), Command: command, Text: text})
	}

	return adapters.Button{Label: label, Data: data}
}

// confirmedButton makes a button that runs a command without asking whether it is meant.
func (t *turn) confirmedButton(label, command, text string) adapters.Button {
	return adapters.Button{Label: buttonLabel(label), Data: pressToken + t.saveToken(token{Who: t.personID(), Command: command, Text: text, Sure: true})}
}

// joinWords joins what a command is to be run with, without the parts that are empty.
func joinWords(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " ")
}

// buttonLabel shortens text to 40 characters (adapters.Button).
func buttonLabel(s string) string {
	s = strings.Join(strings.Fields(s), " ")

	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}

	r := []rune(s)[:most-1]

	return strings.TrimRight(string(r), " ") + "…"
}

// prependButton puts a button before the others of the first row.
func prependButton(b adapters.Button, rows [][]adapters.Button) [][]adapters.Button {
	if len(rows) == 0 {
		return [][]adapters.Button{{b}}
	}

	return append([][]adapters.Button{append([]adapters.Button{b}, rows[0]...)}, rows[1:]...)
}

// queryErrorReply says why a query does not parse: the position, one sentence,
// and a button with the correction.
func (t *turn) queryErrorReply(err error, command, leading, typed string) *adapters.Message {
	t.askAgain()

	wrong, ok := errors.AsType[*query.Error](err)
	if !ok {
		return textMessage(t.Translated(err))
	}

	m := &adapters.Message{}

	if option, fixed := input.FindMisplaced(typed); option != "" {
		if t.r.Options == nil {
			option, fixed = input.OptionsInWords(option, t.Code()), input.OptionsInWords(fixed, t.Code())
		}

		m.Text = t.Lines("subscribe.options_first", "option", option)
		m.Buttons = [][]adapters.Button{{t.button(buttonLabel("/"+command+" "+fixed), command, fixed)}}

		return m
	}

	if utf8.RuneCountInString(wrong.Suggestion) > longestSuggestion { // of a text that is no query
		m.Text = adapters.Text{{adapters.Plain(t.Translate(wrong.Message))}}
		return m
	}

	m.Text = append(preformatText(wrong.Caret(typed)), adapters.Line{adapters.Plain(t.Translate(wrong.Message))})
	if wrong.Example {
		m.Text = append(m.Text, t.Line("subscribe.for_example", "query", adapters.Code(wrong.Suggestion)))
		return m
	}

	if wrong.Suggestion != "" {
		m.Text = append(m.Text, t.Line("subscribe.did_you_mean", "query", adapters.Code(wrong.Suggestion)))
		m.Buttons = [][]adapters.Button{{t.button(buttonLabel(wrong.Suggestion), command, joinWords(leading, wrong.Suggestion))}}
	}

	return m
}

// longestSuggestion is how many characters a suggestion has at most; a longer one is read by nobody.
const longestSuggestion = 160

// preformatText shows lines in a fixed-width font.
func preformatText(s string) adapters.Text {
	var t adapters.Text
	for line := range strings.SplitSeq(s, "\n") {
		t = append(t, adapters.Line{{Text: line, Style: adapters.StylePre}})
	}

	return t
}

// cutLabel cuts the label of a button to what all platforms show.
func cutLabel(s string) string { return news.Shorten(s, maxLabel) }

// maxLabel is the length of a button's label, in characters.
const maxLabel = 38

// formatID writes the number of a row for the data of a button.
func formatID(n int64) string { return strconv.FormatInt(n, 10) }

// personID is the person as the configuration and tokens name them
// ("telegram:4711"); "" if unknown.
func (t *turn) personID() string {
	if t.r.User.ID == "" {
		return ""
	}

	return t.r.Chat.Platform + ":" + t.r.User.ID
}

// hearsAnswers reports whether what the person types next reaches the bot: in private, or
// where a question opens a form.
func (t *turn) hearsAnswers() bool { return t.private() || t.r.Interaction }

func (t *turn) private() bool { return t.r.Chat.Kind == adapters.Private }

// requestText is what a person asked, as typed, for events.
func requestText(r *adapters.Request) string {
	switch r.Kind {
	case adapters.PressRequest:
		return r.Data
	case adapters.CommandRequest:
		s := "/" + r.Command
		for _, name := range []string{"sub", "to", "when", "ping", "query", "which", "for", "command", "address"} {
			v := r.Options[name]
			switch {
			case v == "":
			case name == "to" || name == "when" || name == "ping":
				s += " " + name + ":" + v
			default:
				s += " " + v
			}
		}

		if r.Text != "" {
			s += " " + r.Text
		}

		return s
	default:
		return r.Text
	}
}

// earlierReply returns the reply that was saved for a request; nil if it was
// not answered yet, an empty one if its reply was sent.
func earlierReply(tx *store.Tx, key string) (*reply, error) {
	if key == "" {
		return nil, nil
	}

	answered, saved, err := tx.Reply(key)
	if err != nil || !answered {
		return nil, err
	}

	return decodeReply(saved), nil
}

// commit runs change in a transaction that also saves the reply it returns, so
// that both happen once, and then sends what goes to another chat. If the
// request took effect before, change does not run.
func (b *Bot) commit(ctx context.Context, t *turn, change func(*store.Tx) (*reply, error)) (*adapters.Message, error) {
	var r *reply

	err := b.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if r, err = earlierReply(tx, t.r.Key); err != nil || r != nil {
			return err
		}

		if r, err = change(tx); err != nil {
			return err
		}

		if err := b.postChanges(tx, t); err != nil {
			return err
		}

		return t.saveReply(tx, r)
	})
	if err != nil {
		return nil, err
	}

	t.committed = true

	return b.finish(ctx, t, r)
}

// asMain marks a button as what most people want next.
func asMain(b adapters.Button) adapters.Button {
	b.Main = true
	return b
}

// copyRow is a row with a button that copies a text, none where the platform has no such
// buttons or the text is too long for one.
func (t *turn) copyRow(text string) [][]adapters.Button {
	if t.r.Chat.Platform != telegram || text == "" || utf8.RuneCountInString(text) > mostCopied {
		return nil
	}

	return [][]adapters.Button{{{Label: t.Say("button.copy"), Copy: text}}}
}

// mostCopied is how many characters a button of Telegram copies.
const mostCopied = 256

// finish returns the answer of a saved reply, after it has sent the direct
// message that goes before it.
func (b *Bot) finish(ctx context.Context, t *turn, r *reply) (*adapters.Message, error) {
	if r.Direct != nil {
		return b.sendDirect(ctx, t, r)
	}

	return r.Answer, nil
}

// saveReply saves a reply and the tokens behind its buttons. Where others read
// along, the reply is for the person who asked, as far as the platform can do
// that.
func (t *turn) saveReply(tx *store.Tx, r *reply) error {
	if r.Answer != nil && !t.private() {
		r.Answer.Private = true
	}

	t.keepUndo(r.Answer)

	for word, k := range t.tokens {
		value := ""

		if k != (token{}) {
			raw, err := json.Marshal(k)
			if err != nil {
				return err
			}

			value = string(raw)
		}

		if err := tx.SetToken(word, k.Who, value); err != nil {
			return err
		}
	}

	if t.r.Key == "" {
		return nil
	}

	saved := ""

	if r.Answer != nil {
		raw, err := json.Marshal(r)
		if err != nil {
			return err
		}

		saved = string(raw)
	}

	return tx.SaveReply(t.r.Key, saved)
}

// decodeReply reads a saved reply; one that cannot be read is silence.
func decodeReply(saved string) *reply {
	var r reply
	if saved == "" || json.Unmarshal([]byte(saved), &r) != nil {
		return &reply{}
	}

	return &r
}

// sendPrivately puts a reply into the person's direct messages and says so
// where they asked; if those are closed, the reply there is closed.
func sendPrivately(t *turn, dest target, m, done, closed *adapters.Message) *reply {
	m.Nonce = messageNonce(t.r.Key)
	return &reply{Answer: done, Direct: &directMessage{To: dest.ChatInfo, Message: m, Closed: closed}}
}

// messageNonce names a message that a request sends, so that sending it again
// makes no second message where the platform can tell.
func messageNonce(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// sendDirect sends the direct message of a reply, and saves the answer that
// follows from how that went.
func (b *Bot) sendDirect(ctx context.Context, t *turn, r *reply) (*adapters.Message, error) {
	d := r.Direct
	d.Message.Words = t.Texts
	problem, gone := b.sendNow(ctx, d.To, d.Message)

	r.Direct = nil

	switch {
	case gone && d.Closed != nil:
		r.Answer = d.Closed
	case problem != "" && !gone: // the outbox sends it
		r.Answer = t.say("subscribe.sent_later")
	}

	err := b.Store.Update(ctx, func(tx *store.Tx) error {
		c, err := tx.Chat(d.To.Platform, d.To.Address)
		if err == nil {
			err = b.noteDelivery(tx, c, d.Message, problem, gone)
		}

		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}

		return t.saveReply(tx, r)
	})

	return r.Answer, err
}

// noteDelivery records how sending a direct message went.
func (b *Bot) noteDelivery(tx *store.Tx, c *store.Chat, m *adapters.Message, problem string, gone bool) (err error) {
	switch {
	case gone:
		_, err = tx.Sleep(c.ID, problem)
	case problem != "": // it may pass: the outbox goes on trying
		err = tx.Notify(c.ID, m.String())
	case c.State == store.Asleep:
		err = b.events().Wake(tx, c.ID)
	}

	return err
}

// sendNow sends a message at once. problem says why it did not arrive, "" if it
// did; gone reports that the chat does not let the bot in.
func (b *Bot) sendNow(ctx context.Context, to adapters.ChatInfo, m *adapters.Message) (problem string, gone bool) {
	a := b.Adapters[to.Platform]
	if a == nil {
		return "I'm not connected there", false
	}

	b.gate(ctx, to)

	_, err := a.Send(ctx, to.Chat, m)
	if err == nil {
		return "", false
	}

	e := adapters.FateOf(err)
	b.Log.Warn("a direct message did not arrive", "platform", to.Platform, "error", err)

	if e.Fate == adapters.Unsure { // it may have: twice would be worse
		return "", false
	}

	return e.Reason, e.Fate == adapters.Gone
}

// patience is how long a reply waits for a chat whose platform asked for a pause:
// what waits here keeps others from being served.
const patience = 10 * time.Second

// mustWait reports whether the platform wants nothing sent to the chat for
// longer than a reply should wait here.
func (b *Bot) mustWait(to adapters.ChatInfo) bool {
	g := b.Gates[to.Platform]
	return g != nil && time.Until(g.ReadyAt(gate.Key(to.Chat), false)) > patience
}

// isRetryable reports whether a reply that failed may be sent later. What belongs
// to an interaction may not where others read along, because only the person who
// asked was to see it; nor if it may have arrived. Nor may what answers something unseen.
func isRetryable(r *adapters.Request, err error) bool {
	e, ok := errors.AsType[*adapters.SendError](err)
	if !ok {
		return false
	}

	if r.Unseen {
		return false // everybody would see it
	}

	if r.Interaction {
		return r.Chat.Kind == adapters.Private && e.Fate == adapters.Later
	}

	return e.Fate == adapters.Retry || e.Fate == adapters.Later || e.Fate == adapters.Unsure
}

// queueReply leaves a reply to the outbox, which waits as long as it takes. The
// same transaction marks it as sent, so that it is not sent twice.
func (b *Bot) queueReply(ctx context.Context, r *adapters.Request, m *adapters.Message) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}

	return b.Store.Update(ctx, func(tx *store.Tx) error {
		if r.Key != "" {
			answered, saved, err := tx.Reply(r.Key)
			if err != nil || answered && saved == "" {
				return err
			}

			if answered {
				if err := tx.SaveReply(r.Key, ""); err != nil {
					return err
				}
			}
		}

		c, err := tx.EnsureChat(store.Chat{Platform: r.Chat.Platform, Address: r.Chat.Address, Kind: string(r.Chat.Kind), Title: r.Chat.Title})
		if err != nil {
			return err
		}

		return tx.SayLater(c.ID, string(raw))
	})
}
