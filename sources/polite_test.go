package sources

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/sources/feed"
	"newsbell/sources/sourcestest"

	"github.com/andybalholm/brotli"
)

// The tests of politeness are named by the rules of docs/sources.md.

const oneItem = `<rss version="2.0"><channel><title>Daily Planet</title><item><title>One</title><link>https://planet.example/1</link></item></channel></rss>`

// planet is a server that records what it was asked.
type planet struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []*http.Request
	answer http.HandlerFunc
}

func newPlanet(t testing.TB, answer http.HandlerFunc) *planet {
	p := &planet{answer: answer}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked = append(p.asked, r.Clone(context.Background()))
		p.mu.Unlock()
		p.answer(w, r)
	}))
	t.Cleanup(p.Close)

	return p
}

func (p *planet) last() *http.Request {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.asked[len(p.asked)-1]
}

func (p *planet) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()

	return len(p.asked)
}

func newTestFetcher(t testing.TB, o Options) *Fetcher {
	f := NewFetcher(o)
	t.Cleanup(f.Close)

	return f
}

// visitTwice fetches, and fetches again with the state that was left.
func visitTwice(t *testing.T, f *Fetcher, url string) (*Result, *Result) {
	t.Helper()

	first, err := f.Fetch(t.Context(), FetchRequest{URL: url})
	if err != nil {
		t.Fatal(err)
	}

	second, err := f.Fetch(t.Context(), FetchRequest{URL: url, State: first.State})
	if err != nil {
		t.Fatal(err)
	}

	return first, second
}

func TestRule01ConditionalRequests(t *testing.T) {
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") == "Mon, 02 Jan 2006 15:04:05 GMT" {
			w.WriteHeader(http.StatusNotModified)
			return
		}

		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		fmt.Fprint(w, oneItem)
	})

	first, second := visitTwice(t, newTestFetcher(t, Options{}), p.URL)
	if first.NotModified || len(first.Articles) != 1 {
		t.Errorf("first visit: %+v", first)
	}

	if second.Status != 304 || !second.NotModified || second.Articles != nil {
		t.Errorf("second visit: %+v", second)
	}

	if r := p.asked[0]; r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != "" {
		t.Error("validators were invented for the first visit")
	}
}

func TestRule02ValidatorsAreOpaque(t *testing.T) {
	for _, v := range [][2]string{{`W/"a, b"`, "yesterday"}, {"no-quotes", "Mon, 2 Jan 2006 15:04:05 +0000"}, {`"with \" in it"`, "1795417525"}} {
		p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Etag"], w.Header()["Last-Modified"] = []string{v[0]}, []string{v[1]}
			fmt.Fprint(w, oneItem)
		})
		visitTwice(t, newTestFetcher(t, Options{}), p.URL)

		if r := p.last(); r.Header.Get("If-None-Match") != v[0] || r.Header.Get("If-Modified-Since") != v[1] {
			t.Errorf("sent back %q and %q for %q", r.Header.Get("If-None-Match"), r.Header.Get("If-Modified-Since"), v)
		}
	}
}

func TestRule03ValidatorsAreReplaced(t *testing.T) {
	n := 0
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		w.Header().Set("ETag", fmt.Sprintf(`"v%d"`, n))

		if n == 2 {
			w.WriteHeader(http.StatusNotModified)
			return
		}

		if n == 4 {
			w.Header().Del("ETag")
		}

		fmt.Fprint(w, strings.Replace(oneItem, "One", fmt.Sprint(n), 1))
	})
	f := newTestFetcher(t, Options{})

	var s State
	for i, want := range []string{`"v1"`, `"v2"`, `"v3"`, ""} {
		r, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL, State: s})
		if err != nil {
			t.Fatal(err)
		}

		if s = r.State; s.ETag != want {
			t.Errorf("after visit %d the validator is %s, want %s", i+1, s.ETag, want)
		}
	}
}

