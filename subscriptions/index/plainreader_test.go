package index

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"newsbell/subscriptions/text"
)

// This file is the second opinion: it reads texts and judges queries without any
// of the package's code but the tree that Parse made. It is slow and plain on
// purpose.

type plainReading struct {
	key        string
	pos, width int
	start, end int
	other      bool
	touches    bool
	compound   int
}

type plainCell struct {
	r          rune
	class      text.Class
	upper      bool
	start, end int
}

// plainSigns are the characters that count as another one.
func plainSigns(r rune) (rune, bool) {
	switch {
	case strings.ContainsRune("'’‘ʼ´′＇ʻ׳‛", r):
		return '\'', true
	case strings.ContainsRune("-‐‑–−－﹣", r):
		return '-', true
	case strings.ContainsRune("™®©℠℗", r), r == unicode.ReplacementChar:
		return ' ', true
	case r == 0xA0 || r == 0x202F || r == 0x2009:
		return 0xA0, true
	case strings.ContainsRune("״“”„‟«»〝〞〟「」『』《》‹›❝❞｢｣", r):
		return '"', true
	}

	return 0, false
}

// plainCells takes a text apart: each piece that Unicode normalises as one is
// normalised, folded, stripped.
func plainCells(str string) []plainCell {
	var out []plainCell

	at := 0
	for at < len(str) {
		r := []rune(str[at:min(at+4, len(str))])[0]

		size := len(string(r))
		if r == unicode.ReplacementChar && !strings.HasPrefix(str[at:], "\uFFFD") {
			size = 1
		}

		if s, ok := plainSigns(r); ok {
			out = append(out, plainCell{r: s, start: at, end: at + size})
			at += size

			continue
		}

		n := max(norm.NFKC.NextBoundaryInString(str[at:], true), size)
		if r < 0x80 {
			n = 1
		}

		if len(out) > 0 && plainAccent(r) && out[len(out)-1].end == at && !norm.NFKC.PropertiesString(str[at:]).BoundaryBefore() {
			out[len(out)-1].end = at + size // it belongs to the letter before
			at += size

			continue
		}

		if plainClass(r) == text.Separator && len([]rune(norm.NFKC.String(str[at:at+size]))) == 1 {
			n = size // a mark after a space stands alone
		}

		piece := str[at : at+n]
		if norm.NFKC.String(piece) != piece {
			for _, c := range plainPiece(piece) {
				c.start, c.end = at, at+n
				out = append(out, c)
			}

			at += n

			continue
		}

		for i, r := range piece {
			for _, c := range plainPiece(string(r)) {
				c.start, c.end = at+i, at+i+len(string(r))
				out = append(out, c)
			}

			if i > 0 && plainAccent(r) && len(out) > 0 { // it belongs to the letter before
				out[len(out)-1].end = at + i + len(string(r))
			}
		}

		at += n
	}

	return out
}

// plainPiece are the folded characters of a piece, without their places.
func plainPiece(piece string) []plainCell {
	var out []plainCell

	for _, r := range norm.NFKC.String(piece) {
		if plainClass(r) == text.Dropped {
			continue
		}

		for _, f := range plainFold(r) {
			if c := plainClass(f); c != text.Dropped {
				out = append(out, plainCell{r: f, class: c, upper: unicode.IsUpper(r)})
			}
		}
	}

	return out
}

var plainStrokes = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ð", "d", "ɖ", "d", "ħ", "h", "ŧ", "t", "ı", "i",
	"æ", "ae", "œ", "oe", "þ", "th", "ŋ", "n", "ĸ", "k", "ə", "e", "ɓ", "b", "ɗ", "d", "ƙ", "k", "ƴ", "y", "ǿ", "o", "ǽ", "ae", "ǣ", "ae", "ک", "ك", "ی", "ي")

func plainFold(r rune) string {
	if unicode.IsDigit(r) {
		value := 0
		for unicode.IsDigit(r - rune(value) - 1) {
			value++
		}

		return strconv.Itoa(value % 10)
	}

	s := cases.Fold().String(string(r))
	if unicode.Is(unicode.Cherokee, r) {
		s = string(unicode.ToUpper(r))
	}

	if r == 'I' || r == 'İ' {
		s = "i"
	}

	if !strings.Contains("йїў", s) {
		var b strings.Builder

		for _, d := range norm.NFD.String(s) {
			if !plainAccent(d) {
				b.WriteRune(d)
			}
		}

		s = norm.NFC.String(b.String())
	}

	return plainStrokes.Replace(s)
}

