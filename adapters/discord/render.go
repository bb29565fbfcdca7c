package discord

import (
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"newsbell/adapters"
	"newsbell/adapters/discord/markdown"
)

// render is renderMessage for a message in which the commands that it names can be
// clicked.
func (a *Adapter) render(m *adapters.Message) []*payload { return renderMessage(a.mentionCommands(m)) }

// renderMessage turns a message into what Discord takes: one payload, or several where
// a text or digest is too long for one. It is pure, and every payload of it is
// within Discord's limits whatever the message holds.
func renderMessage(m *adapters.Message) []*payload {
	var parts []*payload

	switch {
	case m.Alert != nil:
		p := newPayload()
		p.Embeds = append(p.Embeds, alertEmbed(m.In(), m.Alert))
		p.Content = openingLine(m.Alert.Opening)
		parts = append(parts, p)
	case m.Digest != nil:
		parts = digestParts(m.In(), m.Digest, len(m.Buttons) > 0)
		parts[0].Content = openingLine(m.Digest.Opening)
	case m.Page && len(m.Pings) == 0 && m.File == nil && m.Ask == "":
		parts = append(parts, pageOf(m, maxComponents-countComponents(renderComponents(m, ""))))
	default:
		parts = textParts(m.In(), m.Text)
	}

	if m.Color != 0 && m.Alert != nil || m.Color != 0 && m.Digest != nil {
		for _, p := range parts {
			p.Embeds[0].Color = m.Color
		}
	}

	first, last := parts[0], parts[len(parts)-1]

	if ping, ids := mentionRoles(m.Pings); ping != "" {
		if first.Content != "" && markdown.Len(first.Content)+markdown.Len(ping)+1 <= maxContent {
			ping += "\n" + first.Content
		} else if first.Content != "" {
			first.Embeds = append(first.Embeds, &discordgo.MessageEmbed{Description: first.Content})
		}

		first.Content = ping
		first.AllowedMentions.Roles = ids
	}

	below := append(renderButtons(m.Buttons, partNonce(m.Nonce, len(parts)-1)), renderMenus(m.Menus)...)
	if m.Pick != nil {
		below = append(below, channelList(pickID, m.Pick.Channel))
	}

	last.Components = append(last.Components, below[:min(len(below), maxRow)]...)

	last.file, first.labels = m.File, m.Labels

	for i, p := range parts {
		if m.Silent {
			p.Flags |= flagSilent
		}

		if n := partNonce(m.Nonce, i); n != "" {
			p.Nonce, p.EnforceNonce = n, true
		}
	}

	return parts
}

// renderComponents renders the buttons and menus of a message, each row of them a component; nonce names
// the message.
func renderComponents(m *adapters.Message, nonce string) []discordgo.MessageComponent {
	rows := append(renderButtons(m.Buttons, nonce), renderMenus(m.Menus)...)
	if m.Pick != nil {
		rows = append(rows, channelList(pickID, m.Pick.Channel))
	}

	return rows[:min(len(rows), maxRow)]
}

// countComponents counts rows and what is in them, as Discord does.
func countComponents(rows []discordgo.MessageComponent) int {
	n := len(rows)

	for _, row := range rows {
		if r, ok := row.(discordgo.ActionsRow); ok {
			n += len(r.Components)
		}
	}

	return n
}

// maxOpening is how long the line before an alert is at most, in units.
const maxOpening = 500

// openingLine returns the line before an alert.
func openingLine(line string) string { return markdown.EscapeTo(markdown.PlainLine(line), maxOpening) }

// maxPings is how many roles one message mentions: those of several subscriptions in a
// digest, and few enough to leave room for an opening.
const maxPings = 50

// mentionRoles returns the line that pings roles, and their ids.
func mentionRoles(roles []string) (line string, ids []string) {
	for _, id := range roles {
		if id = parseSnowflake(id); id == "" || slices.Contains(ids, id) || len(ids) == maxPings {
			continue
		}

		ids = append(ids, id)
		line += "<@&" + id + "> "
	}

	return strings.TrimSpace(line), ids
}

// mentionEveryone makes a ping of the role that is everybody's, which has the
// server's id, one that Discord understands.
func (p *payload) mentionEveryone(guildID string) {
	at := slices.Index(p.AllowedMentions.Roles, guildID)
	if at < 0 || guildID == "" {
		return
	}

	p.AllowedMentions.Roles = slices.Delete(p.AllowedMentions.Roles, at, at+1)
	p.AllowedMentions.Parse = append(p.AllowedMentions.Parse, "everyone")
	p.Content = strings.Replace(p.Content, "<@&"+guildID+">", "@everyone", 1)
}

// partNonce names part i of a message; "" where the name would be too long.
func partNonce(name string, i int) string {
	if name == "" || i == 0 {
		return emptyIfOver(name, maxNonce)
	}

	return emptyIfOver(name+"-"+string(rune('0'+i%10)), maxNonce)
}

func emptyIfOver(s string, n int) string {
	if markdown.Len(s) > n {
		return ""
	}

	return s
}

// parseSnowflake returns s if it is one of Discord's ids, else "".
func parseSnowflake(s string) string {
	if s == "" || len(s) > 20 || s[0] == '0' {
		return ""
	}

	for _, c := range s {
		if c < '0' || c > '9' {
			return ""
		}
	}

	return s
}

// The sizes of a message. Source: Discord's developer documentation ("Message
// Resource", "Embed Limits", "Component Reference"), read in August 2026. They
// are counted here in UTF-16 units, which are never fewer than code points: what
// fits here fits however Discord counts.
const (
	maxContent     = 2000
	maxTitle       = 256
	maxDescription = 4096
	maxFieldValue  = 1024
	maxFooter      = 2048
	maxEmbedSum    = 6000 // title, description, fields, footer and author of all embeds together
	maxButtonLabel = 80
	maxPlaceholder = 150
	maxRow         = 5 // buttons in a row, and rows in a message
	maxURL         = 2048
	maxNonce       = 25
	maxThreadName  = 100
	maxChoices     = 25
	maxChoice      = 100  // a choice's label and value
	maxPage        = 4000 // the texts of a page together
	maxComponents  = 40   // of a page, nested ones included; the source is "Using Message Components"
)
