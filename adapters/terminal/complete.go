package terminal

import (
	"slices"
	"strings"

	"newsbell/adapters"
)

// completer completes what is being typed with Tab: commands, the ways to use
// them, options and their values.
type completer struct {
	commands []adapters.Command
	values   func(*adapters.Request) []adapters.Choice // of an option being typed
}

// candidate is what the word being typed may become.
type candidate struct {
	text  string // the whole word
	shown string // with an explanation
	open  bool   // more of the word follows: no blank after it
}

// complete returns the line with the word before pos completed as far as it is
// clear, and, if that adds nothing, what the word may become.
func (c completer) complete(line string, pos int) (newLine string, newPos int, offered []string) {
	head, tail := line[:pos], line[pos:]
	word := head[strings.LastIndexByte(head, ' ')+1:]
	found := c.candidates(head, word)

	var matching []candidate

	for _, f := range found {
		if strings.HasPrefix(strings.ToLower(f.text), strings.ToLower(word)) {
			matching = append(matching, f)
		}
	}

	switch len(matching) {
	case 0:
		return line, pos, shownOf(found)
	case 1:
		word := matching[0].text
		if !matching[0].open && !strings.HasPrefix(tail, " ") {
			word += " "
		}

		head = head[:strings.LastIndexByte(head, ' ')+1] + word

		return head + tail, len(head), nil
	}

	common := commonPrefix(matching)
	if len(common) <= len(word) {
		return line, pos, shownOf(matching)
	}

	head = head[:strings.LastIndexByte(head, ' ')+1] + common

	return head + tail, len(head), nil
}

func shownOf(all []candidate) []string {
	shown := make([]string, len(all))
	for i, c := range all {
		shown[i] = indent + stripControls(c.shown)
	}

	return shown
}

// commonPrefix returns what all candidates begin with, ignoring case.
func commonPrefix(all []candidate) string {
	common := []rune(all[0].text)

	for _, c := range all[1:] {
		for n := range common {
			if !strings.HasPrefix(strings.ToLower(c.text), strings.ToLower(string(common[:n+1]))) {
				common = common[:n]
				break
			}
		}
	}

	return string(common)
}

// candidates returns what may stand in place of the last word of head.
func (c completer) candidates(head, word string) []candidate {
	if !strings.HasPrefix(head, "/") {
		return nil
	}

	name, rest, typed := strings.Cut(head[1:], " ")
	if !typed {
		return c.commandNames(word)
	}

	command, ok := findCommand(c.commands, name)
	if !ok {
		return nil
	}

	if len(command.Subcommands) > 0 {
		sub, after, chosen := strings.Cut(strings.TrimLeft(rest, " "), " ")
		if !chosen {
			return subcommandNames(command.Subcommands)
		}

		if command, ok = findCommand(command.Subcommands, sub); !ok {
			return nil
		}

		rest = after
	}

	return c.options(name, command, strings.TrimLeft(rest, " "), word)
}

// commandNames returns the commands that begin with the word, or else the aliases.
func (c completer) commandNames(word string) []candidate {
	var names, aliases []candidate

	add := func(to []candidate, name, summary string) []candidate {
		if !strings.HasPrefix("/"+name, strings.ToLower(word)) {
			return to
		}

		return append(to, candidate{text: "/" + name, shown: "/" + name + "  " + summary})
	}

	for _, command := range c.commands {
		names = add(names, command.Name, command.Summary)
		for _, alias := range command.Aliases {
			aliases = add(aliases, alias, command.Summary)
		}
	}

	if len(names) == 0 {
		return aliases
	}

	return names
}

func subcommandNames(commands []adapters.Command) []candidate {
	names := make([]candidate, len(commands))
	for i, c := range commands {
		names[i] = candidate{text: c.Name, shown: c.Name + "  " + c.Summary}
	}

	return names
}

func findCommand(commands []adapters.Command, name string) (adapters.Command, bool) {
	name = strings.ToLower(name)
	for _, c := range commands {
		if c.Name == name || slices.Contains(c.Aliases, name) {
			return c, true
		}
	}

	return adapters.Command{}, false
}

// options returns the values of the option being typed, or the options that may
// be. The first option of a command is what follows it; others are written
// "name:value". Options that name another chat or a role are left out, since a
// terminal has neither.
func (c completer) options(name string, command adapters.Command, rest, word string) []candidate {
	var all []candidate

	for i, o := range command.Options {
		if o.Kind != adapters.TextOption {
			continue
		}

		prefix := o.Name + ":"
		typed, keyed := strings.CutPrefix(strings.ToLower(word), prefix)

		switch {
		case i == 0 && rest == word:
			all = append(all, c.optionValues(name, o, "", word)...)
		case keyed:
			return c.optionValues(name, o, prefix, typed)
		case i > 0:
			all = append(all, candidate{text: prefix, shown: prefix + "  " + o.Summary, open: true})
		}
	}

	return all
}

// optionValues returns the values that an option may have, each with the prefix
// that the option is written with.
func (c completer) optionValues(command string, o adapters.Option, prefix, typed string) []candidate {
	choices := o.Choices

	if o.Complete {
		choices = c.values(&adapters.Request{
			Kind: adapters.CompleteRequest, Chat: ChatInfo(), User: adapters.User{ID: User, Name: "operator"},
			Command: command, Options: map[string]string{o.Name: typed}, Focus: o.Name, Rights: &adapters.Rights{Manage: true},
		})
	}

	all := make([]candidate, len(choices))
	for i, choice := range choices {
		all[i] = candidate{text: prefix + choice.Value, shown: choice.Label}
	}

	return all
}
