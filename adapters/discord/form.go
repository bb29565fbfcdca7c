package discord

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"newsbell/adapters"
	"newsbell/adapters/discord/markdown"
)

// What people type in a server never reaches the bot. A question that is asked there opens
// a form, whose answer does; one that comes too late for that has a button that opens it.

// Types of components, and the names of what is in a form. Source: "Component Reference".
const (
	componentInput = 4
	componentLabel = 18

	formID     = "form"
	formAnswer = "answer"
	// formButton begins the data of the button that opens a form; the hint follows.
	formButton = "form "

	inputShort = 1
)

// Sizes of a form. Source: "Modal" and "Label" in the component reference.
const (
	maxFormTitle       = 45
	maxFormLabel       = 45
	maxFormDescription = 100
	maxFormHint        = 100
	maxFormAnswer      = 1000
)

// form is a window with one field on the wire.
type form struct {
	ID         string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []formLabel `json:"components"`
}

type formLabel struct {
	Type        int       `json:"type"`
	Label       string    `json:"label"`
	Description string    `json:"description,omitempty"`
	Component   formInput `json:"component"`
}

type formInput struct {
	Type     int    `json:"type"`
	ID       string `json:"custom_id"`
	Style    int    `json:"style"`
	Hint     string `json:"placeholder,omitempty"`
	Value    string `json:"value,omitempty"`
	Most     int    `json:"max_length"`
	Required bool   `json:"required"`
}

// newForm makes a form that asks a question.
func newForm(w adapters.Words, question, hint string) form {
	question = markdown.OneLine(markdown.StripControls(question))

	title, more := question, ""
	if i := strings.IndexAny(question, "?？؟"); i >= 0 {
		_, size := utf8.DecodeRuneInString(question[i:])
		title, more = question[:i+size], strings.TrimSpace(question[i+size:])
	}

	if markdown.Len(title) > maxFormTitle {
		more = question
	}

	return form{ID: formID, Title: markdown.Truncate(title, maxFormTitle), Components: []formLabel{{
		Type: componentLabel, Label: markdown.Truncate(w.Say("alert.answer"), maxFormLabel), Description: markdown.Truncate(more, maxFormDescription),
		Component: formInput{
			Type: componentInput, ID: formAnswer, Style: inputShort, Hint: markdown.Label(hint, maxFormHint), Most: maxFormAnswer, Required: true,
		},
	}}}
}

// messageForm makes the form that asks what a message asks. A value that the field has no room
// for is left out: nobody could send it.
func messageForm(m *adapters.Message) form {
	f := newForm(m.In(), m.Text.String(), m.Ask)
	if m.Form == nil {
		return f
	}

	field := &f.Components[0]
	f.Title, field.Description = markdown.Label(m.Form.Title, maxFormTitle), ""

	if markdown.Len(m.Form.Value) <= maxFormAnswer {
		field.Component.Value = m.Form.Value
	}

	return f
}

// hearsTyping reports whether what the person types where they asked reaches the bot.
func (to *reply) hearsTyping() bool {
	return to.interaction.GuildID == "" && directChannel(to.interaction) != ""
}

// openForm answers with a form that asks what a message asks. It reports whether the
// question is asked: a form cannot follow another one, nor an answer that was put off.
func (to *reply) openForm(ctx context.Context, m *adapters.Message) bool {
	if to.deferred || to.interaction.Type != typeCommand && to.interaction.Type != typePress {
		return false
	}

	err := to.callback(ctx, map[string]any{"type": replyForm, "data": messageForm(m)}, nil)
	if err != nil {
		to.adapter.log.Warn("discord: opening a form", "error", err)
	}

	return err == nil
}

// addFormButton adds the button that opens the form of a question.
func (p *payload) addFormButton(m *adapters.Message) {
	if len(p.Components) >= maxRow {
		return
	}

	p.Components = append(p.Components, discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{
		Label: markdown.Truncate(m.In().Say("alert.answer"), maxButtonLabel), Style: discordgo.PrimaryButton,
		CustomID: formButton + markdown.Label(m.Ask, maxChoice-len(formButton)),
	}}})
}

func isFormButton(id string) bool { return strings.HasPrefix(id, formButton) }

// openAgain opens the form of the question below which its button stands.
func (d *dispatcher) openAgain(ctx context.Context, it *interaction, r *adapters.Request, id string) {
	question, _, _ := strings.Cut(r.ReplyText, "\n")
	to := &reply{adapter: d.a, interaction: it, request: r}
	body := newForm(d.a.words(r.User.Language), question, strings.TrimPrefix(id, formButton))

	if err := to.callback(ctx, map[string]any{"type": replyForm, "data": body}, nil); err != nil {
		d.a.log.Warn("discord: opening a form", "error", err)
	}
}

// formField is a part of a form that was filled in: an input, or what holds one.
type formField struct {
	Value     string      `json:"value"`
	Component *formField  `json:"component"`  // of a label
	Fields    []formField `json:"components"` // of a row
}

// firstFilled returns what stands in the first field of a form that has anything.
func firstFilled(fields []formField) string {
	for _, f := range fields {
		if text := strings.TrimSpace(f.Value); text != "" {
			return text
		}

		if f.Component != nil {
			f.Fields = append(f.Fields, *f.Component)
		}

		if text := firstFilled(f.Fields); text != "" {
			return text
		}
	}

	return ""
}
