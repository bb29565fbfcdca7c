package subscriptions

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fieldAtom reads name:value and #tag. done is false when there is no field.
func (p *parser) fieldAtom() (n *node, done bool, err *Error) {
	at := p.i
	if p.peek() == '#' {
		if r := p.peekAfter(); classify(unicode.ToLower(r)) != separator {
			p.advance()
			n, err = p.inField(inTag, at)

			return n, true, err
		}

		return nil, false, nil
	}

	name := p.fieldName()
	if name == "" {
		return nil, false, nil
	}

	colon := at + len(name)
	_, size := p.sign(colon)
	after, _ := p.sign(colon + size)

	f, known := fieldNamed(name)
	switch {
	case known:
		p.i = colon + size
		p.space()
		n, err = p.fieldValue(f, at)

		return n, true, err
	case strings.HasPrefix(p.src[colon+size:], "//"):
		n, err = p.address(at, colon+size+2)
		return n, true, err
	case ends(after) || isSpace(after) || !isASCIILetters(name):
		return nil, false, nil // "Re: x" is text
	}

	return nil, true, p.unknownField(at, name, colon+size)
}

// fieldName is the name before a colon at p.i, "" when there is none.
func (p *parser) fieldName() string {
	i := p.i
	for i < len(p.src) && (p.src[i] >= 'a' && p.src[i] <= 'z' || p.src[i] >= 'A' && p.src[i] <= 'Z' || p.src[i] == '_') {
		i++
	}

	if r, _ := p.sign(i); i == p.i || r != ':' {
		return ""
	}

	return p.src[p.i:i]
}

func isASCIILetters(s string) bool { return asciiLetters(strings.ToLower(s)) }

func (p *parser) unknownField(at int, name string, value int) *Error {
	if near := nearestField(name); near != "" {
		return p.fail(at, fmt.Sprintf(msgUnknownFieldNear, name, near), p.with(at, value, near+":"))
	}

	return p.fail(at, fmt.Sprintf(msgUnknownField, name), p.with(at, value, name+" "))
}

// address reads https://… as a place on the web.
func (p *parser) address(at, from int) (*node, *Error) {
	p.i = from

	v := p.lexAddress()
	if len(readings(v)) == 0 {
		return p.wordlessTerm(at), nil
	}

	if p.field != anywhere {
		return nil, p.fail(at, msgNestedField, p.without(at, p.i))
	}

	p.warn(at, msgAddress, p.with(at, from, "site:"))

	p.field, p.fieldAt = inSite, at
	defer func() { p.field = anywhere }()

	return p.finish(&term{near: -1, typed: v, at: at}, v, p.i)
}

func (p *parser) fieldValue(f field, at int) (*node, *Error) {
	name := f.String() + ":"

	switch r := p.peek(); {
	case p.field != anywhere:
		return nil, p.fail(at, msgNestedField, p.without(at, p.i))
	case ends(r) || r == '|' || p.i >= len(p.src):
		return nil, p.fail(p.i, fmt.Sprintf(msgFieldNeeds, name), p.without(at, p.i))
	case r == '-' && p.excludes():
		return nil, p.fail(p.i, fmt.Sprintf(msgFieldNot, name), p.with(at, p.i+p.size(), "-"+name))
	}

	return p.inField(f, at)
}

// inField reads a term or a bracket whose terms all look at f.
func (p *parser) inField(f field, at int) (*node, *Error) {
	if p.field != anywhere {
		return nil, p.fail(at, msgNestedField, p.without(at, p.i))
	}

	p.field, p.fieldAt = f, at
	defer func() { p.field = anywhere }()

	if p.peek() == '(' {
		return p.bracket()
	}

	if _, known := fieldNamed(p.fieldName()); known {
		return nil, p.fail(at, msgNestedField, p.without(at, p.i))
	}

	n, err := p.term()
	if n == nil && err == nil {
		return nil, p.fail(p.i, fmt.Sprintf(msgFieldNeeds, f.String()+":"), p.without(at, p.i))
	}

	return n, err
}

