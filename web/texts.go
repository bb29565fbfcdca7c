package web

import (
	"net/url"
	"strconv"
	"time"

	"newsbell/adapters"
	"newsbell/locales"
)

// texts are the texts of a page, in one language.
type texts struct{ t *locales.Texts }

// Lang returns the page's language.
func (p texts) Lang() string { return p.t.Code() }

// Dir returns the direction in which it is written: "rtl" or "ltr".
func (p texts) Dir() string {
	if p.t.IsRTL() {
		return "rtl"
	}

	return "ltr"
}

// Say returns a text.
func (p texts) Say(key string) string { return p.t.Say(key) }

// Date returns a day in words, in UTC.
func (p texts) Date(at time.Time) string { return p.t.Date(at.UTC()) }

// Machine returns a moment as machines read it.
func (p texts) Machine(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// missingPage is what pages/missing.html shows.
type missingPage struct {
	texts

	Title string
}

func newMissingPage(t *locales.Texts) *missingPage {
	return &missingPage{texts{t}, t.Say("story.page_gone")}
}

// span is a part of a line of a reply.
type span struct {
	Text string
	URL  string // "" no link
	Kind string // how it stands out: "b", "code", "pre", "dim", "" not
}

// linesOf returns the lines of a text of the bot's; what it says is escaped by the page.
func linesOf(text adapters.Text) [][]span {
	kinds := map[adapters.Style]string{adapters.StyleBold: "b", adapters.StyleCode: "code", adapters.StylePre: "pre", adapters.StyleDim: "dim"}
	lines := make([][]span, len(text))

	for i, line := range text {
		for _, s := range line {
			lines[i] = append(lines[i], span{Text: s.Text, URL: webAddress(s.URL), Kind: kinds[s.Style]})
		}
	}

	return lines
}

// webAddress returns an address that a page may lead to, "" for any other.
func webAddress(address string) string {
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}

	return address
}

// parseID reads the number of a row, 0 for anything else.
func parseID(s string) int64 {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id < 0 {
		return 0
	}

	return id
}
