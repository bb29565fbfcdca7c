package main

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/cli"
)

// TestManual: every command has its page, each shell its completion, and a second time
// gives the same bytes, as a release that can be built again needs.
func TestManual(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1772352000") // of March 2026

	first, second := t.TempDir(), t.TempDir()
	for _, folder := range []string{first, second} {
		if err := writeAll(folder); err != nil {
			t.Fatal(err)
		}
	}

	files, err := filepath.Glob(filepath.Join(first, "*", "*"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}

	for _, name := range files {
		below, err := filepath.Rel(first, name)
		if err != nil {
			t.Fatal(err)
		}

		if read(t, name) != read(t, filepath.Join(second, below)) {
			t.Errorf("%s differs the second time", below)
		}
	}

	for _, c := range cli.Command().Commands() {
		if page := read(t, filepath.Join(first, "man", "newsbell-"+c.Name()+".1.gz")); !strings.Contains(page, c.Short) || !strings.Contains(page, `"Mar 2026"`) {
			t.Errorf("the page of %s lacks %q or its month", c.Name(), c.Short)
		}
	}

	for shell, want := range map[string]string{"bash": "__start_newsbell", "zsh": "#compdef newsbell", "fish": "complete -c newsbell"} {
		if got := read(t, filepath.Join(first, "completions", "newsbell."+shell)); !strings.Contains(got, want) {
			t.Errorf("%s's completion lacks %q", shell, want)
		}
	}
}

// read returns a file's content, unpacked.
func read(t *testing.T, name string) string {
	t.Helper()

	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}

	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}

	return string(body)
}
