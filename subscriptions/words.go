package subscriptions

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// reading is one way to read a place of a text: a key at a position. Most words
// have one reading; "U.S." is u.s and us, "Covid-19" is covid, 19 and covid19.
type reading struct {
	key        string // folded
	pos, width int    // the position in the row of words, and how many it covers
	start, end int    // bytes of the text
	other      bool   // not the first choice: a query does not look for it by itself
	touches    bool   // nothing stands between it and the position before
	compound   int    // >0: positions joined by hyphens share a number
}

type cell struct {
	r          rune
	class      class
	upper      bool
	start, end int
}

// cells are the characters of a text as matching sees them.
func cells(text string) []cell {
	var out []cell
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if p, ok := punctuation(r); ok {
			out = append(out, cell{r: p, class: separator, start: at, end: at + size})
			at += size
			continue
		}
		n := norm.NFKC.NextBoundaryInString(text[at:], true)
		if n <= 0 {
			n = size
		}
		for _, r := range norm.NFKC.String(text[at : at+n]) {
			if c := classify(r); c == dropped {
				continue
			}
			for _, f := range foldRune(r) {
				if c := classify(f); c != dropped {
					out = append(out, cell{f, c, unicode.IsUpper(r), at, at + n})
				}
			}
		}
		at += n
	}
	return out
}

// punctuation unifies the apostrophes and hyphens, before Unicode's own
// compatibility forms make something else of them.
func punctuation(r rune) (rune, bool) {
	switch r {
	case '\'', '’', '‘', 'ʼ', '`', '´', '′', '＇', 'ʻ', '׳', '‛':
		return '\'', true
	case '-', '‐', '‑', '–', '−', '－', '﹣':
		return '-', true
	case '™', '®', '©', '℠', '℗':
		return ' ', true
	case '\u00A0', '\u202F', '\u2009':
		return '\u00A0', true
	case '״':
		return '"', true
	case utf8.RuneError:
		return ' ', true
	}
	return 0, false
}

type reader struct {
	cells    []cell
	at, pos  int
	out      []reading
	touches  bool
	compound int
}

// readings reads a text.
func readings(text string) []reading {
	r := reader{cells: cells(text)}
	for r.at < len(r.cells) {
		switch r.cells[r.at].class {
		case dense:
			r.emit(r.at, r.at+1, r.at+1, string(r.cells[r.at].r))
			r.next(r.at + 1)
		case hangul:
			end := r.run(r.at)
			r.emit(r.at, end, end, r.key(r.at, end))
			r.next(end)
		case letter:
			r.compounds()
		default:
			r.at++
			r.touches = false
		}
	}
	return r.out
}

func (r *reader) class(i int) class {
	if i < 0 || i >= len(r.cells) {
		return separator
	}
	return r.cells[i].class
}

func (r *reader) is(i int, c rune) bool {
	return i >= 0 && i < len(r.cells) && r.cells[i].r == c && r.cells[i].class == separator
}

// run is the end of the characters of one class from i.
func (r *reader) run(i int) int {
	c := r.class(i)
	for r.class(i) == c && i < len(r.cells) {
		i++
	}
	return i
}

func (r *reader) key(i, j int) string {
	var b strings.Builder
	for ; i < j; i++ {
		if c := r.cells[i]; c.class != separator {
			b.WriteRune(c.r)
		}
	}
	return b.String()
}

func (r *reader) emit(from, to, _ int, key string) *reading {
	r.out = append(r.out, reading{
		key: key, pos: r.pos, width: 1, touches: r.touches, compound: r.compound,
		start: r.cells[from].start, end: r.cells[to-1].end,
	})
	return &r.out[len(r.out)-1]
}

func (r *reader) other(from, to int, key string) *reading {
	o := r.emit(from, to, to, key)
	o.other = true
	return o
}

func (r *reader) next(at int) {
	r.at, r.touches = at, true
	r.pos++
}

// compounds reads words joined by hyphens, and says them in one word too.
func (r *reader) compounds() {
	first, from, pos := len(r.out), r.at, r.pos
	joined, plain := "", true
	for n := 1; ; n++ {
		mark := len(r.out)
		end, simple := r.word()
		joined += r.out[mark].key
		plain = plain && simple
		if !r.is(end, '-') || r.class(end+1) != letter || n == 4 {
			if n > 1 {
				r.hyphened(first, from, end, pos, n, joined, plain && !(r.is(end, '-') && r.class(end+1) == letter))
			}
			r.next(end)
			return
		}
		r.next(end)
		r.at++ // the hyphen
	}
}

func (r *reader) hyphened(first, from, end, pos, n int, joined string, plain bool) {
	if !plain || len(joined) > maxKey || r.out[first].key == "re" {
		return
	}
	for i := first; i < len(r.out); i++ {
		r.out[i].compound = first + 1
	}
	o := r.other(from, end, joined)
	o.pos, o.width, o.touches, o.compound = pos, n, r.out[first].touches, first+1
}

