package command

import (
	"context"
	"io"
	"os"
)

// Input is a stream that several readers read, one after the other. A goroutine reads ahead, at
// most 4096 bytes at a time, and ends with the stream. Make it with NewInput.
type Input struct{ read chan []byte }

// NewInput begins to read a stream.
func NewInput(r io.Reader) *Input {
	in := &Input{make(chan []byte)}

	go func() {
		defer close(in.read)

		for {
			part := make([]byte, 4096)

			n, err := r.Read(part)
			if n > 0 {
				in.read <- part[:n]
			}

			if err != nil {
				return
			}
		}
	}()

	return in
}

// Reader returns a reader that reads on where the one before ended. It returns io.EOF when ctx
// has ended; what it had begun to read by then is lost.
func (in *Input) Reader(ctx context.Context) io.Reader { return &inputReader{in: in, done: ctx.Done()} }

type inputReader struct {
	in   *Input
	done <-chan struct{}
	rest []byte
}

func (r *inputReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		select {
		case <-r.done:
			return 0, io.EOF
		case part, ok := <-r.in.read:
			if !ok {
				return 0, io.EOF
			}

			r.rest = part
		}
	}

	n := copy(p, r.rest)
	r.rest = r.rest[n:]

	return n, nil
}

// Until returns a reader of r that ends when ctx does, also while r waits: for somebody to type, or for
// the other end of a pipe. What r still reads then is lost.
func Until(ctx context.Context, r io.Reader) io.Reader {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return r
		}
	}

	return &untilReader{from: r, ended: ctx.Done()}
}

type untilReader struct {
	from  io.Reader
	ended <-chan struct{}
	part  []byte
	err   error // of a reading that was given up
}

func (u *untilReader) Read(p []byte) (int, error) {
	if u.err != nil {
		return 0, u.err
	}

	if len(u.part) < len(p) {
		u.part = make([]byte, len(p))
	}

	var (
		n    int
		err  error
		done = make(chan struct{})
	)

	go func() {
		defer close(done)

		n, err = u.from.Read(u.part[:len(p)])
	}()

	select {
	case <-u.ended:
		u.err = context.Canceled
		return 0, u.err
	case <-done:
		return copy(p, u.part[:n]), err
	}
}
