//go:build linux

// Command whole measures the whole program: `newsbell run` over feeds that grow, with
// chats on strict fakes of both platforms, which are processes of their own, so that
// only what Newsbell itself takes is counted. Run it in the folder bench by
//
//	go run ./whole
//
// and smaller by its flags. The figures are in docs/performance.md. The
// database and the configuration of the run are kept with -keep.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

// size is how much there is to do.
type size struct {
	feeds, chats, subscriptions int
	listed                      int           // items that a feed lists
	interval                    time.Duration // between two polls of a feed
	rate                        float64       // articles a second
	phase                       time.Duration // of each measure
	slack                       time.Duration // that the kernel has with the program's timers, 0: as it is
	binary                      string        // the program, "": built from this checkout
	keep                        string        // folder of the run, "": one that is removed
}

func main() {
	if len(os.Args) > 1 && isPart(os.Args[1]) {
		if err := runPart(os.Args[1], os.Args[2:]); err != nil {
			fail(err)
		}

		return
	}

	var s size

	flag.IntVar(&s.feeds, "feeds", 1000, "sources")
	flag.IntVar(&s.chats, "chats", 10000, "chats, half of them on each platform")
	flag.IntVar(&s.subscriptions, "subscriptions", 100000, "subscriptions of all chats together")
	flag.IntVar(&s.listed, "listed", 20, "items that a feed lists")
	flag.DurationVar(&s.interval, "interval", 10*time.Second, "between two polls of a feed")
	flag.Float64Var(&s.rate, "rate", 20, "articles a second, each of which one chat is alerted of")
	flag.DurationVar(&s.phase, "for", 60*time.Second, "length of each of the three measures")
	flag.DurationVar(&s.slack, "slack", 0, "how late the kernel may wake the program, 1ms in packaging/newsbell.service; 0: as it is here")
	flag.StringVar(&s.binary, "binary", "", "the program to measure; by default it is built")
	flag.StringVar(&s.keep, "keep", "", "keep the files of the run in this folder")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := measure(ctx, s)

	stop()

	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "whole:", err)
	os.Exit(1)
}

// measure sets the world up, runs the phases and prints the table.
func measure(ctx context.Context, s size) error {
	dir, err := filepath.Abs(s.keep) // the program's database lies relative to its configuration
	if s.keep == "" {
		if dir, err = os.MkdirTemp("", "newsbell-whole-"); err != nil {
			return err
		}

		defer os.RemoveAll(dir)
	}

	if err = errors.Join(err, os.MkdirAll(dir, 0o700)); err != nil {
		return err
	}

	w := &world{size: s, dir: dir, database: filepath.Join(dir, "whole.db")}
	defer w.end()

	if err := w.begin(ctx); err != nil {
		return err
	}

	r, err := w.phases(ctx)
	if err != nil {
		return fmt.Errorf("%w\nthe end of its log:\n%s", err, w.program.lastLog())
	}

	r.print(os.Stdout)

	return nil
}
