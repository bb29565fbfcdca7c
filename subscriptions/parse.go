package subscriptions

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parse reads a query. The error is always an *Error.
func Parse(text string) (*Query, error) {
	seen := visible(text)

	q, err := parse(seen)
	if err != nil {
		err.At, err.Suggestion = placeIn(text, err.At), suggest(seen, err.Suggestion)
		return nil, err
	}

	for i := range q.warnings {
		w := &q.warnings[i]

		w.At = placeIn(text, w.At)
		if w.Suggestion != "" {
			w.Suggestion = suggest(seen, w.Suggestion)
		}
	}

	return q, nil
}

// parse reads a query that can be printed: one whose canonical form is within the
// limits too.
func parse(text string) (*Query, *Error) {
	q, err := parseOnce(text)
	if err != nil || printsShort(text) {
		return q, err
	}

	if _, err := parseOnce(q.String()); err != nil {
		return nil, &Error{Message: err.Message, Suggestion: plainWords(text)}
	}

	return q, nil
}

// printsShort tells texts whose canonical form is within the limits for sure: a
// term gets at most the name of its field, a bar and quotes; a character that is
// not ASCII becomes at most 18 (U+FDFA).
func printsShort(text string) bool {
	const perTerm, expansion = 12, 18

	room := MaxLength - MaxTerms*perTerm

	if strings.Contains(text, "((") {
		return false // brackets may become deeper
	}

	return len(text) <= room/expansion || len(text) <= room && isASCII(text)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}

	return true
}

func parseOnce(text string) (*Query, *Error) {
	if err := tooLong(text); err != nil {
		return nil, err
	}

	p := &parser{src: text, text: text}

	root, err := p.list()
	if err != nil {
		return nil, err
	}

	if p.peek() == ')' {
		return nil, p.fail(p.i, msgStrayBracket, text[:p.i]+" "+text[p.i+p.size():])
	}

	if root == nil {
		return nil, p.fail(p.firstWordless(), msgNoWord, "")
	}

	q := &Query{root: root, warnings: p.warnings}
	q.judge(text)

	return q, nil
}

func tooLong(text string) *Error {
	if len(text) <= MaxLength {
		return nil
	}

	n := 0
	for at := range text {
		if n == MaxLength {
			return &Error{At: at, Message: msgTooLong, Suggestion: text[:at]}
		}

		n++
	}

	return nil
}

type parser struct {
	src      string // what is parsed
	text     string // the whole query, for suggestions
	i        int
	depth    int
	first    bool // at the first clause of a group
	terms    int
	wild     int
	regexes  int
	field    field // inside title:(…)
	fieldAt  int
	warnings []Warning
	wordless []int // where there was something without letters
}

func (p *parser) fail(at int, message, suggestion string) *Error {
	return &Error{At: at, Message: message, Suggestion: suggestion}
}

func (p *parser) warn(at int, message, suggestion string) {
	p.warnings = append(p.warnings, Warning{At: at, Message: message, Suggestion: suggestion})
}

func (p *parser) firstWordless() int {
	if len(p.wordless) > 0 {
		return p.wordless[0]
	}

	return 0
}

// without is the query with bytes from..to taken out.
func (p *parser) without(from, to int) string {
	return strings.TrimRight(p.text[:from], " ") + " " + strings.TrimLeft(p.text[to:], " ")
}

// with is the query with bytes from..to replaced.
func (p *parser) with(from, to int, by string) string { return p.text[:from] + by + p.text[to:] }

// at gives the sign at byte i: full-width forms, which Asian keyboards produce,
// are their ASCII ones. 0 is the end.
func (p *parser) sign(i int) (rune, int) {
	if i >= len(p.src) {
		return 0, 0
	}

	r, size := utf8.DecodeRuneInString(p.src[i:])

	return asciiSign(r), size
}

func asciiSign(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case r >= '！' && r <= '～':
		if a := r - '！' + '!'; !unicode.IsLetter(a) && !unicode.IsDigit(a) {
			return a
		}
	case r == '、' || r == '،' || r == '﹐' || r == '︐':
		return ','
	case r == '–' || r == '—' || r == '―' || r == '−' || r == '‐' || r == '‑' || r == '﹣':
		return '-'
	case r == '\u2028' || r == '\u2029' || r == '\u0085':
		return '\n'
	case r == '∗' || r == '⁎' || r == '✱':
		return '*'
	case r == '⁓' || r == '∼' || r == '〜':
		return '~'
	case unicode.IsSpace(r):
		return ' '
	}

	return r
}

