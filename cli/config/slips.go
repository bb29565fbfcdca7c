package config

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2/unstable"
)

var (
	yamlLine     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Za-z_][\w.-]*)\s*:\s*(.*)$`) })
	wordsLine    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Za-z_][\w.-]*)(?:\s+(.*))?$`) })
	bareDuration = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d+(?:\.\d+)?\s?(?:ms|s|m|h|d)(?:\d|\s|$)`) })
	quotedStart  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^("(?:[^"\\]|\\.)*"|'[^']*')\s*(.*)$`) })
)

// explain says in plain words what is wrong with the line where the parser stopped.
func (f *file) explain(wrong *unstable.ParserError) error {
	offset := 0
	if len(wrong.Highlight) > 0 {
		offset = int(f.parser.Range(wrong.Highlight).Offset)
	}

	number := 1 + strings.Count(string(f.body[:offset]), "\n")
	lines := strings.Split(string(f.body), "\n")
	line := strings.TrimSpace(lines[min(number, len(lines))-1])

	// An unclosed quote or list is noticed at the end of its line.
	for line == "" && number > 1 {
		number--
		line = strings.TrimSpace(lines[number-1])
	}

	return fmt.Errorf("%s:%d: %s", f.name, number, explainLine(line, wrong.Message))
}

// explainLine explains a line that is not TOML; the parser said message.
func explainLine(line, message string) string {
	name, rest, hasValue := strings.Cut(line, "=")
	name, rest = strings.TrimSpace(name), strings.TrimSpace(rest)

	switch {
	case strings.ContainsAny(line, "“”„«»‘’‚"):
		return `these quotes are curly; type straight ones: "`
	case strings.HasPrefix(line, "//"), strings.HasPrefix(line, ";"):
		return "a comment begins with #"
	case strings.HasPrefix(line, "["):
		return explainSection(line)
	case !hasValue || yamlLine().MatchString(line) && !strings.Contains(name, " ") && strings.Contains(name, ":"):
		return explainWithoutEquals(line)
	case name == "":
		return "the name of the setting is missing before the ="
	case strings.Contains(name, " "):
		return fmt.Sprintf("a setting is one word before the =, and this is %q", name)
	case strings.HasPrefix(rest, "="):
		return fmt.Sprintf("one = is enough: %s = …", name)
	}

	return explainValue(name, rest, message)
}

func explainSection(line string) string {
	switch {
	case !strings.Contains(line, "]"):
		return "the ] of this section is missing: " + line + "]"
	case strings.HasPrefix(line, "[[") && !strings.Contains(line, "]]"):
		return "two brackets are opened and one is closed: write " + strings.TrimRight(line, "] ") + "]]"
	}

	return "nothing but a comment may follow a section in its line"
}

func explainWithoutEquals(line string) string {
	if m := yamlLine().FindStringSubmatch(line); m != nil {
		return fmt.Sprintf("write %s = …, with an = and not a colon", m[1])
	}

	if strings.HasPrefix(line, "- ") {
		return `a list is written in brackets: operators = ["telegram:4711"]`
	}

	if m := wordsLine().FindStringSubmatch(line); m != nil && m[2] != "" {
		return fmt.Sprintf("an = is missing: %s = …", m[1])
	} else if m != nil {
		return fmt.Sprintf("a value is missing: %s = …", m[1])
	}

	return "this line is no setting; write name = value"
}

// explainValue explains what is wrong behind the = of a line.
func explainValue(name, rest, message string) string {
	word, _, _ := strings.Cut(rest, "#")
	word = strings.TrimSpace(word)

	switch {
	case rest == "" || word == "":
		return fmt.Sprintf("a value is missing after the =; for none write %s = \"\"", name)
	case strings.HasPrefix(rest, `"""`), strings.HasPrefix(rest, "'''"):
		return "the three quotes at the beginning are never closed"
	case strings.Contains(message, "escape") || strings.HasPrefix(rest, `"`) && strings.Contains(message, `\`):
		return `a backslash in "…" is special: write it twice, or use single quotes '…'`
	case strings.HasPrefix(rest, "["):
		return fmt.Sprintf("a comma, a quote or the ] is missing in this list: %s = [\"…\", \"…\"]", name)
	}

	if m := quotedStart().FindStringSubmatch(rest); m != nil {
		if strings.HasPrefix(m[2], ",") {
			return fmt.Sprintf("several values stand in brackets: %s = [%s]", name, hideSecret(name, rest))
		}

		return "something follows the closing quote; a comment begins with #"
	}

	switch {
	case strings.HasPrefix(rest, `"`), strings.HasPrefix(rest, "'"):
		return "the quote at the beginning is never closed"
	case strings.HasSuffix(rest, `"`):
		return "the quote at the beginning is missing"
	}

	switch strings.ToLower(word) {
	case "yes", "no", "on", "off", "true", "false":
		return fmt.Sprintf("write true or false, in small letters: %s = %t", name, strings.Contains("yes on true", strings.ToLower(word)))
	}

	if bareDuration().MatchString(word) {
		return fmt.Sprintf("put it in quotes: %s = %q", name, strings.ReplaceAll(word, " ", ""))
	}

	return fmt.Sprintf("put the value in quotes: %s = \"%s\"", name, hideSecret(name, word))
}

// hideSecret returns a value as it may be repeated: secrets are not.
func hideSecret(name, text string) string {
	for _, s := range fileSecrets() {
		if nameOf(name) == nameOf(s.key) {
			return "…"
		}
	}

	return text
}
