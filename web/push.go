package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Hubs takes what the hubs of feeds push (WebSub), each to an address of its own that nobody
// else knows. It is safe for concurrent use.
type Hubs interface {
	// IsAwaited reports whether a hub pushes to a token, without any change.
	IsAwaited(ctx context.Context, token string) (bool, error)
	// Verify answers a hub that asks whether its pushes are wanted: with its challenge.
	Verify(ctx context.Context, token string, asks url.Values) (challenge string, ok bool)
	// Receive takes a push and returns the status to answer with.
	Receive(ctx context.Context, token string, header http.Header, body []byte) (status int)
}

// PushAddress returns where a hub pushes to.
func (s *Server) PushAddress(token string) string { return s.URL + "/push/" + token }

// verifyPush answers a hub that asks whether its pushes are wanted.
func (s *Server) verifyPush(w http.ResponseWriter, r *http.Request) {
	if s.Hubs == nil {
		http.NotFound(w, r)
		return
	}

	challenge, ok := s.Hubs.Verify(r.Context(), r.PathValue("token"), r.URL.Query())
	if !ok {
		writePlain(w, http.StatusNotFound, "Nobody here has asked for that.\n")
		return
	}

	writePlain(w, http.StatusOK, challenge)
}

// takePush takes a push from those who know an address that a hub was given. Of anybody else
// nothing is read but the head: strangers cannot hold the places of hubs.
func (s *Server) takePush(w http.ResponseWriter, r *http.Request) {
	switch {
	case s.Hubs == nil:
		http.NotFound(w, r)
	case s.isAwaited(w, r):
		limitConcurrency(s.pushing, s.push).ServeHTTP(w, r)
	}
}

// isAwaited reports whether a hub was given the address of a request, and answers who knows none.
func (s *Server) isAwaited(w http.ResponseWriter, r *http.Request) (awaited bool) {
	limitConcurrency(s.asking, func(w http.ResponseWriter, r *http.Request) {
		var err error

		awaited, err = s.Hubs.IsAwaited(r.Context(), r.PathValue("token"))

		switch {
		case err != nil:
			s.Log.Warn("look up who pushes", "error", err)
			writePlain(w, http.StatusServiceUnavailable, "Try again later.\n")
		case !awaited:
			w.Header().Set("Connection", "close") // what follows is not read
			writePlain(w, http.StatusGone, "Nobody here waits for that.\n")
		}
	}).ServeHTTP(w, r)

	return awaited
}

// push takes a push of a hub.
func (s *Server) push(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(pushTime)) // else readTime holds

	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, pushBytes))
	if err != nil {
		status := http.StatusBadRequest
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			status = http.StatusRequestEntityTooLarge
		}

		writePlain(w, status, "That could not be read.\n")

		return
	}

	status := s.Hubs.Receive(r.Context(), r.PathValue("token"), r.Header, body)
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "2")
	}

	writePlain(w, status, http.StatusText(status)+"\n")
}
