package text

// Words with signs in or around them. Everything here works on folded text: an
// apostrophe is ', a hyphen is -, a quote is ".

// readCompound reads a word and what is joined to it by hyphens, and returns the
// first byte behind.
func (d *Document) readCompound(from int) int {
	first, pos := len(d.Tokens), d.NextPos

	at, plain, n := from, true, 1
	for ; ; n++ {
		end, simple := d.readWord(at)
		plain = plain && simple
		d.NextPos++

		more := d.Buf[end] == '-' && d.isPlainWord(end+1)
		if more && n < maxHyphenated {
			at = end + 1
			continue
		}

		if n > 1 && plain && !more {
			d.addHyphenated(first, from, end, pos, n)
		}

		return end
	}
}

// maxHyphenated is the most words that hyphens make one.
const maxHyphenated = 4

// maxKey is the longest word that is distinguished, in bytes; German law made one
// of 79 letters.
const maxKey = 128

// addHyphenated says covid-19 in one word too. "re-" is left out: to re-sign is not
// to resign.
func (d *Document) addHyphenated(first, from, end, pos, n int) {
	if t := d.Tokens[first]; t.KeyLen == 2 && d.Buf[t.Key] == 'r' && d.Buf[t.Key+1] == 'e' {
		return
	}

	key := d.spareRoom()
	start := len(key)

	for _, t := range d.Tokens[first:] {
		if !t.Alternative {
			key = append(key, d.Buf[t.Key:t.Key+t.KeyLen]...)
		}
	}

	if len(key)-start > maxKey {
		return
	}

	t := d.addBuiltToken(from, end, key)
	t.Alternative, t.Pos, t.Width = true, uint32(pos), uint8(n)
}

// readWord reads one word with the signs that belong to it; simple tells that
// only letters and digits did.
func (d *Document) readWord(from int) (end int, simple bool) {
	end = d.wordRunEnd(from)
	switch d.Buf[end] {
	case ',', '.', '\'', nbsp:
		if stop := d.groupedNumberEnd(from, end); stop > 0 {
			return d.readSigned(from, stop, true), true
		}
	}

	switch b := d.Buf[end]; {
	case b == '.' && d.isSingleLetter(from, end):
		if stop := d.readInitials(from); stop > 0 {
			return stop, false
		}
	case b == '&' && d.isShort(from, end) && d.isPlainWord(end+1) && d.isShort(end+1, d.wordRunEnd(end+1)):
		return d.readAmpersand(from), false
	case d.isApostrophe(end):
		return d.readApostrophes(from, end), false
	}

	return d.readSigned(from, end, false), true
}

// readSigned emits a word with the sign before it ($AAPL, @handle, #tag, .NET) or
// behind it (C++, C#, Disney+), if there is one, and without.
func (d *Document) readSigned(from, end int, number bool) int {
	key, n := from, end-from

	if number {
		built := d.spareRoom()
		for i := from; i < end; i++ {
			if d.inWord(i) {
				built = append(built, d.Buf[i])
			}
		}

		return d.addSignedNumber(from, end, built)
	}

	if d.hasSignBefore(from) {
		if stop := d.tagEnd(from); stop > end && d.Buf[from-1] != '$' && d.Buf[from-1] != '.' {
			d.addTag(from, stop)
		} else {
			d.addToken(from-1, end, key-1, n+1)
		}

		d.addToken(from, end, key, n).Alternative = true

		return end
	}

	if s := d.signLengthBehind(from, end); s > 0 {
		d.addToken(from, end+s, key, n+s)

		if d.countRunes(from, end) > 1 {
			d.addToken(from, end, key, n).Alternative = true
		}

		return end + s
	}

	d.addToken(from, end, key, n)

	if n == 3 && d.Buf[end-1] == 's' && d.isCapitalsPlural(from) {
		d.addToken(from, end, key, 2).Alternative = true
	}

	return end
}

