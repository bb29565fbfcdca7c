package query

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// Parse reads a query that a person typed. The error is always an *Error.
func Parse(text string) (*Query, error) { return parseAs(text, false) }

// Valid reports whether a text is a query.
func Valid(text string) bool {
	_, err := Parse(text)
	return err == nil
}

// ParseCanonical reads what Query.String returned, now or in an older version: what
// has got a meaning since then, such as a bare host, is read as a word.
func ParseCanonical(text string) (*Query, error) { return parseAs(text, true) }

func parseAs(text string, canonical bool) (*Query, error) {
	seen := stripInvisible(text)

	q, err := parsePrintable(seen, canonical)
	if err != nil {
		err.At, err.Suggestion = offsetIn(text, err.At), fixSuggestion(seen, err.Suggestion)
		err.Example = isExample(err.Suggestion, seen)

		return nil, err
	}

	for i := range q.warnings {
		w := &q.warnings[i]

		w.At = offsetIn(text, w.At)
		if w.Suggestion != "" {
			w.Suggestion = fixSuggestion(seen, w.Suggestion)
		}
	}

	return q, nil
}

// parsePrintable reads a query that can be printed: one whose canonical form is within the
// limits too.
func parsePrintable(text string, canonical bool) (*Query, *Error) {
	q, err := parseOnce(text, canonical)
	if err != nil || printsShort(text) {
		return q, err
	}

	if _, err := parseOnce(q.String(), canonical); err != nil {
		return nil, &Error{Message: err.Message, Suggestion: plainWords(text)}
	}

	return q, nil
}

// printsShort reports whether a canonical form is within the limits for sure: a
// term gets at most the name of its field, a bar and quotes; a character that is
// not ASCII becomes at most 18 (U+FDFA).
func printsShort(text string) bool {
	const perTerm, expansion = 12, 18

	room := MaxLength - MaxTerms*perTerm

	if strings.Contains(text, "((") {
		return false // brackets may become deeper
	}

	return len(text) <= room/expansion || len(text) <= room && news.IsASCII(text)
}

func parseOnce(text string, canonical bool) (*Query, *Error) {
	if err := checkLength(text); err != nil {
		return nil, err
	}

	p := &parser{input: text, whole: text, canonical: canonical}

	root, err := p.parseList()
	if err != nil {
		return nil, err
	}

	if p.peek() == ')' {
		return nil, p.fail(p.pos, msgStrayBracket, text[:p.pos]+" "+text[p.pos+p.signSize():])
	}

	if root == nil {
		return nil, p.fail(p.firstWordless(), msgNoWord, "")
	}

	q := &Query{root: root, warnings: p.warnings}
	q.lint()

	return q, nil
}

func checkLength(text string) *Error {
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
	input        string // what is parsed
	whole        string // the whole query, for suggestions
	canonical    bool   // what is parsed was printed by Query.String
	pos          int
	depth        int
	notStart     int  // of the last clause, before its signs of exclusion
	atGroupStart bool // at the first clause of a group
	terms        int
	wildcards    int
	regexes      int
	field        Field // inside title:(…)
	fieldAt      int
	warnings     []Warning
	wordless     []int // where there was something without letters
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
	return strings.TrimRight(p.whole[:from], " ") + " " + strings.TrimLeft(p.whole[to:], " ")
}

// replaced is the query with bytes from..to replaced.
func (p *parser) replaced(from, to int, by string) string { return p.whole[:from] + by + p.whole[to:] }

// at returns the sign at byte i: full-width forms, which Asian keyboards produce,
// are their ASCII ones. 0 is the end.
func (p *parser) signAt(i int) (rune, int) {
	if i >= len(p.input) {
		return 0, 0
	}

	r, size := utf8.DecodeRuneInString(p.input[i:])

	return asciiSign(r), size
}

