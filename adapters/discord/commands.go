package discord

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/gateway"
	"newsbell/adapters/discord/markdown"
)

// A slash command on the wire. discordgo's type sends nulls and empty lists that
// Discord does not want beside each other.
type slashCommand struct {
	ID           string            `json:"id,omitempty"` // as Discord gives it
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Type         int               `json:"type"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Options      []slashOption     `json:"options"`
	// Installs is who may add it: a server, or a person for themselves.
	Installs []int `json:"integration_types,omitempty"`
	// Rights hide the command from those who lack them; "null" is for all.
	Rights   *string `json:"default_member_permissions"`
	Contexts []int   `json:"contexts,omitempty"`
}

type slashOption struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Required     bool              `json:"required,omitempty"`
	Choices      []slashChoice     `json:"choices,omitempty"`
	Autocomplete bool              `json:"autocomplete,omitempty"`
	ChannelTypes []int             `json:"channel_types,omitempty"`
	Options      []slashOption     `json:"options,omitempty"`
}

type slashChoice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Types of options and contexts. Source: "Application Command Option Type",
// "Interaction Context Types".
const (
	optionText    = 3
	optionChannel = 7
	optionRole    = 8
	optionFile    = 11

	contextServer    = 0
	contextDirect    = 1
	contextElsewhere = 2 // messages between other people

	chatInput = 1
	onMessage = 3

	installServer = 0
	installPerson = 1
)

// Counts. Source: "Application Commands".
const (
	maxCommands    = 100
	maxOptions     = 25
	maxDescribed   = 100
	maxCommandName = 32
	registerTries  = 6
	registerPause  = 2 * time.Second
	registerLonger = time.Minute
)

// slashCommands makes Discord's commands from the command table.
func slashCommands(table []adapters.Command) []slashCommand {
	out := []slashCommand{}
	for _, c := range table {
		if !slashName(c.Name) || len(out) == maxCommands {
			continue
		}

		s := slashCommand{
			Name: c.Name, Type: chatInput, Description: describeOption(c.Summary, c.Name),
			Options: slashOptions(c), Contexts: []int{contextServer, contextDirect, contextElsewhere}, Installs: []int{installServer, installPerson},
		}
		if c.Manage {
			need := strconv.Itoa(canManageServer)
			s.Rights = &need
		}

		out = append(out, s)
	}

	return out
}

// maxOnMessages is how many commands stand in the menu of a message at most.
const maxOnMessages = 5

// messageCommands makes the commands in the menu of a message. They have no description,
// and people read their names as they are.
func messageCommands(table []adapters.Command) []slashCommand {
	out := []slashCommand{}
	for _, c := range table[:min(len(table), maxOnMessages)] {
		out = append(out, slashCommand{
			Name: markdown.Truncate(c.Shown, maxCommandName), Type: onMessage, Options: []slashOption{},
			Contexts: []int{contextServer, contextDirect, contextElsewhere}, Installs: []int{installServer, installPerson},
		})
	}

	return out
}

// localizeMessageCommands gives them their names in other languages.
func localizeMessageCommands(all []slashCommand, table []adapters.Command, languages []adapters.Localization) []slashCommand {
	for _, l := range languages {
		for _, c := range l.OnMessages {
			at := slices.IndexFunc(table, func(known adapters.Command) bool { return known.Name == c.Name })
			if at < 0 || at >= len(all) {
				continue
			}

			for _, locale := range localesOf(l.Language) {
				setKey(&all[at].Names, locale, markdown.Truncate(c.Shown, maxCommandName))
			}
		}
	}

	return all
}

// tableName returns the name in the command table of a command in the menu of a message.
func (a *Adapter) tableName(shown string) string {
	for _, c := range a.config.OnMessages {
		if markdown.Truncate(c.Shown, maxCommandName) == shown {
			return c.Name
		}
	}

	return ""
}

// serverCommands leaves out what needs that people can add the bot for themselves, which
// its application may not allow.
func serverCommands(all []slashCommand) []slashCommand {
	out := slices.Clone(all)
	for i := range out {
		out[i].Installs, out[i].Contexts = nil, []int{contextServer, contextDirect}
	}

	return out
}

func slashOptions(c adapters.Command) []slashOption {
	out := []slashOption{}
	for _, sub := range c.Subcommands {
		if slashName(sub.Name) && len(out) < maxOptions {
			out = append(out, slashOption{Type: subcommand, Name: sub.Name, Description: describeOption(sub.Summary, sub.Name), Options: slashOptions(sub)})
		}
	}

	if len(out) > 0 {
		return out
	}
	// Discord wants the required ones first.
	for _, required := range []bool{true, false} {
		for _, o := range c.Options {
			if o.Required == required && slashName(o.Name) && len(out) < maxOptions {
				out = append(out, oneOption(o))
			}
		}
	}

	return out
}

func oneOption(o adapters.Option) slashOption {
	s := slashOption{Type: optionText, Name: o.Name, Description: describeOption(o.Summary, o.Name), Required: o.Required}
	switch o.Kind {
	case adapters.ChannelOption:
		s.Type = optionChannel
		// A media channel can be named by its id, but Discord takes no 16 here.
		s.ChannelTypes = []int{typeText, typeVoice, typeAnnouncement, typeNewsThread, typeThread, typePrivate, typeStage, typeForum}

		return s
	case adapters.RoleOption:
		s.Type = optionRole
		return s
	case adapters.FileOption:
		s.Type = optionFile
		return s
	}

	for _, c := range o.Choices {
		label := markdown.Truncate(markdown.OneLine(c.Label), maxChoice)
		if label != "" && markdown.Len(c.Value) <= maxChoice && len(s.Choices) < maxChoices {
			s.Choices = append(s.Choices, slashChoice{label, c.Value})
		}
	}

	s.Autocomplete = o.Complete && len(s.Choices) == 0

	return s
}

// plainCommands leaves out what a server may not know: a bot whose list was
// refused as a whole would have no commands at all.
func plainCommands(all []slashCommand) []slashCommand {
	out := make([]slashCommand, 0, len(all))

	for _, c := range all {
		if c.Type != chatInput {
			continue
		}

		c.Rights, c.Contexts, c.Installs, c.Options = nil, nil, nil, plainOptions(c.Options)
		c.Names, c.Descriptions = nil, nil
		out = append(out, c)
	}

	return out
}

func plainOptions(all []slashOption) []slashOption {
	out := make([]slashOption, 0, len(all))

	for _, o := range all {
		o.Autocomplete, o.ChannelTypes, o.Descriptions = false, nil, nil
		if o.Options != nil {
			o.Options = plainOptions(o.Options)
		}

		out = append(out, o)
	}

	return out
}

func describeOption(summary, name string) string {
	if s := markdown.Label(summary, maxDescribed); s != "" {
		return s
	}

	return name
}

// slashName reports whether Discord takes a name: 1 to 32 of [-_a-z0-9].
func slashName(s string) bool {
	if s == "" || len(s) > 32 {
		return false
	}

	for _, c := range s {
		if c != '-' && c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}

	return true
}

// localesOf returns Discord's locales for a language: none for those that its apps do not
// speak, and for English, in which the table is written. Source: "Locales".
func localesOf(language string) []string {
	switch language {
	case "es":
		return []string{"es-ES", "es-419"}
	case "zh-Hans":
		return []string{"zh-CN"}
	case "zh-Hant":
		return []string{"zh-TW"}
	case "sv":
		return []string{"sv-SE"}
	case "de", "fr", "pt-BR", "it", "pl", "uk", "ru", "tr", "id", "hi", "ja", "ko", "bg", "cs", "da", "el", "fi", "hr", "hu", "lt", "nl", "no", "ro", "th", "vi":
		return []string{language}
	}

	return nil
}

// shownName is what Discord takes as the name of a command in a language. Source:
// "Application Command Naming".
var shownName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-_\'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`) })

