package story

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"newsbell/news"
)

// term is a word stem, a number, or two neighbouring signs of a script that puts
// no spaces between words.
type term struct {
	text    string
	id      int     // orders a bag
	prior   float64 // the part of all articles that have it, in general
	df      int     // how many of the articles held have it
	entries []posting
	inverse float64 // see Grouper.inverse
	said    int     // the placement that it was taken for
}

// posting is an article that has a term, and the term's weight there.
type posting struct {
	entry  *entry
	weight float64
}

// feature is a term of an article and its weight there.
type feature struct {
	term   *term
	weight float64
	title  bool // it stands in the title
}

// bag is the terms of one article, ordered by term id.
type bag []feature

// earlyWords is the length of a first sentence, which says what happened. After
// some 60 words comes background, which other stories share.
const earlyWords = 25

// bagOf is the terms of an article's title and lead. Terms that the index does
// not have yet are made, with df 0.
func (s *Grouper) bagOf(a *news.Article) bag {
	counts := make(map[string]float64, 64)

	var order []string // so that the same articles always make the same ids

	count := func(stem string, weight float64) {
		n, seen := counts[stem]
		if !seen {
			order = append(order, stem)
		}

		counts[stem] = n + weight
	}

	title, text := storyWords(news.Leading(a.Title, titleRoom), s.rules.titleWords), storyWords(lead(a), s.rules.leadWords)
	for _, w := range title {
		count(w.stem, s.rules.titleWeight)
	}

	for i, w := range text {
		if i < earlyWords {
			count(w.stem, s.rules.earlyWeight)
		} else {
			count(w.stem, 1)
		}
	}

	names := namesIn(title, text)

	out := make(bag, 0, len(order))
	for _, stem := range order {
		if s.words.empty(stem) {
			continue
		}

		weight := 1 + math.Log(counts[stem])
		if n := names[stem]; n > 0 {
			weight *= s.nameWeight(stem) / math.Pow(float64(n), s.rules.nameShare)
		}

		out = append(out, feature{s.term(stem), weight, slices.ContainsFunc(title, func(w storyWord) bool { return w.stem == stem })})
	}

	slices.SortFunc(out, func(x, y feature) int { return cmp.Compare(x.term.id, y.term.id) })

	return out
}

func (s *Grouper) nameWeight(stem string) float64 {
	if s.words.background[stem] {
		return s.rules.backgroundWeight
	}

	return s.rules.nameWeight
}

// namesIn is the words of names, which are words with a capital that follow each
// other, and how many words the name has. The parts of one name come together, so
// they are one piece of evidence and not three. A lone capital that begins a
// sentence makes no name.
func namesIn(title, text []storyWord) map[string]int {
	names := make(map[string]int)
	mark := func(words []storyWord) {
		for i := 0; i < len(words); {
			n := 0
			for i+n < len(words) && words[i+n].name && (n == 0 || words[i+n].next) {
				n++
			}

			if n != 1 || !words[i].first {
				for _, w := range words[i : i+n] {
					names[w.stem] = max(names[w.stem], n)
				}
			}

			i += max(n, 1)
		}
	}
	mark(text)

	if !titleCase(title) {
		mark(title)
	}

	return names
}

// titleCase reports whether a title is written With Capitals Throughout, so that
// they tell nothing about names.
func titleCase(title []storyWord) bool {
	names := 0

	for _, w := range title {
		if w.name {
			names++
		}
	}

	return names*2 > len(title)
}

func (s *Grouper) term(stem string) *term {
	t := s.terms[stem]
	if t == nil {
		s.made++
		t = &term{text: stem, id: s.made, prior: s.words.share(stem)}
		s.terms[stem] = t
	}

	return t
}

// lead is the text whose first words tell what happened: the text, or the summary
// and then the text when the summary is an outlet's own and not its first words.
func lead(a *news.Article) string {
	summary, text := news.StripDateline(news.Leading(a.Summary, textRoom)), news.StripDateline(news.Leading(a.Text, textRoom))

	first := summary[:min(len(summary), 40)]
	if text != "" && strings.Contains(text, strings.TrimRight(first, "…. ")) {
		return text
	}

	return summary + "\n" + text
}

// storyWord is a word as it is compared.
type storyWord struct {
	stem  string
	name  bool // written with a capital
	next  bool // follows the word before with no more than a space between
	first bool // begins a sentence, where a capital tells nothing
}