func TestRule04ValidatorsOnlyOfUnderstoodBodies(t *testing.T) {
	body := oneItem
	status := 200
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, len(body)+status))
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
	f := newTestFetcher(t, Options{})

	r, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL})
	if err != nil {
		t.Fatal(err)
	}

	good := r.State

	for _, c := range []struct {
		status int
		body   string
	}{{200, "<html><body>We are down</body></html>"}, {200, ""}, {503, "oops"}, {404, "gone fishing"}} {
		status, body = c.status, c.body
		_, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL, State: good})

		e, ok := errors.AsType[*Error](err)
		if !ok {
			t.Fatalf("%d %q: no error", c.status, c.body)
		}

		s := e.State()
		if s.ETag != good.ETag || s.BodyHash != good.BodyHash || s.Items != good.Items || s.Failures != 1 {
			t.Errorf("%d %q: the failure changed what is known: %+v", c.status, c.body, s)
		}
	}
}

// TestRule04RefusedValidators: a server that refuses a visit because of the validators, whatever it says
// then, is asked without them the next time.
func TestRule04RefusedValidators(t *testing.T) {
	for _, status := range []int{400, 412, 431, 500} {
		p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != "" {
				w.WriteHeader(status)
				return
			}

			w.Header().Set("ETag", `"v1"`)
			w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
			fmt.Fprint(w, oneItem)
		})
		f := newTestFetcher(t, Options{})

		first, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL})
		if err != nil {
			t.Fatal(err)
		}

		_, err = f.Fetch(t.Context(), FetchRequest{URL: p.URL, State: first.State})

		refused, ok := errors.AsType[*Error](err)
		if !ok || refused.Status != status {
			t.Fatalf("%d: %v", status, err)
		}

		third, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL, State: refused.State()})
		if err != nil || !third.NotModified || third.State.ETag != `"v1"` {
			t.Errorf("after %d: %+v, %v", status, third, err)
		}
	}
}

// TestRule04BrokenEnd: a body that is whole but for how its connection ends is read, visit after visit.
func TestRule04BrokenEnd(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nConnection: close\r\n"
	chunk := fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(oneItem), oneItem)

	for name, answer := range map[string]string{
		"reset": head + "\r\n" + oneItem, "no last chunk": head + chunk, "a chunk that is none": head + chunk + "zz\r\n",
	} {
		p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}

			_, _ = io.WriteString(conn, answer)

			if tcp, ok := conn.(*net.TCPConn); ok && name == "reset" {
				_ = tcp.SetLinger(0)
			}

			_ = conn.Close()
		})

		first, second := visitTwice(t, newTestFetcher(t, Options{}), p.URL)
		if len(first.Articles) != 1 || len(second.Feed.Listed) != 1 || first.State.ETag != "" {
			t.Errorf("%s: %+v, then %+v", name, first, second)
		}
	}
}

// TestRule04CutOff: what is whole of a body that breaks off is read, and the rest
// at the next visit, whatever validators the server sent with it.
func TestRule04CutOff(t *testing.T) {
	packed := func(write func(io.Writer) io.WriteCloser) []byte {
		var b bytes.Buffer

		z := write(&b)
		z.Write(sourcestest.RSSItems("1|https://planet.example/1|One", "2|https://planet.example/2|Two"))
		z.Close()

		return b.Bytes()
	}
	plain := packed(func(w io.Writer) io.WriteCloser {
		return struct {
			io.Writer
			io.Closer
		}{w, io.NopCloser(nil)}
	})

	zipped := packed(func(w io.Writer) io.WriteCloser { z, _ := gzip.NewWriterLevel(w, gzip.NoCompression); return z })
	for name, c := range map[string]struct {
		body             []byte
		encoding, length string
	}{
		"by length":         {plain, "", fmt.Sprint(len(plain))},
		"chunked":           {plain, "", ""},
		"gzip by length":    {zipped, "gzip", fmt.Sprint(len(zipped))},
		"gzip alone is cut": {zipped, "gzip", "cut"},
	} {
		whole := false
		p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}

			w.Header().Set("ETag", `"v1"`)
			w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")

			if c.encoding != "" {
				w.Header().Set("Content-Encoding", c.encoding)
			}

			if whole {
				w.Write(c.body)
				return
			}

			if c.length != "" && c.length != "cut" {
				w.Header().Set("Content-Length", c.length)
			}

			w.Write(c.body[:len(c.body)-60])

			if c.length != "cut" {
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
		})
		p.Config.ErrorLog = log.New(io.Discard, "", 0)
		f := newTestFetcher(t, Options{})

		first, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL})
		if err != nil || len(first.Articles) != 1 {
			t.Errorf("%s: %+v, %v", name, first, err)
			continue
		}

		whole = true

		if second, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL, State: first.State}); err != nil || len(second.Feed.Listed) != 2 || second.State.ETag == "" {
			t.Errorf("%s, the second visit: %+v, %v", name, second, err)
		}
	}
}

