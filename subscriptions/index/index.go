// Package index says which of a million queries an article matches.
//
// It is an inverted index turned around: queries are the documents. Each is filed
// in the posting list of a rare term that a matching article must
// have, an OR in one for each side, and an article looks only at the lists of its own
// terms and at the few queries that name no word at all, such as a regular expression. The
// rarest term is not always the best: to come to a list costs as much as to look at two dozen
// postings, so queries crowd in fewer lists. An article's lists are fetched into the near cache while its
// other words are looked up. Two words that
// follow one another are a term, as a word is. A posting holds
// a second term, so most are decided by two bits of the article's bitmap; the
// rest are compiled into small programs that an interpreter runs. Equal queries
// are stored once.
//
// Readers never wait: a writer puts things where no reader looks yet and then
// publishes them. A Matcher keeps its memory between articles and allocates
// nothing but the results. Single matches one query with the same code, so that
// a preview shows what will be an alert.
package index

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"

	"newsbell/news"
	"newsbell/subscriptions/query"
)

// ID names a subscription in an Index. Memory is least when the IDs in use are
// near to one another, as the row numbers of a table are.
type ID uint32

// Hit is a subscription that an article matches.
type Hit struct {
	ID      ID
	Matched []string // the words that matched, as they stand in the article; shared between equal queries, not to be changed
}

// Index holds queries and says which of them an article matches.
//
// It is an inverted index turned around: each query is filed under a rare one of
// the words that an article must hold for it, and an article looks at the
// queries filed under its own words. What two words decide is decided by two
// bits; the rest is a small program. Equal queries are one.
//
// It is safe for concurrent use. Writers wait for one another, readers for
// nobody: a writer only ever puts things where no reader looks yet, and then
// publishes them. Add and Remove are seen by every Match that begins
// after they return; by one that runs meanwhile, or not.
type Index struct {
	seed     uint64
	matchers sync.Pool

	// what readers read
	dict          atomic.Pointer[dictionary]
	lists         postingLists
	programs      programStore
	spellings     sync.Map   // termID → string: what a term that must be looked at again is spelled like
	duplicates    duplicates // the others with the query of a canonical ID
	extras        atomic.Pointer[[]extra]
	fields        atomic.Uint32 // fields that any query looks at
	pairs         pairFilter    // of words that follow one another
	filing        bitSet        // terms under which queries are filed
	prefixes      bitmap        // beginnings of prefixes
	prefixLengths [4 * query.MaxLength / 64]atomic.Uint64
	parts, scans  atomic.Bool // any *part*, any regex
	grams         bitmap      // beginnings of *parts*
	literals      bitmap      // beginnings of what regexes demand
	count         atomic.Int64
	moves         atomic.Uint64 // how often postings or programs were taken away from where they stood
	learned       learned

	// what writers keep
	mu           sync.Mutex
	registry     registry
	canonical    canonicalTable
	filed        []uint32 // by term: how many queries are filed under it
	crowded      []uint64 // a bit by term: see noteCrowded
	refileNext   uint32   // the ID that Refile goes on with
	extraNumbers map[extraKey]uint32
	plan         plan
}

// extra is what a program cannot hold itself.
type extra struct {
	regex   *regexp.Regexp
	size    int // instructions of regex
	source  string
	address query.Address
}

type extraKey struct {
	source  string
	address query.Address
}

// NewIndex is an empty index.
func NewIndex() *Index {
	ix := &Index{seed: rand.Uint64(), extraNumbers: map[extraKey]uint32{}}
	ix.dict.Store(newDictionary(64))

	for range firstTerm {
		ix.lists.reserve()
		ix.noteTerm()
		ix.lists.publish()
	}

	return ix
}

// lock lets one writer in. What is learned stands still meanwhile: costs are compared.
func (ix *Index) lock() {
	ix.mu.Lock()
	ix.learned.mu.Lock()
}

func (ix *Index) unlock() {
	ix.learned.mu.Unlock()
	ix.mu.Unlock()
}

// Len is how many subscriptions are in.
func (ix *Index) Len() int { return int(ix.count.Load()) }

// Add puts a query in, instead of the one that id named before.
func (ix *Index) Add(id ID, q *query.Query) {
	ix.lock()
	defer ix.unlock()

	ix.remove(uint32(id))
	ix.count.Add(1)

	pl := ix.compile(q)
	if canonical, ok := ix.findCanonical(pl); ok {
		ix.addCopy(uint32(id), canonical)
		return
	}

	ix.insert(uint32(id), pl)
	ix.fileCanonical(uint32(id))
}

// Remove takes a query out; nothing happens when id names none.
func (ix *Index) Remove(id ID) {
	ix.lock()
	defer ix.unlock()

	ix.remove(uint32(id))
}

