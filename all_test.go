package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the house: which of our packages may import which. "x/*" is every
// package below x.
var mayImport = map[string][]string{
	"news":               {},
	"adapters":           {},
	"internal/failpoint": {},

	"news/story":   {"news", "subscriptions/text"},
	"news/related": {"news", "subscriptions/text"},
	"news/summary": {"news", "subscriptions/text"},

	"subscriptions/text":  {"news"},
	"subscriptions/query": {"news", "subscriptions/text"},
	"subscriptions/index": {"news", "subscriptions/text", "subscriptions/query"},
	"subscriptions":       {"news", "subscriptions/*"},

	"sources/feed":    {"news", "news/summary"},
	"sources/opml":    {"news"},
	"sources/bundles": {},
	"sources":         {"news", "news/summary", "sources/*"},

	"adapters/gate":            {"adapters"},
	"adapters/discord":         {"adapters", "adapters/gate"},
	"adapters/telegram":        {"adapters", "adapters/gate", "adapters/telegram/*"},
	"adapters/telegram/botapi": {},
	"adapters/telegram/render": {"adapters"},
	"adapters/terminal":        {"adapters", "adapters/gate"},

	"ai":        {"news"},
	"store":     {"news", "subscriptions", "subscriptions/*", "internal/failpoint"},
	"scheduler": {"news", "news/*", "sources", "sources/*", "subscriptions", "subscriptions/*", "store", "internal/failpoint"},
	"delivery":  {"adapters", "adapters/gate", "news", "news/*", "subscriptions", "store", "internal/failpoint"},
	"bot": {
		"adapters", "adapters/gate", "news", "news/*", "sources", "sources/*", "subscriptions", "subscriptions/*", "store", "ai", "internal/failpoint",
	},
	"web": {"bot", "news", "news/*", "subscriptions", "subscriptions/*", "store"},

	"cli/demo":   {},
	"cli":        {"*"},
	"systemtest": {"*"},
	".":          {"cli"},

	// Fakes and the suite that judges adapters. A fake shares no code with the
	// adapter it judges.
	"adapters/adapterstest":       {"adapters", "adapters/gate"},
	"adapters/discordtest":        {},
	"adapters/telegramtest":       {},
	"ai/aitest":                   {},
	"sources/sourcestest":         {},
}

// isAllowed reports whether package pkg may import another of ours.
func isAllowed(pkg, imported string) bool {
	return slices.ContainsFunc(mayImport[pkg], func(pattern string) bool {
		below, everything := strings.CutSuffix(pattern, "*")
		isFake := strings.HasSuffix(imported, "test")

		return pattern == imported || everything && strings.HasPrefix(imported, below) && !isFake
	})
}

// longestPath is how many imports lie between main and the last of our packages.
const longestPath = 6

// inSeveral are libraries that more than one package may import.
var inSeveral = regexp.MustCompile(`^golang\.org/x/|^github\.com/gorilla/websocket$`)

// source is a Go file of ours.
type source struct {
	pkg, name string
	file      *ast.File
	test      bool
}

func ourFiles(t *testing.T) (*token.FileSet, []source) {
	t.Helper()

	set := token.NewFileSet()

	var all []source

	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		if d.IsDir() {
			if base := d.Name(); name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "bench") { // bench is another module
				return filepath.SkipDir
			}

			return nil
		}

		if !strings.HasSuffix(name, ".go") {
			return nil
		}

		file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}

		all = append(all, source{filepath.ToSlash(filepath.Dir(name)), name, file, strings.HasSuffix(name, "_test.go")})

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	return set, all
}

func imports(f *ast.File) (paths []string) {
	for _, i := range f.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}

	return paths
}

