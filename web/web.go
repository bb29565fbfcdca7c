// Package web serves pages beside the chats: a story's, people's own and the operator's, and
// what machines ask for (health and metrics). It is off unless an address to listen on is configured.
//
// Everything works without JavaScript; one small script (pages/app.js) shows what a query
// would match while it is typed. A page makes no request to another site: pictures come
// through us, guarded and bounded (Config.Picture). Nothing is remembered of a visitor, and
// no cookie is set, before they sign in.
//
// People sign in by a link that the bot gives them (/web): it is good once, for an hour, and
// opens a session of a day (session.go). The database has only a hash of either. On their pages
// (me.go, settings.go) they do what they do in the chat, and in the same way: a form becomes a
// request to the bot (forms.go), which checks what they may do there and answers; the page shows
// the reply.
// Operators have one more page (operator.go). Alerts can be read as a feed (feed.go).
//
// The address of a story's page is a secret between the chat it was given to and whoever
// it is passed on to (token): it shows what that chat's sources reported.
//
// Pages must not delay alerts: few are made at the same time, and the rest are turned
// away (busy).
package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"newsbell/adapters"
	"newsbell/internal/serve"
	"newsbell/locales"
	"newsbell/store"
)

// Config is what a Server is made of. Listen, Store and Log are needed.
type Config struct {
	Listen string // "127.0.0.1:8090"
	URL    string // how people reach it, without a slash at its end; "": http://Listen
	Store  *store.Store
	Log    *slog.Logger
	Texts  *locales.Catalog // nil: those that come with the program

	// Ready returns why this process is not well, or nil.
	Ready func(context.Context) error
	// Counters are events since the start, by name, for /metrics.
	Counters func() map[string]int64
	// Size returns the size of the database in bytes; nil: it is not shown.
	Size func() int64
	// Paces is how busy the bots are, by platform; nil: it is not shown.
	Paces func() map[string]Pace
	// Work is what this process does of what several on a database share; nil: it shares none.
	Work func() Work
	// Bot answers what people ask on their pages, as in their chats; nil: nobody can sign
	// in. It is set before the pages are served.
	Bot Bot
	// Hubs takes what the hubs of feeds push; nil: nothing is pushed. It is set before the
	// pages are served.
	Hubs Hubs
	// LinkPictures has a visitor's browser fetch pictures from their publishers, who then learn
	// of the visit; otherwise they come through Picture.
	LinkPictures bool
	// Picture fetches a picture that an article names; nil: pages have none.
	Picture func(ctx context.Context, address string) (body []byte, kind string, err error)
}

// Work is what one of several processes on a database does.
type Work struct {
	Roles   []string       // that it may take
	Leases  map[string]int // that it has, by what they are for
	Renewed time.Time      // when it last renewed them
}

// Pace is how busy the bot of a platform is.
type Pace struct {
	Waiting   int     // messages that wait for their turn
	PerSecond float64 // messages that may leave in a second now; 0: no limit
	Sent      uint64  // messages that have left since the start
	Holds     uint64  // times since the start that the platform said “too many” (429)
}

// Bot is the conversation of the chats, as pages need it.
type Bot interface {
	// Answer answers as in the chat that the request names.
	Answer(context.Context, *adapters.Request) *adapters.Message
	// Admit reports whether a person may use the bot now, and whether they operate it.
	Admit(*store.Tx, *adapters.Request) (may, operates bool, err error)
	// May returns nil if the person may manage a chat now.
	May(context.Context, *adapters.Request, *store.Chat) error

	// Why explains an alert, Notes says how a subscription is delivered, and State whether a
	// chat is paused or asleep.
	Why(*store.Chat, *store.Alert) adapters.Text
	Notes(*store.Chat, *store.Subscription) string
	State(*store.Chat) adapters.Text
	// Zone is the time zone of a chat.
	Zone(*store.Chat) *time.Location
}