// insert puts a query where its articles find it.
func (ix *Index) insert(id uint32, pl *plan) {
	switch {
	case pl.alternatives != nil:
		ix.insertAlternatives(id, pl)
		return
	case !pl.pure:
		ix.insertProgram(id, pl)
		return
	}

	f, g := ix.chooseTwo(pl)
	row := ix.registry.at(id)

	switch {
	case pl.not != noTerm && len(pl.words) == 1:
		*row = newLocation(locatedNot, f, pl.not)
		ix.addPosting(f, postingPair|postingNot|posting(pl.not)<<32|posting(id))
	case pl.not != noTerm:
		panic("index: a pure plan with not and more than one word")
	case len(pl.words) <= 2:
		*row = newLocation(locatedPair, f, g)
		ix.addPosting(f, postingPair|posting(g)<<32|posting(id))
	default:
		words := append(make([]uint32, 0, 16), id, allShape(len(pl.words)-1, g))
		for _, t := range pl.words {
			if t != f && t != g {
				words = append(words, t)
			}
		}

		offset := ix.programs.put(words)
		*row = newLocation(locatedAll, f, offset)
		ix.addPosting(f, postingAll|posting(g)<<32|posting(offset))
	}
}

// addPosting puts a posting under a term.
func (ix *Index) addPosting(f termID, e posting) {
	t := ix.lists.at(f)
	before := ix.isCrowded(f)

	ix.filing.set(uint64(f))
	t.add(e)
	ix.noteCrowded(f)

	ix.filed[f]++
	if !before && ix.isCrowded(f) {
		ix.enrolAll(t)
	}
}

// chooseTwo picks the term to file under, which makes the least work, and the one to ask for first, the
// rarest of the others.
func (ix *Index) chooseTwo(pl *plan) (f, g termID) {
	cost, rarity := ^uint64(0), ^uint64(0)

	for _, t := range pl.words {
		if c := ix.cost(t); c < cost {
			f, cost = t, c
		}
	}

	for _, t := range pl.words {
		if d := ix.rarity(t); t != f && d < rarity {
			g, rarity = t, d
		}
	}

	return f, g
}

func (ix *Index) insertProgram(id uint32, pl *plan) {
	words := append(make([]uint32, 0, 64), id, programShape(len(pl.anchors), len(pl.code)))
	words = append(append(words, pl.anchors...), pl.code...)
	offset := ix.programs.put(words)
	*ix.registry.at(id) = newLocation(locatedProgram, 0, offset)

	for _, f := range pl.anchors {
		g := noTerm
		if f != allTerm {
			g = ix.secondOf(pl.code, f)
		}

		ix.addPosting(f, postingProgram|posting(g)<<32|posting(offset))
	}
}

// secondOf finds a term that an article must hold beside f, noTerm when there is
// none that is sure.
func (ix *Index) secondOf(c []uint32, f termID) termID {
	best, rarity := noTerm, ^uint64(0)

	eachSure(c, func(t termID) {
		if d := ix.rarity(t); t != f && d < rarity {
			best, rarity = t, d
		}
	})

	return best
}

// eachSure visits terms that an article must hold to match the code at the head of c.
func eachSure(c []uint32, visit func(termID)) {
	switch n := c[0] & codeLength; c[0] & codeOp {
	case codeTerm:
		visit(n)
	case codeSeq:
		for _, t := range c[1 : 1+n] {
			visit(t & codeLength)
		}
	case codePhrase:
		eachSureOfItems(c[1:1+n], visit)
	case codeNear:
		eachSureOfItems(c[2:1+n], visit)
	case codeAnd:
		for body := c[1 : 1+n]; len(body) > 0; body = body[codeSize(body):] {
			eachSure(body, visit)
		}
	}
}

// eachSureOfItems visits the terms of the items that have one reading.
func eachSureOfItems(items []uint32, visit func(termID)) {
	for len(items) > 0 {
		size := itemSize(items)
		if items[0] == 1 {
			for _, t := range items[2:size] {
				visit(t & codeLength)
			}
		}

		items = items[size:]
	}
}

// addCopy lets id share the query of a canonical ID.
func (ix *Index) addCopy(id, canonical uint32) {
	ix.duplicates.add(canonical, ID(id), ix.noteCopyAt(canonical))

	if ix.duplicates.size(canonical) == 1 {
		ix.markShared(canonical, true)
	}
}

// noteCopyAt notes where copies of a canonical ID stand among them.
func (ix *Index) noteCopyAt(canonical uint32) func(id ID, offset uint32) {
	return func(id ID, offset uint32) { *ix.registry.at(uint32(id)) = newLocation(locatedCopy, offset, canonical) }
}

