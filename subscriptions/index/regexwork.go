package index

import (
	"slices"

	"newsbell/subscriptions/query"
)

// Regexes are the one thing in a query whose cost its author decides. Their work is
// counted before it is done, in steps: a regex takes at most as many a byte of text
// as it has instructions. The count does not depend on the machine or its load, so
// what is skipped is skipped everywhere.
const (
	// MaxRegexText is how many bytes of an article regexes read: of its title, then
	// of its summary, then of its text.
	MaxRegexText = 64 << 10
	// MaxRegexWork is how many steps the regexes of one subscription may take to
	// decide one article: some 100 ms.
	MaxRegexWork = 8 << 20
	// maxSpanWork is how many steps it may take to find what a regex matched.
	maxSpanWork = 8 << 20
)

// Spend takes steps of work for a subscription from a budget and reports whether
// they may be done. Work that finds what matched is taken, too, and done anyway.
type Spend func(id ID, steps int) bool

// Allowance is a budget of regex work: a token bucket that is filled by articles,
// not by time. The zero value is full. It is not safe for concurrent use.
type Allowance struct {
	spent int // steps that articles have not made up for
}

// The size of an allowance: what may be spent at once, and what each article adds.
const (
	allowanceBurst      = 128 << 20
	allowancePerArticle = 1 << 20
)

// Earn adds what n articles are worth.
func (a *Allowance) Earn(n int) { a.spent = max(0, a.spent-n*allowancePerArticle) }

// Spend takes steps and reports whether there was anything left. The last work may
// exceed what is left and is owed.
func (a *Allowance) Spend(steps int) bool {
	if a.spent >= allowanceBurst {
		return false
	}

	a.spent += steps

	return true
}

// IsFull reports whether nothing is spent.
func (a *Allowance) IsFull() bool { return a.spent == 0 }

// charge takes steps for the subscription that is being decided. It reports whether
// they may be done; when not, the subscription is skipped for this article.
func (m *Matcher) charge(steps int) bool {
	if m.overBudget {
		return false
	}

	m.work += steps
	if m.work > MaxRegexWork || m.spend != nil && !m.payBudget(steps) {
		m.overBudget = true
		return false
	}

	return true
}

// payBudget takes steps from the budget of the first subscription with the query that can
// pay for it.
func (m *Matcher) payBudget(steps int) bool {
	if m.spend(ID(m.deciding.id), steps) {
		return true
	}

	if m.deciding.entry&postingShared == 0 {
		return false
	}

	m.copies = m.ix.duplicates.appendTo(m.copies[:0], m.deciding.id)

	return slices.ContainsFunc(m.copies, func(id ID) bool { return m.spend(id, steps) })
}

// matchRegex reads the texts with a regex.
func (m *Matcher) matchRegex(c uint32, show bool) bool {
	f, x := codeField(c), m.extra(c&slotTerm)
	ok := false
	room := MaxRegexText

	for i, s := range m.doc.Sections[:m.textSections] {
		text := truncateBytes(room, s.Text)
		room -= len(text)

		if f == query.TitleField && s.Kind != uint8(query.TitleField) || f == query.TextField && s.Kind != uint8(query.TextField) {
			continue
		}

		if show {
			ok = m.addRegexSpans(x, i, text) || ok
			continue
		}

		if !m.charge(x.size * len(text)) {
			return false
		}

		if x.regex.MatchString(text) {
			return true
		}
	}

	return ok
}

// addRegexSpans keeps what a regex matched in a text. Each match may take a look at
// the whole rest of the text, so their number is bounded.
func (m *Matcher) addRegexSpans(x extra, section int, text string) (ok bool) {
	steps := max(1, x.size*len(text))
	found := x.regex.FindAllStringIndex(text, max(1, maxSpanWork/steps))

	for _, at := range found {
		m.spans = append(m.spans, span{section, at[0], at[1]})
	}

	if m.spend != nil {
		m.payBudget(steps * (1 + len(found)))
	}

	return len(found) > 0
}

// skippedIDs are the subscriptions that the last Match did not decide.
func (m *Matcher) skippedIDs() []ID {
	var out []ID

	for _, r := range m.skipped {
		out = append(out, ID(r.id))
		if r.entry&postingShared != 0 {
			out = m.ix.duplicates.appendTo(out, r.id)
		}
	}

	slices.Sort(out)

	return slices.Compact(out)
}
