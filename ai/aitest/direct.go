package aitest

import (
	"context"
	"io"
	"net/http"
	"sync"
)

type direct struct{ server *Server }

// RoundTrip has the server answer at once, or never.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if d.server.evilness() == Hangs {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}

	reader, writer := io.Pipe()
	w := &pipe{header: http.Header{}, body: writer, status: http.StatusOK, begun: make(chan struct{})}

	go func() {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // as net/http has it
				panic(p)
			}

			w.begin(http.StatusOK)

			_ = writer.Close() // it never fails
		}()

		d.server.ServeHTTP(w, r)
	}()

	select {
	case <-r.Context().Done():
		_ = reader.Close() // it never fails
		return nil, r.Context().Err()
	case <-w.begun:
	}

	return &http.Response{StatusCode: w.status, Header: w.header, Body: body{reader, r}, Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

// pipe is a reply on its way.
type pipe struct {
	header http.Header
	body   *io.PipeWriter
	status int

	once  sync.Once
	begun chan struct{} // closed when status holds
}

func (p *pipe) begin(status int) {
	p.once.Do(func() {
		p.status = status
		close(p.begun)
	})
}

// Header returns the headers.
func (p *pipe) Header() http.Header { return p.header }

// WriteHeader begins the reply.
func (p *pipe) WriteHeader(status int) { p.begin(status) }

// Write goes on with it.
func (p *pipe) Write(b []byte) (int, error) {
	p.begin(http.StatusOK)
	return p.body.Write(b)
}

// body is a reply that ends with its request.
type body struct {
	io.ReadCloser

	request *http.Request
}

// Read reads until the request is over.
func (b body) Read(p []byte) (int, error) {
	stop := context.AfterFunc(b.request.Context(), func() { _ = b.Close() }) // it never fails
	defer stop()

	n, err := b.ReadCloser.Read(p)
	if err != nil && b.request.Context().Err() != nil {
		err = b.request.Context().Err()
	}

	return n, err
}
