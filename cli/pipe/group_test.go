package pipe

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/cli/command"
	"newsbell/news"
)

const groupInput = `{"title":"Kim vows unconditional support for Moscow's war","published":"2025-06-05T01:00:00Z","text":"Kim Jong Un told Sergei Shoigu in Pyongyang that he would unconditionally support Russia's war in Ukraine, state media said.","outlet":"A"}

{"title":"Rain closes the harbour road","published":"2025-06-05T01:10:00Z","text":"The council closed the road after a landslide.","outlet":"A","unknown":[1]}
not an article
{"title":"North Korea's leader meets Russian security chief Shoigu","published":"2025-06-05T01:20:00+00:00","text":"Russia's security council secretary Sergei Shoigu met Kim Jong Un in Pyongyang, who promised unconditional support in the war in Ukraine.","outlet":"B"}
{"title":"Rain closes the harbour road","text":"The council closed the road after a landslide.","outlet":"C"}
{"title":"Rain closes the harbour road","published":"2025-06-12","text":"The council closed the road after a landslide.","outlet":"D"}
`

const groupOutput = `{"article":0,"story":0}
{"article":2,"story":2}
{"article":4,"story":0}
{"article":5,"story":2}
{"article":6,"story":6}
`

func TestGroup(t *testing.T) {
	var packed bytes.Buffer

	z := gzip.NewWriter(&packed)
	z.Write([]byte(groupInput))
	z.Close()

	for name, content := range map[string][]byte{"plain.jsonl": []byte(groupInput), "packed.jsonl.gz": packed.Bytes()} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}

		var out, errs bytes.Buffer

		err := groupArticles(t.Context(), command.Stdio{Out: &out, Err: &errs}, file, false)
		if !errors.Is(err, command.ErrReported) {
			t.Errorf("%s: error %v, want command.ErrReported for the bad line", name, err)
		}

		if diff := cmp.Diff(groupOutput, out.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}

		if !strings.HasPrefix(errs.String(), "line 3: ") || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%s: stderr %q", name, errs.String())
		}
	}
}

func TestGroupWithoutFile(t *testing.T) {
	if err := groupArticles(t.Context(), command.Stdio{}, filepath.Join(t.TempDir(), "none.jsonl"), false); err == nil {
		t.Error("no error for a file that is not there")
	}
}

func TestReadGroupArticle(t *testing.T) {
	tests := []struct{ line, title, published string }{
		{`{"title":"A","published":"2025-06-05T01:00:00+02:00"}`, "A", "2025-06-04T23:00:00Z"},
		{`{"title":"A","published":"2025-06-05"}`, "A", "2025-06-05T00:00:00Z"},
		{`{"title":"A","published":"yesterday"}`, "A", "0001-01-01T00:00:00Z"},
		{`{"title":"A","published":1749081600,"updated":[]}`, "A", "2025-06-05T00:00:00Z"},
		{`{"title":"A","published":1749081600000}`, "A", "2025-06-05T00:00:00Z"},
		{`{"title":"A","published":1e300}`, "A", "0001-01-01T00:00:00Z"},
		{`{"title":"A","published":-5}`, "A", "0001-01-01T00:00:00Z"},
		{`{"title":"A","published":"2025-06-05 01:00:00+02:00"}`, "A", "2025-06-04T23:00:00Z"},
		{`{"title":"A","published":"2025-06-05T01:00+0200"}`, "A", "0001-01-01T00:00:00Z"},
		{`{"title":"A","published":"2025-06-05T01:00:00+0200"}`, "A", "2025-06-04T23:00:00Z"},
		{`{"published":"2025-06-05","title":"A","authors":"no list","tags":7}`, "A", "2025-06-05T00:00:00Z"},
		{`{"summary":"only a summary"}`, "", "0001-01-01T00:00:00Z"},
	}
	for _, tt := range tests {
		a, _, err := readGroupArticle([]byte(tt.line))
		if err != nil {
			t.Errorf("%s: %v", tt.line, err)
			continue
		}

		if got := a.Published.UTC().Format("2006-01-02T15:04:05Z"); a.Title != tt.title || got != tt.published {
			t.Errorf("%s: title %q, published %s; want %q, %s", tt.line, a.Title, got, tt.title, tt.published)
		}
	}

	for _, line := range []string{`[]`, `"A"`, `{`, `null`} {
		if _, _, err := readGroupArticle([]byte(line)); err == nil {
			t.Errorf("%s: no error", line)
		}
	}
}

// TestGroupSaysWhichDatesItCannotRead: in one line; what has no date is no mistake.
func TestGroupSaysWhichDatesItCannotRead(t *testing.T) {
	for input, want := range map[string]string{
		`{"title":"A"}` + "\n" + `{"title":"B","published":null}` + "\n" + `{"title":"C","published":""}`: "",
		`{"title":"A"}` + "\n" + `{"title":"B","published":"yesterday"}`:                                  "line 1: its date can't be read; such an article counts as old as the one before it\n",
		`{"title":"B","published":[]}` + "\n" + `{"title":"B","published":"05.06.2025"}`:                  "line 0: its date can't be read, nor those of 1 more; such an article counts as old as the one before it\n",
	} {
		file := filepath.Join(t.TempDir(), "a.jsonl")
		if err := os.WriteFile(file, []byte(input), 0o600); err != nil {
			t.Fatal(err)
		}

		var out, errs bytes.Buffer
		if err := groupArticles(t.Context(), command.Stdio{Out: &out, Err: &errs}, file, false); err != nil || errs.String() != want {
			t.Errorf("%s: %v, stderr %q, want %q", input, err, errs.String(), want)
		}
	}
}

