package ai

import (
	"context"
	"slices"
	"strings"

	"newsbell/news"
)

// leastKept returns how many sentences must pass for a model's answer to be shown.
func leastKept(k Kind) int {
	if k == Short || k == Sides || k == Background {
		return 2
	}

	return 1
}

// sieve keeps the sentences of a model that its articles bear out.
type sieve struct {
	task  *Task
	given []*news.Article

	kept                          []Sentence
	read, dropped, quoted, tokens int
}

// answer returns what was kept. Where all of it is the articles' own, so is the answer.
func (s *sieve) answer() *Answer {
	a := &Answer{By: ByModel, Sentences: s.kept, Dropped: s.dropped, Quoted: s.quoted}
	if s.quoted == len(s.kept) {
		a.By, a.Reason = ByExtract, "What the model wrote is not in the articles in these words."
	}

	return a
}

// isTooLittle reports whether what was kept is no answer. A single sentence is one if all that
// the model wrote passed.
func (s *sieve) isTooLittle() bool {
	return len(s.kept) == 0 || s.dropped > 0 && len(s.kept) < leastKept(s.task.Kind)
}

// add checks a sentence against the articles that it names, and keeps it if it passes and
// confirm (nil: nobody is asked) agrees. If only what it says of its names and numbers is in
// doubt, the articles' own sentence on them is kept in its place. None is kept twice.
func (s *sieve) add(one replySentence, confirm func(text string, cited []*news.Article) bool) {
	most, fewest := mostShown, 1
	if s.task.Kind == Connect {
		most, fewest = mostConnect, 2
	}

	s.read++

	text := news.CollapseSpaces(news.PlainText(one.Text))
	cited, addresses := citedBy(one.Sources, s.given)

	if len(s.kept) == most || len(cited) < fewest {
		s.dropped++
		return
	}

	shown, quoted := Sentence{text, addresses}, 0

	wrong := s.check(text, cited, confirm)
	if wrong == otherRelation && s.task.Kind != Translate {
		if quote, ok := quoteFor(text, cited, s.task.Language); ok {
			shown, quoted, wrong = quote, 1, ""
		}
	}

	if wrong != "" || repeats(s.kept, shown.Text) {
		s.dropped++
		return
	}

	s.kept = append(s.kept, shown)
	s.quoted += quoted
}

// check says why a sentence is not shown; "" if it is. What it says of names and numbers that
// the articles have is left to the other model, if there is one. Where stories are connected
// nobody judges it: their articles have no passage in common.
func (s *sieve) check(text string, cited []*news.Article, confirm func(text string, cited []*news.Article) bool) fault {
	wrong := verifySentence(text, cited, isAbroad(s.task, cited), s.task.Language)
	if wrong == otherRelation && (confirm != nil || s.task.Kind == Connect) {
		wrong = ""
	}

	if wrong == "" && confirm != nil && !confirm(text, cited) {
		return otherWords
	}

	return wrong
}

// citedBy returns the articles that a sentence names by their numbers from 1; none if
// it names one that was not given.
func citedBy(numbers []int, given []*news.Article) (cited []*news.Article, addresses []string) {
	seen := map[int]bool{}

	for _, n := range numbers {
		if n < 1 || n > len(given) {
			return nil, nil
		}

		if !seen[n] {
			seen[n] = true
			cited = append(cited, given[n-1])
			addresses = append(addresses, given[n-1].URL)
		}
	}

	return cited, addresses
}

// isAbroad reports whether an answer is in another language than its articles.
func isAbroad(t *Task, cited []*news.Article) bool {
	return slices.ContainsFunc(cited, func(a *news.Article) bool { return t.Language != "" && a.Language != t.Language })
}

// sift checks what a model writes against the articles, sentence by sentence, and shows what is
// left of it meanwhile. It returns when the model has ended.
func (w *Writer) sift(ctx context.Context, t *Task, given []*news.Article, written *writing, show func(*Answer)) *sieve {
	s := &sieve{task: t, given: given}

	for one := range written.sentences {
		before := len(s.kept)

		if w.judge == nil || s.read < mostJudged {
			s.add(one, w.confirmer(ctx, s))
		}

		isNew := len(s.kept) > before && len(s.kept) >= leastKept(t.Kind)
		if show != nil && isNew && len(written.sentences) == 0 { // else more can be shown in a moment
			show(&Answer{By: ByModel, Sentences: slices.Clone(s.kept), Quoted: s.quoted})
		}
	}

	return s
}

// mostJudged is how many sentences of an answer the other model is asked about.
const mostJudged = 2 * mostShown

// confirmer returns secondOpinion for a sieve; nil without another model.
func (w *Writer) confirmer(ctx context.Context, s *sieve) func(text string, cited []*news.Article) bool {
	if w.judge == nil {
		return nil
	}

	return func(text string, cited []*news.Article) bool { return w.secondOpinion(ctx, s, text, cited) }
}

// secondOpinion asks the other model whether the articles say a sentence.
func (w *Writer) secondOpinion(ctx context.Context, s *sieve, sentence string, cited []*news.Article) bool {
	verdict, n, err := w.judge.complete(ctx, checkPrompt(sentence, cited))
	s.tokens += n

	return err == nil && saysYes(verdict)
}

func saysYes(verdict string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(withoutThoughts(verdict))), "yes")
}
