package config

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"newsbell/news"
)

// setting is one entry of the configuration.
type setting struct {
	key    string // "alerts.burst"; in the file: burst, below [alerts]
	secret bool
	// set takes a value over, or says what is wrong with it, as a sentence that
	// begins after the name of the setting.
	set func(*Config, value) error
	// show returns the value as it would stand in the file.
	show func(*Config) string
}

// allSettings returns all settings in the order of config.example.toml.
func allSettings() []setting { return slices.Concat(newsSettings(), serviceSettings()) }

// newsSettings returns those about the news: what is read, who is alerted, and what is kept.
func newsSettings() []setting {
	return []setting{
		redactedSetting("database", func(c *Config) *string { return &c.Database }, databasePath, shownDatabase),
		zoneSetting("time_zone"),
		flagSetting("default_sources", func(c *Config) *bool { return &c.DefaultSources }),
		listSetting("operators", func(c *Config) *[]string { return &c.Operators }, personID, quote),
		textSetting("operator_chat", func(c *Config) *string { return &c.OperatorChat }, chatID),
		textSetting("access", func(c *Config) *string { return &c.Access }, oneOf("open", "listed", "operators")),
		listSetting("allowed", func(c *Config) *[]string { return &c.Allowed }, anyID, quote),
		textSetting("locales", func(c *Config) *string { return &c.Locales }, anyText),
		textSetting("contact", func(c *Config) *string { return &c.Contact }, anyText),
		sourcesSetting("sources"),

		numberSetting("polling.at_once", func(c *Config) *int { return &c.Polling.AtOnce }, 1, 10000),
		durationSetting("polling.min_interval", func(c *Config) *time.Duration { return &c.Polling.MinInterval }, time.Second, 30*day),
		durationSetting("polling.max_interval", func(c *Config) *time.Duration { return &c.Polling.MaxInterval }, time.Second, 30*day),
		durationSetting("polling.host_gap", func(c *Config) *time.Duration { return &c.Polling.HostGap }, 0, time.Hour),

		listSetting("network.allow", func(c *Config) *[]netip.Prefix { return &c.Network.Allow }, addressRange, func(p netip.Prefix) string { return quote(p.String()) }),

		flagSetting("alerts.group", func(c *Config) *bool { return &c.Alerts.Group }),
		durationSetting("alerts.max_age", func(c *Config) *time.Duration { return &c.Alerts.MaxAge }, time.Second, 3650*day),
		numberSetting("alerts.burst", func(c *Config) *int { return &c.Alerts.Burst }, 1, 100000),
		numberSetting("alerts.summary", func(c *Config) *int { return &c.Alerts.Summary }, 0, 2000),
		flagSetting("alerts.update", func(c *Config) *bool { return &c.Alerts.Update }),

		numberSetting("limits.subscriptions", func(c *Config) *int { return &c.Limits.Subscriptions }, 1, 1000000),

		durationSetting("retention.articles", func(c *Config) *time.Duration { return &c.Retention.Articles }, time.Second, 36500*day),
		durationSetting("retention.left", func(c *Config) *time.Duration { return &c.Retention.Left }, time.Second, 36500*day),
		durationSetting("retention.related", func(c *Config) *time.Duration { return &c.Retention.Related }, time.Second, 36500*day),

		durationSetting("backup.every", func(c *Config) *time.Duration { return &c.Backup.Every }, 0, 366*day),
		numberSetting("backup.keep", func(c *Config) *int { return &c.Backup.Keep }, 1, 10000),
		textSetting("backup.folder", func(c *Config) *string { return &c.Backup.Folder }, someText),
	}
}

