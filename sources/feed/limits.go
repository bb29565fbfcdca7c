package feed

import "newsbell/news"

// What a visit takes of a feed at most; somebody else writes it. Reading all of it
// (Input.All) has no such limits.
const (
	// MaxItems is how many items are read, the newest. Real feeds hold up to five
	// thousand.
	MaxItems = 5000
	// MaxText is how many bytes of an article's text are kept: a whole book has less
	// than a megabyte, a long reportage 60 KB.
	MaxText = 256 << 10
)

// newest is the document with at most MaxItems items. Feeds list the newest first,
// unless the dates of the first and the last item say otherwise.
func (d *document) newest(base string) *document {
	n := len(d.items)
	if n <= MaxItems {
		return d
	}

	from := 0

	ends, err := scan(d.envelope(func(i int) bool { return i == 0 || i == n-1 }))
	if err == nil {
		if f, err := ends.parse(base); err == nil && oldestComesFirst(f.raw) {
			from = n - MaxItems
		}
	}

	short, err := scan(d.envelope(func(i int) bool { return i >= from && i < from+MaxItems }))
	if err != nil {
		return d
	}

	return short
}

// newestItems is newest for items that have been read.
func newestItems(items []item) []item {
	switch {
	case len(items) <= MaxItems:
		return items
	case oldestComesFirst(items):
		return items[len(items)-MaxItems:]
	}

	return items[:MaxItems]
}

func oldestComesFirst(items []item) bool {
	if len(items) < 2 {
		return false
	}

	first, last := items[0].published, items[len(items)-1].published

	return !first.IsZero() && first.Before(last)
}

// limitTexts cuts what is longer than any article.
func limitTexts(articles []news.Article) {
	for i := range articles {
		articles[i].Text = cutAt(articles[i].Text, MaxText-len("…"))
	}
}
