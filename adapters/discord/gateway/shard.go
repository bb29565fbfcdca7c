package gateway

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// After this many failed resumes in a row the gateway's main address is used
// again, and then the session is given up.
const (
	resumesAtOwnURL = 2
	resumesAtAll    = 3
)

// patientAfter is after how many failures in a row the pause no longer grows before a session is resumed
// that could be resumed each time.
const patientAfter = 3

// shard keeps one session: that of the whole bot, or of the servers whose number
// falls to it.
type shard struct {
	client        *Client
	config        Config // the client's, with a log that names the shard
	number, count int

	session       *session // to be resumed, nil: identify
	failures      int      // in a row
	failedResumes int      // in a row
}

func newShard(c *Client, number, count int) *shard {
	s := &shard{client: c, config: c.config, number: number, count: count}
	if count > 1 {
		s.config.Log = c.config.Log.With("shard", number)
	}

	return s
}

// run stays connected until ctx ends; then it ends the session and returns nil.
func (s *shard) run(ctx context.Context) error {
	for ctx.Err() == nil {
		began := time.Now()

		err := s.connect(ctx)
		if ctx.Err() != nil {
			return nil
		}

		if fatal, ok := errors.AsType[*FatalError](err); ok {
			return fatal
		}

		if time.Since(began) > s.config.Times.Settled {
			s.failures = 0
		}

		if err != nil {
			s.config.Log.Log(ctx, logLevel(s.failures), "discord: the gateway connection ended", "error", err, "tries", s.failures)
		}

		Sleep(ctx, s.client.backoff(s.failures))
		s.failures++
	}

	return nil
}

// connect holds one connection from dialing to its end.
func (s *shard) connect(ctx context.Context) error {
	address, err := s.address(ctx)
	if err != nil {
		return err
	}

	started := func() {}
	if s.session == nil {
		started = s.client.starts.await(ctx, s.number)
	}
	defer started()

	conn, err := s.open(ctx, address, started)
	if err != nil {
		return s.decide(ctx, outcome{err: err})
	}

	out := conn.run(ctx)
	if ctx.Err() != nil {
		return nil
	}

	if conn.session.id != "" {
		s.session = conn.session
	}

	return s.decide(ctx, out)
}

// decide chooses between resuming, identifying and stopping, and returns why the
// connection ended.
func (s *shard) decide(ctx context.Context, out outcome) error {
	if isFatal(out.code) {
		return &FatalError{Code: out.code}
	}

	switch {
	case out.invalid && !out.resumable:
		s.session = nil
		Sleep(ctx, s.config.Times.InvalidMax/5+rand.N(s.config.Times.InvalidMax*4/5+1))
	case endsSession(out.code):
		s.session = nil
	case !out.live && s.session != nil:
		if s.failedResumes++; s.failedResumes >= resumesAtAll {
			s.session = nil
		}
	}

	if out.live || s.session == nil {
		s.failedResumes = 0
	}

	if out.live && s.session != nil {
		// To resume after a connection that worked costs nobody anything. To
		// identify again and again would: there the pauses keep growing.
		s.failures = min(s.failures, patientAfter)
		if out.held >= s.config.Times.Backoff {
			s.failures = 0
		}
	}

	return out.err
}

// address returns where to connect.
func (s *shard) address(ctx context.Context) (string, error) {
	if s.session != nil && s.failedResumes < resumesAtOwnURL && s.trusts(s.session.resumeURL) {
		return s.session.resumeURL, nil
	}

	if s.config.URL != "" {
		return s.config.URL, nil
	}

	at, err := s.client.locate(ctx)
	if err != nil {
		return "", err
	}

	return at.URL, nil
}
