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
	"internal/porttest":  {},
	"internal/cputime":   {},
	"internal/serve":     {},
	"internal/prefetch":  {},

	"news/story":           {"news", "subscriptions/text"},
	"news/story/storytest": {"news"},
	"news/related":         {"news", "subscriptions/text"},
	"news/across":          {"news", "subscriptions/text"},
	"news/development":     {"news", "news/story"},
	"news/summary":         {"news", "subscriptions/text"},

	"subscriptions/text":            {"news"},
	"subscriptions/query":           {"news", "subscriptions/text"},
	"subscriptions/index/indextest": {"news"},
	"subscriptions/index":           {"news", "subscriptions/text", "subscriptions/query", "internal/prefetch"},
	"subscriptions":                 {"news", "subscriptions/*"},
	"subscriptions/zone":            {"news", "subscriptions", "subscriptions/text"},

	"sources/charset":    {},
	"sources/date":       {},
	"sources/websub":     {},
	"sources/feed":       {"news", "news/summary", "sources/charset", "sources/date", "sources/websub", "sources/feed/items"},
	"sources/feed/items": {"sources/date"},
	"sources/opml":       {"news", "sources/charset"},
	"sources/bundles":    {"news"},
	"sources":            {"news", "news/summary", "sources/*"},

	"adapters/gate":             {"adapters"},
	"adapters/discord":          {"adapters", "adapters/gate", "adapters/discord/*"},
	"adapters/discord/gateway":  {},
	"adapters/discord/markdown": {},
	"adapters/discord/rest":     {},
	"adapters/telegram":         {"adapters", "adapters/gate", "adapters/telegram/*"},
	"adapters/telegram/botapi":  {},
	"adapters/telegram/offsets": {},
	"adapters/telegram/talk":    {},
	"adapters/telegram/webhook": {"internal/serve"},
	"adapters/telegram/render":  {"adapters"},
	"adapters/target":           {"adapters"},
	"adapters/terminal":         {"adapters", "adapters/gate"},

	"ai":            {"news", "news/across", "news/summary", "subscriptions/text"},
	"store":         {"news", "subscriptions", "subscriptions/*", "store/*", "internal/failpoint"},
	"store/engine":  {},
	"store/deflate": {},
	"scheduler":     {"locales", "news", "news/*", "sources", "sources/*", "subscriptions", "subscriptions/*", "store", "internal/failpoint"},
	"locales":       {"adapters"},
	"delivery":      {"adapters", "adapters/gate", "locales", "news", "news/*", "subscriptions", "subscriptions/query", "store", "internal/failpoint"},
	"bot/page":      {"news", "news/*", "sources/bundles", "store"},
	"bot": {
		"bot/page",
		"bot/*", "adapters", "adapters/gate", "locales", "news", "news/*", "sources", "sources/*", "subscriptions", "subscriptions/*", "store", "ai", "internal/failpoint",
	},
	"bot/button":   {"adapters", "news"},
	"bot/turn":     {"adapters", "adapters/gate", "ai", "bot/button", "bot/events", "bot/fair", "bot/input", "bot/wording", "locales", "news", "store", "subscriptions/index", "subscriptions/query"},
	"bot/story":    {"adapters", "ai", "bot/answers", "bot/button", "bot/input", "bot/page", "bot/turn", "bot/wording", "locales", "news", "news/summary", "store"},
	"bot/settings": {"adapters", "bot/button", "bot/input", "bot/start", "bot/turn", "news", "store", "subscriptions", "subscriptions/query", "subscriptions/zone"},
	"bot/targets":  {"adapters", "bot/button", "bot/input", "bot/settings", "bot/turn", "news", "store", "subscriptions"},
	"bot/listing":  {"adapters", "bot/button", "bot/events", "bot/input", "bot/turn", "bot/wording", "store", "subscriptions/query"},
	"bot/trial":    {"adapters", "bot/button", "bot/input", "bot/search", "bot/turn", "store", "subscriptions", "subscriptions/index", "subscriptions/query"},
	"bot/reading":  {"adapters", "bot/button", "bot/input", "bot/search", "bot/start", "bot/turn", "bot/wording", "news", "sources", "sources/bundles", "store", "subscriptions/query"},
	"bot/follow":   {"adapters", "bot/button", "bot/events", "bot/input", "bot/listing", "bot/reading", "bot/search", "bot/settings", "bot/suggest", "bot/trial", "bot/turn", "bot/wish", "bot/wording", "news", "store", "subscriptions", "subscriptions/query"},
	"bot/hold":     {"adapters", "bot/button", "bot/events", "bot/input", "bot/listing", "bot/taste", "bot/turn", "bot/wording", "news", "store", "subscriptions", "subscriptions/index", "subscriptions/query"},
	"bot/why":      {"adapters", "bot/events", "bot/input", "bot/listing", "bot/page", "bot/search", "bot/turn", "bot/wording", "news", "news/story", "store", "subscriptions", "subscriptions/index", "subscriptions/query"},
	"bot/recent":   {"adapters", "bot/answers", "bot/brief", "bot/button", "bot/input", "bot/reading", "bot/search", "bot/settings", "bot/story", "bot/trend", "bot/trial", "bot/turn", "bot/wish", "bot/wording", "news", "store", "subscriptions/query"},
	"bot/status":   {"adapters", "bot/events", "bot/input", "bot/reading", "bot/search", "bot/turn", "bot/wording", "news/summary", "store", "subscriptions", "subscriptions/zone"},
	"bot/account":  {"adapters", "bot/button", "bot/input", "bot/listing", "bot/reading", "bot/transfer", "bot/turn", "bot/wording", "news", "sources", "sources/opml", "store", "subscriptions/query"},
	"bot/admin":    {"locales", "store", "news", "subscriptions/query"},
	"bot/inline":   {"adapters", "subscriptions/query"},
	"bot/brief":    {"news", "store", "subscriptions", "subscriptions/index", "subscriptions/query"},
	"bot/answers":  {"ai", "bot/page", "news", "news/across", "store", "subscriptions"},
	"bot/events":   {"adapters", "locales", "store"},
	"bot/fair":     {},
	"bot/intent":   {"news"},
	"bot/input":    {"adapters", "news", "store", "subscriptions", "subscriptions/query", "subscriptions/text"},
	"bot/search":   {"adapters", "bot/wording", "news", "store", "subscriptions/index", "subscriptions/query", "subscriptions/text"},
	"bot/server":   {"adapters", "locales", "store"},
	"bot/start":    {"sources/bundles", "subscriptions/zone"},
	"bot/suggest":  {},
	"bot/trend":    {"store"},
	"bot/taste":    {"news", "news/story", "subscriptions/index", "subscriptions/query"},
	"bot/wish":     {"news", "subscriptions/query", "subscriptions/zone"},
	"bot/wording":  {"adapters", "locales", "sources/bundles", "store", "subscriptions", "subscriptions/query", "subscriptions/zone"},
	"web":          {"adapters", "bot/admin", "bot/page", "locales", "news", "news/*", "sources/bundles", "subscriptions", "subscriptions/*", "store", "internal/serve"},
	"bot/transfer": {"news", "sources/bundles", "sources/opml", "store", "subscriptions", "subscriptions/query"},

	"cli/backup":   {"store"},
	"cli/command":  {},
	"cli/progress": {},
	"cli/roles":    {"store"},
	"cli/pipe":     {"cli/command", "cli/progress", "news", "news/*", "sources", "sources/*", "subscriptions", "subscriptions/*"},
	"cli/config":   {"news", "sources", "sources/*", "subscriptions/text"},
	"cli/demo":     {},
	"cli":          {"*"},
	"systemtest":   {"*"},
	".":            {"cli"},
	// Pictures of the documents are drawn with it.
	"docs/pictures/screenshot": {},
	"docs/pictures/markdown":   {},

	// Fakes and the suite that judges adapters. A fake shares no code with the
	// adapter it judges.
	"adapters/adapterstest":   {"adapters", "adapters/gate"},
	"adapters/discordtest":    {},
	"adapters/mailtest":       {},
	"adapters/targettest":     {},
	"adapters/telegramtest":   {"internal/porttest"},
	"ai/aitest":               {},
	"locales/localestest":     {"locales"},
	"sources/sourcestest":     {},
	"sources/websubtest":      {},
	"store/engine/enginetest": {"internal/porttest"},
	"store/storetest":         {"news", "store", "store/engine/enginetest"},
}

