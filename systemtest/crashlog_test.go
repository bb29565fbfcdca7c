package systemtest

import (
	"io"
	"os"
	"testing"
	"time"
)

// TestAlertsGoOnWhenNobodyReadsTheLog closes the pipe that the program logs into, as a log reader does that begins
// anew. By itself a program ends then, whatever it was doing.
func TestAlertsGoOnWhenNobodyReadsTheLog(t *testing.T) {
	startParallel(t)
	r := newCrashRig(t, testBinary(t), 10)

	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}

	file := r.logs
	r.logs = write
	r.start("")
	r.logs = file

	copied := make(chan struct{})

	go func() {
		defer close(copied)

		_, _ = io.Copy(file, read) // until nobody reads any more
	}()

	r.subscribe()
	r.waitForBaseline()

	read.Close()
	write.Close()
	<-copied

	for range 10 {
		r.feeds.publish()
	}

	if !r.settled(time.Minute) {
		t.Error("alerts don't come any more")
	}

	r.stop()
}
