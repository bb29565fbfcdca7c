package bot

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// advice is what helps with a query that finds nothing, or less than was probably
// meant.
type advice struct {
	text     adapters.Text
	buttons  []adapters.Button
	misspelt bool // articles have a word that nearly is one of the query
}

// adviseLimits bound the second look at past articles that advice takes.
func adviseLimits() SearchLimits { return SearchLimits{Time: time.Second, Articles: 5000, Stories: 1} }

// advise looks why a query found nothing, and whether the adjectives of the countries
// in it would find more. Its buttons run a command with the better query.
func (b *Bot) advise(ctx context.Context, t *turn, p target, q *query.Query, seen *SearchResult, command string) (*advice, error) {
	a := &advice{}

	if seen.Articles == 0 {
		conditions, err := b.diagnose(ctx, p, q, adviseLimits())
		if err != nil {
			return nil, err
		}

		a.explain(t, q, conditions, command)
	}

	wider, ok := q.WithAdjectives()
	if !ok {
		return a, nil
	}

	more, err := b.search(ctx, t, p, wider, quickLimits())
	if err != nil {
		return nil, err
	}

	if n := more.Articles - seen.Articles; n > 0 {
		a.text = append(a.text, t.Line("advice.adjectives", "n", n, "query", adapters.Code(wider.String())))
		a.buttons = append(a.buttons, t.button(t.Say("button.both"), command, strings.TrimSpace(t.optionsText()+" "+wider.String())))
	}

	return a, nil
}

// diagnose counts the articles of a target that meet each condition of a query.
func (b *Bot) diagnose(ctx context.Context, p target, q *query.Query, limits SearchLimits) (conditions []index.Condition, err error) {
	d := index.NewDiagnosis(q)

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := findChat(tx, p)
		if err != nil {
			return err
		}

		began, looked := time.Now(), 0

		return tx.Recent(c.ID, tx.Now.Add(-lookBack), func(a *store.Article) bool {
			looked++

			d.Add(&a.News)

			return ctx.Err() == nil && looked < limits.Articles && time.Since(began) < limits.Time
		})
	})

	return d.Conditions(), err
}

// explain says which condition of a query nothing meets.
func (a *advice) explain(t *turn, q *query.Query, conditions []index.Condition, command string) {
	if len(conditions) > 1 {
		a.text = append(a.text, adapters.Line{adapters.Plain(t.conditions(conditions))})
	}

	for _, c := range conditions {
		if c.Articles > 0 || len(c.Near) == 0 {
			continue
		}

		var spellings adapters.Line

		for i, near := range c.Near {
			fixed, err := q.WithWord(c.Query.Word(), near.Words)
			if err != nil {
				continue
			}

			if i > 0 {
				spellings = append(spellings, adapters.Plain(t.Say("format.comma")))
			}

			spellings = append(spellings, t.Line("advice.near", "word", adapters.Code(near.Words), "n", near.Articles)...)
			a.buttons = append(a.buttons, t.button(buttonLabel(fixed.String()), command, strings.TrimSpace(t.optionsText()+" "+fixed.String())))
			a.misspelt = true
		}

		a.text = append(a.text, t.Line("advice.spelling", "query", t.inWords(c.Query), "near", spellings))
	}
}

// askSpelling asks before a query is followed that has a word which nearly is one that
// articles have.
func (t *turn) askSpelling(w *newSubscription) *adapters.Message {
	m := &adapters.Message{Text: w.advice.text}
	for _, button := range w.advice.buttons {
		m.Buttons = append(m.Buttons, []adapters.Button{button})
	}

	m.Buttons = append(m.Buttons, []adapters.Button{t.sureButton(t.Say("button.as_typed"), "subscribe", strings.TrimSpace(t.optionsText()+" "+t.text))})

	return m
}

// suggested is how many words that go with a subscription are told.
const suggested = 3

// wordsOf are the words of a query, and the names of its fields.
func wordsOf(q *query.Query) []string {
	all := strings.FieldsFunc(q.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })

	return slices.DeleteFunc(all, func(w string) bool { return w == "or" || w == "and" || w == "not" })
}

// addTogether says which words go with what is followed now, each with a button that
// follows it too.
func (t *turn) addTogether(m *adapters.Message, w *newSubscription) {
	if len(w.together) == 0 {
		return
	}

	var (
		names []string
		row   []adapters.Button
	)

	for _, word := range w.together {
		names = append(names, word.Text)
		typed := word.Text

		if strings.Contains(typed, " ") {
			typed = `"` + typed + `"`
		}

		row = append(row, t.sureButton("+ "+word.Text, "subscribe", strings.TrimSpace(toOption(w.target)+" "+typed)))
	}

	m.Text = append(m.Text, t.Line("subscribe.together", "words", t.Commas(names)))
	m.Buttons = append(m.Buttons, row)
}
