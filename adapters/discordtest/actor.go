package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Actor is a person in a place: what they do, the bot sees.
type Actor struct {
	*Person
	channel *Channel
}

// In puts a member into a channel of the server.
func (m Member) In(c *Channel) Actor { return Actor{m.Person, c} }

// Alone is the person in their direct messages with the bot.
func (p *Person) Alone() Actor { return Actor{p, p.Direct()} }

// Channel is where the person is.
func (a Actor) Channel() *Channel { return a.channel }

// Runs runs a slash command, with option names and values in turn, and waits for
// the answer: the text of the message that came, "" for none. A command that
// Discord's client would not let a person run panics.
func (a Actor) Runs(name string, options ...string) string {
	it := a.Starts(name, options...)
	return a.f.answerTo(it)
}

// Starts is Runs without waiting.
func (a Actor) Starts(name string, options ...string) *Act {
	f := a.f
	f.mu.Lock()

	data, err := f.commandData(a, strings.TrimPrefix(name, "/"), options)
	if err != nil {
		f.mu.Unlock()
		panic("discordtest: " + a.Name + " cannot run " + name + ": " + err.Error())
	}

	it, body := f.begin(a.Person, a.channel, kindCommand, data, nil)
	f.say0(a, it, name, options)
	f.mu.Unlock()
	f.gw.dispatch("INTERACTION_CREATE", body)

	return &Act{f, it}
}

// Act is something done whose answer is awaited elsewhere.
type Act struct {
	f  *Fake
	it *interaction
}

// Answer waits for the answer's text.
func (a *Act) Answer() string { return a.f.answerTo(a) }

// ID is the interaction's id.
func (a *Act) ID() string { return a.it.id }

// Body is what was dispatched.
func (a *Act) Body() map[string]any { return a.it.body }

// Deferred reports whether the first answer put the text off.
func (a *Act) Deferred() bool {
	a.f.mu.Lock()
	defer a.f.mu.Unlock()

	return a.it.acked == 5 || a.it.acked == 6
}

// Hidden reports whether only the person who asked sees the answer.
func (a *Act) Hidden() bool {
	a.f.mu.Lock()
	defer a.f.mu.Unlock()

	return a.it.original != nil && a.it.original.hidden != nil
}

// Twice counts further first answers, which Discord refuses with 40060.
func (a *Act) Twice() int {
	a.f.mu.Lock()
	defer a.f.mu.Unlock()

	return a.it.answers
}

// answerTo waits until an interaction has its text.
func (f *Fake) answerTo(a *Act) string {
	it := a.it
	f.await("an answer to "+fmt.Sprint(it.body["data"]), func() bool {
		switch it.acked {
		case 0:
			return false
		case 5:
			return !it.original.thinks || it.original.gone
		}

		return true
	})
	f.mu.Lock()
	defer f.mu.Unlock()

	if f.lastShown, f.form = it.shown(), it.form; f.lastShown == nil {
		return ""
	}

	return f.lastShown.text()
}

// shown is the message that an interaction was answered with, nil for none.
func (it *interaction) shown() *message {
	if it.original != nil && !it.original.gone && it.acked != 6 {
		return it.original
	}

	if len(it.followups) > 0 {
		return it.followups[0]
	}

	if it.acked == 6 && it.original != nil && !it.original.gone {
		return it.original
	}

	return nil
}

// Shown is the message that the last answer is, as Discord tells clients of it, and whether
// only the person who asked sees it; of a form, what it consists of.
func (f *Fake) Shown() (raw json.RawMessage, hidden bool) {
	f.mu.Lock()
	defer f.mu.Unlock()

	var shown any = f.form
	if f.lastShown != nil {
		shown, hidden = f.lastShown.json(), f.lastShown.hidden != nil
	}

	raw, err := json.Marshal(shown)
	if err != nil {
		panic(err)
	}

	return raw, hidden
}

