package story

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Titles of languages of which no table of words is shipped are compared by how they are built:
// two fillings of one template are the same words in the same order, with something else in each
// gap. In a script without spaces a word is a sign here.

const (
	mostAligned = 60 // words or signs of a title that are aligned
	fewSigns    = 10 // signs that two titles of one template differ in, at most
	leastFrame  = 3  // words that a template has beside its gaps, at least; or twice as many signs
	leastOther  = 2  // words of which the other article knows nothing, at least, unless one is a name or a number
)

// filling is what a title has in the gaps of a template.
type filling struct {
	words   int // without numbers and function words
	unknown int // of them, those that the other article has not got
	telling bool
	retold  bool // a number or a name of them, its text has too: then the texts differ in it as well
}

// fillTemplate reports whether two titles are one template filled differently: each has something of
// its own wherever the other has, they share more than that, and what is each one's own, the other
// article does not know. Texts that are nearly one (near) are an agency's, whatever is made of its title,
// unless the texts differ in the same names or numbers, or in the words that the titles begin with, or the
// titles name different countries, or, in a script without capitals, what the other article does not know
// stands where a title says who or where.
func (g *Grouper) fillTemplate(a, b *entry, near bool) bool {
	x, y := strings.Fields(a.title), strings.Fields(b.title)
	if len(x) > mostAligned || len(y) > mostAligned {
		return false
	}

	var ofX, ofY filling

	dense := isDenseTitle(x)
	begins, inside, retold, gaps := false, false, false, 0

	frame, aligned := alignTitles(x, y, func(at int, gapX, gapY []string) {
		telling := g.fill(&ofX, gapX, a, b)
		if g.fill(&ofY, gapY, b, a) && telling {
			ofX.telling = true
		}

		if at == 0 && near {
			retold = g.retellsFirst(a, b) && g.retellsFirst(b, a)
		}

		if gaps++; gaps == 1 && min(ofX.unknown, ofY.unknown) > 0 && !hasCase(gapX[0]) && !hasCase(gapY[0]) {
			begins = at == 0 || at == 1 && dense // 大阪 and 大分 begin with one sign
			inside = at+len(gapX) < len(x) && !slices.ContainsFunc(slices.Concat(gapX, gapY), mayAct)
		}
	})

	few, least, own := fewWords, leastFrame, max(ofX.words, ofY.words)
	if dense {
		few, least = fewSigns, 2*leastFrame
	}

	return aligned && frame >= max(least, own) && own <= few &&
		(begins || inside && gaps == 1 || areLandsApart(&a.subjects, &b.subjects) || retold || ofX.retold && ofY.retold || !near && (ofX.telling || min(ofX.unknown, ofY.unknown) >= leastOther))
}

// retellsFirst reports whether an article's text has the word that its title begins with, and the other
// article has not. A text that has all of its title repeats it, verb and all, and a word that says nothing
// (bei, nach) is no term, whoever has it.
func (g *Grouper) retellsFirst(own, other *entry) (retells bool) {
	readWordsIn(own.language, own.title, mostAligned, func(words []word) {
		if len(words) == 0 || !own.retells(words[0]) || g.background.share(words[0].stem) >= functionShare {
			return
		}

		i := g.terms.index[words[0].stem]
		retells = i != 0 && other.find(i) == 0 && slices.ContainsFunc(words, func(w word) bool { return !own.retells(w) })
	})

	return retells
}

// retells reports whether an article's text has a word of its title, too.
func (e *entry) retells(w word) bool { return e.retold>>(w.stem&63)&1 != 0 }

// mayAct reports whether a word of a script without capitals may say what is done, wherever it stands in a
// title but at the end: a sign of a script that writes words together, and in Arabic script what begins as
// verbs of the present do. In Hindi and its kin the verb comes last.
func mayAct(word string) bool {
	initial, _ := utf8.DecodeRuneInString(word)

	return initial == 'ي' || initial == 'ت' || isDense([]byte(word))
}

// areLandsApart reports whether each of two titles names a country that the other article does not.
func areLandsApart(a, b *subjects) bool { return namesOther(a, b) && namesOther(b, a) }

func namesOther(title, other *subjects) bool {
	return slices.ContainsFunc(title.titled[:], func(country uint8) bool { return country != 0 && !slices.Contains(other.countries[:], country) })
}

// hasCase reports whether a word is written in a script that has capitals.
func hasCase(word string) bool { return strings.ToUpper(word) != strings.ToLower(word) }

// fill takes what a title has in a gap into a filling, and reports whether a number or a name is
// among it that the other article does not know.
func (g *Grouper) fill(f *filling, gap []string, own, other *entry) (telling bool) {
	dense := isDenseTitle(gap)
	if dense {
		f.words += len(gap)
	}

	readWordsIn(own.language, strings.Join(gap, separator(dense)), len(gap), func(words []word) {
		for _, w := range words {
			if g.background.share(w.stem) >= functionShare {
				continue
			}

			if !w.number && !dense {
				f.words++
			}

			if i := g.terms.index[w.stem]; i != 0 && other.find(i) != 0 {
				continue
			}

			if !w.number {
				f.unknown++
			}

			if w.number || w.capital {
				telling = true
				f.retold = f.retold || (w.number || !w.first) && own.retells(w)
			}
		}
	})

	return telling
}

func separator(dense bool) string {
	if dense {
		return ""
	}

	return " "
}

// alignTitles calls gap for all that stands between the words that two titles share, in order, with
// where it stands in the first one, and returns how many those are; it ends as soon as only one of the two has something in a gap.
func alignTitles(x, y []string, gap func(at int, x, y []string)) (shared int, ok bool) {
	length, gaps := commonLengths(x, y), 0

	for i, j := 0, 0; i < len(x) || j < len(y); {
		n, m := i, j
		for n < len(x) && m < len(y) && !strings.EqualFold(x[n], y[m]) {
			if length[n+1][m] >= length[n][m+1] {
				n++
			} else {
				m++
			}
		}

		if n < len(x) && m < len(y) {
			shared++
		} else {
			n, m = len(x), len(y)
		}

		switch {
		case n == i && m == j:
		case n == i || m == j:
			return shared, false
		default:
			gaps++

			gap(i, x[i:n], y[j:m])
		}

		i, j = n+1, m+1
	}

	return shared, gaps > 0
}

// commonLengths returns how long the longest common sequence of the words from i and from j on is.
func commonLengths(x, y []string) (length [mostAligned + 1][mostAligned + 1]uint8) {
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if strings.EqualFold(x[i], y[j]) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}

	return length
}

// isDenseTitle reports whether most words of a title are signs of a script without spaces.
func isDenseTitle(words []string) bool {
	n := 0

	for _, w := range words {
		if isDense([]byte(w)) {
			n++
		}
	}

	return 2*n > len(words)
}

// hasNoCase reports whether a text is written in a script without capitals.
func hasNoCase(s string) bool {
	letters, cased := 0, 0

	for _, r := range s {
		if r < utf8.RuneSelf && !(r|0x20 >= 'a' && r|0x20 <= 'z') {
			continue
		}

		if unicode.IsLetter(r) {
			letters++

			if unicode.IsUpper(r) || unicode.IsLower(r) {
				cased++
			}
		}
	}

	return 2*cased < letters
}
