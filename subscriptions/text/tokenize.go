package text

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Tokenize reads the sections that were added since it was last called.
func (d *Document) Tokenize() {
	for ; d.tokenized < len(d.Sections); d.tokenized++ {
		s := &d.Sections[d.tokenized]

		s.Pos, d.sectionEnd = d.NextPos, s.to
		if d.hasDense {
			d.readMixed(s.from)
		} else {
			d.readWords(s.from)
		}

		s.endPos = d.NextPos
		d.NextPos += sectionGap
	}
}

// What a byte next to a word may mean.
const (
	joinsWords = 1 << iota // between two words, it makes one of them
	endsWord               // it belongs to the word before it: C++, C#
	beginsWord             // it belongs to the word behind it: $AAPL, @handle
)

// signMeaning returns what a byte next to a word may mean.
func signMeaning(b byte) uint8 {
	const table = "" +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		//   !   "   #   $   %   &   '   (   )   *   +   ,   -   .   /
		"\x00\x00\x01\x06\x04\x00\x01\x01\x00\x00\x00\x02\x01\x01\x05\x00" +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x04" // @

	if b == nbsp {
		return joinsWords
	}

	if int(b) < len(table) {
		return table[b]
	}

	return 0
}

// readWords reads a section without Korean and scripts without spaces: most.
func (d *Document) readWords(from int) {
	for i := d.wordStart(from, d.sectionEnd); i < d.sectionEnd; i = d.wordStart(i, d.sectionEnd) {
		end := wordEnd(d.wordBits, i)

		s := signMeaning(d.Buf[end])
		if (s == 0 || s&endsWord == 0 && !d.inWord(end+1)) && signMeaning(d.Buf[i-1])&beginsWord == 0 {
			n := end - i

			var hash uint64

			if n <= 8 { // hashKey, written out: this is where the time goes
				x := binary.LittleEndian.Uint64(d.Buf[i:i+8]) & (^uint64(0) >> ((64 - 8*n) & 63))
				hi, lo := bits.Mul64(d.Seed^x^uint64(n)<<56, hashFactor)
				hash = hi ^ lo
			} else {
				hash = hashLong(d.Seed, d.Buf, i, n)
			}

			d.Tokens = append(d.Tokens, Token{
				Hash: hash, From: uint32(i), To: uint32(end), Key: uint32(i), KeyLen: uint32(n), Pos: uint32(d.NextPos), Width: 1,
			})
			if n == 3 && d.Buf[end-1] == 's' && d.isCapitalsPlural(i) {
				d.addToken(i, end, i, 2).Alternative = true
			}

			d.NextPos++
			i = end

			continue
		}

		i = d.readCompound(i)
	}
}

// readMixed reads a section with any script.
func (d *Document) readMixed(from int) {
	for i := d.wordStart(from, d.sectionEnd); i < d.sectionEnd; i = d.wordStart(i, d.sectionEnd) {
		if !d.isSplit(i) {
			i = d.readCompound(i)
			continue
		}

		r, size := utf8.DecodeRune(d.Buf[i:])

		end := i + size
		if isHangul(r) {
			for d.isSplit(end) {
				r, size := utf8.DecodeRune(d.Buf[end:])
				if !isHangul(r) {
					break
				}

				end += size
			}
		}

		if d.Buf[i-1] == '#' && d.hasSignBefore(i) {
			d.addTag(i, d.tagEnd(i)).Alternative = true
		}

		d.addToken(i, end, i, end-i)
		d.NextPos++
		i = end
	}
}

// isHangul reports whether r is Korean, without Unicode's tables where it can.
func isHangul(r rune) bool {
	switch {
	case r >= 0xAC00 && r <= 0xD7A3:
		return true
	case r < 0x1100, r >= 0x1200 && r < 0x3130, r >= 0x3200 && r < 0xA960:
		return false
	}

	return Classify(r) == Hangul
}

func (d *Document) inWord(i int) bool  { return d.wordBits[i>>6]>>(i&63)&1 != 0 }
func (d *Document) isSplit(i int) bool { return d.splitBits[i>>6]>>(i&63)&1 != 0 }

// isPlainWord reports whether byte i belongs to a word of a script with spaces.
func (d *Document) isPlainWord(i int) bool { return d.inWord(i) && !d.isSplit(i) }

// wordRunEnd is the end of the plain word that i is in.
func (d *Document) wordRunEnd(i int) int {
	end := wordEnd(d.wordBits, i)
	if !d.hasDense {
		return end
	}

	for i < end && !d.isSplit(i) {
		i++
	}

	return i
}

// addToken adds a reading of from..to whose key stands at key.
func (d *Document) addToken(from, to, key, n int) *Token {
	d.Tokens = append(d.Tokens, Token{
		Hash: HashKey(d.Seed, d.Buf, key, n), From: uint32(from), To: uint32(to),
		Key: uint32(key), KeyLen: uint32(n), Pos: uint32(d.NextPos), Width: 1,
	})

	return &d.Tokens[len(d.Tokens)-1]
}

// Touches reports whether nothing stands between a token and the word before it.
func (d *Document) Touches(i uint32) bool { return i > 0 && d.Tokens[i-1].To == d.Tokens[i].From }

// AddKey adds a reading whose key does not stand in the text as it is.
func (d *Document) AddKey(from, to int, key ...string) *Token {
	at := d.spareRoom()
	for _, k := range key {
		at = append(at, k...)
	}

	return d.addBuiltToken(from, to, at)
}

// spareRoom is room behind the text for a key to be built.
func (d *Document) spareRoom() []byte { return d.Buf[:d.keyEnd()] }

// keyEnd is where the keys end that do not stand in the text.
func (d *Document) keyEnd() int { return max(d.keysEnd, d.Len+Slack) }

func (d *Document) addBuiltToken(from, to int, built []byte) *Token {
	at, n := d.keyEnd(), len(built)-d.keyEnd()
	if cap(built) < len(built)+Slack {
		built = append(built, make([]byte, Slack)...)[:len(built)]
	}

	d.Buf = built[:cap(built)]
	d.keysEnd = at + n

	return d.addToken(from, to, at, n)
}

// HashKey hashes n bytes of b from i on; up to seven bytes behind are read too.
func HashKey(seed uint64, b []byte, i, n int) uint64 {
	if n > 8 {
		return hashLong(seed, b, i, n)
	}

	x := binary.LittleEndian.Uint64(b[i:i+8]) & (^uint64(0) >> ((64 - 8*n) & 63))

	return Mix(seed^x^uint64(n)<<56, hashFactor)
}

const hashFactor = 0xE7037ED1A0B428DB

func hashLong(seed uint64, b []byte, i, n int) uint64 {
	h := seed ^ uint64(n)*0x9E3779B97F4A7C15
	for ; n > 8; i, n = i+8, n-8 {
		h = Mix(h^binary.LittleEndian.Uint64(b[i:i+8]), 0xA0761D6478BD642F)
	}

	x := binary.LittleEndian.Uint64(b[i:i+8]) & (^uint64(0) >> ((64 - 8*n) & 63))

	return Mix(h^x, hashFactor)
}

// Mix folds the product of two numbers, as wyhash does: a good hash of both.
func Mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// HashString is hashKey of a string.
func HashString(seed uint64, s string) uint64 {
	var room [64]byte

	b := append(room[:0], s...)
	n := len(b)

	return HashKey(seed, append(b, 0, 0, 0, 0, 0, 0, 0, 0), 0, n)
}