func TestImports(t *testing.T) {
	_, files := ourFiles(t)
	ours := map[string][]string{}
	libraries := map[string]map[string]bool{}

	for _, f := range files {
		generator := f.file.Name.Name == "main" && f.pkg != "."
		if f.test || generator {
			continue
		}

		for _, p := range imports(f.file) {
			if local, ok := strings.CutPrefix(p, "newsbell/"); ok {
				ours[f.pkg] = append(ours[f.pkg], local)

				if !isAllowed(f.pkg, local) {
					t.Errorf("%s imports %s, which the house does not allow: see mayImport", f.name, local)
				}

				continue
			}

			if strings.Contains(strings.SplitN(p, "/", 2)[0], ".") {
				library := libraryOf(p)
				if libraries[library] == nil {
					libraries[library] = map[string]bool{}
				}

				libraries[library][f.pkg] = true
			}
		}

		if _, known := mayImport[f.pkg]; !known {
			t.Errorf("%s: package %s is not in the house: add it to mayImport", f.name, f.pkg)
		}
	}

	for library, in := range libraries {
		if len(in) > 1 && !inSeveral.MatchString(library) {
			t.Errorf("%s is imported by %v; one package is to own it", library, slices.Sorted(maps.Keys(in)))
		}
	}

	if depth := longest(ours, "."); depth > longestPath {
		t.Errorf("the longest path of imports is %d, at most %d is allowed", depth, longestPath)
	}
}

// libraryOf is the repository of an import path.
func libraryOf(p string) string {
	parts := strings.Split(p, "/")
	return path.Join(parts[:min(3, len(parts))]...)
}

func longest(imports map[string][]string, from string) int {
	depth := 0
	for _, to := range imports[from] {
		depth = max(depth, 1+longest(imports, to))
	}

	return depth
}

func TestHabits(t *testing.T) {
	set, files := ourFiles(t)
	documented := map[string]bool{}

	for _, f := range files {
		if f.file.Doc != nil {
			documented[f.pkg] = true
		}

		if f.test {
			continue
		}

		if base := path.Base(f.pkg); slices.Contains([]string{"util", "utils", "common", "helpers", "helper", "misc", "internal"}, base) {
			t.Errorf("%s: %s says nothing about what the package is for", f.name, base)
		}

		for _, d := range f.file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: there is no init in this house", set.Position(fn.Pos()))
			}
		}

		ast.Inspect(f.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}

			if s, ok := call.Fun.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "os" && s.Sel.Name == "Exit" && f.pkg != "." && f.file.Name.Name != "main" {
					t.Errorf("%s: only main ends the program", set.Position(call.Pos()))
				}
			}

			return true
		})
	}

	for pkg := range mayImport {
		if !documented[pkg] {
			if _, err := os.Stat(pkg); err == nil {
				t.Errorf("package %s has no comment that says what it is for", pkg)
			}
		}
	}
}

// pathInText finds what looks like a file of ours in a document.
var pathInText = regexp.MustCompile("`((?:adapters|bot|delivery|docs|news|scheduler|sources|store|subscriptions|packaging|cli|systemtest|internal)/[A-Za-z0-9_./-]*|[A-Za-z0-9_-]+\\.(?:go|toml|md))`")

func TestDocumentsNameWhatIsThere(t *testing.T) {
	for _, name := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"} {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			continue
		}

		for _, m := range pathInText.FindAllSubmatch(body, -1) {
			p := strings.TrimSuffix(string(m[1]), "/")
			if _, err := os.Stat(p); err != nil && p != "config.toml" && p != "texts.go" {
				t.Errorf("%s names %s, which is not there", name, p)
			}
		}
	}
}

func TestNothingNamesAMachine(t *testing.T) {
	machine := regexp.MustCompile(`(?:^|[\s"'(=])/(?:root|work|home/[a-z])[/\s"')]`)

	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		if d.IsDir() {
			if name == ".git" {
				return filepath.SkipDir
			}

			return nil
		}

		if !d.Type().IsRegular() {
			return nil
		}

		switch filepath.Ext(name) {
		case ".go", ".md", ".toml", ".txt", ".yml", ".service", "":
		default:
			return nil
		}

		if name == "all_test.go" {
			return nil
		}

		body, err := os.ReadFile(name)
		if err != nil || len(body) > 1<<20 {
			return err
		}

		if at := machine.FindIndex(body); at != nil {
			t.Errorf("%s names a folder of one machine: %q", name, body[at[0]:at[1]])
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
