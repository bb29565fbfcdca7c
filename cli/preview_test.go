package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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

	config := "default_sources = false\ndatabase = \"newsbell.db\"\n[[sources]]\nurl = \"http://news.newsbell.example/feed.xml\"\n"
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	isAll := func(stdout, _ string) bool { return strings.Contains(stdout, "1 story.") }
	if out, _, _ = newsbellUntil(t, dir, "/preview storm\n", isAll, "run"); !strings.Contains(out, "1 story.") || strings.Contains(out, "long ago") {
		t.Errorf("/preview: %s", out)
	}
}
