package cli

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/bot/page"
)

// TestStoryShowsItsNeighbours: two articles about the same people and places, seven
// weeks younger, are related; the library, the wheat and the ferries are not.
func TestStoryShowsItsNeighbours(t *testing.T) {
	folder, err := filepath.Abs(filepath.Join("testdata", "related"))
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	if _, stderr, code := newsbell(t, dir, "", "demo", "--news", folder, "--database", "news.db"); code != 0 {
		t.Fatalf("demo: exit %d: %s", code, stderr)
	}

	stdout, stderr, code := newsbell(t, dir, "", "story", "--json", "--database", "news.db", "https://www.meridianwire.example/kim")
	if code != 0 {
		t.Fatalf("story: exit %d: %s", code, stderr)
	}

	var story page.Story
	if err := json.Unmarshal([]byte(stdout), &story); err != nil {
		t.Fatal(err)
	}

	if story.Outlet != "Meridian Wire" || len(story.Articles) != 1 || len(story.Short) == 0 || story.Image == "" ||
		story.Caption != "Kim Jong Un and Sergei Shoigu at an earlier meeting." || story.Credit != "Defence Ministry Press Service" {
		t.Errorf("the page: %+v", story)
	}

	related := map[string]bool{}
	for _, r := range story.Related {
		related[r.URL] = true

		if r.Outlet == "" || r.Published.IsZero() || r.Text == "" {
			t.Errorf("incomplete: %+v", r)
		}
	}

	if len(related) != 2 || !related["https://www.continentalherald.example/talks"] || !related["https://www.pacificledger.example/flights"] {
		t.Errorf("related: %v", related)
	}

	if again, _, _ := newsbell(t, dir, "", "story", "--json", "--database", "news.db", "https://www.meridianwire.example/kim"); again != stdout {
		t.Error("the page is another one the second time")
	}

	if text, _, code := newsbell(t, dir, "", "story", "--database", "news.db", "https://www.meridianwire.example/kim"); code != 0 || !strings.Contains(text, "\nRelated\n") {
		t.Errorf("exit %d\n%s", code, text)
	}

	if _, stderr, code := newsbell(t, dir, "", "story", "--database", "news.db", "https://nowhere.example/x"); code != 1 || !strings.Contains(stderr, "no article with the address") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
