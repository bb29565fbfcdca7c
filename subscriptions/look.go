package subscriptions

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// LongestOpening is how long the line before an alert may be, in characters.
const LongestOpening = 200

// errLook is the error for what is no look of an alert.
var errLook = errors.New("that's not how an alert can look")

// ParseColor reads a colour by its English name or as RRGGBB, with or without "#", and
// returns it as "#1abc9c".
func ParseColor(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))

	if named := colorNamed(s); named != "" {
		return named, nil
	}

	digits := strings.TrimPrefix(s, "#")
	if n, err := strconv.ParseUint(digits, 16, 32); err == nil && len(digits) == 6 {
		return fmt.Sprintf("#%06x", n), nil
	}

	return "", errLook
}

// colorNamed is a colour by its name, "" for none.
func colorNamed(name string) string {
	return map[string]string{
		"red": "#e74c3c", "orange": "#e67e22", "yellow": "#f1c40f", "gold": "#c9a227", "green": "#2ecc71", "teal": "#1abc9c", "blue": "#3498db",
		"purple": "#9b59b6", "pink": "#e91e63", "brown": "#8d6e63", "gray": "#95a5a6", "grey": "#95a5a6", "white": "#ffffff", "black": "#000000",
	}[name]
}

// ColorNumber is what ParseColor returns as a number, 0 for none. Platforms take 0 as no colour,
// so black is one step lighter.
func ColorNumber(s string) int {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil {
		return 0
	}

	return max(int(n), 1)
}

// ParseOpening reads the line before an alert: one line without a link, at most
// LongestOpening characters.
func ParseOpening(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	lower := strings.ToLower(s)

	if s == "" || utf8.RuneCountInString(s) > LongestOpening || strings.Contains(lower, "://") || strings.Contains(lower, "www.") ||
		strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) || !strings.ContainsFunc(s, unicode.IsGraphic) {
		return "", errLook
	}

	return s, nil
}
