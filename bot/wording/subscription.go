package wording

import (
	"fmt"
	"strconv"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// NamesAndMore lists names, and counts those that are left out.
func (w Words) NamesAndMore(names []string, more int) string {
	if more == 0 {
		return w.And(names)
	}

	return w.Say("bundle.names_more", "names", w.Commas(names), "n", more)
}

// ScopeText says what a subscription is matched against, where that is a choice; ""
// where it is none.
func (w Words) ScopeText(s *store.Subscription, n store.SourceCounts) string {
	switch {
	case n.Read == n.Everywhere:
		return ""
	case s.Scope == store.ScopeEverywhere:
		return w.Say("bundle.scope_everywhere", "n", n.Everywhere)
	default:
		return w.Say("bundle.scope_mine", "n", n.Read)
	}
}

// ScopeSpans are what a list says of a subscription's scope, where it is not the usual.
func (w Words) ScopeSpans(s *store.Subscription) (spans []adapters.Span) {
	if s.Outlets > 1 {
		spans = append(spans, adapters.Plain(" · "+w.Say("bundle.short_outlets", "n", s.Outlets)))
	}

	if s.Scope == store.ScopeEverywhere {
		spans = append(spans, adapters.Plain(" · "+w.Say("bundle.short_everywhere")))
	}

	return spans
}

// MissingNumbers names numbers of subscriptions that there are none of.
func (w Words) MissingNumbers(missing []int) adapters.Line {
	numbers := make([]string, len(missing))
	for i, n := range missing {
		numbers[i] = "#" + strconv.Itoa(n)
	}

	return w.Line("unsubscribe.no_numbers", "numbers", w.Commas(numbers))
}

// manyLines is from how many subscriptions on a reply names only their numbers.
const manyLines = 4

// SubscriptionLines says something of each subscription, or of many in one line.
func (w Words) SubscriptionLines(key string, all []*store.Subscription) (text adapters.Text) {
	if len(all) >= manyLines {
		return w.Lines(key+"_many", "n", len(all), "numbers", w.NumberList(all))
	}

	for _, s := range all {
		text = append(text, w.Line(key, "subscription", w.Subscription(s, nil)))
	}

	return text
}

// NumberList is "#1–#4, #7".
func (w Words) NumberList(all []*store.Subscription) string {
	var parts []string

	for i := 0; i < len(all); {
		j := i
		for j+1 < len(all) && all[j+1].Number == all[j].Number+1 {
			j++
		}

		part := "#" + strconv.Itoa(all[i].Number)
		if j > i {
			part += "–#" + strconv.Itoa(all[j].Number)
		}

		parts = append(parts, part)
		i = j + 1
	}

	return w.Commas(parts)
}

// RoleSpans names the roles that a subscription's alerts mention.
func (w Words) RoleSpans(ping string) adapters.Line {
	var line adapters.Line

	for i, id := range store.RolesOf(ping) {
		if i > 0 {
			line = append(line, adapters.Plain(w.Say("format.comma")))
		}

		line = append(line, adapters.Span{Text: "@" + id, Role: id})
	}

	return line
}

// Subscription is "#3 drone", with the query (nil: as typed) in words.
func (w Words) Subscription(s *store.Subscription, q *query.Query) adapters.Span {
	what := w.Spell(s.Query)
	if q != nil {
		what = w.InWords(q)
	}

	return adapters.Bold(fmt.Sprintf("#%d %s", s.Number, what))
}
