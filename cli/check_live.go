package cli

import (
	"context"
	"errors"
	"fmt"
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
// keep up.
func checkLive(ctx context.Context, s *store.Store, report func(string, error, string)) error {
	return s.View(ctx, func(t *store.Tx) error {
		at, err := t.Fact(aliveFact)
		if err != nil {
			return err
		}

		alive := time.UnixMilli(at)

		switch ago := t.Now.Sub(alive); {
		case at == 0:
			report("process", errors.New("none has ever run on this database"), "")
			return nil
		case ago > 4*aliveEvery:
			report("process", fmt.Errorf("none has written to this database since %s", alive.UTC().Format(time.RFC3339)), "")
			return nil
		}

		report("process", nil, "It is running.")

		return checkLoops(t, report)
	})
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

	report("polling", lateError(late), "It keeps up.")

	waiting, err := t.Unmatched(1)
	if err != nil {
		return err
	}

	late = 0
	if len(waiting) > 0 {
		late = t.Now.Sub(waiting[0].SeenAt)
	}

	report("matching", lateError(late), "It keeps up.")

	return nil
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
			report(p.name, nil, "No token is configured, so it is off.")
			continue
		}

		who, err := identify(ctx, p.adapter())
		if errors.Is(err, errNameless) {
			report(p.name, nil, "A token is configured; `newsbell run` says whether it works.")
			continue
		}

		report(p.name, err, connectedText(p.name, who))
	}
}
