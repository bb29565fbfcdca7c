package ai

import (
	"bufio"
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/news"
)

// related is a sentence of testdata/relations.txt.
type related struct {
	article  *news.Article
	sentence string
	is       bool
}

func readRelations(t *testing.T, name string) (all []related) {
	t.Helper()

	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	var a *news.Article

	body := false

	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()

		switch {
		case line == "" || line[0] == '#':
		case line[0] == '=':
			parts := strings.SplitN(line, " ", 4)
			a, body = &news.Article{Key: parts[1], Language: parts[2], Outlet: parts[3]}, false
		case line[0] == '+' || line[0] == '-':
			all = append(all, related{a, line[2:], line[0] == '+'})
		case !body:
			a.Title, body = line, true
		default:
			a.Text = line
		}
	}

	return all
}

// TestRelations holds the check against sentences whose names, numbers and words are right, and that say
// of them what their article says, or not: those that the rule was made with, and those that were
// written after it.
func TestRelations(t *testing.T) {
	for _, name := range []string{"relations.txt", "relations-fresh.txt"} {
		passed, all := map[bool]int{}, map[bool]int{}

		for _, c := range readRelations(t, filepath.Join("testdata", name)) {
			wrong := verifySentence(c.sentence, []*news.Article{c.article}, false, c.article.Language)
			all[c.is]++

			if wrong == "" {
				passed[c.is]++
			}

			if (wrong == "") != c.is {
				t.Logf("%s: %s: it %s", c.article.Key, c.sentence, cmp.Or(string(wrong), "passed"))
			}
		}

		precision, recall := float64(passed[true])/float64(passed[true]+passed[false]), float64(passed[true])/float64(all[true])
		t.Logf("%s: passed %d of %d true and %d of %d others: precision %.3f, recall %.3f", name, passed[true], all[true], passed[false], all[false], precision, recall)

		if precision < 0.95 || recall < 0.6 {
			t.Errorf("%s: below precision .95 or recall .6", name)
		}
	}
}

// TestAJudgeDecidesOfRelations: what is said of right names and numbers is left to the other model where
// there is one, and what stands in no article is not.
func TestAJudgeDecidesOfRelations(t *testing.T) {
	a := &news.Article{Title: "Omnicore in court", Outlet: "Coast Times", Text: "Chipmaker Veltrix sued its rival Omnicore on Monday. Judge Helen Moss set the first hearing for March 3."}
	yes := func(string, []*news.Article) bool { return true }
	no := func(string, []*news.Article) bool { return false }

	for _, c := range []struct {
		sentence       string
		alone, yes, no bool
	}{
		{"Veltrix sued its rival Omnicore.", true, true, false},
		{"Omnicore sued its rival Veltrix.", false, true, false},
		{"Veltrix sued its rival Zorblatt.", false, false, false},
	} {
		s := &sieve{task: &Task{Kind: Question}}
		cited := []*news.Article{a}

		if got := [3]bool{s.check(c.sentence, cited, nil) == "", s.check(c.sentence, cited, yes) == "", s.check(c.sentence, cited, no) == ""}; got != [3]bool{c.alone, c.yes, c.no} {
			t.Errorf("%s: %v, want %v", c.sentence, got, [3]bool{c.alone, c.yes, c.no})
		}
	}

	s := &sieve{task: &Task{Kind: Connect}}
	if s.check("Omnicore sued its rival Veltrix.", []*news.Article{a}, nil) != "" {
		t.Error("what connects stories is held to one passage")
	}
}

// TestAFreeRetellingKeepsItsPlace: where nothing but the relation is in doubt, the outlet's own sentence on the
// same names and numbers stands in the place of the model's, once; where there is none, nothing does.
func TestAFreeRetellingKeepsItsPlace(t *testing.T) {
	const (
		sued = "Chipmaker Veltrix sued its rival Omnicore over 12 patents on Monday."
		moss = "Judge Helen Moss set March 3 for the first hearing."
	)

	first := &news.Article{Title: "Omnicore in court", URL: "https://a.example/1", Outlet: "Coast Times", Text: "The market for chips is in a slump. " + sued + " He said that Omnicore and Veltrix had talked. " + moss + " Write to Veltrix and Omnicore at rivals.example about patents."}
	second := &news.Article{Title: "Chips", URL: "https://b.example/2", Outlet: "Daily North", Text: "Omnicore makes chips in Zurich. Fans of Veltrix met yesterday in Zurich to sing."}

	for _, c := range []struct{ said, shown, source string }{
		{"The fight over 12 patents has Omnicore facing its rival Veltrix.", sued, first.URL},
		{"Omnicore sued its rival Veltrix.", sued, first.URL},
		{"The first hearing, March 3, was by Judge Helen Moss.", moss, first.URL},
		{"Veltrix sued its rival Zorblatt.", "", ""},           // a name that no article has
		{"Omnicore sued its rival Veltrix for 15.", "", ""},    // a number
		{"Omnicore and Helen Moss set the hearing.", "", ""},   // no sentence has both
		{"Veltrix fans in Zurich sing when they met.", "", ""}, // the only one says "yesterday"
	} {
		s := &sieve{task: &Task{Kind: Short}, given: []*news.Article{first, second}}
		s.add(replySentence{c.said, []int{1, 2}}, nil)

		switch {
		case c.shown == "" && len(s.kept) > 0:
			t.Errorf("%s: %q is shown", c.said, s.kept)
		case c.shown != "" && (len(s.kept) != 1 || s.quoted != 1 || s.dropped != 0 || s.kept[0].Text != c.shown || s.kept[0].Sources[0] != c.source || len(s.kept[0].Sources) != 1):
			t.Errorf("%s: %d quoted, %d dropped: %q", c.said, s.quoted, s.dropped, s.kept)
		}

		if a := s.answer(); c.shown != "" && (a.By != ByExtract || a.Reason == "" || a.Quoted != 1) {
			t.Errorf("%s: the answer claims to be the model's: %+v", c.said, a)
		}

		if s.add(replySentence{c.said, []int{1}}, nil); len(s.kept) > 1 {
			t.Errorf("%s: twice: %q", c.said, s.kept)
		}

		if s.add(replySentence{sued, []int{1}}, nil); c.shown == sued && len(s.kept) != 1 {
			t.Errorf("%s: the model's and the outlet's are one sentence: %q", c.said, s.kept)
		}
	}

	for _, task := range []*Task{{Kind: Translate}, {Kind: Short, Language: "de"}} {
		s := &sieve{task: task, given: []*news.Article{first}}
		if s.add(replySentence{"Omnicore sued its rival Veltrix.", []int{1}}, nil); s.quoted != 0 {
			t.Errorf("%v: an English sentence is shown: %q", task, s.kept)
		}
	}
}
