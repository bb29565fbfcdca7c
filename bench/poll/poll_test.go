//go:build linux

package poll

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"newsbell/internal/cputime"
	"newsbell/sources/sourcestest"
)

var (
	feeds    = flag.Int("feeds", 100, "sources to poll")
	interval = flag.Duration("interval", time.Second, "between two polls of a source")
	settle   = flag.Duration("settle", 25*time.Second, "how long to wait until what the first polls brought is matched")
	lasts    = flag.Duration("for", 15*time.Second, "how long to measure")
)

// TestFeedServer is the server, in a process of its own.
func TestFeedServer(t *testing.T) { sourcestest.Serve(t) }

// TestUnchangedPolls prints the processor time of an unchanged poll in the whole program,
// and of a bare request. 40 hosts are asked, each of which is one of the loopback's.
func TestUnchangedPolls(t *testing.T) {
	port := sourcestest.Start(t, *feeds)
	program := startProgram(t, port)

	program.waitFor(t, int64(*feeds)) // each has been read once
	time.Sleep(*settle)

	polls, before, began := program.polls.Load(), program.processorTime(t), time.Now()
	time.Sleep(*lasts)

	n, used := program.polls.Load()-polls, program.processorTime(t)-before
	rate := float64(n) / time.Since(began).Seconds()
	ours := used / time.Duration(max(n, 1))

	program.stop()

	bare := bareRequests(t, port, rate)

	t.Logf("%d unchanged polls, %.0f a second: %.3f ms of CPU each in the whole program, %.3f ms a bare request, %.2f times",
		n, rate, ours.Seconds()*1000, bare.Seconds()*1000, float64(ours)/float64(bare))
}

// program is a running newsbell.
type program struct {
	cmd     *exec.Cmd
	polls   atomic.Int64
	reading sync.WaitGroup
}

func startProgram(t *testing.T, port int) *program {
	t.Helper()

	dir := t.TempDir()

	build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "newsbell"), ".")
	build.Dir = filepath.Join("..", "..") // another module
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	var config strings.Builder
	fmt.Fprintf(&config, "default_sources = false\n[polling]\nmin_interval = %q\nmax_interval = %q\nhost_gap = \"0s\"\n", *interval, *interval)

	for i := range *feeds {
		fmt.Fprintf(&config, "[[sources]]\nurl = %q\n", url(port, i))
	}

	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}

	p := &program{cmd: exec.Command(filepath.Join(dir, "newsbell"), "run", "--json")}
	p.cmd.Dir, p.cmd.Stderr = dir, io.Discard

	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}

	p.reading.Go(func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if bytes.Contains(lines.Bytes(), []byte(`"event":"poll"`)) {
				p.polls.Add(1)
			}
		}
	})
	t.Cleanup(p.stop)

	return p
}

// stop ends the program and waits for it.
func (p *program) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	p.reading.Wait()
	p.cmd.Wait()
}

func (p *program) waitFor(t *testing.T, polls int64) {
	t.Helper()

	for deadline := time.Now().Add(2 * time.Minute); p.polls.Load() < polls; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d polls in two minutes, want %d", p.polls.Load(), polls)
		}
	}
}

// processorTime is what the program has used so far, in ticks of 10 ms.
func (p *program) processorTime(t *testing.T) time.Duration {
	t.Helper()

	body, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}

	fields := strings.Fields(string(body[bytes.LastIndexByte(body, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])

	return time.Duration(user+system) * 10 * time.Millisecond
}

func url(port, i int) string { return fmt.Sprintf("http://127.0.0.%d:%d/feed/%d", 1+i%40, port, i) }

// bareRequests is the processor time of a request that asks as net/http does.
func bareRequests(t *testing.T, port int, rate float64) time.Duration {
	t.Helper()

	client := &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConns: 256, MaxIdleConnsPerHost: 2}}
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()

	ask := func(i int) {
		req, err := http.NewRequest(http.MethodGet, url(port, i%*feeds), nil)
		if err != nil {
			t.Error(err)
			return
		}

		req.Header.Set("X-Unchanged", "1")

		resp, err := client.Do(req)
		if err != nil {
			t.Error(err)
			return
		}

		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}

	for i := range 40 {
		ask(i)
	}

	n, before := 0, cputime.Used()

	for end := time.Now().Add(*lasts); time.Now().Before(end); n++ {
		<-tick.C
		ask(n)
	}

	return (cputime.Used() - before) / time.Duration(n)
}
