// Package rest is a small client of Discord's REST API. It makes one call at a
// time and judges it by the answer alone: no retries, no waiting, no buckets.
// What to do about a refusal, and how fast to go on, is for its callers, who see
// the whole answer with its headers. Only one thing is kept back here: calls
// that would make Discord ban this address ([BudgetError]).
package rest

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
)

// callLimit is how long one call may take, body included.
const callLimit = 15 * time.Second

// maxBody is how much of an answer is read.
const maxBody = 8 << 20

// userAgent has the form that Discord asks for, without which Cloudflare turns
// a bot away. Source: "User Agent" in its documentation.
const userAgent = "DiscordBot (https://github.com/newsbell/newsbell, 1)"

// errPage says that what answered well wasn't Discord, but a page of something before it: whether the call
// got there isn't known.
var errPage = errors.New("a web page in place of Discord's answer")

// Client calls the API for one bot. It is safe for concurrent use.
type Client struct {
	http   *http.Client
	token  string
	base   string // the API's address without a slash at its end
	budget *budget
}

// New makes a client. token is without "Bot ", base is the API's whole prefix.
func New(token, base string, transport http.RoundTripper) *Client {
	return &Client{
		http: &http.Client{
			Transport: transport,
			Timeout:   callLimit,
			// A redirect would send the token elsewhere and turn a POST into a GET.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		token:  token,
		base:   strings.TrimRight(base, "/"),
		budget: newBudget(),
	}
}

// Response is what the server said.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// OK reports whether the call did what it should: 200, 201, 204 and their like.
func (r *Response) OK() bool { return r != nil && r.Status >= 200 && r.Status < 300 }

// Call sends body as JSON (nil: none) and decodes the answer into out (nil: not
// wanted). The error is an *Error, a *NetError or a *BudgetError, or says that
// the answer of a successful call could not be read.
func (c *Client) Call(ctx context.Context, method, path string, body, out any) (*Response, error) {
	var raw []byte

	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, &NetError{Cause: err}
		}
	}

	return c.Send(ctx, method, path, "application/json", raw, out)
}

// Send is Call with a body that is encoded already.
func (c *Client) Send(ctx context.Context, method, path, contentType string, body []byte, out any) (*Response, error) {
	if wait := c.budget.wait(time.Now()); wait > 0 {
		return nil, &BudgetError{wait}
	}

	r, err := c.roundTrip(ctx, method, path, contentType, body)
	if err != nil {
		return nil, err
	}

	c.budget.count(time.Now(), r)

	if !r.OK() {
		return r, readError(r)
	}

	if bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("<")) {
		return nil, &NetError{Sent: true, Cause: errPage}
	}

	if out != nil && len(r.Body) > 0 {
		if err := json.Unmarshal(r.Body, out); err != nil {
			return r, fmt.Errorf("reading the answer to %s: %w", method, err)
		}
	}

	return r, nil
}

// roundTrip makes the call. Every error is a *NetError.
func (c *Client) roundTrip(ctx context.Context, method, path, contentType string, body []byte) (*Response, error) {
	var sent atomic.Bool

	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				sent.Store(true)
			}
		},
	})

	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, &NetError{Cause: withoutAddress(err)}
	}

	req.Header.Set("Authorization", "Bot "+c.token)
	req.Header.Set("User-Agent", userAgent)

	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}

	resp, err := c.http.Do(req)
	if err != nil {
		return nil, &NetError{Sent: sent.Load(), Cause: withoutAddress(err)}
	}
	defer resp.Body.Close()

	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, &NetError{Sent: true, Cause: withoutAddress(err)}
	}

	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: raw}, nil
}

// withoutAddress takes the URL out of an error of net/http: an interaction's
// path holds its token.
func withoutAddress(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}

	return err
}
