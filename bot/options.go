package bot

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// optionWords are the options that stand as words before the query where people
// type.
func optionWords() []string { return []string{"to", "when", "ping"} }

var clock = regexp.MustCompile(`^\d{1,2}:\d\d$`)

// readOptions takes the options of a command apart: those of a slash command by
// their names, those of a typed one as words before the rest.
func readOptions(row *row, text string, named map[string]string) (rest string, options map[string]string) {
	options = map[string]string{}
	maps.Copy(options, named)

	rest = strings.TrimSpace(text)

	if len(named) == 0 {
		for more := true; more; {
			rest, more = cutOption(rest, options)
		}
	}

	if len(row.Subcommands) > 0 && options["sub"] == "" {
		rest = cutSub(row, rest, options)
	}

	if rest == "" {
		rest = valueOf(options)
		for more := len(named) > 0; more; { // people type options in front there too
			rest, more = cutOption(rest, options)
		}
	}

	return rest, options
}

// valueOf is the option that says what a command is about, whatever it is called:
// each command has one.
func valueOf(options map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if v := strings.TrimSpace(options[name]); v != "" && name != "sub" && !slices.Contains(optionWords(), name) {
			return v
		}
	}

	return ""
}

// firstWord is what stands before the first space, and what comes after it.
func firstWord(text string) (word, after string) {
	i := strings.IndexFunc(text, unicode.IsSpace)
	if i < 0 {
		return text, ""
	}

	return text[:i], strings.TrimSpace(text[i:])
}

// cutOption takes one "name:value" off the front.
func cutOption(text string, into map[string]string) (rest string, found bool) {
	word, after := firstWord(text)
	name, value, ok := strings.Cut(word, ":")

	name = strings.ToLower(name)
	if !ok || !slices.Contains(optionWords(), name) {
		return text, false
	}

	if value == "" { // "to: #news"
		value, after = firstWord(after)
	}

	if next, more := firstWord(after); name == "when" && strings.EqualFold(value, "daily") && clock.MatchString(next) {
		value, after = value+" "+next, more
	}

	if into[name] == "" {
		into[name] = value
	}

	return after, true
}

// cutSub takes the name of a subcommand off the front; options may stand behind
// it too.
func cutSub(row *row, text string, into map[string]string) string {
	word, after := firstWord(text)
	for _, sub := range row.Subcommands {
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

// misplaced finds an option that stands behind the query, and gives the text
// with it in front.
func misplaced(text string) (option, fixed string) {
	words := strings.Fields(text)
	for i, w := range words {
		name, value, ok := strings.Cut(w, ":")
		if i > 0 && ok && value != "" && slices.Contains(optionWords(), strings.ToLower(name)) {
			return strings.ToLower(name) + ":", w + " " + strings.Join(slices.Delete(slices.Clone(words), i, i+1), " ")
		}
	}

	return "", ""
}
