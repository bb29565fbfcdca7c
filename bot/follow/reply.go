package follow

import (
	"slices"
	"strings"
	"unicode"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/search"
	"newsbell/bot/turn"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// digestAbove is how many stories a day a query matches for a digest to be offered.
const digestAbove = 20

// subscribedText says what is followed now and what is to be known of it.
func (h *Handler) subscribedText(t *turn.Turn, wanted *Wanted, s *savedSubscription, c *store.Chat, seen *search.Result) (text adapters.Text) {
	name := t.Subscription(s.Subscription, wanted.Query)

	switch {
	case s.changed:
		text = adapters.Text{t.Line("subscribe.changed", "subscription", name)}
	case !s.added:
		text = adapters.Text{listing.FollowsLine(t.Words, wanted.Target, "already", name)}
	default:
		text = adapters.Text{listing.FollowsLine(t.Words, wanted.Target, "now", name)}
	}

	text = append(text, t.Delivery(s.Delivery, c, h.ZoneOf(c))...)
	if s.Only != "" {
		text = append(text, t.Line("subscribe.only", "only", s.Only))
	}

	if s.Ping != "" {
		text = append(text, t.Line("subscribe.pings", "role", t.RoleSpans(s.Ping)))
	}

	if s.Label != "" {
		text = append(text, t.Line("subscribe.label", "label", s.Label))
	}

	if c.State == store.Paused {
		text = append(text, adapters.Line{adapters.Plain(t.Say("subscribe.paused"))})
	}

	text = append(text, t.WarningLines(wanted.Query)...)

	if seen != nil {
		text = append(text, seen.Summary(t.Words)...)
	}

	if wanted.advice != nil {
		text = append(text, wanted.advice.Text...)
	}

	return text
}

// subscribedReply says what is followed now, with buttons for what one may want next: to take it back,
// a digest instead of many alerts, the time zone, better queries, the roles that it pings.
func (h *Handler) subscribedReply(t *turn.Turn, wanted *Wanted, s savedSubscription, c *store.Chat, seen *search.Result) *adapters.Message {
	m := &adapters.Message{Text: h.subscribedText(t, wanted, &s, c, seen)}

	var row []adapters.Button
	if s.added {
		row = append(row, undoButton(t, &s))
	}

	if h.isImmediate(s.Delivery, c) && s.added && seen != nil && seen.PerDay(t.Now) > digestAbove {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(t.Say("subscribe.many"))})
		row = append(row, t.ConfirmedButton(t.Say("button.once_a_day"), "subscribe", turn.Join(turn.ToOption(wanted.Target), "when:daily", s.Query)))
	}

	if wanted.guessed || c.TimeZone == "" && wanted.Target.Own && wanted.Delivery.When.HasTime() {
		asked := t.Lines("subscribe.zone_unset")
		if wanted.guessed {
			asked = h.Settings.GuessedZone(t, c)
		}

		m.Text = append(m.Text, asked...)
		row = append(row, t.Button(t.Say("button.zone"), "settings", input.KeyZone))
	}

	if len(row) > 0 {
		m.Buttons = [][]adapters.Button{row}
	}

	if wanted.advice != nil && len(wanted.advice.Buttons) > 0 {
		m.Buttons = append(m.Buttons, wanted.advice.Buttons)
	}

	if t.Options["ping"] != "" && s.Ping != "" { // an option names one role, the menu several
		m.Menus = listing.PingMenu(t, wanted.Target, s.Subscription)
	}

	return m
}

// isImmediate reports whether all alerts of a subscription come at once.
func (h *Handler) isImmediate(delivery string, c *store.Chat) bool {
	plan, err := subscriptions.ParsePlan(delivery, c.Digest, "", c.TimeZone, h.TimeZone)
	return err == nil && plan.When().Kind == subscriptions.AtOnce && plan.Delivery.Max == 0
}

// suggested is how many words that often stand with those of a subscription are suggested.
const suggested = 3

// wordsOf are the words of a query, and the names of its fields.
func wordsOf(q *query.Query) []string {
	all := strings.FieldsFunc(q.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })

	return slices.DeleteFunc(all, func(w string) bool { return w == "or" || w == "and" || w == "not" })
}

// addTogether names words that often stand with those of the new subscription, each with a button
// that subscribes to it, too.
func addTogether(t *turn.Turn, m *adapters.Message, wanted *Wanted) {
	if len(wanted.together) == 0 {
		return
	}

	var (
		names []string
		row   []adapters.Button
	)

	for _, word := range wanted.together {
		names = append(names, word.Text)
		typed := word.Text

		if strings.Contains(typed, " ") {
			typed = `"` + typed + `"`
		}

		row = append(row, t.ConfirmedButton("+ "+word.Text, "subscribe", turn.Join(turn.ToOption(wanted.Target), typed)))
	}

	m.Text = append(m.Text, t.Line("subscribe.together", "words", t.Commas(names)))
	m.Buttons = append(m.Buttons, row)
}
