package story

import "math"

// Word is a word of a text with how much it says.
type Word struct {
	Stem     uint64  // the same for all forms of the word
	Weight   float64 // in nats: a word that one article in a thousand has weighs 6.9
	Name     bool    // written as a name
	Number   bool
	From, To int // where it stands in its text
}

// Weigh returns the first limit words of a title (no label before it) or of a text, without
// those that nearly every article has. It knows how rare a word is in English news at large;
// of other languages it knows the commonest words only.
func Weigh(text string, limit int) []Word {
	bg := loadBackground()

	var out []Word

	readWords(text, limit, func(words []word) {
		unmarkLone(words)

		out = make([]Word, 0, len(words))

		for _, w := range words {
			share := bg.share(w.stem)
			if share >= emptyShare {
				continue
			}

			out = append(out, Word{
				Stem: w.stem, Weight: -math.Log(max(share, leastShare)), Name: w.name, Number: w.number,
				From: int(w.from), To: int(w.to),
			})
		}
	})

	return out
}

// leastShare is the part of articles that a word is taken to be in at least, so that a slip of
// the pen does not outweigh everything.
const leastShare = 1e-5
