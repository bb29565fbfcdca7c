// Package turn is one turn of a conversation: a request while it is answered, and the services
// with which it is.
//
// A [Turn] knows who wrote, where, in which language and with which rights, and what may stand
// below its reply: buttons, an open question, tokens. [Services] are what all turns share: the
// store, the platforms, the texts, the policy. What the commands of one subject do stands in a
// package of its own, beside this one; package bot knows the commands and hands a turn to one.
//
// Every request takes effect once ([Services.Once], [Services.Commit]): the change, the tokens
// behind the buttons of its reply and the reply itself are written in one transaction, under
// the request's key; a platform that repeats the request, or a start after a crash, gets the
// saved reply, unless that is known to have been sent, and changes nothing.
//
// A turn belongs to the goroutine that answers it; services are safe for concurrent use. An
// error is a failure of the bot, which the log explains and the person is told of in one sentence,
// or a [RefusalError], which is itself the reply.
package turn

import (
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/wording"
)

// Turn is one request while it is answered.
type Turn struct {
	wording.Words // of the reader

	Request *adapters.Request
	Command string            // the table's name for it
	Text    string            // what follows the command, without its options
	Options map[string]string // to, when, ping, for, sub
	Now     time.Time

	Question        *Token // the open question to this person here; nil: none
	AnswersQuestion bool   // the request is the answer to it
	keepsQuestion   bool   // the question stays open, for its answer could not be used
	Confirmed       bool   // the person was asked before whether this is meant
	Blocked         bool   // an operator blocked the person
	ManagesByRole   bool   // the person may manage the server's alerts only because of a role
	Asleep          int64  // the person's private chat if it is asleep, otherwise 0

	appLanguage string // of the person's app, as the platform says it; "" if it doesn't

	tokens    map[string]Token // to be saved with the reply; an empty one: to be deleted
	committed bool             // the reply is saved
}

// NewTurn begins a turn with a request, in the language of whoever asks; Once has it in that
// of the chat.
func (s *Services) NewTurn(r *adapters.Request) *Turn {
	return &Turn{Words: s.WordsFor(r, nil), Request: r, Now: time.Now(), appLanguage: r.User.Language, tokens: map[string]Token{}}
}

// IsPrivate reports whether the request came in a private chat.
func (t *Turn) IsPrivate() bool { return t.Request.Chat.Kind == adapters.Private }

// HearsAnswers reports whether what the person types next reaches the bot: in private, or
// where a question opens a form.
func (t *Turn) HearsAnswers() bool { return t.IsPrivate() || t.Request.Interaction }

// PersonID is the person as the configuration and tokens name them
// ("telegram:4711"); "" if unknown.
func (t *Turn) PersonID() string {
	if t.Request.User.ID == "" {
		return ""
	}

	return t.Request.Chat.Platform + ":" + t.Request.User.ID
}

// OptionsText writes the given options as typed words, to be kept while a
// question is open.
func (t *Turn) OptionsText() string {
	var words []string

	for _, name := range input.OptionNames() {
		if v := t.Options[name]; v != "" {
			words = append(words, input.AsOption(name, v))
		}
	}

	return strings.Join(words, " ")
}

// RequestText is what a person asked, as typed, for events.
func RequestText(r *adapters.Request) string {
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

// Join joins what a command is to be run with, without the parts that are empty.
func Join(parts ...string) string {
	return adapters.JoinPresent(" ", parts...)
}

// isGuest reports whether a person brought the bot along to where it is not.
func (t *Turn) isGuest() bool { return t.Request.Rights != nil && t.Request.Rights.Absent }
