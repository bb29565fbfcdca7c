package ai

import (
	"slices"

	"newsbell/news"
)

// What a sentence says of its names and numbers is compared with one passage of one article: a
// sentence, or two in a row, the title being the first. The passage has to have all its names and
// numbers and its words, or words that say the same, in the same order. So "Y sued X" does not
// follow from "X sued Y", nor from one passage on X and another one on Y. What may differ:
//
//   - the voice, active or passive: then whoever acts has to have changed places with whoever
//     is acted on;
//   - who says it may stand before or behind;
//   - a word may be left out, unless it says that the rest did not happen, or may have
//     (operators), or a name, number or day that stands between two that are told together.
//
// A word that stands where the passage has another one is refused unless they are known to say
// the same (kindred). Words are taken for what they look like, so more true sentences are refused
// than a reader would refuse; a wrong one that passes is wrong in its words alone.

// Weights of what is brought into the same order: names and numbers before words.
const (
	weightAnchor = 8
	weightWord   = 2
)

const (
	operatorReach = 2  // how many words before another one an operator bears on
	mostMoved     = 10 // one word in so many, and one more, may stand elsewhere
)

// isBorneOut reports whether a passage of one of the articles says what a sentence says.
func isBorneOut(sentence string, articles []*news.Article, language string) bool {
	for _, a := range articles {
		r := newReader(sentence, a, language)

		claims := turnSpeakers(r.read(sentence, 0))

		for _, passage := range r.passages(a) {
			if hasAnchors(claims[0], passage) && slices.ContainsFunc(claims, func(claim []token) bool { return newAlignment(claim, passage).holds() }) {
				return true
			}
		}
	}

	return false
}

// hasAnchors reports whether a passage has all names, numbers and days of a claim: few have, and only
// those are looked at closely.
func hasAnchors(claim, passage []token) bool {
	for i := range claim {
		c := &claim[i]
		if c.isAnchor() && !c.isKnown && !slices.ContainsFunc(passage, func(p token) bool { return c.says(&p) }) {
			return false
		}
	}

	return true
}

// turnSpeakers returns what a sentence says as it stands, and with who says it moved from its end to
// its beginning, or the other way.
func turnSpeakers(claim []token) [][]token {
	all := [][]token{claim}

	for i := 1; i < len(claim); i++ {
		if (claim[i].clause != claim[i-1].clause || claim[i-1].saying) && (hasSpeech(claim[:i]) != hasSpeech(claim[i:])) {
			all = append(all, slices.Concat(claim[i:], claim[:i]))
		}
	}

	return all
}

func hasSpeech(tokens []token) bool {
	return slices.ContainsFunc(tokens, func(t token) bool { return t.saying })
}

// passages returns what an article has one after another: each sentence, and each with the next.
func (r *reader) passages(a *news.Article) [][]token {
	sentences := [][]token{r.read(a.Title, 0)}
	for i, s := range sentencesOf(a) {
		sentences = append(sentences, r.read(s, i+1))
	}

	var all [][]token

	for i, s := range sentences {
		all = append(all, s)
		if i+1 < len(sentences) {
			all = append(all, slices.Concat(s, sentences[i+1]))
		}
	}

	return all
}

// alignment is which words of a sentence are which of a passage.
type alignment struct {
	claim, passage []token
	at             []int  // where each word of the claim stands in the passage; -1: nowhere
	inOrder        []bool // as the others do
	turned         bool   // one is passive and the other is not
}

func newAlignment(claim, passage []token) *alignment {
	a := &alignment{claim: claim, passage: passage, at: make([]int, len(claim)), inOrder: make([]bool, len(claim))}
	a.bringInOrder()

	taken := map[int]bool{}

	for _, at := range a.at {
		taken[at] = true
	}

	for i := range claim {
		for j := range passage {
			if a.at[i] < 0 && !taken[j] && claim[i].says(&passage[j]) {
				a.at[i], taken[j] = j, true
			}
		}

		if at := a.at[i]; at >= 0 && claim[i].kind == aWord && claim[i].passive != passage[at].passive {
			a.turned = true
		}
	}

	return a
}

// bringInOrder finds the heaviest sequence of words that both have in one order.
func (a *alignment) bringInOrder() {
	n, m := len(a.claim), len(a.passage)
	best := make([][]int, n+1)

	for i := range best {
		best[i] = make([]int, m+1)
	}

	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if a.claim[i].says(&a.passage[j]) {
				best[i][j] = max(best[i][j], a.claim[i].weight()+best[i+1][j+1])
			}
		}
	}

	for i := range a.at {
		a.at[i] = -1
	}

	for i, j := 0, 0; i < n && j < m; {
		switch {
		case a.claim[i].says(&a.passage[j]) && best[i][j] == a.claim[i].weight()+best[i+1][j+1]:
			a.at[i], a.inOrder[i] = j, true
			i, j = i+1, j+1
		case best[i][j] == best[i+1][j]:
			i++
		default:
			j++
		}
	}
}

