// Schema writes the table of facts that the fake checks requests against: the
// methods and types of the Bot API with the names, types and necessity of their
// fields, and no prose. Its input is api.json of
// github.com/PaulSonOfLars/telegram-bot-api-spec.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
)

type field struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

type entry struct {
	Fields   []field  `json:"fields"`
	Subtypes []string `json:"subtypes"`
}

type api struct {
	Version string           `json:"version"`
	Methods map[string]entry `json:"methods"`
	Types   map[string]entry `json:"types"`
}

func main() {
	in := flag.String("in", "", "api.json")
	out := flag.String("out", "schema.txt", "the table")

	flag.Parse()
	log.SetFlags(0)

	raw, err := os.ReadFile(*in)
	if err != nil {
		log.Fatal(err)
	}

	var a api
	if err := json.Unmarshal(raw, &a); err != nil {
		log.Fatal(err)
	}

	if err := os.WriteFile(*out, formatTable(a), 0o644); err != nil {
		log.Fatal(err)
	}
}

// formatTable returns one line for each method and type, one for each of their fields.
func formatTable(a api) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "version %s\n", a.Version)

	needed := requestTypes(a)
	for _, name := range slices.Sorted(maps.Keys(a.Methods)) {
		writeEntry(&b, "method", name, a.Methods[name])
	}

	for _, name := range slices.Sorted(maps.Keys(a.Types)) {
		if needed[name] {
			writeEntry(&b, "type", name, a.Types[name])
		}
	}

	return b.Bytes()
}

func writeEntry(b *bytes.Buffer, kind, name string, e entry) {
	fmt.Fprintf(b, "%s %s", kind, name)

	if len(e.Subtypes) > 0 {
		fmt.Fprintf(b, " = %s", strings.Join(e.Subtypes, "|"))
	}

	b.WriteByte('\n')

	for _, f := range e.Fields {
		mark := ""
		if f.Required {
			mark = "!"
		}

		fmt.Fprintf(b, "\t%s%s %s\n", f.Name, mark, strings.Join(f.Types, "|"))
	}
}

// requestTypes returns the types that a request can hold; those of answers alone are left out.
func requestTypes(a api) map[string]bool {
	seen := map[string]bool{}

	var visit func(e entry)

	visit = func(e entry) {
		next := slices.Clone(e.Subtypes)
		for _, f := range e.Fields {
			next = append(next, f.Types...)
		}

		for _, t := range next {
			t = strings.ReplaceAll(t, "Array of ", "")
			if _, ok := a.Types[t]; ok && !seen[t] {
				seen[t] = true
				visit(a.Types[t])
			}
		}
	}
	for _, m := range a.Methods {
		visit(m)
	}

	return seen
}
