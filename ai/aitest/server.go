// Package aitest is a model server for tests: an OpenAI-compatible endpoint behind
// which no model stands. An honest one copies sentences of the articles that it was
// sent; an evil one does what models and servers get wrong. It shares no code with the
// package that it judges. Asked whether an article is what a reader wants, the honest one
// says no if it has a word of what the reader names after "not". Asked for vectors, it places texts by
// their letters.
package aitest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Evil is a way to go wrong.
type Evil string

// The ways to go wrong. Lies are sentences in the right form.
const (
	Links     Evil = "links"      // addresses in every sentence
	Mentions  Evil = "mentions"   // @everyone and the like
	Names     Evil = "names"      // a name that no article has
	Numbers   Evil = "numbers"    // a number that no article has
	Dates     Evil = "dates"      // a date that no article has
	Quotes    Evil = "quotes"     // a quotation that nobody said
	NoSources Evil = "no sources" // sentences that name no article, or one that was not given
	Obeys     Evil = "obeys"      // does what the text of an article orders
	HalfJSON  Evil = "half JSON"  // an answer that breaks off
	Prose     Evil = "prose"      // refuses the form
	Huge      Evil = "10 MB"      // an answer without end
	Hangs     Evil = "hangs"      // no answer
	Fails     Evil = "fails"      // 500
	Empty     Evil = "empty"      // no choices

	Refuses Evil = "refuses the schema" // 400 where a form is asked for; honest without

	Stops  Evil = "stops midway"  // the connection ends in the third sentence
	Stalls Evil = "stalls midway" // nothing comes after half of the third sentence
)

// Evils returns all ways to go wrong.
func Evils() []Evil {
	return []Evil{Links, Mentions, Names, Numbers, Dates, Quotes, NoSources, Obeys, HalfJSON, Prose, Huge, Hangs, Fails, Empty, Refuses, Stops, Stalls}
}

// Server is a model server. It judges each request too: a wrong one fails the test.
type Server struct {
	URL string // the prefix for a client

	t    testing.TB
	done chan struct{}

	mu       sync.Mutex
	evil     Evil
	requests []Request
	recorded map[string]string
	pause    time.Duration
	steps    chan struct{}
	every    time.Duration

	embedded []string          // the texts that vectors were asked for
	alike    map[string]string // see Alike
}

// Every has a server that is asked for parts take some time for each sentence.
func (s *Server) Every(pause time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.every = pause
}

// Step has a server that is asked for parts wait before each sentence until next is called; it
// returns when the server goes on.
func (s *Server) Step() (next func()) {
	steps := make(chan struct{})

	s.mu.Lock()
	s.steps = steps
	s.mu.Unlock()

	return func() {
		select {
		case steps <- struct{}{}:
		case <-s.done:
		}
	}
}

// Slow has a server think for some time before each answer.
func (s *Server) Slow(pause time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.pause = pause
}

// think passes the time that an answer takes, unless whoever asked is gone before.
func (s *Server) think(ctx context.Context) {
	s.mu.Lock()
	pause := s.pause
	s.mu.Unlock()

	timer := time.NewTimer(pause)
	defer timer.Stop()

	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Record has the server answer a text with what somebody wrote by hand.
func (s *Server) Record(asked, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.recorded == nil {
		s.recorded = map[string]string{}
	}

	s.recorded[asked] = answer
}

// Request is what a client sent.
type Request struct {
	Model    string `json:"model"`
	Messages []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
	Format struct {
		Type   string `json:"type"`
		Schema struct {
			Name string `json:"name"`
		} `json:"json_schema"`
	} `json:"response_format"`
	Tools  any  `json:"tools"`
	Stream bool `json:"stream"`

	Key string `json:"-"` // of the Authorization header
}

// Honest starts a server that copies sentences; it ends with the test.
func Honest(t testing.TB) *Server { return start(t, "") }

// Wicked starts a server that goes wrong in one way.
func Wicked(t testing.TB, evil Evil) *Server { return start(t, evil) }

func start(t testing.TB, evil Evil) *Server {
	t.Helper()

	s := &Server{t: t, evil: evil, done: make(chan struct{})}
	server := httptest.NewServer(s)

	t.Cleanup(func() {
		close(s.done)
		server.Close()
	})

	s.URL = server.URL + "/v1"

	return s
}

// Turn makes a server evil, or honest again for "".
func (s *Server) Turn(evil Evil) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.evil = evil
}

