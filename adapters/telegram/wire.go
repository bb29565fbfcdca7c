package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	defaultAPI = "https://api.telegram.org"
	// A send that takes longer is given up. The server itself answers within
	// seconds, or after 3 s when it guards itself.
	sendTimeout = 30 * time.Second
	dialTimeout = 10 * time.Second
	// An answer of getUpdates holds up to 100 updates of a few kB each.
	answerLimit = 16 << 20
)

// params are the form fields of one request.
type params = tgbotapi.Params

// client posts one method at a time. It is safe for concurrent use.
type client struct {
	token string
	api   string
	base  tgbotapi.BotAPI // a template without a lock: every call works on a copy
	http  *http.Client
	bad   error // why no request can be made, a sentence
}

func newClient(cfg Config) *client {
	c := &client{token: cfg.Token, api: strings.TrimRight(cfg.APIURL, "/")}
	if c.api == "" {
		c.api = defaultAPI
	}

	rt := cfg.Transport
	if rt == nil {
		rt, c.bad = newTransport(cfg.Proxy)
	}

	if u, err := url.Parse(c.api); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		c.bad = sentence(sayBadAPI)
	}

	if cfg.Token == "" || url.PathEscape(cfg.Token) != cfg.Token {
		c.bad = sentence(sayBadToken)
	}

	c.base = tgbotapi.BotAPI{Token: cfg.Token}
	c.base.SetAPIEndpoint(strings.ReplaceAll(c.api, "%", "%%") + "/bot%s/%s")
	c.http = &http.Client{
		Transport: rt,
		// A redirect would carry the token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	return c
}

func newTransport(proxy string) (http.RoundTripper, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64 // delivery sends to many chats at once
	t.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext
	// HTTP/1.1 only: a connection that has died silently is dropped with the
	// first request that times out on it. HTTP/2 would keep sending into it.
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)

	if proxy == "" {
		return t, nil
	}

	u, err := url.Parse(proxy)
	if err != nil || u.Host == "" {
		return t, sentence(sayBadProxy) // not the address: it may hold a password
	}

	t.Proxy = http.ProxyURL(u)

	return t, nil
}

// apiError is a refusal by the Bot API itself.
type apiError struct {
	Method    string
	Code      int
	Text      string
	After     time.Duration // 429: the pause that the server named
	MigrateTo int64         // the new id of a group that was upgraded
}

func (e *apiError) Error() string { return fmt.Sprintf("%s: %d %s", e.Method, e.Code, e.Text) }

// wireError is a request to which the Bot API gave no answer.
type wireError struct {
	Method string
	Sent   bool // the whole request was written: it may have taken effect
	Status int  // of an answer that was not the Bot API's (a proxy's 502), else 0
	Err    error
}

func (e *wireError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("%s: HTTP status %d without an answer of the Bot API", e.Method, e.Status)
	}

	return fmt.Sprintf("%s: %v", e.Method, e.Err)
}

func (e *wireError) Unwrap() error { return e.Err }

// call posts a method and decodes its result into out, unless nil. The error is
// an *apiError or a *wireError and never holds the token.
func (c *client) call(ctx context.Context, timeout time.Duration, method string, p params, out any) error {
	if c.bad != nil {
		return &wireError{Method: method, Err: c.bad}
	}

	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	w := &wire{ctx: ctx, client: c}
	bot := c.base
	bot.Client = w

	resp, err := bot.MakeRequest(method, p)
	if err != nil {
		return w.explain(method, err)
	}

	return readResult(method, resp.Result, out)
}

// post is call for a body of another type (an upload): the library would send
// one without its length.
func (c *client) post(ctx context.Context, timeout time.Duration, method, contentType string, body []byte, out any) error {
	if c.bad != nil {
		return &wireError{Method: method, Err: c.bad}
	}

	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	w := &wire{ctx: ctx, client: c}

	req, err := http.NewRequest(http.MethodPost, c.api+"/bot"+c.token+"/"+method, bytes.NewReader(body))
	if err != nil {
		return &wireError{Method: method, Err: sentence(sayBadAPI)}
	}

	req.Header.Set("Content-Type", contentType)

	resp, err := w.Do(req)
	if err != nil {
		return w.explain(method, err)
	}

	var answer tgbotapi.APIResponse
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return w.explain(method, err)
	}

	if !answer.Ok {
		return w.explain(method, &tgbotapi.Error{Code: answer.ErrorCode, Message: answer.Description, ResponseParameters: *answer.Parameters})
	}

	return readResult(method, answer.Result, out)
}

// readResult decodes what a method returned into out, unless nil.
func readResult(method string, result json.RawMessage, out any) error {
	if out == nil || len(result) == 0 {
		return nil
	}

	if err := json.Unmarshal(result, out); err != nil {
		return &wireError{Method: method, Sent: true, Err: fmt.Errorf("decoding the result: %w", err)}
	}

	return nil
}

// wire is the library's HTTPClient for one request.
type wire struct {
	ctx    context.Context // of this one request: the library has no other place for it
	client *client
	sent   atomic.Bool
	status int
}

