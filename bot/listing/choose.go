package listing

import (
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// OfPage returns the subscriptions that meet the filter.
func OfPage(p turn.Page, w wording.Words, all []*store.Subscription) []*store.Subscription {
	if p.Filter == "" {
		return all
	}

	return Filter(w, p.Filter, all)
}

// Selection is which subscriptions a text names.
type Selection struct {
	Like    []*store.Subscription
	Clear   bool  // no doubt that they are meant
	Missing []int // numbers that there are none of
}

// Select finds the subscriptions that are named by number ("3", "#1 #2",
// "5-10"), by query, or by words that are in their query.
func Select(w wording.Words, text string, all []*store.Subscription) (found Selection) {
	found.Like = Filter(w, text, all)

	if ranges, ok := input.ParseNumbers(text); ok {
		for _, r := range ranges { // of a range, some may be gone
			if r.First == r.Last && !slices.ContainsFunc(found.Like, func(s *store.Subscription) bool { return s.Number == r.First }) {
				found.Missing = append(found.Missing, r.First)
			}
		}

		found.Clear = len(found.Like) > 0

		return found
	}

	if s := findByQuery(text, all); s != nil {
		return Selection{Like: []*store.Subscription{s}, Clear: true}
	}

	found.Clear = len(found.Like) == 1

	return found
}

// findByQuery is the subscription whose query a text is; nil: there is none.
func findByQuery(text string, all []*store.Subscription) *store.Subscription {
	canonical := ""
	if q, err := query.Parse(text); err == nil {
		canonical = q.String()
	}

	for _, s := range all {
		if s.Canonical == canonical || strings.EqualFold(s.Query, text) {
			return s
		}
	}

	return nil
}

// NamesExactly reports whether a text is the number of a subscription or its whole query.
func NamesExactly(w wording.Words, text string, all []*store.Subscription) bool {
	if _, numbers := input.ParseNumbers(text); numbers {
		return Select(w, text, all).Clear
	}

	return findByQuery(text, all) != nil
}

// Filter returns the subscriptions with the numbers, or with all the
// words in their query.
func Filter(w wording.Words, text string, all []*store.Subscription) (found []*store.Subscription) {
	ranges, numbers := input.ParseNumbers(text)
	words := strings.Fields(strings.ToLower(text))

	for _, s := range all {
		query := strings.ToLower(s.Query + " " + w.Spell(s.Query))
		lacks := func(word string) bool { return !strings.Contains(query, word) }
		has := func(r input.Range) bool { return r.First <= s.Number && s.Number <= r.Last }

		if numbers && slices.ContainsFunc(ranges, has) || !numbers && !slices.ContainsFunc(words, lacks) {
			found = append(found, s)
		}
	}

	return found
}

// FindByNumber returns the subscription that "3" or "#3" names, nil if there is none.
func FindByNumber(all []*store.Subscription, number string) *store.Subscription {
	for _, s := range all {
		if strconv.Itoa(s.Number) == strings.TrimPrefix(number, "#") {
			return s
		}
	}

	return nil
}

// IDs is the rows of subscriptions for a token, "1,2,5".
func IDs(all []*store.Subscription) string {
	ids := make([]string, len(all))
	for i, s := range all {
		ids[i] = button.ID(s.ID)
	}

	return strings.Join(ids, ",")
}

// Choose offers a chat's subscriptions as buttons that end them and come
// back to the same page.
func Choose(t *turn.Turn, c *store.Chat, all []*store.Subscription, page turn.Page) *adapters.Message {
	m := t.Message("ask.unsubscribe")
	m.Buttons = ChooseButtons(t, c, all, page, adapters.Button{Label: t.Say("button.cancel"), Data: button.Nothing})

	return m
}

// ChooseButtons are the buttons of a page of subscriptions to choose from, and last those that follow.
func ChooseButtons(t *turn.Turn, c *store.Chat, all []*store.Subscription, page turn.Page, last ...adapters.Button) [][]adapters.Button {
	shown := OfPage(page, t.Words, all)
	from, pages := turn.PageRange(len(shown), ChooseSize, &page.Number)

	var offered []adapters.Button
	for _, s := range shown[from:min(from+ChooseSize, len(shown))] {
		offered = append(offered, adapters.Button{
			Label: button.Label("#" + strconv.Itoa(s.Number) + " " + t.Spell(s.Query)),
			Data:  button.Off + button.ID(s.ID) + ":" + page.Data(page.Number),
		})
	}

	return button.Layout(c.Platform, offered, append(turn.PageButtons(t.Words, button.Choose+button.ID(c.ID)+":", page, pages), last...))
}

// PingMenu picks the roles that a subscription's alerts mention; none without alerts, or
// where there are no roles.
func PingMenu(t *turn.Turn, dest turn.Target, s *store.Subscription) []adapters.Menu {
	if s == nil || dest.Platform != turn.Discord {
		return nil
	}

	m := adapters.Menu{Data: button.Ping + button.ID(s.ID) + ":", Hint: t.Say("start.pick_ping"), Picked: store.RolesOf(s.Ping)}

	return []adapters.Menu{m}
}
