package discord

import (
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"newsbell/adapters"
	"newsbell/adapters/discord/markdown"
)

// maxParts is how many messages a text may take: Discord lets five through at
// once, and nobody reads more.
const maxParts = 4

// textParts renders lines of spans: as message content while they fit, else in
// embeds, which take twice as much, up to maxParts messages.
func textParts(w adapters.Words, t adapters.Text) []*payload {
	blocks := textBlocks(w, t)

	whole := strings.Join(blocks, "\n")
	if strings.TrimSpace(whole) == "" {
		whole = textNothing
	}

	if markdown.Len(whole) <= maxContent {
		p := newPayload()
		p.Content, p.Flags = whole, flagNoEmbeds

		return []*payload{p}
	}

	var parts []*payload

	for i, chunk := range joinBlocks(blocks, maxDescription) {
		if i == maxParts {
			last, rest := parts[i-1].Embeds[0], "\n-# "+w.Say("alert.cut_label")
			last.Description = markdown.Cut(last.Description, maxDescription-markdown.Len(rest)) + rest

			break
		}

		p := newPayload()
		p.Embeds = append(p.Embeds, &discordgo.MessageEmbed{Description: chunk})
		parts = append(parts, p)
	}

	return parts
}

// pageOf renders a page of so many components: a container with the picture and a text for each
// paragraph; where they are too many, the last ones are one. Lines for which there is no room
// are left out, and it says so.
func pageOf(m *adapters.Message, components int) *payload {
	var (
		inner      []discordgo.MessageComponent
		paragraphs []string
	)

	if picture := webAddress(m.Picture); picture != "" && markdown.Len(picture) <= maxURL {
		inner = append(inner, discordgo.MediaGallery{Items: []discordgo.MediaGalleryItem{{Media: discordgo.UnfurledMediaItem{URL: picture}}}})
	}

	// Between two paragraphs stands a separator; the label may be one more.
	most := (components - len(inner) - 2) / 2
	label := "-# " + m.In().Say("alert.cut_label")
	room := maxPage - markdown.Len(label) - 1
	begins, isCut := true, false

	for _, line := range textBlocks(m.In(), m.Text) {
		switch {
		case strings.TrimSpace(line) == "":
			begins = true
			continue
		case markdown.Len(line)+1 > room:
			isCut = true
			continue
		case begins && len(paragraphs) < most:
			paragraphs = append(paragraphs, line)
		default:
			paragraphs[len(paragraphs)-1] += "\n" + line
		}

		begins = false
		room -= markdown.Len(line) + 1
	}

	if isCut || len(paragraphs) == 0 {
		paragraphs = append(paragraphs, label)
	}

	for i, text := range paragraphs {
		if i > 0 {
			inner = append(inner, discordgo.Separator{})
		}

		inner = append(inner, discordgo.TextDisplay{Content: text})
	}

	p := newPayload()
	p.Flags, p.Components = flagPage, append(p.Components, discordgo.Container{Components: inner})

	return p
}

// joinBlocks joins blocks into pieces of at most n units.
func joinBlocks(blocks []string, n int) []string {
	var out []string

	current := ""

	for _, b := range blocks {
		b = markdown.Truncate(b, n)

		switch {
		case strings.TrimSpace(current) == "":
			current = b
		case markdown.Len(current)+1+markdown.Len(b) <= n:
			current += "\n" + b
		default:
			out = append(out, current)
			current = b
		}
	}

	if strings.TrimSpace(current) != "" {
		out = append(out, current)
	}

	return out
}

// textBlocks renders each line; lines of fixed width that adjoin are one block.
func textBlocks(w adapters.Words, t adapters.Text) []string {
	var blocks, fixed []string

	flush := func() {
		for len(fixed) > 0 {
			n, sum := 0, 16
			for n < len(fixed) && (n == 0 || sum+2*markdown.Len(fixed[n])+1 <= maxContent) {
				sum += 2*markdown.Len(fixed[n]) + 1
				n++
			}

			blocks = append(blocks, markdown.CodeBlock(fixed[:n]))
			fixed = fixed[n:]
		}

		fixed = nil
	}

	for _, line := range t {
		if text, ok := fixedWidth(line); ok {
			fixed = append(fixed, markdown.Truncate(text, maxContent/2))
			continue
		}

		flush()

		blocks = append(blocks, textLine(w, line))
	}

	flush()

	return blocks
}

// fixedWidth returns the text of a line whose spans are all Pre.
func fixedWidth(line adapters.Line) (string, bool) {
	var b strings.Builder

	for _, s := range line {
		if s.Style != adapters.StylePre {
			return "", false
		}

		b.WriteString(strings.ReplaceAll(s.Text, "\n", " "))
	}

	return b.String(), len(line) > 0
}

func textLine(w adapters.Words, line adapters.Line) string {
	var b strings.Builder

	dim := len(line) > 0
	for _, s := range line {
		dim = dim && s.Style == adapters.StyleDim
	}

	if dim {
		b.WriteString("-# ")
	}

	for i, s := range line {
		if i == 0 && s.Style == adapters.StyleQuote {
			b.WriteString("> ")
		}

		b.WriteString(renderSpan(w, s, i == 0 && !dim))
	}

	return b.String()
}

// renderSpan renders one run of text; start says that it begins its line.
func renderSpan(w adapters.Words, s adapters.Span, start bool) string {
	if !s.Time.IsZero() {
		return fmt.Sprintf("<t:%d:f>", s.Time.Unix())
	}

	if id := parseSnowflake(s.Role); id != "" {
		return "<@&" + id + ">" // no message may ping what it does not say in Pings
	}

	if id := parseSnowflake(s.Person); id != "" {
		return "<@" + id + ">"
	}

	if s.Style == styleCommand {
		return s.Text
	}

	text := markdown.StripControls(s.Text)
	if link := webAddress(s.URL); link != "" && markdown.Len(link) <= maxContent/2 {
		label := strings.TrimSpace(markdown.WithoutSchemes(markdown.OneLine(text)))
		if label == "" {
			label = w.Say("alert.read")
		}

		return styleText(markdown.Link(label, link, maxContent/4), s.Style)
	}

	switch s.Style {
	case adapters.StyleCode, adapters.StylePre:
		return markdown.Code(text)
	}

	escaped := markdown.Escape(text)
	if !start {
		escaped = strings.TrimPrefix(markdown.Escape("."+text), ".")
	}

	return styleText(escaped, s.Style)
}

// styleText puts the marks next to the words: blanks inside them would show the marks.
func styleText(text string, st adapters.Style) string {
	if st != adapters.StyleBold {
		return text
	}

	body := strings.TrimSpace(text)
	if body == "" {
		return text
	}

	at := strings.Index(text, body)

	return text[:at] + "**" + body + "**" + text[at+len(body):]
}