func TestRule06And07Freshness(t *testing.T) {
	now := time.Now().UTC()
	for name, c := range map[string]struct {
		header map[string]string
		status int
		want   time.Duration
	}{
		"max-age":             {map[string]string{"Cache-Control": "public, max-age=1800"}, 200, 30 * time.Minute},
		"max-age on a 304":    {map[string]string{"Cache-Control": "max-age=1800"}, 304, 30 * time.Minute},
		"max-age less Age":    {map[string]string{"Cache-Control": "max-age=1800", "Age": "600"}, 200, 20 * time.Minute},
		"six hours at most":   {map[string]string{"Cache-Control": "max-age=604800"}, 200, 6 * time.Hour},
		"no-cache":            {map[string]string{"Cache-Control": "no-cache, max-age=1800"}, 200, 0},
		"Expires":             {map[string]string{"Expires": now.Add(time.Hour).Format(http.TimeFormat), "Date": now.Format(http.TimeFormat)}, 200, time.Hour},
		"max-age has the say": {map[string]string{"Cache-Control": "max-age=60", "Expires": now.Add(time.Hour).Format(http.TimeFormat)}, 200, time.Minute},
		"Expires long ago":    {map[string]string{"Expires": "0"}, 200, 0},
		"nonsense":            {map[string]string{"Cache-Control": "max-age=soon"}, 200, 0},
		"overflow":            {map[string]string{"Cache-Control": "max-age=99999999999999999999"}, 200, 0},
	} {
		p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
			for k, v := range c.header {
				w.Header().Set(k, v)
			}

			w.WriteHeader(c.status)

			if c.status == 200 {
				fmt.Fprint(w, oneItem)
			}
		})

		r, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: p.URL})
		if err != nil || r.Wait.Round(time.Second) != c.want {
			t.Errorf("%s: %v, %v, want %s", name, r, err, c.want)
		}
	}
}

func TestRules08To10RetryAfter(t *testing.T) {
	in := func(d time.Duration) string { return time.Now().UTC().Add(d).Format(http.TimeFormat) }
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		for value, want := range map[string]time.Duration{
			"120":                2 * time.Minute,
			in(2 * time.Hour):    2 * time.Hour,
			"604800":             7 * 24 * time.Hour,
			"99999999":           7 * 24 * time.Hour,
			in(1000 * time.Hour): 7 * 24 * time.Hour,
			"-5":                 0,
			"soon":               0,
			"":                   0,
			in(-time.Hour):       0,
		} {
			p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", value)
				w.WriteHeader(status)
			})
			_, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: p.URL})

			e, ok := errors.AsType[*Error](err)
			if !ok || (e.Wait-want).Abs() > time.Minute || e.Status != status {
				t.Errorf("%d with Retry-After %q: %+v, want %s", status, value, e, want)
				continue
			}

			now := time.Now()
			if next := e.State().Next(now, nil, err, time.Minute, time.Hour); next.Sub(now) < want-time.Minute {
				t.Errorf("%d with Retry-After %q: next visit already after %s", status, value, next.Sub(now))
			}
		}
	}
}