// Bounds of what visitors can cause.
const (
	anybodyAtOnce = 1                      // pages for anybody that are made at the same time
	atOnce        = 8                      // other pages and forms
	turnTime      = 200 * time.Millisecond // to wait for a slot
	imagesAtOnce  = 3                      // pictures that are passed on at the same time
	pushesAtOnce  = 4                      // pushes that are taken at the same time
	lookUpsAtOnce = 8                      // looks at which hub an address is for
	pushTime      = 5 * time.Second        // to send a push
	imageTime     = 5 * time.Second        // to fetch a picture
	headerTime    = 5 * time.Second        // to send the head of a request
	readTime      = 15 * time.Second       // to send all of it
	writeTime     = 30 * time.Second       // to take the answer
	formBytes     = 64 << 10
	fileBytes     = 3 << 20
	pushBytes     = 4 << 20
	idleTime      = time.Minute
	headerBytes   = 16 << 10
	stopTime      = 2 * time.Second
)

// Server serves the pages. Make it with New.
type Server struct {
	Config
	secret   []byte
	listener net.Listener  // nil: not open
	anybody  chan struct{} // one for each page that is made for anybody
	slots    chan struct{} // one for each other page or form
	fetching chan struct{} // one for each picture
	pushing  chan struct{} // one for each push
	asking   chan struct{} // one for each look at which hub an address is for
	pictures pictures
	kept     keptPages
	pace     pacer
	wishes   wishes
	chats    chatLinks
}

// New makes a Server; it reads or makes the secret of its addresses.
func New(ctx context.Context, c Config) (*Server, error) {
	secret, err := readSecret(ctx, c.Store)
	if err != nil {
		return nil, fmt.Errorf("read the secret of web addresses: %w", err)
	}

	if c.Texts == nil {
		c.Texts = locales.Builtin()
	}

	if c.URL == "" {
		c.URL = "http://" + c.Listen
	}

	return &Server{
		Config: c, secret: secret, anybody: make(chan struct{}, anybodyAtOnce), slots: make(chan struct{}, atOnce), fetching: make(chan struct{}, imagesAtOnce), pushing: make(chan struct{}, pushesAtOnce),
		asking: make(chan struct{}, lookUpsAtOnce), pictures: pictures{kept: map[string]picture{}},
	}, nil
}

// Open takes the address to listen on, so that a program whose address is taken ends before it says
// that it runs. Close gives it back; so does the end of Run.
func (s *Server) Open(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("serve pages: %w; change web.listen", err)
	}

	s.listener = listener

	return nil
}

// Close is for a server that was opened and does not run.
func (s *Server) Close() {
	if s.listener != nil {
		_ = s.listener.Close() // nothing else was done with it
	}
}

// Run serves until ctx ends. It opens a server that is not open.
func (s *Server) Run(ctx context.Context) error {
	if s.listener == nil {
		if err := s.Open(ctx); err != nil {
			return err
		}
	}

	s.Log.Info("serving pages", "address", s.listener.Addr().String())

	return serve.Until(ctx, s.listener, s.server(ctx), stopTime)
}

// server returns what serves the pages. A visitor who takes too long is let go.
func (s *Server) server(ctx context.Context) *http.Server {
	return &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug), BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
}