// Presses presses the newest button with this label that the person sees, and
// waits for the answer.
func (a Actor) Presses(label string) string { return a.f.answerTo(a.StartsPress(label)) }

// StartsPress is Presses without waiting.
func (a Actor) StartsPress(label string) *Act {
	f := a.f
	f.mu.Lock()

	m, id := a.button(label)
	if m == nil {
		f.mu.Unlock()
		panic("discordtest: " + a.Name + " sees no button " + strconv.Quote(label) + "\n" + a.channel.Transcript())
	}

	it, body := f.begin(a.Person, a.channel, kindPress, map[string]any{"custom_id": id, "component_type": 2, "id": 2}, m)
	f.say1(a, it, label)
	f.mu.Unlock()
	f.gw.dispatch("INTERACTION_CREATE", body)

	return &Act{f, it}
}

// Button is a button below a message.
type Button struct {
	Label string
	id    string
	m     *message
}

// Buttons lists the buttons that the person sees in the channel, the newest message's
// last.
func (a Actor) Buttons() []Button {
	a.f.mu.Lock()
	defer a.f.mu.Unlock()

	var all []Button

	for _, m := range a.channel.messages {
		if m.gone || m.hidden != nil && m.hidden != a.Person {
			continue
		}

		for _, b := range m.buttons() {
			all = append(all, Button{b.label, b.id, m})
		}
	}

	return all
}

// PressesOn presses this very button and waits for the answer.
func (a Actor) PressesOn(b Button) string {
	a.f.mu.Lock()
	it, body := a.f.begin(a.Person, a.channel, kindPress, map[string]any{"custom_id": b.id, "component_type": 2, "id": 2}, b.m)
	a.f.say1(a, it, b.Label)
	a.f.mu.Unlock()
	a.f.gw.dispatch("INTERACTION_CREATE", body)

	return a.f.answerTo(&Act{a.f, it})
}

// Picks chooses a channel from the newest list of channels that the person sees, and
// waits for the answer.
func (a Actor) Picks(hint string, chosen *Channel) string {
	f := a.f
	f.mu.Lock()

	var it *interaction

	for _, m := range slices.Backward(a.channel.messages) {
		if m.gone || m.hidden != nil && m.hidden != a.Person || it != nil {
			continue
		}

		for _, l := range m.lists() {
			if l.label == hint {
				it, _ = f.begin(a.Person, a.channel, kindPress, map[string]any{
					"custom_id": l.id, "component_type": 8, "id": 2, "values": []any{chosen.ID},
					"resolved": map[string]any{"channels": map[string]any{chosen.ID: map[string]any{"id": chosen.ID, "name": chosen.Name, "type": chosen.kind}}},
				}, m)
			}
		}
	}

	if it == nil {
		f.mu.Unlock()
		panic("discordtest: " + a.Name + " sees no list " + strconv.Quote(hint) + "\n" + a.channel.Transcript())
	}

	f.say1(a, it, chosen.Name)
	f.mu.Unlock()
	f.gw.dispatch("INTERACTION_CREATE", it.body)

	return f.answerTo(&Act{f, it})
}

func (a Actor) button(label string) (*message, string) {
	for _, m := range slices.Backward(a.channel.messages) {
		if m.gone || (m.hidden != nil && m.hidden != a.Person) {
			continue
		}

		for _, b := range m.buttons() {
			if b.label == label {
				return m, b.id
			}
		}
	}

	return nil, ""
}

type buttonSeen struct{ label, id string }

func (m *message) buttons() []buttonSeen { return m.components(2, "label") }

// lists are the lists of channels below a message.
func (m *message) lists() []buttonSeen { return m.components(8, "placeholder") }

func (m *message) components(kind float64, label string) []buttonSeen {
	var out []buttonSeen

	for _, row := range listField(m.body, "components") {
		r, _ := row.(map[string]any)
		for _, one := range listField(r, "components") {
			b, _ := one.(map[string]any)
			if b["type"] == kind {
				out = append(out, buttonSeen{textField(b, label), textField(b, "custom_id")})
			}
		}
	}

	return out
}

