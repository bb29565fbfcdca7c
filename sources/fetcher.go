package sources

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"newsbell/news"
	"newsbell/sources/feed"
	"newsbell/sources/websub"
)

// Options are what a Fetcher is made of. The zero value of a field is its default.
type Options struct {
	// UserAgent says who asks and how to reach the operator. Default
	// "Newsbell (+https://github.com/newsbell/newsbell)".
	UserAgent string
	// Allow are private ranges that guarded addresses may reach after all.
	Allow []netip.Prefix
	// Timeout is the longest a fetch may take with everything. Default 30 s.
	Timeout time.Duration
	// MaxBody is the largest body in bytes, before and after decompression.
	// Default 8 MiB: the largest feeds seen hold 2 MB.
	MaxBody int64
	// HostGap is the pause between two requests to one host. Default none, and
	// then they may go out at once.
	HostGap time.Duration
	// Log takes what operators may want to know; default nothing.
	Log *slog.Logger
	// Dial replaces the network, for tests. The guard is asked before it.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// MaxBody is the largest body that is read by default, in bytes.
const MaxBody = 8 << 20

// Fetcher asks servers for feeds, politely. It owns the connections and is safe
// for concurrent use; Close it when done.
type Fetcher struct {
	options   Options
	open      *http.Client // for addresses of the configuration
	guarded   *http.Client // for addresses of chats
	guard     *guard
	buffers   sync.Pool // of *bytes.Buffer, for bodies as they come
	unpackers sync.Pool // of *gzip.Reader, which takes 40 KB
	says      [3]string // User-Agent, Accept, Accept-Encoding
	pace      pace
	clock     clock
	outage    outage
}

// NewFetcher makes a Fetcher. It opens no connection.
func NewFetcher(o Options) *Fetcher {
	o.UserAgent = cmp.Or(o.UserAgent, "Newsbell (+https://github.com/newsbell/newsbell)")
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)

	o.MaxBody = cmp.Or(o.MaxBody, MaxBody)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}

	guard := newGuard(o.Allow)

	return &Fetcher{
		options: o, open: newClient(o, nil), guarded: newClient(o, guard), guard: guard,
		pace: pace{gap: o.HostGap, hosts: map[string]*hostPace{}}, clock: clock{since: time.Now()},
		outage: outage{log: o.Log, silent: map[string]bool{}},
		says: [3]string{
			o.UserAgent,
			"application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5",
			"gzip, br",
		},
	}
}

// Guarded returns the client for addresses that come from chats: it reaches no private range
// that is not allowed.
func (f *Fetcher) Guarded() *http.Client { return f.guarded }

// Close drops the connections that are kept open.
func (f *Fetcher) Close() {
	f.open.CloseIdleConnections()
	f.guarded.CloseIdleConnections()
}

// FetchRequest is one visit to a source.
type FetchRequest struct {
	URL string
	// Guarded: the address came from a chat. It and all it redirects to may not
	// be private, checked for the address that is dialled.
	Guarded bool
	Turn    Turn  // of the host, if the caller has taken it; else Fetch waits for it
	State   State // what the last visit left, zero at first
	// WholeState reads the whole of a State of which only State.Brief was given: it
	// is called when the body is new, when the state has changed, and on a failure. nil: State is whole.
	WholeState func() (State, error)
	Source     news.Source // what is known about the source, defaults for its articles
	// Raw: articles come as the feed has them, uncleaned and in its order.
	// Listed: cleaned, in its order. Both read the body even if it is known, and
	// fail if there is none.
	Raw, Listed bool
}

// readsBody reports whether the body is read also if it is known.
func (p *FetchRequest) readsBody() bool { return p.Raw || p.Listed }