// TestRule11NoFastRetries: a server that fails, refuses or hangs up is left alone
// for longer each time, and for as short as ever once it is well.
func TestRule11NoFastRetries(t *testing.T) {
	const minimum, maximum = 5 * time.Minute, time.Hour
	for name, c := range map[string]struct {
		answer         http.HandlerFunc
		first, longest time.Duration
	}{
		"500":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, maximum / 4, 24 * time.Hour},
		"404":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, maximum, 24 * time.Hour},
		"429":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, 2 * maximum, 24 * time.Hour},
		"hangs up": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, minimum, 4 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			var well atomic.Bool

			p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
				if well.Load() {
					fmt.Fprint(w, oneItem)
				} else {
					c.answer(w, r)
				}
			})
			f := newTestFetcher(t, Options{})

			var s State

			before := time.Duration(0)

			for n := range 12 {
				_, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL, State: s})

				failed, ok := errors.AsType[*Error](err)
				if !ok {
					t.Fatal(err)
				}

				s = failed.State()
				now := time.Now()

				pause := s.Next(now, nil, err, minimum, maximum).Sub(now)
				if n == 0 && (pause < c.first || pause > c.first*5/4) {
					t.Errorf("the first pause is %s, want %s and a fifth by chance", pause, c.first)
				}

				if pause < min(before*3/2, c.longest) || pause > c.longest*5/4 {
					t.Errorf("after %d failures %s, before %s, at most %s", n+1, pause, before, c.longest)
				}

				before = pause
			}

			well.Store(true)

			r, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL, State: s})
			if err != nil {
				t.Fatal(err)
			}

			now := time.Now()
			if pause := r.State.Next(now, r, nil, minimum, maximum).Sub(now); pause > maximum {
				t.Errorf("well again, and still left alone for %s", pause)
			}
		})
	}
}

func TestRule12StateSurvives(t *testing.T) {
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"x"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}

		w.Header().Set("ETag", `"x"`)
		fmt.Fprint(w, oneItem)
	})
	f := newTestFetcher(t, Options{})

	r, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL})
	if err != nil {
		t.Fatal(err)
	}

	b, err := json.Marshal(r.State)
	if err != nil {
		t.Fatal(err)
	}

	var s State
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}

	if r, err = f.Fetch(t.Context(), FetchRequest{URL: p.URL, State: s}); err != nil || !r.NotModified {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestABriefStateIsSavedWhole: where an answer without news changes what is kept (validators, an address that
// moved, a quiet half day), what was remembered of the items is kept with it.
func TestABriefStateIsSavedWhole(t *testing.T) {
	asked := 0
	planet := newPlanet(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, asked))

		if asked > 1 {
			w.WriteHeader(http.StatusNotModified)
			return
		}

		_, _ = io.WriteString(w, oneItem)
	})
	f := newTestFetcher(t, Options{})

	first, err := f.Fetch(t.Context(), FetchRequest{URL: planet.URL})
	if err != nil || len(first.Articles) != 1 {
		t.Fatal(first, err)
	}

	request := FetchRequest{URL: planet.URL, State: first.State.Brief(), WholeState: func() (State, error) { return first.State, nil }}

	second, err := f.Fetch(t.Context(), request)
	if err != nil || !second.NotModified || second.Same {
		t.Fatalf("%+v, %v", second, err)
	}

	if second.State.Items == "" || second.State.Items != first.State.Items || second.State.ETag != `"2"` {
		t.Errorf("%+v is kept", second.State)
	}

	unread := errors.New("the database is away")
	reads := 0
	request.WholeState = func() (State, error) {
		if reads++; reads > 1 {
			return first.State, nil
		}

		return State{}, unread
	}

	_, err = f.Fetch(t.Context(), request)
	if _, theirs := errors.AsType[*Error](err); theirs || !errors.Is(err, unread) {
		t.Errorf("a state that could not be read gives %v", err)
	}
}