// term reads a word, a phrase or a regex.
func (p *parser) term() (*node, *Error) {
	at := p.i
	exact := false

	if p.peek() == '=' {
		if r := p.peekAfter(); r == '(' {
			return nil, p.fail(at, msgExactBracket, p.without(at, at+p.size()))
		} else if isQuote(r) || isSingle(r) && p.singleClosesAt(p.i+p.size()) || classify(unicode.ToLower(r)) != separator || strings.ContainsRune("$@.#", r) {
			p.advance()

			exact = true
		}
	}

	if p.peek() == '/' && !exact {
		if n, ok, err := p.regex(at); ok || err != nil {
			return n, err
		}
	}

	if closer := p.opensQuote(); closer != nil {
		return p.phrase(at, exact, closer)
	}

	w := p.lexWord()
	if w == "" { // a quote or a sign that opens nothing
		p.advance()
		return p.wordlessTerm(at), nil
	}

	return p.wordTerm(at, w, exact)
}

func (p *parser) wordTerm(at int, w string, exact bool) (*node, *Error) {
	if mayHold(w, '~') {
		if i := tilde(w); i >= 0 {
			return nil, p.fail(at+i, msgNearWord, p.without(at+i, p.i))
		}

		p.warnNearApart(at, w)
	}

	if w[0] == '!' && len(w) > 1 {
		p.warn(at, msgBang, p.with(at, at+1, "-"))
	}

	t := &term{field: p.field, exact: exact, near: -1, typed: strings.TrimRight(w, ".,;:!?"), at: at}
	if t.typed == "" || strings.HasSuffix(w, ".") && strings.Contains(strings.TrimSuffix(w, "."), ".") {
		t.typed = w
	}

	if !exact {
		p.warnCapitals(at, w)
	}

	return p.finish(t, w, p.i)
}

// mayHold tells, quickly and for most words, that no form of a sign is in them.
func mayHold(s string, sign byte) bool {
	for i := range len(s) {
		if s[i] == sign || s[i] >= utf8.RuneSelf {
			return true
		}
	}

	return false
}

// warnNearApart tells that the ~5 of "a b" ~5 is a word.
func (p *parser) warnNearApart(at int, w string) {
	before := strings.TrimRight(p.src[:at], " ")
	last, _ := utf8.DecodeLastRuneInString(before)

	number := strings.TrimLeft(w, "~～")
	if isQuote(last) && number != w && number != "" && strings.Trim(number, "0123456789") == "" {
		p.warn(at, msgNearApart, before+p.text[at:])
	}
}

// tilde is where word~5 has its sign, -1 when it has none.
func tilde(w string) int {
	i := strings.LastIndexAny(w, "~～")
	if i <= 0 {
		return -1
	}

	for _, r := range strings.TrimLeft(w[i:], "~～") {
		if r < '0' || r > '9' {
			return -1
		}
	}

	return i
}

// lexWord takes the characters of a word: up to a space, a bracket, a quote, a
// bar, or a comma that is not in a number.
func (p *parser) lexWord() string {
	start := p.i
	for p.i < len(p.src) {
		r, size := p.sign(p.i)
		if r == ',' && p.numberComma(p.i) || isQuote(r) && p.withinHebrew(p.i, size) || isSingle(r) && p.i > start {
			p.i += size
			continue
		}

		if isSpace(r) || r == '(' || r == '|' || ends(r) || isQuote(r) {
			break
		}

		p.i += size
	}

	return p.src[start:p.i]
}

// lexAddress takes the characters of an address: commas are of it, but for one at
// its end.
func (p *parser) lexAddress() string {
	start, end := p.i, p.i
	for i := p.i; i < len(p.src); {
		r, size := p.sign(i)
		if isSpace(r) || r == '\n' || r == ')' || r == '|' || isQuote(r) {
			break
		}

		if i += size; r != ',' {
			end = i
		}
	}

	p.i = end

	return p.src[start:end]
}

// numberComma tells the comma of 1,000 from that of a list.
func (p *parser) numberComma(i int) bool {
	before := 0
	for j := i - 1; j >= 0 && digit(p.src[j]); j-- {
		before++
	}

	group := func(i int) bool {
		return i+3 < len(p.src) && p.src[i] == ',' && digit(p.src[i+1]) && digit(p.src[i+2]) && digit(p.src[i+3]) &&
			(i+4 >= len(p.src) || !digit(p.src[i+4]))
	}

	return before >= 1 && before <= 3 && group(i)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// withinHebrew tells the mark of a Hebrew acronym from a quote.
func (p *parser) withinHebrew(i, size int) bool {
	before, _ := utf8.DecodeLastRuneInString(p.src[:i])
	after, _ := utf8.DecodeRuneInString(p.src[i+size:])

	return hebrew(before) && hebrew(after)
}

func isQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '‟', '«', '»', '〝', '〞', '〟', '「', '」', '『', '』', '《', '》', '‹', '›', '❝', '❞', '｢', '｣':
		return true
	}

	return false
}

