package query

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbell/subscriptions/text"
)

// parseField reads name:value and #tag. done is false when there is no field.
func (p *parser) parseField() (n *Node, done bool, err *Error) {
	at := p.pos
	if p.peek() == '#' {
		if r := p.peekAfter(); text.Classify(unicode.ToLower(r)) != text.Separator {
			p.advance()
			n, err = p.parseInField(TagField, at)

			return n, true, err
		}

		return nil, false, nil
	}

	name := p.lexFieldName()
	if name == "" {
		return nil, false, nil
	}

	colon := at + len(name)
	_, size := p.signAt(colon)
	after, _ := p.signAt(colon + size)

	f, known := fieldNamed(name)
	switch {
	case known:
		p.pos = colon + size
		p.skipSpace()
		n, err = p.parseFieldValue(f, at)

		return n, true, err
	case strings.HasPrefix(p.input[colon+size:], "//") && p.field.isAddress():
		return nil, false, nil
	case strings.HasPrefix(p.input[colon+size:], "//"):
		n, err = p.parseAddress(at, colon+size+2)
		return n, true, err
	case endsGroup(after) || isSpace(after) || !isASCIILetters(name):
		return nil, false, nil // "Re: x" is text
	}

	return nil, true, p.unknownField(at, name, colon+size)
}

// lexFieldName is the name before a colon at the current position, "" when there is none.
func (p *parser) lexFieldName() string {
	i := p.pos
	for i < len(p.input) && (p.input[i] >= 'a' && p.input[i] <= 'z' || p.input[i] >= 'A' && p.input[i] <= 'Z' || p.input[i] == '_') {
		i++
	}

	if r, _ := p.signAt(i); i == p.pos || r != ':' {
		return ""
	}

	return p.input[p.pos:i]
}

func isASCIILetters(s string) bool { return text.IsLowerLetters(strings.ToLower(s)) }

func (p *parser) unknownField(at int, name string, value int) *Error {
	if isDateField(name) {
		p.pos = value
		p.lexWord()

		return p.fail(at, fmt.Sprintf(msgDateField, name), p.without(at, p.pos))
	}

	if near := nearestField(name); near != "" {
		return p.fail(at, fmt.Sprintf(msgUnknownFieldNear, name, near), p.replaced(at, value, near+":"))
	}

	return p.fail(at, fmt.Sprintf(msgUnknownField, name), p.replaced(at, value, name+" "))
}

// parseAddress reads https://… as a place on the web.
func (p *parser) parseAddress(at, from int) (*Node, *Error) {
	p.pos = from

	v := p.lexAddress()
	if len(text.Words(v)) == 0 {
		p.warnWordless(at)

		return nil, nil
	}

	if p.field != AnyField {
		return nil, p.fail(at, msgNestedField, p.without(at, p.pos))
	}

	p.warn(at, msgAddress, p.replaced(at, from, "site:"))

	p.field, p.fieldAt = SiteField, at
	defer func() { p.field = AnyField }()

	return p.analyze(&Term{Near: -1, typed: v, at: at}, v, p.pos)
}

func (p *parser) parseFieldValue(f Field, at int) (*Node, *Error) {
	name := f.String() + ":"

	switch r := p.peek(); {
	case p.field != AnyField:
		return nil, p.fail(at, msgNestedField, p.without(at, p.pos))
	case endsGroup(r) || r == '|' || p.pos >= len(p.input):
		return nil, p.fail(p.pos, fmt.Sprintf(msgFieldNeeds, name), p.without(at, p.pos))
	case p.atExclusion():
		return nil, p.fail(p.pos, fmt.Sprintf(msgFieldNot, name), p.replaced(at, p.pos+p.signSize(), "-"+name))
	}

	return p.parseInField(f, at)
}

