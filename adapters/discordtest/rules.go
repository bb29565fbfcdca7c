package discordtest

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// What the schema does not say. Sources: "Message Resource", "Embed Limits",
// "Component Reference", "Application Commands" and "Allowed Mentions Object" in
// Discord's documentation.

// utf16Len counts in UTF-16 units, the larger of the two ways in which one could
// count: what fits here fits.
func utf16Len(s string) int { return len(utf16.Encode([]rune(s))) }

// bodyRules checks the message in a body, wherever it stands there.
func bodyRules(op string, c *call) *refusal {
	body, at := c.body, []string(nil)

	switch {
	case strings.HasPrefix(op, "POST /interactions/"):
		body, _ = c.body["data"].(map[string]any)
		at = []string{"data"}

		if kind, _ := c.body["type"].(float64); kind != 4 && kind != 7 {
			return nil
		}
	case strings.HasSuffix(op, "/threads"):
		body, _ = c.body["message"].(map[string]any)
		at = []string{"message"}
	case strings.HasSuffix(op, "/commands"), strings.HasPrefix(op, "POST /users/"):
		return nil
	}

	if body == nil {
		return nil
	}

	where, what := messageRules(body)
	if what == nil {
		return nil
	}

	var out any = what
	for _, name := range slices.Backward(append(at, where...)) {
		out = map[string]any{name: out}
	}

	return invalidForm(out.(map[string]any))
}

func tooLong(n int) map[string]any {
	return newProblem("BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", n))
}

// messageRules says what is wrong with a message, and where; nil for nothing.
func messageRules(m map[string]any) (where []string, what map[string]any) {
	if utf16Len(textField(m, "content")) > 2000 {
		return []string{"content"}, tooLong(2000)
	}

	if where, what = embedRules(m); what != nil {
		return where, what
	}

	if where, what = componentRules(m); what != nil {
		return where, what
	}

	return mentionRules(m)
}

