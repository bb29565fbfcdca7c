// Package trial tries a query out before it is followed: what it would have caught of the last days,
// at the cost of who asks, and what would catch more.
package trial

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/search"
	"newsbell/bot/turn"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// Searcher tries queries out. It is safe for concurrent use.
type Searcher struct{ *turn.Services }

// ParseScope reads in: and min:.
func ParseScope(t *turn.Turn) (scope string, outlets int, err error) {
	switch in := strings.ToLower(t.Options["in"]); in {
	case "", input.ScopeMine:
	case input.ScopeEverywhere:
		scope = store.ScopeEverywhere
	default:
		return "", 0, t.Refuse("bundle.scope_how")
	}

	if least := t.Options["min"]; least != "" && !strings.EqualFold(least, "off") {
		outlets, err = strconv.Atoi(least)
		if err != nil || outlets < 1 || outlets > subscriptions.MostOutlets {
			return "", 0, t.Refuse("bundle.outlets_how")
		}
	}

	return scope, outlets, nil
}

// Search finds what a query (nil: any) would have matched among the articles
// that a target gets.
func (s *Searcher) Search(ctx context.Context, t *turn.Turn, dest turn.Target, q *query.Query, limits search.Limits) (*search.Result, error) {
	var found *search.Result

	err := s.ViewCharged(ctx, t, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		found, err = search.Run(ctx, tx, c.ID, q, cmp.Or(limits.Span, search.LookBack), limits)
		if err != nil {
			return err
		}

		found.Zone = s.ZoneOf(c)

		return nil
	})

	return found, err
}

// Advice says why a query finds nothing, or less than was probably meant, with buttons for
// better queries.
type Advice struct {
	Text     adapters.Text
	Buttons  []adapters.Button
	Misspelt bool // a word of the query is probably a misspelling of one that articles have
}

// adviseLimits bound the second search, which looks at each condition of a query by itself.
func adviseLimits() search.Limits {
	return search.Limits{Time: time.Second, Articles: 5000, Stories: 1}
}

// Advise finds out why a query found nothing, and whether it would find more with the adjectives
// of its countries ("french" beside "france"). The buttons run a command with the better query.
func (s *Searcher) Advise(ctx context.Context, t *turn.Turn, dest turn.Target, q *query.Query, seen *search.Result, command string) (*Advice, error) {
	a := &Advice{}

	if seen.Articles == 0 {
		conditions, err := s.diagnose(ctx, dest, q, adviseLimits())
		if err != nil {
			return nil, err
		}

		text, corrected := search.ExplainNoMatch(t.Words, q, t.Text, conditions)
		a.Text, a.Misspelt = text, len(corrected) > 0

		for _, fixed := range corrected {
			a.Buttons = append(a.Buttons, t.Button(button.Label(fixed), command, turn.Join(t.OptionsText(), fixed)))
		}
	}

	wider, ok := q.WithAdjectives()
	if !ok {
		return a, nil
	}

	more, err := s.Search(ctx, t, dest, wider, search.Quick())
	if err != nil {
		return nil, err
	}

	if n := more.Articles - seen.Articles; n > 0 {
		a.Text = append(a.Text, t.Line("advice.adjectives", "n", n, "query", adapters.Code(wider.String())))
		a.Buttons = append(a.Buttons, t.Button(t.Say("button.both"), command, turn.Join(t.OptionsText(), wider.String())))
	}

	return a, nil
}

// spellLimits bound the search for spellings that somebody waits for who only named something.
func spellLimits() search.Limits {
	return search.Limits{Time: 300 * time.Millisecond, Articles: 3000}
}

// Spell finds how words are spelt that no recent article of a target has, if enough articles have another word that
// nearly is one of them. lines says so; fixed is the query with it, "" where nothing is that sure.
func (s *Searcher) Spell(ctx context.Context, t *turn.Turn, dest turn.Target, q *query.Query, typed string) (lines adapters.Text, fixed string, err error) {
	conditions, err := s.diagnose(ctx, dest, q, spellLimits())
	if err != nil {
		return nil, "", err
	}

	var misspelt []index.Condition

	for _, c := range conditions {
		if c.Articles == 0 && len(c.Near) > 0 && c.Near[0].Articles >= sureSpelling {
			c.Near = c.Near[:1]
			misspelt = append(misspelt, c)
		}
	}

	if len(misspelt) != 1 {
		return nil, "", nil
	}

	lines, corrected := search.ExplainNoMatch(t.Words, q, typed, misspelt)
	if len(corrected) == 0 {
		return nil, "", nil
	}

	return lines, corrected[0], nil
}

// sureSpelling is how many articles have to have a word that may be what was meant.
const sureSpelling = 3

// diagnose counts the articles of a target that meet each condition of a query.
func (s *Searcher) diagnose(ctx context.Context, dest turn.Target, q *query.Query, limits search.Limits) (conditions []index.Condition, err error) {
	d := index.NewDiagnosis(q)

	err = s.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		_, err = tx.Search(ctx, store.Search{
			Chat: c.ID, Since: tx.Now.Add(-search.LookBack), Articles: limits.Articles, Time: limits.Time,
		}, func(a store.Found) { d.Add(&a.News) })

		return err
	})

	return d.Conditions(), err
}
