package index

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"sync/atomic"
	"unicode/utf8"
	"unsafe"

	"newsbell/internal/prefetch"
	"newsbell/news"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// Matcher reads one article after the other against an Index and keeps its
// memory between them: in steady state it allocates nothing but the results that
// are asked for. It is for one goroutine at a time. Close returns it back.
type Matcher struct {
	ix          *Index
	doc         *text.Document
	article     *news.Article
	url, source query.Address // of the article, where a query asks for places
	hasAddress  bool          // any of these is not empty

	limit           termID // terms below it are known to this match
	bits            []uint64
	terms           []termID        // those whose bit is set
	filing          []termID        // of these, those under which queries are filed
	sifted          int             // how many of terms were looked at for it
	occurrences     []occurrence    // where they stand, in the order they were found
	occurrenceLists occurrenceLists // the same by term, for the few queries that ask

	cache    termCache
	uncached []uncached
	blocks   []termBlock

	found []termID // of words that the cache remembers

	words     []articleWord // of the texts, from 1 on, in any order
	begins    []uint32      // by position: which of words begins there
	sameBegin []uint32      // for each of words: another that begins where it does
	behind    []uint32      // for each of words: which begins behind it

	anySameBegin bool // any two words begin at one position

	neighbours     []wordPair
	pairCandidates []pairCandidate
	pairsFound     []pairOccurrence

	chunks       []*[programChunk]uint32
	extras       []extra
	lengths      []int  // of prefixes
	lengthsOf    termID // the limit of which they are
	textSections int    // sections that are title, summary and text
	textTokens   int    // tokens of these
	titleEnd     uint32
	lowered      []byte

	spend      Spend
	deciding   result // whose program runs
	work       int    // of its regexes so far, in steps
	overBudget bool
	skipped    []result

	short, tagged, sorted []uint32 // of blocks, by kind

	tagSet        tagSet // of terms, while postings are collected
	noted         []notedPosting
	hashes        []termHash // of terms, made when the first sorted block is asked
	asked         []wanted   // of the sorted blocks that are fetched
	passed        []result   // by the two bits
	alternatives  []result   // of these, what is one of several of its query
	programs      []result   // and what its program decides
	copies        []ID       // who shares a query
	results       []result
	again         []result // of those with alternatives, what was met again, by ID
	met           idSet    // of those with alternatives
	spans         []span
	runs          []run // room for runs that are being followed
	nearRuns      []run // where the words of nearWords stand
	nearWords     []nearWord
	nearPositions [fewWords][fewPositions]uint32 // of words that are to be near one another
	runEnds       []uint64                       // by position: where a run ends
	generation    uint64
	fetches       bool      // it pays to fetch what will be looked at
	lines         []uintptr // of memory that is to be fetched
}

// result is a posting that the article answers, under the term f.
type result struct {
	id    uint32
	f     termID
	entry posting
}

// span is a piece of the document that matched, in bytes of buf; a regex returns bytes
// of a section's text instead.
type span struct {
	section    int
	start, end int
}

// Matcher returns a matcher over ix.
func (ix *Index) Matcher() *Matcher {
	if m, ok := ix.matchers.Get().(*Matcher); ok {
		return m
	}

	return &Matcher{ix: ix, doc: text.NewDocument(ix.seed)}
}

// Close returns the matcher's memory back for the next one.
func (m *Matcher) Close() {
	m.article, m.spend = nil, nil
	m.ix.matchers.Put(m)
}

// Match finds the subscriptions that a matches and returns how many there are.
func (m *Matcher) Match(a *news.Article) int {
	m.tokenize(a)

	moves := m.ix.moves.Load() // before the first look at what is filed where
	m.lookUp()

	for {
		m.collectPostings()
		m.verify()

		now := m.ix.moves.Load()
		if now == moves {
			return len(m.results)
		}

		moves = now // queries moved meanwhile
		m.results, m.skipped, m.filing, m.sifted = m.results[:0], m.skipped[:0], m.filing[:0], 0
	}
}