func TestRules13To15Hints(t *testing.T) {
	at := time.Date(2026, 11, 23, 21, 30, 0, 0, time.UTC) // a Monday

	for name, c := range map[string]struct {
		channel string
		want    time.Duration
	}{
		"ttl":                 {"<ttl>45</ttl>", 45 * time.Minute},
		"wrong ttl":           {"<ttl>soon</ttl>", 0},
		"updatePeriod":        {`<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>`, 6 * time.Hour},
		"hourly":              {`<sy:updatePeriod>hourly</sy:updatePeriod>`, time.Hour},
		"skipHours":           {"<ttl>40</ttl><skipHours><hour>22</hour><hour>23</hour><hour>0</hour></skipHours>", 3*time.Hour + 30*time.Minute},
		"skipHours with 24":   {"<ttl>160</ttl><skipHours><hour>24</hour></skipHours>", 3*time.Hour + 30*time.Minute},
		"skipDays":            {"<ttl>180</ttl><skipDays><day>Tuesday</day></skipDays>", 26*time.Hour + 30*time.Minute},
		"all hours: nonsense": {"<skipHours>" + hours(24) + "</skipHours>", 0},
	} {
		body := `<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>x</title>` + c.channel + `</channel></rss>`

		f, _, err := feed.Parse(feed.Input{Body: []byte(body)})
		if err != nil {
			t.Fatal(name, err)
		}

		if got := f.Hints.Wait(at); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func hours(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<hour>%d</hour>", i)
	}

	return b.String()
}

func TestRule16Compression(t *testing.T) {
	pack := map[string]func(*bytes.Buffer){
		"gzip": func(b *bytes.Buffer) { z := gzip.NewWriter(b); z.Write([]byte(oneItem)); z.Close() },
		"br":   func(b *bytes.Buffer) { z := brotli.NewWriter(b); z.Write([]byte(oneItem)); z.Close() },
	}
	for encoding, write := range pack {
		p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.Header.Get("Accept-Encoding"), encoding) {
				t.Errorf("%s is not accepted", encoding)
			}

			var b bytes.Buffer
			write(&b)
			w.Header().Set("Content-Encoding", encoding)
			w.Write(b.Bytes())
		})

		first, second := visitTwice(t, newTestFetcher(t, Options{}), p.URL)
		if len(first.Articles) != 1 || !second.NotModified {
			t.Errorf("%s: %+v, then %+v", encoding, first, second)
		}
	}

	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		fmt.Fprint(w, oneItem)
	})
	if r, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: p.URL}); err != nil || len(r.Articles) != 1 {
		t.Errorf("a server that lies about br: %+v, %v", r, err)
	}

	for encoding := range map[string]bool{"br": true, "deflate": true} {
		for name, body := range map[string]string{"JSON": `{"version":"https://jsonfeed.org/version/1.1","title":"Daily Planet","items":[{"id":"1","url":"https://planet.example/1","title":"One"}]}`, "UTF-16": inUTF16(oneItem)} {
			p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", encoding)
				fmt.Fprint(w, body)
			})
			if r, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: p.URL}); err != nil || len(r.Articles) != 1 {
				t.Errorf("%s that is said to be %s: %+v, %v", name, encoding, r, err)
			}
		}
	}
	// Servers that say gzip and send plain text, or send gzip and say nothing.
	for _, lie := range []bool{true, false} {
		p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
			if lie {
				w.Header().Set("Content-Encoding", "gzip")
				fmt.Fprint(w, oneItem)

				return
			}

			var b bytes.Buffer
			pack["gzip"](&b)
			w.Header().Set("Content-Type", "text/xml")
			w.Write(b.Bytes())
		})
		if r, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: p.URL}); err != nil || len(r.Articles) != 1 {
			t.Errorf("a server that lies about gzip: %+v, %v", r, err)
		}
	}
}

// inUTF16 is a text of ASCII as UTF-16 with its byte order mark.
func inUTF16(text string) string {
	wide := "\xff\xfe"
	for _, c := range []byte(text) {
		wide += string([]byte{c, 0})
	}

	return wide
}

func TestRules17And23Headers(t *testing.T) {
	hops := 0
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "track", Value: "me"})

		if hops++; hops == 1 {
			http.Redirect(w, r, "/there?a=1", http.StatusFound)
			return
		}

		fmt.Fprint(w, oneItem)
	})
	f := newTestFetcher(t, Options{UserAgent: "Newsbell/1.0 (+mailto:me@planet.example)"})
	visitTwice(t, f, p.URL+"/feed?b=2")

	for _, r := range p.asked {
		if r.UserAgent() != "Newsbell/1.0 (+mailto:me@planet.example)" {
			t.Errorf("User-Agent %q", r.UserAgent())
		}

		for _, h := range []string{"Cookie", "Referer", "Pragma", "Cache-Control"} {
			if v := r.Header.Get(h); v != "" {
				t.Errorf("%s: %s was sent", h, v)
			}
		}
	}

	if q := p.asked[0].URL.RawQuery; q != "b=2" {
		t.Errorf("query became %q", q)
	}
}

