package admin

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Usage is how a bot is used, and what keeps it from being useful.
type Usage struct {
	store.Usage
	Words   []WordCount        // that at least store.FewPeople people follow, the most followed first
	Sources int                // that are read
	Failing []*store.Source    // the longest failing first
	Late    []store.LateSource // the slowest first
}

// WordCount is how many people follow a word, phrase or field, alone or with others.
type WordCount struct {
	Word   string
	People int
}

const (
	mostWords   = 20
	mostSources = 5
	week        = 7 * 24 * time.Hour
)

// CountUsage counts chats, subscriptions and people, and looks for what is wrong.
func CountUsage(t *store.Tx) (u Usage, err error) {
	if u.Usage, err = t.Usage(); err != nil {
		return u, fmt.Errorf("count the chats: %w", err)
	}

	if u.Words, err = countWords(t); err != nil {
		return u, fmt.Errorf("count what people follow: %w", err)
	}

	all, err := t.Sources()
	if err != nil {
		return u, fmt.Errorf("read the sources: %w", err)
	}

	u.Sources = len(all)
	u.Failing = slices.DeleteFunc(all, func(s *store.Source) bool { return s.Error == "" })

	slices.SortStableFunc(u.Failing, func(a, b *store.Source) int { return a.ErrorSince.Compare(b.ErrorSince) })

	u.Late, err = t.LateSources(t.Now.Add(-week), mostSources)
	if err != nil {
		return u, fmt.Errorf("look for slow sources: %w", err)
	}

	return u, nil
}

// countWords counts who follows what, one person once for each. What is excluded is not
// followed.
func countWords(t *store.Tx) ([]WordCount, error) {
	people := map[string]map[string]bool{}
	parsed := map[string][]string{}

	err := t.Followed(func(canonical, person string) error {
		words, known := parsed[canonical]
		if !known {
			words = wordsOf(canonical)
			parsed[canonical] = words
		}

		for _, word := range words {
			if people[word] == nil {
				people[word] = map[string]bool{}
			}

			people[word][person] = true
		}

		return nil
	})
	if err != nil {
		return nil, err
	}

	var words []WordCount

	for word, who := range people {
		if len(who) >= store.FewPeople {
			words = append(words, WordCount{word, len(who)})
		}
	}

	slices.SortFunc(words, func(a, b WordCount) int { return cmp.Or(b.People-a.People, cmp.Compare(a.Word, b.Word)) })

	return words[:min(len(words), mostWords)], nil
}

// wordsOf lists the conditions of a query that are not exclusions. The address of a feed
// may be somebody's secret.
func wordsOf(canonical string) (words []string) {
	q, err := query.ParseCanonical(canonical)
	if err != nil {
		return nil // a language that changed: the match loop says so
	}

	for _, c := range q.Clauses() {
		if word := c.Query.String(); !c.Excluded && !strings.Contains(word, "feed:") {
			words = append(words, word)
		}
	}

	return words
}

// NamedFailing are the sources to name that fail: not those of single chats, which are
// theirs, and not all.
func (u *Usage) NamedFailing() []*store.Source {
	var named []*store.Source

	for _, s := range u.Failing {
		if s.Origin != store.FromChat && len(named) < mostSources {
			named = append(named, s)
		}
	}

	return named
}

// Describe returns how the bot is used, in lines.
func (u *Usage) Describe(w *locales.Texts, now time.Time) string {
	var lines []string
	for _, c := range u.Chats {
		lines = append(lines, w.Say("admin.chats", "platform", c.Platform, "n", c.Chats, "state", w.Say("admin.state_"+string(c.State))))
	}

	for _, d := range u.Dead {
		lines = append(lines, w.Say("admin.dead", "platform", d.Platform, "n", d.Chats, "reason", w.Translate(d.Reason)))
	}

	lines = append(lines, w.Say("admin.usage", "subscriptions", u.Subscriptions, "people", u.People, "chats", u.Alerted))

	for _, word := range u.Words {
		lines = append(lines, w.Say("admin.followers", "n", word.People, "query", word.Word))
	}

	lines = append(lines, w.Say("admin.sources", "n", u.Sources, "failing", len(u.Failing)))

	for _, s := range u.NamedFailing() {
		lines = append(lines, w.Say("admin.failing", "source", sourceName(s.Title, s.URL), "ago", w.Ago(now.Sub(s.ErrorSince)), "reason", w.Translate(s.Error)))
	}

	for _, s := range u.Late {
		lines = append(lines, w.Say("admin.late", "source", sourceName(s.Title, s.URL), "n", int(s.Late.Round(time.Hour).Hours())))
	}

	return strings.Join(lines, "\n")
}

// sourceName is what a source is called, without secrets of its address.
func sourceName(title, address string) string { return cmp.Or(title, news.Host(address)) }