// All returns the subscriptions of the last Match in order of their IDs, with what
// matched. Equal queries share one slice, which is not to be changed.
func (m *Matcher) All() iter.Seq2[ID, []string] {
	return func(yield func(ID, []string) bool) {
		var all []Hit
		for _, r := range m.results {
			all = append(all, Hit{ID(r.id), m.matchedText(r)})
			if m.isShared(r) {
				matched := all[len(all)-1].Matched

				m.copies = m.ix.duplicates.appendTo(m.copies[:0], r.id)
				for _, o := range m.copies {
					all = append(all, Hit{o, matched})
				}
			}
		}

		slices.SortFunc(all, func(a, b Hit) int { return cmp.Compare(a.ID, b.ID) })

		for i, h := range all {
			if i > 0 && all[i-1].ID == h.ID {
				continue // it was put in anew meanwhile
			}

			if !yield(h.ID, h.Matched) {
				return
			}
		}
	}
}

// maxKeptRoom is how long a list is kept for the next article.
const maxKeptRoom = 1 << 16

// tokenize reads the article's words.
func (m *Matcher) tokenize(a *news.Article) {
	ix := m.ix
	for _, t := range m.terms {
		m.bits[t>>6] = 0
	}

	m.article, m.terms, m.occurrences, m.results, m.passed, m.skipped = a, m.terms[:0], m.occurrences[:0], m.results[:0], m.passed[:0], m.skipped[:0]
	m.filing, m.sifted, m.fetches = m.filing[:0], 0, false
	m.occurrenceLists.reset()

	if cap(m.runs) > maxKeptRoom || cap(m.occurrences) > maxKeptRoom || cap(m.words) > maxKeptRoom { // a very long article is behind us
		m.runs, m.nearRuns, m.nearWords, m.occurrences, m.occurrenceLists, m.uncached = nil, nil, nil, nil, occurrenceLists{links: []occurrenceLink{{}}}, nil
		m.words, m.begins, m.sameBegin, m.behind = nil, nil, nil, nil
		m.neighbours, m.pairCandidates, m.pairsFound, m.found, m.noted, m.lines = nil, nil, nil, nil, nil, nil
	}

	m.limit = ix.lists.n.Load()
	if need := int(m.limit)>>6 + 1; len(m.bits) < need {
		m.bits = make([]uint64, need+need/8)
	}

	m.chunks, m.extras = nil, nil
	if c := ix.programs.chunks.Load(); c != nil {
		m.chunks = *c
	}

	p := m.doc
	p.Reset()
	p.Add(uint8(query.TitleField), truncateBytes(MaxText, a.Title))
	m.titleEnd = uint32(p.Len)
	p.Add(uint8(query.TextField), truncateBytes(MaxText, a.Summary))
	p.Add(uint8(query.TextField), truncateBytes(MaxText, a.Text))

	m.textSections = len(p.Sections)
	if f := ix.fields.Load(); f != 0 {
		m.addFields(a, f)
	}

	p.Tokenize()

	m.textTokens = m.countWords()
}

// MaxText is how many bytes of an article's title, of its summary and of its
// text are read: more than any news has, and a bound for hostile ones.
const MaxText = 1 << 20

// truncateBytes returns at most n bytes of s, whole characters.
func truncateBytes(n int, s string) string {
	if len(s) <= n {
		return s
	}

	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}

	return s[:n]
}

// lookUp looks all words of the article up.
func (m *Matcher) lookUp() {
	ix, p := m.ix, m.doc
	m.addOccurrence(noTerm, 0)
	m.addOccurrence(allTerm, 0)

	d := ix.dict.Load()
	m.lookUpAll(d, p.Tokens[:m.textTokens])

	if m.textTokens < len(p.Tokens) {
		m.lookUpFieldWords(d, m.textTokens)
	}

	m.lookUpPrefixes(d)

	if ix.parts.Load() {
		m.lookUpParts(d)
	}

	if ix.scans.Load() {
		m.lookUpLiterals(d)
	}

	if ix.fields.Load() != 0 {
		m.lookUpFieldKeys(d, m.article)
	}

	m.lookUpPairs(d)
}

// countWords is how many tokens are of the title, the summary and the text.
func (m *Matcher) countWords() int {
	p := m.doc
	if m.textSections == len(p.Sections) {
		return len(p.Tokens)
	}

	from := p.Sections[m.textSections].Pos
	i, _ := slices.BinarySearchFunc(p.Tokens, uint32(from), func(t text.Token, pos uint32) int { return cmp.Compare(t.Pos, pos) })

	return i
}

// lookUpHash sees all terms of a hash.
func (m *Matcher) lookUpHash(d *dictionary, hash uint64, token uint32) {
	for i := d.home(hash); ; i = d.next(i) {
		found, s := d.slots[i].load()
		switch {
		case s == 0:
			return
		case found != hash:
			continue
		}

		if s&slotExact == 0 || m.isSpelledLike(s&slotTerm, token) {
			m.addOccurrence(s&slotTerm, token)
		}

		if s&slotMore == 0 {
			return
		}
	}
}

