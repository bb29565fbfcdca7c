package text

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// tokenise reads the sections that were added since it was last called.
func (p *Document) Tokenize() {
	for ; p.tokenized < len(p.Sections); p.tokenized++ {
		s := &p.Sections[p.tokenized]

		s.Pos, p.sectionEnd = p.NextPos, s.to
		if p.hasDense {
			p.readMixed(s.from)
		} else {
			p.readWords(s.from)
		}

		s.endPos = p.NextPos
		p.NextPos += sectionGap
	}
}

// What a byte next to a word may mean.
const (
	joinsWords = 1 << iota // between two words, it makes one of them
	endsWord               // it belongs to the word before it: C++, C#
	beginsWord             // it belongs to the word behind it: $AAPL, @handle
)

// signs tells what a byte next to a word may mean.
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
func (p *Document) readWords(from int) {
	for i := p.wordStart(from, p.sectionEnd); i < p.sectionEnd; i = p.wordStart(i, p.sectionEnd) {
		end := wordEnd(p.wordBits, i)

		s := signMeaning(p.Buf[end])
		if (s == 0 || s&endsWord == 0 && !p.inWord(end+1)) && signMeaning(p.Buf[i-1])&beginsWord == 0 {
			n := end - i

			var hash uint64

			if n <= 8 { // hashKey, written out: this is where the time goes
				x := binary.LittleEndian.Uint64(p.Buf[i:i+8]) & (^uint64(0) >> ((64 - 8*n) & 63))
				hi, lo := bits.Mul64(p.Seed^x^uint64(n)<<56, hashFactor)
				hash = hi ^ lo
			} else {
				hash = hashLong(p.Seed, p.Buf, i, n)
			}

			p.Tokens = append(p.Tokens, Token{
				Hash: hash, From: uint32(i), To: uint32(end), Key: uint32(i), KeyLen: uint32(n), Pos: uint32(p.NextPos), Width: 1,
			})
			if n == 3 && p.Buf[end-1] == 's' && p.isCapitalsPlural(i) {
				p.addToken(i, end, i, 2).alternative = true
			}

			p.NextPos++
			i = end

			continue
		}

		i = p.readCompound(i)
	}
}

// readMixed reads a section with any script.
func (p *Document) readMixed(from int) {
	for i := p.wordStart(from, p.sectionEnd); i < p.sectionEnd; i = p.wordStart(i, p.sectionEnd) {
		if !p.isSplit(i) {
			i = p.readCompound(i)
			continue
		}

		r, size := utf8.DecodeRune(p.Buf[i:])

		end := i + size
		if isHangul(r) {
			for p.isSplit(end) {
				r, size := utf8.DecodeRune(p.Buf[end:])
				if !isHangul(r) {
					break
				}

				end += size
			}
		}

		if p.Buf[i-1] == '#' && p.hasSignBefore(i) {
			p.addTag(i, p.tagEnd(i)).alternative = true
		}

		p.addToken(i, end, i, end-i)
		p.NextPos++
		i = end
	}
}

// isHangul tells Korean, without a look at Unicode's tables where it can.
func isHangul(r rune) bool {
	switch {
	case r >= 0xAC00 && r <= 0xD7A3:
		return true
	case r < 0x1100, r >= 0x1200 && r < 0x3130, r >= 0x3200 && r < 0xA960:
		return false
	}

	return Classify(r) == Hangul
}

func (p *Document) inWord(i int) bool  { return p.wordBits[i>>6]>>(i&63)&1 != 0 }
func (p *Document) isSplit(i int) bool { return p.splitBits[i>>6]>>(i&63)&1 != 0 }

// plain tells a byte of a word of letters and digits with spaces around.
func (p *Document) isPlainWord(i int) bool { return p.inWord(i) && !p.isSplit(i) }

// run is the end of the plain word that i is in.
func (p *Document) wordRunEnd(i int) int {
	end := wordEnd(p.wordBits, i)
	if !p.hasDense {
		return end
	}

	for i < end && !p.isSplit(i) {
		i++
	}

	return i
}

// emit adds a reading of from..to whose key stands at key.
func (p *Document) addToken(from, to, key, n int) *Token {
	p.Tokens = append(p.Tokens, Token{
		Hash: HashKey(p.Seed, p.Buf, key, n), From: uint32(from), To: uint32(to),
		Key: uint32(key), KeyLen: uint32(n), Pos: uint32(p.NextPos), Width: 1,
	})

	return &p.Tokens[len(p.Tokens)-1]
}

// touches tells whether nothing stands between a token and the word before it.
func (p *Document) Touches(i uint32) bool { return i > 0 && p.Tokens[i-1].To == p.Tokens[i].From }

// emitKey adds a reading whose key does not stand in the text as it is.
func (p *Document) AddKey(from, to int, key ...string) *Token {
	at := p.spareRoom()
	for _, k := range key {
		at = append(at, k...)
	}

	return p.addBuiltToken(from, to, at)
}

// spare is room behind the text for a key to be built.
func (p *Document) spareRoom() []byte { return p.Buf[:p.keyEnd()] }

// keyEnd is where the keys end that do not stand in the text.
func (p *Document) keyEnd() int { return max(p.keysEnd, p.Len+Slack) }

func (p *Document) addBuiltToken(from, to int, built []byte) *Token {
	at, n := p.keyEnd(), len(built)-p.keyEnd()
	if cap(built) < len(built)+Slack {
		built = append(built, make([]byte, Slack)...)[:len(built)]
	}

	p.Buf = built[:cap(built)]
	p.keysEnd = at + n

	return p.addToken(from, to, at, n)
}

// hashKey hashes n bytes of b from i on; up to seven bytes behind are read too.
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

func Mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hashString is hashKey of a string.
func HashString(seed uint64, s string) uint64 {
	var room [64]byte

	b := append(room[:0], s...)
	n := len(b)

	return HashKey(seed, append(b, 0, 0, 0, 0, 0, 0, 0, 0), 0, n)
}