func asciiSign(r rune) rune {
	switch {
	case r == ';':
		return ','
	case r < utf8.RuneSelf:
		return r
	case r >= '！' && r <= '～':
		if a := r - '！' + '!'; !unicode.IsLetter(a) && !unicode.IsDigit(a) {
			return asciiSign(a)
		}
	case r == '؛' || r == '、' || r == '،' || r == '﹐' || r == '︐':
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

func (p *parser) peek() rune    { r, _ := p.signAt(p.pos); return r }
func (p *parser) signSize() int { _, n := p.signAt(p.pos); return n }
func (p *parser) advance()      { p.pos += p.signSize() }
func (p *parser) peekAfter() rune {
	r, _ := p.signAt(p.pos + p.signSize())
	return r
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\v' || r == '\f' }

func (p *parser) skipSpace() {
	for p.pos < len(p.input) && isSpace(p.peek()) {
		p.advance()
	}
}

// endsGroup reports whether r closes a group.
func endsGroup(r rune) bool { return r == 0 || r == ',' || r == '\n' || r == ')' }

// parseList reads alternatives between commas or new lines. It returns nil when there
// is nothing to look for.
func (p *parser) parseList() (*Node, *Error) {
	at := p.pos
	kids := make([]*Node, 0, 8) // most queries have no more: no memory is taken

	for {
		g, err := p.parseGroup()
		if err != nil {
			return nil, err
		}

		if g != nil {
			kids = append(kids, g)
		}

		if r := p.peek(); r == 0 && p.pos >= len(p.input) || r == ')' {
			return joinNodes(OpOr, kids, at), nil
		}

		p.advance()
	}
}

// parseGroup reads clauses that must all hold.
func (p *parser) parseGroup() (*Node, *Error) {
	at := p.pos
	kids := make([]*Node, 0, 8) // most queries have no more: no memory is taken

	for {
		p.skipSpace()

		if len(kids) > 0 {
			p.skipBut()
		}

		if p.atGroupEnd() {
			return joinNodes(OpAnd, kids, at), nil
		}

		skipped, err := p.skipAnd(len(kids) == 0)
		if err != nil {
			return nil, err
		}

		if skipped {
			continue
		}

		p.atGroupStart = len(kids) == 0
		c, err := p.parseClause()
		p.atGroupStart = false

		if err != nil {
			return nil, err
		}

		if c != nil {
			kids = append(kids, c)
		}
	}
}

func (p *parser) atGroupEnd() bool { return p.pos >= len(p.input) || endsGroup(p.peek()) }

// word reports whether the word at the current position is w in any case, and its end.
func (p *parser) isWord(w string) (end int, ok bool) {
	end = p.pos + len(w)
	if end > len(p.input) || !strings.EqualFold(p.input[p.pos:end], w) {
		return 0, false
	}

	r, _ := p.signAt(end)

	return end, endsGroup(r) || isSpace(r) || r == '(' || r == '|' || text.IsQuote(r)
}

// skipAnd skips an AND between two clauses: it is what a space means.
func (p *parser) skipAnd(first bool) (bool, *Error) {
	start := p.pos

	end, ok := p.isWord("and")
	if strings.HasPrefix(p.input[p.pos:], "&&") {
		end, ok = p.pos+2, true
	}

	if r := p.peek(); (r == '+' || r == '&') && isSpace(p.peekAfter()) && !first {
		p.advance() // a + between words is how some write AND
		return true, nil
	}

	if !ok {
		return false, nil
	}

	lower := p.input[start:end] != "AND" && p.input[start] != '&'
	p.pos = end
	p.skipSpace()

	if (first || p.atGroupEnd() || p.atOr()) && lower {
		p.pos = start // "and justice for all": a word
		return false, nil
	}

	if first || p.atGroupEnd() || p.atOr() {
		return false, p.fail(start, msgAndSides, p.without(start, end))
	}

	return true, nil
}

// atOr reports whether an OR is at the current position.
func (p *parser) atOr() bool {
	end, ok := p.isWord("or")
	if !ok {
		return p.peek() == '|'
	}

	return p.input[p.pos:end] == "OR" || !p.isLonelyOr(end)
}

// isLonelyOr reports whether an or in small letters has no word behind it or before
// it: it is the town of Or Akiva, or gold.
func (p *parser) isLonelyOr(end int) bool {
	start := p.pos
	defer func() { p.pos = start }()

	p.pos = end
	p.skipSpace()

	return p.atGroupEnd() || p.peek() == '|' || p.atGroupStart
}

func (p *parser) parseClause() (*Node, *Error) {
	at := p.pos
	p.notStart = at

	not, err := p.skipNot()
	if err != nil {
		return nil, err
	}

	if p.atOr() {
		return nil, p.fail(p.pos, msgOrSides, p.without(p.orSpan()))
	}

	if end, ok := p.isWord("or"); ok {
		p.warn(p.pos, fmt.Sprintf(msgLonelyOr, p.input[p.pos:end]), "")
	}

	n, err := p.parseAlternatives(not)
	if err != nil || n == nil || !not {
		return n, err
	}

	return negateNode(n, at), nil
}

// skipBut skips the words between what is wanted and what is excluded: the "but" of
// "a but not b", and the comma of "a, but not b" and "a, not b".
func (p *parser) skipBut() {
	if p.canonical {
		return
	}

	start := p.pos

	comma := p.peek() == ','
	if comma {
		p.advance()
		p.skipSpace()
	}

	but := false
	if end, ok := p.isWord("but"); ok {
		p.pos, but = end, true
		p.skipSpace()
	}

	excludes := but && p.atExclusion()
	if end, ok := p.isWord("not"); ok && (but || p.input[p.pos:end] != "NOT") {
		excludes = p.isFollowed(end)
	}

	if !excludes || !comma && !but {
		p.pos = start
	}
}

// isFollowed reports whether something is left to read in the group after a byte.
func (p *parser) isFollowed(end int) bool {
	for end < len(p.input) && isSpace(rune(p.input[end])) {
		end++
	}

	r, _ := p.signAt(end)

	return !endsGroup(r) && r != '|'
}

func (p *parser) orSpan() (from, to int) {
	if end, ok := p.isWord("or"); ok {
		return p.pos, end
	}

	to = p.pos
	for to < len(p.input) && p.input[to] == '|' {
		to++
	}

	return p.pos, max(to, p.pos+p.signSize())
}

// skipNot skips the signs of exclusion before a clause.
func (p *parser) skipNot() (bool, *Error) {
	start := p.pos
	not := false

	for p.peek() == '-' || p.peek() == '!' || p.peek() == '+' && p.peekAfter() == '-' {
		p.advance()

		not = true
	}

	if not {
		if r := p.peek(); endsGroup(r) || isSpace(r) || r == '|' {
			p.pos = start // a lone dash is text
			return false, nil
		}

		return true, nil
	}

	end, ok := p.isWord("not")
	if !ok {
		return false, nil
	}

	if p.input[p.pos:end] != "NOT" {
		if p.canonical || p.atGroupStart || !p.isFollowed(end) || p.afterVerb(start) {
			p.warnLowerNot(start, end)
			return false, nil
		}

		p.warn(start, fmt.Sprintf(msgNotRead, p.input[start:end]), p.replaced(start, end, `"`+p.input[start:end]+`"`))
	}

	p.pos = end
	p.skipSpace()

	if p.atGroupEnd() || p.atOr() {
		return false, p.fail(start, msgNotNeeds, p.without(start, end))
	}

	_, err := p.skipNot() // NOT NOT, NOT -

	return true, err
}

// afterVerb reports whether the not at a byte belongs to the verb before it: do not
// call list, what is not said.
func (p *parser) afterVerb(at int) bool {
	words := strings.Fields(p.input[:at])

	return len(words) > 0 && isOneOf(strings.ToLower(words[len(words)-1]), " do does did is are was were be am can could will would shall should may might must have has had why or if how ")
}

func (p *parser) warnLowerNot(start, end int) {
	if !p.isFollowed(end) {
		return
	}

	next := end
	for next < len(p.input) && isSpace(rune(p.input[next])) {
		next++
	}

	p.warn(start, fmt.Sprintf(msgLowerNot, p.input[start:end]), p.replaced(start, next, "-"))
}

// parseAlternatives reads atoms with OR between them; it binds tighter than a space.
func (p *parser) parseAlternatives(excluded bool) (*Node, *Error) {
	at, notStart := p.pos, p.notStart // clauses in brackets have their own
	p.atGroupStart = false

	n, err := p.parseAtom()
	if err != nil {
		return nil, err
	}

	kids := append(make([]*Node, 0, 4), n)
	second := 0

	for firstEnd := p.pos; ; {
		end := p.pos
		p.skipSpace()

		if !p.atOr() {
			p.pos = end

			if excluded && len(kids) > 1 {
				return nil, p.fail(at, msgNotInOr, p.whole[:notStart]+p.whole[second:end]+" -"+p.whole[at:firstEnd]+p.whole[end:])
			}

			break
		}

		from, to := p.orSpan()
		p.pos = to
		p.skipSpace()

		if second == 0 {
			second = p.pos
		}

		if and, ok := p.isWord("and"); p.atGroupEnd() || p.atOr() || ok && p.input[p.pos:and] == "AND" || kids[len(kids)-1] == nil {
			return nil, p.fail(from, msgOrSides, p.without(from, to))
		}

		n, err := p.parseAlternative(from, to)
		if err != nil {
			return nil, err
		}

		kids = append(kids, n)
	}

	if len(kids) == 1 {
		return kids[0], nil
	}

	return joinNodes(OpOr, kids, at), nil
}

// parseAlternative parses what follows an OR that stands from one place to another.
func (p *parser) parseAlternative(from, to int) (*Node, *Error) {
	if p.atExclusion() {
		return nil, p.fail(p.pos, msgNotInOr, p.without(from, to))
	}

	if end, ok := p.isWord("not"); ok {
		p.warnLowerNot(p.pos, end)
	}

	n, err := p.parseAtom()
	if err == nil && n == nil {
		return nil, p.fail(from, msgOrSides, p.without(from, p.pos))
	}

	return n, err
}

// atExclusion reports whether a - or NOT is at the current position.
func (p *parser) atExclusion() bool {
	if end, ok := p.isWord("not"); ok && p.input[p.pos:end] == "NOT" {
		return true
	}

	r := p.peekAfter()

	return (p.peek() == '-' || p.peek() == '!') && !endsGroup(r) && !isSpace(r) && r != '|'
}

// parseAtom reads a bracket, a field or a term; nil when it holds no word.
func (p *parser) parseAtom() (*Node, *Error) {
	switch p.peek() {
	case '(':
		return p.parseBracket()
	case '+':
		if r := p.peekAfter(); text.IsQuote(r) || r == '(' || text.Classify(unicode.ToLower(r)) != text.Separator {
			p.advance() // +word: every word must be there anyway
			return p.parseAtom()
		}
	}

	if n, done, err := p.parseField(); done || err != nil {
		return n, err
	}

	return p.parseTerm()
}

func (p *parser) parseBracket() (*Node, *Error) {
	at := p.pos
	if p.depth++; p.depth > MaxDepth {
		return nil, p.fail(at, msgTooDeep, "")
	}

	p.advance()

	n, err := p.parseList()
	if err != nil {
		return nil, err
	}

	if p.peek() != ')' {
		return nil, p.fail(at, msgOpenBracket, p.whole+")")
	}

	p.advance()

	p.depth--
	if n == nil {
		return nil, p.fail(at, msgEmptyBracket, p.without(at, p.pos))
	}

	return n, nil
}
