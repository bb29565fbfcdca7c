// Package query is the language of queries. Parse reads what a person typed into
// an immutable Query, which prints itself in a canonical form (String) and in
// plain words (Words), and carries warnings about what probably was not meant.
//
// The lexer and the parser turn the text into a tree of operators over terms
// (Node); the analysis of a term says which words of an article it finds (Item,
// Sequence, Element); lint finds queries that can never, or nearly always, match.
// Every error carries a suggestion that parses. Matching is package index's.
// docs/queries.md is the page for people.
package query

import (
	"regexp"
	"slices"
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
)

// Query is a parsed query. It is immutable and safe for concurrent use.
type Query struct {
	root     *Node
	warnings []Warning
}

// Op is what a node does.
type Op uint8

// The operators; OpTerm is a leaf.
const (
	OpTerm Op = iota
	OpAnd
	OpOr
	OpNot
)

// Node is a query's tree: a term, or an operator over nodes. A parsed tree is
// flat (no and in an and) and says nothing twice.
type Node struct {
	Op       Op
	Children []*Node
	Term     *Term
	at       int // byte offset in what was typed
}

// Field is the part of an article that a term looks at. A new one needs its name as typed
// (fieldNames in fields.go) and what of an article it reads (addFields in
// subscriptions/index/articlefields.go).
type Field uint8

// The fields; AnyField is title, summary and text.
const (
	AnyField Field = iota
	TitleField
	TextField
	SourceField
	OutletField
	SiteField
	AuthorField
	TagField
	LangField
	CountryField
	FeedField   // one source, by its address
	BundleField // the sources of a bundle, by its ID
)

// Term is one thing to look for.
type Term struct {
	Field     Field
	Exact     bool
	quoted    bool   // typed as a phrase
	Near      int    // words allowed between, -1: a phrase
	Text      string // canonical text, without quotes and signs
	typed     string // as typed, for people
	Items     []Item
	Regexp    *regexp.Regexp
	RegexSize int      // instructions of Regexp: at most so many steps a byte of text
	Literals  []string // lower case literals, one of which every match of re contains
	at        int
}

// Item is one word of a term: any of its alternatives.
type Item []Sequence

// Sequence is words that follow one another.
type Sequence []Element

// ElementKind is how an element is compared.
type ElementKind uint8

// The kinds of elements.
const (
	WordElement   ElementKind = iota
	PrefixElement             // key*
	PartElement               // *key*
	ExactElement              // key, written as raw
)

// Element is one word of a sequence, as it is compared.
type Element struct {
	Kind     ElementKind
	Key      string
	Spelling string // ExactElement: NFC of the spelling
	Adjacent bool   // directly after the element before
}

// Warnings are what to know about the query; nil when there is nothing.
func (q *Query) Warnings() []Warning { return q.warnings }

// HasRegex reports whether a regex is part of the query.
func (q *Query) HasRegex() bool { return q.root.hasRegex() }

func (n *Node) hasRegex() bool {
	return n.Op == OpTerm && n.Term.Regexp != nil || slices.ContainsFunc(n.Children, (*Node).hasRegex)
}

// WantsWordsOnly reports whether a query asks only for words that have to be there: it excludes nothing,
// and asks for nothing but words of the title and the text.
func (q *Query) WantsWordsOnly() bool { return q.root.wantsWordsOnly() }

func (n *Node) wantsWordsOnly() bool {
	if n.Op == OpTerm {
		return n.Term.Field <= TextField
	}

	return n.Op != OpNot && !slices.ContainsFunc(n.Children, func(c *Node) bool { return !c.wantsWordsOnly() })
}

// Root is the query's tree, which is not to be changed.
func (q *Query) Root() *Node { return q.root }
