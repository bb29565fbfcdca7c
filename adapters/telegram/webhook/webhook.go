// Package webhook takes the updates that a Bot API server posts.
//
// A post is answered with 200 once its update was handled, and with 503 if the program
// stops before that: the server then posts it again. Whoever does not know the secret is
// turned away before anything is read.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"newsbell/internal/serve"
)

const (
	// SecretHeader is where the server shows the secret (https://core.telegram.org/bots/api#setwebhook).
	SecretHeader = "X-Telegram-Bot-Api-Secret-Token"

	maxUpdate   = 4 << 20 // bytes; an update has a few kB
	headerBytes = 16 << 10
	headerTime  = 10 * time.Second
	readTime    = 30 * time.Second
	// handleTime is what an update may take. The server gives up after a minute, posts it
	// again, and that post waits for the same update.
	handleTime = 2 * time.Minute
	stopTime   = 5 * time.Second
)

// SecretOf returns the secret for a bot's token and an address. It needs not be kept, and tells
// nothing about the token.
func SecretOf(token, address string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("webhook " + address))

	return hex.EncodeToString(mac.Sum(nil))
}

// Receiver takes the posts for one address.
type Receiver struct {
	Address string // as the server knows it; only its path matters here
	Secret  string
	// Take has an update handled and reports whether it was. It is called for several at
	// the same time.
	Take func(update json.RawMessage) bool
	Log  *slog.Logger // for what net/http has to tell, such as a Take that panics
}

// Serve serves until ctx ends, then waits for the posts that are being answered; when ctx
// ends, Take has to return.
func (r *Receiver) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: r, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: handleTime, IdleTimeout: handleTime, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(r.Log.Handler(), slog.LevelWarn),
	}

	return serve.Until(ctx, l, server, stopTime)
}

// ServeHTTP takes one post.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if q.URL.Path != r.path() {
		http.NotFound(w, q)
		return
	}

	if q.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "only POST", http.StatusMethodNotAllowed)

		return
	}

	if subtle.ConstantTimeCompare([]byte(q.Header.Get(SecretHeader)), []byte(r.Secret)) != 1 {
		http.Error(w, "wrong secret", http.StatusForbidden)
		return
	}

	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxUpdate))
	if err != nil || !json.Valid(body) {
		http.Error(w, "no update", http.StatusBadRequest)
		return
	}

	if !r.Take(body) {
		http.Error(w, "stopping", http.StatusServiceUnavailable)
		return
	}

	w.WriteHeader(http.StatusOK)
}

// path returns the path of the address.
func (r *Receiver) path() string {
	u, err := url.Parse(r.Address)
	if err != nil || u.Path == "" {
		return "/"
	}

	return u.Path
}
