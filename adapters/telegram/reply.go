package telegram

import (
	"context"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/adapters/telegram/botapi"
)

// replyPatience is how long an answer is tried again here before it is left to the
// handler, which has an outbox: until it is out of our hands the server keeps its
// update, and hands out no more than a hundred behind that.
const replyPatience = 10 * time.Second

// reply sends the answer to a request: in the place of the message that shows a part of it,
// if shown says so, or of the pressed button's if the answer does; else as a new message, in a
// group as a reply. movedTo is the chat's new address if it has become known, else zero.
func (a *Adapter) reply(ctx context.Context, in *incoming, m *adapters.Message, shown string) (movedTo adapters.Chat, err error) {
	r := in.request
	to, done := r.Chat.Chat, &sentParts{replaces: shown, topic: in.topic}

	if m.Replace && r.Kind == adapters.PressRequest && m.File == nil {
		done.replaces = r.Message
	}

	if r.Chat.Kind != adapters.Private {
		done.replyTo = in.message
		done.only = a.whisperTo(in, m)
	}

	if done.only != nil && m.Ask != "" { // a reply to what one person sees does not say what it is about
		plain := *m
		plain.Ask, m = "", &plain
	}

	began := time.Now()

	for try := 1; ; try++ {
		if err = a.attempt(ctx, to, m, done, try > 1); err == nil {
			return movedTo, nil
		}

		e := adapters.FateOf(err)
		wait := backoff(try)

		switch e.Fate {
		case adapters.Moved:
			to, movedTo, wait = e.To, e.To, 0
		case adapters.Later:
			wait = e.After
		case adapters.Refused:
			// The server does not know the message to reply to, or replying at all.
			if done.replyTo == 0 || !botapi.ErrorContains(err, "repl") {
				return movedTo, err
			}

			done.replyTo, wait = 0, 0
		case adapters.Gone, adapters.TooLong:
			if !e.NoTopic {
				return movedTo, err
			}

			done.topic, wait = "", 0 // it was deleted in the meantime
		case adapters.Retry, adapters.Unsure: // rather twice than never
		}

		if time.Since(began)+wait > replyPatience || ctx.Err() != nil {
			return movedTo, err
		}

		sleep(ctx, wait)
	}
}

// attempt puts the answer in the place of the pressed message, or sends it if that
// is not possible. The first time the handler has already waited for the gate; after
// that the answer waits for its turn again.
func (a *Adapter) attempt(ctx context.Context, to adapters.Chat, m *adapters.Message, done *sentParts, again bool) error {
	pace := a.cfg.Gate
	if again && pace != nil {
		if err := pace.Take(ctx, gate.Key(to), isShared(to.Address), gate.ClassReply); err != nil {
			return &adapters.SendError{Fate: adapters.Retry, Reason: "Newsbell is stopping", Cause: err}
		}
	}

	if done.replaces != "" {
		change := a.edit
		if m.ButtonsOnly {
			change = a.editButtons
		}

		err := change(ctx, to, done.replaces, m)
		if err == nil {
			return nil
		}

		if e := a.sendError(to, err); e.Fate == adapters.Later && !e.All {
			return e // a new message would have to wait too
		}

		done.replaces = ""
	}

	_, err := a.send(ctx, to, m, done)
	if err != nil && done.only != nil {
		err = a.sendAloud(ctx, to, m, done, err)
	}

	return err
}
