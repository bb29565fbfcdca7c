package discord

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"newsbell/adapters"
	"newsbell/adapters/discord/markdown"
)

// How much of an alert each part may take, in units, so that the sum stays below
// maxEmbedSum: 256 + (100 + 40 + 600 + 3000) + 2 × (16 + 600) + 512 + 140 = 5880. A link that
// is too long for the title stands alone in the description: 256 + (40 + 3900) +
// 2 × (16 + 600) + 512 = 5940: it has no picture then, so no credit.
const (
	roomOutlet  = 100
	roomNote    = 200 // each part of the note, of which there are three at most
	roomSummary = 3000
	roomField   = 600
	roomFollows = 512
	roomCredit  = 120
	roomLink    = 3900 // an address in a Markdown link
)

// bellColor is the stripe at the side of an alert: brass.
const bellColor = 0xC9A227

// alertEmbed shows one story: the title is the link.
func alertEmbed(w adapters.Words, a *adapters.Alert) *discordgo.MessageEmbed {
	e := &discordgo.MessageEmbed{Color: bellColor, Title: markdown.EscapeTo(markdown.PlainLine(a.Title), maxTitle)}
	if e.Title == "" {
		e.Title = w.Say("alert.untitled_label")
	}

	listed, summary := a.MatchedWords(), markdown.PlainLine(a.Summary)
	body := adapters.JoinPresent("\n\n", renderByline(a), renderNote(a))

	switch link := webAddress(a.URL); {
	case link == "":
		body = adapters.JoinPresent("\n\n", body, boldMatches(summary, a.Matched))
	case markdown.Len(link) <= maxURL:
		e.URL = link
		body = adapters.JoinPresent("\n\n", body, boldMatches(summary, a.Matched))
	case markdown.Len(link) <= roomLink:
		summary = ""
		body = markdown.Link(w.Say("alert.read"), link, maxTitle)
	}

	e.Description = body
	if image := webAddress(a.Image); image != "" && markdown.Len(image) <= maxURL {
		e.Thumbnail = &discordgo.MessageEmbedThumbnail{URL: image}
	}

	if adapters.ShowsAll(a.Matched, markdown.PlainLine(a.Title), markdown.Truncate(summary, roomSummary/2)) {
		listed = nil // they are to be seen
	}

	e.Fields = presentFields(
		newField(w.Say("alert.matched_label"), joinNews(listed, ", ")),
		alsoField(w, a),
	)
	if f := renderFooter(w, a, e.Thumbnail != nil); f != "" {
		e.Footer = &discordgo.MessageEmbedFooter{Text: f}
	}

	return e
}

// renderFooter names the subscriptions and whose the picture is; it shows no markup.
func renderFooter(w adapters.Words, a *adapters.Alert, pictured bool) string {
	text := nameSubscriptions(a.Follows)

	credit := markdown.Truncate(markdown.PlainLine(a.Credit), roomCredit)
	if credit == "" || !pictured {
		return text
	}

	return adapters.JoinPresent(" · ", text, w.Say("alert.photo")+" "+credit)
}

// boldMatches returns a summary with the words that matched in bold.
func boldMatches(summary string, words []string) string {
	var b strings.Builder

	at := 0

	for _, s := range adapters.FindWords(summary, words) {
		b.WriteString(escapePiece(summary[at:s.From]))
		b.WriteString("**" + escapePiece(summary[s.From:s.To]) + "**")
		at = s.To
	}

	b.WriteString(escapePiece(summary[at:]))

	if markdown.Len(b.String()) > roomSummary {
		return markdown.EscapeTo(summary, roomSummary)
	}

	return b.String()
}

// escapePiece escapes a part of a line with the blanks around it.
func escapePiece(s string) string {
	text := strings.TrimLeft(s, " ")
	return s[:len(s)-len(text)] + markdown.Escape(text)
}

// renderByline returns the outlet and how long ago.
func renderByline(a *adapters.Alert) string {
	var parts []string
	if outlet := markdown.EscapeTo(markdown.PlainLine(a.Outlet), roomOutlet); outlet != "" {
		parts = append(parts, "**"+outlet+"**")
	}

	if !a.Published.IsZero() {
		parts = append(parts, relativeTime(a.Published))
	}

	return strings.Join(parts, " · ")
}

