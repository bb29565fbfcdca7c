package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// program is a running Newsbell and its feeds.
type program struct {
	address, page string // of the pages; the path of a story's page

	cmd    *exec.Cmd
	in     io.WriteCloser
	feeds  *httptest.Server
	events chan event
}

// event is what `newsbell run --json` prints.
type event struct {
	Event, Source, URL, Text string
	New                      int
	Time                     time.Time
}

// feedsServed is how many feeds there are, each with something new in every second.
const feedsServed = 5

// start runs the program until it has alerted of something, whose page it finds out.
func start(ctx context.Context, binary, dir string) (*program, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
	if err != nil {
		return nil, err
	}

	p := &program{address: l.Addr().String(), feeds: httptest.NewServer(http.HandlerFunc(newFeeds())), events: make(chan event, 1000)}
	_ = l.Close() // it was only asked for its port

	config := fmt.Sprintf("default_sources = false\n[polling]\nmin_interval = \"1s\"\nmax_interval = \"1s\"\nhost_gap = \"0s\"\n[alerts]\ngroup = false\n[web]\nlisten = %q\nurl = \"http://%[1]s\"\n", p.address)
	for i := range feedsServed {
		config += fmt.Sprintf("[[sources]]\nurl = \"%s/feed%d\"\n", p.feeds.URL, i)
	}

	file := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}

	p.cmd = exec.CommandContext(ctx, binary, "run", "--json", "--config", file)
	p.cmd.Env = append(os.Environ(), "NEWSBELL_LOG_LEVEL=error")
	p.cmd.Stderr = os.Stderr

	out, err := p.cmd.StdoutPipe()
	if err == nil {
		p.in, err = p.cmd.StdinPipe()
	}

	if err == nil {
		err = p.cmd.Start()
	}

	if err != nil {
		return nil, err
	}

	go p.read(out)

	return p, p.findPage(ctx)
}

// newFeeds answers for feeds that list one more article every time they are asked.
func newFeeds() http.HandlerFunc {
	var asked [feedsServed]atomic.Int64

	return func(w http.ResponseWriter, r *http.Request) {
		var feed int
		if _, err := fmt.Sscanf(r.URL.Path, "/feed%d", &feed); err != nil || feed < 0 || feed >= feedsServed {
			http.NotFound(w, r)
			return
		}

		n := asked[feed].Add(1)

		fmt.Fprintf(w, `<rss version="2.0"><channel><title>Outlet %d</title>`, feed)

		for i := n; i > max(n-10, 0); i-- {
			fmt.Fprintf(w, "<item><title>Harbour notice %d of outlet %d</title><link>https://outlet%[2]d.example/%[1]d</link><pubDate>%[3]s</pubDate><description>%[4]s</description></item>",
				i, feed, time.Now().UTC().Format(time.RFC1123Z), strings.Repeat("The harbour office gave notice of its works today. ", 10))
		}

		fmt.Fprint(w, "</channel></rss>")
	}
}

// read reads what the program tells.
func (p *program) read(out io.Reader) {
	defer close(p.events)

	for lines := bufio.NewScanner(out); lines.Scan(); {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) == nil && (e.Event == "poll" || e.Event == "alert" || e.Event == "reply") {
			p.events <- e
		}
	}
}

// findPage subscribes, waits for an alert and asks the chat for the page of its story.
func (p *program) findPage(ctx context.Context) error {
	if _, err := io.WriteString(p.in, "/subscribe harbour\n"); err != nil {
		return err
	}

	page := regexp.MustCompile(`http://` + regexp.QuoteMeta(p.address) + `(/s/[-_A-Za-z0-9.]+)`)

	for asked := false; ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, ok := <-p.events:
			if !ok {
				return errors.New("the program ended")
			}

			if m := page.FindStringSubmatch(e.Text); m != nil {
				p.page = m[1]
				return nil
			}

			if e.Event == "alert" && !asked {
				asked = true

				if _, err := io.WriteString(p.in, "/story "+e.URL+"\n"); err != nil {
					return err
				}
			}
		}
	}
}

// alertsOf returns how long the alerts took whose articles came within a time.
func (p *program) alertsOf(ctx context.Context, phase time.Duration) (delays []time.Duration, err error) {
	brought := map[string]time.Time{} // when the latest article of a feed came, by its number

	for end := time.After(phase); ; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-end:
			if len(delays) == 0 {
				return nil, errors.New("nothing was alerted of")
			}

			return delays, nil
		case e, ok := <-p.events:
			if !ok {
				return nil, errors.New("the program ended")
			}

			switch {
			case e.Event == "poll" && e.New > 0:
				_, feed, _ := strings.Cut(e.Source, "/feed")
				brought[feed] = e.Time
			case e.Event == "alert":
				_, rest, _ := strings.Cut(e.URL, "//outlet")
				feed, _, _ := strings.Cut(rest, ".")

				if at, ok := brought[feed]; ok {
					delays = append(delays, e.Time.Sub(at))
					delete(brought, feed)
				}
			}
		}
	}
}

// ticksPerSecond is the unit of times in /proc (USER_HZ).
const ticksPerSecond = 100

// processorTime is how long the program has used a core, 0 where Linux's /proc does not say.
func (p *program) processorTime() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}

	_, rest, _ := strings.Cut(string(stat), ") ") // after its name
	fields := strings.Fields(rest)

	var ticks int64

	for _, field := range fields[11:13] { // utime and stime, proc_pid_stat(5)
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0
		}

		ticks += n
	}

	return time.Duration(ticks) * time.Second / ticksPerSecond
}

// stop ends the program.
func (p *program) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt) // it may have ended
	_ = p.cmd.Wait()
	p.feeds.Close()
}