// Types types into an option and returns the completions that are offered.
func (a Actor) Types(name, option, typed string) []Choice {
	return a.TypesWith(name, nil, option, typed)
}

// TypesWith is Types after other options were filled in.
func (a Actor) TypesWith(name string, filled map[string]string, option, typed string) []Choice {
	f := a.f
	f.mu.Lock()

	c := f.find(strings.TrimPrefix(name, "/"))
	if c == nil {
		f.mu.Unlock()
		panic("discordtest: there is no command " + name)
	}

	var options []any

	for _, o := range c.Options {
		if value, ok := filled[o.Name]; ok {
			options = append(options, map[string]any{"name": o.Name, "type": o.Type, "value": value})
		}
	}

	options = append(options, map[string]any{"name": option, "type": 3, "value": typed, "focused": true})
	data := map[string]any{"id": c.ID, "name": c.Name, "type": 1, "options": options}
	it, body := f.begin(a.Person, a.channel, kindComplete, data, nil)
	f.mu.Unlock()
	f.gw.dispatch("INTERACTION_CREATE", body)
	f.await("completions", func() bool { return it.acked != 0 })
	f.mu.Lock()
	defer f.mu.Unlock()

	return it.choices
}

// Says writes a message.
func (a Actor) Says(words string) { a.Sends(words) }

// Sends writes a message with files that were attached; the words may be empty then.
func (a Actor) Sends(words string, files ...string) { a.send(words, nil, files...) }

// Replies replies to the bot's newest message in the channel, which mentions the bot.
func (a Actor) Replies(words string) {
	a.f.mu.Lock()

	var to *message

	for _, m := range a.channel.messages {
		if m.mine() && !m.gone && m.hidden == nil {
			to = m
		}
	}
	a.f.mu.Unlock()

	if to == nil {
		panic("discordtest: there is nothing to reply to in " + a.channel.Name)
	}

	a.send(words, to)
}

func (a Actor) send(words string, to *message, files ...string) {
	f := a.f
	f.mu.Lock()
	m := f.put(a.channel, a.Person, map[string]any{"content": words})

	body, attachments := m.json(), []any{}
	for _, id := range files {
		attachments = append(attachments, f.files[id].json(f))
	}

	body["attachments"] = attachments

	if to != nil {
		body["type"], body["referenced_message"], body["mentions"] = 19, to.json(), []any{f.bot.json()}
	}

	intent := 1 << 12 // of direct messages

	if a.channel.server != nil {
		intent = 1 << 9
		body["guild_id"], body["member"] = a.channel.server.ID, map[string]any{"roles": []any{}}

		if to == nil { // without the privileged intent only what mentions the bot has a text
			body["content"], body["attachments"] = "", []any{}
		}
	}
	f.mu.Unlock()

	f.gw.mu.Lock()
	wanted := f.gw.intents&intent != 0
	f.gw.mu.Unlock()

	if !wanted {
		return
	}

	f.gw.dispatch("MESSAGE_CREATE", body)
}

func (f *Fake) find(name string) *command {
	for i := range f.commands {
		if f.commands[i].Name == name && f.commands[i].Type == 1 {
			return &f.commands[i]
		}
	}

	return nil
}