// parseInField reads a term or a bracket whose terms all look at f.
func (p *parser) parseInField(f Field, at int) (*Node, *Error) {
	if p.field != AnyField {
		return nil, p.fail(at, msgNestedField, p.without(at, p.pos))
	}

	p.field, p.fieldAt = f, at
	defer func() { p.field = AnyField }()

	if p.peek() == '(' {
		return p.parseBracket()
	}

	if _, known := fieldNamed(p.lexFieldName()); known {
		return nil, p.fail(at, msgNestedField, p.without(at, p.pos))
	}

	value := p.pos

	n, err := p.parseTerm()
	if n == nil && err == nil {
		return nil, p.fail(p.pos, fmt.Sprintf(msgFieldNeeds, f.String()+":"), p.without(at, p.pos))
	}

	if err == nil {
		p.warnListedValue(f, value)
	}

	return n, err
}

// warnListedValue warns of a list of values without brackets, such as lang:en,de: the comma
// ends the field. from is where the first value begins.
func (p *parser) warnListedValue(f Field, from int) {
	end := p.pos
	defer func() { p.pos = end }()

	values := []string{p.input[from:end]}

	for p.peek() == ',' {
		p.advance()

		if p.lexFieldName() != "" || p.atExclusion() {
			return // a list of queries
		}

		v := p.lexWord()
		if v == "" {
			break // the comma ends the query
		}

		if len(text.Words(v)) == 0 || f.isAddress() && strings.Contains(v, ".") || f == LangField && p.languageOf(v) == "" || f == CountryField && p.countryOf(v) == "" {
			return // a list of queries
		}

		values = append(values, v)
	}

	if name := f.String() + ":"; len(values) > 1 {
		p.warn(end, fmt.Sprintf(msgListedValue, name, values[1], name), p.replaced(from, p.pos, "("+strings.Join(values, " | ")+")"))
	}
}

// parseTerm reads a word, a phrase or a regex.
func (p *parser) parseTerm() (*Node, *Error) {
	at := p.pos
	exact := false

	if p.peek() == '=' {
		if r := p.peekAfter(); r == '(' {
			return nil, p.fail(at, msgExactBracket, p.without(at, at+p.signSize()))
		} else if text.IsQuote(r) || isSingleQuote(r) && p.singleClosesAt(p.pos+p.signSize()) || text.Classify(unicode.ToLower(r)) != text.Separator || strings.ContainsRune("$@.#", r) {
			p.advance()

			exact = true
		}
	}

	if p.peek() == '/' && !exact {
		if n, ok, err := p.parseRegex(at); ok || err != nil {
			return n, err
		}
	}

	if closer := p.quoteCloser(); closer != nil {
		return p.parsePhrase(at, exact, closer)
	}

	w := p.lexTerm()
	if w == "" { // a quote or a sign that opens nothing
		p.advance()
		p.warnWordless(at)

		return nil, nil
	}

	return p.parseWord(at, w, exact)
}

func (p *parser) parseWord(at int, w string, exact bool) (*Node, *Error) {
	from := p.pos - len(w) // behind the = of an exact word

	if mayContain(w, '~') {
		if i := tildeIndex(w); i >= 0 {
			return nil, p.fail(from+i, msgNearWord, p.without(from+i, p.pos))
		}

		p.warnNearApart(at, w)
	}

	isPage := p.field.isAddress() || isHost(w) // whose ? begins its parameters
	if i := strings.IndexByte(w, '?'); i > 0 && !isPage && strings.Trim(w[i:], "?!.,") != "" {
		p.warn(from+i, msgQuestionMark, "")
	}

	if p.field == AnyField && !exact && !p.canonical && isHost(strings.TrimRight(w, ".,:!?")) {
		return p.parseHost(at, strings.TrimRight(w, ".,:!?"))
	}

	t := &Term{Field: p.field, Exact: exact, Near: -1, typed: strings.TrimRight(w, ".,;:!?"), at: at}
	if t.typed == "" || strings.HasSuffix(w, ".") && strings.Contains(strings.TrimSuffix(w, "."), ".") {
		t.typed = w
	}

	if !exact {
		p.warnCapitals(at, w)
	}

	return p.analyze(t, w, p.pos)
}