func plainAccent(r rune) bool {
	in := func(pairs ...rune) bool {
		for i := 0; i < len(pairs); i += 2 {
			if r >= pairs[i] && r <= pairs[i+1] {
				return true
			}
		}

		return false
	}
	if in(0x591, 0x5C7) {
		return unicode.Is(unicode.Mn, r)
	}

	return in(0x300, 0x36F, 0x483, 0x489, 0x610, 0x61A, 0x64B, 0x65F, 0x670, 0x670, 0x6D6, 0x6DC, 0x6DF, 0x6E4, 0x6E7, 0x6E8,
		0x6EA, 0x6ED, 0x8D3, 0x8E1, 0x8E3, 0x8FF, 0x1AB0, 0x1AFF, 0x1DC0, 0x1DFF, 0x20D0, 0x20FF, 0xFE20, 0xFE2F)
}

func plainUnseen(r rune) bool {
	switch r {
	case 0xAD, 0x34F, 0x61C, 0x640, 0x17B4, 0x17B5, 0xFEFF:
		return true
	}

	for _, p := range [][2]rune{{0x180B, 0x180F}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F}, {0xFE00, 0xFE0F}, {0xE0000, 0xE0FFF}} {
		if r >= p[0] && r <= p[1] {
			return true
		}
	}

	return false
}

func plainClass(r rune) text.Class {
	word := unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)

	unspaced := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	switch {
	case plainAccent(r), plainUnseen(r):
		return text.Dropped
	case strings.ContainsRune("ー々〆〇\u3099\u309A", r), unspaced && word:
		return text.Dense
	case unicode.Is(unicode.Hangul, r):
		if unicode.IsLetter(r) {
			return text.Hangul
		}

		return text.Separator
	case r < 0x80 && !(unicode.IsLetter(r) || unicode.IsDigit(r)):
		return text.Separator
	case word:
		return text.Letter
	}

	return text.Separator
}

func plainHebrew(r rune) bool { return r >= 'א' && r <= 'ת' }

func plainElides(head string) bool {
	return strings.Contains(" l d j m t s n c qu jusqu lorsqu puisqu quoiqu dell all nell sull dall un quell coll degl agl ", " "+head+" ")
}

// plainReader reads a text the slow and obvious way: character by character.
type plainReader struct {
	cells    []plainCell
	at, pos  int
	out      []plainReading
	touches  bool
	compound int
}

// plainReadings reads a text.
func plainReadings(s string) []plainReading {
	r := plainReader{cells: plainCells(s)}
	for r.at < len(r.cells) {
		switch r.cells[r.at].class {
		case text.Dense:
			r.tagHere()
			r.emit(r.at, r.at+1, r.at+1, string(r.cells[r.at].r))
			r.next(r.at + 1)
		case text.Hangul:
			end := r.run(r.at)
			r.tagHere()
			r.emit(r.at, end, end, r.key(r.at, end))
			r.next(end)
		case text.Letter:
			r.compounds()
		default:
			r.at++
			r.touches = false
		}
	}

	return r.out
}

func (r *plainReader) class(i int) text.Class {
	if i < 0 || i >= len(r.cells) {
		return text.Separator
	}

	return r.cells[i].class
}

func (r *plainReader) is(i int, c rune) bool {
	return i >= 0 && i < len(r.cells) && r.cells[i].r == c && r.cells[i].class == text.Separator
}

// run is the end of the characters of one class from i.
func (r *plainReader) run(i int) int {
	c := r.class(i)
	for r.class(i) == c && i < len(r.cells) {
		i++
	}

	return i
}

func (r *plainReader) key(i, j int) string {
	var b strings.Builder

	for ; i < j; i++ {
		if c := r.cells[i]; c.class != text.Separator {
			b.WriteRune(c.r)
		}
	}

	return b.String()
}

func (r *plainReader) emit(from, to, _ int, key string) *plainReading {
	r.out = append(r.out, plainReading{
		key: key, pos: r.pos, width: 1, touches: r.touches, compound: r.compound,
		start: r.cells[from].start, end: r.cells[to-1].end,
	})

	return &r.out[len(r.out)-1]
}

func (r *plainReader) other(from, to int, key string) *plainReading {
	o := r.emit(from, to, to, key)
	o.other = true

	return o
}