// serviceSettings returns those about what the program talks to: a model, browsers, the log, the
// platforms.
func serviceSettings() []setting {
	return []setting{
		addressSetting("ai.url", func(c *Config) *string { return &c.AI.URL }, optional(webAddress)),
		textSetting("ai.model", func(c *Config) *string { return &c.AI.Model }, anyText),
		secretSetting("ai.key", func(c *Config) *string { return &c.AI.Key }, anyText),
		textSetting("ai.key_file", func(c *Config) *string { return &c.AI.KeyFile }, anyText),
		textSetting("ai.check_model", func(c *Config) *string { return &c.AI.CheckModel }, anyText),
		textSetting("ai.embed_model", func(c *Config) *string { return &c.AI.EmbedModel }, anyText),
		numberSetting("ai.tokens_per_day", func(c *Config) *int { return &c.AI.TokensPerDay }, 0, 1_000_000_000),
		numberSetting("ai.per_chat_per_day", func(c *Config) *int { return &c.AI.PerChat }, 0, 1_000_000_000),
		textSetting("ai.price", func(c *Config) *string { return &c.AI.Price }, optional(price)),
		durationSetting("ai.timeout", func(c *Config) *time.Duration { return &c.AI.Timeout }, time.Second, 10*time.Minute),
		numberSetting("ai.parallel", func(c *Config) *int { return &c.AI.Parallel }, 1, 64),

		textSetting("web.listen", func(c *Config) *string { return &c.Web.Listen }, optional(listenAddress)),
		addressSetting("web.url", func(c *Config) *string { return &c.Web.URL }, optional(webAddress)),
		textSetting("web.pictures", func(c *Config) *string { return &c.Web.Pictures }, oneOf("pass", "link")),
		textSetting("web.pprof", func(c *Config) *string { return &c.Web.Pprof }, optional(localAddress)),

		textSetting("mail.server", func(c *Config) *string { return &c.Mail.Server }, optional(mailServer)),
		textSetting("mail.tls", func(c *Config) *string { return &c.Mail.TLS }, oneOf("starttls", "implicit", "none")),
		textSetting("mail.from", func(c *Config) *string { return &c.Mail.From }, optional(mailAddress)),
		textSetting("mail.user", func(c *Config) *string { return &c.Mail.User }, anyText),
		secretSetting("mail.password", func(c *Config) *string { return &c.Mail.Password }, anyText),
		textSetting("mail.password_file", func(c *Config) *string { return &c.Mail.PasswordFile }, anyText),

		textSetting("log.format", func(c *Config) *string { return &c.Log.Format }, oneOf("text", "json")),
		textSetting("log.level", func(c *Config) *string { return &c.Log.Level }, oneOf("debug", "info", "warn", "error")),

		secretSetting("telegram.token", func(c *Config) *string { return &c.Telegram.Token }, botToken("@BotFather")),
		textSetting("telegram.token_file", func(c *Config) *string { return &c.Telegram.TokenFile }, anyText),
		addressSetting("telegram.api_url", func(c *Config) *string { return &c.Telegram.APIURL }, webAddress),
		addressSetting("telegram.proxy", func(c *Config) *string { return &c.Telegram.Proxy }, optional(proxyAddress)),
		addressSetting("telegram.webhook", func(c *Config) *string { return &c.Telegram.Webhook }, optional(webAddress)),
		textSetting("telegram.webhook_listen", func(c *Config) *string { return &c.Telegram.WebhookListen }, optional(listenAddress)),

		secretSetting("discord.token", func(c *Config) *string { return &c.Discord.Token }, botToken("the developer portal")),
		textSetting("discord.token_file", func(c *Config) *string { return &c.Discord.TokenFile }, anyText),
		addressSetting("discord.api_url", func(c *Config) *string { return &c.Discord.APIURL }, webAddress),
		addressSetting("discord.gateway_url", func(c *Config) *string { return &c.Discord.GatewayURL }, optional(socketAddress)),
		addressSetting("discord.proxy", func(c *Config) *string { return &c.Discord.Proxy }, optional(proxyAddress)),

		textSetting("process.name", func(c *Config) *string { return &c.Process.Name }, anyText),
		listSetting("process.roles", func(c *Config) *[]string { return &c.Process.Roles }, oneOf(Roles()...), quote),
	}
}

// sectionNames returns the names of all sections.
func sectionNames() []string {
	var names []string

	for _, s := range allSettings() {
		if section, _, ok := strings.Cut(s.key, "."); ok && !slices.Contains(names, section) {
			names = append(names, section)
		}
	}

	return append(names, "sources")
}

func isSection(name string) bool { return slices.Contains(sectionNames(), name) }

