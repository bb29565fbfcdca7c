package cli

import (
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

	var late time.Duration
	for _, source := range all {
		late = max(late, t.Now.Sub(source.NextPollAt))
	}

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
