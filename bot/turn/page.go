package turn

import (
	"context"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/wording"
)

// Page is what part of a chat's subscriptions is shown.
type Page struct {
	Number int    // from 0
	Filter string // words or numbers that the subscriptions must have; "" shows all
	word   string // of the token that holds the filter
}

// Data writes the page for the data of a button.
func (p Page) Data(number int) string {
	if p.word == "" {
		return strconv.Itoa(number)
	}

	return strconv.Itoa(number) + ":" + p.word
}

// NewPage is the first page of the subscriptions that meet a filter.
func (t *Turn) NewPage(filter string) Page {
	if filter == "" {
		return Page{}
	}

	return Page{Filter: filter, word: t.SaveToken(Token{Who: t.PersonID(), Command: "list", Text: filter})}
}

// ParsePage reads the page in the data of a button: "2" or "2:word". Without its
// token, which is valid for a day, a filter is dropped.
func (s *Services) ParsePage(ctx context.Context, t *Turn, data string) (p Page, err error) {
	number, word, _ := strings.Cut(data, ":")
	p.Number, _ = strconv.Atoi(number)

	if word == "" {
		return p, nil
	}

	k, err := s.LoadToken(ctx, t, word)
	if k != nil {
		p.word, p.Filter = word, k.Text
	}

	return p, err
}

// PageRange clamps page to the pages there are, and returns the index of its
// first item and the number of pages.
func PageRange(n, size int, page *int) (from, pages int) {
	pages = max((n+size-1)/size, 1)
	*page = max(0, min(*page, pages-1))

	return *page * size, pages
}

// PageButtons lead to the neighbouring pages of a list; data is what stands before the page.
func PageButtons(w wording.Words, data string, page Page, pages int) []adapters.Button {
	return StepButtons(w, page.Number > 0, page.Number < pages-1, func(step int) string { return data + page.Data(page.Number+step) })
}

// StepButtons lead to the page before (step -1) and to the one after (step 1), where there are
// such pages. data returns what the button to one carries.
func StepButtons(w wording.Words, before, after bool, data func(step int) string) (row []adapters.Button) {
	if before {
		row = append(row, adapters.Button{Label: w.Say("button.back"), Data: data(-1)})
	}

	if after {
		row = append(row, adapters.Button{Label: w.Say("button.next"), Data: data(1)})
	}

	return row
}
