package bot

import (
	"context"

	"newsbell/adapters"
)

// row is a command with what does it.
type row struct {
	adapters.Command
	usage []string // ways to write it, for /help <command>
	more  string   // what else to know, for /help <command>
	do    func(*Bot, context.Context, *turn) (*adapters.Message, error)
}

// Commands is the one command table.
func Commands() []adapters.Command {
	rows := table()

	commands := make([]adapters.Command, len(rows))
	for i, r := range rows {
		commands[i] = r.Command
	}

	return commands
}

// table is the command table with what does each. Every command here works from
// end to end; what does not is not here.
func table() []row {
	query := func(summary string, required bool) adapters.Option {
		return adapters.Option{Name: "query", Summary: summary, Required: required}
	}
	to := adapters.Option{Name: "to", Summary: optTo, Kind: adapters.ChannelOption}
	which := func(summary string) adapters.Option {
		return adapters.Option{Name: "which", Summary: summary, Complete: true}
	}
	personal := func(name, summary string, options ...adapters.Option) adapters.Command {
		return adapters.Command{Name: name, Summary: summary, Options: options, Personal: true}
	}
	alias := func(c adapters.Command, names ...string) adapters.Command {
		c.Aliases = names
		return c
	}

	return []row{
		{
			Command: alias(personal("subscribe", sumSubscribe, query(optQuery, true), to,
				adapters.Option{Name: "when", Summary: optWhen, Complete: true},
				adapters.Option{Name: "ping", Summary: optPing, Kind: adapters.RoleOption}), "sub"),
			usage: useSubscribe, more: moreSubscribe, do: (*Bot).subscribe,
		},
		{
			Command: alias(personal("unsubscribe", sumUnsubscribe, which(optWhich), to), "unsub"),
			usage:   useUnsubscribe, more: moreUnsubscribe, do: (*Bot).unsubscribe,
		},
		{Command: personal("list", sumList, to), usage: useList, do: (*Bot).list},
		{Command: personal("preview", sumPreview, query(optPreview, true)), usage: usePreview, more: morePreview, do: (*Bot).preview},
		{Command: personal("news", sumNews, query(optNews, false)), usage: useNews, do: (*Bot).news},
		{
			Command: personal("pause", sumPause, adapters.Option{Name: "for", Summary: optFor, Complete: true}, to),
			usage:   usePause, more: morePause, do: (*Bot).pause,
		},
		{Command: personal("resume", sumResume, to), usage: useResume, do: (*Bot).resume},
		{
			Command: adapters.Command{Name: "sources", Summary: sumSources, Personal: true, Subcommands: []adapters.Command{
				{Name: "list", Summary: sumSourcesList, Options: []adapters.Option{to}},
				{Name: "add", Summary: sumSourcesAdd, Options: []adapters.Option{{Name: "address", Summary: optAddress, Required: true}, to}},
				{Name: "remove", Summary: sumSourcesRemove, Options: []adapters.Option{which(optSource), to}},
			}},
			usage: useSources, more: moreSources, do: (*Bot).sources,
		},
		{Command: personal("status", sumStatus, to), usage: useStatus, do: (*Bot).status},
		{Command: personal("why", sumWhy, which(optWhy)), usage: useWhy, more: moreWhy, do: (*Bot).why},
		{Command: personal("test", sumTest, to), usage: useTest, do: (*Bot).test},
		{Command: personal("forget", sumForget, to), usage: useForget, more: moreForget, do: (*Bot).forget},
		{Command: personal("cancel", sumCancel), usage: useCancel, do: (*Bot).cancel},
		{
			Command: personal("help", sumHelp, adapters.Option{Name: "command", Summary: optCommand, Complete: true}),
			usage:   useHelp, do: (*Bot).help,
		},
		{Command: personal("start", sumStart), usage: useStart, do: (*Bot).start},
	}
}
