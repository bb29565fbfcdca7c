package turn

import (
	"errors"
	"strings"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/subscriptions/query"
)

// buttonBytes is what a platform keeps behind a button at most (adapters.Button).
const buttonBytes = 64

// Button makes a button that runs a command as if it were typed.
func (t *Turn) Button(label, command, text string) adapters.Button {
	data := button.Run + command
	if text != "" {
		data += " " + text
	}

	if len(data) > buttonBytes {
		data = button.Token + t.SaveToken(Token{Who: t.PersonID(), Command: command, Text: text})
	}

	return adapters.Button{Label: label, Data: data}
}

// ConfirmedButton makes a button that runs a command without asking whether it is meant.
func (t *Turn) ConfirmedButton(label, command, text string) adapters.Button {
	return adapters.Button{Label: button.Label(label), Data: button.Token + t.SaveToken(Token{Who: t.PersonID(), Command: command, Text: text, Sure: true})}
}

// QueryErrorReply says why a query does not parse: the position, one sentence,
// and a button with the correction.
func (t *Turn) QueryErrorReply(err error, command, leading, typed string) *adapters.Message {
	t.AskAgain()

	wrong, ok := errors.AsType[*query.Error](err)
	if !ok {
		return Say(t.Translated(err))
	}

	m := &adapters.Message{}

	if option, fixed := input.FindMisplaced(typed); option != "" {
		if t.Request.Options == nil {
			option, fixed = input.OptionsInWords(option, t.Code()), input.OptionsInWords(fixed, t.Code())
		}

		m.Text = t.Lines("subscribe.options_first", "option", option)
		m.Buttons = [][]adapters.Button{{t.Button(button.Label("/"+command+" "+fixed), command, fixed)}}

		return m
	}

	if utf8.RuneCountInString(wrong.Suggestion) > longestSuggestion { // of a text that is no query
		m.Text = adapters.Text{{adapters.Plain(t.Translate(wrong.Message))}}
		return m
	}

	m.Text = append(preformatText(wrong.Caret(typed)), adapters.Line{adapters.Plain(t.Translate(wrong.Message))})
	if wrong.Example {
		m.Text = append(m.Text, t.Line("subscribe.for_example", "query", adapters.Code(wrong.Suggestion)))
		return m
	}

	if wrong.Suggestion != "" {
		m.Text = append(m.Text, t.Line("subscribe.did_you_mean", "query", adapters.Code(wrong.Suggestion)))
		m.Buttons = [][]adapters.Button{{t.Button(button.Label(wrong.Suggestion), command, Join(leading, wrong.Suggestion))}}
	}

	return m
}

// longestSuggestion is how many characters a suggestion has at most; a longer one is read by nobody.
const longestSuggestion = 160

// preformatText shows lines in a fixed-width font.
func preformatText(s string) adapters.Text {
	var t adapters.Text
	for line := range strings.SplitSeq(s, "\n") {
		t = append(t, adapters.Line{{Text: line, Style: adapters.StylePre}})
	}

	return t
}

// CopyRow is a row with a button that copies a text, none where the platform has no such
// buttons or the text is too long for one.
func (t *Turn) CopyRow(text string) [][]adapters.Button {
	if t.Request.Chat.Platform != Telegram || text == "" || utf8.RuneCountInString(text) > mostCopied {
		return nil
	}

	return [][]adapters.Button{{{Label: t.Say("button.copy"), Copy: text}}}
}

// mostCopied is how many characters a button of Telegram copies.
const mostCopied = 256
