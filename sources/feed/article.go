package feed

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"newsbell/news"
	"newsbell/news/summary"
)

// item is an article as the feed has it: HTML where feeds put HTML, addresses
// completed, nothing cleaned.
type item struct {
	GUID      string
	Title     string
	Link      string
	Published string // as written
	Updated   string
	Authors   []string
	Tags      []string
	Language  string
	Country   string
	Image     string
	caption   string // of the image, as written
	credit    string
	Outlet    string // the item's own source, by name
	OutletURL string // and by address
	Summary   string
	Text      string

	published, updated time.Time // UTC, zero: not known
	link               string    // the item's link as written, before it was completed
	plain              string    // the item's text as written, if that is no HTML
	elsewhere          []string  // who wrote it by the feed's word, when the item names nobody
	keywords           []string  // for search engines, when the item has no tags
	sum                uint64    // of its bytes in the feed, 0 not known
	canonical          string    // news.Canonical of Link
	key, altKey        string    // what names it, see identify
	altPage            string    // see guidPage

	// The text and the summary without markup, a blank line between two paragraphs: see readTexts.
	paragraphs, description string
}

func (it *item) setPicture(p picture) {
	it.Image, it.caption, it.credit = p.address, p.caption, p.credit
}

// articles cleans the items, in the feed's order. identify has given them keys.
func (f *Feed) articles(s news.Source, raw bool, suffix string, repeated *summary.Repeated) []news.Article {
	out := make([]news.Article, 0, len(f.raw))
	seen := make(map[string]bool, len(f.raw))

	home := cmp.Or(s.Outlet, outletOf(f.Title, cmp.Or(f.Link, s.URL)))
	for i := range f.raw {
		it := &f.raw[i]
		if !raw && (it.key == "" || seen[it.key]) {
			continue
		}

		seen[it.key] = true

		a := it.clean(f, s, home, suffix, repeated)
		if raw {
			a = it.asIs(a)
		}

		a.Key, a.AltKey, a.AltPage = it.key, it.altKey, it.altPage
		if a.Title == "" && a.URL == "" && a.Text == "" && !raw {
			continue
		}

		out = append(out, a)
	}

	return out
}

// SortOldestFirst puts a feed's articles in the order in which they are to be told.
// Feeds list the newest first; where dates are missing or equal that decides.
// Future dates are not believed: they keep their place.
func SortOldestFirst(list []news.Article, now time.Time) {
	slices.Reverse(list)
	at := make([]time.Time, len(list)) // an article without a date goes with the one listed before it

	var last time.Time

	for i := range list {
		if p := list[i].Published; !p.IsZero() && !p.After(now.Add(time.Hour)) {
			last = p
		}

		at[i] = last
	}

	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}

	slices.SortStableFunc(order, func(a, b int) int { return at[a].Compare(at[b]) })

	sorted := make([]news.Article, len(list))
	for i, from := range order {
		sorted[i] = list[from]
	}

	copy(list, sorted)
}

// asIs puts what the feed had in the place of what was cleaned; dates and what
// they are compared by stay readable.
func (it *item) asIs(a news.Article) news.Article {
	a.Title, a.Summary, a.Text = it.Title, it.Summary, cmp.Or(it.plain, it.Text)
	a.URL = it.link
	a.Authors, a.Tags, a.Image = it.Authors, it.Tags, it.Image
	a.Language = it.Language
	a.Outlet = it.Outlet

	return a
}

// readTexts reads the texts of the items, and learns what they repeat at their ends.
func (f *Feed) readTexts(repeated *summary.Repeated) {
	var texts []string

	for i := range f.raw {
		it := &f.raw[i]

		it.paragraphs, it.description = plainParagraphs(it.Text), plainParagraphs(it.Summary)
		if isHeadlines(it.Summary) {
			it.description = ""
		}

		texts = append(texts, cmp.Or(it.description, it.paragraphs))

		if len(it.paragraphs) < len(it.description) {
			it.paragraphs = it.description
		}
	}

	repeated.Learn(texts)
}

