package discord

import (
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"newsbell/adapters"
)

// roomMore is kept free in a digest for its last line.
const roomMore = 64

// roomListed is how long a title is in a list, in units.
const roomListed = 200

// digestRoom says how many of the first alerts fit one embed, at least one.
func digestRoom(alerts []adapters.Alert) int {
	sum := 0
	for i := range alerts {
		if sum += units(digestLine(&alerts[i])) + 1; sum > maxDescription-roomMore {
			return max(1, i)
		}
	}

	return len(alerts)
}

// digestParts renders a digest as a list in one embed. When the core gave more
// than Room said, the rest follows in further messages.
func digestParts(d *adapters.Digest) []*payload {
	var parts []*payload

	for rest := d.Alerts; ; {
		n := digestRoom(rest)

		var lines []string
		for i := range rest[:n] {
			lines = append(lines, digestLine(&rest[i]))
		}

		rest = rest[n:]
		if len(rest) == 0 && d.More > 0 {
			lines = append(lines, fmt.Sprintf(textMore, d.More))
		}

		e := &discordgo.MessageEmbed{Color: bellColor, Description: strings.Join(lines, "\n")}
		if len(parts) == 0 {
			e.Title = digestHeading(d)
		}

		p := newPayload()
		p.Embeds = append(p.Embeds, e)

		parts = append(parts, p)
		if len(rest) == 0 {
			return parts
		}
	}
}

func digestHeading(d *adapters.Digest) string {
	part := ""
	if d.Parts > 1 {
		part = fmt.Sprintf(" (%d/%d)", d.Part, d.Parts)
	}

	heading := escapeTo(newsText(d.Heading), maxTitle-units(part))
	if heading == "" {
		heading = textDigest
	}

	return heading + part
}

// digestLine is one story: its title as a link, the outlet and the age.
func digestLine(a *adapters.Alert) string {
	title := newsText(a.Title)
	if title == "" {
		title = textUntitled
	}

	line := "• "
	if link := webAddress(a.URL); link != "" && units(linkTarget(link)) <= roomLink {
		line += masked(title, link, roomListed)
	} else {
		line += "**" + escapeTo(title, roomListed) + "**"
	}

	if by := byline(&adapters.Alert{Published: a.Published}); by != "" {
		if outlet := escapeTo(newsText(a.Outlet), roomOutlet); outlet != "" {
			by = outlet + " · " + by
		}

		return line + " · " + by
	}

	if outlet := escapeTo(newsText(a.Outlet), roomOutlet); outlet != "" {
		return line + " · " + outlet
	}

	return line
}
