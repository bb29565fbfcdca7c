package discordtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Actor is a person in a channel: what they do, the bot sees.
type Actor struct {
	*Person
	channel *Channel
}

// In puts a member into a channel of the server.
func (m Member) In(c *Channel) Actor { return Actor{m.Person, c} }

// Alone returns the person in their direct messages with the bot.
func (p *Person) Alone() Actor { return Actor{p, p.Direct()} }

// Channel returns where the person is.
func (a Actor) Channel() *Channel { return a.channel }

// Runs runs a slash command, with option names and values in turn, and waits for
// the answer: the text of the message that came, "" for none. A command that
// Discord's client would not let a person run panics.
func (a Actor) Runs(name string, options ...string) string {
	return a.Starts(name, options...).Answer()
}

// Starts is Runs without waiting.
func (a Actor) Starts(name string, options ...string) *Act {
	return a.do(func() (deed, error) {
		data, err := a.f.commandData(a, strings.TrimPrefix(name, "/"), options)
		if err != nil {
			return deed{}, fmt.Errorf("cannot run %s: %w", name, err)
		}

		return deed{kind: kindCommand, data: data, line: commandLine(name, options)}, nil
	})
}

// deed is what a person does with the bot.
type deed struct {
	kind   int // of the interaction
	data   map[string]any
	origin *message // that it is done with, nil: none
	line   string   // of the transcript; "": it leaves no trace there
}

// do has the person do what prepare returns, which is called with mu held; that they cannot do it
// is an error, and panics.
func (a Actor) do(prepare func() (deed, error)) *Act {
	it, body := a.begin(prepare)
	a.f.gw.dispatch("INTERACTION_CREATE", body)

	return &Act{a.f, it}
}

// begin notes what the person does, and returns what is dispatched of it.
func (a Actor) begin(prepare func() (deed, error)) (*interaction, map[string]any) {
	a.f.mu.Lock()
	defer a.f.mu.Unlock()

	d, err := prepare()
	if err != nil {
		panic("discordtest: " + a.Name + " " + err.Error() + "\n" + a.channel.transcript())
	}

	it, body := a.f.begin(a.Person, a.channel, d.kind, d.data, d.origin)
	if d.line != "" {
		a.channel.messages = append(a.channel.messages, &message{id: it.id, channel: a.channel, author: a.Person, body: map[string]any{"content": d.line}, at: it.at, by: it})
	}

	return it, body
}

// Act is something done whose answer is awaited elsewhere.
type Act struct {
	f  *Fake
	it *interaction
}

// ID returns the interaction's id.
func (a *Act) ID() string { return a.it.id }

// Body returns what was dispatched.
func (a *Act) Body() map[string]any { return a.it.body }