// addOccurrence notes that a term stands at a token. It is false for one that is newer
// than this match.
func (m *Matcher) addOccurrence(t termID, token uint32) bool {
	if !m.setBit(t) {
		return false
	}

	m.occurrences = append(m.occurrences, occurrence{t, token})

	return true
}

// setBit marks a term as one that the article holds. It is false for one that is newer
// than this match. A term that was marked before is written down and not kept,
// since that branch would be unpredictable.
func (m *Matcher) setBit(t termID) bool {
	if t >= m.limit {
		return false
	}

	w := &m.bits[t>>6]
	n := len(m.terms)
	m.terms = append(m.terms, t)[:n+int(^*w>>(t&63)&1)]
	*w |= 1 << (t & 63)

	return true
}

func (m *Matcher) has(t termID) bool { return t < m.limit && m.bits[t>>6]>>(t&63)&1 != 0 }

// isSpelledLike looks at a term that asks for a spelling to the letter.
func (m *Matcher) isSpelledLike(t termID, token uint32) bool {
	tok := m.doc.Tokens[token]

	sec, start, end := m.doc.Source(tok.From, tok.To)
	if sec == nil || sec.Text == "" {
		return false
	}

	text, want := sec.Text[start:end], m.ix.spellingOf(t)
	if text == want {
		return true
	}

	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return query.ExactSpelling(text) == want
		}
	}

	return false
}

// collectPostings takes the postings that their two bits let pass. It goes in steps of a few
// instructions with hardly a branch, so that the processor can wait for many cache lines at once: it
// writes every posting and advances only if the posting passes (about 1 in 50).
func (m *Matcher) collectPostings() {
	n := m.collectFirsts()
	m.fetchTags()

	n = m.collectShort(n)
	n = m.collectTagged(n)
	n = m.collectSorted(n)
	m.passed = m.passed[:n]
}

// collectFirsts takes the postings that stand in the records of terms, as many as it says, and notes the
// blocks of the others by their kind.
func (m *Matcher) collectFirsts() (n int) {
	terms := m.terms

	if m.fetches {
		m.siftTerms()
		terms = m.filing
	}

	if len(m.blocks) < len(terms)+1 {
		m.blocks = make([]termBlock, 2*len(terms)+1)
		m.short, m.tagged, m.sorted = make([]uint32, len(m.blocks)), make([]uint32, len(m.blocks)), make([]uint32, len(m.blocks))
	}

	m.passed = m.passed[:cap(m.passed)]
	if len(m.passed) < len(terms) {
		m.passed = make([]result, 2*len(terms))
	}

	chunks, k := *m.ix.lists.chunks.Load(), 0
	blocks, passed, bits := m.blocks, m.passed, m.bits

	for _, t := range terms {
		r := &chunks[t/listChunk][t%listChunk]
		one, more := atomic.LoadUint64(&r.first), r.rest.Load()

		passed[n] = result{f: t, entry: one}
		n += passesFilter(bits, one)

		blocks[k] = termBlock{at: more, term: t}
		if more != nil {
			k++
		}
	}

	m.sortOut(blocks[:k])

	return n
}

// sortOut reads the heads of blocks and notes of which kind each is.
func (m *Matcher) sortOut(blocks []termBlock) {
	short, tagged, sorted := m.short[:len(blocks)], m.tagged[:len(blocks)], m.sorted[:len(blocks)]
	a, b, c := 0, 0, 0

	for i := range blocks {
		head := atomic.LoadUint64(blocks[i].at)
		blocks[i].head = head

		isShort, isTagged := isZero(head>>headKind), isZero(head>>headKind^taggedBlock)
		short[a] = uint32(i)
		a += int(isShort)
		tagged[b] = uint32(i)
		b += int(isTagged)
		sorted[c] = uint32(i)
		c += int(1 - isShort - isTagged)
	}

	m.short, m.tagged, m.sorted = short[:a], tagged[:b], sorted[:c]
}

// collectShort looks at the blocks that are short.
func (m *Matcher) collectShort(n int) int {
	for _, i := range m.short {
		f := &m.blocks[i]
		list := unsafe.Slice(f.at, 1+headUsed(f.head))[1:]
		n += collectLooked(m.bits, list, f.term, m.roomFor(n, len(list)))
	}

	return n
}

