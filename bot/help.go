package bot

import (
	"context"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
)

// showHelp shows the overview of commands, how to write queries, or the help of one command.
func (b *Bot) showHelp(_ context.Context, t *turn.Turn) (*adapters.Message, error) {
	name := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(t.Text), "/"))
	if topic := topicInEnglish(t, b, name); topic != "" {
		name = topic
	}

	operates := t.IsPrivate() && b.IsOperator(t)

	switch name {
	case "", "all":
		m := b.overview(t)
		if name == "all" {
			m = b.allCommands(t)
		}

		if operates {
			m.Text = append(append(m.Text, adapters.Line{}), t.Lines("operator.help")...)
		}

		return m, nil
	case "queries", "query":
		return &adapters.Message{Text: helpQueries(t.Words)}, nil
	}

	row := b.commands[name]
	if row != nil && row.operators && !row.hidden && operates {
		return &adapters.Message{Text: t.Lines("operator.help")}, nil
	}

	if row == nil || row.operators || row.hidden {
		m := b.overview(t)
		m.Text = append(adapters.Text{t.Line("error.unknown_command", "name", name), {}}, m.Text...)

		return m, nil
	}

	m := commandHelp(t.Words, row, t.Request.Options != nil)
	if row.Name == "subscribe" && b.Writer.Works() {
		command, what, _ := strings.Cut(t.Say("help.only"), " – ")
		if t.Request.Options != nil {
			command = input.AsSlashCommand(row.Command, command)
		} else {
			command = input.OptionsInWords(command, t.Code())
		}

		last := 1 + strings.Count(t.Say("usage.subscribe"), "\n")
		m.Text = slices.Insert(m.Text, last, adapters.Line{adapters.Code(command), adapters.Plain(" – " + what)})
	}

	return m, nil
}

// helpQueries explains how a query is written.
func helpQueries(w wording.Words) adapters.Text {
	text := adapters.Text{{adapters.Bold(w.Say("help.queries_head"))}}

	for line := range strings.SplitSeq(w.Say("help.queries"), "\n") {
		example, what, _ := strings.Cut(line, " – ")
		text = append(text, adapters.Line{adapters.Code(example), adapters.Plain(" – " + what)})
	}

	return append(text, w.Line("help.queries_foot"))
}

// topicInEnglish is what help calls a topic: the command that is called so in the chat's language
// ("abonnieren"), that explains an option ("when") or a setting ("time zone", "Zeitzone"), or
// "queries"; "" where a command is called so in English, or nothing is known of it.
func topicInEnglish(t *turn.Turn, b *Bot, topic string) string {
	if b.commands[topic] != nil {
		return ""
	}

	if command := b.commandNamed(t, topic); command != "" {
		return command
	}

	word, _ := input.CutWord(strings.TrimSuffix(topic, ":"))
	setting, _ := input.CutKey(topic, t.Code())

	switch {
	case input.MeansAll(topic, t.Code()):
		return "all"
	case input.OptionNamed(word, t.Code()) != "":
		return "subscribe"
	case setting != "":
		return "settings"
	case input.ValueInEnglish(topic, t.Code()) == "queries":
		return "queries"
	default:
		return ""
	}
}

// groupsOfHelp are the commands before which the list of all has a blank line: to follow, to read, to
// hold alerts, to set up, to find out, and what concerns the person.
func groupsOfHelp() []string {
	return []string{"subscribe", "preview", "pause", "sources", "status", "privacy"}
}

// firstCommands are those that everybody needs: the overview says what they do, and only names the others.
func firstCommands() []string { return []string{"subscribe", "list", "news", "pause", "settings"} }

// overview is the commands of a platform, a few of them with what they do: all of that is no answer for whoever
// only looks what to do next.
func (b *Bot) overview(t *turn.Turn) *adapters.Message {
	m := t.Message("help.head")
	m.Text = append(m.Text, nil)

	var others []string

	for _, r := range b.helpedCommands(t) {
		if slices.Contains(firstCommands(), r.Name) {
			m.Text = append(m.Text, helpLine(r))
		} else {
			others = append(others, "/"+r.Name)
		}
	}

	m.Text = append(m.Text, nil, t.Line("help.others", "commands", strings.Join(others, " ")), nil, t.Line("help.foot"))
	m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.all_commands"), "help", "all")}}

	return m
}

// allCommands is every command of a platform with what it does.
func (b *Bot) allCommands(t *turn.Turn) *adapters.Message {
	m := t.Message("help.head")
	m.Replace = t.Request.Kind == adapters.PressRequest

	for _, r := range b.helpedCommands(t) {
		if slices.Contains(groupsOfHelp(), r.Name) {
			m.Text = append(m.Text, nil)
		}

		m.Text = append(m.Text, helpLine(r))
	}

	m.Text = append(m.Text, nil, t.Line("help.foot"))

	return m
}

// helpedCommands are the commands of a platform that the overview has.
func (b *Bot) helpedCommands(t *turn.Turn) []commandSpec {
	return slices.DeleteFunc(b.ownCommands(t.Words), func(r commandSpec) bool {
		return r.Name == "help" || r.Name == "start" || r.Name == "cancel" || r.Only != "" && r.Only != t.Request.Chat.Platform
	})
}

// helpLine is a command with what it does.
func helpLine(r commandSpec) adapters.Line {
	return adapters.Line{adapters.Bold("/" + r.Name), adapters.Plain(" " + r.Summary)}
}

// commandHelp explains one command; with slash as one fills it in where options have
// names.
func commandHelp(w wording.Words, r *commandSpec, slash bool) *adapters.Message {
	m := &adapters.Message{Text: adapters.Text{{adapters.Bold("/" + r.Name), adapters.Plain(" – " + w.Say("command."+r.Name))}}}
	for line := range strings.SplitSeq(w.Say("usage."+r.Name), "\n") {
		command, what, _ := strings.Cut(line, " – ")
		if slash {
			command = input.AsSlashCommand(r.Command, command)
		} else {
			command = input.OptionsInWords(command, w.Code())
		}

		l := adapters.Line{adapters.Code(command)}
		if what != "" {
			l = append(l, adapters.Plain(" – "+what))
		}

		m.Text = append(m.Text, l)
	}

	if more := "more." + r.Name; w.Has(more) {
		m.Text = append(m.Text, w.Line(more))
	}

	if len(r.Aliases) > 0 && !slash {
		m.Text = append(m.Text, w.Line("help.aliases", "names", "/"+strings.Join(r.Aliases, ", /")))
	}

	return m
}
