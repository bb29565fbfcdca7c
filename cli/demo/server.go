// Package demo publishes news from files, so that the whole program can be seen and
// tested without a network: a Server shows the states of some feeds one after the
// other over real HTTP, and SampleNews is the news that comes with the program.
//
// A folder 000, 001, … is a state, a file in it is a feed. A file that is missing
// answers 304; NAME.status holds a status and headers to answer with instead, such
// as "503 Service Unavailable\nRetry-After: 1". A mark such as {{rfc822 -90m}} in a
// file becomes the time it means, so that written news is never old, and {{round}} in
// the identity of an item makes another one of it each time the news comes round.
package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server publishes the states of some feeds over real HTTP on loopback. Its
// feeds have the same addresses at every start, so that a database that is kept
// knows them again.
type Server struct {
	folders  []string
	news     fs.FS
	listener net.Listener
	server   *http.Server
	ended    chan struct{}

	mu     sync.Mutex
	state  int
	round  int
	shown  chan struct{}   // closed when the first state is shown
	served map[string]bool // feeds that were asked for since the state was shown
	polled map[string]bool // feeds whose poll of this state is saved
	// unsaved is how many polls of a feed have asked for it and are not saved.
	unsaved map[string]int
	// redirected are, by a feed, those whose polls ask for it next.
	redirected map[string][]string
}

// Host is where the feeds of a demo seem to be; names below .example are
// nobody's (RFC 2606).
const Host = "news.newsbell.example"

var stateName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{3,}$`) })

// ErrNoState says that a folder holds no news to publish.
var ErrNoState = errors.New("the news folder holds no state: make folders 000, 001, … with a file for each feed")

// NewServer starts a server on loopback for the news in the folders 000, 001, …;
// other folders are left out. Close it when done.
func NewServer(news fs.FS) (*Server, error) {
	entries, err := fs.ReadDir(news, ".")
	if err != nil {
		return nil, fmt.Errorf("read the news: %w", err)
	}

	s := &Server{news: news, state: -1, ended: make(chan struct{}), shown: make(chan struct{}), unsaved: map[string]int{}, redirected: map[string][]string{}}

	for _, e := range entries {
		if e.IsDir() && stateName().MatchString(e.Name()) {
			s.folders = append(s.folders, e.Name())
		}
	}

	slices.Sort(s.folders)

	if len(s.folders) == 0 {
		return nil, ErrNoState
	}

	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("publish the news: %w", err)
	}

	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.ended)

		_ = s.server.Serve(s.listener) // ends with Close
	}()

	return s, nil
}

// Close stops the server and waits for it.
func (s *Server) Close() error {
	err := s.server.Close()
	<-s.ended

	return err
}

// Dial connects to the server, whatever the address.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", s.listener.Addr().String())
}

// StateCount returns how many states there are to show.
func (s *Server) StateCount() int { return len(s.folders) }

// Show publishes a state, counted from 0, in place of the one before. Before the
// first one requests wait. round is how often all states have been shown before.
func (s *Server) Show(round, state int) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.state < 0 {
		close(s.shown)
	}

	s.round, s.state, s.served, s.polled = round, state, map[string]bool{}, map[string]bool{}
}

// NotePolled notes that a poll of a feed is saved. If it was asked for since the state was
// shown, this was that poll, or the one before it: see [Server.Asked].
func (s *Server) NotePolled(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	name := feedName(address)
	s.unsaved[name] = max(s.unsaved[name]-1, 0)

	for target, from := range s.redirected { // a redirect that was not followed
		s.redirected[target] = slices.DeleteFunc(from, func(of string) bool { return of == name })
	}

	if s.served[name] {
		s.polled[name] = true
	}
}

// Asked reports whether a feed was asked for by a poll that is not saved yet.
func (s *Server) Asked(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.unsaved[feedName(address)] > 0
}

// Polled reports whether a feed was polled since the state was shown.
func (s *Server) Polled(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.polled[feedName(address)]
}

// feedName returns the file of a feed's address.
func feedName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}

	return feedFile(u.Path)
}

// feedFile returns the file that a path asks for, below the folder of a state.
func feedFile(asked string) string { return path.Clean("/" + asked)[1:] }

// FeedURLs returns the addresses of all that is published in any state, in subfolders too.
func (s *Server) FeedURLs() []string {
	var names []string

	for _, folder := range s.folders {
		_ = fs.WalkDir(s.news, folder, func(file string, e fs.DirEntry, err error) error {
			hidden := strings.HasPrefix(path.Base(file), ".")
			if err != nil || hidden && e.IsDir() {
				return fs.SkipDir
			}

			name := strings.TrimSuffix(strings.TrimPrefix(file, folder+"/"), ".status")
			if !e.IsDir() && !hidden && !slices.Contains(names, name) {
				names = append(names, name)
			}

			return nil
		})
	}

	slices.Sort(names)

	for i, name := range names {
		names[i] = "http://" + Host + "/" + strings.ReplaceAll(url.PathEscape(name), "%2F", "/")
	}

	return names
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case <-s.shown:
	case <-r.Context().Done():
		return
	}

	of, round, state := s.noteAsked(feedFile(r.URL.Path))
	name := path.Join(s.folders[state], feedFile(r.URL.Path))
	body, bodyErr := fs.ReadFile(s.news, name)

	status, given := s.status(w, name+".status")
	switch {
	case given:
		s.noteRedirect(of, r, status, w.Header().Get("Location"))
		w.WriteHeader(status)
		_, _ = w.Write(body)

		return
	case bodyErr != nil:
		w.WriteHeader(http.StatusNotModified)
		return
	}

	body = bytes.ReplaceAll(body, []byte("{{round}}"), roundMark(round))
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256(body))[:18] + `"` // of what is written: the dates in it pass
	body = datesIn(body, time.Now())

	w.Header().Set("ETag", tag)

	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}

	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", contentType(name))
	}

	_, _ = w.Write(body)
}

