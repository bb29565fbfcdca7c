package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// load asks for one page again and again.
type load struct {
	address, request string
	shown, away      atomic.Int64 // answers that are the page, and that there are too many readers
}

const (
	connections = 50
	tick        = 20 * time.Millisecond
)

func newLoad(address, page string) *load {
	return &load{address: address, request: "GET " + page + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n"}
}

// run asks rate times a second over all connections, until ctx ends. Requests are sent at their
// time even where those before have no answer yet.
func (l *load) run(ctx context.Context, rate int) error {
	g, ctx := errgroup.WithContext(ctx)

	for i := range connections {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", l.address)
		if err != nil {
			return err
		}

		g.Go(func() error {
			<-ctx.Done()
			return c.Close()
		})
		g.Go(func() error { return l.ask(ctx, c, rate, i) })
		g.Go(func() error { return l.count(ctx, c) })
	}

	return g.Wait()
}

// ask sends the share of one connection.
func (l *load) ask(ctx context.Context, c net.Conn, rate, i int) error {
	begun := time.Now().Add(tick * time.Duration(i) / connections)
	sent := 0

	for ticks := time.NewTicker(tick); ; {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticks.C:
			due := int(now.Sub(begun).Seconds() * float64(rate) / connections)
			if due <= sent {
				continue
			}

			if _, err := io.WriteString(c, strings.Repeat(l.request, due-sent)); err != nil && ctx.Err() == nil {
				return fmt.Errorf("ask for a page: %w", err)
			}

			sent = due
		}
	}
}

// count reads answers.
func (l *load) count(ctx context.Context, c net.Conn) error {
	for r := bufio.NewReaderSize(c, 64<<10); ; {
		answer, err := http.ReadResponse(r, nil)
		if err == nil {
			_, err = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close() // it was read
		}

		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("read a page: %w", err)
		case answer.StatusCode == http.StatusOK:
			l.shown.Add(1)
		case answer.StatusCode == http.StatusServiceUnavailable:
			l.away.Add(1)
		default:
			return errors.New("the page answers " + answer.Status)
		}
	}
}