// renderNote returns what is special about an alert.
func renderNote(a *adapters.Alert) string {
	var b strings.Builder

	for _, s := range a.Note {
		if s.Time.IsZero() {
			b.WriteString(markdown.EscapeTo(markdown.WithoutSchemes(strings.ReplaceAll(markdown.StripControls(s.Text), "\n", " ")), roomNote))
			continue
		}

		fmt.Fprintf(&b, "<t:%d:t>", s.Time.Unix())
	}

	return b.String()
}

// relativeTime returns a moment that Discord shows as "3 minutes ago" in the reader's language.
func relativeTime(t time.Time) string { return fmt.Sprintf("<t:%d:R>", t.Unix()) }

func joinNews(words []string, by string) string {
	var plain []string
	for _, w := range words {
		plain = append(plain, markdown.PlainLine(w))
	}

	return adapters.JoinPresent(by, plain...)
}

// alsoField names the other outlets of a story, each with a link and its age. What does
// not fit is counted.
func alsoField(w adapters.Words, a *adapters.Alert) *discordgo.MessageEmbedField {
	var b strings.Builder

	more := a.AlsoMore

	for i, other := range a.Also {
		if markdown.PlainLine(other.Outlet) == "" {
			continue
		}

		part := markdown.EscapeTo(markdown.PlainLine(other.Outlet), roomOutlet)
		if link := webAddress(other.URL); link != "" && markdown.Len(link) <= maxURL {
			part = markdown.Link(markdown.PlainLine(other.Outlet), link, roomOutlet)
		}

		if !other.Published.IsZero() {
			part += " " + relativeTime(other.Published)
		}

		if b.Len() > 0 {
			part = " · " + part
		}

		if markdown.Len(b.String())+markdown.Len(part) > roomField-len(" · +99") {
			more += len(a.Also) - i
			break
		}

		b.WriteString(part)
	}

	if more > 0 {
		fmt.Fprintf(&b, " · +%d", more)
	}

	if b.Len() == 0 {
		return nil
	}

	return &discordgo.MessageEmbedField{Name: w.Say("alert.also_label"), Value: strings.TrimPrefix(b.String(), " · "), Inline: true}
}

func newField(name, value string) *discordgo.MessageEmbedField {
	value = markdown.EscapeTo(value, roomField)
	if value == "" {
		return nil
	}

	return &discordgo.MessageEmbedField{Name: name, Value: value, Inline: true}
}

func presentFields(all ...*discordgo.MessageEmbedField) []*discordgo.MessageEmbedField {
	var some []*discordgo.MessageEmbedField

	for _, f := range all {
		if f != nil {
			some = append(some, f)
		}
	}

	return some
}

// nameSubscriptions names the subscriptions that matched; a footer shows no markup.
func nameSubscriptions(all []adapters.Follow) string {
	var parts []string
	for _, f := range all {
		parts = append(parts, markdown.OneLine(fmt.Sprintf("#%d %s", f.Number, markdown.StripControls(f.Name()))))
	}

	return markdown.Truncate(strings.Join(parts, " · "), roomFollows)
}

// webAddress returns the address if Discord takes it as a link, else "".
func webAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}

	if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\ufffd' }) {
		return ""
	}

	return address
}

// roomMore is kept free in a digest for its last line.
const roomMore = 64

// roomListed is how long a title is in a list, in units.
const roomListed = 200

// roomGroup is how long the query above the alerts of a subscription is, in units.
const roomGroup = 100

// digestRoom says how many of the first alerts fit one embed, at least one.
func digestRoom(w adapters.Words, d *adapters.Digest) int {
	sum := markdown.Len(digestIntro(w, d))
	for i := range d.Alerts {
		if sum += markdown.Len(digestLine(w, d, i)) + 1; sum > maxDescription-roomMore {
			return max(1, i)
		}
	}

	return len(d.Alerts)
}

