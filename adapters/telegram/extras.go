package telegram

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// extraTimeout bounds every method that is not essential.
	extraTimeout = 10 * time.Second
	// After a method hung it is left alone for a while, doubled each time, so
	// that it costs little.
	firstRest = time.Minute
	lastRest  = 32 * time.Minute
)

// extras remembers which of the methods that are only nice to have do not work
// on this server, and warns once of each.
type extras struct {
	log *slog.Logger

	mu     sync.Mutex
	warned map[string]bool
	off    map[string]time.Time // until when; the zero time: for good
	rest   map[string]time.Duration
}

// errOff is the answer for a method that is left alone.
var errOff = errors.New("the server does not offer this method")

// extra calls a method that Newsbell can do without.
func (a *Adapter) extra(ctx context.Context, method string, p params, out any) error {
	if !a.extras.on(method) {
		return errOff
	}

	err := a.client.call(ctx, extraTimeout, method, p, out)
	a.extras.learn(ctx, method, err)

	return err
}

func (x *extras) on(method string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()

	until, off := x.off[method]

	return !off || (!until.IsZero() && !time.Now().Before(until))
}

// learn takes in how a call ended. A refusal of one request (400, 403) and
// trouble of the whole server say nothing about the method.
func (x *extras) learn(ctx context.Context, method string, err error) {
	if ctx.Err() != nil {
		return
	}

	x.mu.Lock()
	defer x.mu.Unlock()

	if x.warned == nil {
		x.warned, x.off, x.rest = map[string]bool{}, map[string]time.Time{}, map[string]time.Duration{}
	}

	if err == nil {
		delete(x.rest, method)
		return
	}

	switch {
	case ordinary(method, err):
		return
	case missing(err):
		x.off[method] = time.Time{}
	case errors.Is(err, context.DeadlineExceeded):
		x.rest[method] = min(max(2*x.rest[method], firstRest), lastRest)
		x.off[method] = time.Now().Add(x.rest[method])
	}

	if !x.warned[method] {
		x.warned[method] = true
		x.log.Warn("the server did not do this; Newsbell works without it", "method", method, "err", err)
	}
}

// ordinary tells a refusal that is an answer: there is no such chat or member,
// the press is too old. It says nothing about the server.
func ordinary(method string, err error) bool {
	api, ok := errors.AsType[*apiError](err)
	if !ok || api.Code != http.StatusBadRequest && api.Code != http.StatusForbidden {
		return false
	}

	asking := method == "getChat" || method == "getChatMember" || method == "getFile" || method == editMethod

	return asking || strings.Contains(api.Text, "query is too old")
}

// missing tells that the server has no such method.
func missing(err error) bool {
	if api, ok := errors.AsType[*apiError](err); ok {
		return api.Code == http.StatusNotFound || api.Code == http.StatusNotImplemented || api.Code == http.StatusMethodNotAllowed
	}

	w, ok := errors.AsType[*wireError](err)

	return ok && (w.Status == http.StatusNotFound || w.Status == http.StatusNotImplemented || w.Status == http.StatusMethodNotAllowed)
}
