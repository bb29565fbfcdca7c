// Package ai answers questions about a story: in short, what each side says, the
// background, who and when, a translation, a question of one's own. A language model
// writes the answer if one is configured; otherwise it consists of the articles' own
// sentences. The only ones who wait for it are the person who pressed a button and, for a
// minute at most, an alert whose subscription wants it judged (Judge).
//
// A model cannot invent here. It is asked for sentences that each name the articles
// they come from, and every sentence is checked against those articles (verifySentence):
// the numbers, dates and names in it must occur there, quotations word for word; it may
// hold no address and mention nobody. One passage must also say of those names what the
// sentence says of them (isBorneOut), in the articles' own words, so that who beat whom is
// not turned round. A second model (Config.CheckModel), where there is one, decides that
// instead.
//
// A sentence that fails is dropped. If only that relation is in doubt, the article's own
// sentence on the same names and numbers takes its place (quoteFor). If too few sentences
// are left, the answer is the articles' own, and says so. An answer in another language
// than its articles is checked by its figures and names alone.
//
// Articles, questions and what a model writes are data from strangers. The prompt holds
// no tool, no key and no other chat's data; articles stand between marks that are
// random for each prompt; of a reply only sentences and numbers of articles are read.
package ai

import (
	"cmp"
	"slices"

	"newsbell/news"
	"newsbell/news/summary"
)

// Kind is what an answer is about.
type Kind string

// The kinds of answers.
const (
	Short      Kind = "short"      // the story in three to five sentences
	Sides      Kind = "sides"      // what each outlet says
	Background Kind = "background" // what led to it, from related articles only
	Who        Kind = "who"        // people, places and dates
	Translate  Kind = "translate"  // title and summary in Task.Language
	Question   Kind = "question"   // Task.Question
)

// Connect says what connects the articles of several stories, in two sentences. It is no answer
// about a story: a brief has it. Only a model can write it.
const Connect Kind = "connect"

// Kinds returns all kinds, in the order in which they are offered.
func Kinds() []Kind { return []Kind{Short, Sides, Background, Who, Translate, Question} }

// Bounds of what is asked and answered.
const (
	articlesRead = 8    // articles of a story, and as many of its neighbours, that a prompt holds
	textRead     = 4000 // characters of each article
	questionRead = 300  // characters of a question
	mostShown    = 5    // sentences of an answer
	mostConnect  = 2    // sentences of Connect, each of two articles at least
	longestShown = 400  // characters of a sentence
	leastOfStory = 800  // characters of a story of a single article, below which it is its own summary
)

// Task is what to answer, and from what.
type Task struct {
	Kind     Kind
	Language string // of the answer, ISO 639-1; "": that of the articles
	Question string // with Kind Question, as typed
	// Articles tell the story, the oldest first; Related are its neighbours.
	Articles, Related []*news.Article
}

// Who wrote an answer.
const (
	ByModel   = "model"
	ByExtract = "extract"
)

// Answer is what people get. Its JSON form is what `newsbell ask --json` prints.
type Answer struct {
	By        string     `json:"by"` // ByModel or ByExtract
	Sentences []Sentence `json:"sentences"`
	Dropped   int        `json:"dropped"`          // sentences of the model that failed the check
	Quoted    int        `json:"quoted,omitempty"` // sentences of the articles in place of the model's
	Reason    string     `json:"reason,omitempty"` // why it is not the model's, or why it is empty
	Spent     bool       `json:"-"`                // the day's tokens are used up
}

// Sentence is one sentence of an answer and the addresses of the articles it comes from.
type Sentence struct {
	Text    string   `json:"text"`
	Sources []string `json:"sources"`
}

// given returns the articles that an answer of that kind may come from.
func (t *Task) given() []*news.Article {
	told, related := firstN(t.Articles, articlesRead), firstN(t.Related, articlesRead)

	switch t.Kind {
	case Background:
		return related
	case Question:
		return slices.Concat(told, related)
	case Short, Sides, Who, Translate, Connect:
		return told
	}

	return told
}

func firstN[T any](all []T, n int) []T { return all[:min(n, len(all))] }

// sentencesOf returns the sentences of an article, as far as it is read.
func sentencesOf(a *news.Article) []string {
	body := *a
	body.Text, body.Summary = readBody(a), ""

	return summary.Sentences(&body)
}

// readBody returns the text of an article, as far as it is read.
func readBody(a *news.Article) string {
	return news.Truncate(cmp.Or(a.Text, a.Summary), textRead)
}