// Result is what a visit found.
type Result struct {
	Status int
	// NotModified: there is nothing new (304, the same bytes as last time, or
	// only items that were there then); Articles is empty.
	NotModified bool
	Feed        feed.Feed
	// Articles are what is new or has changed since the visit that left the
	// State, oldest first; where that is not known, all that the feed lists.
	Articles []news.Article
	// AnsweredAt is when that was by the clocks of the servers, never later than by ours; zero if there is
	// nothing new, or no server has said what time it is.
	AnsweredAt time.Time
	// Before is how many items the feed listed when it listed some last.
	Before int
	State  State // to be kept for the next visit
	// Same: State is the one that was given, it need not be kept again.
	Same bool
	// Wait is how long the server wants to be left alone. It binds: at most 6
	// hours of max-age or Expires, at most 7 days of Retry-After.
	Wait time.Duration
	// Hint is what the feed asks for (ttl, sy:*, skipHours, skipDays): soft.
	Hint time.Duration
	// MovedTo is the new address after a permanent redirect was answered
	// repeatedly, "" else. The caller decides.
	MovedTo string
}

// unreadError is that of a WholeState: nothing of the source's.
type unreadError struct{ error }

// Fetch visits a source. The error is an *Error, whose State is to be kept, or that of WholeState.
func (f *Fetcher) Fetch(ctx context.Context, p FetchRequest) (*Result, error) {
	r, err := f.fetchInTurn(ctx, p)
	if err == nil {
		f.outage.note(p.URL, 0, nil)

		return r, nil
	}

	if unread, ok := errors.AsType[unreadError](err); ok {
		return nil, unread.error
	}

	e := asError(ctx, err)
	e.state = p.State
	e.Outage = f.outage.note(p.URL, p.State.Failures, e)

	if p.WholeState != nil {
		if e.state, err = p.WholeState(); err != nil {
			return nil, err
		}
	}

	if e.state.dropRefused(e.Status); !e.isOurs() {
		e.state.Failures++
	}

	return nil, e
}

// fetchInTurn visits the source when it is its host's turn. Waiting is not the
// server's fault, and takes nothing of its time.
func (f *Fetcher) fetchInTurn(ctx context.Context, p FetchRequest) (*Result, error) {
	turn := p.Turn
	if turn.pace == nil {
		var err error
		if turn, err = f.pace.wait(ctx, p.URL, f.pace.gap); err != nil {
			return nil, err
		}
		defer turn.End()
	}

	ctx, cancel := context.WithTimeout(ctx, f.options.Timeout)
	defer cancel()

	r, err := f.fetch(ctx, p)
	if refused, ok := errors.AsType[*Error](err); ok || err == nil {
		turn.hear(p.URL, refused)
	}

	return r, err
}

func (f *Fetcher) fetch(ctx context.Context, p FetchRequest) (*Result, error) {
	answer, err := f.get(ctx, p)
	if err != nil {
		return nil, err
	}
	defer f.giveBack(answer.buffer)

	now := time.Now()
	h := answer.header
	r := &Result{Status: answer.status, State: p.State}
	r.State.Failures = 0
	r.State.noteMove(answer.moved)

	if r.State.MovedCount >= movedAfter {
		r.MovedTo = r.State.Moved
	}

	switch {
	case answer.status == http.StatusNotModified && !p.readsBody():
		r.NotModified = true
	case answer.status == http.StatusOK, answer.status == http.StatusNonAuthoritativeInfo:
		if sum := bodyHash(answer.body); sum == p.State.BodyHash && !p.readsBody() {
			r.NotModified = true
		} else {
			r.State.BodyHash = sum
		}
	default:
		e := explainStatus(answer.status)
		e.Wait = retryAfter(h, now)

		return nil, e
	}

	known := r.NotModified
	if !known {
		if err := f.read(p, answer, r); err != nil {
			return nil, err
		}
	}

	if r.State.keepValidators(h, r.NotModified); answer.short {
		// What was lost is asked for again: the server must not say "nothing new".
		r.State.ETag, r.State.LastModified, r.State.BodyHash = "", "", ""
	}

	if len(r.Articles) > 0 {
		r.AnsweredAt = f.clock.answeredAt(news.Host(answer.address), h, now)
	}

	r.Wait = max(parseFreshness(h, now), retryAfter(h, now))
	r.Hint = r.State.Hints.Wait(now)
	noted := r.State.History.note(now, r.Articles)
	r.Same = known && !noted && r.State.sameAs(p.State)

	if known && !r.Same {
		err = p.complete(&r.State)
	}

	return r, err
}

