//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"time"
)

// report is what was measured.
type report struct {
	size

	first            time.Duration // processor time from the start until everything was read and matched
	idle, growing    spell
	story            spell
	bare             time.Duration // processor time of a bare request
	bytes            int64         // of the database, for an article of the second phase
	tables           map[string]room
	resident, peak   int // MB
	singles, doubled []time.Duration
	polled           []time.Duration // from publication to the first serving
	missing          int             // alerts for one chat
	mass             int             // alerts of the large story that arrived
	massFirst        time.Duration
	failed           int
}

// spell is what one phase took.
type spell struct {
	polls, articles, alerts int
	lasted, processor       time.Duration
}

// phases runs the program through its phases.
func (w *world) phases(ctx context.Context) (*report, error) {
	r := &report{size: w.size}

	for _, phase := range []struct {
		name string
		run  func(context.Context, *report) error
	}{
		{"first polls", w.warmUp},
		{"unchanged polls", w.idlePhase},
		{"articles for one chat each", w.growingPhase},
		{"a story for all chats", w.storyPhase},
	} {
		fmt.Fprintf(os.Stderr, "%s of process %d\n", phase.name, w.program.cmd.Process.Pid)

		if err := phase.run(ctx, r); err != nil {
			return nil, fmt.Errorf("%s: %w", phase.name, err)
		}
	}

	return r, nil
}

// warmUp waits until all feeds have been read and all articles matched.
func (w *world) warmUp(ctx context.Context, r *report) (err error) {
	err = waitFor(ctx, "the first polls", func() (bool, error) {
		polls, failed, _ := w.program.counts()
		if failed > w.feeds/2 {
			return false, fmt.Errorf("%d of %d polls failed", failed, polls)
		}

		return w.program.sourcesRead() >= w.feeds, nil // what one has before its first poll alerts nobody
	})
	if err == nil {
		err = waitFor(ctx, "their articles to be matched", w.isMatched)
	}

	if err != nil {
		return err
	}

	r.first, err = w.program.processorTime()

	return err
}

// during runs something and says what the program took meanwhile.
func (w *world) during(do func() (articles int, err error)) (s spell, err error) {
	began := time.Now()
	polls, _, alerts := w.program.counts()

	before, err := w.program.processorTime()
	if err != nil {
		return s, err
	}

	if s.articles, err = do(); err != nil {
		return s, err
	}

	after, err := w.program.processorTime()
	now, _, told := w.program.counts()
	s.lasted, s.processor, s.polls, s.alerts = time.Since(began), after-before, now-polls, told-alerts

	return s, err
}

// idlePhase polls what does not change, beside bare requests at the same rate.
func (w *world) idlePhase(ctx context.Context, r *report) error {
	rate := float64(w.feeds) / w.interval.Seconds()

	args := []string{strconv.FormatFloat(rate, 'f', -1, 64), w.phase.String()}
	for i := range min(hosts, w.feeds) {
		args = append(args, w.press.address(i))
	}

	bare, err := startPart(barePart, args...)
	if err != nil {
		return err
	}
	defer bare.end()

	r.idle, err = w.during(func() (int, error) { return 0, sleep(ctx, w.phase) })
	if err != nil {
		return err
	}

	line, err := bare.line()
	if err != nil {
		return fmt.Errorf("bare requests: %w", err)
	}

	r.bare, err = time.ParseDuration(line)

	return err
}

// growingPhase publishes articles for one chat each.
func (w *world) growingPhase(ctx context.Context, r *report) error {
	_, _, told := w.program.counts()

	before, err := w.used()
	if err != nil {
		return err
	}

	held, err := w.tables()
	if err != nil {
		return err
	}

	r.growing, err = w.during(func() (int, error) {
		n := w.publish(ctx, 0, w.phase)

		return n, waitFor(ctx, "the last alerts", func() (bool, error) {
			_, _, now := w.program.counts()
			return now-told >= n, nil
		})
	})
	if err != nil {
		return err
	}

	after, err := w.used()
	if err != nil {
		return err
	}

	r.bytes = (after - before) / int64(r.growing.articles)
	r.tables, err = w.tables()

	for name, of := range r.tables {
		n := int64(r.growing.articles)
		r.tables[name] = room{(of.content - held[name].content) / n, (of.pages - held[name].pages) / n}
	}

	r.resident, r.peak = w.program.resident()
	w.delays(r, told)

	return err
}

