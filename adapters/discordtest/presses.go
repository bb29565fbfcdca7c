package discordtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Presses presses the newest button with this label that the person sees, and
// waits for the answer.
func (a Actor) Presses(label string) string { return a.StartsPress(label).Answer() }

// StartsPress is Presses without waiting.
func (a Actor) StartsPress(label string) *Act {
	return a.do(func() (deed, error) {
		m, c := a.newest(componentButton, "label", label)
		if m == nil {
			return deed{}, fmt.Errorf("sees no button %q", label)
		}

		return pressOn(m, c, label, nil), nil
	})
}

// pressOn returns the use of a component below a message; values are what was picked there.
func pressOn(m *message, component map[string]any, line string, values []any) deed {
	data := map[string]any{"custom_id": textField(component, "custom_id"), "component_type": component["type"], "id": 2}
	if values != nil {
		data["values"] = values
	}

	return deed{kind: kindPress, data: data, origin: m, line: "[" + line + "]"}
}

// Button is a button below a message.
type Button struct {
	Label     string
	component map[string]any
	m         *message
}

// Buttons lists the buttons that the person sees in the channel, the newest message's
// last.
func (a Actor) Buttons() []Button {
	a.f.mu.Lock()
	defer a.f.mu.Unlock()

	var all []Button

	for _, m := range a.channel.messages {
		if !m.isSeenBy(a.Person) {
			continue
		}

		for _, c := range m.components() {
			if c["type"] == componentButton {
				all = append(all, Button{textField(c, "label"), c, m})
			}
		}
	}

	return all
}

// PressesOn presses this very button and waits for the answer.
func (a Actor) PressesOn(b Button) string {
	return a.do(func() (deed, error) { return pressOn(b.m, b.component, b.Label, nil), nil }).Answer()
}

// Picks chooses a channel from the newest list of channels that the person sees, and
// waits for the answer.
func (a Actor) Picks(hint string, chosen *Channel) string {
	return a.do(func() (deed, error) {
		m, list := a.newest(componentChannels, "placeholder", hint)
		if m == nil {
			return deed{}, fmt.Errorf("sees no list %q", hint)
		}

		d := pressOn(m, list, chosen.Name, []any{chosen.ID})
		d.data["resolved"] = map[string]any{"channels": map[string]any{chosen.ID: map[string]any{"id": chosen.ID, "name": chosen.Name, "type": chosen.kind}}}

		return d, nil
	}).Answer()
}

// Selects picks from the newest menu with this hint: choices by their labels, roles by their
// ids. It waits for the answer.
func (a Actor) Selects(hint string, picked ...string) string {
	return a.do(func() (deed, error) {
		m, menu := a.newest(anyComponent, "placeholder", hint)
		if m == nil {
			return deed{}, fmt.Errorf("sees no menu %q", hint)
		}

		values := []any{}
		for _, want := range picked {
			values = append(values, valueOf(menu, want))
		}

		return pressOn(m, menu, hint+": "+strings.Join(picked, ", "), values), nil
	}).Answer()
}

// valueOf returns the value of a menu's choice with this label; without one, the label is the value.
func valueOf(menu map[string]any, label string) string {
	for _, one := range listField(menu, "options") {
		if o, _ := one.(map[string]any); textField(o, "label") == label {
			return textField(o, "value")
		}
	}

	return label
}

// Types of components. Source: "Component Reference" in Discord's documentation.
const (
	anyComponent      = 0.0
	componentButton   = 2.0
	componentInput    = 4.0
	componentChannels = 8.0
	componentLabel    = 18.0
)

// newest finds a component of a type in the newest message that the person sees it in, by a field;
// nil for none.
func (a Actor) newest(kind float64, field, value string) (*message, map[string]any) {
	for _, m := range slices.Backward(a.channel.messages) {
		if !m.isSeenBy(a.Person) {
			continue
		}

		for _, c := range m.components() {
			if (kind == anyComponent || c["type"] == kind) && textField(c, field) == value {
				return m, c
			}
		}
	}

	return nil, nil
}

// isSeenBy reports whether a message is in a channel for a person who reads there.
func (m *message) isSeenBy(p *Person) bool { return !m.gone && (m.hidden == nil || m.hidden == p) }

// components returns those in the rows below a message.
func (m *message) components() (all []map[string]any) {
	for _, row := range listField(m.body, "components") {
		r, _ := row.(map[string]any)
		for _, one := range listField(r, "components") {
			if c, ok := one.(map[string]any); ok {
				all = append(all, c)
			}
		}
	}

	return all
}

// Form returns the title, the label, the description and the hint of the form that is open, one
// a line; "" if none is.
func (a Actor) Form() string {
	a.f.mu.Lock()
	defer a.f.mu.Unlock()

	if a.form == nil {
		return ""
	}

	lines := []string{textField(a.form.form, "title")}

	for _, one := range listField(a.form.form, "components") {
		label, _ := one.(map[string]any)
		input, _ := label["component"].(map[string]any)
		lines = append(lines, textField(label, "label"), textField(label, "description"), textField(input, "placeholder"))
	}

	return strings.Join(lines, "\n")
}

// Fills writes a text into the form that is open, sends it and waits for the answer.
func (a Actor) Fills(words string) string {
	return a.do(func() (deed, error) {
		open := a.form
		if open == nil {
			return deed{}, errors.New("has no form open")
		}

		a.form = nil

		var filled []any

		for _, one := range listField(open.form, "components") {
			label, _ := one.(map[string]any)
			input, _ := label["component"].(map[string]any)
			filled = append(filled, map[string]any{
				"type": componentLabel, "id": 1, "component": map[string]any{"type": componentInput, "id": 2, "custom_id": textField(input, "custom_id"), "value": words},
			})
		}

		data := map[string]any{"custom_id": textField(open.form, "custom_id"), "components": filled}

		return deed{kind: kindForm, data: data, origin: open.origin, line: "[form: " + words + "]"}, nil
	}).Answer()
}