// plainParagraphs is HTML as text, with a blank line between two paragraphs.
func plainParagraphs(s string) string {
	// A no-break space may be half of a letter, before it becomes any space.
	text := news.RepairEncoding(news.Paragraphs(news.RepairEncoding(escapedOnce(s))))
	if strings.HasPrefix(text, "<!--") { // markup that was escaped beside some that was not
		text = news.Paragraphs(text)
	}

	return text
}

// clean makes an article of an item whose texts were read. home is the source's outlet, suffix what
// its titles end with, repeated what its texts have at their ends.
func (it *item) clean(f *Feed, s news.Source, home, suffix string, repeated *summary.Repeated) news.Article {
	outlet := news.PlainText(it.Outlet)

	text, description := it.paragraphs, it.description

	link := pageURL(news.CleanURL(it.Link))
	host := news.Host(link)
	name := mainLabel(host)
	opening, openingText := truncateText(repeated.Strip(description)), truncateText(repeated.Strip(text))
	description, text = news.OneLine(description), news.OneLine(text)
	a := news.Article{
		Source:    s.URL,
		URL:       link,
		Published: sinceFeeds(it.published),
		Updated:   sinceFeeds(it.updated),
		Authors:   firstNonEmpty(cleanAuthors, it.Authors, it.elsewhere),
		Tags:      firstNonEmpty(cleanTags, it.Tags, it.keywords),
		Country:   cmp.Or(strings.ToLower(it.Country), s.Country),
		Image:     it.Image,
		Outlet:    cmp.Or(outlet, home),
		Text:      text,
	}

	a.Title = news.CleanTitle(news.RepairEncoding(it.Title), outlet, home, f.Title, suffix, news.Host(it.OutletURL), host, name, name+" News")
	if a.Title == "" {
		a.Title = cutAt(text, untitled)
	}

	a.Title = cutAt(a.Title, longestTitle)
	if a.Caption, a.Credit = (picture{it.Image, it.caption, it.credit}).cleanCaption(a.Title); a.Text == "" {
		a.Text = a.Caption // a page that is a picture
	}

	a.Summary = summary.Summarize(opening, a.Title, openingText, summaryLength)

	declared := cmp.Or(it.Language, f.Language, s.Language)
	if a.Language = news.Language(declared, ""); a.Language == "" {
		a.Language = news.Language("", a.Title+" "+cmp.Or(description, text))
	}

	return a
}

// sinceFeeds drops a date from before there were feeds: WordPress's for "never" is
// 30 Nov -0001, others' 1601 or 1970, and no date is better than one too old to alert.
func sinceFeeds(t time.Time) time.Time {
	if t.Year() <= 1970 {
		return time.Time{}
	}

	return t
}

// pageURL is an address that a person can open: scripts, mail addresses and names
// that are no addresses are none. A relative one is kept, it may be completed.
func pageURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return ""
	}

	return address
}

// firstNonEmpty cleans the first list, or the second when nothing is left of it.
func firstNonEmpty(clean func([]string) []string, first, second []string) []string {
	if list := clean(first); len(list) > 0 {
		return list
	}

	return clean(second)
}

// summaryLength is the longest summary of an alert in code points; a shorter
// one is cut from it where it is shown (alerts.summary).
const summaryLength = 300

// truncateText is as much of a text as a summary can be made of: what stands behind
// it costs time and is never shown.
func truncateText(text string) string {
	const enough = 5 * summaryLength
	if len(text) <= enough {
		return text
	}

	if i := strings.LastIndexByte(text[:enough], ' '); i > 0 {
		return text[:i]
	}

	return strings.ToValidUTF8(text[:enough], "")
}

// How long titles may be, in bytes: one that is made of a text, and any. No
// headline is longer than the second; whole articles in a title are.
const (
	untitled     = 90
	longestTitle = 1000
)

// cutAt cuts a text at a word.
func cutAt(text string, longest int) string {
	if len(text) <= longest {
		return text
	}

	cut := strings.ToValidUTF8(text[:longest], "")
	if i := strings.LastIndexByte(cut, ' '); i > longest/2 {
		cut = cut[:i]
	}

	return strings.TrimRight(cut, " ,;:.-–—") + "…"
}
