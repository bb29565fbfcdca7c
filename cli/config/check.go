package config

import (
	"strings"
	"time"
)

// wrong checks what a type cannot: it names the key and what is wrong with it.
func (c *Config) wrong() (key, sentence string) {
	p := c.Polling
	for _, check := range []struct {
		key      string
		bad      bool
		sentence string
	}{
		{"database", c.Database == "", "needs a file name"},
		{"database", strings.HasPrefix(c.Database, "postgres:"), "is a file name for now; PostgreSQL is not built in yet"},
		{"polling.at_once", p.AtOnce < 1 || p.AtOnce > 10_000, "is 1 to 10000"},
		{"polling.min_interval", time.Duration(p.MinInterval) < time.Second, "is at least \"1s\""},
		{"polling.max_interval", time.Duration(p.MaxInterval) < time.Second, "is at least \"1s\""},
		{"polling.max_interval", p.MaxInterval < p.MinInterval, "is not shorter than min_interval"},
		{"polling.host_gap", p.HostGap < 0, "is not negative"},
		{"alerts.max_age", c.Alerts.MaxAge < 0, "is not negative"},
		{"alerts.burst", c.Alerts.Burst < 1, "is at least 1"},
		{"alerts.summary", c.Alerts.Summary < 0 || c.Alerts.Summary > 2000, "is 0 to 2000 characters"},
		{"limits.subscriptions", c.Limits.Subscriptions < 1, "is at least 1"},
		{"retention.articles", time.Duration(c.Retention.Articles) < 8*24*time.Hour, "is at least \"192h\": previews look a week back"},
		{"retention.left", c.Retention.Left < 0, "is not negative"},
		{"retention.related", c.Retention.Related < c.Retention.Articles, "is at least retention.articles"},
	} {
		if check.bad {
			return check.key, check.sentence
		}
	}

	for _, s := range c.Sources {
		switch {
		case s.URL.s == "":
			return "sources", "needs a url in each entry"
		case !strings.HasPrefix(s.URL.s, "http"):
			return "sources.url", "begins with https:// or http://"
		}
	}

	for key, url := range map[string]Address{"telegram.api_url": c.Telegram.APIURL, "discord.api_url": c.Discord.APIURL} {
		if !strings.HasPrefix(url.s, "http") {
			return key, "begins with https:// or http://"
		}
	}

	if g := c.Discord.GatewayURL.s; g != "" && !strings.HasPrefix(g, "ws") {
		return "discord.gateway_url", "begins with wss:// or ws://"
	}

	return "", ""
}

// lineOf finds the line of a key such as "alerts.burst", 0 if it is not there.
func lineOf(body []byte, key string) int {
	table, name := "", key
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		table, name = key[:i], key[i+1:]
	}

	in := ""

	for i, line := range strings.Split(string(body), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			in = strings.Trim(strings.SplitN(line, "]", 2)[0], "[ ")
			if in == name && table == "" {
				return i + 1
			}

			continue
		}

		before, _, _ := strings.Cut(line, "=")

		before = strings.TrimSpace(before)
		if (in == table && before == name) || (in == "" && before == key) {
			return i + 1
		}
	}

	return 0
}
