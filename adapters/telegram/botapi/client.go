// Package botapi is a plain client of Telegram's Bot API: an HTTP server that
// answers form posts with JSON.
//
// It knows contexts and timeouts, bounds bodies, judges an answer by its JSON and
// not by its status, and keeps the token, which is part of every address, out of
// every error. It never sleeps and never tries again.
//
// The form fields, the answer's envelope and the objects of requests are those of
// go-telegram-bot-api. That library's client is not used, because it knows no
// contexts and posts uploads without a length; neither are its types of updates,
// which end with the API of 2021 and fail on fields that other servers write
// differently.
package botapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	// DefaultURL is Telegram's own server.
	DefaultURL = "https://api.telegram.org"
	// An answer of getUpdates holds up to 100 updates of a few kB each.
	maxAnswer = 16 << 20
)

// Params are the form fields of one request.
type Params = tgbotapi.Params

// Config is what a Client needs. Only Token is required.
type Config struct {
	Token string
	URL   string // "" is DefaultURL; requests go to <URL>/bot<Token>/<method>
	// Proxy is the address of an http, https or socks5 proxy; "" means the usual
	// environment variables.
	Proxy string
	// Transport replaces the connection to the server; Proxy is unused then.
	Transport http.RoundTripper
}

// Client posts one method at a time. It is safe for concurrent use.
type Client struct {
	token   string
	url     string
	http    *http.Client
	invalid error // what is wrong with the configuration
}

// New makes a client. It does not touch the network; Err reports whether the
// configuration can work.
func New(cfg Config) *Client {
	c := &Client{token: cfg.Token, url: strings.TrimRight(cfg.URL, "/")}
	if c.url == "" {
		c.url = DefaultURL
	}

	transport := cfg.Transport
	if transport == nil {
		transport, c.invalid = newTransport(cfg.Proxy)
	}

	if u, err := url.Parse(c.url); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		c.invalid = ErrURL
	}

	if cfg.Token == "" || url.PathEscape(cfg.Token) != cfg.Token {
		c.invalid = ErrToken
	}

	c.http = &http.Client{
		Transport: transport,
		// A redirect would carry the token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	return c
}

// Err returns ErrToken, ErrURL or ErrProxy if the configuration cannot work; then
// no request is ever made.
func (c *Client) Err() error { return c.invalid }

// Call posts a method and decodes its result into result, unless that is nil. The
// error is an *Error or a *NoAnswerError.
func (c *Client) Call(ctx context.Context, timeout time.Duration, method string, p Params, result any) error {
	form := url.Values{}
	for k, v := range p {
		form.Set(k, v)
	}

	return c.post(ctx, timeout, method, "application/x-www-form-urlencoded", []byte(form.Encode()), result)
}

// File is a file to upload.
type File struct {
	Field string // the form field that the method reads it from
	Name  string
	Body  []byte
}

// Upload is Call with a file. The form's length is known beforehand, which some
// servers insist on.
func (c *Client) Upload(ctx context.Context, timeout time.Duration, method string, p Params, f File, result any) error {
	var body bytes.Buffer

	form := multipart.NewWriter(&body)
	for k, v := range p {
		if err := form.WriteField(k, v); err != nil {
			return &NoAnswerError{Method: method, Err: err}
		}
	}

	w, err := form.CreateFormFile(f.Field, f.Name)
	if err == nil {
		_, err = w.Write(f.Body)
	}

	if err == nil {
		err = form.Close()
	}

	if err != nil {
		return &NoAnswerError{Method: method, Err: err}
	}

	return c.post(ctx, timeout, method, form.FormDataContentType(), body.Bytes(), result)
}

// post sends one request and reads the answer, whatever status or content type it
// comes with.
func (c *Client) post(ctx context.Context, timeout time.Duration, method, contentType string, body []byte, result any) error {
	if c.invalid != nil {
		return &NoAnswerError{Method: method, Err: c.invalid}
	}

	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	var sent atomic.Bool

	trace := &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) { sent.Store(i.Err == nil) }}

	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodPost, c.url+"/bot"+c.token+"/"+method, bytes.NewReader(body))
	if err != nil {
		return &NoAnswerError{Method: method, Err: ErrURL}
	}

	req.Header.Set("Content-Type", contentType)

	resp, err := c.http.Do(req)
	if err != nil {
		return &NoAnswerError{Method: method, Sent: sent.Load(), Err: c.redactError(err)}
	}
	defer resp.Body.Close()

	raw, err := readUpTo(resp.Body, maxAnswer)
	if err != nil {
		return &NoAnswerError{Method: method, Sent: true, Err: c.redactError(err)}
	}

	answer, ok := readAnswer(raw, resp)
	if !ok {
		return noAnswer(method, raw, resp)
	}

	if !answer.Ok {
		return c.refusal(method, answer)
	}

	return decodeResult(method, answer.Result, result)
}

// ErrTooBig is what Download returns for a file over the limit.
var ErrTooBig = errors.New("the file is too big")

// Download fetches a file by the path that getFile named, up to limit bytes. A server of
// one's own on this machine may name it by its path on the disk.
func (c *Client) Download(ctx context.Context, timeout time.Duration, path string, limit int64) ([]byte, error) {
	if c.invalid != nil {
		return nil, c.invalid
	}

	if filepath.IsAbs(path) && c.isLocal() {
		return readFile(path, limit)
	}

	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/file/bot"+c.token+"/"+path, nil)
	if err != nil {
		return nil, errors.New("the server named the file by a path that is not one")
	}

	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.redactError(err)
	}
	defer resp.Body.Close()

	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP status %d", resp.StatusCode)
	}

	return readUpTo(resp.Body, limit)
}

// isLocal reports whether the server is on this machine.
func (c *Client) isLocal() bool {
	u, err := url.Parse(c.url)
	if err != nil {
		return false
	}

	ip, err := netip.ParseAddr(u.Hostname())

	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

// readFile reads a file of a server on this machine.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.New("a file of the server on this machine can't be read; run both under one user, or give Newsbell the right to read it")
	}
	defer f.Close()

	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("the server named something that is no file")
	}

	return readUpTo(f, limit)
}

// readUpTo reads a body and returns ErrTooBig if it is longer than limit bytes.
func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = ErrTooBig
	}

	return body, err
}
