package discordtest

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Check reports whether Discord would take a body of a request, by its schema and by
// the rules that the schema does not say; also a field that does not exist is an
// error here. op is as in the documentation: "POST
// /channels/{channel_id}/messages".
func Check(op string, body []byte) error {
	v := newValidator()
	if v.strict[op] == nil {
		return fmt.Errorf("no such request: %s", op)
	}

	f := &Fake{}
	c := &call{f: f, raw: body}

	var parsed any
	if err := json.Unmarshal(body, &parsed); err != nil {
		return err
	}

	c.body, _ = parsed.(map[string]any)

	c.list, _ = parsed.([]any)
	if err := v.check(op, c); err != nil {
		return refusalError(err)
	}

	if len(f.complaints) > 0 {
		return errors.New(f.complaints[0])
	}

	if op == "POST /channels/{channel_id}/messages" {
		if err := refuseEmpty(c.body, 0); err != nil {
			return refusalError(err)
		}
	}

	if op == "PUT /applications/{application_id}/commands" {
		var all []command
		if err := json.Unmarshal(body, &all); err != nil {
			return err
		}

		if err := commandRules(all); err != nil {
			return refusalError(err)
		}
	}

	return nil
}

func refusalError(r *refusal) error {
	where, _ := json.Marshal(r.errors)
	return fmt.Errorf("%d %s %s", r.code, r.text, where)
}
