package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord"
	"newsbell/adapters/gate"
	"newsbell/adapters/target"
	"newsbell/adapters/telegram"
	"newsbell/adapters/terminal"
	"newsbell/bot"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/cli/config"
	"newsbell/delivery"
	"newsbell/internal/failpoint"
	"newsbell/scheduler"
	"newsbell/sources"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/web"
)

// connect makes the adapters, the gates and the loops.
func (a *app) connect() {
	c := a.config

	a.gates = map[string]*gate.Gate{terminal.Platform: gate.New(gate.Limits{})}
	a.adapters = map[string]adapters.Adapter{terminal.Platform: a.terminal}

	if c.Telegram.Token != "" {
		a.gates["telegram"] = gate.New(gate.TelegramLimits())
		a.adapters["telegram"] = a.newTelegram()
	}

	if c.Discord.Token != "" {
		a.gates["discord"] = gate.New(gate.DiscordLimits())
		a.adapters["discord"] = a.newDiscord()
	}

	for _, platform := range []string{target.Platform, target.MailPlatform} {
		a.gates[platform] = gate.New(gate.Limits{PerChat: time.Second})
		a.adapters[platform] = target.New(target.Config{
			Platform: platform, Find: a.findTarget, Client: a.fetcher.Guarded(), IsForbidden: sources.IsProhibited,
			UserAgent: userAgent(a.Version, c.Contact), Mail: mailServer(c.Mail), Log: logAndNotify(a.Log, platform, a.notifyOf(platform)),
		})
	}

	a.bot = bot.New(bot.Config{Fetcher: a.fetcher, Event: func(e bot.ReplyEvent) { a.events.emit(e) }, Config: turn.Config{
		Version: a.Version, Store: a.store, Writer: a.writer, Price: priceOf(c.AI), PageOf: a.pageOf(), SignIn: a.signIn(),
		ParseTarget: a.parseTarget, Log: a.Log, Adapters: a.adapters, Gates: a.gates, Texts: a.texts,
		Policy: policyOf(c), TimeZone: c.TimeZone, Summary: c.Alerts.Summary, EmbeddingFails: a.embedding.FailingSince,
	}})

	schedule := scheduler.Config{
		Store: a.store, Fetcher: a.fetcher, Log: a.Log, Texts: a.texts,
		AtOnce: c.Polling.AtOnce, MinInterval: c.Polling.MinInterval, MaxInterval: c.Polling.MaxInterval,
		MaxAge: c.Alerts.MaxAge, Group: c.Alerts.Group, TimeZone: c.TimeZone, Event: a.emitPoll, Operator: a.tellOperator,
		Retention: retentionOf(c),
	}
	a.scheduler = scheduler.New(schedule)

	a.connectPages(schedule)
}

// newTelegram makes the adapter for Telegram, whose gate there is.
func (a *app) newTelegram() *telegram.Adapter {
	const platform = "telegram"

	c, features := a.config.Telegram, featuresOf(a.config)

	return telegram.New(telegram.Config{
		Token: c.Token, APIURL: c.APIURL, Proxy: c.Proxy, Webhook: telegram.Webhook{Address: c.Webhook, Listen: c.WebhookListen},
		Commands: bot.CommandsOn(platform, a.texts.English(), features...), Localizations: bot.Localizations(platform, a.texts, features...),
		Words: a.words, Gate: a.gates[platform], Cursors: a.store, Log: logAndNotify(a.Log, platform, a.notifyOf(platform)),
	})
}

// newDiscord makes the adapter for Discord, whose gate there is.
func (a *app) newDiscord() *discord.Adapter {
	const platform = "discord"

	c, features := a.config.Discord, featuresOf(a.config)

	return discord.New(discord.Config{
		Token: c.Token, APIURL: c.APIURL, GatewayURL: c.GatewayURL, Proxy: c.Proxy, IdentifyEvery: failpoint.IdentifyGap(),
		HearsReplies: a.writer.HasModel(), // a question about an alert
		Commands:     bot.CommandsOn(platform, a.texts.English(), features...), OnMessages: bot.MessageCommands(a.texts.English()),
		Localizations: bot.Localizations(platform, a.texts, features...), Words: a.words, Pace: a.gates[platform], Cursors: a.store,
		Log: logAndNotify(a.Log, platform, a.notifyOf(platform)),
	})
}

// words returns the texts in a language.
func (a *app) words(language string) adapters.Words { return a.texts.Find(language) }

// lateResults is how long what was sent without an answer may still arrive, or, where others share the
// database, be told of by who sent it. Only then is it looked for: what arrives later would come twice
// where the platform knows no nonce.
const lateResults = 2 * time.Second