func embedRules(m map[string]any) ([]string, map[string]any) {
	sum := 0

	for i, one := range listField(m, "embeds") {
		e, _ := one.(map[string]any)
		at := func(names ...string) []string { return append([]string{"embeds", strconv.Itoa(i)}, names...) }

		units, where, what := embedTexts(e)
		if what != nil {
			return at(where...), what
		}

		sum += units

		if where, what := embedLinks(e); what != nil {
			return at(where...), what
		}

		if !embedShows(e) {
			return at(), newProblem("BASE_TYPE_REQUIRED", "This field is required")
		}
	}

	if sum > 6000 {
		return []string{"embeds"}, newProblem("MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
	}

	return nil, nil
}

// embedTexts checks how long the texts of an embed are, and counts their UTF-16 units.
func embedTexts(e map[string]any) (units int, where []string, what map[string]any) {
	footer, _ := e["footer"].(map[string]any)
	author, _ := e["author"].(map[string]any)

	for _, limit := range []struct {
		text  string
		most  int
		where []string
	}{
		{textField(e, "title"), 256, []string{"title"}},
		{textField(e, "description"), 4096, []string{"description"}},
		{textField(footer, "text"), 2048, []string{"footer", "text"}},
		{textField(author, "name"), 256, []string{"author", "name"}},
	} {
		n := utf16Len(strings.TrimSpace(limit.text))
		if n > limit.most {
			return 0, limit.where, tooLong(limit.most)
		}

		units += n
	}

	for j, f := range listField(e, "fields") {
		field, _ := f.(map[string]any)

		for _, limit := range []struct {
			name string
			most int
		}{{"name", 256}, {"value", 1024}} {
			where := []string{"fields", strconv.Itoa(j), limit.name}

			n := utf16Len(strings.TrimSpace(textField(field, limit.name)))
			if n == 0 {
				return 0, where, newProblem("BASE_TYPE_REQUIRED", "This field is required")
			}

			if n > limit.most {
				return 0, where, tooLong(limit.most)
			}

			units += n
		}
	}

	return units, nil, nil
}

func embedShows(e map[string]any) bool {
	for _, name := range []string{"title", "description"} {
		if strings.TrimSpace(textField(e, name)) != "" {
			return true
		}
	}

	return len(listField(e, "fields")) > 0 || e["image"] != nil || e["thumbnail"] != nil || e["author"] != nil || e["footer"] != nil
}

func embedLinks(e map[string]any) ([]string, map[string]any) {
	check := func(address string, attachments bool) bool {
		if address == "" {
			return true
		}

		u, err := url.Parse(address)

		return err == nil && ((u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")) || (attachments && u.Scheme == "attachment"))
	}

	wrong := newProblem("URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")
	if !check(textField(e, "url"), false) {
		return []string{"url"}, wrong
	}

	for _, name := range []string{"image", "thumbnail"} {
		o, _ := e[name].(map[string]any)
		if !check(textField(o, "url"), true) {
			return []string{name, "url"}, wrong
		}
	}

	return nil, nil
}

func componentRules(m map[string]any) ([]string, map[string]any) {
	rows := listField(m, "components")
	if flagsOf(m)&flagComponents == 0 && len(rows) > 5 {
		return []string{"components"}, newProblem("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}

	if at, wrong := pageRules(m, rows); wrong != nil {
		return at, wrong
	}

	seen := map[string]bool{}

	for i, one := range rows {
		row, _ := one.(map[string]any)

		kids := listField(row, "components")
		if kind, _ := row["type"].(float64); kind == 1 && (len(kids) < 1 || len(kids) > 5) {
			return []string{"components", strconv.Itoa(i), "components"}, newProblem("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
		}

		for j, kid := range kids {
			b, _ := kid.(map[string]any)

			field, wrong := componentProblem(b, len(kids) == 1, seen)
			if wrong != nil {
				return []string{"components", strconv.Itoa(i), "components", strconv.Itoa(j), field}, wrong
			}
		}
	}

	return nil, nil
}

// componentProblem returns what is wrong with a component of a row, and in which field. It notes the
// identifiers of buttons that were seen.
func componentProblem(c map[string]any, isAlone bool, seen map[string]bool) (field string, wrong map[string]any) {
	id := textField(c, "custom_id")

	switch kind, _ := c["type"].(float64); {
	case kind == componentChannels && id == "":
		return "custom_id", newProblem("BASE_TYPE_REQUIRED", "This field is required")
	case kind == componentChannels && (!isAlone || utf16Len(textField(c, "placeholder")) > 150 || utf16Len(id) > 100):
		return "placeholder", tooLong(150)
	case kind != componentButton:
		return "", nil
	}

	address, label, isLink := textField(c, "url"), textField(c, "label"), c["style"] == 5.0

	switch {
	case isLink && address == "":
		return "url", newProblem("BASE_TYPE_REQUIRED", "A url is required")
	case isLink && id != "":
		return "custom_id", newProblem("COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified")
	case !isLink && id == "":
		return "custom_id", newProblem("BASE_TYPE_REQUIRED", "A custom id is required")
	case !isLink && address != "":
		return "url", newProblem("COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified")
	case utf16Len(id) > 100:
		return "custom_id", tooLong(100)
	case utf16Len(label) > 80:
		return "label", tooLong(80)
	case strings.TrimSpace(label) == "" && c["emoji"] == nil:
		return "label", newProblem("BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button must have a label or emoji")
	case id != "" && seen[id]:
		return "custom_id", newProblem("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}

	seen[id] = true

	return "", nil
}

// pageRules checks a message that consists of components alone: 40 of them, nested ones
// included, and 4,000 characters of text together; others know no containers. Source:
// "Component Reference".
func pageRules(m map[string]any, rows []any) ([]string, map[string]any) {
	components, characters := countComponents(rows)

	switch {
	case flagsOf(m)&flagComponents == 0 && characters > 0:
		return []string{"components", "0", "type"}, newProblem("UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).")
	case components > 40:
		return []string{"components"}, newProblem("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The total number of components exceeds the maximum of 40.")
	case characters > 4000:
		return []string{"components"}, newProblem("COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "The total displayable text size exceeds the maximum of 4000.")
	}

	return nil, nil
}

// countComponents counts components, nested ones included, and the characters of their texts.
func countComponents(of []any) (components, characters int) {
	for _, one := range of {
		c, _ := one.(map[string]any)

		n, text := countComponents(listField(c, "components"))
		components, characters = components+n+1, characters+text

		if c["type"] == kindTextDisplay {
			content, _ := c["content"].(string)
			characters += max(utf16Len(content), 1)
		}
	}

	return components, characters
}

func mentionRules(m map[string]any) ([]string, map[string]any) {
	a, _ := m["allowed_mentions"].(map[string]any)
	for _, p := range listField(a, "parse") {
		for _, kind := range []string{"roles", "users"} {
			if p == kind && len(listField(a, kind)) > 0 {
				return []string{"allowed_mentions"}, newProblem("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", fmt.Sprintf(`parse:[%q] and %s: [ids...] are mutually exclusive.`, kind, kind))
			}
		}
	}

	if c := textField(m, "content"); flagsOf(m)&flagComponents != 0 && (c != "" || len(listField(m, "embeds")) > 0) {
		return []string{"content"}, newProblem("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
	}

	return nil, nil
}

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}]{1,32}$`)

// commandRules checks slash commands, and returns what is wrong; nil: nothing.
func commandRules(all []command) *refusal {
	if len(all) > 100 {
		return &refusal{status: 400, code: 30032, text: "Maximum number of application commands reached (100)."}
	}

	seen := map[string]bool{}

	for i, c := range all {
		at := strconv.Itoa(i)

		size := utf16Len(c.Name) + utf16Len(c.Description)
		switch {
		case c.Type > 1 && (c.Description != "" || len(c.Options) > 0 || seen[strconv.Itoa(c.Type)+c.Name]):
			return invalidForm(map[string]any{at: map[string]any{"description": newProblem("APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED", "Context menu commands cannot have description or options")}})
		case c.Type > 1:
			seen[strconv.Itoa(c.Type)+c.Name] = true
			continue
		case !commandName.MatchString(c.Name) || c.Name != strings.ToLower(c.Name):
			return invalidForm(map[string]any{at: map[string]any{"name": newProblem("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")}})
		case seen[c.Name]:
			return invalidForm(map[string]any{at: map[string]any{"name": newProblem("APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")}})
		case strings.TrimSpace(c.Description) == "":
			return invalidForm(map[string]any{at: map[string]any{"description": newProblem("BASE_TYPE_REQUIRED", "This field is required")}})
		}

		seen[c.Name] = true

		more, what := optionRules(c.Options, 0)
		if what != nil {
			return invalidForm(map[string]any{at: map[string]any{"options": what}})
		}

		if size+more > 8000 {
			return invalidForm(map[string]any{at: newProblem("APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")})
		}
	}

	return nil
}

func optionRules(all []option, depth int) (size int, what map[string]any) {
	seen, optional, ways, values := map[string]bool{}, false, false, false

	for i, o := range all {
		wrong := func(code, message string) (int, map[string]any) {
			return 0, map[string]any{strconv.Itoa(i): newProblem(code, message)}
		}
		way := o.Type == 1 || o.Type == 2

		ways, values = ways || way, values || !way
		switch {
		case !commandName.MatchString(o.Name) || o.Name != strings.ToLower(o.Name):
			return wrong("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
		case seen[o.Name]:
			return wrong("APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", "Option names must be unique")
		case strings.TrimSpace(o.Description) == "":
			return wrong("BASE_TYPE_REQUIRED", "This field is required")
		case ways && values:
			return wrong("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
		case way && depth > 1, o.Type == 2 && depth > 0:
			return wrong("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deep")
		case o.Required && optional:
			return wrong("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		case o.Autocomplete && len(o.Choices) > 0:
			return wrong("APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", "Autocomplete options cannot have choices")
		}

		seen[o.Name] = true
		optional = optional || !o.Required

		size += utf16Len(o.Name) + utf16Len(o.Description)
		for _, c := range o.Choices {
			size += utf16Len(c.Name) + utf16Len(fmt.Sprint(c.Value))
		}

		more, inner := optionRules(o.Options, depth+1)
		if inner != nil {
			return 0, map[string]any{strconv.Itoa(i): map[string]any{"options": inner}}
		}

		size += more
	}

	return size, nil
}
