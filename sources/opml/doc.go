// Package opml reads and writes lists of feeds as readers exchange them.
package opml