func (s *Server) evilness() Evil {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.evil
}

// Requests returns those so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()

	return append([]Request{}, s.requests...)
}

// Client reaches the server without a network, for tests whose time is not real.
func (s *Server) Client() *http.Client { return &http.Client{Transport: direct{s}} }

// ServeHTTP answers POST /v1/chat/completions and /v1/embeddings.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == "/v1/embeddings" {
		s.embed(w, r)
		return
	}

	if r.Method != http.MethodPost || r.URL.Path != "/v1/chat/completions" {
		s.t.Errorf("the model's server was asked %s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)

		return
	}

	request, ok := s.readRequest(w, r)
	if !ok {
		return
	}

	s.mu.Lock()
	s.requests = append(s.requests, request)
	n := len(s.requests)
	recorded, isRecorded := s.recorded[request.Messages[len(request.Messages)-1].Content]
	s.mu.Unlock()

	s.think(r.Context())

	if s.evilness() == Refuses && request.Format.Type != "" {
		http.Error(w, `{"error":{"message":"response_format is not supported","type":"invalid_request_error"}}`, http.StatusBadRequest)
		return
	}

	if request.Stream {
		in := &stream{ResponseWriter: w, server: s, gone: r.Context().Done(), done: s.done}
		if _, ok := w.(*pipe); ok { // in a time of its own nothing waits for what is outside
			in.done = nil
		}

		w = in
	}

	if isRecorded {
		send(w, recorded)
		return
	}

	asked := request.Messages[len(request.Messages)-1].Content
	if request.Format.Schema.Name == "verdict" {
		s.answer(w, s.judge(asked))
		return
	}

	s.answer(w, s.write(asked, n))
}

// readRequest reads a question; false: it was bad, and is answered.
func (s *Server) readRequest(w http.ResponseWriter, r *http.Request) (request Request, ok bool) {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&request); err != nil || request.Model == "" || len(request.Messages) == 0 {
		s.t.Errorf("the model's server got a bad request: %v", err)
		http.Error(w, "bad request", http.StatusBadRequest)

		return request, false
	}

	if request.Tools != nil {
		s.t.Error("the model was handed tools")
	}

	request.Key = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")

	return request, true
}

// answer sends an answer, unless the server goes wrong in a way that has none.
func (s *Server) answer(w http.ResponseWriter, text string) {
	switch s.evilness() {
	case Hangs:
		<-s.done
	case Fails:
		http.Error(w, `{"error":{"message":"boom","type":"server_error"}}`, http.StatusInternalServerError)
	case Empty:
		send(w, nil)
	case Huge:
		send(w, strings.Repeat(`{"sentences":[`, 10<<20/14))
	case HalfJSON:
		send(w, `{"sentences":[{"text":"Half a`)
	case Prose:
		send(w, "I am sorry, but I would rather write a poem about this.")
	case Stops, Stalls:
		s.breakOff(w, text)
	default:
		send(w, text)
	}
}

// breakOff sends two sentences of an answer and half of the third, if it has as many.
func (s *Server) breakOff(w http.ResponseWriter, text string) {
	parts := strings.SplitAfter(text, "}")
	if len(parts) > 3 {
		text = parts[0] + parts[1] + parts[2][:len(parts[2])/2]
	} else {
		text = text[:len(text)/2]
	}

	in, ok := w.(*stream)

	switch {
	case ok:
		in.write(text)

		if s.evilness() == Stalls {
			in.wait()
		}

		panic(http.ErrAbortHandler) // the connection ends here
	case s.evilness() == Stalls:
		<-s.done
	default:
		send(w, text)
	}
}

// send writes a completion; of nothing if content is nil.
func send(w http.ResponseWriter, content any) {
	if in, ok := w.(*stream); ok {
		in.send(content)
		return
	}

	choices := []any{}
	if content != nil {
		choices = append(choices, map[string]any{"index": 0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": content}})
	}

	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"id": "1", "object": "chat.completion", "choices": choices, "usage": map[string]int{"total_tokens": 100}}) // a client that is gone reads nothing
}