// TestRule18AHostThatRefusesIsLeftAlone: when it has refused three sources in a row, the others wait as long as
// it says, five minutes at most; any other answer ends that.
func TestRule18AHostThatRefusesIsLeftAlone(t *testing.T) {
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		status, wait, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "-")
		if wait != "" {
			w.Header().Set("Retry-After", wait)
		}

		if code, _ := strconv.Atoi(status); code != http.StatusOK {
			w.WriteHeader(code)
			return
		}

		w.Write(sourcestest.RSSItems("g|https://planet.example/1|One"))
	})
	other := newPlanet(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Write(sourcestest.RSSItems("g|https://daily.example/1|One"))
	})

	for _, c := range []struct {
		visits   string
		from, to time.Duration // what is left of the wait
	}{
		{"429-200 429-200", 0, 0},
		{"429-200 429-200 429-200", 190 * time.Second, 200 * time.Second},
		{"429-9000 503-9000 429-9000", 290 * time.Second, 300 * time.Second},
		{"429 429 429", 50 * time.Second, time.Minute},
		{"429-200-alone 429-200-alone 429-200-alone 429-200-alone", 0, 0},
		{"429 429-200-alone 429-200-alone 429", 50 * time.Second, time.Minute},
		{"429-200 429-200 200 429-200", 0, 0},
		{"429-200 429-200 404 429-200", 0, 0},
		{"503 503 503 503", 0, 0},
		{"429-200 429-200 429-200 200", 0, 0},
	} {
		f := newTestFetcher(t, Options{HostGap: time.Nanosecond})

		for i, visit := range strings.Fields(c.visits) {
			path, alone := strings.CutSuffix(visit, "-alone")
			if !alone {
				path = fmt.Sprint(path, "?", i)
			}

			f.Fetch(t.Context(), FetchRequest{URL: p.URL + "/" + path}) // as a person, who is not made to wait
			f.Fetch(t.Context(), FetchRequest{URL: other.URL})
		}

		turn, wait := f.TryTurn(p.URL + "/another")
		if wait < c.from || wait > c.to {
			t.Errorf("%s: another source waits %s, want %s to %s", c.visits, wait, c.from, c.to)
		}

		if wait == 0 {
			turn.End()
		}
	}
}

func TestRule19Jitter(t *testing.T) {
	now := time.Now()

	seen := make(map[time.Duration]bool)
	for range 100 {
		seen[State{}.Next(now, &Result{}, nil, 5*time.Minute, time.Hour).Sub(now).Round(time.Second)] = true
	}

	if len(seen) < 50 {
		t.Errorf("100 sources come back at %d different seconds", len(seen))
	}
}

func TestRule21Redirects(t *testing.T) {
	for status, moves := range map[int]bool{301: true, 308: true, 302: false, 303: false, 307: false} {
		p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/old" {
				http.Redirect(w, r, "/new", status)
				return
			}

			fmt.Fprint(w, oneItem)
		})
		f := newTestFetcher(t, Options{})

		var s State
		for i := 1; i <= movedAfter; i++ {
			r, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL + "/old", State: s})
			if err != nil {
				t.Fatal(err)
			}

			s = r.State
			if want := moves && i == movedAfter; (r.MovedTo == p.URL+"/new") != want {
				t.Errorf("%d, answer %d: moved to %q", status, i, r.MovedTo)
			}
		}
	}
}

