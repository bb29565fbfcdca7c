package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/admin"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/locales"
	"newsbell/store"
)

// commandSpec is a command and the function that runs it.
type commandSpec struct {
	adapters.Command
	run runner

	operators bool    // for operators only; nobody else learns of it
	feature   Feature // without it there is no such command
	hidden    bool    // what a page runs; it stands in no menu and no help
}

// runner answers a turn.
type runner func(context.Context, *turn.Turn) (*adapters.Message, error)

// Feature is what a bot has only where it is configured.
type Feature string

// Pages are people's own pages in a browser (Config.SignIn).
const Pages Feature = "pages"

// Targets are further targets of alerts (Config.ParseTarget).
const Targets Feature = "targets"

// Model is a language model (Config.Writer): without it there is no option only:.
const Model Feature = "model"

// isPrivateAlias reports whether a name is an alias that in a group may as well be meant
// for another bot.
func (c *commandSpec) isPrivateAlias(name string) bool {
	return name != c.Name && name != "sub" && name != "unsub"
}

// Commands is the one command table, in a language, of a bot with some features.
func Commands(t *locales.Texts, features ...Feature) []adapters.Command {
	var commands []adapters.Command

	table := &Bot{} // whose commands are named, and not run
	for _, r := range table.commandTable(wording.Words{Texts: t}) {
		if r.feature != "" && !slices.Contains(features, r.feature) {
			continue
		}

		if !slices.Contains(features, Model) {
			r.Options = slices.DeleteFunc(r.Options, func(o adapters.Option) bool { return o.Name == input.OptionOnly })
		}

		commands = append(commands, r.Command)
	}

	return commands
}

// CommandsOn is the command table as one platform has it.
func CommandsOn(platform string, t *locales.Texts, features ...Feature) []adapters.Command {
	return slices.DeleteFunc(Commands(t, features...), func(c adapters.Command) bool { return c.Only != "" && c.Only != platform })
}

// MessageCommands are the commands that a platform offers in the menu of a message, in a
// language. Nobody types them.
func MessageCommands(t *locales.Texts) []adapters.Command {
	return []adapters.Command{
		{Name: story.CommandFollowThis, Shown: t.Say("message.follow_this"), Personal: true},
		{Name: story.CommandOutletsSay, Shown: t.Say("message.outlets_say"), Personal: true},
	}
}

// Localizations are the command table of a platform, and what the bot says of itself, in
// every language.
func Localizations(platform string, all *locales.Catalog, features ...Feature) []adapters.Localization {
	var out []adapters.Localization
	for _, t := range all.All() {
		out = append(out, adapters.Localization{Language: t.Code(), Commands: CommandsOn(platform, t, features...), OnMessages: MessageCommands(t), About: t.Say("about.long"), Short: t.Say("about.short")})
	}

	return out
}

