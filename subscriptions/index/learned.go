package index

import (
	"sync"

	"newsbell/news"
)

// learned is how many of the articles that passed have each term, in any language: a
// query is filed under the term that the fewest of them have. What was long ago counts
// less and less.
type learned struct {
	mu       sync.Mutex
	articles uint32
	counts   []uint16 // by term
}

// learnedAtMost is how many articles are counted until all counts are halved.
const learnedAtMost = 1 << 15

// Learn counts the terms of an article of before, so that queries are filed by what
// articles have. MatchWithin learns from what it reads.
func (ix *Index) Learn(a *news.Article) {
	m := ix.Matcher()
	defer m.Close()

	m.tokenize(a)
	m.lookUp()
	m.learn()
}

// learn counts the terms of the article that was read. It waits for nobody: an article
// that is read while another is counted is not.
func (m *Matcher) learn() {
	l := &m.ix.learned
	if !l.mu.TryLock() {
		return
	}
	defer l.mu.Unlock()

	if need := int(m.limit); need > len(l.counts) {
		l.counts = append(l.counts, make([]uint16, need-len(l.counts))...)
	}

	for _, t := range m.terms {
		l.counts[t]++
	}

	if l.articles++; l.articles >= learnedAtMost {
		l.articles /= 2
		for t := range l.counts {
			l.counts[t] /= 2
		}
	}
}

// count is how many articles were counted that have a term.
func (l *learned) count(t termID) uint64 {
	if int(t) < len(l.counts) {
		return uint64(l.counts[t])
	}

	return 0
}
