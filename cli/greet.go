package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/terminal"
)

// greetTime is how long a platform may take to say who the bot is.
const greetTime = 30 * time.Second

// greet says what the program works with, and under which name its bots are found:
// in the log, and at a terminal as sentences.
func (a *app) greet(ctx context.Context) {
	if !a.Greet {
		return
	}

	say := func(sentence string) {
		if a.AtTerminal {
			fmt.Fprintln(a.Logs, sentence)
		}
	}

	a.Log.Info("running", "version", a.Version, "database", a.store.Path(), "sources", len(a.config.SourceList()))
	say(fmt.Sprintf("Newsbell %s reads %d sources. Database: %s", a.Version, len(a.config.SourceList()), a.store.Path()))

	if a.countPlatforms() == 0 {
		a.sayInLog(noTokenText)
		return
	}

	var asking sync.WaitGroup
	for platform, adapter := range a.adapters {
		asking.Go(func() {
			switch who, err := identifyBot(ctx, adapter); {
			case errors.Is(err, errNameless), ctx.Err() != nil:
			case err != nil:
				a.Log.Warn("the platform does not say who the bot is", "platform", platform, "error", err)
				say(platform + ": " + err.Error())
			default:
				if a.web != nil {
					a.web.SetChat(platform, who.Chat)
				}

				a.Log.Info("connected", "platform", platform, "as", who.Name, "open", who.Link)
				say(connectedText(platform, who))
			}
		})
	}

	asking.Wait()
}

// noTokenText says what to do with a program that talks to no platform.
const noTokenText = "No token for Telegram or Discord is configured: this terminal is the chat. Try /subscribe and a word, or /help."

// sayInLog says a sentence beside the log: as a line of its own where people read it, as an
// entry where a program does.
func (a *app) sayInLog(sentence string) {
	if a.config.Log.Format == "json" {
		a.Log.Info(sentence)
		return
	}

	fmt.Fprintln(a.Logs, sentence)
}

// connectedText says what an operator does next with a bot.
func connectedText(platform string, who adapters.Identity) string {
	switch {
	case who.Link == "":
		return fmt.Sprintf("%s: connected as %s.", platformName(platform), who.Name)
	case platform == "discord":
		return fmt.Sprintf("Discord: connected as %s. Add it to a server: %s", who.Name, who.Link)
	}

	return fmt.Sprintf("%s: connected as %s. Open %s and send /start.", platformName(platform), who.Name, who.Link)
}

// platformName returns the name of a platform as people write it.
func platformName(platform string) string {
	switch platform {
	case "telegram":
		return "Telegram"
	case "discord":
		return "Discord"
	}

	return platform
}

// errNameless says that an adapter has no bot that people look for.
var errNameless = errors.New("it has no name")

// identifyBot asks a platform who the bot is, or returns errNameless.
func identifyBot(ctx context.Context, adapter adapters.Adapter) (adapters.Identity, error) {
	asked, ok := adapter.(adapters.Identifier)
	if !ok || adapter.Platform() == terminal.Platform {
		return adapters.Identity{}, errNameless
	}

	ctx, cancel := context.WithTimeout(ctx, greetTime)
	defer cancel()

	return asked.Identify(ctx)
}
