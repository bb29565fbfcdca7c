package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"newsbell/subscriptions/text"
)

const day = 24 * time.Hour

func textSetting(key string, field func(*Config) *string, check func(string) (string, error)) setting {
	return setting{
		key: key,
		set: func(c *Config, v value) error {
			text, err := v.asText(nameOf(key))
			if err == nil {
				text, err = check(text)
			}

			if err == nil {
				*field(c) = text
			}

			return err
		},
		show: func(c *Config) string { return quote(*field(c)) },
	}
}

// addressSetting returns an address, which may have a password: a proxy's has, most of the time.
func addressSetting(key string, field func(*Config) *string, check func(string) (string, error)) setting {
	return redactedSetting(key, field, check, shownAddress)
}

// redactedSetting returns a text of which only a part is shown.
func redactedSetting(key string, field func(*Config) *string, check func(string) (string, error), shown func(string) string) setting {
	s := textSetting(key, field, check)
	s.show = func(c *Config) string { return quote(shown(*field(c))) }

	return s
}

// secretSetting returns a token or a key. It replaces the file that holds one.
func secretSetting(key string, field func(*Config) *string, check func(string) (string, error)) setting {
	s := textSetting(key, field, check)
	s.secret = true

	s.show = func(c *Config) string {
		if *field(c) == "" {
			return `""`
		}

		return `"…"`
	}

	return s
}

func flagSetting(key string, field func(*Config) *bool) setting {
	return setting{
		key: key,
		set: func(c *Config, v value) error {
			text := v.text
			if v.loose {
				text = strings.ToLower(text)
			} else if v.kind != unstable.Bool {
				return fmt.Errorf("takes true or false, without quotes: %s = %t", nameOf(key), *field(c))
			}

			switch text {
			case "true", "yes", "on", "1":
				*field(c) = true
			case "false", "no", "off", "0":
				*field(c) = false
			default:
				return errors.New("takes true or false")
			}

			return nil
		},
		show: func(c *Config) string { return strconv.FormatBool(*field(c)) },
	}
}

func numberSetting(key string, field func(*Config) *int, least, most int) setting {
	return setting{
		key: key,
		set: func(c *Config, v value) error {
			n, err := wholeNumber(v)

			switch {
			case v.kind == unstable.String && !v.loose && err == nil:
				return fmt.Errorf("takes a number without quotes: %s = %d", nameOf(key), n)
			case err != nil && v.loose:
				return fmt.Errorf("takes a whole number: %s=%d", variableOf(key), *field(c))
			case v.kind == unstable.Float, err != nil:
				return fmt.Errorf("takes a whole number: %s = %d", nameOf(key), *field(c))
			case n < least || n > most:
				return fmt.Errorf("is %d to %d", least, most)
			}

			*field(c) = n

			return nil
		},
		show: func(c *Config) string { return strconv.Itoa(*field(c)) },
	}
}

// wholeNumber reads a number as TOML writes them: 1000, 1_000, 0x3E8, 0o1750, 0b1111101000.
func wholeNumber(v value) (int, error) {
	base := 10
	if v.kind == unstable.Integer {
		base = 0 // its prefix says; TOML has no leading zeros
	}

	n, err := strconv.ParseInt(strings.ReplaceAll(v.text, "_", ""), base, 0)

	return int(n), err
}

func durationSetting(key string, field func(*Config) *time.Duration, least, most time.Duration) setting {
	return setting{
		key: key,
		set: func(c *Config, v value) error {
			if isNumber(v.text) && v.loose {
				return fmt.Errorf("needs a unit: %s=%s%s", variableOf(key), v.text, unitOf(*field(c)))
			}

			if isNumber(v.text) {
				return fmt.Errorf("needs a unit, in quotes: %s = \"%s%s\"", nameOf(key), v.text, unitOf(*field(c)))
			}

			if v.kind != unstable.String {
				return fmt.Errorf("takes a time in quotes: %s = %q", nameOf(key), formatDuration(*field(c)))
			}

			d, err := ParseDuration(v.text)

			switch {
			case err != nil && v.loose:
				return fmt.Errorf("takes a time such as 90s, 5m, 48h or 30d, not %s", v.text)
			case err != nil:
				return fmt.Errorf("takes a time such as \"90s\", \"5m\", \"48h\" or \"30d\", not %q", v.text)
			case d < least:
				return fmt.Errorf("is at least %q", formatDuration(least))
			case d > most:
				return fmt.Errorf("is at most %q", formatDuration(most))
			}

			*field(c) = d

			return nil
		},
		show: func(c *Config) string { return quote(formatDuration(*field(c))) },
	}
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return err == nil
}