// TestRule21Cookies: a server that sends in a circle whoever brings no cookie is read, also by way of
// another host; no visit brings cookies of the one before, and no host those of another.
func TestRule21Cookies(t *testing.T) {
	wall := func(name string, after http.HandlerFunc) *planet {
		return newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
			c, err := r.Cookie(name)

			switch {
			case err == nil && c.Value == "1" && len(r.Cookies()) == 1:
				after(w, r)
			case r.URL.Path == "/":
				http.Redirect(w, r, "/look", http.StatusFound)
			default:
				http.SetCookie(w, &http.Cookie{Name: name, Value: "1", Path: "/"})
				http.Redirect(w, r, "/", http.StatusFound)
			}
		})
	}
	there := wall("there", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, oneItem) })
	here := wall("here", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(there.URL, "127.0.0.1", "localhost", 1)+"/", http.StatusFound)
	})

	visitTwice(t, newTestFetcher(t, Options{}), here.URL+"/")

	if here.count() != 6 || there.count() != 6 {
		t.Errorf("asked %d and %d times in two visits, want three times in each", here.count(), there.count())
	}
}

// TestRule21ACircleIsNoMove: permanent redirects that lead back to where they began move nothing.
func TestRule21ACircleIsNoMove(t *testing.T) {
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := r.Cookie("seen")

		switch {
		case r.URL.Path != "/":
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
			http.Redirect(w, r, "/", http.StatusMovedPermanently)
		case err != nil:
			http.Redirect(w, r, "/look", http.StatusMovedPermanently)
		default:
			fmt.Fprint(w, oneItem)
		}
	})

	r, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: p.URL + "/", State: State{Moved: p.URL + "/", MovedCount: movedAfter}})
	if err != nil || r.MovedTo != "" || r.State.MovedCount != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRule21TemporaryInBetween(t *testing.T) {
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a":
			http.Redirect(w, r, "/b", http.StatusMovedPermanently)
		case "/b":
			http.Redirect(w, r, "/c", http.StatusFound)
		case "/c":
			http.Redirect(w, r, "/d", http.StatusMovedPermanently)
		default:
			fmt.Fprint(w, oneItem)
		}
	})

	r, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: p.URL + "/a"})
	if err != nil || r.State.Moved != p.URL+"/b" {
		t.Errorf("remembered %q, %v", r.State.Moved, err)
	}
}

func TestRule22GoneAndMissing(t *testing.T) {
	for status, c := range map[int]struct {
		gone   bool
		reason string
	}{
		410: {true, "its publisher has ended it (410)"},
		404: {false, "that page doesn't exist (404)"},
		403: {false, "the server doesn't let bots read it (403)"},
		401: {false, "the server doesn't let bots read it (401)"},
		429: {false, "it asks to be checked less often (429)"},
		500: {false, "the server has a problem (500)"},
		418: {false, "the server answered 418 instead of a feed"},
	} {
		p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
		_, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: p.URL})

		e, ok := errors.AsType[*Error](err)
		if !ok || e.Gone != c.gone || e.Reason != c.reason || e.Status != status {
			t.Errorf("%d: %+v", status, e)
		}
	}
}

func TestRule27Items(t *testing.T) {
	const body = `<rss version="2.0"><channel><title>x</title>
<item><guid isPermaLink="true"/><title>Guid without text</title><link>https://planet.example/1</link></item>
<item><guid/><title>NBSP&#160;in&nbsp;it</title><pubDate>Wed, 32 Foo 2026</pubDate></item>
<item/>
<item><title></title><description></description></item>
<item><title>Future</title><link>https://planet.example/3</link><pubDate>Mon, 02 Jan 2096 15:04:05 GMT</pubDate></item>
<item><guid>javascript:alert(1)</guid><title>Script</title><link>javascript:alert(1)</link></item>
</channel></rss>`

	_, list, err := feed.Parse(feed.Input{Body: []byte(body), Address: "https://planet.example/feed"})
	if err != nil || len(list) != 4 {
		t.Fatalf("%d articles, %v: %+v", len(list), err, list)
	}

	if list[1].Title != "NBSP in it" || !list[1].Published.IsZero() || list[1].URL != "" {
		t.Errorf("%+v", list[1])
	}

	if list[2].Published.Year() != 2096 {
		t.Errorf("%+v", list[2])
	}

	if list[3].URL != "" {
		t.Errorf("a script is no address: %q", list[3].URL)
	}
}
