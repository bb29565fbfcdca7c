// Command transcript draws a conversation of the bot's tests as a chat, for instance one
// in the pseudo-language, where every English letter that is left shows. From the root
// folder, with Chromium installed:
//
//	go test ./bot -run 'TestNoEnglishIsLeft/start$' -pseudo.to /tmp
//	go run ./docs/pictures/transcript -lines 62 docs/pictures/pseudo-start.png </tmp/start.txt
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"html"
	"io"
	"log"
	"os"
	"strings"

	"newsbell/docs/pictures/screenshot"
)

func main() {
	lines := flag.Int("lines", 60, "how many lines of the transcript are drawn")

	flag.Parse()

	if flag.NArg() != 1 {
		log.Fatal("name the picture to write")
	}

	if err := drawTranscript(context.Background(), os.Stdin, *lines, flag.Arg(0)); err != nil {
		log.Fatal(err)
	}
}

// drawTranscript writes a picture of the first lines of a transcript.
func drawTranscript(ctx context.Context, transcript io.Reader, lines int, picture string) error {
	body, height, err := drawPage(transcript, lines)
	if err != nil {
		return err
	}

	return screenshot.Draw(ctx, body, 560, height, picture)
}

const style = `<meta charset="utf-8"><style>body{margin:0;padding:14px;background:#dfe7ee;font:14px/20px sans-serif}
.in,.out{max-width:430px;padding:7px 12px;border-radius:12px;margin:0 0 4px;width:fit-content;white-space:pre-wrap;overflow-wrap:anywhere}
.in{background:#fff}.out{background:#d6f5c9;margin-left:auto}
.row{display:flex;gap:4px;max-width:454px;margin:0 0 4px}.row b{flex:1;background:#8fa9c0;color:#fff;border-radius:8px;padding:4px;text-align:center;font-weight:normal}</style>
`

// drawPage draws what a person types or presses at the right, and replies at the left with
// their rows of buttons. It also returns how high it is at most, in pixels.
func drawPage(transcript io.Reader, lines int) (body string, height int, err error) {
	var b, reply strings.Builder

	b.WriteString(style)

	flush := func() {
		if text := strings.TrimSpace(reply.String()); text != "" {
			fmt.Fprintf(&b, "<div class=in dir=auto>%s</div>\n", html.EscapeString(text))
		}

		reply.Reset()
	}

	in := bufio.NewScanner(transcript)
	for n := 0; in.Scan() && n < lines; n++ {
		text, isReply := strings.CutPrefix(in.Text(), "<")
		text = strings.TrimSpace(text)

		switch typed, isTyped := strings.CutPrefix(in.Text(), "> "); {
		case isTyped:
			flush()
			fmt.Fprintf(&b, "<div class=out dir=auto>%s</div>\n", html.EscapeString(strings.Trim(typed, "[]")))
		case isReply && strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]"):
			flush()
			fmt.Fprintf(&b, "<div class=row><b>%s</b></div>\n", strings.ReplaceAll(html.EscapeString(strings.Trim(text, "[]")), "] [", "</b><b>"))
		case isReply:
			reply.WriteString(text + "\n")
		}

		height += 31
	}

	flush()

	return b.String(), height, in.Err()
}
