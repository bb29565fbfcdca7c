package locales

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Missing returns the texts that a language lacks, in English and in the order of the
// English file, ready to be filled in, and how many they are.
func Missing(code string) (lacking string, n int, err error) {
	tag, err := language.Parse(code)
	if err != nil {
		return "", 0, fmt.Errorf("%s is no language code: %w", code, err)
	}

	var has map[string]text
	if texts := builtinFiles()[code]; texts != nil {
		has = texts()
	}

	body, err := files.ReadFile(English + ".toml")
	if err != nil {
		return "", 0, fmt.Errorf("read the texts: %w", err)
	}

	lines := strings.Split(string(body), "\n")
	forms := strings.Join(Categories(tag), ", ")
	section, begun := "", ""

	var b strings.Builder

	for i := 0; i < len(lines); i++ {
		header, key := lineNames(lines[i])
		if header != "" {
			section = header
		}

		if key == "" {
			continue
		}

		last := lastLine(lines, i)

		if _, ok := has[section+"."+key]; !ok {
			if begun != section {
				fmt.Fprintf(&b, "\n%s\n", strings.Join(sectionComments(lines, section), "\n"))

				begun = section
			}

			if strings.Contains(lines[i], ", plural,") {
				fmt.Fprintf(&b, "# forms: %s\n", forms)
			}

			b.WriteString(strings.Join(lines[i:last+1], "\n") + "\n")

			n++
		}

		i = last
	}

	return strings.TrimPrefix(b.String(), "\n"), n, nil
}

// lastLine is the line in which the text ends that begins in line i.
func lastLine(lines []string, i int) int {
	if strings.Count(lines[i], `"""`) == 1 {
		for i++; !strings.Contains(lines[i], `"""`); i++ {
		}
	}

	return i
}

// sectionComments are the line that begins a section, and the comments right above it.
func sectionComments(lines []string, section string) []string {
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "["+section+"]") })

	from := at
	for from > 0 && strings.HasPrefix(lines[from-1], "#") {
		from--
	}

	return lines[from : at+1]
}

// Categories returns the plural categories of a language for whole numbers, in the
// order of the CLDR.
func Categories(tag language.Tag) []string {
	found := map[plural.Form]bool{plural.Other: true}
	for n := range 1000 {
		found[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)] = true
	}

	found[plural.Cardinal.MatchPlural(tag, 1_000_000, 0, 0, 0, 0)] = true

	var names []string

	for _, form := range []plural.Form{plural.Zero, plural.One, plural.Two, plural.Few, plural.Many, plural.Other} {
		if found[form] {
			names = append(names, pluralForms()[form])
		}
	}

	return names
}

// Check compares the files that come with the program: same texts and placeholders in
// each, every plural category of the language, the same number of lines. The error has
// a line for each thing that is wrong.
func Check() error {
	var wrong []error

	english := builtinFiles()[English]()

	for _, code := range slices.Sorted(maps.Keys(builtinFiles())) {
		texts := builtinFiles()[code]()
		complain := func(key string, err error) {
			wrong = append(wrong, fmt.Errorf("%s.toml:%d: %w", code, texts[key].line, err))
		}

		for _, key := range slices.Sorted(maps.Keys(english)) {
			if _, has := texts[key]; !has {
				complain("", fmt.Errorf("%s is missing: %q", key, english[key].source))
			}
		}

		for _, key := range slices.Sorted(maps.Keys(texts)) {
			t := texts[key]
			if err := checkText(key, t, english); err != nil {
				complain(key, err)
				continue
			}

			if err := checkForms(key, t.message, Categories(language.Make(code))); err != nil {
				complain(key, err)
			}

			if strings.Count(t.source, "\n") != strings.Count(english[key].source, "\n") {
				complain(key, fmt.Errorf("%s has another number of lines than the English text", key))
			}
		}
	}

	return errors.Join(wrong...)
}

// checkForms compares the forms of a text's plurals with those of its language.
func checkForms(key string, m message, need []string) error {
	for _, p := range m {
		if p.forms == nil {
			continue
		}

		for _, form := range need {
			if _, has := p.forms[form]; !has {
				return fmt.Errorf("%s lacks the plural form %s of {%s}", key, form, p.name)
			}
		}

		for form := range p.forms {
			if !slices.Contains(need, form) && !strings.HasPrefix(form, "=") {
				return fmt.Errorf("%s has the plural form %s of {%s}, which the language does not have", key, form, p.name)
			}
		}
	}

	return nil
}
