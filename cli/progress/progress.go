// Package progress shows a person at a terminal how far long work has come: one line on
// standard error that is drawn over and over, and erased in the end. In a pipe, a file or
// a dumb terminal it shows nothing, and neither does work that is done at once.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

const (
	// quietFor is how long work may take before anything is shown of it.
	quietFor = 400 * time.Millisecond
	// drawEvery is how often the line is drawn.
	drawEvery = 100 * time.Millisecond
	// barWidth is how many columns the bar has.
	barWidth = 20
)

// Unit is what is counted.
type Unit string

// The units. Bytes are shown in megabytes.
const (
	Articles Unit = "articles"
	Queries  Unit = "queries"
	Sources  Unit = "sources"
	Rows     Unit = "rows"
	Bytes    Unit = "MB"
)

// Line is the line of one piece of work. Its methods are safe for concurrent use, and do
// nothing on a nil Line.
type Line struct {
	what    string
	unit    Unit
	total   int64        // 0: not known
	measure func() int64 // in place of count, if it is set
	count   atomic.Int64
	began   time.Time

	mu    sync.Mutex // of the terminal
	out   io.Writer
	width int
	drawn bool

	stop, stopped chan struct{}
}

// Work is what a Line is about.
type Work struct {
	What  string // "Reading feeds"
	Unit  Unit
	Total int64 // how many units there are; 0: not known
	// Measure says how many are done; nil: Add does.
	Measure func() int64
}

// Start shows the progress of work on out until Stop is called. It returns nil where
// nobody would see it.
func Start(out io.Writer, w Work) *Line {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}

	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}

	l := &Line{
		what: w.What, unit: w.Unit, total: w.Total, measure: w.Measure, began: time.Now(),
		out: out, width: width, stop: make(chan struct{}), stopped: make(chan struct{}),
	}

	go l.draw()

	return l
}

// Add counts work that is done.
func (l *Line) Add(n int64) {
	if l != nil {
		l.count.Add(n)
	}
}

// Stop erases the line. Nothing is written to the terminal after it.
func (l *Line) Stop() {
	if l == nil {
		return
	}

	close(l.stop)
	<-l.stopped
	l.erase()
}

// Above returns a writer to the same terminal whose lines stand above the progress; out
// itself for a nil Line.
func (l *Line) Above(out io.Writer) io.Writer {
	if l == nil {
		return out
	}

	return above{l, out}
}

type above struct {
	line *Line
	out  io.Writer
}

func (a above) Write(p []byte) (int, error) {
	a.line.erase()

	return a.out.Write(p)
}

// draw draws the line until it is stopped.
func (l *Line) draw() {
	defer close(l.stopped)

	tick := time.NewTicker(drawEvery)
	defer tick.Stop()

	for {
		select {
		case <-l.stop:
			return
		case now := <-tick.C:
			if now.Sub(l.began) >= quietFor {
				l.write("\r\x1b[K" + l.text(now))
			}
		}
	}
}

func (l *Line) write(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()

	_, err := io.WriteString(l.out, text)
	l.drawn = err == nil
}

func (l *Line) erase() {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.drawn {
		_, _ = io.WriteString(l.out, "\r\x1b[K") // a terminal that is gone needs none
		l.drawn = false
	}
}

// text returns the line as it reads at a moment, without its last column: some terminals
// would begin the next row.
func (l *Line) text(now time.Time) string {
	done := l.count.Load()
	if l.measure != nil {
		done = l.measure()
	}

	text := fmt.Sprintf("%s  %s %s  %s", l.what, l.number(done), l.unit, now.Sub(l.began).Round(time.Second))

	if l.total > 0 {
		done = min(done, l.total)
		full := int(done * barWidth / l.total)
		bar := strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
		text = fmt.Sprintf("%s  %s  %s of %s %s", l.what, bar, l.number(done), l.number(l.total), l.unit)
	}

	if runes := []rune(text); len(runes) >= l.width {
		text = string(runes[:l.width-1])
	}

	return text
}

// number returns how many units there are, with a comma for each thousand.
func (l *Line) number(n int64) string {
	if l.unit == Bytes {
		return fmt.Sprintf("%.1f", float64(n)/1e6)
	}

	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}

	return s
}
