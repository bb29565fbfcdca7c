package discordtest

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// facts.json is the shape of requests, taken by the command in facts from
// Discord's OpenAPI file: build 242668, commit 74fda0fa of 2026-07-18 of
// github.com/discord/discord-api-spec (MIT, © 2023 Discord).
//
//go:generate go run ./facts $NEWSBELL_DATA/api-schemas/discord-openapi.json facts.json
//go:embed facts.json
var factsJSON []byte

// validator checks bodies: strict is what Discord refuses, closed also knows no
// other fields than the documented ones.
type validator struct{ strict, closed map[string]*jsonschema.Schema }

// compiled is made once: it takes a tenth of a second.
var compiled = sync.OnceValue(func() *validator {
	return &validator{strict: compileSchemas(false), closed: compileSchemas(true)}
})

func newValidator() *validator { return compiled() }

func compileSchemas(closed bool) map[string]*jsonschema.Schema {
	var doc struct {
		Defs     map[string]any `json:"$defs"`
		Requests map[string]any `json:"requests"`
	}

	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(factsJSON))
	if err != nil {
		panic(err)
	}

	top := parsed.(map[string]any)
	doc.Defs, doc.Requests = top["$defs"].(map[string]any), top["requests"].(map[string]any)
	amendSchema(doc.Defs)

	ops := slices.Sorted(maps.Keys(doc.Requests))
	for i, op := range ops {
		doc.Defs[fmt.Sprintf("request%d", i)] = doc.Requests[op]
	}

	if closed {
		sealObjects(doc.Defs)
	}

	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()

	if err := c.AddResource("facts.json", map[string]any{"$defs": doc.Defs}); err != nil {
		panic(err)
	}

	out := map[string]*jsonschema.Schema{}

	for i, op := range ops {
		s, err := c.Compile(fmt.Sprintf("facts.json#/$defs/request%d", i))
		if err != nil {
			panic(err)
		}

		out[op] = s
	}

	return out
}

// amendSchema corrects the file where the documentation says otherwise: permissions
// are a decimal number in a string ("default_member_permissions").
func amendSchema(defs map[string]any) {
	command := defs["ApplicationCommandUpdateRequest"].(map[string]any)
	command["properties"].(map[string]any)["default_member_permissions"] = map[string]any{
		"type": []any{"string", "null"}, "pattern": "^[0-9]{1,20}$",
	}
}

// sealObjects lets no object have other fields than those that are named.
func sealObjects(v any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			sealObjects(one)
		}
	case map[string]any:
		if _, has := v["properties"].(map[string]any); has {
			if _, said := v["additionalProperties"]; !said {
				v["additionalProperties"] = false
			}
		}

		for _, one := range v {
			sealObjects(one)
		}
	}
}

// check refuses a body that Discord would refuse for its shape, and complains
// about fields that do not exist. mu is held.
func (v *validator) check(op string, c *call) *refusal {
	var body any

	if len(c.raw) > 0 {
		parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(c.raw))
		if err != nil {
			return errJSON
		}

		body = parsed
	}

	if body == nil {
		return invalidForm(newProblem("CONTENT_TYPE_INVALID", "A body is required"))
	}

	if err := v.strict[op].Validate(body); err != nil {
		return refuseInvalid(err)
	}

	if err := v.closed[op].Validate(body); err != nil {
		c.f.complain("%s: %s", op, deepestReason(err))
	}

	return bodyRules(op, c)
}

// refuseInvalid turns a validation error into Discord's answer: what is wrong, where.
func refuseInvalid(err error) *refusal {
	leaf := deepestLeaf(err)
	if leaf == nil {
		return invalidForm(newProblem("INVALID", err.Error()))
	}

	code, message := "BASE_TYPE_INVALID", fmt.Sprintf("%v", leaf.ErrorKind)
	switch k := leaf.ErrorKind.(type) {
	case *kind.MaxLength:
		code, message = "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", k.Want)
	case *kind.MinLength:
		code, message = "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be %d or more in length.", k.Want)
	case *kind.MaxItems:
		code, message = "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", k.Want)
	case *kind.MinItems:
		code, message = "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be %d or more in length.", k.Want)
	case *kind.Required:
		code, message = "BASE_TYPE_REQUIRED", "This field is required"

		leaf.InstanceLocation = append(slices.Clone(leaf.InstanceLocation), k.Missing[0])
	case *kind.Enum, *kind.Const:
		code, message = "BASE_TYPE_CHOICES", "Value is not one of the choices."
	case *kind.Format:
		if k.Want == "uri" {
			code, message = "URL_TYPE_INVALID_URL", "Not a well formed URL."
		}
	}

	var out any = newProblem(code, message)
	for _, at := range slices.Backward(leaf.InstanceLocation) {
		out = map[string]any{at: out}
	}

	return invalidForm(out.(map[string]any))
}

// deepestLeaf returns the most telling of several reasons: of the alternatives of a
// oneOf, the one that got furthest into the body.
func deepestLeaf(err error) *jsonschema.ValidationError {
	v, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return nil
	}

	best := (*jsonschema.ValidationError)(nil)

	var walk func(*jsonschema.ValidationError)

	walk = func(e *jsonschema.ValidationError) {
		for _, c := range likelyCauses(e) {
			walk(c)
		}

		if len(e.Causes) == 0 && (best == nil || weighCause(e) > weighCause(best)) {
			best = e
		}
	}
	walk(v)

	return best
}

// likelyCauses returns the causes that matter: of the alternatives of a oneOf, those of the
// body's own type.
func likelyCauses(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
	default:
		return e.Causes
	}

	var some []*jsonschema.ValidationError

	for _, c := range e.Causes {
		if !wrongType(c, len(e.InstanceLocation)) {
			some = append(some, c)
		}
	}

	if len(some) == 0 {
		return e.Causes
	}

	return some
}

// wrongType reports whether an alternative failed at its "type" field, or that it is
// not for an object at all.
func wrongType(e *jsonschema.ValidationError, depth int) bool {
	at := e.InstanceLocation
	switch e.ErrorKind.(type) {
	case *kind.Const, *kind.Enum:
		return len(at) == depth+1 && at[depth] == "type"
	case *kind.Type:
		return len(at) == depth
	}

	return slices.ContainsFunc(e.Causes, func(c *jsonschema.ValidationError) bool { return wrongType(c, depth) })
}

// weighCause prefers deep reasons, and among them those that are not about a type
// or a constant, by which an alternative is only told from the others.
func weighCause(e *jsonschema.ValidationError) int {
	n := 2 * len(e.InstanceLocation)
	switch e.ErrorKind.(type) {
	case *kind.Type, *kind.Const, *kind.Enum:
		return n - 3
	}

	return n
}

func deepestReason(err error) string {
	leaf := deepestLeaf(err)
	if leaf == nil {
		return err.Error()
	}

	return fmt.Sprintf("%s: %v", strings.Join(leaf.InstanceLocation, "."), leaf.ErrorKind)
}
