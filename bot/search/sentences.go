package search

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/wording"
	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// Summary is what a search found, in two lines: the counts and the newest match.
func (c *Result) Summary(w wording.Words) adapters.Text {
	text := adapters.Text{{adapters.Plain(c.Counts(w, time.Now()))}}
	if len(c.Newest) > 0 {
		text = append(text, w.Line("search.newest", "article", ArticleLine(w, c.Newest[0].Article)))
	}

	return text
}

// ArticleLine is "Title (link) · UPI · 2 h ago".
func ArticleLine(w wording.Words, a *store.Article) adapters.Line {
	line := adapters.Line{adapters.Link(a.News.Title, a.News.URL)}
	if name := OutletOf(&a.News); name != "" {
		line = append(line, adapters.Plain(" · "+name))
	}

	return append(line, adapters.Plain(" · "), w.AgoSpan(a.At()))
}

// MinHint says how many stories would be left with min:3; nil where the search found too few
// stories, or all of them would be.
func (c *Result) MinHint(w wording.Words, now time.Time) adapters.Text {
	if c.Stories < enoughStories || c.WithMin == c.Stories {
		return nil
	}

	if rate := c.rate(c.WithMin, now); rate > 0 {
		return w.Lines("search.with_min_rate", "min", suggestedMin, "rate", rate)
	}

	return w.Lines("search.with_min", "min", suggestedMin, "n", c.WithMin)
}

// Counts is "Last 7 days: 5 stories, 12 articles, 4 outlets, about 1 a day."
func (c *Result) Counts(w wording.Words, now time.Time) string {
	period := w.Say("search.last_days", "n", int(c.Span/(24*time.Hour)))
	if c.Cut {
		period = w.Say("search.since", "since", w.DateTime(c.Since.UTC()))
	}

	key := "search.articles"

	switch c.Articles {
	case 0:
		return c.noMatches(w, period, now)
	case 1:
		return w.Say("search.one_story", "period", period)
	case c.Stories:
		key = "search.stories"
	}

	rate := c.PerDay(now)
	if rate > 0 {
		key += "_rate"
	}

	return w.Say(key, "period", period, "stories", c.Stories, "articles", c.Articles, "outlets", c.Outlets, "rate", rate)
}

// noMatches says that nothing matched, and since when articles were read where that is less
// than the period: a new bot has read few.
func (c *Result) noMatches(w wording.Words, period string, now time.Time) string {
	switch {
	case c.Looked == 0 && !c.Cut:
		return w.Say("search.nothing_read")
	case !c.Cut && now.Sub(c.FirstSeen) < c.Span*9/10:
		return w.Say("search.nothing_since", "n", c.Looked, "since", w.Moment(c.FirstSeen, now, cmp.Or(c.Zone, time.UTC)))
	default:
		return w.Say("search.nothing", "period", period)
	}
}

// TooMuch warns that a query matches much: as a share of all articles if that is large, else in
// stories a day.
func (c *Result) TooMuch(w wording.Words, now time.Time) string {
	perDay, share := c.PerDay(now), float64(c.Articles)/float64(max(c.Looked, 1))

	if share >= askShare {
		return w.Say("subscribe.flood_share", "percent", int(share*100), "n", perDay)
	}

	return w.Say("subscribe.flood", "n", perDay)
}

// conditionsNamed is how many conditions of a query are named at most.
const conditionsNamed = 5

// conditionsLine says how many articles meet each condition of a query, the rarest first.
func conditionsLine(w wording.Words, conditions []index.Condition) string {
	var parts []string

	for _, c := range slices.SortedStableFunc(slices.Values(conditions), func(a, b index.Condition) int { return cmp.Compare(a.Articles, b.Articles) }) {
		key := "advice.none"

		switch {
		case len(parts) == 0 && c.Articles == 0:
			key = "advice.first_none"
		case len(parts) == 0:
			key = "advice.first_some"
		case c.Articles > 0:
			key = "advice.some"
		}

		parts = append(parts, w.Say(key, "query", w.InWords(c.Query), "n", c.Articles))
	}

	if len(parts) > conditionsNamed {
		parts = append(parts[:conditionsNamed], "…")
	}

	return strings.Replace(w.Say("advice.conditions", "conditions", w.Commas(parts)), "….", "…", 1)
}

// ExplainNoMatch says why nothing matched a query: which conditions no article meets, and how
// articles spell the words of those. It returns the query, as it was typed, once for each of
// these spellings.
func ExplainNoMatch(w wording.Words, q *query.Query, typed string, conditions []index.Condition) (lines adapters.Text, corrected []string) {
	if len(conditions) > 1 {
		lines = append(lines, adapters.Line{adapters.Plain(conditionsLine(w, conditions))})
	}

	for _, c := range conditions {
		if c.Articles > 0 || len(c.Near) == 0 {
			continue
		}

		var spellings adapters.Line

		for i, near := range c.Near {
			fixed, err := q.WithWord(c.Query.Word(), near.Words)
			if err != nil {
				continue
			}

			if i > 0 {
				spellings = append(spellings, adapters.Plain(w.Say("format.comma")))
			}

			spellings = append(spellings, w.Line("advice.near", "word", adapters.Code(near.Words), "n", near.Articles)...)
			corrected = append(corrected, respell(typed, c.Query.Word(), near.Words, fixed))
		}

		lines = append(lines, w.Line("advice.spelling", "query", w.InWords(c.Query), "near", spellings))
	}

	return lines, corrected
}

// respell puts other words in the place of a folded one in a query as it was typed. Where that is
// not the query that is meant, it is the canonical one.
func respell(typed, word, by string, meant *query.Query) string {
	words := strings.Fields(typed)
	for i, w := range words {
		bare := strings.TrimLeft(w, "(-")
		if text.Fold(strings.TrimRight(bare, ",)")) == word {
			words[i] = w[:len(w)-len(bare)] + by + bare[len(strings.TrimRight(bare, ",)")):]
		}
	}

	again := strings.Join(words, " ")
	if q, err := query.Parse(again); err != nil || q.String() != meant.String() {
		return meant.String()
	}

	return again
}