// roomFor is room in passed for some more than n.
func (m *Matcher) roomFor(n, more int) []result {
	if n+more >= len(m.passed) {
		m.passed = append(m.passed, make([]result, len(m.passed)+more+64)...)
	}

	return m.passed[n:]
}

// collectTagged looks at the tags of blocks that have some, and then at the postings of these that a tag
// lets pass: those of many blocks one right after the other.
func (m *Matcher) collectTagged(n int) int {
	switch {
	case len(m.tagged) == 0:
		return n
	case len(m.terms) >= len(m.tagSet)/4: // a long article has most tags by chance
		for _, i := range m.tagged {
			n = m.collectAll(n, &m.blocks[i])
		}

		return n
	}

	m.markTags(1)

	k := 0

	for _, i := range m.tagged {
		b := &m.blocks[i]
		tags, at := tagsWith(b.at, b.head)

		if need := k + tagsAWord*len(tags); need >= len(m.noted) {
			m.noted = append(m.noted, make([]notedPosting, need+64)...)
		}

		k += noteTagged(tags, &m.tagSet, newNotedPosting(i, at), m.noted[k:])
	}

	m.markTags(0)

	out := m.roomFor(n, k)

	return n + collectNoted(m.bits, m.blocks, m.noted[:k], out)
}

// markTags writes 1 for the tags of the article's terms, or 0 again.
func (m *Matcher) markTags(mark uint8) {
	for _, t := range m.terms {
		m.tagSet[tagOfTerm(t)] = mark
	}
}

// collectSorted asks sorted blocks for each term of the article, those that are long enough for it.
func (m *Matcher) collectSorted(n int) int {
	m.hashes = m.hashes[:0]

	for all := m.sorted; len(all) > 0; {
		some := all[:m.fetchSorted(all)]
		asked := m.asked

		for _, i := range some {
			f := &m.blocks[i]
			if !m.sortedPays(f) {
				n = m.collectAll(n, f)
				continue
			}

			b := blockWith(f.at, f.head)
			n += b.collectSorted(m.bits, asked[:f.asked], f.term, m.roomFor(n, len(b.all)))
			asked = asked[f.asked:]
		}

		all = all[len(some):]
	}

	return n
}

// collectAll looks at all postings of a block.
func (m *Matcher) collectAll(n int, f *termBlock) int {
	b := blockWith(f.at, f.head)
	return n + collectLooked(m.bits, b.all, f.term, m.roomFor(n, len(b.all)))
}

// fetchedLines is how many lines of memory are fetched before they are looked at.
const fetchedLines = 256

// fetchSorted fetches what will be looked at of the first of some sorted blocks, and returns how many
// these are.
func (m *Matcher) fetchSorted(all []uint32) (n int) {
	m.asked = m.asked[:0]

	for _, i := range all {
		f := &m.blocks[i]
		n++

		if !m.sortedPays(f) {
			continue
		}

		b := blockWith(f.at, f.head)
		before := len(m.asked)
		m.asked = b.askFor(m.termHashes(), m.asked)
		f.asked = len(m.asked) - before
		b.fetchAsked(m.asked[before:])

		if n*len(m.hashes) > fetchedLines {
			break
		}
	}

	return n
}

// sortedPays reports whether asking a block for each term of the article is less work than
// looking at all of it.
func (m *Matcher) sortedPays(f *termBlock) bool { return headUsed(f.head) > len(m.terms) }

// termHashes are the article's terms as sorted blocks are asked for them: all but those that
// no query has as its second.
func (m *Matcher) termHashes() []termHash {
	if len(m.hashes) == 0 {
		for _, t := range m.terms[firstTerm:] { // before them are noTerm and allTerm
			m.hashes = append(m.hashes, hashOfTerm(t))
		}
	}

	return m.hashes
}

// passesFilter is 1 for a posting that its second term lets pass, else 0. One that is newer
// than this match is not held, also where its bit was never made.
func passesFilter(bits []uint64, e posting) int {
	g := secondTerm(e)
	if int(g>>6) >= len(bits) {
		return 0
	}

	return int((bits[g>>6]>>(g&63) ^ e>>57) & 1)
}

// termBlock is a term of the article and the block that stands under it.
type termBlock struct {
	at    *posting
	head  uint64 // the first word of at
	asked int    // how many buckets of it are asked for
	term  termID
}

