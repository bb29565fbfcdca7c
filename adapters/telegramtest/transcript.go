package telegramtest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// Transcript returns the chat as one would copy it off the screen: who said what, how
// it looked, and which buttons stand below.
func (c *Chat) Transcript() string { return c.transcript(0, true) }

// Transcript returns the topic's part of the chat.
func (t *Topic) Transcript() string { return t.Chat.transcript(t.ID, false) }

func (c *Chat) transcript(topic int, all bool) string {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	var b strings.Builder

	acts := c.acts
	for i, m := range c.messages {
		for ; len(acts) > 0 && acts[0].after <= i; acts = acts[1:] {
			if all || acts[0].topic == topic {
				fmt.Fprintf(&b, "%s\n", acts[0].text)
			}
		}

		if !m.deleted && (all || m.Topic == topic) && (m.From != "") {
			b.WriteString(m.look(all && m.Topic != 0))
		}
	}

	for _, a := range acts {
		if all || a.topic == topic {
			fmt.Fprintf(&b, "%s\n", a.text)
		}
	}

	return b.String()
}

// Messages returns the chat's messages, oldest first, without deleted ones.
func (c *Chat) Messages() []Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	var out []Message

	for _, m := range c.messages {
		if !m.deleted && m.From != "" {
			out = append(out, *m)
		}
	}

	return out
}

// Last returns the bot's newest message, nil if there is none.
func (c *Chat) Last() *Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	for _, m := range slices.Backward(c.messages) {
		if m.bot && !m.deleted {
			return m
		}
	}

	return nil
}

func (m *Message) look(topic bool) string {
	var b strings.Builder
	b.WriteString(m.From)

	if topic {
		fmt.Fprintf(&b, " in topic %s", m.Chat.topics[m.Topic].Name)
	}

	if m.Edited {
		b.WriteString(" (edited)")
	}

	if m.SeenBy != "" {
		fmt.Fprintf(&b, " (only %s sees it)", m.SeenBy)
	}

	if m.Silent {
		b.WriteString(" (silent)")
	}

	if r := m.Chat.message(m.ReplyTo); r != nil {
		fmt.Fprintf(&b, " to %s", r.From)
	}

	b.WriteByte(':')

	if m.Text != "" {
		b.WriteString(" " + strings.ReplaceAll(FormatEntities(m.Text, m.Entities), "\n", "\n  "))
	}

	if m.Picture != "" {
		fmt.Fprintf(&b, " (picture %s)", m.Picture)
	} else if m.File != "" {
		fmt.Fprintf(&b, " (file %s, %d bytes)", m.File, len(m.Body))
	}

	b.WriteByte('\n')

	for _, row := range m.Keyboard {
		b.WriteString(" ")

		for _, k := range row {
			fmt.Fprintf(&b, " [%s]", k.Text)
		}

		b.WriteByte('\n')
	}

	if m.Ask != "" {
		fmt.Fprintf(&b, "  (asks: %s)\n", m.Ask)
	}

	return b.String()
}

// marks are what stands before and behind a stretch of text in a transcript.
var marks = map[string][2]string{
	"bold": {"*", "*"}, "italic": {"_", "_"}, "code": {"`", "`"}, "pre": {"```", "```"}, "text_link": {"[", ""},
}

// FormatEntities writes a text with its entities as a transcript does: *bold*, _italic_,
// `code`, [a link](https://…).
func FormatEntities(text string, entities []Entity) string {
	u := utf16.Encode([]rune(text))
	opens, closes := map[int]string{}, map[int]string{}

	for _, e := range entities {
		m := marks[e.Type]

		end := m[1]
		if e.Type == "text_link" {
			end = "](" + e.URL + ")"
		}

		opens[e.Offset] += m[0]
		closes[e.Offset+e.Length] = end + closes[e.Offset+e.Length]
	}

	var b strings.Builder
	for i := 0; i <= len(u); i++ {
		b.WriteString(closes[i])
		b.WriteString(opens[i])

		if i == len(u) {
			break
		}

		r := rune(u[i])
		if utf16.IsSurrogate(r) && i+1 < len(u) {
			r = utf16.DecodeRune(r, rune(u[i+1]))
			i++
		}

		b.WriteRune(r)
	}

	return b.String()
}