// commandData is what Discord's client would send.
func (f *Fake) commandData(a Actor, name string, options []string) (map[string]any, error) {
	name, sub, _ := strings.Cut(name, " ")

	c := f.find(name)
	if c == nil {
		return nil, fmt.Errorf("there is no such command")
	}

	if err := f.offered(a, c); err != nil {
		return nil, err
	}

	data := map[string]any{"id": c.ID, "name": c.Name, "type": 1}

	have := c.Options
	if sub != "" {
		for _, o := range c.Options {
			if o.Name == sub && o.Type == 1 {
				filled, resolved, err := f.fill(a, o.Options, options)
				if err != nil {
					return nil, err
				}

				data["options"] = []any{map[string]any{"name": sub, "type": 1, "options": filled}}
				if resolved != nil {
					data["resolved"] = resolved
				}

				return data, nil
			}
		}

		return nil, fmt.Errorf("there is no subcommand %s", sub)
	}

	if len(have) > 0 && have[0].Type == 1 {
		return nil, fmt.Errorf("it needs a subcommand")
	}

	filled, resolved, err := f.fill(a, have, options)
	if err != nil {
		return nil, err
	}

	if len(filled) > 0 {
		data["options"] = filled
	}

	if resolved != nil {
		data["resolved"] = resolved
	}

	return data, nil
}

// offered reports whether the client shows a command to a person in a place.
func (f *Fake) offered(a Actor, c *command) error {
	if c.Contexts != nil && !slices.Contains(*c.Contexts, a.channel.context()) {
		return fmt.Errorf("it is not offered here")
	}

	ofPerson := a.installed && c.Installs != nil && slices.Contains(*c.Installs, 1)
	if isAbsent := a.channel.foreign || a.channel.server != nil && a.channel.server.out; isAbsent && !ofPerson {
		return fmt.Errorf("the bot is not here")
	}

	if c.Rights != nil && a.channel.server != nil {
		need, _ := strconv.ParseUint(*c.Rights, 10, 64)
		if a.channel.rights(a.ID)&need != need || (need == 0 && a.channel.rights(a.ID) != all) {
			return fmt.Errorf("it is hidden from those who lack rights %s", *c.Rights)
		}
	}

	return nil
}

func (f *Fake) fill(a Actor, have []option, options []string) (filled []any, resolved map[string]any, err error) {
	given := map[string]bool{}

	for i := 0; i+1 < len(options); i += 2 {
		at := slices.IndexFunc(have, func(o option) bool { return o.Name == options[i] })
		if at < 0 {
			return nil, nil, fmt.Errorf("there is no option %s", options[i])
		}

		o, value := have[at], options[i+1]
		if len(o.Choices) > 0 && !slices.ContainsFunc(o.Choices, func(c choice) bool { return fmt.Sprint(c.Value) == value }) {
			return nil, nil, fmt.Errorf("%q is no choice of %s", value, o.Name)
		}

		if o.Type == 7 {
			ch := f.channels[value]
			if ch == nil || ch.server != a.channel.server || (len(o.ChannelTypes) > 0 && !slices.Contains(o.ChannelTypes, ch.kind)) {
				return nil, nil, fmt.Errorf("%q is no channel for %s", value, o.Name)
			}

			seen := map[string]any{"id": ch.ID, "name": ch.Name, "type": ch.kind, "permissions": bitString(ch.rights(a.ID))}
			if ch.parent != nil {
				seen["parent_id"] = ch.parent.ID
			}

			resolved = map[string]any{"channels": map[string]any{ch.ID: seen}}
		}

		if o.Type == 11 {
			file := f.files[value]
			if file == nil {
				return nil, nil, fmt.Errorf("%q is no file for %s", value, o.Name)
			}

			resolved = map[string]any{"attachments": map[string]any{value: file.json(f)}}
		}

		given[o.Name] = true
		filled = append(filled, map[string]any{"name": o.Name, "type": o.Type, "value": value})
	}

	for _, o := range have {
		if o.Required && !given[o.Name] {
			return nil, nil, fmt.Errorf("option %s is required", o.Name)
		}
	}

	return filled, resolved, nil
}

// Answered reports whether a first answer came.
func (a *Act) Answered() bool {
	a.f.mu.Lock()
	defer a.f.mu.Unlock()

	return a.it.acked != 0
}

