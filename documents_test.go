package main

import (
	"go/ast"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pathInText finds what looks like a file or folder of ours in a document: between
// backquotes, or as the target of a link.
var pathInText = regexp.MustCompile("[`(]((?:adapters|ai|bot|cli|delivery|docs|internal|news|packaging|scheduler|sources|store|subscriptions|systemtest|web)/[A-Za-z0-9_./-]*|[A-Za-z0-9_.-]+\\.(?:go|toml|md))[`)]")

func TestDocumentsNameWhatIsThere(t *testing.T) {
	names := ourNames(t)

	documents, err := filepath.Glob("docs/*/*.md")
	if err != nil {
		t.Fatal(err)
	}

	top, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}

	documents = append(append(documents, top...), "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")

	for _, name := range documents {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			continue
		}

		for _, m := range pathInText.FindAllSubmatch(body, -1) {
			if named := string(m[1]); !isThere(named, names, filepath.Dir(name)) {
				t.Errorf("%s names %s, which is not there", name, named)
			}
		}
	}
}

var (
	testInText = regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Za-z0-9_]+)(?:/([a-z0-9-]+))?`")
	testInCode = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
)

// A finding whose test was renamed or removed would be as good as unproven.
func TestDocumentsNameTestsThatAreThere(t *testing.T) {
	there := map[string]bool{}

	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}

		body, err := os.ReadFile(path)
		for _, m := range testInCode.FindAllSubmatch(body, -1) {
			there[string(m[1])] = true
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	documents, err := filepath.Glob("docs/*.md")
	if err != nil || len(documents) == 0 {
		t.Fatal("no documents", err)
	}

	for _, name := range documents {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}

		for _, m := range testInText.FindAllSubmatch(body, -1) {
			test, part := string(m[1]), string(m[2])
			if !there[test] {
				t.Errorf("%s names %s, which is not there", name, test)
			}

			if _, err := os.Stat(filepath.Join("bot/testdata", part+".txt")); test == "TestTranscripts" && part != "" && err != nil {
				t.Errorf("%s names the transcript %s, which is not there", name, part)
			}
		}
	}
}

// A finding that stands twice is brought up to date in one place only.
func TestFindingsStandOnce(t *testing.T) {
	body, err := os.ReadFile("docs/verified.md")
	if err != nil {
		t.Fatal(err)
	}

	seen := map[string]bool{}

	for line := range strings.Lines(string(body)) {
		if finding, _, ok := strings.Cut(line, " | "); ok && len(finding) > 20 && strings.HasPrefix(finding, "| ") { // shorter ones are a review's letters
			if seen[finding] {
				t.Errorf("it stands twice: %s", finding)
			}

			seen[finding] = true
		}
	}
}

// ourNames are the base names of all files in the tree.
func ourNames(t *testing.T) map[string]bool {
	t.Helper()

	names := map[string]bool{"config.toml": true} // people write it

	err := filepath.WalkDir(".", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return filepath.SkipDir
		}

		if err == nil && !d.IsDir() {
			names[d.Name()] = true
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	return names
}

// isThere reports whether a path exists in the tree, or a bare name anywhere in it.
func isThere(named string, names map[string]bool, folder string) bool {
	if names[named] {
		return true
	}

	for _, p := range []string{named, filepath.Join(folder, named)} {
		if _, err := os.Stat(p); err == nil {
			return true
		}
	}

	return false
}

var (
	// fileInComment finds a file of ours in a comment, without an address around it.
	fileInComment = regexp.MustCompile(`(?:^|[\s("])((?:[a-z]+/)*[A-Za-z0-9_]+\.(?:go|md|toml|sql))\b`)
	// pageElsewhere finds a page that a stranger does not have.
	pageElsewhere = regexp.MustCompile(`\b(?:DESIGN|CONTRACT)\b|\bresearch/`)
	// identifierInComment finds what is written like an identifier and like no word: with a capital inside
	// it, or alone in brackets with one at its start.
	identifierInComment = regexp.MustCompile(`\b([a-z]+[a-z0-9]*[A-Z][A-Za-z0-9]*)\b|\(([A-Z][a-z]+[A-Za-z]*)\)`)
	// ofOthers are names of other programs and products in our comments.
	ofOthers = []string{"iTunes", "macOS", "opmlOutlineXML", "iPhone", "immmoooLanguage", "GloVe"}
)

// identifiersIn are the names that code uses or speaks of in a text of its own.
func identifiersIn(files []source) map[string]bool {
	used := map[string]bool{}

	for _, f := range files {
		ast.Inspect(f.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				used[n.Name] = true
			case *ast.BasicLit:
				for _, word := range wordInLiteral.FindAllString(n.Value, -1) {
					used[word] = true
				}
			}

			return true
		})
	}

	return used
}

var wordInLiteral = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

func TestCommentsNameWhatIsThere(t *testing.T) {
	set, files := ourFiles(t)
	names := ourNames(t)
	used := identifiersIn(files)

	for _, f := range files {
		for _, group := range f.file.Comments {
			text := group.Text()

			for _, m := range fileInComment.FindAllStringSubmatch(text, -1) {
				if !isThere(m[1], names, filepath.Dir(f.name)) {
					t.Errorf("%s: the comment names %s, which is not there", set.Position(group.Pos()), m[1])
				}
			}

			for _, m := range identifierInComment.FindAllStringSubmatch(text, -1) {
				if name := m[1] + m[2]; !used[name] && !slices.Contains(ofOthers, name) {
					t.Errorf("%s: the comment names %s, which is not there", set.Position(group.Pos()), name)
				}
			}

			if page := pageElsewhere.FindString(text); page != "" {
				t.Errorf("%s: the comment cites %s, which is no page of this repository", set.Position(group.Pos()), page)
			}
		}
	}
}
