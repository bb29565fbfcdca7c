package subscriptions

// Words with signs in or around them. Everything here works on folded text: an
// apostrophe is ', a hyphen is -, a quote is ".

// readCompound reads a word and what is joined to it by hyphens, and gives the
// first byte behind.
func (p *page) readCompound(from int) int {
	first, pos := len(p.tokens), p.pos

	at, plain, n := from, true, 1
	for ; ; n++ {
		end, simple := p.readWord(at)
		plain = plain && simple
		p.pos++

		more := p.buf[end] == '-' && p.plain(end+1)
		if more && n < maxHyphened {
			at = end + 1
			continue
		}

		if n > 1 && plain && !more {
			p.hyphened(first, from, end, pos, n)
		}

		return end
	}
}

// maxHyphened is the most words that hyphens make one.
const maxHyphened = 4

// maxKey is the longest word that is told apart, in bytes; German law made one
// of 79 letters.
const maxKey = 128

// hyphened says covid-19 in one word too. "re-" is left out: to re-sign is not
// to resign.
func (p *page) hyphened(first, from, end, pos, n int) {
	if t := p.tokens[first]; t.keyLen == 2 && p.buf[t.key] == 'r' && p.buf[t.key+1] == 'e' {
		return
	}

	key := p.spare()
	start := len(key)

	for _, t := range p.tokens[first:] {
		if !t.other {
			key = append(key, p.buf[t.key:t.key+t.keyLen]...)
		}
	}

	if len(key)-start > maxKey {
		return
	}

	t := p.emitSpare(from, end, key)
	t.other, t.pos, t.width = true, uint32(pos), uint8(n)
}

// readWord reads one word with the signs that belong to it; simple tells that
// only letters and digits did.
func (p *page) readWord(from int) (end int, simple bool) {
	end = p.run(from)
	switch p.buf[end] {
	case ',', '.', '\'', nbsp:
		if stop := p.thousands(from, end); stop > 0 {
			return p.signed(from, stop, true), true
		}
	}

	switch b := p.buf[end]; {
	case b == '.' && p.single(from, end):
		if stop := p.dotted(from); stop > 0 {
			return stop, false
		}
	case b == '&' && p.short(from, end) && p.plain(end+1) && p.short(end+1, p.run(end+1)):
		return p.ampersand(from), false
	case p.apostrophe(end):
		return p.apostrophes(from, end), false
	}

	return p.signed(from, end, false), true
}

// signed emits a word with the sign before it ($AAPL, @handle, #tag, .NET) or
// behind it (C++, C#, Disney+), if there is one, and without.
func (p *page) signed(from, end int, number bool) int {
	key, n := from, end-from

	if number {
		built := p.spare()
		for i := from; i < end; i++ {
			if p.inWord(i) {
				built = append(built, p.buf[i])
			}
		}

		return p.signedNumber(from, end, built)
	}

	if p.signBefore(from) {
		if stop := p.tagEnd(from); stop > end && p.buf[from-1] != '$' && p.buf[from-1] != '.' {
			p.emitTag(from, stop)
		} else {
			p.emit(from-1, end, key-1, n+1)
		}

		p.emit(from, end, key, n).other = true

		return end
	}

	if s := p.signBehind(from, end); s > 0 {
		p.emit(from, end+s, key, n+s)

		if p.runes(from, end) > 1 {
			p.emit(from, end, key, n).other = true
		}

		return end + s
	}

	p.emit(from, end, key, n)

	if n == 3 && p.buf[end-1] == 's' && p.capitalsPlural(from) {
		p.emit(from, end, key, 2).other = true
	}

	return end
}

// tagEnd is the end of a tag or handle that begins at i: it takes letters of all
// scripts, and underlines within.
func (p *page) tagEnd(i int) int {
	end := wordEnd(p.word, i)
	for p.buf[end] == '_' && p.inWord(end+1) {
		end = wordEnd(p.word, end+1)
	}

	return end
}

// emitTag adds a tag or handle whole, without its underlines: #covid_19 is
// #covid19.
func (p *page) emitTag(from, end int) *token {
	key := append(p.spare(), p.buf[from-1])
	for i := from; i < end; i++ {
		if p.inWord(i) {
			key = append(key, p.buf[i])
		}
	}

	return p.emitSpare(from-1, end, key)
}

// signedNumber is signed for a number, whose key is built without its separators.
func (p *page) signedNumber(from, end int, key []byte) int {
	plain := string(key[p.keyEnd():])
	switch s := p.signBehind(from, end); {
	case p.signBefore(from):
		p.emitKey(from-1, end, string(p.buf[from-1]), plain)
		p.emitKey(from, end, plain).other = true
	case s > 0:
		p.emitKey(from, end+s, plain, string(p.buf[end:end+s]))
		p.emitKey(from, end, plain).other = true

		return end + s
	default:
		p.emitKey(from, end, plain)
	}

	return end
}

// runes counts the characters of a piece of a word.
func (p *page) runes(from, to int) int {
	n := 0

	for _, b := range p.buf[from:to] {
		if b&0xC0 != 0x80 {
			n++
		}
	}

	return n
}

func (p *page) short(from, to int) bool { return p.runes(from, to) <= 3 }

func (p *page) digit(i int) bool { return p.buf[i] >= '0' && p.buf[i] <= '9' }

func (p *page) digits(from, to int) bool {
	for i := from; i < to; i++ {
		if !p.digit(i) {
			return false
		}
	}

	return true
}

