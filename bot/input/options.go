package input

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"newsbell/adapters"
	querytext "newsbell/subscriptions/text"
)

// OptionNames are the options that stand as words before the query where people
// type.
func OptionNames() []string {
	return []string{"to", "when", "ping", "in", "min", "max", "urgent", "spike", "talk", OptionLabel, OptionOnly}
}

// OptionLabel is the option that gives posts in a forum a tag. Its value may stand in
// quotation marks. (tag: is a field of queries.)
const OptionLabel = "label"

// OptionOnly is the option that has a language model judge articles. Its value may stand in
// quotation marks.
const OptionOnly = "only"

// flagNames are those that need no value: "urgent: earthquake".
func flagNames() []string { return []string{"urgent", "spike"} }

// ParseOptions separates the options of a command from its text: those of a slash command
// by name, those of a typed one as words before the rest. A subcommand is the option "sub".
func ParseOptions(subcommands []adapters.Command, text string, named map[string]string) (rest string, options map[string]string) {
	options = map[string]string{}
	maps.Copy(options, named)

	rest = strings.TrimSpace(text)

	if len(named) == 0 {
		for more := true; more; {
			rest, more = cutOption(rest, options)
		}
	}

	if len(subcommands) > 0 && options["sub"] == "" {
		rest = cutSubcommand(subcommands, rest, options)
	}

	if rest == "" {
		rest = mainValue(options)
		for more := len(named) > 0; more; { // people type options in front there too
			rest, more = cutOption(rest, options)
		}
	}

	return rest, options
}

// mainValue is the option that says what a command is about, whatever its name:
// each command has one.
func mainValue(options map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if v := strings.TrimSpace(options[name]); v != "" && name != "sub" && !slices.Contains(OptionNames(), name) {
			return v
		}
	}

	return ""
}

// cutOption takes one "name:value" off the front.
func cutOption(text string, into map[string]string) (rest string, found bool) {
	word, after := CutWord(text)
	name, value, ok := strings.Cut(word, ":")

	name = strings.ToLower(name)
	if !ok || !slices.Contains(OptionNames(), name) {
		return text, false
	}

	if value == "" && slices.Contains(flagNames(), name) {
		value = "yes"
	}

	if name == OptionOnly || name == OptionLabel {
		value, after = cutQuoted(strings.TrimSpace(text[len(name)+1:]))
		value = cmp.Or(value, " ") // it was given
	}

	if value == "" { // "to: #news"
		value, after = CutWord(after)
	}

	if name == "when" {
		value, after = longestSchedule(value, after)
	}

	switch {
	case into[name] == "":
		into[name] = value
	case name == "ping": // each names a role
		into[name] += "," + value
	}

	return after, true
}

// cutQuoted takes the first word off a text, or what stands in quotation marks there; without
// a mark at its end that is all of it.
func cutQuoted(s string) (value, rest string) {
	first, size := utf8.DecodeRuneInString(s)
	if !querytext.IsQuote(first) {
		return CutWord(s)
	}

	value, rest = s[size:], ""
	if i := strings.IndexFunc(value, querytext.IsQuote); i >= 0 {
		_, end := utf8.DecodeRuneInString(value[i:])
		value, rest = value[:i], value[i+end:]
	}

	return strings.TrimSpace(value), strings.TrimSpace(rest)
}

// AsOption writes an option as people type it.
func AsOption(name, value string) string {
	if name == OptionOnly || name == OptionLabel && !IsOff(value) {
		value = `"` + strings.Map(func(r rune) rune {
			if querytext.IsQuote(r) {
				return '\''
			}

			return r
		}, value) + `"`
	}

	return name + ":" + value
}

// cutSubcommand takes the name of a subcommand off the front; options may
// follow it too.
func cutSubcommand(subcommands []adapters.Command, text string, into map[string]string) string {
	word, after := CutWord(text)
	for _, sub := range subcommands {
		if strings.EqualFold(sub.Name, word) {
			into["sub"] = sub.Name

			rest := after
			for more := true; more; {
				rest, more = cutOption(rest, into)
			}

			return rest
		}
	}

	return text
}

// FindMisplaced finds an option that stands after the query, and returns its name ("when:";
// "" if there is none) and the text with it moved to the front.
func FindMisplaced(text string) (option, fixed string) {
	words := strings.Fields(text)
	for i, w := range words {
		name, value, ok := strings.Cut(w, ":")
		if i > 0 && ok && strings.EqualFold(name, OptionOnly) {
			before, after, _ := strings.Cut(text, w)
			only, rest := cutQuoted(strings.TrimSpace(value + after))

			return OptionOnly + ":", strings.TrimSpace(AsOption(OptionOnly, only) + " " + strings.TrimSpace(before) + " " + rest)
		}

		if i > 0 && ok && value != "" && slices.Contains(OptionNames(), strings.ToLower(name)) {
			return strings.ToLower(name) + ":", w + " " + strings.Join(slices.Delete(slices.Clone(words), i, i+1), " ")
		}
	}

	return "", ""
}

// AsSlashCommand writes a typed command as a slash command: "/subscribe
// to:#news drone" is "/subscribe query:drone to:#news".
func AsSlashCommand(c adapters.Command, typed string) string {
	_, text, _ := strings.Cut(typed, " ")
	rest, options := ParseOptions(c.Subcommands, text, nil)

	s, main := "/"+c.Name, c.Options
	if sub := options["sub"]; sub != "" {
		s += " " + sub
		for _, c := range c.Subcommands {
			if c.Name == sub {
				main = c.Options
			}
		}
	}

	if rest != "" && len(main) > 0 {
		s += " " + main[0].Name + ":" + rest
	}

	for _, name := range OptionNames() {
		if v := options[name]; v != "" {
			s += " " + name + ":" + v
		}
	}

	return s
}
