package terminal

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// columnWidth returns how many columns of a terminal s takes: Chinese, Japanese,
// Korean and emoji characters take two, marks that combine with the one before
// take none.
func columnWidth(s string) int {
	n := 0
	for _, r := range s {
		n += columnsOfRune(r)
	}

	return n
}

func columnsOfRune(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case isWide(r):
		return 2
	}

	return 1
}

func isWide(r rune) bool {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return true
	}

	return false
}

// wrapText breaks a text into lines of at most so many columns, at spaces and between
// wide characters. A longer word stays whole.
func wrapText(s string, limit int) []string {
	var lines []string

	for _, row := range wrapPainted([]painted{{strings.Join(strings.Fields(s), " "), ""}}, limit) {
		var b strings.Builder
		for _, p := range row {
			b.WriteString(p.text)
		}

		if b.Len() > 0 {
			lines = append(lines, b.String())
		}
	}

	return lines
}

// wrapPainted is wrapText for text in several styles. It returns at least one row.
func wrapPainted(line []painted, limit int) [][]painted {
	var (
		rows [][]painted
		row  []painted
		used int
		gap  []painted // spaces that wait for a word to follow on the same row
	)

	breakRow := func() {
		rows = append(rows, row)
		row, gap, used = nil, nil, 0
	}

	for _, word := range splitWords(line) {
		size := columnsOfPainted(word)

		if word[0].text[0] == ' ' {
			if len(row) > 0 || len(rows) == 0 { // the first row may begin with an indent
				gap = append(gap, word...)
			}

			continue
		}

		if len(row) > 0 && used+columnsOfPainted(gap)+size > limit {
			breakRow()
		}

		row = joinPainted(joinPainted(row, gap), word)
		used += columnsOfPainted(gap) + size
		gap = nil
	}

	return append(rows, row)
}

// joinPainted adds text to a row. What is in the same style becomes one piece.
func joinPainted(row, more []painted) []painted {
	for _, p := range more {
		if n := len(row); n > 0 && row[n-1].code == p.code {
			row[n-1].text += p.text
		} else {
			row = append(row, p)
		}
	}

	return row
}

func columnsOfPainted(ps []painted) int {
	n := 0
	for _, p := range ps {
		n += columnWidth(p.text)
	}

	return n
}

// splitWords splits a line into runs of spaces, words and single wide characters. A
// word may have several styles.
func splitWords(line []painted) [][]painted {
	var (
		words [][]painted
		open  bool // the last word may go on
		last  rune
	)

	for _, p := range line {
		for _, r := range stripControls(p.text) {
			wide := isWide(r)
			joins := open && !wide && (r == ' ') == (last == ' ')

			if columnsOfRune(r) == 0 && len(words) > 0 && last != ' ' {
				joins = true // a mark stays with its character
			}

			if !joins {
				words = append(words, nil)
			}

			word := &words[len(words)-1]
			if n := len(*word); n > 0 && (*word)[n-1].code == p.code {
				(*word)[n-1].text += string(r)
			} else {
				*word = append(*word, painted{string(r), p.code})
			}

			open, last = !wide, r
		}
	}

	return words
}
