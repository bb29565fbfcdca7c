package demo

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/news"
	"newsbell/news/story"
	"newsbell/sources/feed"
)

// sampleArticle is an article of the sample news at its first sight.
type sampleArticle struct {
	news.Article
	state string
	story int64
}

// readSample reads the sample news state by state, as the demo polls it, and
// places each new article.
func readSample(t *testing.T) (articles []sampleArticle, changed []string, feeds map[string]string) {
	t.Helper()

	sample := os.DirFS("sample")

	files, err := fs.Glob(sample, "*/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sample news: %v", err)
	}

	feeds = map[string]string{}
	titles := map[string]string{}
	stories := story.New()
	now := time.Now()

	for _, file := range files {
		state, name, _ := strings.Cut(file, "/")
		if strings.HasSuffix(name, ".status") {
			continue
		}

		body, err := fs.ReadFile(sample, file)
		if err != nil {
			t.Fatal(err)
		}

		address := "http://news.example/" + name

		read, list, err := feed.Parse(feed.Input{Body: datesIn(bytes.ReplaceAll(body, []byte("{{round}}"), nil), now), Address: address, ContentType: contentType(name), Source: news.Source{URL: address}})
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}

		feeds[name] = fmt.Sprint(read.Kind)
		for _, a := range list {
			id := name + " " + a.Key
			switch before, seen := titles[id]; {
			case !seen:
				at := a.Published
				if at.IsZero() || at.After(now) || now.Sub(at) > 48*time.Hour {
					t.Errorf("%s: %q is dated %v", file, a.Title, at)
				}

				n := int64(len(articles))
				articles = append(articles, sampleArticle{a, state, stories.Assign(n, &a, at).Story})
			case before != a.Title:
				changed = append(changed, before+" → "+a.Title)
			}

			titles[id] = a.Title
		}
	}

	return articles, changed, feeds
}

func TestSampleIsWhatItPromises(t *testing.T) {
	articles, changed, feeds := readSample(t)
	if len(articles) < 40 || len(feeds) < 5 {
		t.Errorf("%d articles in %d feeds, want 40 in 5", len(articles), len(feeds))
	}

	kinds := map[string]bool{}
	for _, kind := range feeds {
		kinds[kind] = true
	}

	if len(kinds) < 3 {
		t.Errorf("kinds of feeds: %v, want RSS, Atom and JSON Feed", kinds)
	}

	if want := []string{"Swing bridge stuck open, drivers face six-mile detour → Swing bridge moves again after ten hours"}; !cmp.Equal(want, changed) {
		t.Errorf("changed titles: %q, want %q", changed, want)
	}

	french := 0

	for _, a := range articles {
		if a.Language == "fr" {
			french++
		}

		for _, sign := range []string{"\ufffd", "Ã", "Read more", "Lire la suite", "appeared first", "[…]", "Continue reading", "<", "http"} {
			if strings.Contains(a.Title+a.Summary, sign) {
				t.Errorf("%q: summary %q holds %q", a.Title, a.Summary, sign)
			}
		}

		if a.Summary == "" || a.URL == "" || strings.Contains(a.URL, "utm_") {
			t.Errorf("%q: summary %q, address %q", a.Title, a.Summary, a.URL)
		}
	}

	if french < 5 {
		t.Errorf("%d articles in French, want 5", french)
	}

	status, err := fs.Glob(os.DirFS("sample"), "*/*.status")
	if err != nil || len(status) != 1 {
		t.Errorf("answers with a status: %v, want one", status)
	}
}

// The stories of the sample that several outlets tell; every other article is a
// story of its own.
func TestSampleStories(t *testing.T) {
	want := [][]string{
		{
			"European Central Bank lowers key rate to 2 percent",
			"Lagarde hints at a pause after eighth cut",
		},
		{
			"Japanese company loses touch with its Moon lander",
			"Lander crash ends ispace’s second try for the Moon",
			"Resilience falls silent: second lunar landing of ispace fails",
		},
		{
			"Kim pledges unconditional support for Russia’s war to visiting Shoigu",
			"Pyongyang stands with Moscow over Ukraine, Security Council chief is told",
			"Russian envoy received by North Korea’s leader for second time in three months",
		},
	}
	articles, _, _ := readSample(t)

	byStory := map[int64][]string{}
	for _, a := range articles {
		byStory[a.story] = append(byStory[a.story], a.Title)
	}

	var got [][]string

	for _, titles := range byStory {
		if len(titles) > 1 {
			slices.Sort(titles)
			got = append(got, titles)
		}
	}

	slices.SortFunc(got, func(x, y []string) int { return strings.Compare(x[0], y[0]) })

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stories of several articles (-want +got):\n%s", diff)
	}

	for _, titles := range want {
		for i, x := range titles {
			for _, y := range titles[:i] {
				if n := sharedWords(x, y); n >= 3 {
					t.Errorf("%q and %q share %d words", x, y, n)
				}
			}
		}
	}
}

func sharedWords(x, y string) int {
	n := 0

	in := strings.Fields(strings.ToLower(y))
	for w := range strings.FieldsSeq(strings.ToLower(x)) {
		if slices.Contains(in, w) {
			n++
		}
	}

	return n
}