func (p *parser) peek() rune { r, _ := p.sign(p.i); return r }
func (p *parser) size() int  { _, n := p.sign(p.i); return n }
func (p *parser) advance()   { p.i += p.size() }
func (p *parser) peekAfter() rune {
	r, _ := p.sign(p.i + p.size())
	return r
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\v' || r == '\f' }

func (p *parser) space() {
	for p.i < len(p.src) && isSpace(p.peek()) {
		p.advance()
	}
}

// ends tells what closes a group.
func ends(r rune) bool { return r == 0 || r == ',' || r == '\n' || r == ')' }

// list reads alternatives between commas or new lines. It returns nil when there
// is nothing to look for.
func (p *parser) list() (*node, *Error) {
	at := p.i
	kids := make([]*node, 0, 8) // most queries have no more: no memory is taken

	for {
		g, err := p.group()
		if err != nil {
			return nil, err
		}

		if g != nil {
			kids = append(kids, g)
		}

		if r := p.peek(); r == 0 && p.i >= len(p.src) || r == ')' {
			return join(opOr, kids, at), nil
		}

		p.advance()
	}
}

// group reads clauses that must all hold.
func (p *parser) group() (*node, *Error) {
	at := p.i
	kids := make([]*node, 0, 8) // most queries have no more: no memory is taken

	for {
		p.space()

		if p.ended() {
			return join(opAnd, kids, at), nil
		}

		skipped, err := p.and(len(kids) == 0)
		if err != nil {
			return nil, err
		}

		if skipped {
			continue
		}

		p.first = len(kids) == 0
		c, err := p.clause()
		p.first = false

		if err != nil {
			return nil, err
		}

		if c != nil {
			kids = append(kids, c)
		}
	}
}

func (p *parser) ended() bool { return p.i >= len(p.src) || ends(p.peek()) }

// word tells whether the word at p.i is w in any case, and its end.
func (p *parser) isWord(w string) (end int, ok bool) {
	end = p.i + len(w)
	if end > len(p.src) || !strings.EqualFold(p.src[p.i:end], w) {
		return 0, false
	}

	r, _ := p.sign(end)

	return end, ends(r) || isSpace(r) || r == '(' || r == '|' || isQuote(r)
}

// and skips an AND between two clauses: it is what a space means.
func (p *parser) and(first bool) (bool, *Error) {
	start := p.i

	end, ok := p.isWord("and")
	if strings.HasPrefix(p.src[p.i:], "&&") {
		end, ok = p.i+2, true
	}

	if !ok {
		return false, nil
	}

	lower := p.src[start:end] != "AND" && p.src[start] != '&'
	p.i = end
	p.space()

	if (first || p.ended() || p.orAhead()) && lower {
		p.i = start // "and justice for all": a word
		return false, nil
	}

	if first || p.ended() || p.orAhead() {
		return false, p.fail(start, msgAndSides, p.without(start, end))
	}

	return true, nil
}

// orAhead tells an OR at p.i.
func (p *parser) orAhead() bool {
	end, ok := p.isWord("or")
	if !ok {
		return p.peek() == '|'
	}

	return p.src[p.i:end] == "OR" || !p.lonelyOr(end)
}

// lonelyOr tells an or in small letters without a word behind it, or at the
// beginning: it is the town of Or Akiva, or gold.
func (p *parser) lonelyOr(end int) bool {
	start := p.i
	defer func() { p.i = start }()

	p.i = end
	p.space()

	return p.ended() || p.peek() == '|' || p.first
}

func (p *parser) clause() (*node, *Error) {
	at := p.i

	not, err := p.not()
	if err != nil {
		return nil, err
	}

	if p.orAhead() {
		return nil, p.fail(p.i, msgOrSides, p.without(p.orSpan()))
	}

	if end, ok := p.isWord("or"); ok {
		p.warn(p.i, fmt.Sprintf(msgLonelyOr, p.src[p.i:end]), "")
	}

	n, err := p.alternatives()
	if err != nil || n == nil || !not {
		return n, err
	}

	return negate(n, at), nil
}

func (p *parser) orSpan() (from, to int) {
	if end, ok := p.isWord("or"); ok {
		return p.i, end
	}

	to = p.i
	for to < len(p.src) && p.src[to] == '|' {
		to++
	}

	return p.i, max(to, p.i+p.size())
}

// not skips the signs of exclusion before a clause.
func (p *parser) not() (bool, *Error) {
	start := p.i
	not := false

	for p.peek() == '-' || p.peek() == '+' && p.peekAfter() == '-' {
		p.advance()

		not = true
	}

	if not {
		if r := p.peek(); ends(r) || isSpace(r) || r == '|' {
			p.i = start // a lone dash is text
			return false, nil
		}

		return true, nil
	}

	end, ok := p.isWord("not")
	if !ok {
		return false, nil
	}

	if p.src[p.i:end] != "NOT" {
		p.lowerNot(start, end)
		return false, nil
	}

	p.i = end
	p.space()

	if p.ended() || p.orAhead() {
		return false, p.fail(start, msgNotNeeds, p.without(start, end))
	}

	_, err := p.not() // NOT NOT, NOT -

	return true, err
}

func (p *parser) lowerNot(start, end int) {
	next := end
	for next < len(p.src) && isSpace(rune(p.src[next])) {
		next++
	}

	if r, _ := p.sign(next); !ends(r) && r != '|' {
		p.warn(start, fmt.Sprintf(msgLowerNot, p.src[start:end]), p.with(start, next, "-"))
	}
}

// alternatives reads atoms with OR between them; it binds tighter than a space.
func (p *parser) alternatives() (*node, *Error) {
	at := p.i
	p.first = false

	n, err := p.atom()
	if err != nil {
		return nil, err
	}

	kids := append(make([]*node, 0, 4), n)

	for {
		end := p.i
		p.space()

		if !p.orAhead() {
			p.i = end
			break
		}

		from, to := p.orSpan()
		p.i = to
		p.space()

		if and, ok := p.isWord("and"); p.ended() || p.orAhead() || ok && p.src[p.i:and] == "AND" || kids[len(kids)-1] == nil {
			return nil, p.fail(from, msgOrSides, p.without(from, to))
		}

		if p.excludes() {
			return nil, p.fail(p.i, msgNotInOr, p.without(from, to))
		}

		if end, ok := p.isWord("not"); ok {
			p.lowerNot(p.i, end)
		}

		n, err := p.atom()
		if err != nil {
			return nil, err
		}

		if n == nil {
			return nil, p.fail(from, msgOrSides, p.without(from, p.i))
		}

		kids = append(kids, n)
	}

	if len(kids) == 1 {
		return kids[0], nil
	}

	return join(opOr, kids, at), nil
}

// excludes tells a - or NOT at p.i.
func (p *parser) excludes() bool {
	if end, ok := p.isWord("not"); ok && p.src[p.i:end] == "NOT" {
		return true
	}

	r := p.peekAfter()

	return p.peek() == '-' && !ends(r) && !isSpace(r) && r != '|'
}

// atom reads a bracket, a field or a term; nil when it holds no word.
func (p *parser) atom() (*node, *Error) {
	switch p.peek() {
	case '(':
		return p.bracket()
	case '+':
		if r := p.peekAfter(); isQuote(r) || r == '(' || classify(unicode.ToLower(r)) != separator {
			p.advance() // +word: every word must be there anyway
			return p.atom()
		}
	}

	if n, done, err := p.fieldAtom(); done || err != nil {
		return n, err
	}

	return p.term()
}

func (p *parser) bracket() (*node, *Error) {
	at := p.i
	if p.depth++; p.depth > MaxDepth {
		return nil, p.fail(at, msgTooDeep, "")
	}

	p.advance()

	n, err := p.list()
	if err != nil {
		return nil, err
	}

	if p.peek() != ')' {
		return nil, p.fail(at, msgOpenBracket, p.text+")")
	}

	p.advance()

	p.depth--
	if n == nil {
		return nil, p.fail(at, msgEmptyBracket, p.without(at, p.i))
	}

	return n, nil
}
