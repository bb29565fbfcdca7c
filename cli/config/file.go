package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// entry is a setting as the file or the environment gives it.
type entry struct {
	key   string // "alerts.burst"
	value value
	where string // "config.toml:3", "NEWSBELL_ALERTS_BURST"
}

// value is what an entry is set to.
type value struct {
	kind  unstable.Kind // String, Integer, Float, Bool, Array, InlineTable …
	text  string        // a string without its quotes, everything else as written
	items []value       // of an Array
	table []entry       // of an InlineTable and a [[section]]
	loose bool          // of the environment: everything is text there
}

// file is a TOML file that is being read.
type file struct {
	name     string
	body     []byte
	parser   unstable.Parser
	entries  []entry
	mistakes []error
	seen     map[string]int // the line of each key and section
	section  string         // "alerts", "" above the first one
	source   int            // index in entries of the [[sources]] that is open, else -1
	unknown  bool           // the section is not known: its keys are not reported again
}

// parseFile reads the entries of a file in their order, as far as it is TOML.
func parseFile(name string, body []byte) ([]entry, []error) {
	f := &file{name: name, body: bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF")), seen: map[string]int{}, source: -1}

	if bytes.HasPrefix(body, []byte("\xFF\xFE")) || bytes.HasPrefix(body, []byte("\xFE\xFF")) {
		return nil, []error{fmt.Errorf("%s:1: the file is written in UTF-16; save it as UTF-8", name)}
	}

	if line := firstNotUTF8(f.body); line > 0 {
		return nil, []error{fmt.Errorf("%s:%d: a character of this line isn't UTF-8; save the file as UTF-8", name, line)}
	}

	f.parser.Reset(f.body)

	for f.parser.NextExpression() {
		f.read(f.parser.Expression())
	}

	if wrong, ok := errors.AsType[*unstable.ParserError](f.parser.Error()); ok {
		// Only the first: what follows a syntax error may be read wrongly.
		f.mistakes = []error{f.explain(wrong)}
	}

	return f.entries, f.mistakes
}

// firstNotUTF8 returns the first line that is not written in UTF-8, 0 where all are.
func firstNotUTF8(body []byte) int {
	number := 0

	for line := range bytes.Lines(body) {
		if number++; !utf8.Valid(line) {
			return number
		}
	}

	return 0
}

func (f *file) fail(line int, format string, args ...any) {
	f.mistakes = append(f.mistakes, fmt.Errorf("%s:%d: %s", f.name, line, fmt.Sprintf(format, args...)))
}

func (f *file) lineAt(data []byte) int {
	return 1 + bytes.Count(f.body[:f.parser.Range(data).Offset], []byte("\n"))
}

func (f *file) read(n *unstable.Node) {
	key, line := f.keyOf(n)

	switch n.Kind {
	case unstable.Table:
		f.open(key, line, false)
	case unstable.ArrayTable:
		f.open(key, line, true)
	case unstable.KeyValue:
		f.set(key, line, n.Value())
	}
}

// keyOf returns the key of an expression, its parts joined by dots, and its line.
func (f *file) keyOf(n *unstable.Node) (key string, line int) {
	var parts []string

	for it := n.Key(); it.Next(); {
		if line == 0 {
			line = f.lineAt(it.Node().Data)
		}

		parts = append(parts, string(it.Node().Data))
	}

	return strings.Join(parts, "."), line
}

// open begins a section.
func (f *file) open(name string, line int, double bool) {
	f.section, f.source, f.unknown = name, -1, false

	switch {
	case name == "sources" && double:
		f.source = len(f.entries)
		f.entries = append(f.entries, entry{"sources", value{kind: unstable.InlineTable}, fmt.Sprintf("%s:%d", f.name, line)})

		return
	case name == "sources":
		f.fail(line, "write [[sources]], with two brackets: there may be many")

		f.unknown = true
	case !isSection(name):
		f.unknown = true

		if isSection(normalizeName(name)) || nearestName(name, sectionNames()) != "" {
			f.fail(line, "there is no section [%s]; did you mean [%s]?", name, nearestName(name, sectionNames()))
		} else {
			f.fail(line, "there is no section [%s]; there are %s", name, "["+strings.Join(sectionNames(), "], [")+"]")
		}
	case double:
		f.fail(line, "write [%s], with one bracket on each side: there is only one", name)
	}

	f.once("["+name+"]", line)
}

// once reports what is there a second time.
func (f *file) once(what string, line int) bool {
	first, again := f.seen[what]
	if again {
		f.fail(line, "%s is here a second time; the first is on line %d", what, first)
		return false
	}

	f.seen[what] = line

	return true
}

func (f *file) set(key string, line int, n *unstable.Node) {
	e := entry{key, f.valueOf(n), fmt.Sprintf("%s:%d", f.name, line)}

	switch {
	case f.unknown:
		return
	case f.source >= 0:
		source := &f.entries[f.source].value
		source.table = append(source.table, e)

		return
	case f.section != "":
		e.key = f.section + "." + key
	}

	if !f.once(e.key, line) {
		return
	}

	if e.value.kind == unstable.InlineTable && isSection(e.key) && e.key != "sources" {
		for _, below := range e.value.table {
			f.entries = append(f.entries, entry{e.key + "." + below.key, below.value, below.where})
		}

		return
	}

	if e.key == "sources" && e.value.kind == unstable.Array {
		for _, item := range e.value.items {
			f.entries = append(f.entries, entry{"sources", item, e.where})
		}

		return
	}

	f.entries = append(f.entries, e)
}

func (f *file) valueOf(n *unstable.Node) value {
	v := value{kind: n.Kind, text: string(n.Data)}

	switch n.Kind {
	case unstable.Array:
		for it := n.Children(); it.Next(); {
			if item := it.Node(); item.Kind != unstable.Comment {
				v.items = append(v.items, f.valueOf(item))
			}
		}
	case unstable.InlineTable:
		for it := n.Children(); it.Next(); {
			key, line := f.keyOf(it.Node())
			v.table = append(v.table, entry{key, f.valueOf(it.Node().Value()), fmt.Sprintf("%s:%d", f.name, line)})
		}
	}

	return v
}
