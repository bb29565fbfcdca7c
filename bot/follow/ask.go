package follow

import (
	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/search"
	"newsbell/bot/turn"
	"newsbell/bot/wish"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// CommandReword stands in the token of a button that shows a query to be changed.
const CommandReword = "reword"

// AskToReword shows a query, and asks for it as it is wanted.
func AskToReword(t *turn.Turn, typed string) *adapters.Message {
	t.Command = "subscribe"

	m := t.Ask(t.Say("ask.reword"), button.Cut(typed), "")
	m.Text = append(m.Text, adapters.Line{adapters.Code(typed)})
	m.Form = &adapters.Form{Title: t.Say("button.change_query"), Value: typed}

	if t.IsPrivate() {
		m.Buttons = append(m.Buttons, t.CopyRow(typed)...)
	}

	return m
}

// CommandNarrow stands in the token of a button that asks for a narrower query.
const CommandNarrow = "narrow"

// AskToNarrow asks for a narrower query.
func AskToNarrow(t *turn.Turn) *adapters.Message {
	t.Command = "subscribe"
	return t.Ask(t.Say("ask.narrow"), t.Say("hint.query"), "")
}

// proposals are what was probably meant by what somebody wants to subscribe to.
func proposals(t *turn.Turn, wanted *Wanted) []query.Proposal {
	if wanted.either != "" {
		return []query.Proposal{{Query: wanted.either, Message: t.Say("subscribe.either")}}
	}

	if when, rest := input.CutTime(t.Text); when != "" && t.Options["when"] == "" {
		return []query.Proposal{{Query: "when:" + when + " " + rest, Message: t.Say("subscribe.options_first", "option", "when:")}}
	}

	if known := query.Propose(t.Text); len(known) > 0 {
		return known
	}

	if w, ok := wish.Understand(t.Text, t.Code()); ok && w.Asked && w.Query != t.Text {
		return []query.Proposal{{Query: w.Query, Message: t.Say("subscribe.sentence")}}
	}

	if c, ok := wish.Connect(t.Text, t.Code()); ok && c.Excludes != "" {
		return []query.Proposal{{Query: c.Query, Message: t.Say("query.exclusion", "word", c.Excludes)}}
	}

	return nil
}

// confirmQuery asks before a query is followed that is probably not what is meant, or that
// matches very much. It returns nil where there is nothing to ask, or the person was asked before.
func confirmQuery(t *turn.Turn, wanted *Wanted, seen *search.Result) *adapters.Message {
	if t.Confirmed {
		return nil
	}

	text := turn.Join(t.OptionsText(), t.Text)

	if proposals := proposals(t, wanted); len(proposals) > 0 {
		m := turn.Say(t.Translate(proposals[0].Message))

		for _, p := range proposals {
			m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(p.Query, "subscribe", turn.Join(t.OptionsText(), p.Query))})
		}

		m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(t.Say("button.as_typed"), "subscribe", text)})

		return m
	}

	if wanted.Delivery.When.Kind != subscriptions.AtOnce || wanted.Delivery.Max > 0 || wanted.Min > 1 || !seen.MatchesTooMuch(t.Now) {
		return nil
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.InWords(wanted.Query))}, {adapters.Plain(seen.TooMuch(t.Words, t.Now))}}}
	m.Text = append(m.Text, t.WarningLines(wanted.Query)...)
	m.Buttons = [][]adapters.Button{
		{t.ConfirmedButton(t.Say("button.narrow"), CommandNarrow, ""), t.ConfirmedButton(t.Say("button.once_a_day"), "subscribe", turn.Join(t.OptionsText(), "when:daily", t.Text))},
		{t.ConfirmedButton(t.Say("button.all_of_it"), "subscribe", text)},
	}

	return m
}

// askSpelling asks before a query is followed that probably has a misspelt word.
func askSpelling(t *turn.Turn, wanted *Wanted) *adapters.Message {
	m := &adapters.Message{Text: wanted.advice.Text}
	for _, button := range wanted.advice.Buttons {
		m.Buttons = append(m.Buttons, []adapters.Button{button})
	}

	m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(t.Say("button.as_typed"), "subscribe", turn.Join(t.OptionsText(), t.Text))})

	return m
}