// isAllowed reports whether package pkg may import another of ours.
func isAllowed(pkg, imported string) bool {
	return slices.ContainsFunc(mayImport[pkg], func(pattern string) bool {
		below, everything := strings.CutSuffix(pattern, "*")
		isFake := strings.HasSuffix(imported, "test")

		return pattern == imported || everything && strings.HasPrefix(imported, below) && !isFake
	})
}

// longestPath is how many imports lie between main and the last of our packages. The longest go
// through the conversation: a subject may use another one, both lie above the turn, and the turn
// above the words and the model.
const longestPath = 8

// inSeveral are libraries that more than one package may import.
// Configuration and texts are both TOML.
var inSeveral = regexp.MustCompile(`^golang\.org/x/|^github\.com/gorilla/websocket$|^github\.com/pelletier/go-toml$`)

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
		for pkg := range in { // a package and those below it are one owner
			for owner := range in {
				if strings.HasPrefix(pkg, owner+"/") {
					delete(in, pkg)
				}
			}
		}

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

		if base := path.Base(f.pkg); slices.Contains([]string{"util", "utils", "common", "helpers", "helper", "misc"}, base) {
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

// A table that is compiled when the program starts costs every command that does not need it:
// it is a function, sync.OnceValue, that compiles it when it is asked for first.
func TestNothingIsCompiledAtStart(t *testing.T) {
	set, files := ourFiles(t)

	for _, f := range files {
		generator := f.file.Name.Name == "main" && f.pkg != "."
		if f.test || generator || strings.HasSuffix(f.pkg, "test") {
			continue
		}

		for _, d := range f.file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, call := range callsAtStart(g) {
					t.Errorf("%s: this is compiled at the start: wrap it in sync.OnceValue", set.Position(call.Pos()))
				}
			}
		}
	}
}

