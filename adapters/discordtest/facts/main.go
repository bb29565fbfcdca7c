// Command facts takes the shape of the requests that a news bot sends out of
// Discord's OpenAPI file (github.com/discord/discord-api-spec, MIT, © 2023
// Discord) and writes it as one JSON Schema: types, lengths, counts and names,
// without a word of its prose.
//
//	go run ./facts discord-openapi.json facts.json
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// operations are the requests that the fake checks.
var operations = []string{
	"POST /users/@me/channels",
	"POST /channels/{channel_id}/messages",
	"PATCH /channels/{channel_id}/messages/{message_id}",
	"POST /channels/{channel_id}/threads",
	"PUT /applications/{application_id}/commands",
	"POST /interactions/{interaction_id}/{interaction_token}/callback",
	"POST /channels/{channel_id}/webhooks",
	"POST /webhooks/{webhook_id}/{webhook_token}",
	"PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: facts discord-openapi.json facts.json")
		os.Exit(2)
	}

	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}

	var doc struct {
		Paths      map[string]map[string]json.RawMessage `json:"paths"`
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return fmt.Errorf("reading %s: %w", from, err)
	}

	out := facts{from: doc.Components.Schemas, defs: map[string]any{}}
	requests := map[string]any{}

	for _, op := range operations {
		method, path, _ := strings.Cut(op, " ")

		var o struct {
			Request struct {
				Content map[string]struct {
					Schema any `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		}
		if err := json.Unmarshal(doc.Paths[path][strings.ToLower(method)], &o); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}

		body, ok := o.Request.Content["application/json"]
		if !ok {
			return fmt.Errorf("%s takes no JSON", op)
		}

		requests[op] = out.strip(body.Schema)
	}

	raw, err = json.Marshal(map[string]any{"$defs": out.defs, "requests": requests})
	if err != nil {
		return err
	}

	return os.WriteFile(to, append(raw, '\n'), 0o644)
}

// facts collects the schemas that are used.
type facts struct {
	from, defs map[string]any
}

// kept are the words of JSON Schema that say what is valid.
var kept = map[string]bool{
	"type": true, "properties": true, "items": true, "required": true, "enum": true, "const": true, "format": true,
	"pattern": true, "minLength": true, "maxLength": true, "minItems": true, "maxItems": true, "minimum": true,
	"maximum": true, "oneOf": true, "anyOf": true, "allOf": true, "additionalProperties": true, "uniqueItems": true,
}

func (f *facts) strip(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = f.strip(v[i])
		}

		return out
	case map[string]any:
		return f.object(v)
	}

	return v
}

func (f *facts) object(v map[string]any) map[string]any {
	out := map[string]any{}

	if ref, ok := v["$ref"].(string); ok {
		name := ref[strings.LastIndex(ref, "/")+1:]
		if _, have := f.defs[name]; !have {
			f.defs[name] = nil // it may refer to itself
			f.defs[name] = f.strip(f.from[name])
		}

		out["$ref"] = "#/$defs/" + name
	}

	for k, one := range v {
		switch {
		case k == "properties":
			props := map[string]any{}
			for name, p := range one.(map[string]any) {
				props[name] = f.strip(p)
			}

			out[k] = props
		case k == "oneOf" && onlyConstants(one):
			var values []any
			for _, c := range one.([]any) {
				values = append(values, c.(map[string]any)["const"])
			}

			out["enum"] = values
		case kept[k]:
			out[k] = f.strip(one)
		}
	}

	return out
}

// onlyConstants says that a oneOf is a list of values with their descriptions.
func onlyConstants(v any) bool {
	all, ok := v.([]any)
	for _, one := range all {
		m, isMap := one.(map[string]any)
		if !isMap || m["const"] == nil {
			return false
		}
	}

	return ok && len(all) > 0
}
