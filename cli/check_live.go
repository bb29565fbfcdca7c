package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord"
	"newsbell/adapters/telegram"
	"newsbell/cli/config"
	"newsbell/cli/roles"
	"newsbell/sources"
	"newsbell/store"
)

// behind is how late a poll or a match may be before its loop counts as stuck.
const behind = 15 * time.Minute

// checkLive reports whether a process runs on a database, and whether its loops
// keep up. Of those that share one it is the process of this name, or else of this machine.
func checkLive(ctx context.Context, name string, s *store.Store, report func(string, error, string)) error {
	survey, err := s.Survey(ctx)
	if err != nil {
		return err
	}

	return s.View(ctx, func(t *store.Tx) error {
		err := findAlive(t)
		if err == nil && !survey.Shared && !survey.Locked {
			err = errors.New("it ended without a word: it was killed, or the disk was full")
		}

		sentence := "It is running."

		if survey.Shared {
			sentence, err = findProcess(survey.Processes, name)
		}

		report("process", err, sentence)

		if err != nil {
			return nil
		}

		return checkLoops(t, report)
	})
}

// findAlive returns why no process runs on a database that one process has for itself, nil: one does.
func findAlive(t *store.Tx) error {
	at, err := t.Fact(aliveFact)
	if err != nil {
		return err
	}

	stopped, err := t.Fact(stoppedFact)
	if err != nil {
		return err
	}

	alive := time.UnixMilli(at)

	switch ago := t.Now.Sub(alive); {
	case at == 0:
		return errors.New("none has ever run on this database")
	case stopped > at:
		return fmt.Errorf("it was stopped at %s", time.UnixMilli(stopped).UTC().Format(time.RFC3339))
	case ago > 4*aliveEvery:
		return fmt.Errorf("none has written to this database since %s", alive.UTC().Format(time.RFC3339))
	}

	return nil
}

// findProcess says which of the processes on a shared database is the one of a name. Without a name
// it is one of this machine, or one whose name does not say where it is.
func findProcess(running []store.Running, name string) (sentence string, err error) {
	var others []string

	host, _ := os.Hostname() // where it is not known, a process is found by its name alone

	for _, p := range running {
		at, _, isDefault := strings.Cut(p.Name, "/")
		if name == p.Name || name == "" && (!isDefault || at == host) {
			return fmt.Sprintf("%s is running.", p.Name), nil
		}

		others = append(others, p.Name)
	}

	wanted := "no process of this machine"
	if name != "" {
		wanted = "no process called " + name
	}

	switch {
	case len(others) == 0:
		return "", errors.New("none is running on this database")
	default:
		return "", fmt.Errorf("%s is running on this database; there are: %s", wanted, strings.Join(others, ", "))
	}
}

func checkLoops(t *store.Tx, report func(string, error, string)) error {
	all, err := t.Sources()
	if err != nil {
		return err
	}

	late := pollsLate(all, t.Now)
	report("polling", lateError(late), describeLag(late))

	lag, err := t.Lag()
	if err != nil {
		return err
	}

	report("matching", lateError(lag.Matching), describeLag(lag.Matching))

	// A story for a hundred thousand chats takes an hour at the pace of the platform: that is no failure.
	for _, platform := range slices.Sorted(maps.Keys(lag.Delivering)) {
		report("delivering on "+platform, nil, describeLag(lag.Delivering[platform]))
	}

	return nil
}

// pollsLate is how late the poll loop is. What waits for its turn is not late: a server with a thousand sources is
// asked for one after the other, and one that asks for a pause gets it.
func pollsLate(all []*store.Source, now time.Time) (late time.Duration) {
	asked := map[string]time.Time{} // when a host was asked last

	for _, s := range all {
		if host := sources.HostOf(s.URL); s.LastPollAt.After(asked[host]) {
			asked[host] = s.LastPollAt
		}
	}

	for _, s := range all {
		late = max(late, min(now.Sub(s.NextPollAt), now.Sub(asked[sources.HostOf(s.URL)])))
	}

	return late
}

// describeLag says of a loop how late it is.
func describeLag(late time.Duration) string {
	if late < time.Second {
		return "It keeps up."
	}

	return fmt.Sprintf("What waits longest has been due for %s.", late.Round(time.Second))
}

func lateError(late time.Duration) error {
	if late <= behind {
		return nil
	}

	return fmt.Errorf("it is %s behind", late.Round(time.Minute))
}

// checkOnline asks each platform with a token who the bot is.
func checkOnline(ctx context.Context, c config.Config, report func(string, error, string)) {
	for _, p := range []struct {
		name    string
		config  config.Platform
		adapter func() adapters.Adapter
	}{
		{"telegram", c.Telegram, func() adapters.Adapter {
			return telegram.New(telegram.Config{Token: c.Telegram.Token, APIURL: c.Telegram.APIURL, Proxy: c.Telegram.Proxy})
		}},
		{"discord", c.Discord, func() adapters.Adapter {
			return discord.New(discord.Config{Token: c.Discord.Token, APIURL: c.Discord.APIURL, GatewayURL: c.Discord.GatewayURL, Proxy: c.Discord.Proxy})
		}},
	} {
		if p.config.Token == "" {
			report(p.name, nil, "No token is configured, so it's off.")
			continue
		}

		adapter := p.adapter()

		who, err := identifyBot(ctx, adapter)
		if errors.Is(err, errNameless) {
			report(p.name, nil, "A token is configured; `newsbell run` says whether it works.")
			continue
		}

		report(p.name, err, connectedText(p.name, who))

		if limited, ok := adapter.(interface{ NearLimit(context.Context) string }); ok && err == nil {
			if sentence := limited.NearLimit(ctx); sentence != "" {
				report(p.name+" limits", nil, sentence)
			}
		}
	}
}

