// Package subscriptions is what people follow: the query language and the index
// that says which of a million queries an article answers.
//
// It is pure: no network, no database, no clock. A query is parsed once (Parse),
// prints itself in a canonical form (Query.String) and in plain words
// (Query.Words), and is then only ever asked one thing: does it match this
// article? Index answers that for all queries at once, Query.Match for one; both
// run the same code, so what a preview shows is what will ring.
//
// An article is read as a row of words, each of which may be read in more than
// one way ("Covid-19" is covid + 19 and covid19; see words.go). A query is a
// tree of terms over such words. docs/queries.md is the page for people.
package subscriptions
