package bot

import (
	"maps"
	"regexp"
	"slices"
	"strings"
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
		rest = firstOf(options, "query", "which", "address", "command", "for")
		for more := len(named) > 0; more; { // people type options in front there too
			rest, more = cutOption(rest, options)
		}
	}
	return rest, options
}

// firstOf is the first option that is given.
func firstOf(options map[string]string, names ...string) string {
	for _, name := range names {
		if v := strings.TrimSpace(options[name]); v != "" {
			return v
		}
	}
	return ""
}

// cutOption takes one "name:value" off the front.
func cutOption(text string, into map[string]string) (rest string, found bool) {
	word, after, _ := strings.Cut(text, " ")
	name, value, ok := strings.Cut(word, ":")
	name = strings.ToLower(name)
	if !ok || !slices.Contains(optionWords(), name) {
		return text, false
	}
	after = strings.TrimSpace(after)
	if value == "" { // "to: #news"
		value, after, _ = strings.Cut(after, " ")
		after = strings.TrimSpace(after)
	}
	if next, more, _ := strings.Cut(after, " "); name == "when" && strings.EqualFold(value, "daily") && clock.MatchString(next) {
		value, after = value+" "+next, strings.TrimSpace(more)
	}
	if into[name] == "" {
		into[name] = value
	}
	return after, true
}

// cutSub takes the name of a subcommand off the front; options may stand behind
// it too.
func cutSub(row *row, text string, into map[string]string) string {
	word, after, _ := strings.Cut(text, " ")
	for _, sub := range row.Subcommands {
		if strings.EqualFold(sub.Name, word) {
			into["sub"] = sub.Name
			rest := strings.TrimSpace(after)
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