// tagEnd is the end of a tag or handle that begins at i: it takes letters of all
// scripts, and underlines within.
func (d *Document) tagEnd(i int) int {
	end := wordEnd(d.wordBits, i)
	for d.Buf[end] == '_' && d.inWord(end+1) {
		end = wordEnd(d.wordBits, end+1)
	}

	return end
}

// addTag adds a tag or handle whole, without its underlines: #covid_19 is
// #covid19.
func (d *Document) addTag(from, end int) *Token {
	key := append(d.spareRoom(), d.Buf[from-1])
	for i := from; i < end; i++ {
		if d.inWord(i) {
			key = append(key, d.Buf[i])
		}
	}

	return d.addBuiltToken(from-1, end, key)
}

// addSignedNumber is signed for a number, whose key is built without its separators.
func (d *Document) addSignedNumber(from, end int, key []byte) int {
	plain := string(key[d.keyEnd():])
	switch s := d.signLengthBehind(from, end); {
	case d.hasSignBefore(from):
		d.AddKey(from-1, end, string(d.Buf[from-1]), plain)
		d.AddKey(from, end, plain).Alternative = true
	case s > 0:
		d.AddKey(from, end+s, plain, string(d.Buf[end:end+s]))
		d.AddKey(from, end, plain).Alternative = true

		return end + s
	default:
		d.AddKey(from, end, plain)
	}

	return end
}

// countRunes counts the characters of a piece of a word.
func (d *Document) countRunes(from, to int) int {
	n := 0

	for _, b := range d.Buf[from:to] {
		if b&0xC0 != 0x80 {
			n++
		}
	}

	return n
}

func (d *Document) isShort(from, to int) bool { return d.countRunes(from, to) <= 3 }

func (d *Document) isDigit(i int) bool { return d.Buf[i] >= '0' && d.Buf[i] <= '9' }

func (d *Document) allDigits(from, to int) bool {
	for i := from; i < to; i++ {
		if !d.isDigit(i) {
			return false
		}
	}

	return true
}

// isCapitalsPlural reports whether a word such as EVs or TVs begins at from: two
// capitals and an s are a plural, short as they are.
func (d *Document) isCapitalsPlural(from int) bool {
	sec, start, end := d.Source(uint32(from), uint32(from+3))
	if end-start != 3 || sec == nil {
		return false
	}

	capital := func(c byte) bool { return c >= 'A' && c <= 'Z' }

	return capital(sec.Text[start]) && capital(sec.Text[start+1]) && sec.Text[start+2] == 's'
}

func (d *Document) hasSignBefore(from int) bool {
	b := d.Buf[from-1]
	if signMeaning(b)&beginsWord == 0 || d.inWord(from-1) || d.inWord(from-2) {
		return false
	}

	if b != '.' {
		return true
	}

	before := d.Buf[from-2]

	return (before <= ' ' || before == '(' || before == '"' || before == nbsp) && d.Buf[from] > '9'
}

func (d *Document) signLengthBehind(from, end int) int {
	n := 0

	switch d.Buf[end] {
	case '+':
		n = 1
		if d.Buf[end+1] == '+' {
			n = 2
		}
	case '#':
		if d.isSingleLetter(from, end) {
			n = 1
		}
	}

	if n == 0 || d.inWord(end+n) || d.Buf[end+n] == '+' || d.Buf[end+n] == '#' {
		return 0
	}

	return n
}

// isSingleLetter reports whether a word is a single letter.
func (d *Document) isSingleLetter(from, end int) bool {
	return d.countRunes(from, end) == 1 && d.Buf[from] > '9'
}

