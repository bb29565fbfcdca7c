package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// prefix begins the names of our variables.
const prefix = "NEWSBELL_"

// variableOf returns the variable of the environment for a key.
func variableOf(key string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// isForTests reports whether a variable is one that the program's own tests set.
func isForTests(name string) bool {
	return slices.Contains([]string{
		"NEWSBELL_DATA", "NEWSBELL_LONG", "NEWSBELL_DIE_AT", "NEWSBELL_PAGES", "NEWSBELL_CLOCK", "NEWSBELL_POSTGRES", "NEWSBELL_AXE",
		"NEWSBELL_EDIT_GAP", "NEWSBELL_IDENTIFY_GAP", "NEWSBELL_REWIRE",
	}, name)
}

// readEnvironment applies every variable of ours that is set and not empty. A token
// from there replaces the file of one, and the other way round.
func (c *Config) readEnvironment(environ []string) (mistakes []error) {
	byVariable := map[string]string{}
	for _, s := range allSettings() {
		byVariable[variableOf(s.key)] = s.key
	}

	environ = slices.Sorted(slices.Values(environ)) // …_TOKEN before …_TOKEN_FILE

	for _, pair := range environ {
		name, text, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, prefix) || isForTests(name) || text == "" {
			continue
		}

		key, known := byVariable[name]
		if !known {
			c.Warnings = append(c.Warnings, unknownVariable(name))
			continue
		}

		if key == "sources" {
			c.Sources = nil
		}

		if secret, ok := strings.CutSuffix(key, "_file"); ok {
			c.forgetSecret(secret)
		}

		mistakes = append(mistakes, c.apply(entry{key, value{kind: unstable.String, text: text, loose: true}, name})...)
	}

	return mistakes
}

// forgetSecret drops a token or a key of the configuration file, because the environment names
// a file that holds another one.
func (c *Config) forgetSecret(key string) {
	if c.origins[key] == variableOf(key) {
		return // the environment has the secret itself, too
	}

	for _, s := range fileSecrets() {
		if s.key == key {
			*s.field(c) = ""
			delete(c.origins, key)
		}
	}
}

func unknownVariable(name string) string {
	var names []string
	for _, s := range allSettings() {
		names = append(names, variableOf(s.key))
	}

	if near := nearestName(name, names); near != "" {
		return fmt.Sprintf("the variable %s means nothing; did you mean %s?", name, near)
	}

	return fmt.Sprintf("the variable %s means nothing; `newsbell config` lists them all", name)
}
