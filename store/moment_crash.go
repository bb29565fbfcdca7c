//go:build crashtest

package store

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var moments atomic.Int64

// Moment kills the process with SIGKILL, as a power failure would, at the Nth
// passing of the point that NEWSBELL_DIE_AT names: fetched, saved, matched,
// claimed, sent, settled or answered, with ":N" for another than the first.
func Moment(name string) {
	at, nth, _ := strings.Cut(os.Getenv("NEWSBELL_DIE_AT"), ":")
	if at != name {
		return
	}
	n, err := strconv.ParseInt(nth, 10, 64)
	if err != nil {
		n = 1
	}
	if moments.Add(1) == n {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}

// quota is how large the writer may let the file grow: NEWSBELL_PAGES pages, as
// on a disk that is full then.
func quota() string {
	pages := os.Getenv("NEWSBELL_PAGES")
	if pages == "" {
		return ""
	}
	return "&_pragma=max_page_count(" + pages + ")"
}
