package deflate

import (
	"cmp"
	"slices"
	"strings"
)

// The sizes of a learned dictionary. DEFLATE reaches back 32 KB. It is made of pieces, which are judged by
// their sequences: of 24 to 64 bytes a piece and 5 or 6 a sequence, none did better by more than 1 % (on
// stories-allsides; sequences of 8 did).
const (
	mostWords      = 32 << 10
	pieceBytes     = 48
	sequenceBytes  = 6
	windows        = pieceBytes - sequenceBytes + 1 // sequences of a piece
	mostPasses     = 4
	sequenceSlots  = 1 << 20 // different sequences share some of them, which does no harm
	leastInCommon  = 2       // texts that have a sequence, else it is of no use
	fnvOffset      = 2166136261
	fnvPrime       = 16777619
	sequenceFolded = 12 // bits of a hash that are left out
)

// Learn makes a dictionary of what texts have in common, 32 KB at most; nil: they have nothing. It is the
// method by which Zstandard trains its dictionaries (COVER): texts are gone through in as many stretches
// as there is room for pieces, and of each that piece is taken whose sequences are in most texts and in
// no piece yet. The best stand at the end.
func Learn(texts []string) []byte {
	use := countSequences(texts)
	all := strings.Join(texts, "\n")
	stretch := max(pieceBytes, len(all)/(mostWords/pieceBytes))

	var pieces []piece

	for range mostPasses {
		for from := 0; from+stretch <= len(all) && len(pieces) < mostWords/pieceBytes; from += stretch {
			p := bestPiece(all[from:from+stretch], use)
			if p.score == 0 {
				continue
			}

			for i := range windows {
				use[slotOf(p.text[i:i+sequenceBytes])] = 0
			}

			pieces = append(pieces, p)
		}
	}

	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.score, b.score) })

	var words []byte
	for _, p := range pieces {
		words = append(words, p.text...)
	}

	return words
}

// piece is a part of a dictionary.
type piece struct {
	text  string
	score int // how many texts have its sequences, all together
}

// countSequences counts how many texts have each sequence.
func countSequences(texts []string) []uint16 {
	use := make([]uint16, sequenceSlots)
	last := make([]int32, sequenceSlots) // the text that had it last

	for i, text := range texts {
		for j := 0; j+sequenceBytes <= len(text); j++ {
			slot := slotOf(text[j : j+sequenceBytes])
			if last[slot] != int32(i+1) && use[slot] < 1<<16-1 {
				last[slot] = int32(i + 1)
				use[slot]++
			}
		}
	}

	return use
}

// bestPiece finds the piece of a stretch whose sequences are in most texts.
func bestPiece(stretch string, use []uint16) (best piece) {
	score, scores := 0, make([]int, 0, len(stretch))

	for i := 0; i+sequenceBytes <= len(stretch); i++ {
		n := int(use[slotOf(stretch[i:i+sequenceBytes])])
		if n < leastInCommon {
			n = 0
		}

		scores = append(scores, n)
		score += n

		if i >= windows {
			score -= scores[i-windows]
		}

		if from := i - windows + 1; from >= 0 && score > best.score {
			best = piece{stretch[from : from+pieceBytes], score}
		}
	}

	return best
}

// slotOf is where a sequence is counted: FNV-1a, folded.
func slotOf(sequence string) uint32 {
	h := uint32(fnvOffset)
	for i := range len(sequence) {
		h = (h ^ uint32(sequence[i])) * fnvPrime
	}

	return h >> sequenceFolded
}
