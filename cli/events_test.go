package cli

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/ai"
	"newsbell/bot"
	"newsbell/bot/page"
	"newsbell/delivery"
	"newsbell/news"
	"newsbell/scheduler"
)

// Programs read what `--json` prints: its names and fields may be added to and
// never change. These tests pin them.

// pinnedEvents are the events of run and demo, each with every field set.
var pinnedEvents = map[string]string{
	"poll":  `{"event","time","source","status":1,"articles":1,"new":1,"updated":1,"relaunch":true,"error","pushed":true}`,
	"alert": `{"event","time","id":1,"message":1,"platform","chat","subscriptions":[{"number":1,"query"}],"article":1,"story":1,"title","url","outlet","summary","matched":[s],"also":[s],"attempt":1}`,
	"edit":  `{"event","time","message":1,"alerts":[1],"also":[s]}`,
	"drop":  `{"event","time","id":1,"reason"}`,
	"reply": `{"event","time","chat","to","text"}`,
}

func TestEventsArePinned(t *testing.T) {
	for _, what := range []event{scheduler.PollEvent{}, delivery.AlertEvent{}, delivery.EditEvent{}, delivery.DropEvent{}, bot.ReplyEvent{}} {
		var out bytes.Buffer

		full := reflect.New(reflect.TypeOf(what)).Elem()
		fill(full)
		(&events{out: &out}).emit(full.Interface().(event))

		if !json.Valid(out.Bytes()) {
			t.Errorf("%s is no JSON: %s", what.EventName(), &out)
		}

		if diff := cmp.Diff(pinnedEvents[what.EventName()], fieldsOf(out.String())); diff != "" {
			t.Errorf("event %s (-pinned +printed):\n%s", what.EventName(), diff)
		}
	}
}

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// TestEventsThatCannotBeWrittenAreSaid: whoever counts by the events has to learn that some are missing; the
// log says it once.
func TestEventsThatCannotBeWrittenAreSaid(t *testing.T) {
	var log bytes.Buffer

	e := &events{out: fullDisk{}, log: slog.New(slog.NewTextHandler(&log, nil))}
	for range 3 {
		e.emit(delivery.AlertEvent{})
	}

	if n := strings.Count(log.String(), "can't be written"); n != 1 || e.n["alerts"] != 3 {
		t.Errorf("of three events %d are counted, the log says:\n%s", e.n["alerts"], &log)
	}
}

// pinnedLines are what the commands that print JSON write, by command, each with every field
// set; TestCommandsArePinned runs those that need no story.
var pinnedLines = map[string]struct {
	line any
	want string
}{
	"ask":     {ai.Answer{}, `{"by","sentences":[{"text","sources":[s]}],"dropped":1,"quoted":1,"reason"}`},
	"brief":   {shownBrief{}, `{"chat","zone","since","until","stories":[{"title","url","outlet","published","outlets":1,"articles":1,"also":[s]}],"connects":[{"text","sources":[s]}]}`},
	"fetch":   {news.Article{}, `{"source","key","title","url","published","updated","authors":[s],"tags":[s],"language","country","image","caption","credit","outlet","summary","text"}`},
	"preview": {previewed{}, `{"articles":1,"stories":1,"outlets":1,"newest":[{"source","key","title","url","published","updated","authors":[s],"tags":[s],"language","country","image","caption","credit","outlet","summary","text"}]}`},
	"sources": {sourceLine{}, `{"url","title","outlet","state","error","failures":1,"last_ok"}`},
	"stats":   {usageLine{}, `{"chats":[{"platform","state","chats":1}],"dead":[{"platform","reason","chats":1}],"subscriptions":1,"people":1,"alerted":1,"queries":[{"query","people":1}],"words":[{"word","people":1}],"sources":1,"failing":1,"failing_longest":[{"source","since","error"}],"late":[{"source","seconds":1,"articles":1}]}`},
	"story":   {page.Story{}, `{"title","url","outlet","published","image","caption","credit","text","short":[{"text","outlets":[s]}],"articles":[{"title","url","outlet","published","owner","paywall","wire":true}],"related":[{"title","url","outlet","published","text"}]}`},
	"wish":    {wishLine{}, `{"query","words","by"}`},
}

func TestLinesArePinned(t *testing.T) {
	for command, pinned := range pinnedLines {
		full := reflect.New(reflect.TypeOf(pinned.line)).Elem()
		fill(full)

		line, err := json.Marshal(full.Interface())
		if err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff(pinned.want, fieldsOf(string(line))); diff != "" {
			t.Errorf("%s --json (-pinned +printed):\n%s", command, diff)
		}
	}
}

// fill sets every field of v, so that none is left out as empty.
func fill(v reflect.Value) {
	if !v.CanSet() {
		return // no JSON has it
	}

	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Unix(1, 0).UTC()))
		return
	}

	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("s")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	default:
		v.SetInt(1)
	}
}

// fieldsOf returns a line of JSON without its texts: {"a":1,"b"} for {"a":1,"b":"x"}.
func fieldsOf(line string) string {
	line = regexp.MustCompile(`("[a-z_]+"):"[^"]*"`).ReplaceAllString(strings.TrimSpace(line), "$1")
	return strings.ReplaceAll(line, `["s"]`, "[s]")
}

// TestEveryEventIsPinned finds the events in the source of all packages.
func TestEveryEventIsPinned(t *testing.T) {
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}

	found := map[string]bool{}

	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}

		for _, m := range regexp.MustCompile(`\) EventName\(\) string \{ return "(\w+)" \}`).FindAllSubmatch(body, -1) {
			found[string(m[1])] = true
		}
	}

	for name := range found {
		if pinnedEvents[name] == "" {
			t.Errorf("event %q is not pinned", name)
		}
	}

	if len(found) != len(pinnedEvents) {
		t.Errorf("%d events are in the source, %d are pinned", len(found), len(pinnedEvents))
	}
}
