package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
)

// Hubs takes what the hubs of feeds push (WebSub), each to an address of its own that nobody
// else knows. It is safe for concurrent use.
type Hubs interface {
	// Verify answers a hub that asks whether its pushes are wanted: with its challenge.
	Verify(ctx context.Context, token string, asks url.Values) (challenge string, ok bool)
	// Receive takes a push and returns the status to answer with.
	Receive(ctx context.Context, token string, header http.Header, body []byte) (status int)
}

// PushAddress is where a hub pushes to.
func (s *Server) PushAddress(token string) string { return s.URL + "/push/" + token }

// agree answers a hub that asks whether its pushes are wanted.
func (s *Server) agree(w http.ResponseWriter, r *http.Request) {
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

// push takes a push.
func (s *Server) push(w http.ResponseWriter, r *http.Request) {
	if s.Hubs == nil {
		http.NotFound(w, r)
		return
	}

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
