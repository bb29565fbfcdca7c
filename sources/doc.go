// Package sources fetches feeds politely.
//
// A visit is Fetcher.Fetch: it sends the validators of the last answer, follows
// redirects, bounds everything, and hands the body to package feed, which reads it
// and makes articles of its items. Discover finds the feeds of a website.
//
// What is kept between visits is State: validators, a hash of the body, the
// fingerprints of the items listed, and when the source publishes. It is opaque,
// JSON, and the caller's to keep; the package holds nothing but connections.
// State.Next says when to come back. Errors say in plain words why a source cannot
// be read and never hold its address.
//
// docs/sources.md has the rules of politeness by number.
package sources
