package brief

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"newsbell/store"
	"newsbell/subscriptions"
)

const (
	// atOnce is how many briefs are picked from one reading.
	atOnce = 1000
	// savedAtOnce is how many briefs one transaction saves: what else is to be written,
	// alerts above all, waits for some milliseconds at most.
	savedAtOnce = 20
	// tooLate is how long after its time a brief still comes, when the program did not run
	// then; later than that it waits for the next day.
	tooLate = 4 * time.Hour
)

// Sender puts the briefs of chats into the outbox at their times.
type Sender struct {
	Store *store.Store
	Log   *slog.Logger
	Zone  func(c *store.Chat) *time.Location // in which a chat's times are
	// Write returns the message of a brief and the stories that it has room for; none: it
	// is not sent. It may take its time.
	Write func(ctx context.Context, c *store.Chat, b *Brief) (message string, shown []int64, err error)
}

// Run sends each chat its brief at its time, until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	var last time.Time // when it last looked; zero: not yet

	for {
		now := time.Now()

		more, err := s.moveAndSend(ctx, now, last)
		if err == nil {
			last = now
		} else if ctx.Err() == nil {
			s.Log.Error("sending briefs", "error", err)
		}

		wait := time.Until(time.Now().Truncate(time.Minute).Add(time.Minute))
		if more && err == nil {
			wait = 0
		}

		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// moveAndSend sends what is due. After a start, and after the clock was set back, it first corrects the times
// that were written while the clock was ahead.
func (s *Sender) moveAndSend(ctx context.Context, now, last time.Time) (more bool, err error) {
	shown, measured := now.Round(0).Sub(last.Round(0)), now.Sub(last)
	if last.IsZero() || measured-shown > wasSet {
		if err := s.moveAhead(ctx, now); err != nil {
			return false, err
		}
	}

	return s.sendDue(ctx)
}

// wasSet is by how much the wall clock may be behind the monotonic one before it counts as set back, and
// by how much later than the next one a brief may be due.
const wasSet = time.Hour

// moveAhead moves briefs to their next time that are put off beyond it, as by a clock that was ahead: they
// would come on the day, or in the century, that it showed.
func (s *Sender) moveAhead(ctx context.Context, now time.Time) error {
	for after := int64(0); ; {
		chats, err := store.Read(ctx, s.Store, func(tx *store.Tx) ([]*store.Chat, error) { return tx.AwaitedBriefs(now.Add(wasSet), after, atOnce) })
		if err != nil {
			return err
		}

		var moved []*picked

		for _, c := range chats {
			after = c.ID

			when, err := subscriptions.ParseSchedule(c.Brief)
			if err != nil { // it is said when it is due
				continue
			}

			if next := when.Next(now.Add(wasSet), s.Zone(c)); c.BriefAt.After(next) {
				moved = append(moved, &picked{chat: c, next: next})
			}
		}

		for some := range slices.Chunk(moved, savedAtOnce) {
			if err := s.save(ctx, some, now); err != nil {
				return err
			}
		}

		if len(chats) < atOnce {
			return nil
		}
	}
}

// sendDue puts up to a thousand briefs that are due into the outbox; more says that others are.
func (s *Sender) sendDue(ctx context.Context) (more bool, err error) {
	var (
		due []*store.Chat
		now time.Time
	)

	err = s.Store.View(ctx, func(tx *store.Tx) (err error) {
		now = tx.Now
		due, err = tx.DueBriefs(atOnce)

		return err
	})

	days := map[time.Duration]*day{} // by how far back they look

	for from := 0; from < len(due) && err == nil; from += savedAtOnce {
		err = s.send(ctx, due[from:min(from+savedAtOnce, len(due))], now, days)
	}

	return len(due) == atOnce, err
}

// saveWithin is how long briefs that are written wait for others to be saved with.
const saveWithin = time.Second

// picked is a chat whose brief is due, with the brief once it is written.
type picked struct {
	chat    *store.Chat
	next    time.Time // zero: none
	brief   *Brief    // nil: there is nothing to tell
	message string
	shown   []int64 // the stories that the message has room for
}

// send puts the briefs of some chats into the outbox and sets when the next ones are due,
// at once: killed in between, both happen again or neither.
func (s *Sender) send(ctx context.Context, chats []*store.Chat, now time.Time, days map[time.Duration]*day) error {
	var all []*picked

	err := s.Store.View(ctx, func(tx *store.Tx) error {
		for _, c := range chats {
			p, err := s.pick(ctx, tx, c, now, days)
			if err != nil {
				return err
			}

			all = append(all, p)
		}

		return nil
	})
	if err != nil {
		return err
	}

	saved, began := 0, time.Now()

	for i, p := range all {
		if p.brief != nil {
			if p.message, p.shown, err = s.Write(ctx, p.chat, p.brief); err != nil {
				return err
			}
		}

		if i+1 < len(all) && time.Since(began) < saveWithin {
			continue
		}

		if err := s.save(ctx, all[saved:i+1], now); err != nil {
			return err
		}

		saved, began = i+1, time.Now()
	}

	return nil
}

// pick picks the brief of a chat.
func (s *Sender) pick(ctx context.Context, tx *store.Tx, c *store.Chat, now time.Time, days map[time.Duration]*day) (*picked, error) {
	p := &picked{chat: c}

	when, err := subscriptions.ParseSchedule(c.Brief)
	if err != nil { // a newer program may have set it
		s.Log.Error("a brief has no time that is understood", "chat", c.ID, "error", err)
		return p, nil
	}

	p.next = when.Next(now, s.Zone(c))

	if c.State != store.Active || now.Sub(c.BriefAt) > tooLate {
		return p, nil
	}

	d := days[lookBack(c)]
	if d == nil {
		if d, err = readDay(ctx, tx, c, now); err != nil {
			return nil, err
		}

		days[lookBack(c)] = d
	}

	b, err := d.read(ctx, tx, c)
	if err == nil && len(b.Stories) > 0 {
		p.brief = b
	}

	return p, err
}

// save saves briefs that are written, in one transaction.
func (s *Sender) save(ctx context.Context, all []*picked, now time.Time) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		for _, p := range all {
			if err := p.save(tx, now); err != nil {
				return fmt.Errorf("save a brief: %w", err)
			}
		}

		return nil
	})
}

func (p *picked) save(tx *store.Tx, now time.Time) error {
	again, err := tx.ChatByID(p.chat.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && !again.BriefAt.Equal(p.chat.BriefAt) {
		return nil // it is gone, or was set anew meanwhile
	}

	if err == nil && len(p.shown) > 0 {
		err = errors.Join(tx.Brief(p.chat.ID, p.message), tx.MarkBriefed(p.chat.ID, p.shown, now))
	}

	return errors.Join(err, tx.SetBrief(p.chat.ID, p.chat.Brief, p.next))
}