// TestGroupExplains: --explain changes no story and names what an article joined for.
func TestGroupExplains(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.jsonl")
	if err := os.WriteFile(file, []byte(groupInput), 0o600); err != nil {
		t.Fatal(err)
	}

	var out, errs bytes.Buffer
	if err := groupArticles(t.Context(), command.Stdio{Out: &out, Err: &errs}, file, true); !errors.Is(err, command.ErrReported) {
		t.Errorf("error %v, want command.ErrReported for the bad line", err)
	}

	var plain strings.Builder

	for line := range strings.Lines(out.String()) {
		var l storyLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}

		fmt.Fprintf(&plain, `{"article":%d,"story":%d}`+"\n", l.Article, l.Story)

		if l.Article == 4 && (len(l.Evidence) == 0 || l.Evidence[0].Article != 0 || !slices.Contains(l.Evidence[0].Words, "Shoigu")) {
			t.Errorf("the evidence of article 4 is %+v", l.Evidence)
		}
	}

	if diff := cmp.Diff(groupOutput, plain.String()); diff != "" {
		t.Errorf("stories (-want +got):\n%s", diff)
	}
}

// TestGroupWithoutDates: a file without any date is grouped as one whose articles come 5,000 a day, also in
// how likely it takes a story to be the same.
func TestGroupWithoutDates(t *testing.T) {
	const articles = 1200 // enough that a window without time would count as denser

	group := func(dated bool) string {
		var in, out, errs bytes.Buffer

		lines := json.NewEncoder(&in)

		for n := range articles {
			a := map[string]string{
				"title": fmt.Sprintf("Item%d about part%d and piece%d", n, 7*n, 11*n), "outlet": fmt.Sprint("Outlet ", n%300),
			}
			if n == 1 || n == articles-1 {
				a["title"], a["text"] = "Rain closes the harbour road of Ostwick", "The council closed the road to Ostwick after a landslide, said engineer Ida Brandvold."
			}

			if dated {
				a["published"] = time.Date(2025, 6, 5, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * undatedPace).Format(time.RFC3339Nano)
			}

			if err := lines.Encode(a); err != nil {
				t.Fatal(err)
			}
		}

		file := filepath.Join(t.TempDir(), "a.jsonl")
		if err := os.WriteFile(file, in.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}

		if err := groupArticles(t.Context(), command.Stdio{Out: &out, Err: &errs}, file, true); err != nil || errs.Len() > 0 {
			t.Fatal(err, errs.String())
		}

		return out.String()
	}

	undated := group(false)
	if diff := cmp.Diff(group(true), undated); diff != "" {
		t.Errorf("with dates, without (-want +got):\n%s", diff)
	}

	if last := fmt.Sprintf(`{"article":%d,"story":1,`, articles-1); !strings.Contains(undated, last) {
		t.Errorf("the last article has not joined the first like it")
	}
}

func TestBrokenLinesAreExplained(t *testing.T) {
	for line, want := range map[string]string{
		`{"title":`:             `its JSON ends too early; an article is one whole line, as newsbell fetch and jq -c print it`,
		`[1]`:                   `this is no JSON object; an article is written {"title":"…"}`,
		`null`:                  `this is no JSON object; an article is written {"title":"…"}`,
		`hello`:                 `this is no JSON object; an article is written {"title":"…"}`,
		`{"title":"b"} x`:       `its JSON is wrong from byte 14 on ("x"); an article is one object a line, as newsbell fetch and jq -c print it`,
		`{"title":"c\q"}`:       `its JSON is wrong from byte 12 on ("q\"}"); an article is one object a line, as newsbell fetch and jq -c print it`,
		`{'title':'c'}`:         `its JSON is wrong from byte 1 on ("'title':'c'}"); an article is one object a line, as newsbell fetch and jq -c print it`,
		"{\"title\":\"\xff\x01": `its JSON is wrong from byte 11 on ("\x01"); an article is one object a line, as newsbell fetch and jq -c print it`,
	} {
		var a news.Article
		if err := readArticle([]byte(line), &a); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", line, err, want)
		}
	}
}

// fullWriter is a full disk.
type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// TestALineThatAnErrorEnds: is none. An article that was not read to its end is not one with wrong JSON, and
// the beginning of a query no query.
func TestALineThatAnErrorEnds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "articles.jsonl")
	if err := os.WriteFile(file, []byte(strings.Repeat(`{"title":"`+strings.Repeat("storm ", 100)+"\"}\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}

	var errs bytes.Buffer

	if err := groupArticles(t.Context(), command.Stdio{Out: fullWriter{}, Err: &errs}, file, false); !errors.Is(err, syscall.ENOSPC) || errs.Len() > 0 {
		t.Errorf("%v, and %s", err, &errs)
	}

	cut := io.MultiReader(strings.NewReader("storm\nflood"), iotest.ErrReader(io.ErrUnexpectedEOF))

	var lines []string

	err := command.EachLine(cut, func(_ int, line []byte) error {
		lines = append(lines, string(line))
		return nil
	})
	if err == nil || !slices.Equal(lines, []string{"storm"}) {
		t.Errorf("%q, %v", lines, err)
	}
}