// verify decides what passed.
func (m *Matcher) verify() {
	m.splitPassed()
	m.fetchPrograms()
	m.takeAlternatives()
	m.readIDs()

	for _, r := range m.programs {
		p := m.programAt(uint32(r.entry))
		if p == nil {
			continue
		}

		if r.entry&postingAll != 0 {
			if _, rest := allTerms(p); m.hasAll(rest) {
				m.results = append(m.results, r)
			}

			continue
		}

		if !m.isFirstAnchor(programAnchors(p), r.f) {
			continue
		}

		m.deciding, m.work, m.overBudget = r, 0, false
		matches := m.eval(programCode(p))

		switch {
		case m.overBudget:
			m.skipped = append(m.skipped, r)
		case matches:
			m.results = append(m.results, r)
		}
	}
}

// splitPassed puts what passed where it is decided: the bits decide most. It has no branches, which
// would be unpredictable: it writes each to all three and advances where it belongs. What is
// without a word that is newer than this match belongs nowhere: the word was not looked for.
func (m *Matcher) splitPassed() {
	n := len(m.passed)
	results := slices.Grow(m.results[:0], n)[:n]
	m.alternatives, m.programs = slices.Grow(m.alternatives[:0], n)[:n], slices.Grow(m.programs[:0], n)[:n]
	decided, alternatives, programs := 0, 0, 0

	for _, r := range m.passed {
		r.id = uint32(r.entry)
		pair, alternative := r.entry/postingPair&1, r.entry/postingAlternative&1
		known := (uint64(secondTerm(r.entry)) - uint64(m.limit)) >> 63

		results[decided] = r
		decided += int(pair & known &^ alternative)
		m.alternatives[alternatives] = r
		alternatives += int(pair & known & alternative)
		m.programs[programs] = r
		programs += int(pair ^ 1)
	}

	m.results, m.alternatives, m.programs = results[:decided], m.alternatives[:alternatives], m.programs[:programs]
}

// takeAlternatives takes each query with alternatives once, by the first that was met.
func (m *Matcher) takeAlternatives() {
	m.again = m.again[:0]
	m.met.reset(len(m.alternatives))

	for _, r := range m.alternatives {
		if m.met.add(r.id) {
			m.results = append(m.results, r)
		} else {
			m.again = append(m.again, r)
		}
	}

	if len(m.again) > 1 {
		slices.SortFunc(m.again, compareIDs)
	}
}

// fetchPrograms fetches the first two lines of programs.
func (m *Matcher) fetchPrograms() {
	if len(m.programs) == 0 {
		return
	}

	lines := m.roomForLines(2 * len(m.programs))

	for i := range m.programs {
		if p := m.programAt(uint32(m.programs[i].entry)); p != nil {
			lines[2*i] = prefetch.Address(&p[0])
			lines[2*i+1] = lines[2*i] + prefetch.LineSize
		}
	}

	prefetch.Lines(lines)
}

// readIDs reads whose programs they are.
func (m *Matcher) readIDs() {
	for i := range m.programs {
		r := &m.programs[i]
		if p := m.programAt(uint32(r.entry)); p != nil {
			r.id = p[0]
		}
	}
}

// isFirstAnchor reports whether f is the first of a program's anchors that the article
// holds: the program is met under each, and asked once. (What stands beside an
// anchor is needed whichever anchor is met, so all are let pass or none.)
func (m *Matcher) isFirstAnchor(anchors []termID, f termID) bool {
	for _, a := range anchors {
		if m.has(a) {
			return a == f
		}
	}

	return false
}

// programAt returns the words at a place. Places of programs that moved since the
// match began are in chunks that it has not seen; nil: it has moved on since the place was
// read, and what moves takes care that the article is matched again.
func (m *Matcher) programAt(offset uint32) []uint32 {
	if int(offset/programChunk) >= len(m.chunks) {
		m.addChunks()
	}

	chunk := m.chunks[offset/programChunk]
	if chunk == nil {
		return nil // it moved twice
	}

	return chunk[offset%programChunk:]
}

// addChunks takes the chunks of programs that are newer than the match.
func (m *Matcher) addChunks() {
	m.chunks = append(slices.Clone(m.chunks), (*m.ix.programs.chunks.Load())[len(m.chunks):]...)
}

func (m *Matcher) hasAll(terms []termID) bool {
	for _, t := range terms {
		if !m.has(t) {
			return false
		}
	}

	return true
}