// holds reports whether the passage says what the claim says.
func (a *alignment) holds() bool {
	return a.hasAll() && a.keepsOperators() && a.keepsWishes() && a.keepsOrder() && a.keepsNeighbours() && a.keepsSubject() && a.keepsSentences() && (!a.turned || a.turnsNames())
}

// hasAll reports whether the passage has all names and numbers of the claim, and its words but for
// those that it adds: not all of them, or the names alone would bear out anything.
func (a *alignment) hasAll() bool {
	words, shared := 0, 0

	for i := range a.claim {
		if a.claim[i].kind == aWord {
			words++
		}

		if a.at[i] >= 0 {
			if a.claim[i].kind == aWord {
				shared++
			}

			continue
		}

		c := &a.claim[i]

		switch c.kind {
		case anOperator:
			return false
		case aWord:
			if a.contradicts(c) || a.replaces(i) {
				return false
			}
		default:
			if !c.isKnown || a.renames(i) {
				return false
			}
		}
	}

	return words == 0 || shared > 0
}

// renames reports whether a name that the passage lacks stands where that has another one.
func (a *alignment) renames(i int) bool {
	if i+1 == len(a.claim) || a.at[i+1] <= 0 {
		return false
	}

	before := a.at[i+1] - 1

	return a.passage[before].kind == aName && !a.isTaken(before)
}

// contradicts reports whether the passage has the opposite of a word.
func (a *alignment) contradicts(c *token) bool {
	for i := range a.passage {
		p := &a.passage[i]
		if c.sense.line > 0 && p.sense.line == c.sense.line && p.sense.side != c.sense.side {
			return true
		}
	}

	return false
}

// replaces reports whether a word that the passage lacks stands where that has another one.
func (a *alignment) replaces(i int) bool {
	from, to := -1, len(a.passage)

	for before := i - 1; before >= 0 && from < 0; before-- {
		if a.inOrder[before] {
			from = a.at[before]
		}
	}

	for behind := i + 1; behind < len(a.claim) && to == len(a.passage); behind++ {
		if a.inOrder[behind] {
			to = a.at[behind]
		}
	}

	if a.at[i] < 0 && (from < 0 || to == len(a.passage)) {
		return true // at an end of it, nobody can tell
	}

	for at := from + 1; at < to; at++ {
		if a.passage[at].kind == aWord && !a.isTaken(at) {
			return true
		}
	}

	return false
}

func (a *alignment) isTaken(at int) bool {
	return slices.Contains(a.at, at)
}

// keepsOperators reports whether what bears on the words of the claim in the passage, such as
// "not", does so in the claim too.
func (a *alignment) keepsOperators() bool {
	said := map[string]bool{}

	for i := range a.claim {
		if a.claim[i].kind == anOperator {
			said[a.claim[i].key] = true
		}
	}

	for i := range a.claim {
		if a.at[i] < 0 {
			continue
		}

		for back := a.at[i] - 1; back >= max(0, a.at[i]-operatorReach); back-- {
			b := &a.passage[back]
			bears := b.clause == a.passage[a.at[i]].clause || b.clause == a.passage[back+1].clause-1 && beliefs[b.key] && back+1 == a.at[i]

			if b.kind == anOperator && bears && !said[b.key] {
				return false
			}
		}

		if a.isDeniedBehind(a.at[i]) && !said["not"] {
			return false
		}
	}

	return true
}

// beliefs are operators that bear on the clause behind them: "denied that".
var beliefs = map[string]bool{"deny": true, "accuse": true, "want": true, "if": true}

// isDeniedBehind reports whether "not" stands behind a word of the passage that is no name.
func (a *alignment) isDeniedBehind(at int) bool {
	reach := 1
	if at == slices.Max(a.at) {
		reach = operatorReach
	}

	for i := at + 1; i < len(a.passage) && i <= at+reach && a.passage[i].clause == a.passage[at].clause; i++ {
		if a.passage[i].kind == anOperator && a.passage[i].key == "not" && a.passage[at].kind == aWord {
			return true
		}
	}

	return false
}

// keepsOrder reports whether names and numbers stand in the order of the passage, and most
// words.
func (a *alignment) keepsOrder() bool {
	words, moved := 0, 0

	for i := range a.claim {
		c := &a.claim[i]
		if a.at[i] < 0 {
			continue
		}

		words++

		if a.inOrder[i] {
			continue
		}

		if moved++; !a.turned && (c.kind != aWord || a.replaces(i)) {
			return false
		}
	}

	return (a.turned || moved <= 1+words/mostMoved) && a.keepsNumbers()
}

// keepsNumbers reports whether the numbers stand in the order of the passage, also where one is
// passive.
func (a *alignment) keepsNumbers() bool {
	before := -1

	for i := range a.claim {
		if a.claim[i].kind != aNumber || a.at[i] < 0 {
			continue
		}

		if a.at[i] < before {
			return false
		}

		before = a.at[i]
	}

	return true
}