// unitOf returns the unit in which people think of a setting.
func unitOf(usual time.Duration) string {
	switch {
	case usual > time.Hour:
		return "h"
	case usual >= time.Minute:
		return "m"
	}

	return "s"
}

// ParseDuration reads "90s", "5m", "48h", "1h30m", and days: "30d".
func ParseDuration(text string) (time.Duration, error) {
	text = strings.ReplaceAll(text, " ", "")

	var days time.Duration

	if number, rest, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || n < 0 || n > 100000 {
			return 0, errors.New("no number of days")
		}

		days = time.Duration(n * float64(day))

		if rest == "" {
			return days, nil
		}

		text = rest
	}

	d, err := time.ParseDuration(text)

	return days + d, err
}

// formatDuration writes a duration as people do: "5m" and not "5m0s".
func formatDuration(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d%day == 0 && d > 2*day:
		return fmt.Sprintf("%dd", d/day)
	}

	s := strings.TrimSuffix(d.String(), "0s")
	if s == "" || !strings.ContainsAny(s[len(s)-1:], "hms") {
		return d.String()
	}

	if trimmed, ok := strings.CutSuffix(s, "h0m"); ok {
		return trimmed + "h"
	}

	return s
}

func listSetting[T any](key string, field func(*Config) *[]T, parse func(string) (T, error), show func(T) string) setting {
	return setting{
		key: key,
		set: func(c *Config, v value) error {
			if !v.loose && v.kind != unstable.Array {
				return fmt.Errorf("takes a list, in brackets: %s = [%s]", nameOf(key), quote(v.text))
			}

			list := []T{}

			for _, item := range listOf(v) {
				text, err := item.asText(nameOf(key))
				if err != nil {
					text = item.text // a bare number: what it may mean is said below
				}

				parsed, err := parse(text)
				if err != nil {
					return err
				}

				list = append(list, parsed)
			}

			*field(c) = list

			return nil
		},
		show: func(c *Config) string {
			var items []string
			for _, item := range *field(c) {
				items = append(items, show(item))
			}

			return "[" + strings.Join(items, ", ") + "]"
		},
	}
}

// listOf returns the items of a list: in the environment they stand between commas.
func listOf(v value) []value {
	if !v.loose {
		return v.items
	}

	var items []value

	for text := range strings.SplitSeq(v.text, ",") {
		if text = strings.TrimSpace(text); text != "" {
			items = append(items, value{kind: unstable.String, text: text, loose: true})
		}
	}

	return items
}

func zoneSetting(key string) setting {
	return setting{
		key: key,
		set: func(c *Config, v value) error {
			text, err := v.asText(nameOf(key))
			if err != nil {
				return err
			}

			zone, err := time.LoadLocation(text)
			if err != nil || text == "" || text == "Local" {
				return fmt.Errorf("takes a time zone such as \"Europe/Warsaw\", \"America/New_York\" or \"UTC\", not %q", text)
			}

			c.TimeZone = zone

			return nil
		},
		show: func(c *Config) string { return quote(c.TimeZone.String()) },
	}
}

func sourcesSetting(key string) setting {
	return setting{
		key:  key,
		set:  func(*Config, value) error { return nil }, // addSources does it
		show: func(c *Config) string { return fmt.Sprintf("%d of your own", len(c.Sources)) },
	}
}

// asText returns the text of a value that must be in quotes.
func (v value) asText(name string) (string, error) {
	switch v.kind {
	case unstable.String:
		return strings.TrimSpace(v.text), nil
	case unstable.Array:
		return "", fmt.Errorf("takes one value, not a list: %s = \"…\"", name)
	case unstable.InlineTable:
		return "", fmt.Errorf("takes a text in quotes: %s = \"…\"", name)
	default:
		return "", fmt.Errorf("needs quotes: %s = \"%s\"", name, hideSecret(name, v.text))
	}
}

func quote(text string) string { return strconv.Quote(text) }

// nameOf returns a key without its section.
func nameOf(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// normalizeName undoes capitals, hyphens and spaces in a name.
func normalizeName(name string) string {
	return strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(name))
}

// nearestName returns the name that a person most likely meant, "" if none is near.
func nearestName(name string, names []string) string {
	best, least := "", len(name)/3+1

	for _, candidate := range slices.Backward(names) {
		if d := text.Distance(normalizeName(name), normalizeName(candidate)); d <= least && d < 4 {
			best, least = candidate, d
		}
	}

	return best
}
