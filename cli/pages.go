package cli

import (
	"context"
	"errors"

	"newsbell/adapters/terminal"
	"newsbell/bot"
	"newsbell/cli/config"
	"newsbell/scheduler"
	"newsbell/store"
	"newsbell/web"
)

// openPages makes the web server if one is configured.
func (a *app) openPages(ctx context.Context) (err error) {
	if a.config.Web.Listen == "" {
		return nil
	}

	a.web, err = web.New(ctx, web.Config{
		Listen: a.config.Web.Listen, URL: a.config.Web.URL, Store: a.store, Log: a.Log,
		Texts: a.texts, Ready: a.isReady, Counters: a.events.snapshot, Size: a.databaseSize, Paces: a.paces, Work: a.work(), Picture: a.fetcher.Picture,
		LinkPictures: a.config.Web.Pictures == "link",
	})

	return err
}

// connectPages gives the web server the bot that answers its forms, and what takes pushes of hubs.
func (a *app) connectPages(c scheduler.Config) {
	if a.web == nil {
		return
	}

	a.web.Bot = a.bot

	if a.config.Web.URL != "" {
		a.hubs = scheduler.NewHubs(c, a.web.PushAddress, userAgent(a.Version, a.config.Contact))
		a.web.Hubs = a.hubs
	}
}

// paces returns how busy the bot of each platform is, but for the terminal.
func (a *app) paces() map[string]web.Pace {
	all := map[string]web.Pace{}

	for platform, g := range a.gates {
		if platform != terminal.Platform {
			all[platform] = web.Pace(g.State())
		}
	}

	return all
}

// pageOf returns what makes the addresses of story pages; nil where people could not reach them.
func (a *app) pageOf() func(chat, story int64) string {
	if a.web == nil || a.config.Web.URL == "" {
		return nil
	}

	return a.web.PageOf
}

// signIn returns what makes the addresses where people sign in; nil where there are no pages.
func (a *app) signIn() func(secret string) string {
	if a.web == nil {
		return nil
	}

	return a.web.SignInAddress
}

// isReady returns why this process is not well, or nil.
func (a *app) isReady(ctx context.Context) error {
	var all []error

	err := a.store.View(ctx, func(t *store.Tx) error {
		return checkLoops(t, func(what string, err error, _ string) {
			if err != nil {
				all = append(all, errors.New(what+": "+err.Error()))
			}
		})
	})

	return errors.Join(append(all, err)...)
}

// featuresOf lists the optional features that a configuration turns on.
func featuresOf(c config.Config) []bot.Feature {
	features := []bot.Feature{bot.Targets}
	if c.Web.Listen != "" {
		features = append(features, bot.Pages)
	}

	if c.AI.URL != "" {
		features = append(features, bot.Model)
	}

	return features
}
