package discord

import (
	"github.com/bwmarrin/discordgo"

	"newsbell/adapters"
)

// render turns a message into what Discord takes: one payload, or several where
// a text or digest is too long for one. It is pure, and every payload of it is
// within Discord's limits whatever the message holds.
func render(m *adapters.Message) []*payload {
	var parts []*payload

	switch {
	case m.Alert != nil:
		p := newPayload()
		p.Embeds = append(p.Embeds, alertEmbed(m.Alert))
		parts = append(parts, p)
	case m.Digest != nil:
		parts = digestParts(m.Digest)
	default:
		parts = textParts(m.Text)
	}

	first, last := parts[0], parts[len(parts)-1]

	if id := snowflake(m.Ping); id != "" {
		ping := "<@&" + id + ">"
		if first.Content != "" && units(first.Content)+units(ping)+1 <= maxContent {
			ping += "\n" + first.Content
		} else if first.Content != "" {
			first.Embeds = append(first.Embeds, &discordgo.MessageEmbed{Description: first.Content})
		}

		first.Content = ping
		first.AllowedMentions.Roles = []string{id}
	}

	last.Components = buttons(m.Buttons, nonce(m.Nonce, len(parts)-1))

	last.file = m.File
	for i, p := range parts {
		if m.Silent {
			p.Flags |= flagSilent
		}

		if n := nonce(m.Nonce, i); n != "" {
			p.Nonce, p.EnforceNonce = n, true
		}
	}

	return parts
}

// nonce names part i of a message; "" where the name would be too long.
func nonce(name string, i int) string {
	if name == "" || i == 0 {
		return fits(name, maxNonce)
	}

	return fits(name+"-"+string(rune('0'+i%10)), maxNonce)
}

func fits(s string, n int) string {
	if units(s) > n {
		return ""
	}

	return s
}

// snowflake is s if it is one of Discord's ids, else "".
func snowflake(s string) string {
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