// localizeCommands gives commands their names and descriptions in other languages. A
// name that Discord would not take, or that two commands of a language share, is left
// out: one such name would have it refuse all commands.
func localizeCommands(all []slashCommand, languages []adapters.Localization) []slashCommand {
	for _, l := range languages {
		table, taken := map[string]adapters.Command{}, map[string]int{}

		for _, c := range l.Commands {
			table[c.Name] = c
			taken[c.Shown]++
		}

		for _, locale := range localesOf(l.Language) {
			for i := range all {
				c, known := table[all[i].Name]
				if !known {
					continue
				}

				if shownName().MatchString(c.Shown) && taken[c.Shown] == 1 {
					setKey(&all[i].Names, locale, c.Shown)
				}

				setKey(&all[i].Descriptions, locale, describeOption(c.Summary, c.Name))
				localizeOptions(all[i].Options, c, locale)
			}
		}
	}

	return all
}

// localizeOptions gives the options of a command, and its subcommands, their
// descriptions in a language.
func localizeOptions(options []slashOption, c adapters.Command, locale string) {
	for i := range options {
		o := &options[i]

		for _, sub := range c.Subcommands {
			if sub.Name == o.Name {
				setKey(&o.Descriptions, locale, describeOption(sub.Summary, sub.Name))
				localizeOptions(o.Options, sub, locale)
			}
		}

		for _, option := range c.Options {
			if option.Name == o.Name {
				setKey(&o.Descriptions, locale, describeOption(option.Summary, option.Name))
			}
		}
	}
}

func setKey(to *map[string]string, key, value string) {
	if *to == nil {
		*to = map[string]string{}
	}

	(*to)[key] = value
}

