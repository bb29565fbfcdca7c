package brief

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"newsbell/subscriptions/query"
)

const (
	// mostSkipped is how many of the stories that a brief only counts a page may skip.
	mostSkipped = 100_000
	// longestPaged is how far back the brief may look that a page is of.
	longestPaged = 8 * 24 * time.Hour
)

// Page is a page of the stories that a brief has no room for and only counts.
type Page struct {
	Since, Until time.Time // of the brief
	Again        bool      // it takes the place of another page
	Skip         int       // stories, of those that the brief only counts
	Query        string    // of the brief; "": everything that the chat reads
	Shown        int       // stories that the brief with the query has room for
}

// String is the page as a button carries it. One with a query may be longer than a button's data.
func (p Page) String() string {
	again, about := "", ""
	if p.Again {
		again = "again:"
	}

	if p.Query != "" {
		about = ":" + strconv.Itoa(p.Shown) + " " + p.Query
	}

	return strconv.FormatInt(p.Until.UnixMilli(), 10) + ":" + strconv.FormatInt(p.Since.UnixMilli(), 36) + ":" + again + strconv.Itoa(p.Skip) + about
}

// ParsePage reads what [Page.String] prints. It comes from a chat: ok is false for what no page of
// a brief can be.
func ParsePage(data string) (p Page, ok bool) {
	position, about, _ := strings.Cut(data, " ")
	p.Query = about

	position, again, isAgain := strings.Cut(position, ":again:")
	if p.Again = isAgain; isAgain {
		position += ":" + again
	}

	numbers := append(strings.Split(position, ":"), "0") // Shown, where there is no query
	if len(numbers) < 4 {
		return p, false
	}

	until, err1 := strconv.ParseInt(numbers[0], 10, 64)
	since, err2 := strconv.ParseInt(numbers[1], 36, 64)
	skip, err3 := strconv.Atoi(numbers[2])
	shown, err4 := strconv.Atoi(numbers[3])

	p.Since, p.Until, p.Skip, p.Shown = time.UnixMilli(since).UTC(), time.UnixMilli(until).UTC(), skip, shown
	known := skip >= 0 && skip <= mostSkipped && shown >= 0 && shown <= Most

	return p, errors.Join(err1, err2, err3, err4) == nil && known && p.Until.Sub(p.Since) <= longestPaged
}

// Options are those with which [Read] picks the stories of the page, at most so many. q is its query.
func (p Page) Options(q *query.Query, most int) Options {
	return Options{Now: p.Until, Query: q, Since: p.Since, Skip: p.Shown + p.Skip, Most: most}
}