// callsAtStart are the calls in the values of package variables that compile a table: a
// pattern, a template, or what a function of the package makes.
func callsAtStart(g *ast.GenDecl) (found []*ast.CallExpr) {
	ast.Inspect(g, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			return false
		}

		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}

		switch fun := call.Fun.(type) {
		case *ast.Ident:
			if !slices.Contains([]string{"len", "make", "new"}, fun.Name) {
				found = append(found, call)
			}
		case *ast.SelectorExpr:
			if x, ok := fun.X.(*ast.Ident); ok && slices.Contains([]string{"regexp.MustCompile", "template.Must"}, x.Name+"."+fun.Sel.Name) {
				found = append(found, call)
			}
		}

		return true
	})

	return found
}

// most is how many files that are no tests a package may have.
const most = 20

func TestPackagesAreSmall(t *testing.T) {
	_, files := ourFiles(t)
	count := map[string]int{}

	for _, f := range files {
		if !f.test && !strings.HasSuffix(f.pkg, "test") {
			count[f.pkg]++
		}
	}

	for pkg, n := range count {
		if n > most {
			t.Errorf("package %s has %d files, at most %d are allowed: it is two packages", pkg, n, most)
		}
	}
}

// longestFunction is how many lines a function has at most: one screen.
const longestFunction = 60

func TestFunctionsFitAScreen(t *testing.T) {
	set, files := ourFiles(t)

	for _, f := range files {
		if f.test {
			continue
		}

		for _, d := range f.file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				if n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1; n > longestFunction {
					t.Errorf("%s: %s has %d lines, at most %d are allowed: name its steps", set.Position(fn.Pos()), fn.Name.Name, n, longestFunction)
				}
			}
		}
	}
}

// wordsNotOurs are words that ARCHITECTURE.md has another one for, as parts of names, and where
// they mean something else.
var wordsNotOurs = map[string][]string{
	"place":  {"news/across", "news/story"}, // Japan, Tokyo
	"places": {"news/across", "news/story"},
	"ring":   nil,
	"rang":   nil,
	"rung":   nil,
	"alarm":  nil,
	"alarms": nil,
}

// ourOtherWords are whole names in which such a word is no word of ours.
var ourOtherWords = []string{"Place"}

