package feed

import (
	"cmp"
	"errors"
	"strings"
)

// Why a body is no feed, in words for people.
var (
	errEmpty   = errors.New("the feed is empty")
	errOPML    = errors.New("it's a list of feeds (OPML), not a feed; newsbell import reads it")
	errHTML    = errors.New("the page is HTML, not a feed")
	errNoFeed  = errors.New("it isn't a feed")
	errPacked  = errors.New("it's compressed twice, gzip within gzip")
	errPages   = errors.New("it's a list of pages without news in it")
	errIndex   = errors.New("it's a list of sitemaps, not a feed")
	errTooDeep = errors.New("the feed is nested too deeply")
	errBroken  = errors.New("the feed is cut off or broken, so nothing in it can be read")
)

// Error is why a body is no feed.
type Error struct {
	Reason string // a clause in plain words: "the page is HTML, not a feed"
	Cause  error  // what the parser said, may be nil
}

func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Reason
	}

	return e.Reason + " (" + e.Cause.Error() + ")"
}

func (e *Error) Unwrap() error { return e.Cause }

// explainError puts what a parser said into words.
func explainError(err error) *Error {
	for _, known := range []error{errEmpty, errOPML, errHTML, errNoFeed, errPacked, errPages, errIndex, errTooDeep, errBroken} {
		if errors.Is(err, known) {
			return &Error{Reason: known.Error(), Cause: withDetail(err, known)}
		}
	}

	return &Error{Reason: errBroken.Error(), Cause: err}
}

func withDetail(err, known error) error {
	rest := strings.TrimSpace(strings.ReplaceAll(err.Error(), known.Error(), ""))
	if rest == "" {
		return nil
	}

	return errors.New(cmp.Or(rest, err.Error()))
}