// register sends the command table, once in a Run. What Discord has already
// stays as it is and costs nothing.
func (a *Adapter) register(ctx context.Context) {
	commands := localizeCommands(slashCommands(a.config.Commands), a.config.Localizations)
	commands = append(commands, localizeMessageCommands(messageCommands(a.config.OnMessages), a.config.OnMessages, a.config.Localizations)...)
	plainer := []func([]slashCommand) []slashCommand{serverCommands, plainCommands}

	for try := range registerTries {
		app := a.application(ctx)
		if app != "" {
			var known []slashCommand

			got, err := a.ask(ctx, http.MethodPut, "/applications/"+app+"/commands", commands, &known)
			if err == nil || got.OK() {
				a.noteCommands(known)
				a.log.Info("discord: commands registered", "count", len(commands))

				return
			}

			f := classifyError(err)
			a.log.Warn("discord: registering commands", "error", err)

			switch {
			case f.Fate == adapters.Refused && len(plainer) > 0:
				commands, plainer = plainer[0](commands), plainer[1:]
				continue
			case f.Fate == adapters.Refused, f.Fate == adapters.Gone:
				return
			}

			gateway.Sleep(ctx, min(f.After, registerLonger))
		}

		if ctx.Err() != nil {
			return
		}

		gateway.Sleep(ctx, min(registerPause<<try, registerLonger))
	}

	a.log.Error(logCommands)
}

// application returns the application's id: from READY, else asked for; "" unknown.
func (a *Adapter) application(ctx context.Context) string {
	me := a.me.Load()
	if me != nil && me.application != "" {
		return me.application
	}

	var out struct {
		ID string `json:"id"`
	}

	_, err := a.ask(ctx, http.MethodGet, "/applications/@me", nil, &out)
	if err == nil && out.ID == "" {
		err = errors.New("no id in the answer")
	}

	if err != nil {
		a.log.Warn("discord: asking for the application", "error", err)

		if me != nil {
			return me.user // the same for all but the oldest bots
		}

		return ""
	}

	next := identity{application: out.ID}
	if me != nil {
		next.user = me.user
	}

	a.me.CompareAndSwap(me, &next)

	return out.ID
}

// noteCommands remembers the ids of the commands, by which a message mentions them.
func (a *Adapter) noteCommands(known []slashCommand) {
	ids := map[string]string{}

	for _, c := range known {
		if c.Type > chatInput || parseSnowflake(c.ID) == "" {
			continue
		}

		ids[c.Name] = c.ID

		for _, o := range c.Options {
			if o.Type == subcommand {
				ids[c.Name+" "+o.Name] = c.ID

				delete(ids, c.Name) // it can only be used with one of these
			}
		}
	}

	a.commandIDs.Store(&ids)
}

// commandIn finds a command that a text names: "/list", "/sources add".
var commandIn = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(^|[\s(])/([a-z]+)( [a-z]+)?`) })

// styleCommand is of a span that mentions a command in Discord's own way.
const styleCommand adapters.Style = -1

// mentionCommands has the commands that a message names open when they are clicked.
func (a *Adapter) mentionCommands(m *adapters.Message) *adapters.Message {
	ids := a.commandIDs.Load()
	if ids == nil || len(m.Text) == 0 {
		return m
	}

	next := *m
	next.Text = make(adapters.Text, len(m.Text))

	for i, line := range m.Text {
		for _, s := range line {
			if (s.Style == adapters.StylePlain || s.Style == adapters.StyleBold) && s.URL == "" && s.Role == "" && s.Person == "" && s.Time.IsZero() {
				next.Text[i] = append(next.Text[i], mentionIn(s, *ids)...)
			} else {
				next.Text[i] = append(next.Text[i], s)
			}
		}
	}

	return &next
}

// mentionIn splits a span at the commands that it names.
func mentionIn(s adapters.Span, ids map[string]string) (spans []adapters.Span) {
	rest := s.Text

	for from := 0; ; {
		at := commandIn().FindStringSubmatchIndex(rest[from:])
		if at == nil {
			break
		}

		begin, end := from+at[4]-1, from+at[5] // the slash, and the end of the name
		name := rest[begin+1 : end]

		if at[6] >= 0 && ids[name] == "" {
			end = from + at[7]
			name = rest[begin+1 : end]
		}

		if ids[name] == "" || strings.HasPrefix(rest[end:], "/") {
			from = end
			continue
		}

		if begin > 0 {
			spans = append(spans, adapters.Span{Text: rest[:begin], Style: s.Style})
		}

		spans = append(spans, adapters.Span{Text: "</" + name + ":" + ids[name] + ">", Style: styleCommand})
		rest, from = rest[end:], 0
	}

	if rest != "" || len(spans) == 0 {
		spans = append(spans, adapters.Span{Text: rest, Style: s.Style})
	}

	return spans
}
