package subscriptions

import (
	"math"
	"slices"
)

// plan is a query in terms, ready to be filed.
type plan struct {
	words   []termID // without not: all of these and nothing else
	not     termID   // with one word: without this one
	pure    bool     // words and not say all
	code    []uint32
	anchors []termID
}

// compile turns a query into terms, giving out those that are new.
func (ix *Index) compile(q *Query) *plan {
	pl := &ix.plan

	*pl = plan{words: pl.words[:0], code: pl.code[:0], anchors: pl.anchors[:0]}
	if ix.compilePure(q.root, pl) {
		return pl
	}

	pl.words = pl.words[:0]
	pl.code = ix.encode(pl.code, q.root)

	pl.anchors = ix.anchors(pl.anchors, pl.code)
	if len(pl.anchors) == 0 || len(pl.anchors) >= 1<<12 {
		pl.anchors = append(pl.anchors[:0], allTerm)
	}

	return pl
}

// compilePure handles the ordinary: words that must all be there, or one word
// without another.
func (ix *Index) compilePure(n *node, pl *plan) bool {
	alone := [1]*node{n}

	kids := alone[:]
	if n.op == opAnd {
		kids = n.kids
	}

	for _, k := range kids {
		switch {
		case k.op == opTerm && pureWord(k.term):
			pl.words = append(pl.words, ix.elementTerm(anywhere, k.term.items[0][0][0]))
		case k.op == opNot && len(kids) == 2 && pl.not == noTerm && k.kids[0].op == opTerm && pureWord(k.kids[0].term):
			pl.not = ix.elementTerm(anywhere, k.kids[0].term.items[0][0][0])
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

// pureWord tells a term that a bit of the article decides.
func pureWord(t *term) bool {
	return t.field == anywhere && t.re == nil && t.near < 0 && len(t.items) == 1 && len(t.items[0]) == 1 && len(t.items[0][0]) == 1
}

// encode appends the code of a tree.
func (ix *Index) encode(out []uint32, n *node) []uint32 {
	if n.op == opTerm {
		return ix.encodeTerm(out, n.term)
	}

	at := len(out)
	out = append(out, 0)

	for _, late := range []bool{false, true} { // a regex is the last to be asked
		for _, k := range n.kids {
			if (k.op == opTerm && k.term.re != nil) == late {
				out = ix.encode(out, k)
			}
		}
	}

	op := map[op]code{opAnd: codeAnd, opOr: codeOr, opNot: codeNot}[n.op]
	out[at] = op | uint32(len(out)-at-1)

	return out
}

func (ix *Index) encodeTerm(out []uint32, t *term) []uint32 {
	f := uint32(t.field) << 24
	switch {
	case t.re != nil:
		return ix.encodeRegex(out, t)
	case t.field == inTag:
		at := len(out)
		out = ix.encodeWords(append(out, 0), t, f)
		out = append(out, codeWord|ix.elementTerm(anywhere, element{key: tagKey(t.text)}))
		out[at] = codeOr | uint32(len(out)-at-1)

		return out
	case t.isPlace():
		return ix.encodePlace(out, t, f)
	}

	return ix.encodeWords(out, t, f)
}

// encodePlace is the host, and what follows it. A source may also be a file or an
// outlet of that name: source:feed.xml.
func (ix *Index) encodePlace(out []uint32, t *term, f uint32) []uint32 {
	at, whole := len(out), readAddress(t.text)

	host := codeWord | f | ix.elementTerm(t.field, t.items[0][0][0])
	switch {
	case !whole.onlyHost():
		return append(out, codeAnd|2, host, codePlace|f|ix.extra(extra{place: whole}))
	case t.field == inSite:
		return append(out, host)
	}

	out = ix.encodeWords(append(out, 0, host), &term{field: t.field, near: -1, items: textItems(t.text, false)}, f)
	out[at] = codeOr | uint32(len(out)-at-1)

	return out
}

// silently is the field of a term that is asked for but never shown.
const silently = 0xF << 24

// encodeRegex is the regex, and what must stand in the text for it to match.
func (ix *Index) encodeRegex(out []uint32, t *term) []uint32 {
	regex := codeRegex | uint32(t.field)<<24 | ix.extra(extra{regex: t.re, source: t.text})
	if len(t.must) == 0 {
		return append(out, regex)
	}

	at := len(out)

	out = append(out, 0, codeOr|uint32(len(t.must)))
	for _, m := range t.must {
		out = append(out, codeWord|silently|ix.literalTerm(m))
	}

	out = append(out, regex)
	out[at] = codeAnd | uint32(len(out)-at-1)

	return out
}

func (ix *Index) encodeWords(out []uint32, t *term, f uint32) []uint32 {
	at := len(out)
	if t.near < 0 && simpleItems(t.items) {
		if len(t.items) == 1 && len(t.items[0][0]) == 1 {
			return append(out, codeWord|f|ix.elementTerm(t.field, t.items[0][0][0]))
		}

		out = append(out, 0)
		for _, it := range t.items {
			out = ix.encodeSequence(out, t.field, it[0])
		}

		out[at] = codeSeq | f | uint32(len(out)-at-1)

		return out
	}

	out = append(out, 0)

	op := codePhrase
	if t.near >= 0 {
		op = codeNear

		out = append(out, uint32(t.near))
	}

	for _, it := range t.items {
		out = append(out, uint32(len(it)))
		for _, s := range it {
			out = append(out, uint32(len(s)))
			out = ix.encodeSequence(out, t.field, s)
		}
	}

	out[at] = op | f | uint32(len(out)-at-1)

	return out
}

func (ix *Index) encodeSequence(out []uint32, f field, s sequence) []uint32 {
	for _, e := range s {
		c := ix.elementTerm(f, e)
		if e.touch {
			c |= codeTouches
		}

		out = append(out, c)
	}

	return out
}

func simpleItems(items []item) bool {
	for _, it := range items {
		if len(it) > 1 {
			return false
		}
	}

	return true
}

// elementTerm gives the term of what is looked for in a field.
func (ix *Index) elementTerm(f field, e element) termID {
	space := wordKey
	if !f.isText() {
		space = fieldKey + keyKind(f)
		ix.useField(f)
	}

	hash := hashString(ix.seed, e.key)
	switch e.kind {
	case prefixElement:
		ix.usePrefix(e.key)
		return ix.intern(prefixKey.salt(space.salt(hash)), nil, "")
	case partElement:
		g := headKey(e.key, 4)
		ix.grams.set(gram4([]byte(g)))
		ix.parts.Store(true)

		return ix.intern(gramKey.salt(space.salt(hashString(ix.seed, g))), nil, e.key)
	case exactElement:
		return ix.intern(space.salt(hash), nil, e.raw)
	}

	known := len(ix.costs)

	t := ix.intern(space.salt(hash), ix.otherSpellings(space, e.key), "")
	if int(t) == known && space == wordKey {
		ix.costs[t] += commonness()[e.key] * 64
	}

	return t
}

// otherSpellings are the hashes of the plurals and singulars of a word.
func (ix *Index) otherSpellings(space keyKind, key string) func(func(uint64) bool) {
	return func(yield func(uint64) bool) {
		for _, s := range spellings(key)[1:] {
			if !yield(space.salt(hashString(ix.seed, s))) {
				return
			}
		}
	}
}

func (ix *Index) literalTerm(literal string) termID {
	ix.literals.set(gram3([]byte(literal)))
	ix.scans.Store(true)

	return ix.intern(literalKey.salt(hashString(ix.seed, literal[:3])), nil, literal)
}

// usePrefix notes that words are to be looked up by their first bytes.
func (ix *Index) usePrefix(key string) {
	n := min(len(key), maxPrefix)
	ix.prefixLengths[n>>6].Or(1 << (n & 63))
	ix.prefixes.set(gram3([]byte(headKey(key, 3) + "\x00\x00\x00")))
}

// maxPrefix is the longest key of a word, in bytes.
const maxPrefix = 4*MaxLength - 1

// useField notes that a field of articles is to be read.
func (ix *Index) useField(f field) { ix.fields.Or(1 << f) }

// cost tells how dear it is to file a query under a term: the more queries stand
// there and the more articles hold it, the dearer.
func (ix *Index) cost(t termID) uint64 { return uint64(ix.costs[t]) }

// anchors appends terms of which every article that matches holds one; none when
// there are no such terms.
func (ix *Index) anchors(out []termID, c []uint32) []termID {
	best, _ := ix.anchor(c)
	for _, t := range best {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}

	return out
}

// anchor gives the cheapest anchors of the node at the head of c, and their cost.
func (ix *Index) anchor(c []uint32) (best []termID, cost uint64) {
	n := c[0] & codeLength
	switch c[0] & codeOp {
	case codeWord:
		return []termID{n}, ix.cost(n) + 1
	case codeAnd:
		return ix.cheapest(c[1:1+n], 1)
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

func (ix *Index) cheapest(body []uint32, _ int) (best []termID, cost uint64) {
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
	case codeWord, codeRegex, codePlace:
		return 1
	}

	return 1 + int(c[0]&codeLength)
}

// headKey is a key's first n bytes, or all of it.
func headKey(key string, n int) string { return key[:min(n, len(key))] }
