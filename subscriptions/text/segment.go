package text

// Words with signs in or around them. Everything here works on folded text: an
// apostrophe is ', a hyphen is -, a quote is ".

// readCompound reads a word and what is joined to it by hyphens, and gives the
// first byte behind.
func (p *Document) readCompound(from int) int {
	first, pos := len(p.Tokens), p.NextPos

	at, plain, n := from, true, 1
	for ; ; n++ {
		end, simple := p.readWord(at)
		plain = plain && simple
		p.NextPos++

		more := p.Buf[end] == '-' && p.isPlainWord(end+1)
		if more && n < maxHyphenated {
			at = end + 1
			continue
		}

		if n > 1 && plain && !more {
			p.addHyphenated(first, from, end, pos, n)
		}

		return end
	}
}

// maxHyphened is the most words that hyphens make one.
const maxHyphenated = 4

// maxKey is the longest word that is told apart, in bytes; German law made one
// of 79 letters.
const maxKey = 128

// hyphened says covid-19 in one word too. "re-" is left out: to re-sign is not
// to resign.
func (p *Document) addHyphenated(first, from, end, pos, n int) {
	if t := p.Tokens[first]; t.KeyLen == 2 && p.Buf[t.Key] == 'r' && p.Buf[t.Key+1] == 'e' {
		return
	}

	key := p.spareRoom()
	start := len(key)

	for _, t := range p.Tokens[first:] {
		if !t.alternative {
			key = append(key, p.Buf[t.Key:t.Key+t.KeyLen]...)
		}
	}

	if len(key)-start > maxKey {
		return
	}

	t := p.addBuiltToken(from, end, key)
	t.alternative, t.Pos, t.Width = true, uint32(pos), uint8(n)
}

// readWord reads one word with the signs that belong to it; simple tells that
// only letters and digits did.
func (p *Document) readWord(from int) (end int, simple bool) {
	end = p.wordRunEnd(from)
	switch p.Buf[end] {
	case ',', '.', '\'', nbsp:
		if stop := p.groupedNumberEnd(from, end); stop > 0 {
			return p.readSigned(from, stop, true), true
		}
	}

	switch b := p.Buf[end]; {
	case b == '.' && p.isSingleLetter(from, end):
		if stop := p.readInitials(from); stop > 0 {
			return stop, false
		}
	case b == '&' && p.isShort(from, end) && p.isPlainWord(end+1) && p.isShort(end+1, p.wordRunEnd(end+1)):
		return p.readAmpersand(from), false
	case p.isApostrophe(end):
		return p.readApostrophes(from, end), false
	}

	return p.readSigned(from, end, false), true
}

// signed emits a word with the sign before it ($AAPL, @handle, #tag, .NET) or
// behind it (C++, C#, Disney+), if there is one, and without.
func (p *Document) readSigned(from, end int, number bool) int {
	key, n := from, end-from

	if number {
		built := p.spareRoom()
		for i := from; i < end; i++ {
			if p.inWord(i) {
				built = append(built, p.Buf[i])
			}
		}

		return p.addSignedNumber(from, end, built)
	}

	if p.hasSignBefore(from) {
		if stop := p.tagEnd(from); stop > end && p.Buf[from-1] != '$' && p.Buf[from-1] != '.' {
			p.addTag(from, stop)
		} else {
			p.addToken(from-1, end, key-1, n+1)
		}

		p.addToken(from, end, key, n).alternative = true

		return end
	}

	if s := p.signLengthBehind(from, end); s > 0 {
		p.addToken(from, end+s, key, n+s)

		if p.countRunes(from, end) > 1 {
			p.addToken(from, end, key, n).alternative = true
		}

		return end + s
	}

	p.addToken(from, end, key, n)

	if n == 3 && p.Buf[end-1] == 's' && p.isCapitalsPlural(from) {
		p.addToken(from, end, key, 2).alternative = true
	}

	return end
}

// tagEnd is the end of a tag or handle that begins at i: it takes letters of all
// scripts, and underlines within.
func (p *Document) tagEnd(i int) int {
	end := wordEnd(p.wordBits, i)
	for p.Buf[end] == '_' && p.inWord(end+1) {
		end = wordEnd(p.wordBits, end+1)
	}

	return end
}

// emitTag adds a tag or handle whole, without its underlines: #covid_19 is
// #covid19.
func (p *Document) addTag(from, end int) *Token {
	key := append(p.spareRoom(), p.Buf[from-1])
	for i := from; i < end; i++ {
		if p.inWord(i) {
			key = append(key, p.Buf[i])
		}
	}

	return p.addBuiltToken(from-1, end, key)
}

// signedNumber is signed for a number, whose key is built without its separators.
func (p *Document) addSignedNumber(from, end int, key []byte) int {
	plain := string(key[p.keyEnd():])
	switch s := p.signLengthBehind(from, end); {
	case p.hasSignBefore(from):
		p.AddKey(from-1, end, string(p.Buf[from-1]), plain)
		p.AddKey(from, end, plain).alternative = true
	case s > 0:
		p.AddKey(from, end+s, plain, string(p.Buf[end:end+s]))
		p.AddKey(from, end, plain).alternative = true

		return end + s
	default:
		p.AddKey(from, end, plain)
	}

	return end
}

// runes counts the characters of a piece of a word.
func (p *Document) countRunes(from, to int) int {
	n := 0

	for _, b := range p.Buf[from:to] {
		if b&0xC0 != 0x80 {
			n++
		}
	}

	return n
}

func (p *Document) isShort(from, to int) bool { return p.countRunes(from, to) <= 3 }

func (p *Document) isDigit(i int) bool { return p.Buf[i] >= '0' && p.Buf[i] <= '9' }

