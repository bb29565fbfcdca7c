//go:build unix

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// watchResizes calls resized whenever the window's size changes, until stop.
func watchResizes(resized func()) (stop func()) {
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, syscall.SIGWINCH)

	done, ended := make(chan struct{}), make(chan struct{})

	go func() {
		defer close(ended)

		for {
			select {
			case <-changes:
				resized()
			case <-done:
				return
			}
		}
	}()

	return func() {
		signal.Stop(changes)
		close(done)
		<-ended
	}
}
