package main

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// root is the root of the repository.
const root = "../.."

var (
	linked  = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	defined = regexp.MustCompile(`id="([^"]*)"`)
)

// TestTheSiteHolds writes the whole site and follows every link, anchor and picture of every
// page that was written, in the HTML alone.
func TestTheSiteHolds(t *testing.T) {
	dir := t.TempDir()
	if err := writeSite(os.DirFS(root), dir); err != nil {
		t.Fatal(err)
	}

	written := map[string]string{}

	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}

		body, err := os.ReadFile(name)
		at, _ := filepath.Rel(dir, name) // both are absolute
		written[filepath.ToSlash(at)] = string(body)

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	followed := 0

	for name, body := range written {
		if !strings.HasSuffix(name, ".html") {
			continue
		}

		for _, m := range linked.FindAllStringSubmatch(body, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}

			followed++

			if err := follow(written, name, m[1]); err != "" {
				t.Errorf("%s: %s", name, err)
			}
		}
	}

	if followed < 500 {
		t.Errorf("only %d links were followed", followed)
	}
}

// follow says what is wrong with a link of a page.
func follow(written map[string]string, from, link string) string {
	to, anchor, _ := strings.Cut(link, "#")

	name := from
	if to != "" {
		name = path.Join(path.Dir(from), to)
	}

	body, ok := written[name]
	if !ok {
		return link + " leads nowhere"
	}

	ids := defined.FindAllStringSubmatch(body, -1)
	if anchor != "" && !slices.ContainsFunc(ids, func(m []string) bool { return m[1] == anchor }) {
		return link + " leads to no heading"
	}

	return ""
}

// TestEveryDocumentIsAPage of its own.
func TestEveryDocumentIsAPage(t *testing.T) {
	names := pageNames(os.DirFS(root))
	if names["docs/queries.md"] != "queries.html" || names["docs/decisions/README.md"] != "decisions.html" || names["docs/decisions/outbox.md"] != "decisions/outbox.html" || names["CHANGELOG.md"] != "changelog.html" {
		t.Errorf("%v", names)
	}

	if unique := slices.Compact(slices.Sorted(maps.Values(names))); len(unique) != len(names) {
		t.Errorf("two pages have one address: %d addresses for %d pages", len(unique), len(names))
	}
}

// TestWhatIsWrongIsAnError: each with the page and what is wrong there.
func TestWhatIsWrongIsAnError(t *testing.T) {
	for text, want := range map[string]string{
		"# T\n[a](nowhere.md)":             "docs/index.md: the link nowhere.md leads nowhere",
		"# T\n[a](queries.md#nothing)":     "docs/index.md: docs/queries.md has no heading for #nothing",
		"# T\n[a](#t-1)":                   "docs/index.md: docs/index.md has no heading for #t-1",
		"# T\n![a](pictures/none.png)":     "docs/index.md: the picture pictures/none.png is not in docs",
		"# T\n![](pictures/a.png)":         "docs/index.md: the picture pictures/a.png has no text for those who can't see it",
		"# T\n<b>bold</b>":                 "docs/index.md: it has raw HTML, which is not shown",
		"# T\n\n<script>alert(1)</script>": "docs/index.md: it has raw HTML, which is not shown",
		"text":                             "docs/index.md: it has no heading",
		"# T\n[a](queries.md) ![a](pictures/a.png) [b](#t) [c](https://a.example/b) [d](queries.md#same-again-1)": "",
	} {
		files := fstest.MapFS{"docs/pictures/a.png": {Data: []byte("png")}}
		for file := range pageNames(os.DirFS(root)) {
			files[file] = &fstest.MapFile{Data: []byte("# T\n\n## Same again\n\n## Same, again!\n")}
		}

		files["docs/index.md"] = &fstest.MapFile{Data: []byte(text)}

		err := writeSite(files, t.TempDir())
		if got := errorText(err); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// errorText is the first line of an error, "" for none.
func errorText(err error) string {
	if err == nil {
		return ""
	}

	first, _, _ := strings.Cut(err.Error(), "\n")

	return first
}
