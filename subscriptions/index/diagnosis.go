package index

import (
	"cmp"
	"slices"
	"strings"

	"newsbell/news"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// Diagnosis finds out why a query matches nothing: how many articles meet each of its
// conditions, and which words of the articles nearly are a word that none has. It is
// for one goroutine.
type Diagnosis struct {
	conditions []*condition
	doc        *text.Document
	articles   int
}

// Condition is a part of a query that an article must meet.
type Condition struct {
	Query    *query.Query
	Articles int        // that meet it
	Near     []Spelling // when none does: what may have been meant, the likeliest first
}

// Spelling is a word, or two that are written apart, that nearly is the word of a
// condition.
type Spelling struct {
	Words    string // as they stand in an article
	Articles int
	distance int
}

type condition struct {
	query    *query.Query
	single   *Single
	word     string
	articles int
	near     map[string]*spelling
	seen     map[string]bool // words that were compared
}

type spelling struct {
	words                    string // as they stand in an article
	distance, articles, last int    // last is the article that counted last
}

// NewDiagnosis begins a diagnosis of a query.
func NewDiagnosis(q *query.Query) *Diagnosis {
	d := &Diagnosis{doc: text.NewDocument(0)}

	for _, c := range q.Clauses() {
		if !c.Excluded {
			d.conditions = append(d.conditions, &condition{
				query: c.Query, single: NewSingle(c.Query), word: c.Query.Word(), near: map[string]*spelling{}, seen: map[string]bool{},
			})
		}
	}

	return d
}

// Add looks at an article.
func (d *Diagnosis) Add(a *news.Article) {
	d.articles++

	missing := false

	for _, c := range d.conditions {
		if _, ok := c.single.Match(a); ok {
			c.articles++
		}

		missing = missing || c.articles == 0 && len(c.word) >= minSpelling
	}

	if !missing {
		return
	}

	texts := []string{truncateBytes(MaxRegexText, a.Title), truncateBytes(MaxRegexText, a.Summary), truncateBytes(MaxRegexText, a.Text)}

	d.doc.Reset()

	for _, s := range texts {
		d.doc.Add(0, s)
	}

	d.doc.Tokenize()

	before := ""

	for i, t := range d.doc.Tokens {
		word := string(d.doc.Buf[t.Key : t.Key+t.KeyLen])
		for _, c := range d.conditions {
			if c.articles == 0 && len(c.word) >= minSpelling {
				c.compare(word, before, d.articles, func(words int) string { return d.spell(texts, max(0, i+1-words), i) })
			}
		}

		before = word
	}
}

// spell is what stands in texts from one word to another, "" where they are not in one of them.
func (d *Diagnosis) spell(texts []string, first, last int) string {
	i, start, _ := d.doc.SourceIndex(d.doc.Tokens[first].From, d.doc.Tokens[first].To)
	j, _, end := d.doc.SourceIndex(d.doc.Tokens[last].From, d.doc.Tokens[last].To)

	if i < 0 || i != j || start >= end || end > len(texts[i]) {
		return ""
	}

	return texts[i][start:end]
}

// minSpelling is the length of the shortest word that near ones are looked for.
const minSpelling = 4

// compare looks whether a word, or it and the word before, nearly is the condition's. spell
// returns the last words as they stand in the article.
func (c *condition) compare(word, before string, article int, spell func(words int) string) {
	if len(before)+len(word) == len(c.word) && strings.HasPrefix(c.word, before) && strings.HasSuffix(c.word, word) && before != "" && word != "" {
		c.note(before+" "+word, 0, article, func() string { return spell(2) })
	}

	if s := c.near[word]; s != nil {
		c.note(word, s.distance, article, nil)
		return
	}

	allowed := 1
	if len(c.word) > 6 {
		allowed = 2
	}

	if c.seen[word] || len(word) < len(c.word)-allowed || len(word) > len(c.word)+allowed {
		return
	}

	c.seen[word] = true
	if d := text.Distance(c.word, word); d <= allowed {
		c.note(word, d, article, func() string { return spell(1) })
	}
}

// note counts a spelling; spelled is asked how it stands in the article when it is new.
func (c *condition) note(words string, distance, article int, spelled func() string) {
	s := c.near[words]
	if s == nil {
		s = &spelling{words: words, distance: distance}
		if as := spelled(); text.Fold(as) == words { // else other signs stand there too
			s.words = as
		}

		c.near[words] = s
	}

	if s.last != article {
		s.last = article
		s.articles++
	}
}

// mostSpellings is how many near spellings a condition has at most.
const mostSpellings = 3

// Conditions returns what was found, in the order of the query.
func (d *Diagnosis) Conditions() []Condition {
	var out []Condition

	for _, c := range d.conditions {
		found := Condition{Query: c.query, Articles: c.articles}

		if c.articles == 0 {
			for _, s := range c.near {
				found.Near = append(found.Near, Spelling{s.words, s.articles, s.distance})
			}

			slices.SortFunc(found.Near, func(a, b Spelling) int {
				return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(b.Articles, a.Articles), cmp.Compare(a.Words, b.Words))
			})

			found.Near = found.Near[:min(len(found.Near), mostSpellings)]
		}

		out = append(out, found)
	}

	return out
}

// Diagnose reports what keeps an article from matching a query: the conditions that
// it does not meet, and those that it meets but must not. Both are nil when the
// reason is not to be found in one condition.
func Diagnose(q *query.Query, a *news.Article) (missing, unwanted []*query.Query) {
	for _, c := range q.Clauses() {
		switch _, ok := Match(c.Query, a); {
		case ok && c.Excluded:
			unwanted = append(unwanted, c.Query)
		case !ok && !c.Excluded:
			missing = append(missing, c.Query)
		}
	}

	return missing, unwanted
}