// apply takes an entry over. A mistake names where it is.
func (c *Config) apply(e entry) []error {
	all := allSettings()

	at := slices.IndexFunc(all, func(s setting) bool { return s.key == e.key })
	if at < 0 {
		return []error{fmt.Errorf("%s: %s", e.where, unknownKey(e.key))}
	}

	if e.key == "sources" {
		return c.addSources(e)
	}

	if err := all[at].set(c, e.value); err != nil {
		return []error{fmt.Errorf("%s: %s %w", e.where, e.key, err)}
	}

	c.origins[e.key] = e.where

	return nil
}

// unknownKey says that there is no such setting, and which may be meant.
func unknownKey(key string) string {
	var keys []string
	for _, s := range allSettings() {
		keys = append(keys, s.key)
	}

	section, name, below := strings.Cut(key, ".")
	if !below {
		section, name = "", key
	}

	for _, k := range keys {
		home, n, ok := strings.Cut(k, ".")
		if !ok {
			home, n = "", k
		}

		switch {
		case n != name && n != normalizeName(name):
		case home == section:
			return fmt.Sprintf("there is no setting %q; did you mean %s?", key, k)
		case home == "":
			return fmt.Sprintf("there is no setting %q: put %s above the first [section]", key, n)
		case home != section:
			return fmt.Sprintf("there is no setting %q: %s belongs below [%s]", key, n, home)
		}
	}

	if near := nearestName(key, keys); near != "" {
		return fmt.Sprintf("there is no setting %q; did you mean %s?", key, near)
	}

	return fmt.Sprintf("there is no setting %q; config.example.toml lists them all", key)
}

// addSources adds a [[sources]] of the file, or the addresses of the environment.
func (c *Config) addSources(e entry) (mistakes []error) {
	if e.value.loose {
		for _, url := range listOf(e.value) {
			mistakes = append(mistakes, c.addSource([]entry{{"url", url, e.where}}, e.where)...)
		}

		return mistakes
	}

	if e.value.table == nil && e.value.kind.String() != "InlineTable" {
		return []error{fmt.Errorf("%s: sources are written as [[sources]] and, below it, url = \"https://…\"", e.where)}
	}

	return c.addSource(e.value.table, e.where)
}

func (c *Config) addSource(entries []entry, where string) (mistakes []error) {
	var s news.Source

	fields := map[string]struct {
		to    *string
		check func(string) (string, error)
	}{
		"url": {&s.URL, feedAddress}, "title": {&s.Title, anyText}, "outlet": {&s.Outlet, anyText},
		"language": {&s.Language, optional(languageCode)}, "country": {&s.Country, optional(countryCode)},
	}

	seen := map[string]bool{}

	for _, e := range entries {
		field, known := fields[e.key]
		if !known {
			mistakes = append(mistakes, fmt.Errorf("%s: there is no setting %q of a source; there are url, title, outlet, language and country", e.where, e.key))
			continue
		}

		if seen[e.key] {
			mistakes = append(mistakes, fmt.Errorf("%s: %s is here a second time; a new source begins with [[sources]]", e.where, e.key))
			continue
		}

		seen[e.key] = true

		text, err := e.value.asText(e.key)
		if err == nil {
			*field.to, err = field.check(text)
		}

		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: %s %w", e.where, e.key, err))
		}
	}

	switch {
	case !seen["url"]:
		mistakes = append(mistakes, fmt.Errorf("%s: this source has no url", where))
	case slices.ContainsFunc(c.Sources, func(other news.Source) bool {
		return news.SourceAddress(other.URL) == news.SourceAddress(s.URL) && s.URL != ""
	}):
		c.Warnings = append(c.Warnings, fmt.Sprintf("%s: this source is listed twice", where))
	case len(mistakes) == 0:
		c.Sources = append(c.Sources, s)
		c.origins[s.URL] = where
	}

	return mistakes
}

