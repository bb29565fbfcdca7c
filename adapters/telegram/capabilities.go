package telegram

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

const (
	// optionalTimeout bounds every method that is not essential.
	optionalTimeout = 10 * time.Second
	// A method that hung is left alone for a while, twice as long each time, so
	// that it costs little.
	minMethodPause = time.Minute
	maxMethodPause = 32 * time.Minute
)

// errUnavailable is what a method returns that this server does not offer now.
var errUnavailable = errors.New("the server does not offer this method")

// capabilities tracks which of the optional methods do not work on this server,
// and warns once of each. It is safe for concurrent use.
type capabilities struct {
	log *slog.Logger

	countsRaw atomic.Bool // the length of a text is counted before it is parsed
	noNewTags atomic.Bool // tags of later years are unknown
	noCopies  atomic.Bool // buttons that copy are unknown

	mu       sync.Mutex
	warned   map[string]bool
	offUntil map[string]time.Time // the zero time: for good
	pauses   map[string]time.Duration
}

func newCapabilities(log *slog.Logger) *capabilities {
	return &capabilities{log: log, warned: map[string]bool{}, offUntil: map[string]time.Time{}, pauses: map[string]time.Duration{}}
}

// callOptional calls a method that Newsbell can do without.
func (a *Adapter) callOptional(ctx context.Context, method string, p botapi.Params, result any) error {
	if !a.capabilities.offers(method) {
		return errUnavailable
	}

	err := a.client.Call(ctx, optionalTimeout, method, p, result)
	a.capabilities.learn(ctx, method, err)

	return err
}

// renderer writes messages as this server reads them.
func (a *Adapter) renderer() render.Renderer {
	return render.Renderer{CountsRaw: a.capabilities.countsRaw.Load(), NoNewTags: a.capabilities.noNewTags.Load()}
}

// learnCopies takes in that the server refused a message, and reports whether that may be
// because of its buttons that copy a text, of which it was not known that they are refused.
func (c *capabilities) learnCopies(m *adapters.Message, err error) bool {
	copies := slices.ContainsFunc(m.Buttons, func(row []adapters.Button) bool {
		return slices.ContainsFunc(row, func(b adapters.Button) bool { return b.Copy != "" })
	})

	return copies && botapi.ErrorContains(err, aboutButtons, "copy_text", "button_") && !c.noCopies.Swap(true)
}

// learnLength takes in that the server found a part too long, and reports whether
// that means that it counts differently from Telegram's own.
func (c *capabilities) learnLength(part render.Part) bool {
	if !part.TooLong() {
		return false
	}

	if !c.countsRaw.Swap(true) {
		c.log.Warn("the server counts the length of a text before it is parsed; messages will be shorter")
	}

	return true
}

// offers reports whether the method is worth calling now.
func (c *capabilities) offers(method string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()

	until, off := c.offUntil[method]

	return !off || (!until.IsZero() && !time.Now().Before(until))
}

// learn takes in how a call ended. A refusal of one request says nothing about the
// method, and neither does a call that was cut short or did not get to the server.
func (c *capabilities) learn(ctx context.Context, method string, err error) {
	if ctx.Err() != nil || wasNotAsked(err) {
		return
	}

	c.mu.Lock()
	defer c.mu.Unlock()

	if err == nil {
		delete(c.pauses, method)
		return
	}

	switch {
	case isOrdinaryRefusal(method, err):
		return
	case botapi.IsMissingMethod(err):
		c.offUntil[method] = time.Time{}
	case errors.Is(err, context.DeadlineExceeded):
		c.pauses[method] = min(max(2*c.pauses[method], minMethodPause), maxMethodPause)
		c.offUntil[method] = time.Now().Add(c.pauses[method])
	}

	if !c.warned[method] {
		c.warned[method] = true
		c.log.Warn("the server did not do this; Newsbell works without it", "method", method, "err", err)
	}
}

// wasNotAsked reports whether a call failed before it got to the server: there is no network, or
// the server or a proxy is down.
func wasNotAsked(err error) bool {
	failed, ok := errors.AsType[*botapi.NoAnswerError](err)
	return ok && !failed.Sent
}

// isOrdinaryRefusal reports whether a refusal says nothing about the method: it comes
// too soon, the server has problems, there is no such chat or member, or the press is
// too old.
func isOrdinaryRefusal(method string, err error) bool {
	api, ok := errors.AsType[*botapi.Error](err)
	if ok && (api.Code == http.StatusTooManyRequests || api.Code >= http.StatusInternalServerError && api.Code != http.StatusNotImplemented) {
		return true
	}

	if !ok || api.Code != http.StatusBadRequest && api.Code != http.StatusForbidden {
		return false
	}

	switch method {
	case "getChat", "getChatMember", "getFile", "createForumTopic", editMethod, editEphemeralMethod, documentMethod, photoMethod, draftMethod:
		return true
	}

	return api.Contains("query is too old")
}
