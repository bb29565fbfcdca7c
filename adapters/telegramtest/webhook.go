package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// postTimeout is how long a post may take.
	postTimeout = time.Minute
	// postAgain is how long the fake waits before it posts an update again; the real server
	// begins with about a second, too.
	postAgain = time.Second
)

// hook is an address to which updates are posted.
type hook struct {
	url, secret string
	most        int // posts at the same time
	client      *http.Client
	stop        context.CancelFunc
	wg          sync.WaitGroup

	// Guarded by the server's lock.
	posting map[int64]bool      // by update
	after   map[int64]time.Time // by update: when it may be posted again
	posts   int
	failAt  time.Time
	failure string
}

// Posts returns how many updates have been posted so far, those that are posted again included.
func (s *Server) Posts() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.hook == nil {
		return 0
	}

	return s.hook.posts
}

// PostAgain posts what is being posted once more, as the real server does when an answer is
// late.
func (s *Server) PostAgain() {
	s.mu.Lock()
	defer s.mu.Unlock()

	h := s.hook
	for _, q := range s.queue {
		if h.posting[q.id] {
			h.posts++

			h.wg.Go(func() { _ = h.post(context.Background(), q.body) })
		}
	}
}

func (s *Server) setWebhook(f *form) (any, *refusal) {
	address := f.get("url")
	if address == "" {
		return s.deleteWebhook(f)
	}

	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && s.opts.Local != "") {
		return nil, badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	}

	secret := f.get("secret_token")
	if len(secret) > 256 || strings.Trim(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return nil, badRequest("secret token contains unallowed characters")
	}

	most := int(f.int("max_connections"))
	if most < 1 || most > 100 {
		most = 40
	}

	s.endHook()
	s.setAllowed(f.get("allowed_updates"))

	if f.bool("drop_pending_updates") {
		s.queue = nil
	}

	if s.poll != nil {
		close(s.poll.cut)
		s.poll = nil
	}

	ctx, stop := context.WithCancel(context.Background())
	s.hook = &hook{
		url: address, secret: secret, most: most, client: &http.Client{Timeout: postTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: most}}, stop: stop,
		posting: map[int64]bool{}, after: map[int64]time.Time{},
	}

	h := s.hook
	h.wg.Go(func() { s.postAll(ctx, h) })

	return true, nil
}

func (s *Server) deleteWebhook(f *form) (any, *refusal) {
	s.endHook()

	if f.bool("drop_pending_updates") {
		s.queue = nil
	}

	return true, nil
}

// endHook posts nothing more. The lock is held.
func (s *Server) endHook() {
	if s.hook != nil {
		s.hook.stop()
		s.hook = nil
		s.touch()
	}
}

func (s *Server) getWebhookInfo(*form) (any, *refusal) {
	info := map[string]any{"url": "", "has_custom_certificate": false, "pending_update_count": len(s.queue)}
	if h := s.hook; h != nil {
		info["url"], info["max_connections"] = h.url, h.most
		if h.failure != "" {
			info["last_error_date"], info["last_error_message"] = h.failAt.Unix(), h.failure
		}
	}

	return info, nil
}

// postAll posts what is in the queue, until ctx ends: of one chat one update at a time, in
// order.
func (s *Server) postAll(ctx context.Context, h *hook) {
	again := time.NewTicker(postAgain / 4)
	defer again.Stop()

	for ctx.Err() == nil {
		s.mu.Lock()
		changed, busy := s.changed, map[int64]bool{}

		for _, q := range s.queue {
			chat := chatOfUpdate(q.body)
			if !busy[chat] && !h.posting[q.id] && len(h.posting) < h.most && !time.Now().Before(h.after[q.id]) {
				h.posting[q.id] = true
				h.posts++

				h.wg.Go(func() { s.postOne(ctx, h, q) })
			}

			busy[chat] = true // the later ones of the chat wait for this one
		}

		s.mu.Unlock()

		select {
		case <-ctx.Done():
		case <-changed:
		case <-again.C:
		}
	}
}

// postOne posts one update. It leaves the queue once the bot has answered with 200.
func (s *Server) postOne(ctx context.Context, h *hook, q queued) {
	failure := h.post(ctx, q.body)

	s.mu.Lock()
	defer s.mu.Unlock()

	delete(h.posting, q.id)

	if failure == "" {
		s.lastOffset = max(s.lastOffset, q.id)
		for i := range s.queue {
			if s.queue[i].id == q.id {
				s.queue = append(s.queue[:i:i], s.queue[i+1:]...)
				break
			}
		}
	} else {
		h.after[q.id], h.failAt, h.failure = time.Now().Add(postAgain), time.Now(), failure
	}

	s.touch()
}

// post posts one update and says what went wrong, "" for nothing.
func (h *hook) post(ctx context.Context, body json.RawMessage) string {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return "Wrong response from the webhook: " + err.Error()
	}

	q.Header.Set("Content-Type", "application/json")

	if h.secret != "" {
		q.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}

	resp, err := h.client.Do(q)
	if err != nil {
		return "Connection refused"
	}

	_ = resp.Body.Close()

	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Sprintf("Wrong response from the webhook: %s", resp.Status)
	}

	return ""
}

// chatOfUpdate returns the chat in whose order an update stands, else the person's.
func chatOfUpdate(body json.RawMessage) int64 {
	type id struct {
		ID int64 `json:"id"`
	}

	type about struct {
		Chat    *id    `json:"chat"`
		From    *id    `json:"from"`
		Message *about `json:"message"`
	}

	var u map[string]json.RawMessage
	if json.Unmarshal(body, &u) != nil {
		return 0
	}

	for kind, raw := range u {
		var a about
		if kind == "update_id" || json.Unmarshal(raw, &a) != nil {
			continue
		}

		switch {
		case a.Chat != nil:
			return a.Chat.ID
		case a.Message != nil && a.Message.Chat != nil:
			return a.Message.Chat.ID
		case a.From != nil:
			return a.From.ID
		}
	}

	return 0
}
