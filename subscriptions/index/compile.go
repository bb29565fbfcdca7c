package index

import (
	"math"
	"slices"

	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// plan is a query in terms, ready to be filed.
type plan struct {
	words   []termID // without not: all of these and nothing else
	not     termID   // with one word: without this one
	pure    bool     // words and not say all
	code    []uint32
	anchors []termID

	alternatives []alternative // that say all of the code; it has no anchors then
}

// compile turns a query into terms, giving out those that are new.
func (ix *Index) compile(q *query.Query) *plan {
	pl := &ix.plan

	*pl = plan{words: pl.words[:0], code: pl.code[:0], anchors: pl.anchors[:0]}
	if ix.compilePure(q.Root(), pl) {
		return pl
	}

	pl.words = pl.words[:0]
	pl.code = ix.encode(pl.code, q.Root())

	if pl.alternatives = alternativesOf(pl.code); pl.alternatives != nil {
		return pl
	}

	pl.anchors = ix.anchors(pl.anchors, pl.code)
	if len(pl.anchors) == 0 || len(pl.anchors) >= 1<<12 {
		pl.anchors = append(pl.anchors[:0], allTerm)
	}

	return pl
}

// compilePure handles the ordinary: words that must all be there, or one word
// without another.
func (ix *Index) compilePure(n *query.Node, pl *plan) bool {
	alone := [1]*query.Node{n}

	kids := alone[:]
	if n.Op == query.OpAnd {
		kids = n.Children
	}

	for _, k := range kids {
		switch {
		case k.Op == query.OpTerm && isPure(k.Term):
			pl.words = append(pl.words, ix.pureTerm(k.Term))
		case k.Op == query.OpNot && len(kids) == 2 && pl.not == noTerm && k.Children[0].Op == query.OpTerm && isPure(k.Children[0].Term):
			pl.not = ix.pureTerm(k.Children[0].Term)
		default:
			return false
		}
	}

	if len(pl.words) == 0 {
		return false
	}

	slices.Sort(pl.words)
	pl.words = slices.Compact(pl.words)
	pl.pure = true

	return true
}

// isPure reports whether one bit of the article decides a term.
func isPure(t *query.Term) bool {
	return isPureWord(t) || t.Field == query.AnyField && isRowTerm(wordsInARow(t))
}

// pureTerm returns the term whose bit decides.
func (ix *Index) pureTerm(t *query.Term) termID {
	if isPureWord(t) {
		return ix.elementTerm(query.AnyField, t.Items[0][0][0])
	}

	return ix.rowTerm(query.AnyField, wordsInARow(t))
}

func isPureWord(t *query.Term) bool {
	return t.Field == query.AnyField && t.Regexp == nil && t.Near < 0 && len(t.Items) == 1 && len(t.Items[0]) == 1 && len(t.Items[0][0]) == 1
}

// encode appends the code of a tree.
func (ix *Index) encode(out []uint32, n *query.Node) []uint32 {
	if n.Op == query.OpTerm {
		return ix.encodeTerm(out, n.Term)
	}

	at := len(out)
	out = append(out, 0)

	for _, late := range []bool{false, true} { // a regex is the last to be asked
		for _, k := range n.Children {
			if (k.Op == query.OpTerm && k.Term.Regexp != nil) == late {
				out = ix.encode(out, k)
			}
		}
	}

	op := map[query.Op]code{query.OpAnd: codeAnd, query.OpOr: codeOr, query.OpNot: codeNot}[n.Op]
	out[at] = op | uint32(len(out)-at-1)

	return out
}

func (ix *Index) encodeTerm(out []uint32, t *query.Term) []uint32 {
	f := uint32(t.Field) << 24
	switch {
	case t.Regexp != nil:
		return ix.encodeRegex(out, t)
	case t.Field == query.TagField:
		at := len(out)
		out = ix.encodeWords(append(out, 0), t, f)
		out = append(out, codeTerm|ix.elementTerm(query.AnyField, query.Element{Key: query.TagKey(t.Text)}))
		out[at] = codeOr | uint32(len(out)-at-1)

		return out
	case t.IsAddress():
		return ix.encodeAddress(out, t, f)
	}

	return ix.encodeWords(out, t, f)
}

// encodeAddress is the host, and what follows it. A source may also be a file or an
// outlet of that name: source:feed.xml.
func (ix *Index) encodeAddress(out []uint32, t *query.Term, f uint32) []uint32 {
	at, whole := len(out), query.ParseAddress(t.Text)

	host := codeTerm | f | ix.elementTerm(t.Field, t.Items[0][0][0])
	switch {
	case !whole.IsHostOnly():
		return append(out, codeAnd|2, host, codeAddress|f|ix.addExtra(extra{address: whole}))
	case t.Field == query.SiteField:
		return append(out, host)
	}

	out = ix.encodeWords(append(out, 0, host), &query.Term{Field: t.Field, Near: -1, Items: query.ItemsOf(t.Text, false)}, f)
	out[at] = codeOr | uint32(len(out)-at-1)

	return out
}

// hiddenField is the field of a term that is asked for but never shown.
const hiddenField = 0xF << 24

// encodeRegex is the regex, and what must stand in the text for it to match.
func (ix *Index) encodeRegex(out []uint32, t *query.Term) []uint32 {
	regex := codeRegex | uint32(t.Field)<<24 | ix.addExtra(extra{regex: t.Regexp, size: t.RegexSize, source: t.Text})
	if len(t.Literals) == 0 {
		return append(out, regex)
	}

	at := len(out)

	out = append(out, 0, codeOr|uint32(len(t.Literals)))
	for _, m := range t.Literals {
		out = append(out, codeTerm|hiddenField|ix.literalTerm(m))
	}

	out = append(out, regex)
	out[at] = codeAnd | uint32(len(out)-at-1)

	return out
}

func (ix *Index) encodeWords(out []uint32, t *query.Term, f uint32) []uint32 {
	at := len(out)
	if t.Near < 0 && haveOneReading(t.Items) {
		if len(t.Items) == 1 && len(t.Items[0][0]) == 1 {
			return append(out, codeTerm|f|ix.elementTerm(t.Field, t.Items[0][0][0]))
		}

		if row := wordsInARow(t); row != nil {
			return ix.encodeRow(out, t, row, f)
		}

		return ix.encodeItems(out, t, f)
	}

	out = append(out, 0)

	op := codePhrase
	if t.Near >= 0 {
		op = codeNear

		out = append(out, uint32(t.Near))
	}

	for _, it := range t.Items {
		out = append(out, uint32(len(it)))
		for _, s := range it {
			out = append(out, uint32(len(s)))
			out = ix.encodeSequence(out, t.Field, s)
		}
	}

	out[at] = op | f | uint32(len(out)-at-1)

	return out
}

// encodeRow is words that follow one another: by their term when that is all, else the
// term of the first, under which to file them, and the words.
func (ix *Index) encodeRow(out []uint32, t *query.Term, row []query.Element, f uint32) []uint32 {
	if isRowTerm(row) {
		return append(out, codeTerm|f|ix.rowTerm(t.Field, row))
	}

	at := len(out)
	out = ix.encodeItems(append(out, 0, codeTerm|hiddenField|ix.rowTerm(t.Field, row)), t, f)
	out[at] = codeAnd | uint32(len(out)-at-1)

	return out
}

// encodeItems is items with one reading each, one after the other.
func (ix *Index) encodeItems(out []uint32, t *query.Term, f uint32) []uint32 {
	at := len(out)

	out = append(out, 0)
	for _, it := range t.Items {
		out = ix.encodeSequence(out, t.Field, it[0])
	}

	out[at] = codeSeq | f | uint32(len(out)-at-1)

	return out
}

func (ix *Index) encodeSequence(out []uint32, f query.Field, s query.Sequence) []uint32 {
	for _, e := range s {
		c := ix.elementTerm(f, e)
		if e.Adjacent {
			c |= codeTouches
		}

		out = append(out, c)
	}

	return out
}

func haveOneReading(items []query.Item) bool {
	for _, it := range items {
		if len(it) > 1 {
			return false
		}
	}

	return true
}

// elementTerm returns the term of what is looked for in a field.
func (ix *Index) elementTerm(f query.Field, e query.Element) termID {
	space := wordKey
	if !f.IsText() {
		space = fieldKey + keyKind(f)
		ix.noteField(f)
	}

	hash := text.HashString(ix.seed, e.Key)
	switch e.Kind {
	case query.PrefixElement:
		ix.notePrefix(e.Key)
		return ix.intern(prefixKey.salt(space.salt(hash)), nil, "")
	case query.PartElement:
		g := firstBytes(e.Key, 4)
		ix.grams.set(hashGram4([]byte(g)))
		ix.parts.Store(true)

		return ix.intern(gramKey.salt(space.salt(text.HashString(ix.seed, g))), nil, e.Key)
	case query.ExactElement:
		return ix.intern(space.salt(hash), nil, e.Spelling)
	}

	return ix.intern(space.salt(hash), ix.otherSpellings(space, e.Key), "")
}

// otherSpellings are the hashes of the plurals and singulars of a word.
func (ix *Index) otherSpellings(space keyKind, key string) func(func(uint64) bool) {
	return func(yield func(uint64) bool) {
		for _, s := range text.Spellings(key)[1:] {
			if !yield(space.salt(text.HashString(ix.seed, s))) {
				return
			}
		}
	}
}

func (ix *Index) literalTerm(literal string) termID {
	ix.literals.set(hashGram3([]byte(literal)))
	ix.scans.Store(true)

	return ix.intern(literalKey.salt(text.HashString(ix.seed, literal[:3])), nil, literal)
}

// notePrefix notes that words are to be looked up by their first bytes.
func (ix *Index) notePrefix(key string) {
	n := min(len(key), maxPrefix)
	ix.prefixLengths[n>>6].Or(1 << (n & 63))
	ix.prefixes.set(hashGram3([]byte(firstBytes(key, 3) + "\x00\x00\x00")))
}

// maxPrefix is the longest key of a word, in bytes.
const maxPrefix = 4*query.MaxLength - 1

// noteField notes that a field of articles is to be read.
func (ix *Index) noteField(f query.Field) { ix.fields.Or(1 << f) }

// cost is how much work it is to file a query under a term: each article that has it looks at the query's posting,
// and waits for the block in which that stands, as for one of its own if it is alone there. So queries crowd
// under fewer terms than the rarest of each, and an article holds fewer terms under which there are any.
// Where no article was seen with it, the fewest queries decide: what many follow is in the news one day.
func (ix *Index) cost(t termID) uint64 {
	count, filed := ix.learned.count(t)<<4, uint64(ix.filed[t])
	return (count+count*blockCost/(filed+1))<<filedBits + min(filed, 1<<filedBits-1)
}

// blockCost is what it costs to come to a block of postings, in postings looked at.
const blockCost = 24

// rarity is less for a term that fewer articles have, or fewer queries where none was seen with it.
func (ix *Index) rarity(t termID) uint64 {
	return ix.learned.count(t)<<filedBits + min(uint64(ix.filed[t]), 1<<filedBits-1)
}

// filedBits is how many bits of a cost and of a rarity say how many queries are filed.
const filedBits = 10

// anchors appends terms of which every article that matches holds one; none when
// there are no such terms.
func (ix *Index) anchors(out []termID, c []uint32) []termID {
	for _, t := range ix.bestAnchors(c) {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}

	return out
}

// bestAnchors returns the anchors of the code at the head of c that make the least work.
// Any part of a conjunction has some.
func (ix *Index) bestAnchors(c []uint32) (best []termID) {
	if c[0]&codeOp != codeAnd {
		best, _ = ix.anchor(c)
		return best
	}

	work := uint64(math.MaxUint64)

	for body := c[1 : 1+c[0]&codeLength]; len(body) > 0; body = body[codeSize(body):] {
		if a, _ := ix.anchor(body); a != nil {
			if w := ix.workOf(c, a); w < work {
				best, work = a, w
			}
		}
	}

	return best
}

// verifyCost is what it costs to ask a program, in entries looked at.
const verifyCost = 32

// workOf is how much work it is to have a program under some anchors: each article that
// has one looks at its entry, and if it has the second term too, asks the program.
func (ix *Index) workOf(c []uint32, anchors []termID) (sum uint64) {
	articles := max(uint64(ix.learned.articles), 1)

	for _, f := range anchors {
		asked := uint64(verifyCost)
		if g := ix.secondOf(c, f); g != noTerm {
			asked = verifyCost * min(ix.learned.count(g), articles) / articles
		}

		sum += (ix.cost(f) + 1) * (1 + asked)
	}

	return sum
}

// anchor returns the cheapest anchors of the node at the head of c, and their cost.
func (ix *Index) anchor(c []uint32) (best []termID, cost uint64) {
	n := c[0] & codeLength
	switch c[0] & codeOp {
	case codeTerm:
		return []termID{n}, ix.cost(n) + 1
	case codeAnd:
		return ix.cheapest(c[1 : 1+n])
	case codeOr:
		for body := c[1 : 1+n]; len(body) > 0; body = body[codeSize(body):] {
			a, dear := ix.anchor(body)
			if a == nil {
				return nil, math.MaxUint64
			}

			best, cost = append(best, a...), cost+dear
		}

		return best, cost
	case codeSeq:
		return ix.rarest(c[1 : 1+n])
	case codePhrase:
		return ix.itemAnchors(c[1 : 1+n])
	case codeNear:
		return ix.itemAnchors(c[2 : 1+n])
	}

	return nil, math.MaxUint64
}

func (ix *Index) cheapest(body []uint32) (best []termID, cost uint64) {
	cost = math.MaxUint64
	for ; len(body) > 0; body = body[codeSize(body):] {
		if a, dear := ix.anchor(body); a != nil && dear < cost {
			best, cost = a, dear
		}
	}

	return best, cost
}

func (ix *Index) rarest(seq []uint32) (best []termID, cost uint64) {
	cost = math.MaxUint64
	for _, t := range seq {
		if dear := ix.cost(t&codeLength) + 1; dear < cost {
			best, cost = []termID{t & codeLength}, dear
		}
	}

	return best, cost
}

func (ix *Index) itemAnchors(items []uint32) (best []termID, cost uint64) {
	cost = math.MaxUint64

	for len(items) > 0 {
		var (
			all []termID
			sum uint64
		)

		alts := items[0]

		items = items[1:]
		for range alts {
			n := items[0]
			a, dear := ix.rarest(items[1 : 1+n])
			all, sum = append(all, a...), sum+dear
			items = items[1+n:]
		}

		if sum < cost {
			best, cost = all, sum
		}
	}

	return best, cost
}

// codeSize is how many words the node at the head of c takes.
func codeSize(c []uint32) int {
	switch c[0] & codeOp {
	case codeTerm, codeRegex, codeAddress:
		return 1
	}

	return 1 + int(c[0]&codeLength)
}

// firstBytes is a key's first n bytes, or all of it.
func firstBytes(key string, n int) string { return key[:min(n, len(key))] }