// parseHost reads a bare host such as bbc.co.uk as the site that it is.
func (p *parser) parseHost(at int, host string) (*Node, *Error) {
	p.warn(at, fmt.Sprintf(msgHost, host), p.replaced(at, at+len(host), `"`+host+`"`))

	p.field, p.fieldAt = SiteField, at
	defer func() { p.field = AnyField }()

	return p.analyze(&Term{Near: -1, typed: host, at: at}, host, p.pos)
}

// mayContain reports whether a sign, in any of its forms, may be in s. It is quick and
// errs only towards true.
func mayContain(s string, sign byte) bool {
	for i := range len(s) {
		if s[i] == sign || s[i] >= utf8.RuneSelf {
			return true
		}
	}

	return false
}

// warnNearApart warns that the ~5 of "a b" ~5 is read as a word.
func (p *parser) warnNearApart(at int, w string) {
	before := strings.TrimRight(p.input[:at], " ")
	last, _ := utf8.DecodeLastRuneInString(before)

	number := strings.TrimLeft(w, "~～")
	if before != "" && !text.IsQuote(last) && number != w && number != "" && strings.Trim(number, "0123456789") == "" {
		p.warn(at, msgNearWord, p.without(at, p.pos))
	}

	if text.IsQuote(last) && number != w && number != "" && strings.Trim(number, "0123456789") == "" {
		p.warn(at, msgNearApart, before+p.whole[at:])
	}
}

// tildeIndex is where word~5 has its sign, -1 when it has none.
func tildeIndex(w string) int {
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
	start := p.pos
	for p.pos < len(p.input) {
		r, size := p.signAt(p.pos)
		if r == ',' && p.isNumberComma(p.pos) || text.IsQuote(r) && p.isInHebrewWord(p.pos, size) || isSingleQuote(r) && p.pos > start {
			p.pos += size
			continue
		}

		if isSpace(r) || r == '(' || r == '|' || endsGroup(r) || text.IsQuote(r) {
			break
		}

		p.pos += size
	}

	return p.input[start:p.pos]
}

// lexTerm takes a word, or an address where one is looked for.
func (p *parser) lexTerm() string {
	if name := p.lexFieldName(); p.field.isAddress() && name != "" && strings.HasPrefix(p.input[p.pos+len(name):], "://") {
		return p.lexAddress()
	}

	return p.lexWord()
}

// lexAddress takes the characters of an address: commas are of it, but for one at
// its end.
func (p *parser) lexAddress() string {
	start, end := p.pos, p.pos
	for i := p.pos; i < len(p.input); {
		r, size := p.signAt(i)
		if isSpace(r) || r == '\n' || r == ')' || r == '|' || text.IsQuote(r) {
			break
		}

		if i += size; r != ',' {
			end = i
		}
	}

	p.pos = end

	return p.input[start:end]
}

