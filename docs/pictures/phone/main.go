// Command phone draws messages of the bot as Telegram and Discord show them, on a phone or at a
// desk: what the adapters really send. Each file holds messages as JSON, as the transcripts of
// the tests write them, and is a column of the picture. From the root folder, with Chromium
// installed:
//
//	go test ./bot -run 'TestTranscripts/start$' -messages.to /tmp -messages.in de
//	go run ./docs/pictures/phone -theme dark -picture /tmp/start.png /tmp/start.de.json
//
// A button whose label the app would cut is outlined in red.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/docs/pictures/screenshot"
	"newsbell/locales"
)

// look is how a page is drawn.
type look struct {
	platform, theme string
	width, height   int    // of a column, in pixels; 0 high: all of it
	fonts           string // a folder with fonts that the machine has not, "" none
	first, last     int    // frames, from 1; 0: all
}

func main() {
	var (
		l       look
		picture = flag.String("picture", "phone.png", "the picture to write")
		steps   = flag.String("steps", "", "which messages are drawn, from 1: \"3-7\"; all if none is named")
	)

	flag.StringVar(&l.platform, "platform", "telegram", "telegram or discord")
	flag.StringVar(&l.theme, "theme", "light", "light or dark")
	flag.IntVar(&l.width, "width", 360, "of a column, in pixels: a phone has 360, a desk 760")
	flag.IntVar(&l.height, "height", 6000, "of the picture at most, in pixels")
	flag.StringVar(&l.fonts, "fonts", "", "a folder of fonts to draw with beside those of the machine")
	flag.Parse()

	if from, to, ok := strings.Cut(*steps, "-"); ok {
		l.first, _ = strconv.Atoi(from)
		l.last, _ = strconv.Atoi(to)
	}

	if err := l.draw(context.Background(), flag.Args(), *picture); err != nil {
		log.Fatal(err)
	}
}

// frame is what somebody did, and what they were shown in which language.
type frame struct {
	Did      string
	Language string
	Message  *adapters.Message
}

func (l look) draw(ctx context.Context, files []string, picture string) error {
	var page strings.Builder

	page.WriteString(l.style())

	for _, file := range files {
		raw, err := os.ReadFile(filepath.Clean(file))
		if err != nil {
			return err
		}

		var frames []frame
		if err := json.Unmarshal(raw, &frames); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}

		column, err := l.column(ctx, frames)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}

		page.WriteString(column)
	}

	page.WriteString(markCut)

	return screenshot.DrawCut(ctx, page.String(), (l.width+gap)*len(files)+gap, l.height, picture)
}

// column draws one file's frames.
func (l look) column(ctx context.Context, frames []frame) (string, error) {
	var b strings.Builder

	direction := "ltr"
	if len(frames) > 0 && locales.Builtin().Find(frames[0].Language).IsRTL() {
		direction = "rtl"
	}

	fmt.Fprintf(&b, `<div class="column" dir="%s">`, direction)

	for i, f := range frames {
		if l.last > 0 && (i+1 < l.first || i+1 > l.last) {
			continue
		}

		if f.Did != "" {
			fmt.Fprintf(&b, `<div class="did"><span dir="auto">%s</span></div>`, html.EscapeString(f.Did))
		}

		if f.Message == nil {
			continue
		}

		f.Message.Words = locales.Builtin().Find(f.Language)
		drawMessage := telegramMessage

		if l.platform == "discord" {
			drawMessage = discordMessage
		}

		drawn, err := drawMessage(ctx, f.Message)
		if err != nil {
			return "", err
		}

		b.WriteString(drawn)
	}

	return b.String() + `</div>`, nil
}