// complete adds what a brief state lacks.
func (p *FetchRequest) complete(s *State) error {
	if p.WholeState == nil {
		return nil
	}

	whole, err := p.WholeState()
	if err != nil {
		return unreadError{err}
	}

	s.Fingerprints = whole.Fingerprints

	return nil
}

// read parses the body.
func (f *Fetcher) read(p FetchRequest, answer *answer, r *Result) error {
	body, err := f.unpacked(answer)
	if err != nil {
		return tooBig(err, f.options.MaxBody)
	}

	if err := p.complete(&r.State); err != nil {
		return err
	}

	source := p.Source
	source.URL = cmp.Or(source.URL, p.URL)

	list, articles, err := feed.ParseChanged(feed.Input{
		Body: body, Address: answer.address, ContentType: answer.header.Get("Content-Type"), Source: source,
		Raw: p.Raw, All: p.readsBody(),
	}, &r.State.Fingerprints)
	if err != nil {
		return explainParse(answer.status, err)
	}

	r.Feed, r.Articles, r.NotModified = *list, articles, list.Unchanged
	r.Before, r.State.Count = p.State.Count, cmp.Or(len(list.Listed), p.State.Count)
	r.State.Hints = list.Hints
	r.State.noteHub(answer)

	if !p.readsBody() {
		feed.SortOldestFirst(r.Articles, time.Now())
	}

	return nil
}

// noteHub notes who pushes the feed: what the server's headers say comes before what the
// feed itself does.
func (s *State) noteHub(a *answer) {
	hub, topic := websub.Links(a.header)
	h := &s.Hints

	h.Hub = cmp.Or(hub, h.Hub)

	h.Topic = cmp.Or(topic, h.Topic, a.address)
	if h.Hub == "" || !websub.IsAsSafe(h.Hub, h.Topic) {
		h.Hub, h.Topic = "", ""
	}
}

// Hub is who pushes the source, and its address as the hub knows it, "" nobody.
func (s State) Hub() (hub, topic string) { return s.Hints.Hub, s.Hints.Topic }

// movedAfter is how many answers in a row make a permanent redirect permanent:
// servers under maintenance and captive portals send them by mistake (Newsblur
// waits for ten).
const movedAfter = 10

func (s *State) noteMove(to string) {
	switch to {
	case "":
		s.Moved, s.MovedCount = "", 0
	case s.Moved:
		s.MovedCount++
	default:
		s.Moved, s.MovedCount = to, 1
	}
}

// keepValidators replaces the validators by those of this answer. Called only
// when the body was understood: else the next visit would be told that nothing
// has changed since. A 304 may leave them out, then the old ones stand.
func (s *State) keepValidators(h http.Header, notModified bool) {
	etag, modified := h.Get("ETag"), h.Get("Last-Modified")
	if notModified && etag == "" && modified == "" {
		return
	}

	if notModified {
		etag, modified = cmp.Or(etag, s.ETag), cmp.Or(modified, s.LastModified)
	}

	s.ETag, s.LastModified = etag, modified
}

// dropRefused forgets the validators where an answer may be because of them: a server that can't make
// anything of them would refuse every visit. One that reads them answers 304 or brings the feed.
func (s *State) dropRefused(status int) {
	switch status {
	case http.StatusBadRequest, http.StatusPreconditionFailed, http.StatusRequestHeaderFieldsTooLarge, http.StatusInternalServerError:
		s.ETag, s.LastModified = "", ""
	}
}

func bodyHash(b []byte) string {
	h := sha256.Sum256(b)
	return base64.RawStdEncoding.EncodeToString(h[:16])
}

// RedactURL returns an address as logs and people may see it: without password and query.
func RedactURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}

	u.User, u.Fragment = nil, ""
	if u.RawQuery != "" {
		u.RawQuery = "…"
	}

	return u.String()
}
