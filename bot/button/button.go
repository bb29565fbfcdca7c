// Package button is what stands below a message: the data behind buttons, what may be written on
// them, and how they are laid out. It is pure.
package button

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/news"
)

// discord is the platform whose messages have rows of buttons, and few of them.
const discord = "discord"

// DiscordRows is how many rows of buttons Discord shows ("Action Row" in its
// documentation: five).
const DiscordRows = 5

// Layout puts choices into rows, one each where there is room, with the
// row last below them.
func Layout(platform string, offered, last []adapters.Button) [][]adapters.Button {
	each := 1
	if platform == discord {
		each = (len(offered) + DiscordRows - 2) / (DiscordRows - 1)
	}

	var rows [][]adapters.Button
	for row := range slices.Chunk(offered, max(each, 1)) {
		rows = append(rows, row)
	}

	if len(last) > 0 {
		rows = append(rows, last)
	}

	return rows
}

// Add adds a row of buttons to a message, none if there are none.
func Add(m *adapters.Message, row ...adapters.Button) {
	if len(row) > 0 {
		m.Buttons = append(m.Buttons, row)
	}
}

// Label shortens text to 40 characters (adapters.Button).
func Label(s string) string {
	s = strings.Join(strings.Fields(s), " ")

	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}

	r := []rune(s)[:most-1]

	return strings.TrimRight(string(r), " ") + "…"
}

// Prepend puts a button before the others of the first row.
func Prepend(b adapters.Button, rows [][]adapters.Button) [][]adapters.Button {
	if len(rows) == 0 {
		return [][]adapters.Button{{b}}
	}

	return append([][]adapters.Button{append([]adapters.Button{b}, rows[0]...)}, rows[1:]...)
}

// Cut cuts the label of a button to what all platforms show.
func Cut(s string) string { return news.Shorten(s, maxLabel) }

// maxLabel is the length of a button's label, in characters.
const maxLabel = 38

// ID writes the number of a row for the data of a button.
func ID(n int64) string { return strconv.FormatInt(n, 10) }

// AsMain marks a button as what most people want next.
func AsMain(b adapters.Button) adapters.Button {
	b.Main = true
	return b
}