// markShared notes in the postings of a query whether others share it.
func (ix *Index) markShared(id uint32, more bool) {
	ix.visitPostings(id, func(_ termID, at *posting) {
		e := *at &^ postingShared
		if more {
			e |= postingShared
		}

		atomic.StoreUint64(at, e)
	})
}

// visitPostings visits where a canonical query is filed.
func (ix *Index) visitPostings(id uint32, visit func(f termID, at *posting)) {
	row := *ix.registry.at(id)
	at := func(f termID, low uint32, pair bool) {
		if e := ix.lists.at(f).find(low, pair); e != nil {
			visit(f, e)
		}
	}

	switch row.kind() {
	case locatedPair, locatedNot:
		at(row.term(), id, true)
	case locatedAll:
		at(row.term(), row.b, false)
	case locatedProgram:
		for _, f := range programAnchors(ix.programs.at(row.b)) {
			at(f, row.b, false)
		}
	case locatedAlternatives:
		ix.visitAlternatives(id, row.b, visit)
	}
}

func (ix *Index) remove(id uint32) {
	row := ix.registry.find(id)
	if row == nil || row.kind() == locatedNowhere {
		return
	}

	ix.count.Add(-1)

	if row.kind() == locatedCopy {
		ix.removeCopy(*row)
		*row = newLocation(locatedNowhere, 0, 0)

		return
	}

	pl := ix.planOf(id)
	if ix.duplicates.size(id) > 0 {
		ix.promote(ix.duplicates.appendTo(nil, id), pl) // before the postings go, so that no reader overlooks anybody
		ix.moves.Add(1)                                 // nor who looked where it is filed now before it was
	}

	ix.canonical.remove(id, pl.hash(ix.seed)) // also if its list is no longer crowded

	ix.visitPostings(id, func(f termID, at *posting) {
		atomic.StoreUint64(at, noPosting)

		ix.filed[f]--
	})
	ix.discard(*row)
	*row = newLocation(locatedNowhere, 0, 0)

	ix.duplicates.retire(id)
}

func (ix *Index) removeCopy(r location) {
	canonical := r.b
	ix.duplicates.remove(canonical, r.term(), ix.noteCopyAt(canonical))

	if ix.duplicates.size(canonical) == 0 {
		ix.markShared(canonical, false)
	}
}

// promote makes the first of the copies of a query the canonical one.
func (ix *Index) promote(list []ID, pl *plan) {
	canonical := uint32(list[0])
	for _, id := range list[1:] {
		ix.duplicates.add(canonical, id, ix.noteCopyAt(canonical))
	}

	ix.insert(canonical, pl)
	ix.fileCanonical(canonical)

	if len(list) > 1 {
		ix.markShared(canonical, true)
	}
}

// planOf returns the plan of a query that is filed.
func (ix *Index) planOf(id uint32) *plan {
	pl := &plan{pure: true}

	row := *ix.registry.at(id)
	switch row.kind() {
	case locatedPair:
		pl.words = []termID{row.term()}
		if row.b != noTerm {
			pl.words = append(pl.words, row.b)
		}
	case locatedNot:
		pl.words, pl.not = []termID{row.term()}, row.b
	case locatedAll:
		p := ix.programs.at(row.b)
		g, rest := allTerms(p)
		pl.words = append([]termID{row.term(), g}, rest...)
	case locatedProgram:
		p := ix.programs.at(row.b)
		pl.pure, pl.anchors, pl.code = false, slices.Clone(programAnchors(p)), slices.Clone(programCode(p))
	case locatedAlternatives:
		pl.pure, pl.code = false, slices.Clone(programCode(ix.programs.at(row.b)))
		pl.alternatives = alternativesOf(pl.code)
	}

	slices.Sort(pl.words)

	return pl
}

// discard counts what a program leaves behind, and clears up when it is half.
func (ix *Index) discard(r location) {
	if r.hasProgram() {
		ix.countWaste(r)
		ix.collectWaste(r.b)
	}
}

// countWaste counts what a program leaves behind.
func (ix *Index) countWaste(r location) {
	if r.hasProgram() {
		ix.programs.waste += uint32(programSize(r, ix.programs.at(r.b)))
	}
}

// nowhere is where no program stands.
const nowhere = ^uint32(0)

// collectWaste moves the programs together when half is waste, but for one that is going.
func (ix *Index) collectWaste(going uint32) {
	if ix.programs.waste > 1<<16 && ix.programs.waste > (ix.programs.next-ix.programs.base)/2 {
		ix.movePrograms(going)
	}
}

func programSize(r location, p []uint32) int {
	if r.kind() == locatedAll {
		return 1 + int(p[1]>>24)
	}

	return programHead + len(programAnchors(p)) + len(programCode(p))
}