// groupedNumberEnd reads 1,000,000 and returns its end, 0 when it is no such number.
func (d *Document) groupedNumberEnd(from, end int) int {
	if end-from > 3 || !d.allDigits(from, end) {
		return 0
	}

	sign, groups := d.Buf[end], 0
	for d.Buf[end] == sign && d.isPlainWord(end+1) {
		next := d.wordRunEnd(end + 1)
		if next-end-1 != 3 || !d.allDigits(end+1, next) {
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

// readInitials reads U.S. and J.K., with and without their dots.
func (d *Document) readInitials(from int) int {
	n, i := 0, from

	single := func(i int) int {
		if !d.isPlainWord(i) {
			return 0
		}

		if end := d.wordRunEnd(i); d.isSingleLetter(i, end) {
			return end
		}

		return 0
	}
	for end := single(i); end > 0 && d.Buf[end] == '.'; end = single(i) {
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

	stop := d.skipPossessive(i)
	d.addToken(from, stop, from, last-from)

	built := d.spareRoom()
	for j := from; j < last; j++ {
		if d.inWord(j) {
			built = append(built, d.Buf[j])
		}
	}

	d.addBuiltToken(from, stop, built).Alternative = true

	return stop
}

// skipPossessive skips 's after a word.
func (d *Document) skipPossessive(i int) int {
	if d.Buf[i] == '\'' && d.Buf[i+1] == 's' && d.isPlainWord(i+1) && d.wordRunEnd(i+1) == i+2 && !d.isApostrophe(i+2) {
		return i + 2
	}

	return i
}

// readAmpersand reads AT&T as one word.
func (d *Document) readAmpersand(from int) int {
	end := d.wordRunEnd(from)
	for d.Buf[end] == '&' && d.isPlainWord(end+1) && d.isShort(end+1, d.wordRunEnd(end+1)) {
		end = d.wordRunEnd(end + 1)
	}

	stop := d.skipPossessive(end)
	d.addToken(from, stop, from, end-from)

	return stop
}

// isApostrophe reports whether byte i is a sign within a word: an apostrophe, or the
// mark of a Hebrew acronym, which many type as a quote.
func (d *Document) isApostrophe(i int) bool {
	if !d.isPlainWord(i-1) || !d.isPlainWord(i+1) {
		return false
	}

	switch d.Buf[i] {
	case '\'':
		return !d.inWord(i)
	case '"':
		return d.isHebrewBefore(i) && d.isHebrewAt(i+1)
	}

	return false
}

// isHebrewAt reports whether a letter from alef to tav, U+05D0 to U+05EA, is at i.
func (d *Document) isHebrewAt(i int) bool {
	return d.Buf[i] == 0xD7 && d.Buf[i+1] >= 0x90 && d.Buf[i+1] <= 0xAA
}

func (d *Document) isHebrewBefore(i int) bool { return i >= 2 && d.isHebrewAt(i-2) }

// readApostrophes reads O'Brien as obrien, Tesla's as tesla, l'Europe as leurope
// and europe.
func (d *Document) readApostrophes(from, end int) int {
	stop, last, parts := end, end, 1
	for d.isApostrophe(stop) {
		if s := d.skipPossessive(stop); s > stop {
			stop = s
			break
		}

		stop = d.wordRunEnd(stop + 1)
		last = stop
		parts++
	}

	if parts == 1 {
		d.addToken(from, stop, from, last-from)
		return stop
	}

	built := d.spareRoom()
	for j := from; j < last; j++ {
		if d.inWord(j) {
			built = append(built, d.Buf[j])
		}
	}

	d.addBuiltToken(from, stop, built)

	if parts == 2 && d.countRunes(end+1, last) > 1 && isElision(d.Buf[from:end]) {
		d.addToken(end+1, stop, end+1, last-end-1).Alternative = true
	}

	return stop
}

// isElision reports whether head is a word of French, Italian or Catalan that loses
// its vowel before the next word.
func isElision(head []byte) bool {
	switch string(head) {
	case "l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu",
		"dell", "all", "nell", "sull", "dall", "un", "quell", "coll", "degl", "agl":
		return true
	}

	return false
}