// noteAsked notes that a feed is asked for. It returns whose poll asks, and what is shown.
func (s *Server) noteAsked(name string) (of string, round, state int) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if from := s.redirected[name]; len(from) > 0 {
		of, s.redirected[name] = from[0], from[1:]
	} else {
		of, s.served[name] = name, true
		s.unsaved[name]++
	}

	return of, s.round, s.state
}

// noteRedirect notes which feed the poll of another one asks for next, if it is redirected.
func (s *Server) noteRedirect(of string, r *http.Request, status int, location string) {
	if status/100 != 3 || location == "" {
		return
	}

	target, err := r.URL.Parse(location)
	if err != nil {
		return
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	name := feedFile(target.Path)
	s.redirected[name] = append(s.redirected[name], of)
}

// status reads a file such as "503 Service Unavailable\nRetry-After: 1" and sets
// its headers.
func (s *Server) status(w http.ResponseWriter, name string) (status int, given bool) {
	body, err := fs.ReadFile(s.news, name)
	if err != nil {
		return 0, false
	}

	for line := range bytes.Lines(body) {
		text := strings.TrimSpace(string(line))
		if key, value, ok := strings.Cut(text, ":"); ok && !strings.Contains(key, " ") {
			w.Header().Set(textproto.CanonicalMIMEHeaderKey(key), strings.TrimSpace(value))
			continue
		}

		for word := range strings.FieldsSeq(text) {
			if n, err := strconv.Atoi(word); err == nil && n >= 200 && n <= 999 && status == 0 {
				status = n
			}
		}
	}

	if status == 0 {
		status = http.StatusOK
	}

	return status, true
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".json":
		return "application/feed+json"
	case ".atom":
		return "application/atom+xml"
	case ".rss":
		return "application/rss+xml"
	default:
		return "application/xml"
	}
}

// roundMark returns what makes another item of one in a later round.
func roundMark(round int) []byte {
	if round == 0 {
		return nil
	}

	return fmt.Appendf(nil, "-%d", round+1)
}

var dateMark = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{\{(rfc822|rfc3339) (-?[0-9a-z.]+)\}\}`) })

// datesIn replaces marks such as {{rfc822 -90m}} by the time they mean, so that
// sample news is never old.
func datesIn(body []byte, now time.Time) []byte {
	return dateMark().ReplaceAllFunc(body, func(mark []byte) []byte {
		parts := dateMark().FindSubmatch(mark)

		ago, err := time.ParseDuration(string(parts[2]))
		if err != nil {
			return mark
		}

		layout := time.RFC1123Z
		if string(parts[1]) == "rfc3339" {
			layout = time.RFC3339
		}

		return []byte(now.Add(ago).UTC().Format(layout))
	})
}
