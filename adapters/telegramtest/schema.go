package telegramtest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:generate go run ./internal/schema -in $NEWSBELL_DATA/api-schemas/telegram-bot-api-10.1.json -out schema.txt

//go:embed schema.txt
var schemaText string

// laterText is what a server of a later version knows besides, as far as Newsbell uses it,
// written down from the declarations in $NEWSBELL_DATA/api-schemas/gramio-types-10.3.1.
//
//go:embed later.txt
var laterText string

// legacy are parameters that the real server still takes although its page no
// longer lists them, by name: the library of 2021 sends them.
var legacy = []string{
	"allow_sending_without_reply", "can_manage_voice_chats", "contains_masks", "correct_option_id", "disable_web_page_preview",
	"emojis", "reply_to_message_id", "scrore", "switch_pm_parameter", "switch_pm_text",
}

// object is a method or a type: its fields, or the types that it may be.
type object struct {
	name   string
	fields []field
	oneOf  []string
}

type field struct {
	name     string
	required bool
	types    []string
}

func (o *object) field(name string) *field {
	for i := range o.fields {
		if o.fields[i].name == name {
			return &o.fields[i]
		}
	}

	return nil
}

type schema struct {
	methods map[string]*object // by lower-case name
	types   map[string]*object
	later   *schema // what a server of a later version knows, and this one passes over; nil: nothing
}

// theSchema is that of Bot API 10.1.
var theSchema = sync.OnceValue(func() *schema {
	s := readSchema(schemaText)
	s.later = readSchema(laterText)

	return s
})

// laterSchema is that of Bot API 10.3.
var laterSchema = sync.OnceValue(func() *schema {
	s := readSchema(schemaText)
	later := readSchema(laterText)

	merge(s.methods, later.methods)
	merge(s.types, later.types)

	return s
})

// merge adds objects and the fields of those that are there already.
func merge(into, from map[string]*object) {
	for name, o := range from {
		old := into[name]
		if old == nil {
			into[name] = o
			continue
		}

		for _, f := range o.fields {
			if known := old.field(f.name); known != nil {
				*known = f
			} else {
				old.fields = append(old.fields, f)
			}
		}
	}
}

// passesOver reports whether a name in a method or type is of a later version: a server
// reads nothing that it does not know.
func passesOver(later map[string]*object, key, name string) bool {
	o := later[key]
	return o != nil && o.field(name) != nil
}

// isLaterField reports whether a field of a method or type is of a later version.
func (s *schema) isLaterField(o *object, name string) bool {
	return s.later != nil && (passesOver(s.later.methods, strings.ToLower(o.name), name) || passesOver(s.later.types, o.name, name))
}

func readSchema(text string) *schema {
	s := &schema{methods: map[string]*object{}, types: map[string]*object{}}

	var o *object

	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if f, ok := strings.CutPrefix(line, "\t"); ok {
			name, types, _ := strings.Cut(f, " ")
			name, required := strings.CutSuffix(name, "!")
			o.fields = append(o.fields, field{name, required, strings.Split(types, "|")})

			continue
		}

		kind, rest, _ := strings.Cut(line, " ")
		name, subtypes, union := strings.Cut(rest, " = ")

		o = &object{name: name}
		if union {
			o.oneOf = strings.Split(subtypes, "|")
		}

		switch kind {
		case "method":
			s.methods[strings.ToLower(name)] = o
		case "type":
			s.types[name] = o
		}
	}

	return s
}

// checkForm says what in a form does not fit the method, "" if all does.
func (s *schema) checkForm(o *object, form *form) string {
	for _, name := range form.names() {
		f := o.field(name)
		if f == nil {
			if slices.Contains(legacy, name) || s.isLaterField(o, name) {
				continue
			}

			return fmt.Sprintf("%s has no parameter %q", o.name, name)
		}

		if form.isFile(name) {
			if !slices.Contains(f.types, "InputFile") {
				return fmt.Sprintf("parameter %q of %s is not a file", name, o.name)
			}

			continue
		}

		if why := s.checkText(f.types, form.get(name)); why != "" {
			return fmt.Sprintf("parameter %q of %s %s", name, o.name, why)
		}
	}

	for _, f := range o.fields {
		if f.required && !form.has(f.name) {
			return fmt.Sprintf("%s needs the parameter %q", o.name, f.name)
		}
	}

	return ""
}

// checkText checks a form value, where everything is text.
func (s *schema) checkText(types []string, text string) string {
	var whys []string

	for _, t := range types {
		why := ""

		switch t {
		case "String", "InputFile":
		case "Integer":
			if _, err := strconv.ParseInt(text, 10, 64); err != nil {
				why = "is not an integer"
			}
		case "Float":
			if _, err := strconv.ParseFloat(text, 64); err != nil {
				why = "is not a number"
			}
		case "Boolean":
			if !slices.Contains([]string{"true", "false", "True", "False", "1", "0"}, text) {
				why = "is not true or false"
			}
		default:
			var v any

			d := json.NewDecoder(strings.NewReader(text))
			d.UseNumber()

			if err := d.Decode(&v); err != nil {
				why = "is not JSON"
			} else {
				why = s.checkValue(t, v)
			}
		}

		if why == "" {
			return ""
		}

		whys = append(whys, why)
	}

	return strings.Join(whys, "; ")
}

// checkValue checks a JSON value against a type.
func (s *schema) checkValue(typ string, v any) string {
	if of, ok := strings.CutPrefix(typ, "Array of "); ok {
		list, ok := v.([]any)
		if !ok {
			return "is not an array"
		}

		for i, e := range list {
			if why := s.checkValue(of, e); why != "" {
				return fmt.Sprintf("[%d] %s", i, why)
			}
		}

		return ""
	}

	o := s.types[typ]
	if o == nil {
		return checkPlain(typ, v)
	}

	if len(o.oneOf) > 0 {
		for _, sub := range o.oneOf {
			if s.checkValue(sub, v) == "" {
				return ""
			}
		}

		return "is no " + typ
	}

	return s.checkObject(o, v)
}

func (s *schema) checkObject(o *object, v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return "is not an object"
	}

	for name, value := range m {
		f := o.field(name)
		if f == nil && s.isLaterField(o, name) {
			continue
		}

		if f == nil {
			return fmt.Sprintf("is a %s, which has no field %q", o.name, name)
		}

		fits := slices.ContainsFunc(f.types, func(t string) bool { return s.checkValue(t, value) == "" })
		if !fits {
			return fmt.Sprintf("has a field %q which is no %s", name, strings.Join(f.types, " or "))
		}
	}

	for _, f := range o.fields {
		if _, ok := m[f.name]; f.required && !ok {
			return fmt.Sprintf("is a %s without the field %q", o.name, f.name)
		}
	}

	return ""
}

func checkPlain(typ string, v any) string {
	ok := false

	switch typ {
	case "String":
		_, ok = v.(string)
	case "Integer":
		if n, is := v.(json.Number); is {
			_, err := n.Int64()
			ok = err == nil
		}
	case "Float":
		_, ok = v.(json.Number)
	case "Boolean", "True":
		_, ok = v.(bool)
	}

	if ok {
		return ""
	}

	return "is no " + typ
}
