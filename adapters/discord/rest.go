package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
)

// restLimit is how long one call may take, body included.
const restLimit = 15 * time.Second

// maxBody is how much of an answer is read.
const maxBody = 8 << 20

// rest calls the REST API through discordgo, around the parts of it that do
// harm: its rate limiter sleeps without looking at the context, holds one lock
// for all interactions and keeps a bucket for ever for each; its retries post a
// message again after a 502; a 429 that is not JSON loses its Retry-After. So
// each call gets a limiter of its own that lives as long as the call, no
// retries, and is judged by the answer itself, which the transport keeps.
type rest struct {
	session *discordgo.Session
	base    string // the API's address without a slash at its end
	budget  *budget
}

// answer is what the server said.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// ok says that the call did what it should: 200, 201, 204 and their like.
func (a *answer) ok() bool { return a != nil && a.Status >= 200 && a.Status < 300 }

// apiError is an answer that is not a success.
type apiError struct {
	Status  int
	Code    int    // Discord's own number, 0 when the body has none
	Message string // in Discord's words
	JSON    bool   // the body was Discord's, not some proxy's page
	answer  *answer
}

func (e *apiError) Error() string {
	text := fmt.Sprintf("HTTP %d", e.Status)
	if e.Code != 0 {
		text += fmt.Sprintf(", code %d", e.Code)
	}

	if e.Message != "" {
		text += ", " + e.Message
	}

	return text
}

// netError is a call without an answer.
type netError struct {
	sent  bool // the request was written: it may have had its effect
	cause error
}

func (e *netError) Error() string { return e.cause.Error() }
func (e *netError) Unwrap() error { return e.cause }

// errBudget is the answer of our own counter, before anything is sent.
type errBudget struct{ wait time.Duration }

func (e *errBudget) Error() string {
	return "too many refused requests lately; waiting before Discord bans this address"
}

func newREST(token, base string, transport http.RoundTripper) *rest {
	s, _ := discordgo.New("Bot " + token) // its error is always nil
	s.Client = &http.Client{
		Transport: keeper{transport},
		Timeout:   restLimit,
		// A redirect would send the token elsewhere and turn a POST into a GET.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.LogLevel = -1 // its debug log prints the token

	return &rest{session: s, base: strings.TrimRight(base, "/"), budget: newBudget()}
}

// call sends body as JSON (nil: none) and decodes the answer into out (nil: not
// wanted). The error is an *apiError, a *netError or an *errBudget.
func (r *rest) call(ctx context.Context, method, path string, body, out any) (*answer, error) {
	var raw []byte

	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, &netError{cause: err}
		}
	}

	return r.send(ctx, method, path, "application/json", raw, out)
}

func (r *rest) send(ctx context.Context, method, path, contentType string, body []byte, out any) (*answer, error) {
	if wait := r.budget.wait(time.Now()); wait > 0 {
		return nil, &errBudget{wait}
	}

	var kept kept

	ctx = httptrace.WithClientTrace(context.WithValue(ctx, keptKey{}, &kept), &httptrace.ClientTrace{
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				kept.sent.Store(true)
			}
		},
	})
	bucket := discordgo.NewRatelimiter().LockBucket("x")
	_, err := r.session.RequestWithLockedBucket(method, r.base+path, contentType, body, bucket, 0,
		discordgo.WithContext(ctx), discordgo.WithRetryOnRatelimit(false), discordgo.WithRestRetries(0))

	a := kept.answer
	if a == nil {
		if err == nil {
			err = errors.New("no answer")
		}

		return nil, &netError{sent: kept.sent.Load(), cause: withoutAddress(err)}
	}

	r.budget.count(time.Now(), a)

	if !a.ok() {
		return a, a.err()
	}

	if out != nil && len(a.Body) > 0 {
		if err := json.Unmarshal(a.Body, out); err != nil {
			return a, fmt.Errorf("reading the answer to %s: %w", method, err)
		}
	}

	return a, nil
}

// err reads the error in an answer.
func (a *answer) err() *apiError {
	e := &apiError{Status: a.Status, answer: a}

	var body struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(a.Body, &body) == nil {
		e.JSON, e.Code, e.Message = true, body.Code, cut(body.Message, 200)
		if len(body.Errors) > 0 {
			e.Message += " " + cut(string(body.Errors), 300)
		}
	}

	return e
}

// withoutAddress takes the URL out of an error of net/http: an interaction's
// path holds its token.
func withoutAddress(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}

	return err
}

type keptKey struct{}

// kept is where the transport leaves what happened, for one call.
type kept struct {
	answer *answer
	sent   atomic.Bool
}

// keeper is a transport that reads the whole answer, bounded, and keeps a copy
// for the call that made it.
type keeper struct{ base http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (k keeper) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := k.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}

	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	resp.Body.Close()

	if err != nil {
		return nil, err
	}

	resp.Body = io.NopCloser(bytes.NewReader(body))
	if kept, ok := req.Context().Value(keptKey{}).(*kept); ok {
		kept.answer = &answer{Status: resp.StatusCode, Header: resp.Header, Body: body}
	}
	// discordgo's bucket must not read headers: one that it does not understand
	// would be an error of a call that did its work.
	bare := *resp
	bare.Header = http.Header{}

	return &bare, nil
}