func (p *Document) allDigits(from, to int) bool {
	for i := from; i < to; i++ {
		if !p.isDigit(i) {
			return false
		}
	}

	return true
}

// capitalsPlural tells EVs and TVs, which are plural however short they are.
func (p *Document) isCapitalsPlural(from int) bool {
	sec, start, end := p.Source(uint32(from), uint32(from+3))
	if end-start != 3 || sec == nil {
		return false
	}

	capital := func(c byte) bool { return c >= 'A' && c <= 'Z' }

	return capital(sec.Text[start]) && capital(sec.Text[start+1]) && sec.Text[start+2] == 's'
}

func (p *Document) hasSignBefore(from int) bool {
	b := p.Buf[from-1]
	if signMeaning(b)&beginsWord == 0 || p.inWord(from-1) || p.inWord(from-2) {
		return false
	}

	if b != '.' {
		return true
	}

	before := p.Buf[from-2]

	return (before <= ' ' || before == '(' || before == '"' || before == nbsp) && p.Buf[from] > '9'
}

func (p *Document) signLengthBehind(from, end int) int {
	n := 0

	switch p.Buf[end] {
	case '+':
		n = 1
		if p.Buf[end+1] == '+' {
			n = 2
		}
	case '#':
		if p.isSingleLetter(from, end) {
			n = 1
		}
	}

	if n == 0 || p.inWord(end+n) || p.Buf[end+n] == '+' || p.Buf[end+n] == '#' {
		return 0
	}

	return n
}

// single tells a letter that is a word by itself.
func (p *Document) isSingleLetter(from, end int) bool {
	return p.countRunes(from, end) == 1 && p.Buf[from] > '9'
}

// thousands reads 1,000,000 and gives its end, 0 when it is no such number.
func (p *Document) groupedNumberEnd(from, end int) int {
	if end-from > 3 || !p.allDigits(from, end) {
		return 0
	}

	sign, groups := p.Buf[end], 0
	for p.Buf[end] == sign && p.isPlainWord(end+1) {
		next := p.wordRunEnd(end + 1)
		if next-end-1 != 3 || !p.allDigits(end+1, next) {
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
func (p *Document) readInitials(from int) int {
	n, i := 0, from

	single := func(i int) int {
		if !p.isPlainWord(i) {
			return 0
		}

		if end := p.wordRunEnd(i); p.isSingleLetter(i, end) {
			return end
		}

		return 0
	}
	for end := single(i); end > 0 && p.Buf[end] == '.'; end = single(i) {
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

	stop := p.skipPossessive(i)
	p.addToken(from, stop, from, last-from)

	built := p.spareRoom()
	for j := from; j < last; j++ {
		if p.inWord(j) {
			built = append(built, p.Buf[j])
		}
	}

	p.addBuiltToken(from, stop, built).alternative = true

	return stop
}

// possessive skips 's after a word.
func (p *Document) skipPossessive(i int) int {
	if p.Buf[i] == '\'' && p.Buf[i+1] == 's' && p.isPlainWord(i+1) && p.wordRunEnd(i+1) == i+2 && !p.isApostrophe(i+2) {
		return i + 2
	}

	return i
}

// ampersand reads AT&T as one word.
func (p *Document) readAmpersand(from int) int {
	end := p.wordRunEnd(from)
	for p.Buf[end] == '&' && p.isPlainWord(end+1) && p.isShort(end+1, p.wordRunEnd(end+1)) {
		end = p.wordRunEnd(end + 1)
	}

	stop := p.skipPossessive(end)
	p.addToken(from, stop, from, end-from)

	return stop
}

// apostrophe tells a sign within a word: an apostrophe, or the mark of a Hebrew
// acronym, which many type as a quote.
func (p *Document) isApostrophe(i int) bool {
	if !p.isPlainWord(i-1) || !p.isPlainWord(i+1) {
		return false
	}

	switch p.Buf[i] {
	case '\'':
		return !p.inWord(i)
	case '"':
		return p.isHebrewBefore(i) && p.isHebrewAt(i+1)
	}

	return false
}

// hebrewAt tells a letter from alef to tav, U+05D0 to U+05EA.
func (p *Document) isHebrewAt(i int) bool {
	return p.Buf[i] == 0xD7 && p.Buf[i+1] >= 0x90 && p.Buf[i+1] <= 0xAA
}

func (p *Document) isHebrewBefore(i int) bool { return i >= 2 && p.isHebrewAt(i-2) }

// apostrophes reads O'Brien as obrien, Tesla's as tesla, l'Europe as leurope
// and europe.
func (p *Document) readApostrophes(from, end int) int {
	stop, last, parts := end, end, 1
	for p.isApostrophe(stop) {
		if s := p.skipPossessive(stop); s > stop {
			stop = s
			break
		}

		stop = p.wordRunEnd(stop + 1)
		last = stop
		parts++
	}

	if parts == 1 {
		p.addToken(from, stop, from, last-from)
		return stop
	}

	built := p.spareRoom()
	for j := from; j < last; j++ {
		if p.inWord(j) {
			built = append(built, p.Buf[j])
		}
	}

	p.addBuiltToken(from, stop, built)

	if parts == 2 && p.countRunes(end+1, last) > 1 && isElision(p.Buf[from:end]) {
		p.addToken(end+1, stop, end+1, last-end-1).alternative = true
	}

	return stop
}

// elides tells the little words of French, Italian and Catalan that lose their
// vowel before the next word.
func isElision(head []byte) bool {
	switch string(head) {
	case "l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu",
		"dell", "all", "nell", "sull", "dall", "un", "quell", "coll", "degl", "agl":
		return true
	}

	return false
}
