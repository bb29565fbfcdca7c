package story

import (
	_ "embed"
	"strconv"
	"strings"
)

// commonWordsText is the document frequency of term stems in news articles
// (title and first 60 words): a first line with the number of articles, then a
// stem and its count a line. TestCommonWords makes it from a sample of dated
// articles of 101 outlets, 2012 to 2020; a count of words is a fact, none of
// their text is here.
//
//go:embed common_words.txt
var commonWordsText string

// namesText is the names that the news is about every day.
//
//go:embed names.txt
var namesText string

// nameShare is the part of articles that such a name is taken to be in.
const nameShare = 0.02

// withoutComments returns the words of a data file: no comments, no section names.
func withoutComments(text string) string {
	var b strings.Builder

	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "[") {
			b.WriteString(line)
		}
	}

	return b.String()
}

// functionWords are the words of other languages that nearly every text has.
// English ones are in the counted table.
const functionWords = `
	der die das den dem des ein eine einer einem einen und oder aber nicht mit von zu zum zur im in am an auf
	aus bei nach fur uber unter vor durch ist sind war hat haben wird werden sich auch als wie dass es er sie wir
	le la les un une des du de au aux et ou mais ne pas que qui dans en par pour sur avec sans ce cette ces est sont
	il elle ils elles se son sa ses leur plus ont ete a
	el los las una unos y o pero no que en de del al por para con sin su sus es son fue ha han se lo como mas este esta
	il lo gli i uno e ed ma non che di del della dei delle da dal in nel nella con su per tra si sono ha hanno anche
	o os as um uma e ou mas nao que do da dos das em no na nos nas por para com se foi sao mais ao
	het een de en of maar niet met van voor op aan bij uit naar door is zijn was heeft hebben wordt dat die er
	i w na z do ze sie nie to jest od po za o przez dla jak
	och att det som en ett for pa med av ar till inte om den har
	в и на с по не что из за от для к как о это у его при был была были он она они до но под так же
	ve bir bu da de ile icin olarak
	في من على إلى عن أن التي الذي هذا هذه مع بعد كان ما لا أو`

// functionShare is the part of articles that a function word of some language is
// taken to be in.
const functionShare = 0.3

// commonWords says how common a term is in news at large.
type commonWords struct {
	shares     map[string]float64
	background map[string]bool // places and leaders
	unseen     float64         // of a term that is not in the table
}

func loadCommonWords() *commonWords {
	head, lines, _ := strings.Cut(commonWordsText, "\n")
	articles, _ := strconv.ParseFloat(strings.TrimSpace(head), 64)
	c := &commonWords{shares: make(map[string]float64), background: make(map[string]bool), unseen: 1 / max(articles, 1)}

	for line := range strings.Lines(lines) {
		stem, n, _ := strings.Cut(strings.TrimSpace(line), " ")
		count, _ := strconv.ParseFloat(n, 64)
		c.shares[stem] = count / articles
	}

	c.atLeast(functionWords, functionShare, nil)
	c.atLeast(withoutComments(namesText), nameShare, c.background)

	return c
}

// atLeast says that words are in at least that part of all articles, and marks
// them in a set unless it is nil.
func (c *commonWords) atLeast(words string, share float64, mark map[string]bool) {
	for w := range strings.FieldsSeq(words) {
		for _, stem := range storyWords(w, 2) {
			c.shares[stem.stem] = max(c.shares[stem.stem], share)
			if mark != nil {
				mark[stem.stem] = true
			}
		}
	}
}

// share is the part of all articles that have a term, in general.
func (c *commonWords) share(stem string) float64 {
	if p, ok := c.shares[stem]; ok {
		return p
	}

	return c.unseen
}

// empty reports whether a term says nothing at all.
func (c *commonWords) empty(stem string) bool { return c.shares[stem] >= emptyShare }

// emptyShare is the share from which on a term is left out: the, of, said.
const emptyShare = 0.4