// delays reads how long single alerts took that arrived after the first n.
func (w *world) delays(r *report, n int) {
	for _, a := range w.program.arrived(n) {
		published, served, people := w.press.served(a.address)
		if people != 1 || served.IsZero() {
			continue
		}

		r.singles = append(r.singles, a.at.Sub(served))
		r.polled = append(r.polled, served.Sub(published))
	}
}

// storyPhase publishes one story for everybody among the articles for one chat.
func (w *world) storyPhase(ctx context.Context, r *report) error {
	_, _, told := w.program.counts()

	w.press.publish(everybody, w.chats)

	var err error

	r.story, err = w.during(func() (int, error) {
		return w.publish(ctx, 1<<20, w.phase+w.interval), sleep(ctx, 2*w.interval)
	})

	singles := 0

	for _, a := range w.program.arrived(told) {
		switch _, served, people := w.press.served(a.address); {
		case people == 1:
			singles++

			r.doubled = append(r.doubled, a.at.Sub(served))
		case people > 1:
			if r.mass++; r.mass == 1 {
				r.massFirst = a.at.Sub(served)
			}
		}
	}

	r.missing = r.story.articles - singles
	_, r.failed, _ = w.program.counts()
	_, r.peak = w.program.resident()

	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// print writes the table.
func (r *report) print(to io.Writer) {
	row := func(what, format string, values ...any) {
		fmt.Fprintf(to, "| %s | %s |\n", what, fmt.Sprintf(format, values...))
	}

	fmt.Fprintf(to, "%d feeds every %s, %d chats, %d subscriptions, %.0f articles a second\n\n| what | measured |\n|---|---|\n",
		r.feeds, r.interval, r.chats, r.subscriptions, r.rate)

	poll := r.idle.processor / time.Duration(max(1, r.idle.polls))
	articles := r.growing.processor - poll*time.Duration(max(0, r.growing.polls-r.growing.articles))

	row("start until all feeds are read and matched, of the processor", "%.1f s", r.first.Seconds())
	row("an unchanged poll, of the processor", "%.3f ms; a bare request %.3f ms: %.2f ×", ms(poll), ms(r.bare), float64(poll)/float64(r.bare))
	row("an article with one alert, all in, of the processor", "%.2f ms (%d articles, %d polls)", ms(articles)/float64(max(1, r.growing.articles)), r.growing.articles, r.growing.polls)
	row("published → first served, the poll itself, p50 / p99", "%.2f / %.2f s", quantile(r.polled, .5).Seconds(), quantile(r.polled, .99).Seconds())
	row("first served → alert, p50 / p99", "%.0f / %.0f ms", ms(quantile(r.singles, .5)), ms(quantile(r.singles, .99)))
	row("the same while a story goes to all chats, p50 / p99", "%.0f / %.0f ms; %d not arrived", ms(quantile(r.doubled, .5)), ms(quantile(r.doubled, .99)), r.missing)
	row("the story: first alert after", "%.0f ms; %d of %d alerts in %.0f s", ms(r.massFirst), r.mass, r.chats, r.story.lasted.Seconds())
	row("processor in use meanwhile", "%.1f %%", 100*r.story.processor.Seconds()/r.story.lasted.Seconds())
	row("database for an article with one alert", "%d bytes", r.bytes)
	row("resident memory, peak", "%d MB, %d MB", r.resident, r.peak)
	row("polls that failed", "%d", r.failed)

	fmt.Fprintln(to, "\nBytes of each table and index for an article with one alert: content, pages:")

	names := slices.SortedFunc(maps.Keys(r.tables), func(a, b string) int { return int(r.tables[b].content - r.tables[a].content) })
	for _, name := range names {
		if of := r.tables[name]; of.content > 0 || of.pages > 0 {
			fmt.Fprintf(to, "%6d %6d  %s\n", of.content, of.pages, name)
		}
	}
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

func quantile(of []time.Duration, q float64) time.Duration {
	if len(of) == 0 {
		return 0
	}

	of = slices.Sorted(slices.Values(of))

	return of[int(q*float64(len(of)-1))]
}