// commandTable is the command table with what does each. Every command here works from
// end to end; what does not is not here.
func (b *Bot) commandTable(w wording.Words) []commandSpec {
	option := func(name, key string) adapters.Option { return newOption(w, name, key) }
	command := func(name string, options ...adapters.Option) adapters.Command {
		return adapters.Command{Name: name, Shown: w.Say("name." + name), Summary: w.Say("command." + name), Options: options, Personal: true}
	}

	to, ping, urgent, spike := option("to", "to"), option("ping", "ping"), option("urgent", "urgent"), option("spike", "spike")
	urgent.Choices = []adapters.Choice{{Label: w.Say("choice.on"), Value: "yes"}, {Label: w.Say("choice.off"), Value: "no"}}
	spike.Choices = urgent.Choices
	talk := option("talk", "talk")
	talk.Choices = []adapters.Choice{{Label: w.Say("choice.on"), Value: input.TalkThread}, {Label: w.Say("choice.off"), Value: "off"}}
	file := option("file", "import_file")
	to.Kind, ping.Kind, file.Kind = adapters.ChannelOption, adapters.RoleOption, adapters.FileOption

	sources := command("sources")
	sources.Subcommands = sourcesCommands(w, to)

	return []commandSpec{
		{
			Command: withAliases(forMembers(command("subscribe", markRequired(option("query", "query")), to, markCompletable(option("when", "when")), ping, option("min", "min"), option("max", "max"), urgent, spike, talk, markCompletable(option(input.OptionLabel, "label")), option(input.OptionOnly, "only"))), "sub", "follow", "add", "track"),
			run:     b.subscribe,
		},
		{Command: withAliases(command("unsubscribe", markCompletable(option("which", "which")), to), "unsub", "remove", "stop", "unfollow"), run: b.unsubscribe},
		{Command: withAliases(markDiscreet(markGeneric(command("list", to))), "subscriptions", "alerts"), run: b.list},
		{Command: command("preview", markRequired(option("query", "preview"))), run: b.preview},
		{Command: withAliases(markGeneric(command("news", option("query", "news"))), "latest", "search"), run: b.showNews},
		{Command: command("brief", option("query", "brief")), run: b.showBrief},
		{Command: command("trend", markRequired(option("query", "preview"))), run: b.showTrend},
		{Command: withAliases(markGeneric(command("pause", markCompletable(option("for", "for")), to)), "mute", "snooze"), run: b.pause},
		{Command: withAliases(markGeneric(command("resume", to)), "unmute"), run: b.resume},
		{Command: markDiscreet(markGeneric(command("mutes", to))), run: b.listMutes},
		{Command: sources, run: b.manageSources},
		{Command: markGeneric(command("settings", markCompletable(option("key", "key")), option("value", "value"), to)), run: b.settings.Manage},
		{Command: markGeneric(command("import", option("address", "import"), file, to)), run: b.importAccount},
		{Command: markGeneric(command("export", option("kind", "export"), to)), run: b.export},
		{Command: markDiscreet(markGeneric(command("log", to))), run: b.showLog},
		{Command: onlyOn(turn.Discord, markGeneric(command("server"))), run: b.showServer},
		{Command: command("web", option("what", "web")), run: b.openPages, feature: Pages},
		{Command: command("targets", option("what", "targets"), to), run: b.targets.Manage, feature: Targets},
		{Command: withAliases(markDiscreet(markGeneric(command("status", to))), "version"), run: b.showStatus},
		{Command: markDiscreet(command("why", markCompletable(option("which", "why")), to)), run: b.explain},
		{Command: command("story", option("link", "story")), run: b.story.Show},
		{Command: markGeneric(command("test", to)), run: b.sendSample},
		{Command: markDiscreet(command("privacy")), run: b.showPrivacy},
		{Command: command("forget", to), run: b.confirmForget},
		{Command: markGeneric(command("cancel")), run: b.cancel},
		{Command: forMembers(markDiscreet(markGeneric(command("help", markCompletable(option("command", "command")))))), run: b.showHelp},
		{Command: markGeneric(command("start")), run: b.start},
	}
}

// forMembers marks a command that is of use to everybody in a group.
func forMembers(c adapters.Command) adapters.Command {
	c.ForMembers = true
	return c
}

// sourcesCommands are the subcommands of /sources.
func sourcesCommands(w wording.Words, to adapters.Option) []adapters.Command {
	command := func(name string, options ...adapters.Option) adapters.Command {
		return adapters.Command{Name: name, Summary: w.Say("command.sources_" + name), Options: options}
	}

	return []adapters.Command{
		command("list", newOption(w, "query", "source_words"), to),
		command("add", markRequired(newOption(w, "address", "address")), to),
		command("browse", newOption(w, "query", "bundle_words"), to),
		command("remove", markCompletable(newOption(w, "which", "source")), to),
	}
}

// newOption is an option of a command; key names its summary.
func newOption(w wording.Words, name, key string) adapters.Option {
	return adapters.Option{Name: name, Summary: w.Say("option." + key)}
}

// markRequired marks an option without which a command does nothing.
func markRequired(o adapters.Option) adapters.Option {
	o.Required = true
	return o
}

// markCompletable marks an option for which values are offered while it is typed.
func markCompletable(o adapters.Option) adapters.Option {
	o.Complete = true
	return o
}