// Form is the title, the label, the description and the hint of the form that is open, one
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
	f := a.f
	f.mu.Lock()

	if a.form == nil {
		f.mu.Unlock()
		panic("discordtest: " + a.Name + " has no form open")
	}

	open := a.form
	a.form = nil

	var filled []any

	for _, one := range listField(open.form, "components") {
		label, _ := one.(map[string]any)
		input, _ := label["component"].(map[string]any)
		filled = append(filled, map[string]any{"type": 18, "id": 1, "component": map[string]any{"type": 4, "id": 2, "custom_id": textField(input, "custom_id"), "value": words}})
	}

	it, body := f.begin(a.Person, a.channel, kindForm, map[string]any{"custom_id": textField(open.form, "custom_id"), "components": filled}, open.origin)
	f.say1(a, it, "form: "+words)
	f.mu.Unlock()
	f.gw.dispatch("INTERACTION_CREATE", body)

	return f.answerTo(&Act{f, it})
}

// RunsOn runs a command from the menu of the newest message in the channel whose text has
// some words, and waits for the answer.
func (a Actor) RunsOn(name, words string) string {
	f := a.f
	f.mu.Lock()

	var (
		on *message
		c  *command
	)

	for _, m := range a.channel.messages {
		if !m.gone && m.by == nil && strings.Contains(m.text(), words) {
			on = m
		}
	}

	for i := range f.commands {
		if f.commands[i].Name == name && f.commands[i].Type == 3 {
			c = &f.commands[i]
		}
	}

	if on == nil || c == nil || f.offered(a, c) != nil {
		f.mu.Unlock()
		panic("discordtest: " + a.Name + " cannot run " + name + " on a message with " + words)
	}

	data := map[string]any{"id": c.ID, "name": c.Name, "type": 3, "target_id": on.id, "resolved": map[string]any{"messages": map[string]any{on.id: on.json()}}}
	it, body := f.begin(a.Person, a.channel, kindCommand, data, nil)
	f.say1(a, it, name+": "+words)
	f.mu.Unlock()
	f.gw.dispatch("INTERACTION_CREATE", body)

	return f.answerTo(&Act{f, it})
}

// Selects picks from the newest menu with this hint: choices by their labels, roles by their
// ids. It waits for the answer.
func (a Actor) Selects(hint string, picked ...string) string {
	f := a.f
	f.mu.Lock()

	m, menu := a.menu(hint)
	if m == nil {
		f.mu.Unlock()
		panic("discordtest: " + a.Name + " sees no menu " + strconv.Quote(hint) + "\n" + a.channel.Transcript())
	}

	values := []any{}

	for _, want := range picked {
		value := want

		for _, one := range listField(menu, "options") {
			if o, _ := one.(map[string]any); textField(o, "label") == want {
				value = textField(o, "value")
			}
		}

		values = append(values, value)
	}

	it, body := f.begin(a.Person, a.channel, kindPress, map[string]any{"custom_id": textField(menu, "custom_id"), "component_type": menu["type"], "id": 2, "values": values}, m)
	f.say1(a, it, hint+": "+strings.Join(picked, ", "))
	f.mu.Unlock()
	f.gw.dispatch("INTERACTION_CREATE", body)

	return f.answerTo(&Act{f, it})
}

func (a Actor) menu(hint string) (*message, map[string]any) {
	for _, m := range slices.Backward(a.channel.messages) {
		if m.gone || (m.hidden != nil && m.hidden != a.Person) {
			continue
		}

		for _, row := range listField(m.body, "components") {
			r, _ := row.(map[string]any)
			for _, one := range listField(r, "components") {
				if b, _ := one.(map[string]any); textField(b, "placeholder") == hint {
					return m, b
				}
			}
		}
	}

	return nil, nil
}

// Gets gives the person a role.
func (m Member) Gets(role string) {
	m.f.mu.Lock()
	defer m.f.mu.Unlock()

	if one := m.server.members[m.ID]; one != nil {
		one.roles = append(one.roles, role)
	}
}
