package subscriptions

import (
	"slices"
	"sync"

	"newsbell/news"
)

// ID names a subscription in an Index.
type ID uint32

// Hit is a subscription that an article answers, and the words that did it.
type Hit struct {
	ID      ID
	Matched []string
}

// Index holds queries. It is safe for concurrent use.
type Index struct {
	mu      sync.RWMutex
	queries map[ID]*Query
}

// NewIndex is an empty index.
func NewIndex() *Index { return &Index{queries: map[ID]*Query{}} }

// Add puts a query in, in place of what id named before.
func (ix *Index) Add(id ID, q *Query) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.queries[id] = q
}

// Remove takes a query out; nothing happens when it is not there.
func (ix *Index) Remove(id ID) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	delete(ix.queries, id)
}

// Len is how many subscriptions are in.
func (ix *Index) Len() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return len(ix.queries)
}

// Match gives the subscriptions that a answers, ordered by ID.
func (ix *Index) Match(a *news.Article) []Hit {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	var hits []Hit
	p := readPage(a)
	for id, q := range ix.queries {
		var spans []span
		if p.match(q.root, &spans) {
			hits = append(hits, Hit{id, p.matched(spans)})
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int { return int(a.ID) - int(b.ID) })
	return hits
}

// Match tells whether a answers this one query, by the code of Index.Match.
func (q *Query) Match(a *news.Article) (matched []string, ok bool) {
	var spans []span
	p := readPage(a)
	if !p.match(q.root, &spans) {
		return nil, false
	}
	return p.matched(spans), true
}
