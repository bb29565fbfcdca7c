package botapi

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// What Client.Err returns.
var (
	ErrToken = errors.New("the token is not one that @BotFather gives out")
	ErrURL   = errors.New("not an http or https address")
	ErrProxy = errors.New("not the address of a proxy")
)

// Error is a refusal by the Bot API itself. It never holds the token.
type Error struct {
	Method    string
	Code      int
	Text      string
	After     time.Duration // of a 429: the pause that the server named
	MigrateTo int64         // the new id of a group that was upgraded
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %d %s", e.Method, e.Code, e.Text) }

// Contains reports whether the server's text contains one of these parts, given
// in lower case.
func (e *Error) Contains(parts ...string) bool {
	text := strings.ToLower(e.Text)
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// NoAnswerError is a request to which the Bot API gave no answer. It never holds
// the token.
type NoAnswerError struct {
	Method string
	Sent   bool // the whole request was written, so it may have taken effect
	Status int  // of an answer that was not the Bot API's (a proxy's 502), else 0
	Err    error
}

func (e *NoAnswerError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("%s: HTTP status %d without an answer of the Bot API", e.Method, e.Status)
	}

	return fmt.Sprintf("%s: %v", e.Method, e.Err)
}

func (e *NoAnswerError) Unwrap() error { return e.Err }

// ErrorContains reports whether err is a refusal whose text contains one of these
// parts, given in lower case.
func ErrorContains(err error, parts ...string) bool {
	api, ok := errors.AsType[*Error](err)
	return ok && api.Contains(parts...)
}

// IsMissingMethod reports whether the server has no such method.
func IsMissingMethod(err error) bool {
	if api, ok := errors.AsType[*Error](err); ok {
		return meansMissing(api.Code)
	}

	n, ok := errors.AsType[*NoAnswerError](err)

	return ok && meansMissing(n.Status)
}

func meansMissing(code int) bool {
	return code == http.StatusNotFound || code == http.StatusNotImplemented || code == http.StatusMethodNotAllowed
}

// maxText is the most of a server's text that is kept, in bytes: it gets into the log.
const maxText = 500

// refusal returns the error for an answer that says no.
func (c *Client) refusal(method string, a tgbotapi.APIResponse) *Error {
	text := c.redact(a.Description)
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}

	return &Error{
		Method: method, Code: a.ErrorCode, Text: text,
		After: time.Duration(a.Parameters.RetryAfter) * time.Second, MigrateTo: a.Parameters.MigrateToChatID,
	}
}

// noAnswer returns the error for a body that is not an answer of the Bot API.
func noAnswer(method string, body []byte, resp *http.Response) error {
	if resp.StatusCode == http.StatusTooManyRequests {
		// Something that stands before the Bot API has had enough of us.
		return &Error{
			Method: method, Code: resp.StatusCode, Text: "Too Many Requests",
			After: time.Duration(retryAfter(0, resp.Header.Get("Retry-After"), resp.StatusCode, "")) * time.Second,
		}
	}

	e := &NoAnswerError{Method: method, Sent: true, Err: errors.New("not an answer of the Bot API")}

	// A success that broke off may have taken effect; a page of HTML comes from
	// something that stands before the Bot API.
	if body = bytes.TrimSpace(body); resp.StatusCode/100 != 2 || len(body) > 0 && body[0] != '{' {
		e.Status = resp.StatusCode
	}

	return e
}

// redactError keeps the cause of a transport error and drops the address, which
// holds the token.
func (c *Client) redactError(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}

	if text := err.Error(); c.redact(text) != text {
		return errors.New(c.redact(text))
	}

	return err
}

func (c *Client) redact(s string) string {
	if c.token == "" {
		return s
	}

	return strings.ReplaceAll(s, c.token, "<token>")
}
