//go:build unix

package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestHangUpReloadsTheConfiguration: SIGHUP reads it anew, a mistake in it changes
// nothing, and the program goes on.
func TestHangUpReloadsTheConfiguration(t *testing.T) {
	hangUps := make(chan os.Signal, 8) // so that none ends the test
	signal.Notify(hangUps, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangUps) })

	asked := make(chan string, 16)

	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path

		fmt.Fprint(w, `<rss version="2.0"><channel><title>F</title></channel></rss>`)
	}))
	defer feed.Close()

	file := filepath.Join(t.TempDir(), "config.toml")
	// A hang-up may still be on its way while the file is written: it is never half there.
	write := func(text string) {
		if err := errors.Join(os.WriteFile(file+".new", []byte("default_sources = false\n"+text), 0o600), os.Rename(file+".new", file)); err != nil {
			t.Fatal(err)
		}
	}
	write("")

	var (
		out, log lockedBuffer
		code     = make(chan int)
	)

	ctx, stop := context.WithCancel(t.Context())

	go func() {
		code <- Run(ctx, []string{"run", "--config", file, "--json"}, strings.NewReader(""), &out, &log)
	}()

	log.await(t, "running")
	write("access = \"shut\"\n")

	hangUp := func(until string) {
		for deadline := time.Now().Add(patience); !strings.Contains(log.String(), until) && time.Now().Before(deadline); {
			if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}

			<-time.After(50 * time.Millisecond)
		}

		log.await(t, until)
	}
	hangUp("the configuration was not reloaded")
	write(fmt.Sprintf("operators = [\"telegram:7\"]\n[log]\nlevel = \"debug\"\n[[sources]]\nurl = \"%s/new.xml\"\n", feed.URL))
	hangUp("configuration reloaded")

	if path := <-asked; path != "/new.xml" {
		t.Errorf("asked for %s", path)
	}

	log.await(t, "msg=polled") // the level is reloaded too
	stop()

	if got := <-code; got != 0 {
		t.Errorf("exit %d:\n%s", got, &log)
	}
}
