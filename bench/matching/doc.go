// Package matching measures the index of queries beside its peers: a loop over
// the queries, as most bots do it, and a scan for words by Aho-Corasick.
package matching
