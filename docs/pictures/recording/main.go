// Command recording draws the first minute with Newsbell as an animated picture: what
// `newsbell demo` prints, piece by piece. From the root folder:
//
//	go run . demo </dev/null | go run ./docs/pictures/recording >docs/pictures/first-minute.svg
//
// The pieces are those between blank lines; how long each is shown alone goes by its
// length, as a person reads.
package main

import (
	"bufio"
	"fmt"
	"html"
	"os"
	"strings"
)

// The picture's measures, in pixels, characters and seconds.
const (
	columns    = 80
	rows       = 56
	charWidth  = 7.3
	lineHeight = 17
	margin     = 14
	pause      = 0.9  // before a piece
	perLine    = 0.25 // and for each of its lines
	rest       = 4.0  // at the end, before it begins again
)

func main() {
	var lines []string

	in := bufio.NewScanner(os.Stdin)
	for in.Scan() && len(lines) < rows {
		lines = append(lines, truncate(in.Text()))
	}

	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	fmt.Print(drawRecording(lines))
}

func truncate(line string) string {
	if r := []rune(line); len(r) > columns {
		return string(r[:columns-1]) + "…"
	}

	return line
}

// drawRecording makes the picture. A line is hidden until its piece comes; where nothing is
// animated, and for whoever asks for less motion, all is shown at once.
func drawRecording(lines []string) string {
	times, total := scheduleLines(lines)

	var body, styles strings.Builder

	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}

		fmt.Fprintf(&styles, ".l%d{animation:a%d %.2fs step-end infinite}@keyframes a%d{0%%{opacity:0}%.2f%%{opacity:1}}\n", i, i, total, i, 100*times[i]/total)
		fmt.Fprintf(&body, `<text class="l%d%s" x="%d" y="%d" xml:space="preserve">%s</text>`+"\n", i, lineClass(line), margin, margin+lineHeight*(i+1), html.EscapeString(line))
	}

	width, height := int(columns*charWidth)+2*margin, lineHeight*(len(lines)+1)+2*margin

	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="The first minute of newsbell demo in a terminal">
<style>text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#d6dbe4}.typed{fill:#7fd1ae}.alert{fill:#fff;font-weight:bold}
@media (prefers-reduced-motion:no-preference){
%s}</style>
<rect width="100%%" height="100%%" rx="8" fill="#1c2128"/>
%s</svg>
`, width, height, width, height, &styles, &body)
}

// scheduleLines says when each line appears, in seconds, and how long the whole takes.
func scheduleLines(lines []string) (times []float64, total float64) {
	times = make([]float64, len(lines))
	at := 0.2

	for i, line := range lines {
		if i > 0 && strings.TrimSpace(lines[i-1]) == "" {
			at += pause
		}

		if strings.TrimSpace(line) != "" {
			at += perLine
		}

		times[i] = at
	}

	return times, at + rest
}

// lineClass marks what a person typed, and the first line of an alert.
func lineClass(line string) string {
	switch {
	case strings.HasPrefix(line, "> "):
		return " typed"
	case strings.HasPrefix(line, "🔔"), strings.HasPrefix(line, "↻"):
		return " alert"
	}

	return ""
}
