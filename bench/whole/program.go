//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// program is a running newsbell.
type program struct {
	cmd     *exec.Cmd
	log     string
	reading sync.WaitGroup

	mu     sync.Mutex
	polls  int
	failed int             // polls
	worked map[string]bool // the sources of which a poll worked
	alerts []arrival
}

// arrival is an alert that a platform took.
type arrival struct {
	address string
	at      time.Time
}

// build makes the program of this checkout.
func build(dir string) (string, error) {
	binary, err := filepath.Abs(filepath.Join(dir, "newsbell"))
	if err != nil {
		return "", err
	}

	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "newsbell").Output()
	if err != nil {
		return "", fmt.Errorf("find the program's module (run this in the folder bench): %w", err)
	}

	cmd := exec.Command("go", "build", "-trimpath", "-o", binary, ".")
	cmd.Dir = strings.TrimSpace(string(module)) // another module than this

	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}

	return binary, nil
}

func startProgram(binary, config, log string, slack time.Duration) (*program, error) {
	p := &program{cmd: exec.Command(binary, "run", "--json", "--config", config), log: log, worked: map[string]bool{}}

	stderr, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer stderr.Close() // the program has its own

	p.cmd.Stderr = stderr

	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}

	if err := startWithSlack(p.cmd, slack); err != nil {
		return nil, err
	}

	p.reading.Go(func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.read(lines.Bytes())
		}
	})

	return p, nil
}

// startWithSlack starts a process whose timers the kernel may let expire so much later; 0: as it does here.
func startWithSlack(cmd *exec.Cmd, slack time.Duration) error {
	if slack > 0 { // a process has what the thread had that started it
		runtime.LockOSThread()

		defer runtime.UnlockOSThread()

		if err := unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(slack), 0, 0, 0); err != nil {
			return fmt.Errorf("let timers be late: %w", err)
		}
		defer unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0) //nolint:errcheck // 0: as the thread had it
	}

	return cmd.Start()
}

// read takes an event in.
func (p *program) read(line []byte) {
	var e struct {
		Event, Source, URL, Error string
	}
	if json.Unmarshal(line, &e) != nil {
		return
	}

	p.mu.Lock()
	defer p.mu.Unlock()

	switch e.Event {
	case "poll":
		p.polls++

		if e.Error != "" {
			p.failed++
		} else {
			p.worked[e.Source] = true
		}
	case "alert":
		p.alerts = append(p.alerts, arrival{e.URL, time.Now()})
	}
}

// sourcesRead is how many sources have been read.
func (p *program) sourcesRead() int {
	p.mu.Lock()
	defer p.mu.Unlock()

	return len(p.worked)
}

// counts says how much there was so far.
func (p *program) counts() (polls, failed, alerts int) {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.polls, p.failed, len(p.alerts)
}

// arrived returns the alerts after the first n.
func (p *program) arrived(n int) []arrival {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.alerts[n:]
}

// stop ends the program as an operator does.
func (p *program) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.reading.Wait()
	_ = p.cmd.Wait()
}

// processorTime is what the program has used so far, in ticks of 10 ms.
func (p *program) processorTime() (time.Duration, error) {
	body, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}

	fields := strings.Fields(string(body[bytes.LastIndexByte(body, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])

	return time.Duration(user+system) * 10 * time.Millisecond, nil
}

// resident is the memory that the program has now and had at most, in MB.
func (p *program) resident() (now, peak int) {
	body, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0
	}

	for line := range strings.Lines(string(body)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}

		kb, _ := strconv.Atoi(fields[1])

		switch fields[0] {
		case "VmRSS:":
			now = kb >> 10
		case "VmHWM:":
			peak = kb >> 10
		}
	}

	return now, peak
}

// lastLog is the end of what the program logged.
func (p *program) lastLog() string {
	if p == nil {
		return ""
	}

	body, _ := os.ReadFile(p.log)

	return string(body[max(0, len(body)-2000):])
}