func (r *plainReader) next(at int) {
	r.at, r.touches = at, true
	r.pos++
}

// compounds reads words joined by hyphens, and says them in one word too.
func (r *plainReader) compounds() {
	first, from, pos := len(r.out), r.at, r.pos
	joined, plain := "", true

	for n := 1; ; n++ {
		mark := len(r.out)
		end, simple := r.word()
		joined += r.out[mark].key
		plain = plain && simple

		if !r.is(end, '-') || r.class(end+1) != text.Letter || n == 4 {
			if n > 1 {
				r.hyphened(first, from, end, pos, n, joined, plain && !(r.is(end, '-') && r.class(end+1) == text.Letter))
			}

			r.next(end)

			return
		}

		r.next(end)
		r.at++ // the hyphen
	}
}

func (r *plainReader) hyphened(first, from, end, pos, n int, joined string, plain bool) {
	if !plain || len(joined) > 128 || r.out[first].key == "re" {
		return
	}

	for i := first; i < len(r.out); i++ {
		r.out[i].compound = first + 1
	}

	o := r.other(from, end, joined)
	o.pos, o.width, o.touches, o.compound = pos, n, r.out[first].touches, first+1
}

// word reads one word with all that belongs to it and returns its end; plain
// tells that nothing but letters and digits did.
func (r *plainReader) word() (end int, plain bool) {
	from := r.at

	end = r.run(from)
	switch {
	case r.thousands(from, &end):
		return r.plainWord(from, end), true
	case r.dotted(from, &end):
		return end, false
	case end-from <= 3 && r.is(end, '&') && r.class(end+1) == text.Letter && r.run(end+1)-end-1 <= 3:
		return r.ampersand(from), false
	case r.apostrophe(end):
		return r.apostrophes(from, end), false
	}

	return r.plainWord(from, end), true
}

// plainWord emits a word with its sign before ($AAPL, @handle, #tag, .NET) or
// behind (C++, C#, Disney+), if it has one.
func (r *plainReader) plainWord(from, end int) int {
	key := r.key(from, end)
	if sign, ok := r.signBefore(from); ok {
		stop := end
		if (sign == '#' || sign == '@') && r.run(from) == end {
			stop = r.tag(from)
		}

		r.emit(from-1, stop, stop, string(sign)+r.key(from, stop))
		r.other(from, end, key)

		return end
	}

	if n := r.signBehind(from, end); n > 0 {
		signs := ""
		for i := range n {
			signs += string(r.cells[end+i].r)
		}

		r.emit(from, end+n, end+n, key+signs)

		if end-from > 1 {
			r.other(from, end, key)
		}

		return end + n
	}

	r.emit(from, end, end, key)

	if r.capitalsPlural(from, end) {
		r.other(from, end, r.key(from, end-1))
	}

	return end
}

// capitalsPlural tells EVs and TVs, which are plural however short.
func (r *plainReader) capitalsPlural(from, end int) bool {
	if end-from != 3 || r.cells[end-1].r != 's' || r.cells[end-1].upper {
		return false
	}

	return r.capital(from) && r.capital(from+1) && r.cells[end-1].end-r.cells[end-1].start == 1
}

func (r *plainReader) capital(i int) bool {
	c := r.cells[i]
	return c.upper && c.r >= 'a' && c.r <= 'z' && c.end-c.start == 1
}

func (r *plainReader) signBefore(from int) (rune, bool) {
	i := from - 1
	if i < 0 || r.class(i) != text.Separator || r.class(i-1) != text.Separator {
		return 0, false
	}

	switch s := r.cells[i].r; s {
	case '$', '@', '#':
		return s, true
	case '.':
		free := i == 0 || strings.ContainsRune("(\"", r.cells[i-1].r) || r.cells[i-1].r <= ' ' || r.cells[i-1].r >= 0x80
		return s, free && r.cells[from].r > '9'
	}

	return 0, false
}

// tag is the end of a tag or handle: words of any script, underlines between.
func (r *plainReader) tag(i int) int {
	for r.class(i) != text.Separator || r.is(i, '_') && r.class(i+1) != text.Separator {
		i++
	}

	return i
}

func (r *plainReader) tagHere() {
	if sign, ok := r.signBefore(r.at); ok && sign == '#' {
		end := r.tag(r.at)
		r.other(r.at-1, end, "#"+r.key(r.at, end))
	}
}