// markDiscreet marks a command that nobody else in a group has to see.
func markDiscreet(c adapters.Command) adapters.Command {
	c.Discreet = true
	return c
}

// markGeneric marks a command that other bots in a group have too.
func markGeneric(c adapters.Command) adapters.Command {
	c.Generic = true
	return c
}

// onlyOn marks a command of one platform.
func onlyOn(platform string, c adapters.Command) adapters.Command {
	c.Only = platform
	return c
}

// withAliases is a command with other names.
func withAliases(c adapters.Command, names ...string) adapters.Command {
	c.Aliases = names
	return c
}

// completions is how many values a platform shows (adapters.Handler).
const completions = 25

// completeTime is how long a person who types waits at most.
const completeTime = time.Second

// Complete implements [adapters.Handler].
func (b *Bot) Complete(ctx context.Context, r *adapters.Request) []adapters.Choice {
	ctx, cancel := context.WithTimeout(ctx, completeTime)
	defer cancel()

	t := b.NewTurn(r)
	t.Options = r.Options

	if err := b.Store.View(ctx, t.GrantByRole); err != nil {
		return nil
	}

	if !b.IsInvited(t) {
		return nil
	}

	typed := strings.ToLower(strings.TrimSpace(r.Options[r.Focus]))

	var all []adapters.Choice

	switch r.Focus {
	case "when":
		all = t.CompleteWhen()
	case "for":
		all = t.CompleteFor()
	case "command":
		for _, row := range b.ownCommands(t.Words) {
			all = append(all, adapters.Choice{Label: "/" + row.Name + " " + row.Summary, Value: row.Name})
		}

		all = append(all, adapters.Choice{Label: t.Say("help.queries_label"), Value: "queries"})
	case "which":
		all = b.completeWhich(ctx, t)
	case "key":
		all = b.settings.CompleteKey(t)
	case input.OptionLabel:
		all = b.completeLabel(ctx, t)
	}

	found := []adapters.Choice{}
	for _, c := range all {
		if len(found) < completions && (strings.Contains(strings.ToLower(c.Label), typed) || strings.Contains(strings.ToLower(c.Value), typed)) {
			c.Label = wording.Cut(c.Label, 100)
			found = append(found, c)
		}
	}

	return found
}

// completeWhich offers the person's own subscriptions, or sources.
func (b *Bot) completeWhich(ctx context.Context, t *turn.Turn) []adapters.Choice {
	dest, err := b.FindTarget(ctx, t)
	if err != nil { // then the command itself will say why
		return nil
	}

	var all []adapters.Choice

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil || c.ID == 0 {
			return err
		}

		if t.Request.Command == "sources" {
			own, err := tx.OwnSources(c.ID)
			for _, s := range own {
				all = append(all, adapters.Choice{Label: sourceName(s), Value: button.ID(s.ID)})
			}

			return err
		}

		subscriptions, err := tx.Subscriptions(c.ID)
		for _, s := range subscriptions {
			all = append(all, adapters.Choice{Label: "#" + strconv.Itoa(s.Number) + " " + s.Query, Value: strconv.Itoa(s.Number)})
		}

		return err
	})
	if err != nil {
		b.Log.Warn("values could not be offered", "error", err)
	}

	return all
}

// messageTable is what does each of MessageCommands.
func (b *Bot) messageTable() []commandSpec {
	return []commandSpec{
		{Command: adapters.Command{Name: story.CommandFollowThis}, run: b.followThis},
		{Command: adapters.Command{Name: story.CommandOutletsSay}, run: b.story.ShowOutlets},
	}
}

// ownCommands is the command table without what this bot does not have.
func (b *Bot) ownCommands(w wording.Words) []commandSpec {
	return slices.DeleteFunc(b.commandTable(w), func(r commandSpec) bool {
		return r.feature == Pages && b.SignIn == nil || r.feature == Targets && b.ParseTarget == nil
	})
}