// maxKey is the longest word that is told apart, in bytes; German law made a
// word of 79 letters.
const maxKey = 128

// word reads one word with all that belongs to it and returns its end; plain
// tells that nothing but letters and digits did.
func (r *reader) word() (end int, plain bool) {
	from := r.at
	end = r.run(from)
	switch {
	case r.thousands(from, &end):
		return r.plainWord(from, end), true
	case r.dotted(from, &end):
		return end, false
	case end-from <= 3 && r.is(end, '&') && r.class(end+1) == letter && r.run(end+1)-end-1 <= 3:
		return r.ampersand(from), false
	case r.apostrophe(end):
		return r.apostrophes(from, end), false
	}
	return r.plainWord(from, end), true
}

// plainWord emits a word with its sign before ($AAPL, @handle, #tag, .NET) or
// behind (C++, C#, Disney+), if it has one.
func (r *reader) plainWord(from, end int) int {
	key := r.key(from, end)
	if sign, ok := r.signBefore(from); ok {
		o := r.emit(from-1, end, end, string(sign)+key)
		_ = o
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
func (r *reader) capitalsPlural(from, end int) bool {
	if end-from != 3 || r.cells[end-1].r != 's' || r.cells[end-1].upper {
		return false
	}
	return r.capital(from) && r.capital(from+1)
}

func (r *reader) capital(i int) bool {
	c := r.cells[i]
	return c.upper && c.r >= 'a' && c.r <= 'z' && c.end-c.start == 1
}

func (r *reader) signBefore(from int) (rune, bool) {
	i := from - 1
	if i < 0 || r.class(i) != separator || r.class(i-1) != separator {
		return 0, false
	}
	switch s := r.cells[i].r; s {
	case '$', '@', '#':
		return s, true
	case '.':
		free := i == 0 || r.is(i-1, ' ') || r.is(i-1, '(') || r.is(i-1, '"')
		return s, free && r.cells[from].r > '9'
	}
	return 0, false
}

func (r *reader) signBehind(from, end int) int {
	n := 0
	switch {
	case r.is(end, '+') && r.is(end+1, '+'):
		n = 2
	case r.is(end, '+'), r.is(end, '#') && end-from == 1 && r.cells[from].r > '9':
		n = 1
	}
	if c := r.class(end + n); n > 0 && c != separator || r.is(end+n, '+') || r.is(end+n, '#') {
		return 0
	}
	return n
}

// thousands reads 1,000,000 as 1000000.
func (r *reader) thousands(from int, end *int) bool {
	if *end-from > 3 || !r.digits(from, *end) {
		return false
	}
	groups, stop := 0, *end
	var sign rune
	for r.class(stop) == separator && stop < len(r.cells) {
		s := r.cells[stop].r
		if s != ',' && s != '.' && s != '\'' && s != '\u00A0' || sign != 0 && s != sign {
			break
		}
		next := r.run(stop + 1)
		if r.class(stop+1) != letter || next-stop-1 != 3 || !r.digits(stop+1, next) {
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

func (r *reader) digits(i, j int) bool {
	for ; i < j; i++ {
		if d := r.cells[i].r; d < '0' || d > '9' {
			return false
		}
	}
	return true
}

// dotted reads U.S. and J.K. as one word, with and without its dots.
func (r *reader) dotted(from int, end *int) bool {
	single := func(i int) bool {
		return r.class(i) == letter && r.cells[i].r > '9' && r.run(i) == i+1
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
func (r *reader) possessive(i int) int {
	if r.is(i, '\'') && r.class(i+1) == letter && r.cells[i+1].r == 's' && r.run(i+1) == i+2 && !r.apostrophe(i+2) {
		return i + 2
	}
	return i
}

// ampersand reads AT&T as one word.
func (r *reader) ampersand(from int) int {
	key := ""
	for {
		end := r.run(from)
		key += r.key(from, end)
		if !r.is(end, '&') || r.class(end+1) != letter || r.run(end+1)-end-1 > 3 {
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
func (r *reader) apostrophe(i int) bool {
	if r.class(i-1) != letter || r.class(i+1) != letter {
		return false
	}
	return r.is(i, '\'') || r.is(i, '"') && hebrew(r.cells[i-1].r) && hebrew(r.cells[i+1].r)
}

func hebrew(r rune) bool { return r >= 0x5D0 && r <= 0x5EA }

// apostrophes reads O'Brien as obrien, Tesla's as tesla, l'Europe as leurope and
// europe.
func (r *reader) apostrophes(from, end int) int {
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
func (r *reader) tail(head string, _, tail, last, end, parts int) {
	if parts == 2 && elides(head) && last-tail > 1 {
		r.other(tail, end, r.key(tail, last))
	}
}

// elides tells the little words of French, Italian and Catalan that lose their
// vowel before the next word.
func elides(head string) bool {
	switch head {
	case "l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu",
		"dell", "all", "nell", "sull", "dall", "un", "quell", "coll", "degl", "agl":
		return true
	}
	return false
}