// lookUpPrefixes looks the beginnings of words up.
func (m *Matcher) lookUpPrefixes(d *dictionary) {
	if m.lengthsOf != m.limit { // a prefix of another length is another term
		m.readPrefixLengths()
	}

	if len(m.lengths) == 0 {
		return
	}

	p, words := m.doc, m.textTokens
	for i := range p.Tokens {
		t := &p.Tokens[i]
		for _, n := range m.lengths {
			if n > int(t.KeyLen) {
				break
			}

			if n >= 3 && !m.ix.prefixes.has(hashGram3(p.Buf[t.Key:t.Key+3])) {
				break
			}

			hash := max(text.HashKey(p.Seed, p.Buf, int(t.Key), n), 1)
			if i >= words {
				hash = (fieldKey + keyKind(m.sectionOf(t).Kind)).salt(hash)
			}

			m.lookUpHash(d, prefixKey.salt(hash), uint32(i))
		}
	}
}

// readPrefixLengths reads how long the prefixes are that this match knows.
func (m *Matcher) readPrefixLengths() {
	m.lengths, m.lengthsOf = m.lengths[:0], m.limit

	for i := range m.ix.prefixLengths {
		for w := m.ix.prefixLengths[i].Load(); w != 0; w &= w - 1 {
			m.lengths = append(m.lengths, i*64+bits.TrailingZeros64(w))
		}
	}
}

// lookUpParts looks for *parts* within words.
func (m *Matcher) lookUpParts(d *dictionary) {
	p, words := m.doc, m.textTokens
	for i := range p.Tokens {
		t := &p.Tokens[i]

		key := p.Buf[t.Key : t.Key+t.KeyLen]
		for at := 0; at+4 <= len(key); at++ {
			if !m.ix.grams.has(hashGram4(key[at : at+4])) {
				continue
			}

			hash := max(text.HashKey(p.Seed, p.Buf, int(t.Key)+at, 4), 1)
			if i >= words {
				hash = (fieldKey + keyKind(m.sectionOf(t).Kind)).salt(hash)
			}

			m.visitTermsAt(d, gramKey.salt(hash), key[at:], func(t termID) { m.addOccurrenceOnce(t, uint32(i)) })
		}
	}
}

// visitTermsAt returns the terms of a hash whose text stands at the head of b.
func (m *Matcher) visitTermsAt(d *dictionary, hash uint64, b []byte, yield func(termID)) {
	for i := d.home(hash); ; i = d.next(i) {
		found, s := d.slots[i].load()
		switch {
		case s == 0:
			return
		case found != hash:
			continue
		}

		t := s & slotTerm
		if want := m.ix.spellingOf(t); len(want) <= len(b) && string(b[:len(want)]) == want {
			yield(t)
		}

		if s&slotMore == 0 {
			return
		}
	}
}

// addOccurrenceOnce is see, but for a part that stands twice in a word.
func (m *Matcher) addOccurrenceOnce(t termID, token uint32) {
	for i := len(m.occurrences); i > 0 && m.occurrences[i-1].token == token; i-- {
		if m.occurrences[i-1].term == t {
			return
		}
	}

	m.addOccurrence(t, token)
}

// lookUpLiterals scans the texts for what regexes demand.
func (m *Matcher) lookUpLiterals(d *dictionary) {
	for _, s := range m.doc.Sections[:m.textSections] {
		m.lowered = lowerASCII(m.lowered[:0], s.Text)
		for at := 0; at+3 <= len(m.lowered)-text.Slack; at++ {
			if m.ix.literals.has(hashGram3(m.lowered[at : at+3])) {
				hash := max(text.HashKey(m.ix.seed, m.lowered, at, 3), 1)
				m.visitTermsAt(d, literalKey.salt(hash), m.lowered[at:len(m.lowered)-text.Slack], func(t termID) { m.setBit(t) })
			}
		}
	}
}

// lowerASCII is a text in small ASCII letters as a regex without case sees it: ſ is
// s and the Kelvin sign k. Slack follows.
func lowerASCII(out []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		case c == 0xC5 && i+1 < len(s) && s[i+1] == 0xBF:
			c = 's'
			i++
		case c == 0xE2 && i+2 < len(s) && s[i+1] == 0x84 && s[i+2] == 0xAA:
			c = 'k'
			i += 2
		}

		out = append(out, c)
	}

	return append(out, make([]byte, text.Slack)...)
}
