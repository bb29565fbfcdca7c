package bot

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

var linkIn = regexp.MustCompile(`https?://[^\s<>()"]+`)

// why explains why an alert came, or why one did not.
func (b *Bot) why(ctx context.Context, t *turn) (*adapters.Message, error) {
	p := b.whyPlace(t)
	m := &adapters.Message{}

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := chatOf(tx, p)
		if err != nil {
			return err
		}

		m.Text, err = b.reasons(tx, t, c)

		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return say(textWhyNothing), nil
	}

	return m, err
}

// whyPlace is the chat whose alerts are explained: the one where the question
// stands, but in a server a person's own unless a message is asked about.
func (b *Bot) whyPlace(t *turn) place {
	if t.r.Chat.Platform == discord && !t.private() && t.r.Message == "" {
		if p, err := ownChat(t); err == nil {
			return p
		}
	}

	return place{ChatInfo: t.r.Chat, here: true, mine: t.private()}
}

// reasons answers what the question names: a replied-to alert, an address, a
// subscription, else the latest alert.
func (b *Bot) reasons(tx *store.Tx, t *turn, c *store.Chat) (adapters.Text, error) {
	text := strings.TrimSpace(t.text)
	if link := linkIn.FindString(text); link != "" {
		return b.whyLink(tx, t, c, link)
	}

	if c.ID == 0 {
		return nil, store.ErrNotFound
	}

	if ns, ok := numbers(text); ok {
		return b.whyNumber(tx, t, c, ns[0])
	}

	if t.r.Message != "" {
		alerts, err := tx.AlertsIn(c.ID, t.r.Message)
		if err != nil {
			return nil, err
		}

		if len(alerts) > 0 {
			return b.whySeveral(t, c, alerts), nil
		}

		if link := linkIn.FindString(t.r.ReplyText); link != "" {
			return b.whyLink(tx, t, c, link)
		}
	}

	if text != "" {
		return adapters.Say(textWhyHow), nil
	}

	last, err := tx.LastAlert(c.ID)
	if err != nil {
		return nil, err
	}

	return b.whyCame(t, c, last), nil
}

// whyMost is how many alerts of a digest are explained at once.
const whyMost = 5

func (b *Bot) whySeveral(t *turn, c *store.Chat, alerts []*store.Alert) adapters.Text {
	var text adapters.Text

	for i, a := range alerts[:min(len(alerts), whyMost)] {
		if i > 0 {
			text = append(text, adapters.Line{})
		}

		text = append(text, b.whyCame(t, c, a)...)
	}

	if more := len(alerts) - whyMost; more > 0 {
		text = append(text, adapters.Line{adapters.Plain(textAndMore(more))})
	}

	return text
}

// whyCame explains an alert: which subscriptions it answers, by which words, and
// its way here.
func (b *Bot) whyCame(t *turn, c *store.Chat, a *store.Alert) adapters.Text {
	text := adapters.Text{}
	if a.Article != nil {
		text = append(text, articleLine(a.Article))
	}

	for _, h := range a.Hits {
		line := adapters.Line{adapters.Plain("• "), adapters.Bold("#" + strconv.Itoa(h.Number) + " " + h.Query), adapters.Plain(hitWords(h))}
		text = append(text, line)
	}

	if a.Article != nil {
		text = append(text, adapters.Line{adapters.Plain(wayHere(a.Article, b.zone(c)))})
	}

	text = append(text, adapters.Line{adapters.Plain(alertState(a, c, b.zone(c)))})
	if len(a.Also) > 0 {
		text = append(text, adapters.Line{adapters.Plain(textAlso(a.Also))})
	}

	return text
}

func (b *Bot) whyNumber(tx *store.Tx, t *turn, c *store.Chat, number int) (adapters.Text, error) {
	s, err := tx.Subscription(c.ID, number)
	if errors.Is(err, store.ErrNotFound) {
		return adapters.Say(textNoNumber(number)), nil
	}

	if err != nil {
		return nil, err
	}

	a, err := tx.LastFor(c.ID, s.ID)
	if err == nil {
		return append(adapters.Text{numbered(textLastOf, s, nil)}, b.whyCame(t, c, a)...), nil
	}

	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}

	q, err := query.Parse(s.Canonical)
	if err != nil {
		return nil, err
	}

	found, err := lookIn(tx, c.ID, q, lookBack, sneak())
	if err != nil {
		return nil, err
	}

	return append(adapters.Text{numbered(textNeverRang, s, q)}, found.inShort()...), nil
}

