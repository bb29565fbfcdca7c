//go:build unix

package enginetest

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// NewSmallServer is [NewServer] on a disk of its own, of so many bytes, that can be filled. Where the
// test may not make one, the server is on that of the machine: see [Server.Fill].
func NewSmallServer(t testing.TB, size int64, settings ...string) *Server {
	t.Helper()
	NeedsPostgres(t)

	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}

	small := mount(dir, size) == nil
	if small {
		t.Cleanup(func() {
			if err := errors.Join(unmount(dir), os.Remove(dir)); err != nil {
				t.Error(err)
			}
		})
	}

	s := newServerIn(t, dir, settings...)
	s.small = small

	return s
}

func (s *Server) ballast() string { return filepath.Join(s.dir, "ballast") }

// Fill fills the disk of the server. It reports false where the server has none of its own.
func (s *Server) Fill() bool {
	s.t.Helper()

	if !s.small {
		return false
	}

	file, err := os.Create(s.ballast())
	if err != nil {
		s.t.Fatal(err)
	}

	for part := make([]byte, 1<<20); len(part) > 0 && err == nil; {
		if _, err = file.Write(part); errors.Is(err, syscall.ENOSPC) {
			part, err = part[:len(part)/2], nil
		}
	}

	if err := errors.Join(err, file.Close()); err != nil {
		s.t.Fatal(err)
	}

	return true
}

// Empty makes room on the disk again, and starts the server if it has ended for want of it.
func (s *Server) Empty() {
	s.t.Helper()

	if err := os.Remove(s.ballast()); err != nil {
		s.t.Fatal(err)
	}

	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-time.After(100 * time.Millisecond) {
		if s.command("psql", "-X", "-q", "-d", s.Address("postgres"), "-c", "SELECT 1").Run() == nil {
			return
		}

		_ = s.control("start") // it may be about to start, or about to end
	}

	s.t.Fatalf("PostgreSQL does not come back after its disk was full\n%s", s.Log())
}