// movePrograms writes all programs anew, but for the one that is going.
func (ix *Index) movePrograms(going uint32) {
	old := *ix.programs.chunks.Load()
	at := func(offset uint32) []uint32 { return old[offset/programChunk][offset%programChunk:] }
	base := uint32(len(old)) * programChunk

	ix.programs.next, ix.programs.base, ix.programs.waste = base, base, 0
	for id, r := range ix.registry.all() {
		if !r.hasProgram() || r.b == going {
			continue
		}

		p := at(r.b)
		offset := ix.programs.put(p[:programSize(*r, p)])

		if r.kind() != locatedAlternatives {
			ix.visitPostings(id, func(_ termID, at *posting) {
				atomic.StoreUint64(at, *at&^0xFFFFFFFF|posting(offset))
			})
		}

		r.b = offset
	}
	// The old chunks go as soon as the last reader has left them.
	ix.moves.Add(1)

	chunks := slices.Clone(*ix.programs.chunks.Load())
	clear(chunks[:len(old)])
	ix.programs.chunks.Store(&chunks)
}

// intern returns the term of a key by its hash, a new one if need be. others are
// the hashes of its other spellings; aux what it must be spelled like.
func (ix *Index) intern(hash uint64, others func(func(uint64) bool), aux string) termID {
	if t, known := ix.find(hash, aux); known {
		return t
	}

	return ix.newTerm(hash, others, aux)
}

// find returns the term of a key by its hash, if there is one.
func (ix *Index) find(hash uint64, aux string) (t termID, known bool) {
	d := ix.dict.Load()
	for i := d.home(hash); d.slots[i].term != 0; i = d.next(i) {
		h, s := d.slots[i].load()
		if h != hash {
			continue
		}

		if s&slotOwn != 0 && (s&slotExact != 0) == (aux != "") && (aux == "" || ix.spellingOf(s&slotTerm) == aux) {
			return s & slotTerm, true
		}

		if s&slotMore == 0 {
			break
		}
	}

	return 0, false
}

func (ix *Index) spellingOf(t termID) string {
	s, _ := ix.spellings.Load(t)
	aux, _ := s.(string)

	return aux
}

func (ix *Index) newTerm(hash uint64, others func(func(uint64) bool), aux string) termID {
	id := ix.lists.reserve()
	if id > maxTerm {
		panic("subscriptions: more than 16 million different words in one index")
	}

	d := ix.dict.Load()

	const spellingsAtMost = 8
	if d.needsRoom(spellingsAtMost) {
		d = d.grown(spellingsAtMost)
		ix.dict.Store(d)
	}

	slot := id | slotOwn
	if aux != "" {
		ix.spellings.Store(id, aux)

		slot |= slotExact
	}

	d.insert(hash, slot)

	if others != nil {
		others(func(h uint64) bool {
			d.insert(h, id)
			return true
		})
	}

	ix.noteTerm()
	ix.lists.publish()

	return id
}

// noteTerm makes room for what is kept of a new term, before readers meet it.
func (ix *Index) noteTerm() {
	ix.filed = append(ix.filed, 0)
	ix.filing.growTo(len(ix.filed))

	if len(ix.crowded)*64 < len(ix.filed) {
		ix.crowded = append(ix.crowded, 0)
	}
}

// addExtra returns the number of what a program cannot hold itself.
func (ix *Index) addExtra(x extra) uint32 {
	key := extraKey{x.source, x.address}
	if n, ok := ix.extraNumbers[key]; ok {
		return n
	}

	var all []extra
	if p := ix.extras.Load(); p != nil {
		all = *p
	}

	all = append(all, x)
	ix.extras.Store(&all)
	ix.extraNumbers[key] = uint32(len(all) - 1)

	return ix.extraNumbers[key]
}

// Match returns the subscriptions that a matches, ordered by ID. Subscriptions
// whose regexes need more than MaxRegexWork for this article are not among them.
func (ix *Index) Match(a *news.Article) []Hit {
	hits, _ := ix.MatchWithin(a, nil)
	return hits
}

// MatchWithin is Match with a budget for regexes; nil is without one. skipped are
// the subscriptions that were not decided since their regexes need too much work,
// ordered by ID.
func (ix *Index) MatchWithin(a *news.Article, spend Spend) (hits []Hit, skipped []ID) {
	m := ix.Matcher()
	defer m.Close()

	m.spend = spend
	m.Match(a)
	m.learn()

	hits = make([]Hit, 0, len(m.results))
	for id, matched := range m.All() {
		hits = append(hits, Hit{id, matched})
	}

	return hits, m.skippedIDs()
}