// whyLink explains what became of a page.
func (b *Bot) whyLink(tx *store.Tx, t *turn, c *store.Chat, link string) (adapters.Text, error) {
	all, err := tx.ArticlesAt(link)
	if err != nil {
		return nil, err
	}

	a, err := heard(tx, c, all)
	if err != nil {
		return nil, err
	}

	if a == nil {
		return adapters.Say(textNeverSeen...), nil
	}

	text := adapters.Text{articleLine(a), {adapters.Plain(wayHere(a, b.zone(c)))}}
	if a.Story == 0 {
		return append(text, adapters.Line{adapters.Plain(textBeingRead)}), nil
	}

	if c.ID != 0 {
		alert, err := tx.AlertOf(c.ID, a.Story)
		if err == nil {
			return append(text, b.whyStory(c, a, alert)...), nil
		}

		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}

	not, err := b.whyNot(tx, c, a)

	return append(text, not...), err
}

// heard is the newest of some articles that a chat can hear of.
func heard(tx *store.Tx, c *store.Chat, all []*store.Article) (*store.Article, error) {
	var own []*store.Source

	for _, a := range all {
		if a.SourceOrigin == store.FromConfig {
			return a, nil
		}

		if own == nil && c.ID != 0 {
			var err error
			if own, err = tx.OwnSources(c.ID); err != nil {
				return nil, err
			}
		}

		for _, s := range own {
			if s.ID == a.SourceID {
				return a, nil
			}
		}
	}

	return nil, nil
}

// whyStory explains an article whose story has an alert here.
func (b *Bot) whyStory(c *store.Chat, a *store.Article, alert *store.Alert) adapters.Text {
	var text adapters.Text
	if alert.Article != nil && alert.Article.ID != a.ID {
		text = append(text, append(adapters.Line{adapters.Plain(textSameStory)}, articleLine(alert.Article)...))
	}

	for _, h := range alert.Hits {
		text = append(text, adapters.Line{adapters.Plain("• "), adapters.Bold("#" + strconv.Itoa(h.Number) + " " + h.Query), adapters.Plain(hitWords(h))})
	}

	return append(text, adapters.Line{adapters.Plain(alertState(alert, c, b.zone(c)))})
}

// whyNot explains an article that rang nothing here.
func (b *Bot) whyNot(tx *store.Tx, c *store.Chat, a *store.Article) (adapters.Text, error) {
	var all []*store.Subscription

	if c.ID != 0 {
		var err error
		if all, err = tx.Subscriptions(c.ID); err != nil {
			return nil, err
		}
	}

	if len(all) == 0 {
		return adapters.Say(textNothingFollowed("")), nil
	}

	var answers, misses adapters.Text

	for _, s := range all {
		q, err := query.Parse(s.Canonical)
		if err != nil {
			continue // what does not parse any more rings nothing
		}

		name := adapters.Bold("#" + strconv.Itoa(s.Number) + " " + s.Query)

		if _, ok := index.Match(q, &a.News); !ok {
			if len(misses) < whyMost {
				misses = append(misses, adapters.Line{adapters.Plain("• "), name, adapters.Plain(": " + lacking(s.Canonical, &a.News))})
			}

			continue
		}

		answers = append(answers, adapters.Line{adapters.Plain("• "), name, adapters.Plain(": " + whyQuiet(a, s, c))})
	}

	if len(answers) > 0 {
		return append(adapters.Say(textAnswersBut), answers...), nil
	}

	text := append(adapters.Say(textNoneAnswers), misses...)
	if more := len(all) - whyMost; more > 0 {
		text = append(text, adapters.Line{adapters.Plain(textAndMore(more))})
	}

	return text, nil
}

// whyQuiet says why an article that a subscription answers rang nothing.
func whyQuiet(a *store.Article, s *store.Subscription, c *store.Chat) string {
	switch {
	case a.Quiet == "baseline":
		return quietBaseline
	case a.Quiet == "relaunch":
		return quietRelaunch
	case a.Quiet == "old":
		return quietOld
	case s.CreatedAt.After(a.SeenAt):
		return quietLater
	case c.State != store.Active:
		return quietAway
	default:
		return quietOther
	}
}
