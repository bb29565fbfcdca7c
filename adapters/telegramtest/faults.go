package telegramtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Fault is what goes wrong with some requests instead of their answer.
type Fault struct {
	Method string // "" is any but getUpdates
	Times  int    // how many requests are hit, then it is over; 0 is for good
	Every  int    // hit only every that many; 0 is all
	Chat   *Chat  // only requests about it; nil is all

	// One of these.
	Code    int           // a refusal of the server, with Text
	Text    string        //
	After   int           // with Code 429: retry_after in seconds
	Bare    bool          // with Code 429: without parameters and header, the text alone says it
	HTML    int           // a page of HTML with this status, as a proxy sends
	Reset   bool          // the connection breaks before the request takes effect
	Lost    bool          // it takes effect, and the connection breaks before the answer
	Stall   time.Duration // no effect and no answer for that long
	Garbage string        // this body with status 200
}

type fault struct {
	Fault
	seen, hit int
}

// Fails makes requests go wrong from now on.
func (s *Server) Fails(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.faults = append(s.faults, &fault{Fault: f})
}

// Heals ends all faults.
func (s *Server) Heals() {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.faults = nil
}

// Hits returns how many requests met a fault so far.
func (s *Server) Hits() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.hits
}

// pick returns the fault that hits the request now, if any.
func (s *Server) pick(method string, f *form) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()

	for _, x := range s.faults {
		switch {
		case x.Method == "" && strings.EqualFold(method, "getUpdates"),
			x.Method != "" && !strings.EqualFold(x.Method, method),
			x.Chat != nil && f.get("chat_id") != fmt.Sprint(x.Chat.ID),
			x.Times > 0 && x.hit >= x.Times:
			continue
		}

		x.seen++
		if x.Every > 0 && x.seen%x.Every != 0 {
			continue
		}

		x.hit++
		s.hits++
		fault := x.Fault

		return &fault
	}

	return nil
}

// faultBefore lets a fault take the place of the answer.
func (s *Server) faultBefore(w http.ResponseWriter, r *http.Request, method string, f *form) (done bool) {
	x := s.pick(method, f)
	switch {
	case x == nil:
		return false
	case x.Lost:
		_, no := s.do(r.Context(), method, f)
		s.note(r, method, f, no)
		panic(http.ErrAbortHandler)
	case x.Reset:
		panic(http.ErrAbortHandler)
	case x.Stall > 0:
		sleep(r.Context(), x.Stall)
		panic(http.ErrAbortHandler)
	case x.HTML > 0:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(x.HTML)
		_, _ = fmt.Fprintf(w, "<html><head><title>%d</title></head><body>nginx</body></html>\n", x.HTML)
	case x.Garbage != "":
		_, _ = w.Write([]byte(x.Garbage))
	default:
		no := refuse(x.Code, x.Text)
		if x.After > 0 {
			no.text = fmt.Sprintf("Too Many Requests: retry after %d", x.After)
			if !x.Bare {
				no.params = map[string]any{"retry_after": x.After}
			}
		}

		s.note(r, method, f, no)
		writeRefusal(w, no)
	}

	return true
}

// Disorder makes the server hand out updates twice and in the wrong order.
func (s *Server) Disorder(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.disorder = on
}

// shuffled returns the batch as it goes out. The lock is held.
func (s *Server) shuffled(in []json.RawMessage) []json.RawMessage {
	if !s.disorder || len(in) == 0 {
		return in
	}

	out := append([]json.RawMessage{}, in...)
	for i := 0; i+1 < len(out); i += 3 {
		out[i], out[i+1] = out[i+1], out[i]
	}

	return append(out, out[0])
}

// flood counts messages for the limits.
type flood struct {
	all   []time.Time
	chats map[*Chat][]time.Time
}

// flooded returns the refusal for one message too many. The lock is held.
func (s *Server) flooded(c *Chat) *refusal {
	if !s.opts.Flood {
		return nil
	}

	if s.flood.chats == nil {
		s.flood.chats = map[*Chat][]time.Time{}
	}

	now := time.Now()
	s.flood.all = keepRecent(s.flood.all, now, time.Second)
	chat := keepRecent(s.flood.chats[c], now, time.Minute)
	after := 0

	switch {
	case len(s.flood.all) >= 30:
		after = 1
	case c.Kind != "private" && len(chat) >= 20:
		after = int(time.Minute-now.Sub(chat[0]))/int(time.Second) + 1
	case len(keepRecent(chat, now, 5*time.Second)) >= 5:
		after = 3
	}

	if after > 0 {
		no := refuse(http.StatusTooManyRequests, fmt.Sprintf("Too Many Requests: retry after %d", after))
		no.params = map[string]any{"retry_after": after}

		return no
	}

	s.flood.all = append(s.flood.all, now)
	s.flood.chats[c] = append(chat, now)

	return nil
}

func keepRecent(times []time.Time, now time.Time, within time.Duration) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) >= within {
		times = times[1:]
	}

	return times
}
