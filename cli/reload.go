package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"newsbell/adapters/terminal"
	"newsbell/bot"
	"newsbell/cli/config"
	"newsbell/store"
)

// reloadOnHangUp reads the configuration anew at every SIGHUP, until ctx ends.
func (a *app) reloadOnHangUp(ctx context.Context) {
	if a.Reload == nil {
		return
	}

	hangUps := make(chan os.Signal, 1)

	signal.Notify(hangUps, syscall.SIGHUP)
	defer signal.Stop(hangUps)

	for {
		select {
		case <-hangUps:
			a.reload(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// reload takes over sources, access, limits and operators. Everything else holds from
// the next start on. A configuration with a mistake changes nothing.
func (a *app) reload(ctx context.Context) {
	c, err := a.Reload()
	if err != nil {
		a.Log.Error("the configuration was not reloaded; the one before still holds", "error", err)
		return
	}

	for _, warning := range c.Warnings {
		a.Log.Warn(warning)
	}

	if err := a.store.Update(ctx, func(t *store.Tx) error { return errors.Join(t.Configure(c.SourceList()), bot.SyncBundles(t)) }); err != nil {
		a.Log.Error("the sources were not reloaded", "error", err)
		return
	}

	if keys := a.config.NeedStart(&c); len(keys) > 0 {
		a.Log.Warn("changed, but only a restart takes it over: " + strings.Join(keys, ", "))
	}

	a.bot.SetPolicy(policyOf(c))
	a.Log.Info("configuration reloaded", "sources", len(c.SourceList()), "operators", len(c.Operators), "access", c.Access)
}

// policyOf returns who may use the bot, and how much.
func policyOf(c config.Config) bot.Policy {
	return bot.Policy{
		Operators: append([]string{terminal.Platform + ":" + terminal.User}, c.Operators...), Access: c.Access, Allowed: c.Allowed,
		SubscriptionLimit: c.Limits.Subscriptions,
	}
}
