package telegram

import (
	"context"
	"errors"
	"net/http"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
)

const (
	// A problem counts once so many requests in a row have failed: a single
	// failure is the network's daily life.
	noticeAfter = 3
	// A problem that lasts is logged again this often.
	logAgainAfter = 10 * time.Minute
	// refusedPause is between two polls while the server refuses the token: it
	// may be a gateway's hiccup or a server that is restarting.
	refusedPause = time.Minute
	// conflictPause is how long the server delays conflicts itself.
	conflictPause = 3 * time.Second
	// conflictLasts is how long after a conflict another instance is thought to be
	// running: between its polls all seems well.
	conflictLasts = time.Minute

	minBackoff = time.Second
	maxBackoff = 30 * time.Second
)

// health tracks whether the bot hears what people write, logs it when it does not,
// and keeps it for other processes to read.
type health struct {
	a *Adapter

	failures    int       // in a row
	refusals    int       // of the token, in a row
	alarmed     bool      // the problem was logged as an error
	loggedAt    time.Time // when the problem was last logged
	rivalLogged time.Time // when another instance was last logged
	conflictAt  time.Time // when another instance was last met
	saved       adapters.Listening
}

// noteFailure takes in a failed request and returns how long to wait before the
// next.
func (h *health) noteFailure(ctx context.Context, err error) time.Duration {
	h.failures++

	wait := backoff(h.failures)
	problem := LogUnreachable

	if api, ok := errors.AsType[*botapi.Error](err); ok {
		switch {
		case isTokenRefused(api):
			h.refusals++
			problem = tokenError(api).Error()
		case api.Code == http.StatusConflict:
			h.noteConflict(ctx, api)
			return max(wait, conflictPause)
		case api.After > 0:
			wait = api.After
			problem = logSlowDown
		}
	}

	if h.refusals >= noticeAfter {
		wait = refusedPause
	}

	h.logProblem(problem, err)

	if h.failures >= noticeAfter {
		h.save(ctx, problem)
	}

	return wait
}

// logProblem logs a problem as a warning, and once, if it lasts, as an error, which
// the operator hears of.
func (h *health) logProblem(problem string, err error) {
	switch {
	case h.failures >= noticeAfter && !h.alarmed:
		h.alarmed = true
		h.a.log.Error(problem, "err", err)
	case h.loggedAt.IsZero() || time.Since(h.loggedAt) >= logAgainAfter:
		h.a.log.Warn(problem, "err", err)
	default:
		return
	}

	h.loggedAt = time.Now()
}

// noteConflict takes in that another program receives the bot's updates. One that does asks again
// and again: a single request is the last one of the process from which this one took over, which
// was frozen before it sent it.
func (h *health) noteConflict(ctx context.Context, err *botapi.Error) {
	switch {
	case isWebhookConflict(err):
		h.noteRival(ctx, logWebhook, err)
	case !h.conflictAt.IsZero() && time.Since(h.conflictAt) < conflictLasts:
		h.noteRival(ctx, logConflict, err)
	default:
		h.conflictAt = time.Now()
		h.a.log.Info("another request for updates ended this one's", "err", err)
	}
}

// noteRival takes in that the updates go elsewhere.
func (h *health) noteRival(ctx context.Context, problem string, err error) {
	h.conflictAt = time.Now()

	if h.rivalLogged.IsZero() || time.Since(h.rivalLogged) >= logAgainAfter {
		h.rivalLogged = time.Now()
		h.a.log.Error(problem, "err", err)
	}

	h.save(ctx, problem)
}

// noteSuccess takes in that a request succeeded.
func (h *health) noteSuccess(ctx context.Context) {
	if !h.loggedAt.IsZero() {
		h.a.log.Info("Telegram answers again", "failures", h.failures)
	}

	h.failures, h.refusals, h.alarmed, h.loggedAt = 0, 0, false, time.Time{}

	if time.Since(h.conflictAt) >= conflictLasts {
		h.save(ctx, "")
	}
}

// save keeps whether the bot listens, when that has changed, and every minute.
func (h *health) save(ctx context.Context, problem string) {
	if h.a.cfg.Cursors == nil || problem == h.saved.Problem && time.Since(h.saved.At) < adapters.ListeningEvery {
		return
	}

	h.saved = adapters.Listening{At: time.Now(), Problem: problem}
	if err := adapters.SaveListening(context.WithoutCancel(ctx), h.a.cfg.Cursors, platform, h.saved); err != nil {
		h.a.log.Error("saving whether the bot listens", "err", err)
	}
}

// isWebhookConflict reports whether updates are not handed out because they are posted.
func isWebhookConflict(err error) bool {
	api, ok := errors.AsType[*botapi.Error](err)
	return ok && api.Code == http.StatusConflict && api.Contains("webhook")
}

func isTokenRefused(e *botapi.Error) bool {
	return e.Code == http.StatusUnauthorized || e.Code == http.StatusNotFound
}

// tokenError returns the sentence for a refused token.
func tokenError(e *botapi.Error) error {
	if e.Code == http.StatusUnauthorized {
		return sentence(sayToken401)
	}

	return sentence(sayToken404)
}

// backoff returns the pause after n failures in a row.
func backoff(n int) time.Duration {
	return min(minBackoff<<min(n-1, 10), maxBackoff)
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()

	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
