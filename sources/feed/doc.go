// Package feed reads feeds of every kind, whatever is wrong with them, and cleans
// their items into articles. It is pure: no network, no clock, no state of its own.
//
//	bytes ── charset.ToUTF8 ── repair ── scan ──▶ document: where root and items are
//	document ── whole, or only what has changed, or item by item ──▶ gofeed
//	gofeed's items ── item ── identify (key) ── clean ──▶ articles
//
// gofeed is the parser; everything before it exists because gofeed gives up a
// whole feed for one bad byte and reads the whole of it for one new item.
//
// What is kept from one reading to the next are Fingerprints, 48 bytes for each
// listed item. docs/sources.md says what was measured.
package feed