// Handler returns what serves the pages.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { writePlain(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", s.metrics())
	mux.HandleFunc("GET /style.css", serveStyle)
	mux.HandleFunc("GET /s/{token}", s.story)
	mux.HandleFunc("GET /i/{token}", s.image)
	mux.Handle("GET /feed/{name}", s.public(s.feed))

	mux.Handle("GET /end/{token}", s.public(s.askEnd))
	mux.Handle("POST /end/{token}", limitConcurrency(s.slots, s.end))
	mux.Handle("GET /push/{token}", limitConcurrency(s.asking, s.verifyPush))
	mux.HandleFunc("POST /push/{token}", s.takePush)

	page := func(show func(http.ResponseWriter, *http.Request, *visitor, *reply)) handler {
		return func(w http.ResponseWriter, r *http.Request, v *visitor) { show(w, r, v, nil) }
	}

	mux.HandleFunc("GET /app.js", serveScript)
	mux.Handle("GET /in/{secret}", s.public(s.askSignIn))
	mux.Handle("POST /in/{secret}", limitConcurrency(s.slots, s.signIn))
	mux.Handle("GET /me", s.signedIn(s.inChat(page(s.showMe))))
	mux.Handle("GET /me/edit/{number}", s.signedIn(s.inChat(page(s.showEdit))))
	mux.Handle("GET /me/preview", s.signedIn(s.inChat(s.previewQuery)))
	mux.Handle("GET /me/history", s.signedIn(s.inChat(page(s.showHistory))))
	mux.Handle("GET /me/settings", s.signedIn(s.inChat(page(s.showSettings))))
	mux.Handle("GET /me/channels", s.signedIn(s.channels))
	mux.Handle("GET /me/export", s.signedIn(s.inChat(s.export)))
	mux.Handle("POST /me/do", s.changing(formBytes, s.inChat(s.do)))
	mux.Handle("POST /me/import", s.changing(fileBytes, s.importFile))
	mux.Handle("POST /me/out", s.changing(formBytes, s.signOut))
	mux.Handle("GET /op", s.signedIn(page(s.showOperator)))

	return setSecurityHeaders(http.NewCrossOriginProtection().Handler(mux))
}

// limitConcurrency serves a few requests at the same time. What is too much waits a little for its turn
// and is then turned away: with thousands of requests a second, the answers alone would
// take the processor from the alerts.
func limitConcurrency(slots chan struct{}, handle http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !takeSlot(r.Context(), slots) {
			turnAway(w)
			return
		}
		defer func() { <-slots }()

		handle(w, r)
	})
}

// turnAway says that there are too many visitors for now.
func turnAway(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "2")
	writePlain(w, http.StatusServiceUnavailable, "Too many readers at the moment. Try again in a few seconds.\n")
}

// takeSlot reports whether there was a slot in time.
func takeSlot(ctx context.Context, slots chan struct{}) bool {
	select {
	case slots <- struct{}{}:
		return true
	default:
	}

	timer := time.NewTimer(turnTime)
	defer timer.Stop()

	select {
	case slots <- struct{}{}:
		return true
	case <-ctx.Done():
	case <-timer.C:
	}

	return false
}

// public serves a page that anybody may ask for. It is made as a whole before any of it is sent,
// so that a slow reader keeps nobody from its slot.
func (s *Server) public(handle http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := &wholePage{ResponseWriter: w}
		limitConcurrency(s.anybody, func(_ http.ResponseWriter, r *http.Request) { handle(page, r) }).ServeHTTP(page, r)
		page.send()
	})
}

// wholePage keeps an answer until it is sent.
type wholePage struct {
	http.ResponseWriter

	status int
	body   bytes.Buffer
}

func (p *wholePage) WriteHeader(status int) {
	if p.status == 0 {
		p.status = status
	}
}

func (p *wholePage) Write(b []byte) (int, error) { return p.body.Write(b) }

func (p *wholePage) send() {
	p.ResponseWriter.WriteHeader(cmp.Or(p.status, http.StatusOK))
	_, _ = p.ResponseWriter.Write(p.body.Bytes()) // a visitor who is gone reads nothing
}

// policy is what a page may load: nothing from elsewhere.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// setSecurityHeaders sets what holds for every answer.
func setSecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Robots-Tag", "noindex")
		next.ServeHTTP(w, r)
	})
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.Ready != nil {
		if err := s.Ready(r.Context()); err != nil {
			writePlain(w, http.StatusServiceUnavailable, err.Error()+"\n")
			return
		}
	}

	writePlain(w, http.StatusOK, "ok\n")
}

func writePlain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // a visitor who is gone reads nothing
}