func (r *plainReader) signBehind(from, end int) int {
	n := 0

	switch {
	case r.is(end, '+') && r.is(end+1, '+'):
		n = 2
	case r.is(end, '+'), r.is(end, '#') && end-from == 1 && r.cells[from].r > '9':
		n = 1
	}

	if c := r.class(end + n); n > 0 && c != text.Separator || r.is(end+n, '+') || r.is(end+n, '#') {
		return 0
	}

	return n
}

// thousands reads 1,000,000 as 1000000.
func (r *plainReader) thousands(from int, end *int) bool {
	if *end-from > 3 || !r.digits(from, *end) {
		return false
	}

	groups, stop := 0, *end

	var sign rune

	for r.class(stop) == text.Separator && stop < len(r.cells) {
		s := r.cells[stop].r
		if s != ',' && s != '.' && s != '\'' && s != '\u00A0' || sign != 0 && s != sign {
			break
		}

		next := r.run(stop + 1)
		if r.class(stop+1) != text.Letter || next-stop-1 != 3 || !r.digits(stop+1, next) {
			break
		}

		sign = s
		groups++
		stop = next
	}

	if groups == 0 || sign == '.' && groups < 2 {
		return false
	}

	*end = stop

	return true
}

func (r *plainReader) digits(i, j int) bool {
	for ; i < j; i++ {
		if d := r.cells[i].r; d < '0' || d > '9' {
			return false
		}
	}

	return true
}

// dotted reads U.S. and J.K. as one word, with and without its dots.
func (r *plainReader) dotted(from int, end *int) bool {
	single := func(i int) bool {
		return r.class(i) == text.Letter && r.cells[i].r > '9' && r.run(i) == i+1
	}

	n, i := 0, from
	for single(i) && r.is(i+1, '.') {
		i += 2
		n++
	}

	if single(i) {
		i++
		n++
	}

	if n < 2 {
		return false
	}

	dots, last := "", i
	for j := from; j < i; j += 2 {
		if dots != "" {
			dots += "."
		}

		dots += string(r.cells[j].r)
	}

	*end = r.possessive(last)
	r.emit(from, last, last, dots)
	r.other(from, last, strings.ReplaceAll(dots, ".", ""))
	r.out[len(r.out)-1].end = r.cells[*end-1].end
	r.out[len(r.out)-2].end = r.cells[*end-1].end

	return true
}

// possessive skips 's after i.
func (r *plainReader) possessive(i int) int {
	if r.is(i, '\'') && r.class(i+1) == text.Letter && r.cells[i+1].r == 's' && r.run(i+1) == i+2 && !r.apostrophe(i+2) {
		return i + 2
	}

	return i
}

// ampersand reads AT&T as one word.
func (r *plainReader) ampersand(from int) int {
	key := ""

	for {
		end := r.run(from)

		key += r.key(from, end)
		if !r.is(end, '&') || r.class(end+1) != text.Letter || r.run(end+1)-end-1 > 3 {
			stop := r.possessive(end)
			r.emit(r.at, stop, stop, key)

			return stop
		}

		key += "&"
		from = end + 1
	}
}

// apostrophe tells a sign within a word: an apostrophe, or the mark of a Hebrew
// acronym, which many type as a quote.
func (r *plainReader) apostrophe(i int) bool {
	if r.class(i-1) != text.Letter || r.class(i+1) != text.Letter {
		return false
	}

	return r.is(i, '\'') || r.is(i, '"') && plainHebrew(r.cells[i-1].r) && plainHebrew(r.cells[i+1].r)
}

// apostrophes reads O'Brien as obrien, Tesla's as tesla, l'Europe as leurope and
// europe.
func (r *plainReader) apostrophes(from, end int) int {
	head := r.key(from, end)

	parts, stop, last := 1, end, end
	for r.apostrophe(stop) {
		if p := r.possessive(stop); p > stop {
			r.emit(from, p, p, r.key(from, last))
			r.tail(head, from, end+1, last, p, parts)

			return p
		}

		stop = r.run(stop + 1)
		last = stop
		parts++
	}

	r.emit(from, stop, stop, r.key(from, stop))
	r.tail(head, from, end+1, last, stop, parts)

	return stop
}

// tail emits europe for l'Europe.
func (r *plainReader) tail(head string, _, tail, last, end, parts int) {
	if parts == 2 && plainElides(head) && last-tail > 1 {
		r.other(tail, end, r.key(tail, last))
	}
}
