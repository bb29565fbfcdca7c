package feed

import (
	"cmp"
	"slices"
	"strings"

	"newsbell/news"
)

// maxShared bounds the addresses that are kept because several items have them.
const maxShared = 16

// identify gives each item the keys that name it within its source. Which article of
// before an item is, the caller decides by them (store.SavePoll): the feed does not
// know what was listed earlier than at the last visit.
func (f *Feed) identify(known *index) {
	for i := range f.raw {
		f.raw[i].canonical = news.Canonical(f.raw[i].Link)
	}

	shared := sharedLinks(f.raw, f.Link)
	for _, c := range known.shared {
		shared[c] = true
	}

	for i := range f.raw {
		it := &f.raw[i]
		it.key, it.altKey = it.firstKey(shared), guidKey(it.GUID)

		// The same bytes keep their key, even if their address has come to be shared.
		if old, ok := known.items[it.sum]; ok && it.sum != 0 {
			it.key = old.text()
		}

		if it.altKey == it.key {
			it.altKey = ""
		}

		it.altPage = it.guidPage(shared)
	}

	known.keepShared(f.raw, shared)
}

// keepShared remembers addresses that name several items.
func (x *index) keepShared(items []item, shared map[string]bool) {
	for i := range items {
		c := items[i].canonical
		if shared[c] && !slices.Contains(x.shared, c) && len(x.shared) < maxShared {
			x.shared = append(slices.Clip(x.shared), c)
		}
	}
}

// firstKey names the item within its source, for ever.
//
// It is made of the address in its canonical form: outlets change guids, schemes
// and tracking parameters of an item and correct its title far more often than
// they move its page, and a guid that comes back with another address is another
// article. Only where the address names no single article (it is missing, it is
// the site's front page, several items share it) the guid stands for it, and
// without one title and date.
func (it *item) firstKey(shared map[string]bool) string {
	if c := it.canonical; c != "" && !shared[c] {
		return news.PageKey(c)
	}

	if key := guidKey(it.GUID); key != "" {
		return key
	}

	// The last is for a headline about a tag whose content people do not see, such as "<textarea> is back".
	title := cmp.Or(news.PlainText(it.Title), it.Summary+it.Text, strings.TrimSpace(it.Title))
	if title == "" && it.Published == "" {
		return ""
	}

	return news.Key("title", title, it.Published, it.canonical)
}

// guidKey is the key that a guid makes, "" for none.
func guidKey(guid string) string {
	if guid = strings.TrimSpace(guid); guid == "" {
		return ""
	}

	return news.Key("guid", guid)
}

// guidPage is the key of the page whose address the guid is, as for a third of all items; "" where it is
// none, or that of several items, or the item is not named by its own page.
func (it *item) guidPage(shared map[string]bool) string {
	if it.altKey == "" || it.key != news.PageKey(it.canonical) {
		return ""
	}

	page := news.Canonical(strings.TrimSpace(it.GUID))
	if shared[page] {
		return ""
	}

	return news.PageKey(page)
}

// sharedLinks are canonical addresses that do not name one article: the front
// page, and what items with different guids or titles have in common.
func sharedLinks(items []item, front string) map[string]bool {
	shared := make(map[string]bool)
	if c := news.Canonical(front); c != "" {
		shared[c] = true
	}

	type first struct{ guid, title string }

	seen := make(map[string]first, len(items))
	for i := range items {
		it := &items[i]

		c := it.canonical
		if c == "" {
			continue
		}

		if strings.Count(c, "/") == 2 && !strings.Contains(c, "?") { // a host alone
			shared[c] = true
		}

		title := cmp.Or(it.Title, it.Summary, it.Text) // many short notes have no title

		f, twice := seen[c]
		if !twice {
			seen[c] = first{it.GUID, title}
		} else if f.title != title && f.guid != it.GUID || f.title != title && it.GUID == "" {
			shared[c] = true
		}
	}

	return shared
}
