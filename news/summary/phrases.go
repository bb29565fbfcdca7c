package summary

import "strings"

// phrases finds which of many words a text has, in one walk over it: asking for
// each of a hundred words is most of the work of a summary otherwise.
type phrases struct {
	heads [4096]uint16 // the first word by its first three letters, 0: none
	words []phraseWord
}

type phraseWord struct {
	text  string
	group int
	next  uint16 // of the same three letters
}

// newPhrases makes phrases of groups of words in lower case, of three bytes or
// more each and at most 64 groups.
func newPhrases(groups ...[]string) *phrases {
	p := &phrases{words: make([]phraseWord, 1)}
	for group, words := range groups {
		for _, w := range words {
			slot := phraseSlot(w)
			p.words = append(p.words, phraseWord{w, group, p.heads[slot]})
			p.heads[slot] = uint16(len(p.words) - 1)
		}
	}

	return p
}

// in is the groups of which a text, given in lower case, has a word: one bit each.
func (p *phrases) in(lower string) (groups uint64) {
	for i := 0; i+2 < len(lower); i++ {
		for n := p.heads[phraseSlot(lower[i:])]; n != 0; n = p.words[n].next {
			if w := &p.words[n]; strings.HasPrefix(lower[i:], w.text) {
				groups |= 1 << w.group
			}
		}
	}

	return groups
}

// phraseSlot spreads the first three bytes.
func phraseSlot(s string) uint32 {
	return (uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16) * 0x9e3779b1 >> 20
}
