package locales

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// walkCode calls f for each file of the program that is no test.
func walkCode(t *testing.T, f func(set *token.FileSet, name string, file *ast.File)) {
	t.Helper()

	set := token.NewFileSet()

	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "bench" || strings.HasPrefix(d.Name(), ".") && name != "..") {
			return filepath.SkipDir
		}

		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}

		file, err := parser.ParseFile(set, name, nil, 0)
		if err == nil {
			f(set, filepath.ToSlash(name), file)
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// literal is the value of a string literal, "" for anything else.
func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		s, _ := strconv.Unquote(lit.Value)
		return s
	}

	return ""
}

var keyForm = regexp.MustCompile(`^[a-z_]+\.[a-z_]+$`)

// Every text that the code says is in the English file, with the values that it has.
func TestCodeSaysWhatThereIs(t *testing.T) {
	english := Builtin().English()
	calls := []string{"Say", "Line", "say", "lines", "refuse"}

	walkCode(t, func(set *token.FileSet, _ string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}

			method, ok := call.Fun.(*ast.SelectorExpr)
			key := literal(call.Args[0])

			if !ok || !slices.Contains(calls, method.Sel.Name) || !keyForm.MatchString(key) {
				return true
			}

			m := english.texts()[key].message
			if m == nil {
				t.Errorf("%s: there is no text %s", set.Position(call.Pos()), key)
				return true
			}

			var given []string
			for i := 1; i < len(call.Args); i += 2 {
				given = append(given, literal(call.Args[i]))
			}

			if call.Ellipsis.IsValid() {
				return true
			}

			slices.Sort(given)

			if need := m.placeholders(); !slices.Equal(given, need) && len(given)+len(need) > 0 {
				t.Errorf("%s: %s takes the values %v, given are %v", set.Position(call.Pos()), key, need, given)
			}

			return true
		})
	})
}

// Every text of the English file is said somewhere: by its key, by the beginning of its
// key, or as one of a section.
func TestTextsAreSaid(t *testing.T) {
	said := map[string]bool{}

	walkCode(t, func(_ *token.FileSet, _ string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok && literal(e) != "" {
				said[literal(e)] = true
			}

			return true
		})
	})

	pages, err := filepath.Glob("../web/pages/*.html")
	if err != nil {
		t.Fatal(err)
	}

	for _, name := range pages {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}

		for _, m := range regexp.MustCompile(`\.Say "([a-z_.]+)"`).FindAllStringSubmatch(string(body), -1) {
			said[m[1]] = true
		}
	}

	for key := range Builtin().English().texts() {
		section, rest, _ := strings.Cut(key, ".")
		used := said[key] || slices.Contains([]string{"in", "pause_for", "schedule", "alerts_come"}, section)

		for i := range rest {
			used = used || said[section+"."+rest[:i]]
		}

		for _, known := range knownSections() {
			used = used || section+"." == known
		}

		if !used {
			t.Errorf("nothing says %s", key)
		}
	}
}

// saidElsewhere are files whose constants are sentences for people, in English, and the
// names of those that are for operators only.
func saidElsewhere() map[string]string {
	return map[string]string{
		"../subscriptions/query/messages.go": "^msg",
		"../adapters/telegram/texts.go":      "^sayNo|^sayToken|^sayBadToken|^sayCannot|^log[^H]|^logHookFails",
		"../adapters/discord/texts.go":       "^say|^reason|^log|^fatal[TIVS]",

		"../adapters/discord/gateway/session.go": "^log",
		"../sources/errors.go":                   "^reason",
		"../adapters/telegram/fate.go":           "",
	}
}

var verb = regexp.MustCompile(`%[sdqv]`)

// odd are words that read as translated to whoever tried the English: what stands instead is
// alert, match, fix, "you follow", "that page doesn't exist" and the like.
var odd = regexp.MustCompile(`(?i)\b(rings?|rang|mend|mends|mended|answers nothing|(is|are) followed here|nothing is followed|(is|are) read here now|` +
	`holds no letter|cannot be a choice|I may not|a mistake of mine|question that is open|nothing at this address|come again|what comes meanwhile|` +
	`how they are|here stands|nothing was imported|and go on when)\b|"All right`)

func TestNothingReadsAsTranslated(t *testing.T) {
	body, err := os.ReadFile("en.toml")
	if err != nil {
		t.Fatal(err)
	}

	for line := range strings.Lines(string(body)) {
		if found := odd.FindString(line); found != "" && !strings.HasPrefix(line, "#") {
			t.Errorf("%q in: %s", found, line)
		}
	}
}

// What other packages say to people in English has a text.
func TestWhatOthersSayIsKnown(t *testing.T) {
	all := knownSentences()
	isKnown := func(s string) bool {
		s = strings.ReplaceAll(verb.ReplaceAllString(s, "x"), "%%", "%")
		return slices.ContainsFunc(all, func(k known) bool { return k.form.MatchString(s) })
	}

	checked := 0

	walkCode(t, func(set *token.FileSet, name string, file *ast.File) {
		pattern, ok := saidElsewhere()[name]
		if !ok {
			return
		}

		names := regexp.MustCompile(pattern)

		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || !names.MatchString(spec.Names[0].Name) {
				return true
			}

			if s := literal(spec.Values[0]); s != "" {
				if checked++; !isKnown(s) {
					t.Errorf("%s: the sections query, reason and problem of en.toml lack %q", set.Position(spec.Pos()), s)
				}
			}

			return true
		})
	})

	if checked < 80 {
		t.Errorf("only %d sentences were looked at", checked)
	}
}
