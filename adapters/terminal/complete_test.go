package terminal

import (
	"strings"
	"testing"

	"newsbell/adapters"
)

func TestComplete(t *testing.T) {
	c := completer{
		commands: []adapters.Command{
			{Name: "subscribe", Aliases: []string{"follow"}, Summary: "Get alerts", Options: []adapters.Option{
				{Name: "query", Required: true}, {Name: "to", Kind: adapters.ChannelOption}, {Name: "when", Summary: "when alerts come", Complete: true},
			}},
			{Name: "sources", Summary: "News sources", Subcommands: []adapters.Command{{Name: "list", Summary: "see them"}, {Name: "add", Summary: "add one"}}},
			{Name: "unsubscribe", Summary: "Unsubscribe", Options: []adapters.Option{{Name: "which", Complete: true}}},
			{Name: "start", Summary: "Begin"},
		},
		values: func(r *adapters.Request) []adapters.Choice {
			if r.Focus == "when" {
				return []adapters.Choice{{Label: "At once", Value: "now"}, {Label: "Hourly digest", Value: "hourly"}}
			}

			return []adapters.Choice{{Label: "#2 drone", Value: "2"}, {Label: "#27 kim", Value: "27"}}
		},
	}

	for _, test := range []struct {
		typed   string // "|" is the cursor
		want    string
		offered string
	}{
		{"/un|", "/unsubscribe |", ""},
		{"/UN|", "/unsubscribe |", ""},
		{"/un| 5", "/unsubscribe| 5", ""},
		{"/s|", "/s|", "/subscribe  Get alerts; /sources  News sources; /start  Begin"},
		{"/su|", "/subscribe |", ""},
		{"/fol|", "/follow |", ""},
		{"/x|", "/x|", ""},
		{"drone|", "drone|", ""},
		{"/sources l|", "/sources list |", ""},
		{"/sources |", "/sources |", "list  see them; add  add one"},
		{"/subscribe wh|", "/subscribe when:|", ""},
		{"/subscribe when:|", "/subscribe when:|", "At once; Hourly digest"},
		{"/subscribe when:h|", "/subscribe when:hourly |", ""},
		{"/follow when:h| drone", "/follow when:hourly| drone", ""},
		{"/unsubscribe |", "/unsubscribe 2|", ""},
		{"/unsubscribe 2|", "/unsubscribe 2|", "#2 drone; #27 kim"},
		{"/unsubscribe 27|", "/unsubscribe 27 |", ""},
		{"/unsubscribe kim|", "/unsubscribe kim|", "#2 drone; #27 kim"},
		{"/nothing a|", "/nothing a|", ""},
		{"|", "|", ""},
	} {
		pos := strings.IndexByte(test.typed, '|')
		line, pos, offered := c.complete(test.typed[:pos]+test.typed[pos+1:], pos)

		for i := range offered {
			offered[i] = strings.TrimSpace(offered[i])
		}

		if got := line[:pos] + "|" + line[pos:]; got != test.want || strings.Join(offered, "; ") != test.offered {
			t.Errorf("%s becomes %s, offering %q; want %s, offering %q", test.typed, got, offered, test.want, test.offered)
		}
	}
}
