package locales

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"
)

// text is a text as a file has it.
type text struct {
	source  string
	message message
	line    int
}

// parseFile reads a file of texts: sections of key = "text". An error is a sentence that
// begins with file and line.
func parseFile(name string, body []byte) (map[string]text, error) {
	sections := map[string]map[string]string{}

	if err := toml.Unmarshal(body, &sections); err != nil {
		line := 1
		if wrong, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ = wrong.Position()
		}

		return nil, fmt.Errorf("%s:%d: a file of texts is made of [section] and key = \"text\": %w", name, line, err)
	}

	lines := keyLines(body)
	texts := map[string]text{}

	for section, pairs := range sections {
		for key, source := range pairs {
			key = section + "." + key

			m, err := parseMessage(source)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %s: %w", name, lines[key], key, err)
			}

			if m == nil {
				return nil, fmt.Errorf("%s:%d: %s is empty; leave it out to have it in English", name, lines[key], key)
			}

			texts[key] = text{source, m, lines[key]}
		}
	}

	return texts, nil
}

// keyLines finds the lines of the keys, for messages.
func keyLines(body []byte) map[string]int {
	lines, section := map[string]int{}, ""

	for i, line := range strings.Split(string(body), "\n") {
		begun, key := lineNames(line)
		if begun != "" {
			section = begun
		}

		if name := section + "." + key; key != "" && lines[name] == 0 {
			lines[name] = i + 1
		}
	}

	return lines
}

// lineNames returns the section that a line begins, or the key that it gives a text; "" neither.
func lineNames(line string) (section, key string) {
	line = strings.TrimSpace(line)

	if header, ok := strings.CutPrefix(line, "["); ok {
		section, _, _ = strings.Cut(header, "]")
		return section, ""
	}

	key, _, isPair := strings.Cut(line, "=")
	if key = strings.TrimSpace(key); !isPair || strings.Trim(key, keyLetters) != "" {
		return "", ""
	}

	return "", key
}

// keyLetters are what a key of TOML may have without quotes.
const keyLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

// readFolder reads an operator's files, each over the texts that come with the program, and
// returns by code what is then said in its language.
func readFolder(folder string) (map[string]map[string]text, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.toml"))
	if err != nil {
		return nil, fmt.Errorf("read the folder of texts %s: %w", folder, err)
	}

	if len(names) == 0 {
		return nil, fmt.Errorf("%s has no file of texts, such as en.toml", folder)
	}

	english := builtinFiles()[English]()
	read := map[string]map[string]text{}

	for _, name := range names {
		code := strings.TrimSuffix(filepath.Base(name), ".toml")
		if tag, err := language.Parse(code); err != nil || tag.String() != code {
			return nil, fmt.Errorf("%s:1: the file is to be named after a language, such as pl.toml or pt-BR.toml", name)
		}

		body, err := os.ReadFile(name) // the operator names the folder
		if err != nil {
			return nil, fmt.Errorf("read the texts: %w", err)
		}

		texts, err := parseFile(name, body)
		if err != nil {
			return nil, err
		}

		for _, key := range slices.Sorted(maps.Keys(texts)) {
			if err := checkText(key, texts[key], english); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, texts[key].line, err)
			}
		}

		read[code] = map[string]text{}
		if own := builtinFiles()[code]; own != nil {
			maps.Copy(read[code], own())
		}

		maps.Copy(read[code], texts)
	}

	return read, nil
}

// checkText compares a text with the English one.
func checkText(key string, t text, english map[string]text) error {
	original, ok := english[key]
	if !ok {
		return fmt.Errorf("there is no text called %s", key)
	}

	allowed := original.message.placeholders()
	for _, name := range t.message.placeholders() {
		if !slices.Contains(allowed, name) {
			return fmt.Errorf("%s cannot have {%s}; it has %s", key, name, placeholderList(allowed))
		}
	}

	for _, name := range allowed {
		if !slices.Contains(t.message.placeholders(), name) {
			return fmt.Errorf("%s lacks {%s}", key, name)
		}
	}

	return nil
}

func placeholderList(names []string) string {
	if len(names) == 0 {
		return "no placeholders"
	}

	return "{" + strings.Join(names, "}, {") + "}"
}
