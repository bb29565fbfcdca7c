// Package taste learns from "less like this" under alerts: what those have in common
// becomes one rule, which is proposed with its effect on the latest alerts.
//
// Nothing is guessed. A rule leaves out a word or an outlet. It is proposed when at least
// [Needed] of the unwanted alerts would not have come under it, and none of the latest
// alerts that somebody opened or wanted more of is lost, nor more others than unwanted ones; among several it is the
// one that drops fewest of the others, then the one that covers most of the unwanted. Its effect is counted by
// matching the changed queries against the articles that were alerted, so the same votes
// always bring the same proposal, and what it claims can be counted again.
package taste

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/news/story"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

const (
	// Needed is how many unwanted alerts have to share what a rule leaves out.
	Needed = 5
	// Latest is how many alerts the effect of a rule is counted on.
	Latest = 30
	// Most is how many subscriptions a rule changes at most: one button takes them back.
	Most = 4
)

// Bounds of the words that can be left out.
const (
	longestWord  = 24 // bytes: it goes into a button's data
	leastTelling = 4  // in nats: one article in fifty has the word
)

// Alert is an alert that a chat got.
type Alert struct {
	Article *news.Article
	Matched []string // the words that matched
	Follows []int64  // the subscriptions that it is for and that are followed still
	Less    bool     // less like it is wanted
	Kept    bool     // it was opened, followed, or more like it is wanted
}

// Kind is what a rule is about.
type Kind string

// The kinds of rules.
const (
	Word   Kind = "word"
	Outlet Kind = "outlet"
)

// Rule leaves out a word of some subscriptions, or an outlet of the whole chat.
type Rule struct {
	Kind          Kind
	Value         string  // a word in lower case; an outlet's name
	Subscriptions []int64 // of a word: the ones that change, ascending
}

// Proposal is a rule and what it would have done.
type Proposal struct {
	Rule

	Less        int // how many of the unwanted alerts it covers
	Dropped, Of int // how many of the latest alerts would not have come

	neutral int // how many of those nobody complained of
}

// Queries are the queries of a chat's subscriptions.
type Queries map[int64]*query.Query

// Propose returns the rule that the unwanted alerts ask for, if there is one. The latest
// alerts are those that its effect is counted on; isSettled reports that a rule is in
// force or was declined.
func Propose(unwanted, latest []Alert, queries Queries, isSettled func(Kind, string) bool) (best Proposal, found bool) {
	for _, rule := range candidateRules(unwanted, isSettled) {
		effect := newEffect(rule, queries)

		p := Proposal{Rule: rule, Less: effect.count(unwanted), Of: len(latest), Dropped: effect.count(latest)}
		kept := false

		for _, t := range latest {
			if effect.drops(t) {
				kept = kept || t.Kept

				if !t.Less {
					p.neutral++
				}
			}
		}

		if p.Less < Needed || kept || p.neutral > p.Less {
			continue
		}

		if !found || compareProposals(p, best) < 0 {
			best, found = p, true
		}
	}

	return best, found
}

// compareProposals puts the better proposal first.
func compareProposals(p, q Proposal) int {
	return cmp.Or(cmp.Compare(p.neutral, q.neutral), cmp.Compare(q.Less, p.Less), -cmp.Compare(p.Kind, q.Kind), cmp.Compare(p.Value, q.Value))
}

// WordRule is the rule that leaves out a word where the unwanted alerts have it.
func WordRule(word string, unwanted []Alert) Rule {
	follows := map[int64]bool{}

	for _, t := range unwanted {
		if slices.Contains(DistinctiveWords(t.Article.Title, t.Matched), word) {
			for _, s := range t.Follows {
				follows[s] = true
			}
		}
	}

	ids := slices.Sorted(maps.Keys(follows))

	return Rule{Kind: Word, Value: word, Subscriptions: ids[:min(len(ids), Most)]}
}

// candidateRules are the rules worth counting: of words and outlets that enough of the unwanted
// alerts share.
func candidateRules(unwanted []Alert, isSettled func(Kind, string) bool) (rules []Rule) {
	words, outlets := map[string]int{}, map[string]int{}

	for _, t := range unwanted {
		for _, word := range DistinctiveWords(t.Article.Title, t.Matched) {
			words[word]++
		}

		if t.Article.Outlet != "" {
			outlets[t.Article.Outlet]++
		}
	}

	for _, word := range slices.Sorted(maps.Keys(words)) {
		if words[word] >= Needed && !isSettled(Word, word) {
			rules = append(rules, WordRule(word, unwanted))
		}
	}

	for _, outlet := range slices.Sorted(maps.Keys(outlets)) {
		if outlets[outlet] >= Needed && !isSettled(Outlet, outlet) {
			rules = append(rules, Rule{Kind: Outlet, Value: outlet})
		}
	}

	return rules
}

// effect says what a rule would have dropped.
type effect struct {
	rule          Rule
	before, after map[int64]*index.Single // of the subscriptions that change
}

func newEffect(r Rule, queries Queries) *effect {
	e := &effect{rule: r, before: map[int64]*index.Single{}, after: map[int64]*index.Single{}}

	for _, s := range r.Subscriptions {
		q := queries[s]
		if q == nil {
			continue
		}

		_, canonical, err := query.LeaveOut(q.String(), q.String(), " -"+r.Value)
		if err != nil {
			continue // it is too long to be changed
		}

		if changed, err := query.ParseCanonical(canonical); err == nil {
			e.before[s], e.after[s] = index.NewSingle(q), index.NewSingle(changed)
		}
	}

	return e
}

func (e *effect) count(alerts []Alert) (n int) {
	for _, t := range alerts {
		if e.drops(t) {
			n++
		}
	}

	return n
}

// drops reports whether an alert would not have come under the rule: every subscription
// that it is for matched its article and does not any more.
func (e *effect) drops(t Alert) bool {
	if e.rule.Kind == Outlet {
		return strings.EqualFold(t.Article.Outlet, e.rule.Value)
	}

	for _, s := range t.Follows {
		if e.after[s] == nil {
			return false
		}

		if _, ok := e.before[s].Match(t.Article); !ok {
			return false
		}

		if _, ok := e.after[s].Match(t.Article); ok {
			return false
		}
	}

	return len(t.Follows) > 0
}

// DistinctiveWords returns the words of a title that tell the most, the most telling first, but not those
// that matched.
func DistinctiveWords(title string, matched []string) (telling []string) {
	words := story.Weigh(title, 30)
	slices.SortStableFunc(words, func(x, y story.Word) int { return cmp.Compare(y.Weight, x.Weight) })

	for _, w := range words {
		word := strings.ToLower(title[w.From:w.To])
		if w.Weight >= leastTelling && !w.Number && IsPlain(word) && !slices.Contains(telling, word) && !hasMatched(matched, word) {
			telling = append(telling, word)
		}
	}

	return telling
}

// IsPlain reports whether a word is of letters alone and short enough for a button, so that
// it stands for itself in a query.
func IsPlain(word string) bool {
	return utf8.RuneCountInString(word) > 2 && len(word) <= longestWord && !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
}

func hasMatched(matched []string, word string) bool {
	return slices.ContainsFunc(matched, func(m string) bool { return strings.Contains(strings.ToLower(m), word) })
}
