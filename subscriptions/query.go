package subscriptions

import (
	"regexp"
	"sync"

	"newsbell/news"
)

// The limits of one query. They keep the worst query as harmless as the best:
// alert services publish alike ones (Pulsar: wildcards from 4 letters and at
// most 5, near up to 7; Meltwater: near up to 10).
const (
	MaxLength    = 512 // characters (code points)
	MaxTerms     = 32  // words, phrases, fields and regexes together
	MaxWildcards = 5   // prefix* and *part*
	MaxRegexes   = 3
	MaxRegex     = 200 // characters of one regex
	MaxDepth     = 8   // brackets within brackets
	MaxNear      = 20  // words between, for "a b"~20
	MinPrefix    = 3   // letters before the star
	MinPart      = 4   // letters between two stars
	MinLiteral   = 3   // letters that a regex must contain in any case

	// MaxText is how many bytes of an article's title, of its summary and of its
	// text are read: more than any news has, and a bound for hostile ones.
	MaxText = 1 << 20
)

// Query is a parsed query. It is immutable and safe for concurrent use.
type Query struct {
	root     *node
	warnings []Warning

	once  sync.Once
	alone *Index // this query only: see Match
}

type op uint8

const (
	opTerm op = iota
	opAnd
	opOr
	opNot
)

// node is a query's tree: a term, or an operator over nodes. A parsed tree is
// flat (no and in an and) and says nothing twice.
type node struct {
	op   op
	kids []*node
	term *term
	at   int // byte offset in what was typed
}

// field is the part of an article that a term looks at.
type field uint8

const (
	anywhere field = iota
	inTitle
	inText
	inSource
	inOutlet
	inSite
	inAuthor
	inTag
	inLang
	inCountry
)

// term is one thing to look for.
type term struct {
	field field
	exact bool
	quote bool   // typed as a phrase
	near  int    // words allowed between, -1: a phrase
	text  string // canonical text, without quotes and signs
	typed string // as typed, for people
	items []item
	re    *regexp.Regexp
	must  []string // lower case literals, one of which every match of re contains
	at    int
}

// item is one word of a term: any of its alternatives.
type item []sequence

// sequence is words that follow one another.
type sequence []element

type elementKind uint8

const (
	wordElement   elementKind = iota
	prefixElement             // key*
	partElement               // *key*
	exactElement              // key, written as raw
)

type element struct {
	kind  elementKind
	key   string
	raw   string // exactElement: NFC of the spelling
	touch bool   // directly after the element before
}

// Warnings are what to know about the query; nil when there is nothing.
func (q *Query) Warnings() []Warning { return q.warnings }

// Match tells whether an article answers the query, and with what words: Index's
// own answer for an index of this query only. It is safe for concurrent use.
func (q *Query) Match(a *news.Article) (matched []string, ok bool) {
	q.once.Do(func() {
		q.alone = NewIndex()
		q.alone.Add(0, q)
	})

	m := q.alone.Matcher()
	defer m.Close()

	if m.Match(a) == 0 {
		return nil, false
	}

	return m.matched(m.results[0]), true
}
