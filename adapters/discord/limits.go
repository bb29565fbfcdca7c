package discord

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

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
	maxRow         = 5 // buttons in a row, and rows in a message
	maxURL         = 2048
	maxNonce       = 25
	maxThreadName  = 100
	maxChoices     = 25
	maxChoice      = 100 // a choice's label and value
)

// units counts s as the limits do.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += runeUnits(r)
	}

	return n
}

func runeUnits(r rune) int { return max(1, utf16.RuneLen(r)) }

// cut shortens s to at most n units, at a word if one ends in the last third,
// and says so with an ellipsis.
func cut(s string, n int) string {
	if units(s) <= n {
		return s
	}

	return shorten(s, n, runeUnits)
}

// shorten keeps as many runes as cost at most n-1 and puts the ellipsis behind.
func shorten(s string, n int, cost func(rune) int) string {
	spent, end := 1, 0
	for i, r := range s {
		if spent += cost(r); spent > n {
			break
		}

		end = i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			end = i + 1
		}
	}

	if n < 1 {
		return ""
	}

	kept := s[:end]
	if space := strings.LastIndexAny(kept, " \n"); space > len(kept)*2/3 {
		kept = kept[:space]
	}

	return strings.TrimRight(kept, " \n\u200d") + "…"
}