func isSingle(r rune) bool {
	return r == '\'' || r == '‘' || r == '’' || r == '‚' || r == '‛'
}

// opensQuote gives what closes the quote that opens at p.i, nil when none does.
func (p *parser) opensQuote() func(rune) bool {
	r := p.peek()
	switch {
	case r == '「' || r == '｢':
		return func(c rune) bool { return c == '」' || c == '｣' }
	case r == '『':
		return func(c rune) bool { return c == '』' }
	case r == '《':
		return func(c rune) bool { return c == '》' }
	case isQuote(r):
		return func(c rune) bool { return isQuote(c) && !strings.ContainsRune("「」『』《》｢｣", c) }
	case isSingle(r) && p.singleClosesAt(p.i):
		return isSingle
	}

	return nil
}

// singleClosesAt tells 'a phrase' from the apostrophe of '90s.
func (p *parser) singleClosesAt(at int) bool {
	_, first := p.sign(at)
	for i := at + first; i < len(p.src); {
		r, size := p.sign(i)
		if r == '\n' {
			return false
		}

		i += size

		if !isSingle(r) {
			continue
		}

		before, _ := utf8.DecodeLastRuneInString(p.src[:i-size])
		if n, _ := p.sign(i); (ends(n) || isSpace(n) || n == '|' || n == '~') && !isSpace(before) && i-size > at+first {
			return true
		}
	}

	return false
}

// phrase reads "words in this order", and "words near"~5.
func (p *parser) phrase(at int, exact bool, closes func(rune) bool) (*node, *Error) {
	open := p.i
	p.advance()
	start := p.i

	single := isSingle(p.mustSign(open))
	for p.i < len(p.src) && !p.closesHere(closes, single) {
		p.advance()
	}

	if p.i >= len(p.src) {
		return nil, p.fail(open, msgOpenQuote, p.text+`"`)
	}

	body := p.src[start:p.i]
	p.advance()

	t := &term{field: p.field, exact: exact, quote: true, near: -1, typed: strings.TrimSpace(body), at: at}
	if err := p.nearness(t, exact); err != nil {
		return nil, err
	}

	if len(readings(body)) == 0 {
		return nil, p.fail(open, msgEmptyQuote, p.without(at, p.i))
	}

	return p.finish(t, body, p.i)
}

func (p *parser) mustSign(i int) rune { r, _ := p.sign(i); return r }

func (p *parser) closesHere(closes func(rune) bool, single bool) bool {
	r, size := p.sign(p.i)
	if !closes(r) || p.withinHebrew(p.i, size) {
		return false
	}

	if !single {
		return true
	}

	n, _ := p.sign(p.i + size)

	return ends(n) || isSpace(n) || n == '|' || n == '~'
}

// nearness reads the ~5 after a phrase.
func (p *parser) nearness(t *term, exact bool) *Error {
	if p.peek() != '~' {
		return nil
	}

	at := p.i
	p.advance()

	from := p.i
	for p.i < len(p.src) && digit(p.src[p.i]) {
		p.i++
	}

	n, err := strconv.Atoi(p.src[from:p.i])
	switch {
	case exact:
		return p.fail(at, msgExactNear, p.without(at, p.i))
	case !t.field.isText():
		return p.fail(at, msgNearField, p.without(at, p.i))
	case err != nil && from == p.i, n < 1 && err == nil:
		return p.fail(at, msgNearNumber, p.with(at, p.i, "~5"))
	case err != nil || n > MaxNear:
		return p.fail(at, msgNearFar, p.with(at, p.i, "~"+strconv.Itoa(MaxNear)))
	}

	t.near = n

	return nil
}

// wordlessTerm is something typed that holds nothing to look for.
func (p *parser) wordlessTerm(at int) *node {
	p.wordless = append(p.wordless, at)
	p.warn(at, fmt.Sprintf(msgWordless, p.src[at:p.i]), "")

	return nil
}
