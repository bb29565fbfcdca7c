// Command pages measures whether pages that many people ask for delay alerts: `newsbell run` over
// feeds that tell something new every second, first alone, then while a story's page is asked for
// at a fixed rate, whether or not the answers come. Run it in the folder bench by
//
//	go run ./pages
//
// An alert's delay is the time from the event of the poll that brought its article to the event of
// the alert, by the program's own clock. The figures are in docs/performance.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"time"
)

func main() {
	rate := flag.Int("rate", 10000, "requests a second for a page")
	phase := flag.Duration("for", 30*time.Second, "length of each of the two measures")
	binary := flag.String("binary", "", "the program to measure; by default it is built")

	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := measure(ctx, *rate, *phase, *binary)

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "pages:", err)
		os.Exit(1)
	}
}

// measure runs the program and prints the table.
func measure(ctx context.Context, rate int, phase time.Duration, binary string) error {
	dir, err := os.MkdirTemp("", "newsbell-pages-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	if binary == "" {
		binary = filepath.Join(dir, "newsbell")
		build := exec.CommandContext(ctx, "go", "build", "-o", binary, ".")
		build.Dir = ".." // the program's module
		build.Stderr = os.Stderr

		if err := build.Run(); err != nil {
			return fmt.Errorf("build newsbell: %w", err)
		}
	}

	p, err := start(ctx, binary, dir)
	if err != nil {
		return err
	}
	defer p.stop()

	fmt.Println("| pages asked for | answered a second | shown | turned away | processor of Newsbell | alerts | p50 | p95 | p99 | most |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|")

	used := p.processorTime()

	alone, err := p.alertsOf(ctx, phase)
	if err != nil {
		return err
	}

	idle := p.processorTime() - used
	fmt.Printf("| none | | | | %.0f %% | %s |\n", percent(idle, phase), row(alone))

	l := newLoad(p.address, p.page)
	ended := make(chan error, 1)
	loading, stop := context.WithCancel(ctx)

	go func() { ended <- l.run(loading, rate) }()

	used = p.processorTime()
	beside, err := p.alertsOf(ctx, phase)
	busy := p.processorTime() - used

	stop()

	if failed := <-ended; err == nil {
		err = failed
	}

	if err != nil {
		return err
	}

	shown, away := float64(l.shown.Load())/phase.Seconds(), float64(l.away.Load())/phase.Seconds()
	fmt.Printf("| %d a second | %.0f | %.0f | %.0f | %.0f %% | %s |\n", rate, shown+away, shown, away, percent(busy, phase), row(beside))

	return nil
}

// percent is how much of one core was used in a time.
func percent(used, of time.Duration) float64 { return 100 * used.Seconds() / of.Seconds() }

// row is how many alerts there were and how long they took.
func row(delays []time.Duration) string {
	slices.Sort(delays)

	at := func(share float64) time.Duration {
		return delays[int(share*float64(len(delays)-1)+.5)].Round(100 * time.Microsecond)
	}

	return fmt.Sprintf("%d | %s | %s | %s | %s", len(delays), at(.5), at(.95), at(.99), at(1))
}