// deliverTo makes the loop that delivers to platforms.
func (a *app) deliverTo(platforms ...string) *delivery.Delivery {
	var lanes []delivery.Lane
	for _, platform := range platforms {
		lanes = append(lanes, delivery.Lane{Adapter: a.adapters[platform], Gate: a.gates[platform], ServerPerChat: platform == target.Platform})
	}

	c := a.config

	return delivery.New(delivery.Config{
		Store: a.store, Lanes: lanes, Texts: a.texts, Burst: c.Alerts.Burst, Summary: c.Alerts.Summary, Update: c.Alerts.Update, EditGap: a.EditGap,
		Profile: outletProfile, Spell: bundles.Spell, Buttons: story.AlertButtons, Log: a.Log, Event: a.emitDelivery, Slept: a.bot.NotifyAsleep, Failing: a.bot.NotifyFailing,
		Late: lateResults,
	})
}

// outletProfile returns what the catalogue knows of an outlet.
func outletProfile(host string) delivery.Profile {
	f := bundles.ProfileOf(host)
	return delivery.Profile{StateFunded: f.Owner == bundles.StateFunded, Wire: f.Wire, Paywall: f.Paywall == bundles.Paywalled}
}

// hasPeople reports whether people write to the bot on a platform. The terminal is none, nor are
// targets.
func hasPeople(platform string) bool {
	return !slices.Contains([]string{terminal.Platform, target.Platform, target.MailPlatform}, platform)
}

// userAgent says who asks, and how a publisher reaches whoever runs this.
func userAgent(version, contact string) string {
	return fmt.Sprintf("Newsbell/%s (+%s)", version, cmp.Or(contact, "https://github.com/newsbell/newsbell"))
}

// findTarget returns where the chat that stands for a target leads.
func (a *app) findTarget(ctx context.Context, address string) (found target.Found, err error) {
	err = a.store.View(ctx, func(t *store.Tx) error {
		g, err := t.TargetAt(address)
		if err != nil {
			return err
		}

		found = target.Found{Address: g.URL, Secret: g.Secret}
		texts := a.texts.Find(g.Language)

		if a.web == nil || a.config.Web.URL == "" {
			found.Footer = texts.Say("target.mail_end_chat")
		} else {
			found.End = a.web.EndAddress(g.Chat)
			found.Footer = texts.Say("target.mail_end", "link", found.End)
		}

		return nil
	})

	return found, err
}

// mailServer returns the server that e-mail is sent by; nil: none is sent.
func mailServer(c config.Mail) *target.MailServer {
	if c.Server == "" {
		return nil
	}

	return &target.MailServer{Address: c.Server, TLS: c.TLS, From: c.From, User: c.User, Password: c.Password}
}

var errNoMail = errors.New("no mail server is configured")

// parseTarget reads the address of a target.
func (a *app) parseTarget(address string) (turn.TargetInfo, error) {
	p, err := target.Parse(address)
	if err != nil {
		return turn.TargetInfo{}, err
	}

	if p.Kind == target.Mail && a.config.Mail.Server == "" {
		return turn.TargetInfo{}, errNoMail
	}

	return turn.TargetInfo{Address: p.Address(), Name: p.Name(), Signed: p.Kind == target.Webhook, Confirm: p.Kind == target.Mail}, nil
}

// openPages makes the web server if one is configured, and takes its address.
func (a *app) openPages(ctx context.Context) (err error) {
	if a.config.Web.Listen == "" {
		return nil
	}

	a.web, err = web.New(ctx, web.Config{
		Listen: a.config.Web.Listen, URL: a.config.Web.URL, Store: a.store, Log: a.Log,
		Texts: a.texts, Ready: a.isReady, Counters: a.events.snapshot, Size: a.databaseSize, Paces: a.paces, Work: a.work(), Picture: a.fetcher.Picture,
		LinkPictures: a.config.Web.Pictures == "link",
	})
	if err != nil {
		return err
	}

	return a.web.Open(ctx)
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

// seenRetention is how long an item's identity outlives its place in its feed.
const seenRetention = 30 * 24 * time.Hour

// leastRetention is how long articles are kept whatever the configuration says: a story is
// open for three days, and without its articles a restart would alert of it again.
const leastRetention = 4 * 24 * time.Hour

// retentionOf returns how long things are kept: the short form of an article at least as long as the
// article.
func retentionOf(c config.Config) store.Retention {
	articles := max(c.Retention.Articles, leastRetention)

	return store.Retention{Articles: articles, Seen: seenRetention, Left: c.Retention.Left, Related: max(c.Retention.Related, articles)}
}
