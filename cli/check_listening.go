package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"newsbell/adapters"
	"newsbell/cli/config"
	"newsbell/store"
)

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

		ago := adapters.Ago(time.Since(l.At))

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