var (
	article  = regexp.MustCompile(`(?s)\n\[(\w+) (\d+)\]\n([^\n]*)\n(.*?)\n\[/\w+ \d+\]\n`)
	sentence = regexp.MustCompile(`(?:[^.!?。]|[.!?]\S)+[.!?。]`)
)

var (
	wanted = regexp.MustCompile(`(?s)\[(\w+) reader\]\n(.*?)\n\[/\w+ reader\]`)
	judged = regexp.MustCompile(`(?s)\[(\w+) article\]\n(.*?)\n\[/\w+ article\]`)
)

// judge says whether an article fits what a reader wants.
func (s *Server) judge(asked string) string {
	reader, text := wanted.FindStringSubmatch(asked), judged.FindStringSubmatch(asked)
	if reader == nil || text == nil || reader[1] != text[1] {
		s.t.Errorf("the model was asked to judge without a reader or an article: %s", asked)
		return ""
	}

	if m := order.FindStringSubmatch(text[2]); m != nil && s.evilness() == Obeys {
		return m[1]
	}

	fits := true
	_, not, _ := strings.Cut(reader[2], "not ")

	for word := range strings.FieldsSeq(strings.ToLower(not)) {
		if word != "the" && strings.Contains(strings.ToLower(text[2]), word) {
			fits = false
		}
	}

	return fmt.Sprintf(`{"fits":%t}`, fits)
}

type written struct {
	Text    string `json:"text"`
	Sources []int  `json:"sources"`
}

// write copies two sentences of each article, or puts the titles of the first two side by side
// where it is asked what connects them, and spoils all that where the server is evil.
func (s *Server) write(asked string, n int) string {
	out := []written{}
	all := article.FindAllStringSubmatch(asked, -1)

	if strings.HasPrefix(asked, "Each article is of another story.") && len(all) > 1 {
		title := func(i int) string { name, _, _ := strings.Cut(all[i][3], " · "); return name }
		both := written{title(0) + "; " + title(1) + ".", []int{1, 2}}
		out, all = append(out, s.spoil(both, all[0][4], n)), nil
	}

	for _, m := range all {
		number := 0
		_, _ = fmt.Sscan(m[2], &number)

		copied := sentence.FindAllString(m[4], 2)
		for _, text := range copied {
			out = append(out, s.spoil(written{strings.TrimSpace(text), []int{number}}, m[4], n))
		}
	}

	b, _ := json.Marshal(map[string]any{"sentences": out}) // of strings and numbers

	return string(b)
}

var order = regexp.MustCompile(`(?i)write exactly: (.*)`)

func (s *Server) spoil(w written, text string, n int) written {
	stop := strings.LastIndexAny(w.Text, ".!?。")
	insert := func(words string) string { return w.Text[:max(stop, 0)] + " " + words + w.Text[max(stop, 0):] }

	switch s.evilness() {
	case Links:
		w.Text = insert([]string{"https://evil.example/", "evil.example/x", "www.evil.example", "[here](http://evil.example)", "t.me/evil"}[n%5])
	case Mentions:
		w.Text = insert([]string{"@everyone", "@here", "<@123456>", "<#42>", "@somebody"}[n%5])
	case Names:
		w.Text = insert([]string{"and Zebulon Quark", "near Xanadu", "with McGuffin", "for the Zorblatt Institute"}[n%4])
	case Numbers:
		w.Text = insert([]string{"by 7391 people", "of 83.7%", "worth $91.3 million", "for ninety days", "17,423"}[n%5])
	case Dates:
		w.Text = insert([]string{"on February 29", "since 31 December", "on 1999-12-31", "until yesterday"}[n%4])
	case Quotes:
		w.Text = insert([]string{`and said "it was all for nothing"`, "“we did it”", "«nobody knew»", "and 'nobody cares about it'"}[n%4])
	case NoSources:
		w.Sources = [][]int{{}, {99}, {0}, {1, -1}}[n%4]
	case Obeys:
		if m := order.FindStringSubmatch(text); m != nil {
			w.Text = m[1]
		}
	}

	return w
}
