// Package telegramtest is a Telegram for tests: a Bot API server with people,
// groups, forums and channels, driven like a person.
//
//	tg := telegramtest.New(telegramtest.Options{})
//	ada := tg.NewUser("Ada")
//	ada.Says("/subscribe drone")
//	tg.Settle(ctx) // until the bot has handled and confirmed it
//	ada.Presses("Undo")
//	fmt.Println(ada.Private().Transcript())
//
// It is strict: a request that the real server would refuse is refused with the
// real code and text, and one that the real server would silently read otherwise
// than meant (an unknown parameter, a button whose data is cut) is refused too and
// kept as a complaint. Parameters and types come from schema.txt, a table of facts
// about the Bot API; see the go:generate line in schema.go for how to make it anew.
//
// It shares no code with the adapter that it judges. It speaks over real HTTP
// (Listen), or over pipes within one process (Transport), which also works inside
// a testing/synctest bubble.
package telegramtest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options of a Server. The zero value is a good one.
type Options struct {
	Token    string // "" is DefaultToken
	Username string // of the bot, "" is "newsbell_bot"
	// Only lists the methods that the server knows, if any are listed.
	Only []string
	// Sparse leaves out of results and updates what some servers leave out.
	Sparse bool
	// Flood turns the usual limits on: about one message a second in a chat (in
	// bursts of 5), 20 a minute in a group, 30 a second in all.
	Flood bool
	// CountRaw counts the length of a text before it is parsed, in bytes, as some
	// other servers of the Bot API do.
	CountRaw bool
	// NoTimes is a server of before <tg-time>.
	NoTimes bool
	// Inline: @BotFather has switched inline mode on; Guests: that it may be called into
	// chats that it is not in.
	Inline, Guests bool
	// Whispers: the server is of Bot API 10.3, and has ephemeral messages.
	Whispers bool
	// Topics: @BotFather has switched topics in private chats on.
	Topics bool
	// NoCopy is a server of before buttons that copy a text.
	NoCopy bool
	// Local is the folder of a Bot API server of one's own (telegram-bot-api --local), ""
	// for Telegram's: it posts to http addresses too, and names files by their path on its
	// disk.
	Local string
	// CallbackLife is how long a press may be answered; zero is 15 s.
	CallbackLife time.Duration
}

// DefaultToken is the bot's token unless Options says otherwise.
const DefaultToken = "4200:AAtest-Token_of-the-fake"

// Server is the fake. Its methods are safe for concurrent use.
type Server struct {
	opts   Options
	schema *schema
	botID  int64

	mu         sync.Mutex
	changed    chan struct{} // closed and made anew whenever something changed
	users      map[int64]*User
	chats      map[int64]*Chat
	lastUser   int64
	lastGroup  int64
	lastID     int64 // of messages
	queue      []queued
	nextUpdate int64
	allowed    map[string]bool // nil: the default
	poll       *poll           // the one that waits
	lastPoll   time.Time
	lastOffset int64
	hook       *hook // where updates are posted, nil: nowhere
	callbacks  map[string]*press
	questions  map[string]*question
	whispered  map[int64]*whispered
	files      map[string]upload
	menus      map[string]string // commands by scope and language
	faults     []*fault
	hits       int
	disorder   bool
	flood      flood
	calls      []Call
	complaints []string
	active     int // requests being answered, polls aside

	listener *listener
}

// Call is a request as it came in.
type Call struct {
	Method string
	Params map[string]string
	OK     bool
	Code   int    // of the refusal
	Text   string // of the refusal
	Length int64  // Content-Length, -1 if there was none
}

// New makes a server with a bot in it and nobody else.
func New(opts Options) *Server {
	if opts.Token == "" {
		opts.Token = DefaultToken
	}

	if opts.Username == "" {
		opts.Username = "newsbell_bot"
	}

	if opts.CallbackLife == 0 {
		opts.CallbackLife = 15 * time.Second
	}

	id, _, _ := strings.Cut(opts.Token, ":")

	s := &Server{
		opts: opts, schema: theSchema(),
		changed: make(chan struct{}), users: map[int64]*User{}, chats: map[int64]*Chat{},
		lastUser: 7000, lastGroup: 1000, nextUpdate: 990001,
		callbacks: map[string]*press{}, questions: map[string]*question{}, whispered: map[int64]*whispered{}, files: map[string]upload{}, menus: map[string]string{},
	}
	if opts.Whispers {
		s.schema = laterSchema()
	}

	s.botID, _ = strconv.ParseInt(id, 10, 64)

	return s
}