// keepsNeighbours reports whether a name, number or day and the word beside it stand in one order
// in both, and nothing of its kind between them in the passage that the claim leaves out.
func (a *alignment) keepsNeighbours() bool {
	for i := 0; i+1 < len(a.claim); i++ {
		c, d := &a.claim[i], &a.claim[i+1]
		at, next := a.at[i], a.at[i+1]

		if at < 0 || next < 0 || c.isAnchor() == d.isAnchor() {
			continue
		}

		kind := max(c.kind, d.kind)
		if at > next && !a.isNearest(at, next, kind) {
			return false
		}

		if a.leavesOut(kind, min(at, next), max(at, next)) {
			return false
		}
	}

	return true
}

// isNearest reports whether, of two words of the passage, the one that is of a kind is as near to
// the other as any of that kind.
func (a *alignment) isNearest(i, j, kind int) bool {
	from, distance := i, max(i, j)-min(i, j)
	if a.passage[i].kind == kind {
		from = j
	}

	for near := max(0, from-distance+1); near < min(len(a.passage), from+distance); near++ {
		if a.passage[near].kind == kind && !a.isTaken(near) {
			return false
		}
	}

	return true
}

// isPartOfName reports whether a name of the passage that the claim leaves out stands in a row
// with one that it has.
func (a *alignment) isPartOfName(at int) bool {
	for _, step := range []int{-1, 1} {
		for i := at + step; i >= 0 && i < len(a.passage) && a.passage[i].kind == aName && a.passage[i].sentence() == a.passage[at].sentence(); i += step {
			if a.isTaken(i) && (step > 0 || a.passage[i].clause == a.passage[at].clause) { // "the mayor of Cádiz, Elena Ruiz"
				return true
			}
		}
	}

	return false
}

// keepsSubject reports whether a name that the claim begins with is not behind another one in
// its clause that the claim leaves out, nor a number before another one.
func (a *alignment) keepsSubject() bool {
	if len(a.claim) > 0 && a.claim[0].kind == aNumber && a.at[0] >= 0 && !a.turned && a.leavesOut(aNumber, a.at[0], slices.Max(a.at)) {
		return false
	}

	if len(a.claim) == 0 || a.claim[0].kind != aName || a.at[0] < 0 || a.turned {
		return true
	}

	at, goesOn := a.at[0], false

	for i := range a.claim {
		if a.claim[i].kind == aWord && a.at[i] > at {
			goesOn = a.passage[a.at[i]].clause == a.passage[at].clause
			break
		}
	}

	for back := at - 1; back >= 0 && (a.passage[back].clause == a.passage[at].clause || !goesOn && a.passage[back].sentence() == a.passage[at].sentence()); back-- {
		if a.passage[back].kind == aName && !a.isTaken(back) && !a.isPartOfName(back) {
			return false
		}
	}

	return true
}

// keepsSentences reports whether what the claim goes on with in the next sentence of the passage is
// still about the same: it begins with "he" or the like, and no other name is told of in between.
func (a *alignment) keepsSentences() bool {
	before := -1

	for i := range a.claim {
		if !a.inOrder[i] {
			continue
		}

		at := a.at[i]
		if before >= 0 && a.passage[before].sentence() != a.passage[at].sentence() && (!a.passage[at].goesOn || a.leavesOut(aName, before, at)) {
			return false
		}

		before = at
	}

	return true
}

// leavesOut reports whether the claim leaves out a name, number or day between two words of the
// passage.
func (a *alignment) leavesOut(kind, from, to int) bool {
	for between := from + 1; between < to; between++ {
		if a.passage[between].kind == kind && !a.isTaken(between) && !a.isPartOfName(between) {
			return true
		}
	}

	return false
}

// keepsWishes reports whether what somebody may do in the passage, by a word before it such as
// "threatened", is not done in the claim.
func (a *alignment) keepsWishes() bool {
	for i := range a.claim {
		at := a.at[i]
		if at > 0 && a.passage[at].wanted && !a.claim[i].wanted && !a.isTaken(at-1) {
			return false
		}
	}

	return true
}

// turnsNames reports whether, where one is passive and the other is not, the names before and
// behind the verb have changed places.
func (a *alignment) turnsNames() bool {
	for i := range a.claim {
		c := &a.claim[i]
		if a.at[i] < 0 || c.kind != aWord || c.passive == a.passage[a.at[i]].passive {
			continue
		}

		verb := a.at[i]

		for before := i - 1; before >= 0; before-- {
			if a.claim[before].kind == aName && a.at[before] >= 0 {
				if first := a.firstOfClause(before); a.at[first] < verb {
					return false
				}

				break
			}
		}

		if i+1 < len(a.claim) && a.claim[i+1].kind == aName && a.at[i+1] > verb && (c.agent || !c.passive) {
			return false
		}
	}

	return true
}

// firstOfClause returns the first name of the claim up to one of its names.
func (a *alignment) firstOfClause(name int) int {
	for i := range name {
		if a.claim[i].kind == aName && a.at[i] >= 0 && a.claim[i].clause == a.claim[name].clause {
			return i
		}
	}

	return name
}
