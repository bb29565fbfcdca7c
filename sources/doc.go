// Package sources is where articles come from: it visits feeds politely, reads
// what is wrong with them anyway, and cleans their items into articles.
//
// A visit is Fetcher.Fetch: it asks with the validators of last time, follows
// redirects, bounds everything, and hands the body to the pure part (visit.read):
//
//	bytes ── toUTF8 ── repair ── scan ──▶ document: where root and items are
//	document ── whole, or only what has changed, or item by item ──▶ gofeed
//	gofeed's items ── item ── know (identity) ── clean ──▶ articles
//
// What is remembered between visits is State: validators, a hash of the body, 40
// bytes for each listed item, and when the source publishes. It is opaque, JSON,
// and the caller's to keep; the package holds nothing but connections. State.Next
// says when to come back. Errors say in plain words why a source cannot be read
// and never hold its address.
//
// gofeed is the parser; everything before it exists because gofeed gives up a
// whole feed for one bad byte and reads the whole of it for one new item.
// docs/sources.md has the rules of politeness by number, and what was measured.
package sources
