// Package items reads the items of feeds that are plain enough to be read without an XML parser,
// as gofeed reads them and several times faster: RSS 0.9x to 2.0, RDF and Atom.
//
// It gives what gofeed gives or nothing. Whatever it is not sure of (markup inside of a text, a
// comment, a namespace declared inside of an item, a character that XML does not have) makes it
// give the item up, and the caller hands that one to gofeed. Two things of gofeed's it leaves out,
// because nobody here reads them: dates as times, and its own copies of the iTunes and Dublin Core
// extensions. An item with a date that package date cannot read is given up too.
package items
