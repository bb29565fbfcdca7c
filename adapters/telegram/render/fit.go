package render

import (
	"slices"
	"unicode"
)

// How wide a keyboard is on a phone of 360 pixels, and its buttons, in pixels: what Telegram's
// apps leave of the width, and what stands around a label. A label that is wider is cut.
const (
	keyboardWidth = 300
	buttonGap     = 5
	buttonMargin  = 10
)

// fitRows puts buttons whose labels would be cut on a phone into rows of fewer. Rows of three
// and more that follow one another are a grid: they get fewer columns together, and what is left
// of them alone shares its row with a button that stands alone below.
func fitRows(rows [][]inlineButton) [][]inlineButton {
	var fitted [][]inlineButton

	for len(rows) > 0 {
		columns, n := len(rows[0]), 1
		for columns >= 3 && n < len(rows) && len(rows[n]) == columns {
			n++
		}

		if slices.ContainsFunc(rows[:n], func(row []inlineButton) bool { return !fitBeside(row) }) {
			grid := slices.Concat(rows[:n]...)
			if columns >= 3 && n < len(rows) && len(rows[n]) == 1 && len(last(flow(grid, columns-1))) == 1 && fitBeside([]inlineButton{grid[len(grid)-1], rows[n][0]}) {
				grid = append(grid, rows[n][0])
				n++
			}

			fitted = append(fitted, flow(grid, columns-1)...)
		} else {
			fitted = append(fitted, rows[:n]...)
		}

		rows = rows[n:]
	}

	return fitted
}

func last(rows [][]inlineButton) []inlineButton { return rows[len(rows)-1] }

// flow puts buttons into rows of at most so many, as many in each as fit.
func flow(buttons []inlineButton, most int) (rows [][]inlineButton) {
	for len(buttons) > 0 {
		n := min(most, len(buttons))
		for n > 1 && !fitBeside(buttons[:n]) {
			n--
		}

		n = max(n, 1)
		rows, buttons = append(rows, buttons[:n]), buttons[n:]
	}

	return rows
}

// fitBeside reports whether the labels of a row are to be read on a phone. All its buttons
// are of one width.
func fitBeside(row []inlineButton) bool {
	room := (keyboardWidth - (len(row)-1)*buttonGap) / max(len(row), 1)

	return len(row) < 2 || !slices.ContainsFunc(row, func(b inlineButton) bool { return labelWidth(b.Text)+buttonMargin > room })
}

// labelWidth is about how wide a label is, in pixels: the fonts of phones in the size that buttons
// have, bold, measured by kinds of letters.
func labelWidth(s string) int {
	width := 0.0

	for _, r := range s {
		width += runeWidth(r)
	}

	return int(width)
}

func runeWidth(r rune) float64 {
	switch {
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x1f000 || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef:
		return 14.5
	case slices.Contains([]rune("ijl.,:;!'|·‘’ ()[]"), r):
		return 4
	case slices.Contains([]rune("frtI1-/"), r):
		return 5.5
	case slices.Contains([]rune("mwMW…шщжюмфыШЩЖЮМФЫ"), r):
		return 12.5
	case unicode.IsUpper(r):
		return 9.8
	default:
		return 7.9
	}
}