// check finds what only two settings together can do wrong.
func (c *Config) check() (mistakes []error) {
	at := func(key string) string { return c.origins[key] }

	if p := c.Polling; p.MaxInterval < p.MinInterval && at("polling.min_interval") != "" && at("polling.max_interval") != "" {
		mistakes = append(mistakes, fmt.Errorf("%s: polling.max_interval is shorter than min_interval", at("polling.max_interval")))
	}

	if err := c.CheckRoles(); err != nil {
		mistakes = append(mistakes, fmt.Errorf("%s: %w", at("process.roles"), err))
	}

	if c.Backup.Every > 0 && isServer(c.Database) {
		mistakes = append(mistakes, fmt.Errorf("%s: backup.every is for a database that is a file; back a PostgreSQL server up with pg_dump", at("backup.every")))
	}

	if e := c.Backup.Every; e > 0 && e < time.Minute {
		mistakes = append(mistakes, fmt.Errorf("%s: backup.every is at least \"1m\", or \"0s\" for no backups", at("backup.every")))
	}

	mistakes = append(mistakes, c.checkMail()...)

	if c.AI.URL != "" && c.AI.Model == "" {
		mistakes = append(mistakes, fmt.Errorf("%s: ai.url needs ai.model beside it, the name of a model that it serves", at("ai.url")))
	}

	mistakes = append(mistakes, c.checkWebhook()...)

	for _, pair := range []struct{ key, value, needs, given string }{
		{"web.url", c.Web.URL, "web.listen", c.Web.Listen},
		{"ai.model", c.AI.Model, "ai.url", c.AI.URL},
		{"ai.embed_model", c.AI.EmbedModel, "ai.url", c.AI.URL},
	} {
		if pair.value != "" && pair.given == "" {
			c.Warnings = append(c.Warnings, fmt.Sprintf("%s: %s has no effect without %s", at(pair.key), pair.key, pair.needs))
		}
	}

	if len(c.Allowed) > 0 && c.Access != "listed" {
		c.Warnings = append(c.Warnings, at("allowed")+`: allowed has no effect unless access = "listed"`)
	}

	return mistakes
}

// checkMail says what is wrong with how e-mail is sent.
func (c *Config) checkMail() (mistakes []error) {
	m := &c.Mail
	if m.Server == "" {
		return nil
	}

	if m.From == "" {
		mistakes = append(mistakes, fmt.Errorf("%s: mail.server needs mail.from beside it: from = \"Newsbell <news@example.org>\"", c.origins["mail.server"]))
	}

	host, _, _ := net.SplitHostPort(m.Server) // mailServer has looked
	if ip, err := netip.ParseAddr(host); m.TLS == "none" && host != "localhost" && (err != nil || !ip.IsLoopback()) {
		mistakes = append(mistakes, fmt.Errorf("%s: mail.tls = \"none\" is for a server on this machine only; write \"starttls\" or \"implicit\"", c.origins["mail.tls"]))
	}

	return mistakes
}

// checkWebhook says what is missing for updates to be posted.
func (c *Config) checkWebhook() (mistakes []error) {
	p, own := &c.Telegram, c.Telegram.APIURL != Default().Telegram.APIURL

	switch {
	case p.Webhook != "" && p.WebhookListen == "":
		return []error{fmt.Errorf("%s: telegram.webhook needs telegram.webhook_listen beside it, where the updates arrive: webhook_listen = \"127.0.0.1:8443\"", c.origins["telegram.webhook"])}
	case p.Webhook == "" && p.WebhookListen != "":
		c.Warnings = append(c.Warnings, c.origins["telegram.webhook_listen"]+": telegram.webhook_listen has no effect without telegram.webhook")
	case strings.HasPrefix(p.Webhook, "http://") && !own:
		return []error{fmt.Errorf("%s: telegram.webhook begins with https://: Telegram posts to no other address", c.origins["telegram.webhook"])}
	}

	return nil
}

// warnOfNobody warns of what reaches nobody, or lets nobody in. Of several processes on a server
// another one may have the token.
func (c *Config) warnOfNobody() {
	tokens := map[string]string{"telegram": c.Telegram.Token, "discord": c.Discord.Token}

	platform, _, _ := strings.Cut(c.OperatorChat, ":")
	if token, ok := tokens[platform]; ok && token == "" && !isServer(c.Database) {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%s: operator_chat hears nothing: there is no token for %s", c.origins["operator_chat"], platform))
	}

	if c.Telegram.Token+c.Discord.Token == "" || len(c.Operators) > 0 {
		return
	}

	if c.Access == "operators" || c.Access == "listed" && len(c.Allowed) == 0 {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%s: access = %q lets nobody use the bot: name somebody in operators", c.origins["access"], c.Access))
	}
}
