package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// restoreLines puts back the ends of lines that a summary lost when it was made of the text without
// its markup: "MyPhone v.2.11Developer: immmoooLanguage: English" of a heading and two lines. It does
// so as far as both have the same letters, where the text has a space or a line's end, and only
// before a capital: what is a copy so far spells no name in another way.
func restoreLines(own, text string) string {
	if own == "" || strings.HasPrefix(text, own) {
		return own // nothing was lost
	}

	var (
		out  strings.Builder
		from int  // of own, what is written
		last rune // of own, before at
	)

	rest := text

	for at, r := range own {
		if at > textRoom*utf8.UTFMax {
			break
		}

		if unicode.IsSpace(r) {
			last = r
			continue
		}

		begin := strings.TrimLeftFunc(rest, unicode.IsSpace)

		next, size := utf8.DecodeRuneInString(begin)
		if next != r {
			break
		}

		if gap := rest[:len(rest)-len(begin)]; gap != "" && unicode.IsUpper(r) && endsLine(last) {
			out.WriteString(own[from:at])
			out.WriteString(gap)

			from = at
		}

		rest, last = begin[size:], r
	}

	if from == 0 {
		return own
	}

	return out.String() + own[from:]
}

// endsLine reports whether a line may end in r, and a capital behind it is glued to it.
func endsLine(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(`.!?:;)]"»”…`, r)
}