func TestOneConceptHasOneWord(t *testing.T) {
	set, files := ourFiles(t)

	for _, f := range files {
		if f.test || strings.Contains(f.pkg, "test") || strings.HasPrefix(f.pkg, "docs/") {
			continue
		}

		ast.Inspect(f.file, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok || id.Obj == nil && !isDeclared(f.file, id) || slices.Contains(ourOtherWords, id.Name) {
				return true
			}

			for _, word := range wordsOfName(id.Name) {
				if where, no := wordsNotOurs[word]; no && !slices.Contains(where, f.pkg) {
					t.Errorf("%s: %s: ARCHITECTURE.md has another word for %q", set.Position(id.Pos()), id.Name, word)
				}
			}

			return true
		})
	}
}

// isDeclared reports whether a name is that of a function or method declared here.
func isDeclared(file *ast.File, id *ast.Ident) bool {
	return slices.ContainsFunc(file.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Name == id
	})
}

// wordInName finds the words of a name in camel case.
var wordInName = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)

// wordsOfName are the words of a name, small.
func wordsOfName(name string) []string {
	words := wordInName.FindAllString(name, -1)
	for i := range words {
		words[i] = strings.ToLower(words[i])
	}

	return words
}

// excuse finds a linter that a line sends away.
var excuse = regexp.MustCompile(`^//nolint:([a-z0-9_]+)`)

func TestNothingIsExcusedThatNobodyAsks(t *testing.T) {
	config, err := os.ReadFile(".golangci.yml")
	if err != nil {
		t.Fatal(err)
	}

	set, files := ourFiles(t)

	for _, f := range files {
		for _, group := range f.file.Comments {
			for _, c := range group.List {
				if m := excuse.FindStringSubmatch(c.Text); m != nil && !strings.Contains(string(config), "    - "+m[1]) {
					t.Errorf("%s: %s is no linter of .golangci.yml", set.Position(c.Pos()), m[1])
				}
			}
		}
	}
}

// TestUpdatesMayRunAgain: a server may undo a transaction, and then what store.Update was given is run
// again. So it adds to nothing that was declared outside of it, unless it has set that anew.
func TestUpdatesMayRunAgain(t *testing.T) {
	fset, files := ourFiles(t)
	seen := 0

	for _, f := range files {
		if f.test {
			continue
		}

		ast.Inspect(f.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}

			callee, ok := call.Fun.(*ast.SelectorExpr)
			do, isFunc := call.Args[1].(*ast.FuncLit)

			if !ok || !isFunc || callee.Sel.Name != "Update" {
				return true
			}

			seen++

			for _, at := range accumulatesIn(do) {
				t.Errorf("%s: what runs in a transaction may run again, and adds here to what was there before it", fset.Position(at))
			}

			return true
		})
	}

	if seen < 40 {
		t.Errorf("only %d functions were seen", seen)
	}
}

// accumulatesIn finds where a function adds to a variable that it has neither declared nor set.
func accumulatesIn(do *ast.FuncLit) (found []token.Pos) {
	own := map[string]bool{}

	for _, p := range append(do.Type.Params.List, resultsOf(do)...) {
		for _, name := range p.Names {
			own[name.Name] = true
		}
	}

	ast.Inspect(do.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for _, name := range n.Names {
				own[name.Name] = true
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				own[rootOf(e)] = true
			}
		case *ast.IncDecStmt:
			if !own[rootOf(n.X)] {
				found = append(found, n.Pos())
			}
		case *ast.AssignStmt:
			for i, e := range n.Lhs {
				switch name := rootOf(e); {
				case own[name]:
				case n.Tok != token.ASSIGN && n.Tok != token.DEFINE, i < len(n.Rhs) && appendsTo(n.Rhs[i], name):
					found = append(found, n.Pos())
				default:
					own[name] = true
				}
			}
		}

		return true
	})

	return found
}

func resultsOf(do *ast.FuncLit) []*ast.Field {
	if do.Type.Results == nil {
		return nil
	}

	return do.Type.Results.List
}

// rootOf is the variable that an expression is a part of.
func rootOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return rootOf(e.X)
	case *ast.IndexExpr:
		return rootOf(e.X)
	case *ast.StarExpr:
		return rootOf(e.X)
	}

	return ""
}

// appendsTo reports whether an expression is what append makes of a variable.
func appendsTo(e ast.Expr, name string) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}

	f, ok := call.Fun.(*ast.Ident)

	return ok && f.Name == "append" && rootOf(call.Args[0]) == name
}