// operatorTable is what operators may type besides, and what pages run: it stands in no
// menu.
func (b *Bot) operatorTable() []commandSpec {
	aboutPerson := func(do func(*store.Tx, *locales.Texts, admin.Person) (string, error)) runner {
		return func(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
			person, err := admin.ParsePersonOn(t.Request.Chat.Platform, t.Text)
			if err != nil {
				return t.Message("operator.name_person"), nil // the reply says it
			}

			return b.operate(ctx, t, func(tx *store.Tx) (string, error) { return do(tx, t.Texts, person) })
		}
	}

	return []commandSpec{
		{Command: adapters.Command{Name: "who"}, run: aboutPerson(admin.Describe), operators: true},
		{Command: adapters.Command{Name: "block"}, run: aboutPerson(admin.Block), operators: true},
		{Command: adapters.Command{Name: "unblock"}, run: aboutPerson(admin.Unblock), operators: true},
		{Command: adapters.Command{Name: "announce"}, run: b.announce, operators: true},
		{Command: adapters.Command{Name: "stats"}, run: b.showUsage, operators: true},
		{Command: adapters.Command{Name: "poll"}, run: b.pollNow, operators: true, hidden: true},
		{Command: adapters.Command{Name: "edit"}, run: b.edit, hidden: true},
		{Command: adapters.Command{Name: button.CommandMove}, run: b.moveSubscriptions, hidden: true},
		{Command: adapters.Command{Name: "feed"}, run: b.setFeed, hidden: true},
	}
}

// operate replies with what an operator's command says, and acts once.
func (b *Bot) operate(ctx context.Context, t *turn.Turn, do func(*store.Tx) (string, error)) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		text, err := do(tx)
		if err != nil {
			return nil, err
		}

		return &turn.Reply{Answer: turn.Say(text)}, nil
	})
}

func (b *Bot) showUsage(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	var u admin.Usage

	err := b.Store.View(ctx, func(tx *store.Tx) (err error) {
		u, err = admin.CountUsage(tx)
		return err
	})
	if err != nil {
		return nil, err
	}

	return turn.Say(u.Describe(t.Texts, t.Now)), nil
}

// announce shows who would get a text; with "send" before it, it is sent.
func (b *Bot) announce(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	text, isFinal := strings.CutPrefix(t.Text, "send ")
	if text = strings.TrimSpace(text); text == "" {
		return t.Message("operator.announce_what"), nil
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		n, err := admin.AnnounceNow(tx, text, !isFinal)
		return &turn.Reply{Answer: &adapters.Message{Text: t.Announced(n, text, isFinal)}}, err
	})
}

// showHelp shows the overview of commands, how to write queries, or the help of one command.
func (b *Bot) showHelp(_ context.Context, t *turn.Turn) (*adapters.Message, error) {
	name := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(t.Text), "/"))
	if topic := topicInEnglish(t, b, name); topic != "" {
		name = topic
	}

	operates := t.IsPrivate() && b.IsOperator(t)

	switch name {
	case "":
		m := b.overview(t.Words, t.Request.Chat.Platform)
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
		m := b.overview(t.Words, t.Request.Chat.Platform)
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

// groupsOfHelp are the commands before which the overview has a blank line: to follow, to read, to
// hold alerts, to set up, to find out, and what concerns the person.
func groupsOfHelp() []string {
	return []string{"subscribe", "preview", "pause", "sources", "status", "privacy"}
}

// overview is every command of a platform on one screen.
func (b *Bot) overview(w wording.Words, platform string) *adapters.Message {
	m := w.Message("help.head")

	for _, r := range b.ownCommands(w) {
		if r.Name == "help" || r.Name == "start" || r.Name == "cancel" || r.Only != "" && r.Only != platform {
			continue
		}

		if slices.Contains(groupsOfHelp(), r.Name) {
			m.Text = append(m.Text, nil)
		}

		m.Text = append(m.Text, adapters.Line{adapters.Bold("/" + r.Name), adapters.Plain(" " + r.Summary)})
	}

	m.Text = append(m.Text, adapters.Line{}, w.Line("help.foot"))

	return m
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
