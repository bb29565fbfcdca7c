package bot

import (
	"context"
	"slices"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/locales"
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
			run:     b.follow.Subscribe,
		},
		{Command: withAliases(command("unsubscribe", markCompletable(option("which", "which")), to), "unsub", "remove", "stop", "unfollow"), run: b.follow.Unsubscribe},
		{Command: withAliases(markDiscreet(markGeneric(command("list", to))), "subscriptions", "alerts"), run: b.follow.List},
		{Command: command("preview", markRequired(option("query", "preview"))), run: b.recent.Preview},
		{Command: withAliases(markGeneric(command("news", option("query", "news"))), "latest", "search"), run: b.recent.ShowNews},
		{Command: command("brief", option("query", "brief")), run: b.recent.ShowBrief},
		{Command: command("trend", markRequired(option("query", "preview"))), run: b.recent.ShowTrend},
		{Command: withAliases(markGeneric(command("pause", markCompletable(option("for", "for")), to)), "mute", "snooze"), run: b.hold.Pause},
		{Command: withAliases(markGeneric(command("resume", to)), "unmute"), run: b.hold.Resume},
		{Command: markDiscreet(markGeneric(command("mutes", to))), run: b.hold.ListMutes},
		{Command: sources, run: b.reading.Manage},
		{Command: markGeneric(command("settings", markCompletable(option("key", "key")), option("value", "value"), to)), run: b.settings.Manage},
		{Command: markGeneric(command("import", option("address", "import"), file, to)), run: b.account.ImportAccount},
		{Command: markGeneric(command("export", option("kind", "export"), to)), run: b.account.Export},
		{Command: markDiscreet(markGeneric(command("log", to))), run: b.status.ShowLog},
		{Command: onlyOn(turn.Discord, markGeneric(command("server"))), run: b.showServer},
		{Command: command("web", option("what", "web")), run: b.account.OpenPages, feature: Pages},
		{Command: command("targets", option("what", "targets"), to), run: b.targets.Manage, feature: Targets},
		{Command: withAliases(markDiscreet(markGeneric(command("status", to))), "version"), run: b.status.ShowStatus},
		{Command: markDiscreet(command("why", markCompletable(option("which", "why")), to)), run: b.why.Explain},
		{Command: command("story", option("link", "story")), run: b.story.Show},
		{Command: markGeneric(command("test", to)), run: b.status.SendSample},
		{Command: markDiscreet(command("privacy")), run: b.account.ShowPrivacy},
		{Command: command("forget", to), run: b.account.ConfirmForget},
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