// storyWords is the first limit words of a text, folded and stemmed.
func storyWords(text string, limit int) []storyWord {
	var out []storyWord

	words := 0
	gap, first := false, true

	for len(text) > 0 && words < limit {
		r, size := utf8.DecodeRuneInString(text)
		if !wordRune(r) {
			gap = gap || !unicode.IsSpace(r) || r == '\n'
			first = first || strings.ContainsRune(".!?:\n", r)
			text = text[size:]

			continue
		}

		end := wordEnd(text)
		word := text[:end]
		text = text[end:]

		if unbroken(r) {
			pairs := signPairs(word)
			out = append(out, pairs...)
			words += (len(pairs) + 1) / 2

			continue
		}

		words++
		name, next := unicode.IsUpper(r), !gap && len(out) > 0
		gap = false

		for part := range strings.SplitSeq(foldWord(word), "-") {
			if stem := stemWord(part); stem != "" {
				out = append(out, storyWord{stem, name, next, first})
				next = true
			}
		}

		first = false
	}

	return out
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}

// wordEnd is where the word at the head of text ends. Signs between two letters
// or digits belong to it: U.S., 3.5, O’Brien, COVID-19.
func wordEnd(text string) int {
	first, _ := utf8.DecodeRuneInString(text)

	run := unbroken(first)
	for i, r := range text {
		if wordRune(r) && unbroken(r) == run {
			continue
		}

		if !run && strings.ContainsRune(".,'’-", r) {
			next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
			if wordRune(next) && (r != ',' || unicode.IsDigit(next)) && !unbroken(next) {
				continue
			}
		}

		return i
	}

	return len(text)
}

// unbroken reports whether r is of a script whose words are written together, or,
// as in Korean, carry their particles.
func unbroken(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// signPairs is each sign of a run with its neighbour.
func signPairs(run string) []storyWord {
	signs := []rune(run)
	if len(signs) == 1 {
		return []storyWord{{stem: run}}
	}

	out := make([]storyWord, 0, len(signs)-1)
	for i := range len(signs) - 1 {
		out = append(out, storyWord{stem: string(signs[i : i+2])})
	}

	return out
}

// foldWord makes a word comparable: lower case, no accents, no dots or commas
// within, no possessive.
func foldWord(word string) string {
	ascii := true
	for i := range len(word) {
		ascii = ascii && word[i] < utf8.RuneSelf
	}

	if !ascii {
		word = norm.NFKD.String(strings.ReplaceAll(word, "’", "'"))
	}

	word = strings.ToLower(word)

	word = strings.TrimSuffix(word, "'s")
	if i := strings.LastIndexByte(word, '\''); i >= 0 && i <= 2 {
		word = word[i+1:] // l'accord, d'un
	}

	return strings.Map(func(r rune) rune {
		if r == '.' || r == ',' || r == '\'' || unicode.Is(unicode.Mn, r) {
			return -1
		}

		return r
	}, word)
}

// stemWord cuts the endings that English adds, so that promised, promises and
// promising are one term. It is right enough for comparing and harmless in other
// languages. Single letters are no terms.
func stemWord(w string) string {
	n := len(w)
	if n < 2 {
		return ""
	}

	if n < 4 || w[n-1] < 'a' || w[n-1] > 'z' {
		return w
	}

	switch {
	case strings.HasSuffix(w, "ies") && n > 4:
		w = w[:n-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "xes"):
		w = w[:n-2]
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
	case w[n-1] == 's':
		w = w[:n-1]
	}

	switch n = len(w); {
	case strings.HasSuffix(w, "ing") && n > 5:
		w = undouble(w[:n-3])
	case strings.HasSuffix(w, "ied") && n > 4:
		w = w[:n-3] + "y"
	case strings.HasSuffix(w, "ed") && n > 4:
		w = undouble(w[:n-2])
	}

	if n = len(w); n > 4 && w[n-1] == 'e' {
		w = w[:n-1]
	}

	return w
}

// undouble takes the doubled letter off planned and stopping.
func undouble(w string) string {
	n := len(w)
	if n > 3 && w[n-1] == w[n-2] && !strings.ContainsRune("lsz", rune(w[n-1])) {
		return w[:n-1]
	}

	return w
}