// Do sends the request and returns the Bot API's answer in its canonical form,
// whatever status or content type it came with.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) { w.sent.Store(i.Err == nil) }}

	resp, err := w.client.http.Do(req.WithContext(httptrace.WithClientTrace(w.ctx, trace)))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()

	w.sent.Store(true)

	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	if err == nil && len(body) > answerLimit {
		err = errors.New("the answer is too long")
	}

	if err != nil {
		return nil, err
	}

	canonical, ok := readAnswer(body, resp)
	if !ok {
		// A success that broke off may have taken effect; a page of HTML comes
		// from something in front of the Bot API.
		if resp.StatusCode == http.StatusTooManyRequests {
			// Not the Bot API, but what stands before it has had enough of us.
			return nil, &tgbotapi.Error{Code: resp.StatusCode, Message: "Too Many Requests", ResponseParameters: tgbotapi.ResponseParameters{
				RetryAfter: pauseOf(0, resp.Header.Get("Retry-After"), resp.StatusCode, ""),
			}}
		}

		if t := bytes.TrimSpace(body); resp.StatusCode/100 != 2 || len(t) > 0 && t[0] != '{' {
			w.status = resp.StatusCode
		}

		return nil, errors.New("not an answer of the Bot API")
	}

	return &http.Response{StatusCode: resp.StatusCode, Header: resp.Header, Body: io.NopCloser(bytes.NewReader(canonical))}, nil
}

// explain turns what MakeRequest returned into one of our two errors.
func (w *wire) explain(method string, err error) error {
	if e, ok := errors.AsType[*tgbotapi.Error](err); ok {
		return &apiError{
			Method: method, Code: e.Code, Text: w.client.redactText(e.Message),
			After: time.Duration(e.RetryAfter) * time.Second, MigrateTo: e.MigrateToChatID,
		}
	}

	return &wireError{Method: method, Sent: w.sent.Load(), Status: w.status, Err: w.client.redact(err)}
}

// redact keeps the cause of a transport error and drops the address, which
// holds the token.
func (c *client) redact(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}

	if c.token != "" && strings.Contains(err.Error(), c.token) {
		return errors.New(c.redactText(err.Error()))
	}

	return err
}

func (c *client) redactText(s string) string {
	if c.token == "" {
		return s
	}

	return strings.ReplaceAll(s, c.token, "<token>")
}

// readAnswer reads the envelope as leniently as servers differ: numbers may be
// text, the code may be missing (then it is the status), and the pause of a 429
// may stand only in its header or its text.
func readAnswer(body []byte, resp *http.Response) ([]byte, bool) {
	var in struct {
		OK          *bool           `json:"ok"`
		Result      json.RawMessage `json:"result"`
		Code        json.RawMessage `json:"error_code"`
		Description json.RawMessage `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
	}
	if json.Unmarshal(body, &in) != nil || in.OK == nil {
		return nil, false
	}

	out := tgbotapi.APIResponse{Ok: *in.OK, Result: in.Result}
	if !out.Ok {
		_ = json.Unmarshal(in.Description, &out.Description)
		out.ErrorCode = codeOf(int(lenientInt(in.Code)), resp.StatusCode, out.Description)

		var p struct {
			RetryAfter json.RawMessage `json:"retry_after"`
			MigrateTo  json.RawMessage `json:"migrate_to_chat_id"`
		}

		_ = json.Unmarshal(in.Parameters, &p)
		out.Parameters = &tgbotapi.ResponseParameters{
			RetryAfter:      pauseOf(lenientInt(p.RetryAfter), resp.Header.Get("Retry-After"), out.ErrorCode, out.Description),
			MigrateToChatID: lenientInt(p.MigrateTo),
		}
	}

	canonical, err := json.Marshal(out)

	return canonical, err == nil
}

// codeOf is the error code, else the status, else what the text begins with.
func codeOf(code, status int, text string) int {
	if code != 0 {
		return code
	}

	if status >= http.StatusBadRequest {
		return status
	}

	for _, c := range []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict,
		http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
	} {
		if strings.HasPrefix(text, http.StatusText(c)) {
			return c
		}
	}

	return http.StatusBadRequest
}

// longestPause bounds what a server may ask for, in seconds. Pauses of half a
// day have been seen.
const longestPause = 7 * 24 * 60 * 60

// pauseOf finds the seconds to wait: the parameter, else the text, else the header.
func pauseOf(parameter int64, header string, code int, text string) int {
	if parameter > 0 {
		return int(min(parameter, longestPause))
	}

	if code != http.StatusTooManyRequests {
		return 0
	}

	if _, rest, ok := strings.Cut(strings.ToLower(text), "retry after "); ok {
		digits := strings.TrimLeft(rest, " ")
		for i, r := range digits {
			if r < '0' || r > '9' {
				digits = digits[:i]
				break
			}
		}

		if n, err := strconv.Atoi(digits); err == nil {
			return min(n, longestPause)
		}
	}

	n, _ := strconv.Atoi(strings.TrimSpace(header))

	return min(max(n, 0), longestPause)
}

// lenientInt reads a number that may be written as text or with a fraction.
func lenientInt(raw json.RawMessage) int64 {
	s := strings.Trim(string(raw), `" `)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}

	if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1e15 && f < 1e15 {
		return int64(f + 0.999) // a pause is never shortened
	}

	return 0
}
