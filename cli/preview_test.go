package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/store"
)

// TestPreviewCountsByDateOfPublication: what a feed lists now but published long ago
// is not of the last days. The command and the chat say the same.
func TestPreviewCountsByDateOfPublication(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().AddDate(0, 0, -40).UTC().Format(time.RFC1123Z)

	feed := `<rss><channel><title>Paper</title>
<item><title>Storm of long ago</title><link>https://paper.example/0</link><pubDate>` + old + `</pubDate></item>
<item><title>Storm of today</title><link>https://paper.example/1</link></item></channel></rss>`

	if err := os.MkdirAll(filepath.Join(dir, "news", "000"), 0o750); err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(filepath.Join(dir, "news", "000", "feed.xml"), []byte(feed), 0o600); err != nil {
		t.Fatal(err)
	}

	if _, stderr, code := newsbell(t, dir, "", "demo", "--news", "news", "--database", "newsbell.db", "--json"); code != 0 {
		t.Fatalf("demo: exit %d: %s", code, stderr)
	}

	out, _, _ := newsbell(t, dir, "", "preview", "--json", "storm")
	if !strings.Contains(out, `"articles":1,`) || strings.Contains(out, "long ago") {
		t.Errorf("preview: %s", out)
	}

	if out, _, _ := newsbell(t, dir, "", "preview", "storm"); !strings.HasPrefix(out, "storm: 1 article, 1 story, ") {
		t.Errorf("preview: %s", out)
	}

	if out, _, code := newsbell(t, dir, "", "preview", "tsunami"); code != 0 || out != "tsunami: none of the 1 article of the last 7 days matches.\n" {
		t.Errorf("preview of what isn't there: %s", out)
	}

	if out, _, code := newsbell(t, dir, "", "preview", "--json", "tsunami"); code != 0 || !strings.HasPrefix(out, `{"articles":0,"stories":0,"outlets":0,"newest":[]}`) {
		t.Errorf("preview of what isn't there: %s", out)
	}

	config := "default_sources = false\ndatabase = \"newsbell.db\"\n[[sources]]\nurl = \"http://news.newsbell.example/feed.xml\"\n"
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	isAll := func(stdout, _ string) bool { return strings.Contains(stdout, "1 story.") }
	if out, _, _ = newsbellUntil(t, dir, "/preview storm\n", isAll, "run"); !strings.Contains(out, "1 story.") || strings.Contains(out, "long ago") {
		t.Errorf("/preview: %s", out)
	}
}

// TestPreviewBeforeAnythingIsRead says what to do, not only that there is nothing.
func TestPreviewBeforeAnythingIsRead(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "newsbell.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	var out strings.Builder

	if err := previewQuery(t.Context(), s, "storm", 7*24*time.Hour, false, &out); err != nil || !strings.Contains(out.String(), "start `newsbell run`") {
		t.Errorf("%v: %s", err, &out)
	}
}