// isNumberComma reports whether the comma at i is that of 1,000 and not of a list.
func (p *parser) isNumberComma(i int) bool {
	before := 0
	for j := i - 1; j >= 0 && isDigit(p.input[j]); j-- {
		before++
	}

	group := func(i int) bool {
		return i+3 < len(p.input) && p.input[i] == ',' && isDigit(p.input[i+1]) && isDigit(p.input[i+2]) && isDigit(p.input[i+3]) &&
			(i+4 >= len(p.input) || !isDigit(p.input[i+4]))
	}

	return before >= 1 && before <= 3 && group(i)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isInHebrewWord reports whether the quote at i is the mark of a Hebrew acronym.
func (p *parser) isInHebrewWord(i, size int) bool {
	before, _ := utf8.DecodeLastRuneInString(p.input[:i])
	after, _ := utf8.DecodeRuneInString(p.input[i+size:])

	return text.IsHebrew(before) && text.IsHebrew(after)
}

func isSingleQuote(r rune) bool {
	return r == '\'' || r == '‘' || r == '’' || r == '‚' || r == '‛'
}

// quoteCloser returns what closes the quote that opens at the current position, nil when none does.
func (p *parser) quoteCloser() func(rune) bool {
	r := p.peek()
	switch {
	case r == '「' || r == '｢':
		return func(c rune) bool { return c == '」' || c == '｣' }
	case r == '『':
		return func(c rune) bool { return c == '』' }
	case r == '《':
		return func(c rune) bool { return c == '》' }
	case text.IsQuote(r):
		return func(c rune) bool { return text.IsQuote(c) && !strings.ContainsRune("「」『』《》｢｣", c) }
	case isSingleQuote(r) && p.singleClosesAt(p.pos):
		return isSingleQuote
	}

	return nil
}

// singleClosesAt reports whether the single quote at a byte opens a phrase that is
// closed: 'a phrase', but not '90s.
func (p *parser) singleClosesAt(at int) bool {
	_, first := p.signAt(at)
	for i := at + first; i < len(p.input); {
		r, size := p.signAt(i)
		if r == '\n' {
			return false
		}

		i += size

		if !isSingleQuote(r) {
			continue
		}

		before, _ := utf8.DecodeLastRuneInString(p.input[:i-size])
		if n, _ := p.signAt(i); (endsGroup(n) || isSpace(n) || n == '|' || n == '~') && !isSpace(before) && i-size > at+first {
			return true
		}
	}

	return false
}

// parsePhrase reads "words in this order", and "words near"~5.
func (p *parser) parsePhrase(at int, exact bool, closes func(rune) bool) (*Node, *Error) {
	open := p.pos
	p.advance()
	start := p.pos

	single := isSingleQuote(p.runeAt(open))
	for p.pos < len(p.input) && !p.closesHere(closes, single) {
		p.advance()
	}

	if p.pos >= len(p.input) {
		return nil, p.fail(open, msgOpenQuote, p.whole+`"`)
	}

	body := p.input[start:p.pos]
	p.advance()

	t := &Term{Field: p.field, Exact: exact, quoted: true, Near: -1, typed: strings.TrimSpace(body), at: at}
	if err := p.parseNear(t, exact); err != nil {
		return nil, err
	}

	if len(text.Words(body)) == 0 {
		return nil, p.fail(open, msgEmptyQuote, p.without(at, p.pos))
	}

	return p.analyze(t, body, p.pos)
}

func (p *parser) runeAt(i int) rune { r, _ := p.signAt(i); return r }

func (p *parser) closesHere(closes func(rune) bool, single bool) bool {
	r, size := p.signAt(p.pos)
	if !closes(r) || p.isInHebrewWord(p.pos, size) {
		return false
	}

	if !single {
		return true
	}

	n, _ := p.signAt(p.pos + size)

	return endsGroup(n) || isSpace(n) || n == '|' || n == '~'
}

// parseNear reads the ~5 after a phrase.
func (p *parser) parseNear(t *Term, exact bool) *Error {
	if p.peek() != '~' {
		return nil
	}

	at := p.pos
	p.advance()

	from := p.pos
	for p.pos < len(p.input) && isDigit(p.input[p.pos]) {
		p.pos++
	}

	n, err := strconv.Atoi(p.input[from:p.pos])
	switch {
	case exact:
		return p.fail(at, msgExactNear, p.without(at, p.pos))
	case !t.Field.IsText():
		return p.fail(at, msgNearField, p.without(at, p.pos))
	case err != nil && from == p.pos, n < 1 && err == nil:
		return p.fail(at, msgNearNumber, p.replaced(at, p.pos, "~5"))
	case err != nil || n > MaxNear:
		return p.fail(at, msgNearFar, p.replaced(at, p.pos, "~"+strconv.Itoa(MaxNear)))
	}

	t.Near = n

	return nil
}

// warnWordless notes something typed that holds nothing to look for.
func (p *parser) warnWordless(at int) {
	p.wordless = append(p.wordless, at)
	p.warn(at, fmt.Sprintf(msgWordless, p.input[at:p.pos]), "")
}