// Token returns what the bot must show.
func (s *Server) Token() string { return s.opts.Token }

// touch wakes all who wait for a change. The lock is held.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// await waits until ok says so, which is asked with the lock held.
func (s *Server) await(ctx context.Context, ok func() bool) error {
	for {
		s.mu.Lock()
		done, changed := ok(), s.changed
		s.mu.Unlock()

		if done {
			return nil
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// Settle waits until every update was handled and confirmed by the bot and no
// request is on its way.
func (s *Server) Settle(ctx context.Context) error {
	return s.await(ctx, func() bool { return len(s.queue) == 0 && s.active == 0 })
}

// Calls returns the requests so far, of one method or (with "") of all.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()

	var out []Call

	for _, c := range s.calls {
		if method == "" || strings.EqualFold(c.Method, method) {
			out = append(out, c)
		}
	}

	return out
}

// Complaints returns the requests that the real server would have taken otherwise
// than meant. A test should find none.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return append([]string(nil), s.complaints...)
}

// Menu returns the list of commands set for a scope ("all_private_chats"), as JSON.
func (s *Server) Menu(scope string) string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.menus[scope]
}

// refusal is an answer that is not ok.
type refusal struct {
	code   int
	text   string
	params map[string]any
	after  time.Duration // how long to hold it back
}

func refuse(code int, text string) *refusal { return &refusal{code: code, text: text} }

// badRequest returns a 400 the way the server words it.
func badRequest(text string) *refusal {
	return refuse(http.StatusBadRequest, "Bad Request: "+lowerFirst(text))
}

// lowerFirst makes the first letter small unless the second is a capital or "_",
// so that BUTTON_DATA_INVALID stays.
func lowerFirst(s string) string {
	if len(s) > 1 && (s[1] >= 'A' && s[1] <= 'Z' || s[1] == '_') {
		return s
	}

	return strings.ToLower(s[:1]) + s[1:]
}

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/file/bot"+s.opts.Token+"/"); ok {
		s.serveFile(w, path)
		return
	}

	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")

	token, method, ok2 := strings.Cut(rest, "/")
	if !ok || !ok2 || method == "" || strings.Contains(method, "/") {
		writeRefusal(w, refuse(http.StatusNotFound, "Not Found"))
		return
	}

	if token != s.opts.Token {
		writeRefusal(w, refuseToken(token))
		return
	}

	s.serveMethod(w, r, method)
}

func refuseToken(token string) *refusal {
	if !strings.Contains(token, ":") || strings.HasPrefix(token, "0") || len(token) > 80 {
		return refuse(http.StatusUnauthorized, "Unauthorized: invalid token specified")
	}

	return refuse(http.StatusUnauthorized, "Unauthorized")
}

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request, method string) {
	form, err := readForm(r)
	if err != nil {
		writeRefusal(w, badRequest("can't parse the request"))
		return
	}

	polling := strings.EqualFold(method, "getUpdates")

	s.begin(polling)
	defer s.end(polling)

	if done := s.faultBefore(w, r, method, form); done {
		return
	}

	result, no := s.do(r.Context(), method, form)
	s.note(r, method, form, no)

	if no != nil {
		sleep(r.Context(), no.after)
		writeRefusal(w, no)

		return
	}

	writeResult(w, result)
}

func (s *Server) begin(polling bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if !polling {
		s.active++
	}
}

func (s *Server) end(polling bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if !polling {
		s.active--
	}

	s.touch()
}

func (s *Server) note(r *http.Request, method string, f *form, no *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()

	c := Call{Method: method, Params: f.values, OK: no == nil, Length: r.ContentLength}
	if no != nil {
		c.Code, c.Text = no.code, no.text
	}

	s.calls = append(s.calls, c)
}

func writeRefusal(w http.ResponseWriter, no *refusal) {
	body := map[string]any{"ok": false, "error_code": no.code, "description": no.text}
	if len(no.params) > 0 {
		body["parameters"] = no.params
	}

	if after, ok := no.params["retry_after"].(int); ok {
		w.Header().Set("Retry-After", strconv.Itoa(after))
	}

	writeJSON(w, no.code, body)
}

func writeResult(w http.ResponseWriter, result any) {
	writeJSON(w, http.StatusOK, map[string]any{"ok": true, "result": result})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}

	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// sleep waits, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}

	t := time.NewTimer(d)
	defer t.Stop()

	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
