package subscriptions

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// tokenise reads the sections that were added since it was last called.
func (p *page) tokenise() {
	for ; p.tokenised < len(p.sections); p.tokenised++ {
		s := &p.sections[p.tokenised]

		s.pos, p.end = p.pos, s.to
		if p.dense {
			p.readMixed(s.from)
		} else {
			p.readWords(s.from)
		}

		s.end = p.pos
		p.pos += sectionGap
	}
}

// What a byte next to a word may mean.
const (
	joinsWords = 1 << iota // between two words, it makes one of them
	endsWord               // it belongs to the word before it: C++, C#
	beginsWord             // it belongs to the word behind it: $AAPL, @handle
)

// signs tells what a byte next to a word may mean.
func signs(b byte) uint8 {
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
func (p *page) readWords(from int) {
	for i := p.wordStart(from, p.end); i < p.end; i = p.wordStart(i, p.end) {
		end := wordEnd(p.word, i)

		s := signs(p.buf[end])
		if (s == 0 || s&endsWord == 0 && !p.inWord(end+1)) && signs(p.buf[i-1])&beginsWord == 0 {
			n := end - i

			var hash uint64

			if n <= 8 { // hashKey, written out: this is where the time goes
				x := binary.LittleEndian.Uint64(p.buf[i:i+8]) & (^uint64(0) >> ((64 - 8*n) & 63))
				hi, lo := bits.Mul64(p.seed^x^uint64(n)<<56, hashFactor)
				hash = hi ^ lo
			} else {
				hash = hashLong(p.seed, p.buf, i, n)
			}

			p.tokens = append(p.tokens, token{
				hash: hash, from: uint32(i), to: uint32(end), key: uint32(i), keyLen: uint32(n), pos: uint32(p.pos), width: 1,
			})
			if n == 3 && p.buf[end-1] == 's' && p.capitalsPlural(i) {
				p.emit(i, end, i, 2).other = true
			}

			p.pos++
			i = end

			continue
		}

		i = p.readCompound(i)
	}
}

// readMixed reads a section with any script.
func (p *page) readMixed(from int) {
	for i := p.wordStart(from, p.end); i < p.end; i = p.wordStart(i, p.end) {
		if !p.splits(i) {
			i = p.readCompound(i)
			continue
		}

		r, size := utf8.DecodeRune(p.buf[i:])

		end := i + size
		if isHangul(r) {
			for p.splits(end) {
				r, size := utf8.DecodeRune(p.buf[end:])
				if !isHangul(r) {
					break
				}

				end += size
			}
		}

		if p.buf[i-1] == '#' && p.signBefore(i) {
			p.emitTag(i, p.tagEnd(i)).other = true
		}

		p.emit(i, end, i, end-i)
		p.pos++
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

	return classify(r) == hangul
}

func (p *page) inWord(i int) bool { return p.word[i>>6]>>(i&63)&1 != 0 }
func (p *page) splits(i int) bool { return p.split[i>>6]>>(i&63)&1 != 0 }

// plain tells a byte of a word of letters and digits with spaces around.
func (p *page) plain(i int) bool { return p.inWord(i) && !p.splits(i) }

// run is the end of the plain word that i is in.
func (p *page) run(i int) int {
	end := wordEnd(p.word, i)
	if !p.dense {
		return end
	}

	for i < end && !p.splits(i) {
		i++
	}

	return i
}

// emit adds a reading of from..to whose key stands at key.
func (p *page) emit(from, to, key, n int) *token {
	p.tokens = append(p.tokens, token{
		hash: hashKey(p.seed, p.buf, key, n), from: uint32(from), to: uint32(to),
		key: uint32(key), keyLen: uint32(n), pos: uint32(p.pos), width: 1,
	})

	return &p.tokens[len(p.tokens)-1]
}

// touches tells whether nothing stands between a token and the word before it.
func (p *page) touches(i uint32) bool { return i > 0 && p.tokens[i-1].to == p.tokens[i].from }

// emitKey adds a reading whose key does not stand in the text as it is.
func (p *page) emitKey(from, to int, key ...string) *token {
	at := p.spare()
	for _, k := range key {
		at = append(at, k...)
	}

	return p.emitSpare(from, to, at)
}

// spare is room behind the text for a key to be built.
func (p *page) spare() []byte { return p.buf[:p.keyEnd()] }

// keyEnd is where the keys end that do not stand in the text.
func (p *page) keyEnd() int { return max(p.keys, p.n+slack) }

func (p *page) emitSpare(from, to int, built []byte) *token {
	at, n := p.keyEnd(), len(built)-p.keyEnd()
	if cap(built) < len(built)+slack {
		built = append(built, make([]byte, slack)...)[:len(built)]
	}

	p.buf = built[:cap(built)]
	p.keys = at + n

	return p.emit(from, to, at, n)
}

// hashKey hashes n bytes of b from i on; up to seven bytes behind are read too.
func hashKey(seed uint64, b []byte, i, n int) uint64 {
	if n > 8 {
		return hashLong(seed, b, i, n)
	}

	x := binary.LittleEndian.Uint64(b[i:i+8]) & (^uint64(0) >> ((64 - 8*n) & 63))

	return mix(seed^x^uint64(n)<<56, hashFactor)
}

const hashFactor = 0xE7037ED1A0B428DB

func hashLong(seed uint64, b []byte, i, n int) uint64 {
	h := seed ^ uint64(n)*0x9E3779B97F4A7C15
	for ; n > 8; i, n = i+8, n-8 {
		h = mix(h^binary.LittleEndian.Uint64(b[i:i+8]), 0xA0761D6478BD642F)
	}

	x := binary.LittleEndian.Uint64(b[i:i+8]) & (^uint64(0) >> ((64 - 8*n) & 63))

	return mix(h^x, hashFactor)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hashString is hashKey of a string.
func hashString(seed uint64, s string) uint64 {
	var room [64]byte

	b := append(room[:0], s...)
	n := len(b)

	return hashKey(seed, append(b, 0, 0, 0, 0, 0, 0, 0, 0), 0, n)
}