// Deferred reports whether the first answer put the text off.
func (a *Act) Deferred() bool {
	a.f.mu.Lock()
	defer a.f.mu.Unlock()

	return a.it.acked == answerLater || a.it.acked == editLater
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

// Answer waits until the interaction has its text, and returns that.
func (a *Act) Answer() string {
	f, it := a.f, a.it

	f.await("an answer to "+fmt.Sprint(it.body["data"]), func() bool {
		if it.acked == answerLater {
			return !it.original.thinks || it.original.gone
		}

		return a.isAnswered()
	})
	f.mu.Lock()
	defer f.mu.Unlock()

	if f.lastShown, f.form = it.shown(), it.form; f.lastShown == nil {
		return ""
	}

	return f.lastShown.text()
}

// shown returns the message that an interaction was answered with, nil for none.
func (it *interaction) shown() *message {
	if it.original != nil && !it.original.gone && it.acked != editLater {
		return it.original
	}

	if len(it.followups) > 0 {
		return it.followups[0]
	}

	if it.acked == editLater && it.original != nil && !it.original.gone {
		return it.original
	}

	return nil
}

// Shown returns the message that the last answer is, as Discord tells clients of it, and whether
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

// Types types into an option and returns the completions that are offered.
func (a Actor) Types(name, option, typed string) []Choice {
	return a.TypesWith(name, nil, option, typed)
}

// TypesWith is Types after other options were filled in.
func (a Actor) TypesWith(name string, filled map[string]string, option, typed string) []Choice {
	act := a.do(func() (deed, error) {
		c := a.f.find(strings.TrimPrefix(name, "/"), 1)
		if c == nil {
			return deed{}, fmt.Errorf("finds no command %s", name)
		}

		var options []any

		for _, o := range c.Options {
			if value, ok := filled[o.Name]; ok {
				options = append(options, map[string]any{"name": o.Name, "type": o.Type, "value": value})
			}
		}

		options = append(options, map[string]any{"name": option, "type": 3, "value": typed, "focused": true})

		return deed{kind: kindComplete, data: map[string]any{"id": c.ID, "name": c.Name, "type": 1, "options": options}}, nil
	})

	a.f.await("completions", act.isAnswered)
	a.f.mu.Lock()
	defer a.f.mu.Unlock()

	return act.it.choices
}

// Says writes a message.
func (a Actor) Says(words string) { a.Sends(words) }

// Sends writes a message with files that were attached; the words may be empty then.
func (a Actor) Sends(words string, files ...string) { a.send(words, nil, files...) }

// Replies replies to the bot's newest message in the channel, which mentions the bot.
func (a Actor) Replies(words string) {
	a.f.mu.Lock()

	shown := keep(a.channel.mine(), func(m *message) bool { return m.hidden == nil })
	a.f.mu.Unlock()

	if len(shown) == 0 {
		panic("discordtest: there is nothing to reply to in " + a.channel.Name)
	}

	a.send(words, shown[len(shown)-1])
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

// find returns a registered command of a type, nil for none.
func (f *Fake) find(name string, kind int) *command {
	for i := range f.commands {
		if f.commands[i].Name == name && f.commands[i].Type == kind {
			return &f.commands[i]
		}
	}

	return nil
}

// commandData returns what Discord's client would send.
func (f *Fake) commandData(a Actor, name string, options []string) (map[string]any, error) {
	name, sub, _ := strings.Cut(name, " ")

	c := f.find(name, 1)
	if c == nil {
		return nil, errors.New("there is no such command")
	}

	if err := f.offered(a, c); err != nil {
		return nil, err
	}

	isWay := len(c.Options) > 0 && c.Options[0].Type == 1
	have := c.Options

	if at := slices.IndexFunc(have, func(o option) bool { return o.Name == sub && o.Type == 1 }); at >= 0 {
		have = have[at].Options
	} else if isWay || sub != "" {
		return nil, fmt.Errorf("there is no subcommand %q", sub)
	}

	filled, resolved, err := f.fill(a, have, options)
	if err != nil {
		return nil, err
	}

	if isWay {
		filled = []any{map[string]any{"name": sub, "type": 1, "options": filled}}
	}

	data := map[string]any{"id": c.ID, "name": c.Name, "type": 1}
	if len(filled) > 0 {
		data["options"] = filled
	}

	if resolved != nil {
		data["resolved"] = resolved
	}

	return data, nil
}

// offered returns why the client does not show a command to a person in a channel; nil: it does.
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

// fill puts the values of options into what the client sends.
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

	return a.isAnswered()
}

// isAnswered is Answered with mu held.
func (a *Act) isAnswered() bool { return a.it.acked != 0 }

// RunsOn runs a command from the menu of the newest message in the channel whose text has
// some words, and waits for the answer.
func (a Actor) RunsOn(name, words string) string {
	return a.do(func() (deed, error) {
		var on *message

		for _, m := range a.channel.messages {
			if !m.gone && m.by == nil && strings.Contains(m.text(), words) {
				on = m
			}
		}

		c := a.f.find(name, 3)
		if on == nil || c == nil || a.f.offered(a, c) != nil {
			return deed{}, fmt.Errorf("cannot run %s on a message with %s", name, words)
		}

		return deed{
			kind: kindCommand, line: "[" + name + ": " + words + "]",
			data: map[string]any{"id": c.ID, "name": c.Name, "type": 3, "target_id": on.id, "resolved": map[string]any{"messages": map[string]any{on.id: on.json()}}},
		}, nil
	}).Answer()
}

// Gets gives the person a role.
func (m Member) Gets(role string) {
	m.f.mu.Lock()
	defer m.f.mu.Unlock()

	if one := m.server.members[m.ID]; one != nil {
		one.roles = append(one.roles, role)
	}
}
