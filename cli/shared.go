package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"newsbell/cli/config"
	"newsbell/cli/roles"
	"newsbell/store"
	"newsbell/web"
)

// memberOf returns what this process says of itself to those it shares a database with.
func memberOf(c *config.Config, o options) store.Member {
	list := sha256.New()
	for _, s := range c.SourceList() {
		fmt.Fprintln(list, s.URL, s.Outlet, s.Language, s.Country)
	}

	return store.Member{
		Name: c.Process.Name, Version: o.Version, Roles: strings.Join(c.Process.Roles, ","), Sources: hex.EncodeToString(list.Sum(nil)[:8]),
		Warn: func(sentence string) { o.Log.Warn(sentence) },
	}
}

// joinOrLock joins the processes that share a database, or locks one that is not shared.
func joinOrLock(ctx context.Context, s *store.Store, m store.Member) (*store.Process, error) {
	process, err := s.Join(ctx, m)
	if errors.Is(err, store.ErrNotShared) {
		return nil, s.Lock(ctx)
	}

	return process, err
}

// warnOfRisks logs what the server's settings may lose. A server that cannot say so now is no
// reason not to begin.
func warnOfRisks(ctx context.Context, s *store.Store, log *slog.Logger) {
	survey, err := s.Survey(ctx)
	if err != nil {
		log.Warn("ask the database server for its settings", "error", err)
	}

	for _, risk := range survey.Risks {
		log.Warn(risk)
	}
}

// runAlone does everything until ctx ends.
func (a *app) runAlone(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)

	for _, adapter := range a.adapters {
		group.Go(func() error { return a.runAdapter(ctx, adapter) })
	}

	deliver := a.deliverTo(slices.Collect(maps.Keys(a.adapters))...)

	for _, loop := range []func(context.Context) error{a.scheduler.Run, deliver.Run} {
		group.Go(func() error { return a.noticing(ctx, loop) })
	}

	group.Go(func() error {
		a.noteHolds(ctx, slices.Collect(maps.Keys(a.adapters))...)
		return nil
	})

	a.runBeside(ctx, group)

	return group.Wait()
}

// noticing runs a loop and tells the operator if it cannot go on.
func (a *app) noticing(ctx context.Context, loop func(context.Context) error) error {
	err := loop(ctx)
	if isStopped(ctx, err) {
		return nil
	}

	if err != nil && !isLost(err) {
		a.sendLastNotice(ctx, err)
	}

	return err
}

// runBeside runs what goes with matching.
func (a *app) runBeside(ctx context.Context, group *errgroup.Group) {
	work := []func(context.Context){a.bot.RunBriefs, a.runTranslations, a.runJudge, a.runVectors, a.noteAlive}
	if a.hubs != nil {
		work = append(work, a.hubs.Run)
	}

	for _, beside := range work {
		group.Go(func() error {
			beside(ctx)
			return nil
		})
	}
}

// runShared does what this process has the leases for, until ctx ends or they are lost.
func (a *app) runShared(ctx context.Context) error {
	has := func(role string) bool { return slices.Contains(a.config.Process.Roles, role) }
	r := roles.Runner{Process: a.process, Log: a.Log, HostGap: a.config.Polling.HostGap}

	if has(roles.Poll) {
		r.Poll = a.scheduler.Poll
	}

	if has(roles.Match) {
		r.Works = append(r.Works, roles.Work{Lease: roles.Match, StandBy: a.scheduler.StandBy, Do: a.match})
	}

	if has(roles.Speak) {
		for platform := range a.adapters {
			r.Works = append(r.Works, roles.Work{Lease: roles.Speak + ":" + platform, Do: func(ctx context.Context) error { return a.speak(ctx, platform) }})
		}
	}

	return r.Run(ctx)
}

// work says what this process does of what is shared; nil where no others share the database.
func (a *app) work() func() web.Work {
	if a.process == nil {
		return nil
	}

	return func() web.Work {
		counts := map[string]int{roles.Poll: 0, roles.Match: 0}

		for platform := range a.adapters {
			counts[roles.Speak+":"+platform] = 0
		}

		has, renewed := a.process.Has()
		for _, name := range has {
			if strings.HasPrefix(name, roles.Poll+":") {
				name = roles.Poll
			}

			counts[name]++
		}

		return web.Work{Roles: a.config.Process.Roles, Leases: counts, Renewed: renewed}
	}
}

// match matches, and does what goes with that.
func (a *app) match(ctx context.Context) error {
	if err := a.store.BeginMatching(ctx); isStopped(ctx, err) {
		return nil
	} else if err != nil {
		return fmt.Errorf("begin to match: %w", err)
	}

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.noticing(ctx, a.scheduler.Match) })
	a.runBeside(ctx, group)

	return group.Wait()
}

// speak answers and alerts on one platform.
func (a *app) speak(ctx context.Context, platform string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.runAdapter(ctx, a.adapters[platform]) })
	group.Go(func() error { return a.noticing(ctx, a.deliverTo(platform).Run) })
	group.Go(func() error {
		a.noteHolds(ctx, platform)
		return nil
	})

	return group.Wait()
}

// isLost reports whether a process has to begin again: another one may do its work, or it could
// not begin for want of the server.
func isLost(err error) bool {
	return errors.Is(err, store.ErrAway) || errors.Is(err, store.ErrFenced) || errors.Is(err, store.ErrUnsure) || errors.Is(err, store.ErrClock)
}