// capitalsPlural tells EVs and TVs, which are plural however short they are.
func (p *page) capitalsPlural(from int) bool {
	sec, start, end := p.source(uint32(from), uint32(from+3))
	if end-start != 3 || sec == nil {
		return false
	}

	capital := func(c byte) bool { return c >= 'A' && c <= 'Z' }

	return capital(sec.text[start]) && capital(sec.text[start+1]) && sec.text[start+2] == 's'
}

func (p *page) signBefore(from int) bool {
	b := p.buf[from-1]
	if signs(b)&beginsWord == 0 || p.inWord(from-1) || p.inWord(from-2) {
		return false
	}

	if b != '.' {
		return true
	}

	before := p.buf[from-2]

	return (before <= ' ' || before == '(' || before == '"' || before == nbsp) && p.buf[from] > '9'
}

func (p *page) signBehind(from, end int) int {
	n := 0

	switch p.buf[end] {
	case '+':
		n = 1
		if p.buf[end+1] == '+' {
			n = 2
		}
	case '#':
		if p.single(from, end) {
			n = 1
		}
	}

	if n == 0 || p.inWord(end+n) || p.buf[end+n] == '+' || p.buf[end+n] == '#' {
		return 0
	}

	return n
}

// single tells a letter that is a word by itself.
func (p *page) single(from, end int) bool {
	return p.runes(from, end) == 1 && p.buf[from] > '9'
}

// thousands reads 1,000,000 and gives its end, 0 when it is no such number.
func (p *page) thousands(from, end int) int {
	if end-from > 3 || !p.digits(from, end) {
		return 0
	}

	sign, groups := p.buf[end], 0
	for p.buf[end] == sign && p.plain(end+1) {
		next := p.run(end + 1)
		if next-end-1 != 3 || !p.digits(end+1, next) {
			break
		}

		end = next
		groups++
	}

	if groups == 0 || sign == '.' && groups < 2 {
		return 0
	}

	return end
}

// dotted reads U.S. and J.K., with and without their dots.
func (p *page) dotted(from int) int {
	n, i := 0, from

	single := func(i int) int {
		if !p.plain(i) {
			return 0
		}

		if end := p.run(i); p.single(i, end) {
			return end
		}

		return 0
	}
	for end := single(i); end > 0 && p.buf[end] == '.'; end = single(i) {
		i = end + 1
		n++
	}

	last := i
	if end := single(i); end > 0 {
		i, last = end, end
		n++
	} else {
		last--
	}

	if n < 2 {
		return 0
	}

	stop := p.possessive(i)
	p.emit(from, stop, from, last-from)

	built := p.spare()
	for j := from; j < last; j++ {
		if p.inWord(j) {
			built = append(built, p.buf[j])
		}
	}

	p.emitSpare(from, stop, built).other = true

	return stop
}

// possessive skips 's after a word.
func (p *page) possessive(i int) int {
	if p.buf[i] == '\'' && p.buf[i+1] == 's' && p.plain(i+1) && p.run(i+1) == i+2 && !p.apostrophe(i+2) {
		return i + 2
	}

	return i
}

// ampersand reads AT&T as one word.
func (p *page) ampersand(from int) int {
	end := p.run(from)
	for p.buf[end] == '&' && p.plain(end+1) && p.short(end+1, p.run(end+1)) {
		end = p.run(end + 1)
	}

	stop := p.possessive(end)
	p.emit(from, stop, from, end-from)

	return stop
}

// apostrophe tells a sign within a word: an apostrophe, or the mark of a Hebrew
// acronym, which many type as a quote.
func (p *page) apostrophe(i int) bool {
	if !p.plain(i-1) || !p.plain(i+1) {
		return false
	}

	switch p.buf[i] {
	case '\'':
		return !p.inWord(i)
	case '"':
		return p.hebrewBefore(i) && p.hebrewAt(i+1)
	}

	return false
}

// hebrewAt tells a letter from alef to tav, U+05D0 to U+05EA.
func (p *page) hebrewAt(i int) bool {
	return p.buf[i] == 0xD7 && p.buf[i+1] >= 0x90 && p.buf[i+1] <= 0xAA
}

func (p *page) hebrewBefore(i int) bool { return i >= 2 && p.hebrewAt(i-2) }

// apostrophes reads O'Brien as obrien, Tesla's as tesla, l'Europe as leurope
// and europe.
func (p *page) apostrophes(from, end int) int {
	stop, last, parts := end, end, 1
	for p.apostrophe(stop) {
		if s := p.possessive(stop); s > stop {
			stop = s
			break
		}

		stop = p.run(stop + 1)
		last = stop
		parts++
	}

	if parts == 1 {
		p.emit(from, stop, from, last-from)
		return stop
	}

	built := p.spare()
	for j := from; j < last; j++ {
		if p.inWord(j) {
			built = append(built, p.buf[j])
		}
	}

	p.emitSpare(from, stop, built)

	if parts == 2 && p.runes(end+1, last) > 1 && elides(p.buf[from:end]) {
		p.emit(end+1, stop, end+1, last-end-1).other = true
	}

	return stop
}

// elides tells the little words of French, Italian and Catalan that lose their
// vowel before the next word.
func elides(head []byte) bool {
	switch string(head) {
	case "l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu",
		"dell", "all", "nell", "sull", "dall", "un", "quell", "coll", "degl", "agl":
		return true
	}

	return false
}
