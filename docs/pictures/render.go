// Command render draws texts of the chat as a picture of two terminals, before
// and after. From this folder:
//
//	go run render.go <chat-texts.txt >chat-texts.svg
//
// A line "# …" begins a pair, "- …" is what was said before, "+ …" what is said
// now.
package main

import (
	"bufio"
	"fmt"
	"html"
	"os"
	"strings"
	"unicode/utf8"
)

// The picture's measures, in pixels and characters.
const (
	columns    = 58
	charWidth  = 7.2
	lineHeight = 18
	margin     = 16
)

type pair struct {
	title         string
	before, after []string
}

func main() {
	var pairs []pair

	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		mark, text, _ := strings.Cut(in.Text(), " ")

		switch {
		case mark == "#":
			pairs = append(pairs, pair{title: text})
		case len(pairs) == 0:
			continue
		case mark == "-":
			pairs[len(pairs)-1].before = append(pairs[len(pairs)-1].before, wrapText(text)...)
		case mark == "+":
			pairs[len(pairs)-1].after = append(pairs[len(pairs)-1].after, wrapText(text)...)
		}
	}

	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	fmt.Print(drawPairs(pairs))
}

// wrapText breaks a line at spaces.
func wrapText(text string) (lines []string) {
	line := ""

	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line+" "+word) > columns {
			lines, line = append(lines, line), "  "+word
			continue
		}

		line = strings.TrimPrefix(line+" "+word, " ")
	}

	return append(lines, line)
}

func drawPairs(pairs []pair) string {
	var body strings.Builder

	column := columns*charWidth + 2*margin
	y := margin + lineHeight

	write := func(x float64, y int, class, text string) {
		fmt.Fprintf(&body, "<text x=\"%.0f\" y=\"%d\" class=\"%s\">%s</text>\n", x, y, class, html.EscapeString(text))
	}

	write(margin, y, "title", "before")
	write(margin+column, y, "title", "after")

	for _, p := range pairs {
		y += lineHeight * 3 / 2
		write(margin, y, "asked", p.title)
		write(margin+column, y, "asked", p.title)

		for i := range max(len(p.before), len(p.after)) {
			y += lineHeight

			if i < len(p.before) {
				write(margin, y, "before", p.before[i])
			}

			if i < len(p.after) {
				write(margin+column, y, "after", p.after[i])
			}
		}
	}

	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0[1]f %[2]d" width="%.0[1]f" height="%[2]d">
<style>text{font:12px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}.title{fill:#8b949e;font-weight:bold}.asked{fill:#58a6ff}.before{fill:#8b949e}.after{fill:#e6edf3}</style>
<rect width="100%%" height="100%%" rx="8" fill="#0d1117"/>
%[3]s</svg>
`, 2*column, y+2*margin, body.String())
}
