package bot

import (
	"context"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/admin"
	"newsbell/bot/button"
	"newsbell/bot/turn"
	"newsbell/locales"
	"newsbell/store"
)

// operatorTable is what operators may type besides, and what pages run: it stands in no
// menu.
func (b *Bot) operatorTable() []commandSpec {
	aboutPerson := func(do func(*store.Tx, *locales.Texts, admin.Person) (string, error)) runner {
		return func(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
			person, err := admin.ParsePersonOn(t.Request.Chat.Platform, t.Text)
			if err != nil {
				return t.Message("operator.name_person"), nil // the reply says it
			}

			return b.operate(ctx, t, func(tx *store.Tx) (string, error) { return do(tx, t.Texts, person) })
		}
	}

	return []commandSpec{
		{Command: adapters.Command{Name: "who"}, run: aboutPerson(admin.Describe), operators: true},
		{Command: adapters.Command{Name: "block"}, run: aboutPerson(admin.Block), operators: true},
		{Command: adapters.Command{Name: "unblock"}, run: aboutPerson(admin.Unblock), operators: true},
		{Command: adapters.Command{Name: "announce"}, run: b.announce, operators: true},
		{Command: adapters.Command{Name: "stats"}, run: b.showUsage, operators: true},
		{Command: adapters.Command{Name: "poll"}, run: b.reading.PollNow, operators: true, hidden: true},
		{Command: adapters.Command{Name: "edit"}, run: b.follow.Edit, hidden: true},
		{Command: adapters.Command{Name: button.CommandMove}, run: b.moveSubscriptions, hidden: true},
		{Command: adapters.Command{Name: "feed"}, run: b.account.SetFeed, hidden: true},
	}
}

// operate replies with what an operator's command says, and acts once.
func (b *Bot) operate(ctx context.Context, t *turn.Turn, do func(*store.Tx) (string, error)) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		text, err := do(tx)
		if err != nil {
			return nil, err
		}

		return &turn.Reply{Answer: turn.Say(text)}, nil
	})
}

func (b *Bot) showUsage(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	u, err := store.Read(ctx, b.Store, admin.CountUsage)
	if err != nil {
		return nil, err
	}

	return turn.Say(u.Describe(t.Texts, t.Now)), nil
}

// announce shows who would get a text; with "send" before it, it is sent.
func (b *Bot) announce(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	text, isFinal := strings.CutPrefix(t.Text, "send ")
	if text = strings.TrimSpace(text); text == "" {
		return t.Message("operator.announce_what"), nil
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		n, err := admin.AnnounceNow(tx, text, !isFinal)
		return &turn.Reply{Answer: &adapters.Message{Text: t.Announced(n, text, isFinal)}}, err
	})
}
