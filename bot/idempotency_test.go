package bot_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"newsbell/adapters"
	"newsbell/bot"
	"newsbell/store"
)

func command(key, platform, address, user, name, text string) *adapters.Request {
	kind := adapters.Private

	server := ""
	if platform == "discord" && address[0] != '@' {
		kind, server = adapters.Group, "9"
	}

	return &adapters.Request{
		Key: key, Kind: adapters.CommandRequest, Command: name, Text: text, User: adapters.User{ID: user},
		Chat: adapters.ChatInfo{Chat: adapters.Chat{Platform: platform, Address: address}, Kind: kind, Server: server},
	}
}

func follows(t *testing.T, s *store.Store, platform, address string) int {
	t.Helper()

	n := 0

	err := s.View(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Chat(platform, address)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}

		all, err2 := tx.Subscriptions(c.ID)
		n = len(all)

		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}

	return n
}

// A request that comes again, also after a crash, gets the same answer and has
// no second effect; once it was said it is silence.
func TestOneEffect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newsbell.db")
	w := newWorld(t, path)
	r := command("u1", "telegram", "1", "1", "subscribe", "drone (alpha OR beta) -gamma")
	first := w.bot.Answer(t.Context(), r)
	w.bot = bot.New(w.conf) // a crash before it was said

	again := w.bot.Answer(t.Context(), r)
	if diff := cmp.Diff(first, again, withoutWords()); diff != "" {
		t.Error("another answer the second time", diff)
	}

	if n := follows(t, w.store, "telegram", "1"); n != 1 {
		t.Errorf("%d subscriptions, want 1", n)
	}

	w.bot.Answered(t.Context(), r, again, errors.New("no network"))

	if m := w.bot.Answer(t.Context(), r); m == nil {
		t.Error("an answer that did not arrive is forgotten")
	}

	w.bot.Answered(t.Context(), r, again, nil)

	if m := w.bot.Answer(t.Context(), r); m != nil {
		t.Errorf("said twice: %s", m)
	}

	w.close()
}

// Buttons that hold more than a platform keeps work after a restart too, and
// for nobody else.
func TestTokensOutliveTheProcess(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	long := `"a rather long phrase that is not going to fit" OR "another one of that kind"`
	offer := command("u1", "telegram", "1", "1", "", long)
	offer.Kind = adapters.TextRequest
	m := w.bot.Answer(t.Context(), offer)
	w.bot = bot.New(w.conf)
	press := command("u2", "telegram", "2", "2", "", "")
	press.Kind, press.Data = adapters.PressRequest, m.Buttons[0][0].Data
	w.bot.Answer(t.Context(), press)

	if n := follows(t, w.store, "telegram", "2"); n != 0 {
		t.Error("somebody else's button works")
	}

	press = command("u3", "telegram", "1", "1", "", "")

	press.Kind, press.Data = adapters.PressRequest, m.Buttons[0][0].Data
	if got := w.bot.Answer(t.Context(), press); follows(t, w.store, "telegram", "1") != 1 {
		t.Errorf("the button did not work: %s", got)
	}
}

func TestSameRequestAtTheSameTime(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			w.bot.Answer(t.Context(), command("same", "telegram", "1", "1", "subscribe", "drone"))
			w.bot.Answer(t.Context(), command("drop", "telegram", "1", "1", "unsubscribe", "1"))
		})
	}

	all.Wait()

	if n := follows(t, w.store, "telegram", "1"); n > 1 {
		t.Errorf("%d subscriptions", n)
	}

	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", "1")
		if err != nil {
			return err
		}

		if _, err := tx.Subscription(c.ID, 2); !errors.Is(err, store.ErrNotFound) {
			t.Error("a second subscription was made:", err)
		}

		return nil
	})
}

// The confirmation that goes to direct messages is sent again if the program
// died before it was noted, under the same nonce; trouble that passes leaves it
// to the outbox.
func TestDirectConfirmation(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	ctx, cancel := context.WithCancel(t.Context())
	w.fakes["discord"].Fail["@2"] = &adapters.SendError{Fate: adapters.Retry, Reason: "no network"}
	r := command("i1", "discord", "500", "2", "subscribe", "drone")

	r.Rights = &adapters.Rights{}
	if m := w.bot.Answer(ctx, r); m == nil || !m.Private {
		t.Errorf("answered %+v", m)
	}

	cancel()

	waits := 0

	w.must(func(tx *store.Tx) error {
		_, err := tx.Waiting(0, func(x store.Waiting) error { waits++; return nil })
		return err
	})

	if waits != 1 || follows(t, w.store, "discord", "@2") != 1 {
		t.Errorf("%d chats wait for their confirmation, want 1", waits)
	}

	if sent := w.fakes["discord"].Take(); len(sent) != 0 {
		t.Errorf("sent %v", sent)
	}
}

// What is said reaches the events, once, as plain text.
func TestReplyEvents(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	var events []bot.ReplyEvent

	w.conf.Event = func(e bot.ReplyEvent) { events = append(events, e) }
	w.rebuild()

	r := command("i1", "discord", "@2", "2", "subscribe", "")
	r.Options = map[string]string{"query": "drone", "when": "hourly"}
	m := w.bot.Answer(t.Context(), r)
	w.bot.Answered(t.Context(), r, m, errors.New("lost"))
	w.bot.Answered(t.Context(), r, m, nil)

	want := []bot.ReplyEvent{{Chat: "@2", To: "/subscribe when:hourly drone", Text: "You now follow #1 drone.\nAlerts come every hour.\nI haven't read any articles yet, so I can't say how many match."}}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Error(diff)
	}
}

// withoutWords compares messages without the texts that adapters add: they are not saved.
func withoutWords() cmp.Option { return cmpopts.IgnoreFields(adapters.Message{}, "Words") }
