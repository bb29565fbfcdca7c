package telegramtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// queued is an update that the bot has not confirmed.
type queued struct {
	id   int64
	body json.RawMessage
}

// poll is a getUpdates that waits.
type poll struct {
	cut chan struct{} // closed when another takes its place
}

// push queues an update. The lock is held.
func (s *Server) push(kind string, body any) {
	if s.allowed != nil && !s.allowed[kind] {
		return
	}

	id := s.nextUpdate
	s.nextUpdate++

	raw, err := json.Marshal(map[string]any{"update_id": id, kind: body})
	if err != nil {
		panic(err)
	}

	s.queue = append(s.queue, queued{id, raw})
	s.touch()
}

// Push queues an update as it is, with the next id in place of %d.
func (s *Server) Push(format string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.queue = append(s.queue, queued{s.nextUpdate, json.RawMessage(strings.ReplaceAll(format, "%d", fmt.Sprint(s.nextUpdate)))})
	s.nextUpdate++
	s.touch()
}

// Forget drops the updates of a kind that wait, as if the server had never sent
// them.
func (s *Server) Forget(kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.queue = slices.DeleteFunc(s.queue, func(q queued) bool {
		return q.id > s.lastOffset && strings.Contains(string(q.body), `"`+kind+`":`)
	})
	s.touch()
}

// SkipTo continues the ids of updates from there, as the server does it at random
// after a quiet week.
func (s *Server) SkipTo(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.nextUpdate = id
}

// Unconfirmed returns how many updates the bot has not confirmed.
func (s *Server) Unconfirmed() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	return len(s.queue)
}

const (
	conflictPoll    = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
	conflictWebhook = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)

// getUpdates confirms what is below the offset and waits for what is not.
func (s *Server) getUpdates(ctx context.Context, f *form) (any, *refusal) {
	s.mu.Lock()
	if s.hook != nil {
		s.mu.Unlock()
		return nil, refuse(http.StatusConflict, conflictWebhook)
	}

	if s.poll != nil {
		close(s.poll.cut)
	}

	p := &poll{cut: make(chan struct{})}
	s.poll = p
	s.confirm(f.int("offset"))
	s.setAllowed(f.get("allowed_updates"))

	limit := int(f.int("limit"))
	if limit < 1 || limit > 100 {
		limit = 100
	}

	if f.int("offset") == s.lastOffset && time.Since(s.lastPoll) < 500*time.Millisecond {
		limit = 1 // the real server's guard against loops
	}

	s.lastOffset, s.lastPoll = f.int("offset"), time.Now()
	s.touch()

	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()

		if s.poll == p {
			s.poll = nil
		}
	}()

	return s.waitForUpdates(ctx, p, limit, time.Duration(min(max(f.int("timeout"), 0), 50))*time.Second)
}

func (s *Server) waitForUpdates(ctx context.Context, p *poll, limit int, timeout time.Duration) (any, *refusal) {
	t := time.NewTimer(timeout)
	defer t.Stop()

	for late := false; ; {
		s.mu.Lock()
		batch := s.batch(limit)
		changed := s.changed
		s.mu.Unlock()

		if len(batch) > 0 || late {
			return batch, nil
		}

		select {
		case <-p.cut:
			return nil, refuse(http.StatusConflict, conflictPoll)
		case <-ctx.Done():
			return batch, nil
		case <-t.C:
			late = true
		case <-changed:
		}
	}
}

func (s *Server) batch(limit int) []json.RawMessage {
	out := []json.RawMessage{}
	for _, q := range s.queue[:min(limit, len(s.queue))] {
		out = append(out, q.body)
	}

	return s.shuffled(out)
}

// confirm forgets the updates below the offset; a negative one keeps that many.
func (s *Server) confirm(offset int64) {
	keep := s.queue[:0:0]
	for i, q := range s.queue {
		if offset >= 0 && q.id >= offset || offset < 0 && int64(len(s.queue)-i) <= -offset {
			keep = append(keep, q)
		}
	}

	s.queue = keep
}

func (s *Server) setAllowed(text string) {
	if text == "" {
		return
	}

	var kinds []string
	if json.Unmarshal([]byte(text), &kinds) != nil || len(kinds) == 0 {
		s.allowed = nil
		return
	}

	s.allowed = map[string]bool{}
	for _, k := range kinds {
		s.allowed[k] = true
	}
}
