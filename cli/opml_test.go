package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOPMLInAndOutUnchanged(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("default_sources = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	opml := `<opml version="2.0"><body><outline text="World"><outline text="A &amp; B" type="rss" xmlUrl="https://a.example/feed?x=1&amp;y=2"/></outline><outline text="C" type="rss" xmlUrl="https://c.example/feed"/></body></opml>`
	if err := os.WriteFile(filepath.Join(dir, "in.opml"), []byte(opml), 0o600); err != nil {
		t.Fatal(err)
	}

	if _, stderr, code := newsbell(t, dir, "", "import", "in.opml"); code != 0 || !strings.Contains(stderr, "2 sources read, 2 of them new") {
		t.Fatalf("exit %d: %s", code, stderr)
	}

	first, _, _ := newsbell(t, dir, "", "export")
	if err := os.WriteFile(filepath.Join(dir, "out.opml"), []byte(first), 0o600); err != nil {
		t.Fatal(err)
	}

	if _, stderr, code := newsbell(t, dir, "", "import", "out.opml"); code != 0 || !strings.Contains(stderr, "2 sources read, 0 of them new") {
		t.Errorf("exit %d: %s", code, stderr)
	}

	second, _, _ := newsbell(t, dir, "", "export")
	if first != second || !strings.Contains(first, "World") || !strings.Contains(first, "A &amp; B") {
		t.Errorf("first:\n%s\nsecond:\n%s", first, second)
	}

	if _, stderr, code := newsbell(t, dir, "", "import", "config.toml"); code != 1 || !strings.Contains(stderr, "Nothing imported") {
		t.Errorf("a file that is no OPML: exit %d: %s", code, stderr)
	}
}

// TestImportMakesTheDatabaseOfItsConfiguration: before the first run too, from any folder, and no
// stray one where the configuration isn't there.
func TestImportMakesTheDatabaseOfItsConfiguration(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	opml := filepath.Join(elsewhere, "in.opml")

	for name, body := range map[string]string{
		filepath.Join(dir, "config.toml"): "default_sources = false\n",
		opml:                              `<opml version="2.0"><body><outline text="C" type="rss" xmlUrl="https://c.example/feed"/></body></opml>`,
	} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	config := filepath.Join(dir, "config.toml")
	if _, stderr, code := newsbell(t, elsewhere, "", "import", "--config", config+"x", opml); code != exitUsage {
		t.Errorf("without a configuration: exit %d: %s", code, stderr)
	}

	if _, stderr, code := newsbell(t, elsewhere, "", "import", "--config", config, opml); code != 0 || !strings.Contains(stderr, "1 of them new") {
		t.Errorf("exit %d: %s", code, stderr)
	}

	if _, err := os.Stat(filepath.Join(elsewhere, "newsbell.db")); err == nil {
		t.Errorf("a database was made in %s", elsewhere)
	}

	if _, stderr, code := newsbell(t, elsewhere, "", "import", "--config", config, opml); code != 0 || !strings.Contains(stderr, "0 of them new") {
		t.Errorf("from elsewhere: exit %d: %s", code, stderr)
	}
}

// TestImportTakesWhatIsGood and lists the rest; with --strict it takes all or nothing.
func TestImportTakesWhatIsGood(t *testing.T) {
	dir := t.TempDir()

	for name, body := range map[string]string{
		"config.toml": "default_sources = false\n",
		"in.opml": `<opml version="2.0"><body>
<outline text="A" type="rss" xmlUrl="https://a.example/feed"/>
<outline text="B" type="rss" xmlUrl="ftp://b.example/feed"/>
<outline text="C" type="rss" xmlUrl="https://c.example/feed"/></body></opml>`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	if _, stderr, code := newsbell(t, dir, "", "import", "--strict", "in.opml"); code != 1 || !strings.Contains(stderr, "Nothing imported") {
		t.Errorf("strict: exit %d: %s", code, stderr)
	}

	_, stderr, code := newsbell(t, dir, "", "import", "in.opml")
	if code != 1 || !strings.Contains(stderr, "in.opml: line 3:") || !strings.Contains(stderr, "2 sources read, 2 of them new") || !strings.Contains(stderr, "1 line couldn't be read") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