// digestParts renders a digest as a list in one embed. When the core gave more
// than Room said, the rest follows in further messages. What a button opens is not counted once
// more.
func digestParts(w adapters.Words, d *adapters.Digest, opened bool) []*payload {
	var parts []*payload

	for rest := (adapters.Digest{Intro: d.Intro, Alerts: d.Alerts}); ; {
		n := digestRoom(w, &rest)

		var lines []string
		if intro := digestIntro(w, &rest); intro != "" {
			lines = append(lines, intro)
		}

		for i := range rest.Alerts[:n] {
			lines = append(lines, digestLine(w, &rest, i))
		}

		rest.Intro, rest.Alerts = "", rest.Alerts[n:]
		if len(rest.Alerts) == 0 && d.More > 0 && !opened {
			lines = append(lines, w.Say("alert.more_lines", "n", d.More))
		}

		e := &discordgo.MessageEmbed{Color: bellColor, Description: strings.Join(lines, "\n")}
		p := newPayload()

		if len(parts) == 0 {
			e.Title = digestHeading(w, d)
			p.name = digestName(w, d)
		}

		p.Embeds = append(p.Embeds, e)

		parts = append(parts, p)
		if len(rest.Alerts) == 0 {
			return parts
		}
	}
}

// roomIntro is how long what stands above a digest's lines is, in units.
const roomIntro = 1000

// digestIntro returns what stands above the lines of a digest's first part, with its line break; ""
// nothing, also where it would leave no room for the first of them.
func digestIntro(w adapters.Words, d *adapters.Digest) string {
	if d.Intro == "" || d.Part > 1 {
		return ""
	}

	var lines []string
	for line := range strings.SplitSeq(d.Intro, "\n") {
		lines = append(lines, markdown.PlainLine(line))
	}

	intro := markdown.EscapeTo(strings.Join(lines, "\n"), roomIntro) + "\n"
	if len(d.Alerts) > 0 && markdown.Len(intro)+markdown.Len(digestLine(w, d, 0))+1 > maxDescription-roomMore {
		return ""
	}

	return intro
}

// digestName returns the title of a digest's post in a forum: its first story and how
// many more, because a forum full of "Your digest" could not be told apart.
func digestName(w adapters.Words, d *adapters.Digest) string {
	if len(d.Alerts) == 0 {
		return ""
	}

	title := markdown.OneLine(markdown.PlainLine(d.Alerts[0].Title))

	more := len(d.Alerts) - 1 + d.More
	if title == "" || more <= 0 {
		return markdown.Truncate(title, maxThreadName)
	}

	room := maxThreadName - markdown.Len(w.Say("alert.name_more", "title", "", "n", more))

	return w.Say("alert.name_more", "title", markdown.Truncate(title, room), "n", more)
}

func digestHeading(w adapters.Words, d *adapters.Digest) string {
	part := func(heading string) string {
		if d.Parts <= 1 {
			return heading
		}

		return w.Say("alert.part_short", "heading", heading, "part", d.Part, "parts", d.Parts)
	}

	heading := markdown.EscapeTo(markdown.PlainLine(d.Heading), maxTitle-markdown.Len(part("")))
	if heading == "" {
		heading = w.Say("alert.digest")
	}

	return part(heading)
}

// digestLine returns one story, below its subscription if it is the first of it.
func digestLine(w adapters.Words, d *adapters.Digest, i int) string {
	line := storyLine(w, &d.Alerts[i])

	group := markdown.EscapeTo(markdown.OneLine(markdown.PlainLine(d.Group(i))), roomGroup)
	switch {
	case group == "":
		return line
	case i > 0:
		return "\n**" + group + "**\n" + line
	}

	return "**" + group + "**\n" + line
}

// storyLine returns a story: its title as a link, and small below it the outlet and the age.
func storyLine(w adapters.Words, a *adapters.Alert) string {
	title := markdown.PlainLine(a.Title)
	if title == "" {
		title = w.Say("alert.untitled_label")
	}

	line := "• "
	if link := webAddress(a.URL); link != "" && markdown.Len(markdown.LinkTarget(link)) <= roomLink {
		line += markdown.Link(title, link, roomListed)
	} else {
		line += "**" + markdown.EscapeTo(title, roomListed) + "**"
	}

	by := markdown.EscapeTo(markdown.PlainLine(a.Outlet), roomOutlet)
	if !a.Published.IsZero() {
		by = strings.TrimPrefix(by+" · "+relativeTime(a.Published), " · ")
	}

	if by != "" {
		line += "\n-# " + by
	}

	return line
}
