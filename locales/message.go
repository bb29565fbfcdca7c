package locales

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
)

// message is a text that was read from a file: what it consists of, in order.
type message []part

// part is a piece of a message: text, the value of a placeholder, the number that a
// plural is about, or a choice between forms.
type part struct {
	text   string
	name   string             // of the placeholder; "" for text
	forms  map[string]message // of a plural, by CLDR category or "=3"; nil for a plain placeholder
	number bool               // "#", the number of the plural around it
}

// parseMessage reads a text in the part of ICU MessageFormat that the files use:
// {name} and {name, plural, =0 {none} one {# story} other {# stories}}. Plurals do not
// nest, and there are no quotes: a text cannot have braces of its own.
func parseMessage(s string) (message, error) {
	m, rest, err := parseParts(s, "")
	if err == nil && rest != "" {
		err = fmt.Errorf("a } closes nothing")
	}

	return m, err
}

// parseParts reads up to the brace that closes a form, or the end. counted is the
// placeholder of the plural around it, "" for none.
func parseParts(s, counted string) (m message, rest string, err error) {
	stops := "{}"
	if counted != "" {
		stops = "{}#"
	}

	for s != "" {
		i := strings.IndexAny(s, stops)
		if i < 0 {
			return append(m, part{text: s}), "", nil
		}

		if i > 0 {
			m = append(m, part{text: s[:i]})
		}

		var p part

		switch s[i] {
		case '}':
			return m, s[i:], nil
		case '#':
			p, s = part{name: counted, number: true}, s[i+1:]
		default:
			if p, s, err = parsePlaceholder(s[i+1:], counted != ""); err != nil {
				return nil, "", err
			}
		}

		m = append(m, p)
	}

	return m, "", nil
}

// parsePlaceholder reads what follows an opening brace, up to the one that closes it.
func parsePlaceholder(s string, inPlural bool) (p part, rest string, err error) {
	i := strings.IndexAny(s, ",{}")
	if i < 0 {
		return p, "", fmt.Errorf("a { is never closed")
	}

	p.name = strings.TrimSpace(s[:i])

	if !isName(p.name) {
		return p, "", fmt.Errorf("%q is no name of a placeholder", p.name)
	}

	if s[i] == '}' {
		return p, s[i+1:], nil
	}

	kind, rest, found := strings.Cut(s[i+1:], ",")
	if s[i] == '{' || !found || strings.TrimSpace(kind) != "plural" {
		return p, "", fmt.Errorf("{%s can only be followed by } or by \", plural,\"", p.name)
	}

	if inPlural {
		return p, "", fmt.Errorf("the plural of {%s} stands inside another one", p.name)
	}

	p.forms, rest, err = parseForms(rest, p.name)

	return p, rest, err
}

// parseForms reads "one {…} other {…}}".
func parseForms(s, counted string) (forms map[string]message, rest string, err error) {
	forms = map[string]message{}

	for {
		s = strings.TrimSpace(s)
		if after, closed := strings.CutPrefix(s, "}"); closed {
			if forms["other"] == nil {
				return nil, "", fmt.Errorf("the plural of {%s} has no form other", counted)
			}

			return forms, after, nil
		}

		form, after, found := strings.Cut(s, "{")

		form = strings.TrimSpace(form)
		if !found || !isForm(form) {
			return nil, "", fmt.Errorf("%q is no plural form", form)
		}

		if forms[form] != nil {
			return nil, "", fmt.Errorf("the plural of {%s} has the form %s twice", counted, form)
		}

		inner, closing, err := parseParts(after, counted)
		if err != nil {
			return nil, "", err
		}

		if closing == "" {
			return nil, "", fmt.Errorf("the form %s of {%s} is never closed", form, counted)
		}

		forms[form], s = inner, closing[1:]
		if forms[form] == nil {
			forms[form] = message{}
		}
	}
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// pluralForms are the plural categories of CLDR.
func pluralForms() map[plural.Form]string {
	return map[plural.Form]string{
		plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
	}
}

func isForm(s string) bool {
	if number, exact := strings.CutPrefix(s, "="); exact {
		_, err := strconv.Atoi(number)
		return err == nil
	}

	return slices.Contains(slices.Collect(maps.Values(pluralForms())), s)
}

// placeholders are the names that a message takes, sorted.
func (m message) placeholders() []string {
	names := map[string]bool{}
	m.collect(names)

	return slices.Sorted(maps.Keys(names))
}

func (m message) collect(names map[string]bool) {
	for _, p := range m {
		if p.name != "" {
			names[p.name] = true
		}

		for _, form := range p.forms {
			form.collect(names)
		}
	}
}