// checkListening reports of each platform with a token whether the running process
// receives what people write there, as that process last found.
func checkListening(ctx context.Context, c config.Config, s *store.Store, report func(string, error, string)) {
	for _, t := range []struct{ platform, token string }{{"telegram", c.Telegram.Token}, {"discord", c.Discord.Token}} {
		if t.token == "" {
			continue
		}

		l, ok, err := adapters.LoadListening(ctx, s, t.platform)
		if err == nil && !ok {
			continue // it has never run, or is of a version that does not say
		}

		ago := adapters.English().Ago(time.Since(l.At))

		switch {
		case err != nil:
		case l.Problem != "":
			err = errors.New("it doesn't receive what people write (" + ago + "): " + l.Problem)
		case time.Since(l.At) > 3*adapters.ListeningEvery:
			report(t.platform+" listens", nil, fmt.Sprintf("It last listened %s; `newsbell run` isn't running.", ago))
			continue
		}

		report(t.platform+" listens", err, "It receives what people write.")
	}
}

// checkProcesses reports of the processes on a database that several share: what each does,
// what nobody does, and whether they fit together. While they run, their loops have to keep up.
func checkProcesses(ctx context.Context, c config.Config, s *store.Store, report func(string, error, string)) {
	survey, err := s.Survey(ctx)
	if err != nil {
		report("processes", err, "")
		return
	}

	for _, risk := range survey.Risks {
		report("warning", nil, risk)
	}

	if len(survey.Processes) == 0 {
		return
	}

	for _, p := range survey.Processes {
		report("process "+p.Name, nil, describeProcess(p))
	}

	if processesDiffer(survey.Processes, func(p store.Running) string { return p.Version }) {
		report("warning", nil, "The processes run different versions of Newsbell. That's all right while you update them; see that all are updated.")
	}

	if processesDiffer(survey.Processes, func(p store.Running) string { return p.Sources }) {
		report("warning", nil, "The processes were configured with different sources: the list of the one that started last is in force.")
	}

	if idle := idleWork(survey.Idle, c); len(idle) > 0 {
		report("processes", fmt.Errorf("no process does this now: %s; start one that has the role, or look again in ten seconds", strings.Join(idle, ", ")), "")
	}

	if err := s.View(ctx, func(t *store.Tx) error { return checkLoops(t, report) }); err != nil {
		report("processes", err, "")
	}
}

// describeProcess says what a process does.
func describeProcess(p store.Running) string {
	var does []string

	parts, oldest := 0, time.Duration(0)

	for _, l := range p.Has {
		oldest = max(oldest, l.Renewed)

		role, what, _ := strings.Cut(l.Name, ":")

		switch role {
		case roles.Poll:
			parts++
		case roles.Speak:
			does = append(does, "speaks on "+what)
		default:
			does = append(does, "matches")
		}
	}

	if parts > 0 {
		does = append(does, fmt.Sprintf("polls %d of %d parts", parts, roles.Parts))
	}

	slices.Sort(does)

	what := "It stands by (" + p.Roles + ")"

	switch {
	case p.Roles == "":
		what = "It takes no work, because its clock is not the database server's: set both by NTP"
	case len(does) > 0:
		what = fmt.Sprintf("It %s; its leases were renewed %s ago", strings.Join(does, ", "), oldest.Round(100*time.Millisecond))
	}

	return fmt.Sprintf("%s. Last heard of %s ago; running for %s; version %s.",
		what, p.Seen.Round(100*time.Millisecond), p.Up.Round(time.Second), cmp.Or(p.Version, "unknown"))
}

// processesDiffer reports whether the processes are not alike in something.
func processesDiffer(all []store.Running, of func(store.Running) string) bool {
	return slices.ContainsFunc(all, func(p store.Running) bool { return of(p) != of(all[0]) })
}

// idleWork says in words what nobody does of what this configuration needs.
func idleWork(leases []string, c config.Config) (idle []string) {
	parts := 0

	for _, name := range leases {
		role, what, _ := strings.Cut(name, ":")

		switch {
		case role == roles.Poll:
			parts++
		case role == roles.Match:
			idle = append(idle, "matching")
		case what == "telegram" && c.Telegram.Token != "", what == "discord" && c.Discord.Token != "":
			idle = append(idle, "speaking on "+what)
		}
	}

	if parts > 0 {
		idle = append(idle, fmt.Sprintf("polling %d of %d parts", parts, roles.Parts))
	}

	return idle
}
