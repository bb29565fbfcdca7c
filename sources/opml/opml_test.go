package opml

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"newsbell/news"
)

func TestReadOPML(t *testing.T) {
	const list = `<?xml version="1.0"?>
<opml version="1.0"><head><title>x</title></head><body>
<outline text="World">
 <outline text="A &amp; B" title="A &amp; B" type="rss" xmlUrl=" https://planet.example/a?x=1&amp;y=2 " htmlUrl="https://planet.example"/>
 <outline text="Deep/er"><outline text="C" xmlUrl="https://planet.example/c"/></outline>
</outline>
<outline text="No folder" xmlurl="http://planet.example/d" language="de"/>
<outline type="rss" text="No address"/>
<outline type="rss" text="Bad address" xmlUrl="javascript:alert(1)"/>
<outline text="Last" xmlUrl="https://planet.example/e"/>
</body></opml>`

	got, errs := Read(strings.NewReader(list))

	want := []news.Source{
		{URL: "https://planet.example/a?x=1&y=2", Title: "A & B", Folder: "World"},
		{URL: "https://planet.example/c", Title: "C", Folder: "World/Deep∕er"},
		{URL: "http://planet.example/d", Title: "No folder", Language: "de"},
		{URL: "https://planet.example/e", Title: "Last"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	if len(errs) != 2 || !strings.Contains(errs[0].Error(), `line 8: "No address": it has no address`) || !strings.Contains(errs[1].Error(), "line 9") {
		t.Errorf("%v", errs)
	}

	for _, bad := range []string{"", "hello", "<html><body><p>x</p>", "<opml><body><outline", `{"a":1}`, "\x00\x01"} {
		if _, errs := Read(strings.NewReader(bad)); len(errs) == 0 {
			t.Errorf("%q is taken for OPML", bad)
		}
	}
}

// TestABareHostIsAnAddress: lists hold addresses without https:// before them.
func TestABareHostIsAnAddress(t *testing.T) {
	list, errs := Read(strings.NewReader(`<opml><body><outline text="A" xmlUrl="WWW.Example.org/feed"/><outline text="B" xmlUrl="feeds.xml"/></body></opml>`))
	if len(list) != 1 || list[0].URL != "https://www.example.org/feed" || len(errs) != 1 {
		t.Errorf("%v, %v", list, errs)
	}
}

// TestOPMLLists: public lists go in and out unchanged.
func TestOPMLLists(t *testing.T) {
	root := os.Getenv("NEWSBELL_DATA")
	if root == "" {
		t.Skip("NEWSBELL_DATA is not set: 0 lists read")
	}

	files, feeds := 0, 0
	dirs, _ := filepath.Glob(filepath.Join(root, "*opml*"))

	more, _ := filepath.Glob(filepath.Join(root, "feeds-newsboat"))
	for _, dir := range append(dirs, more...) {
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".opml" {
				return err
			}

			body, err := os.ReadFile(path)
			if err != nil {
				return err
			}

			list, errs := Read(bytes.NewReader(body))
			if n := len(regexp.MustCompile(`(?i)xmlUrl=["']\s*https?://`).FindAll(body, -1)); n != len(list) && len(errs) == 0 {
				t.Errorf("%s: %d feeds of %d; %v", path, len(list), n, errs)
			}

			var out bytes.Buffer
			if err := Write(&out, "list", list); err != nil {
				t.Error(err)
			}

			again, errs := Read(&out)
			if diff := cmp.Diff(groupByFolder(list), again); diff != "" || len(errs) > 0 {
				t.Errorf("%s: %v\n%s", path, errs, diff)
			}

			files, feeds = files+1, feeds+len(list)

			return nil
		})
	}

	t.Logf("%d lists with %d feeds in and out", files, feeds)
}

// TestAFolderIsWrittenOnce, wherever its feeds stand in the list; a title is one line.
func TestAFolderIsWrittenOnce(t *testing.T) {
	list := []news.Source{
		{URL: "https://a.example/1", Title: "One\n  more", Folder: "World/Asia"},
		{URL: "https://a.example/2", Title: "Two"},
		{URL: "https://a.example/3", Title: "Three", Folder: "World"},
		{URL: "https://a.example/4", Title: "Four", Folder: "World/Asia"},
	}

	var out bytes.Buffer
	if err := Write(&out, "list", list); err != nil {
		t.Fatal(err)
	}

	if strings.Count(out.String(), `text="World"`) != 1 || strings.Count(out.String(), `text="Asia"`) != 1 {
		t.Errorf("a folder stands there twice:\n%s", &out)
	}

	again, errs := Read(&out)
	want := []news.Source{list[1], list[2], {URL: list[0].URL, Title: "One more", Folder: list[0].Folder}, list[3]}

	if diff := cmp.Diff(want, again); diff != "" || len(errs) > 0 {
		t.Errorf("%v\n%s", errs, diff)
	}
}

// TestOPMLRoundTrip: whatever stands in titles and folders survives.
func TestOPMLRoundTrip(t *testing.T) {
	text := rapid.StringMatching(`[A-Za-z0-9 &<>"'ÄЖ中/\\-]{1,12}`)

	rapid.Check(t, func(t *rapid.T) {
		var list []news.Source
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			list = append(list, news.Source{
				URL:    "https://planet.example/" + rapid.StringMatching(`[a-z&?=%"<]{0,9}`).Draw(t, "url"),
				Title:  "T" + strings.Join(strings.Fields(text.Draw(t, "title")), " "),
				Folder: strings.Join(rapid.SliceOfN(rapid.StringMatching(`[A-Z&<"Ж∕]{1,6}`), 0, 3).Draw(t, "folder"), "/"),
			})
		}

		var out bytes.Buffer
		if err := Write(&out, "list & more", list); err != nil {
			t.Fatal(err)
		}

		again, errs := Read(&out)
		if diff := cmp.Diff(groupByFolder(list), again); diff != "" || len(errs) > 0 {
			t.Fatalf("%v\n%s", errs, diff)
		}
	})
}

func FuzzReadOPML(f *testing.F) {
	f.Add([]byte(`<opml><body><outline text="a"><outline text="b" xmlUrl="http://x/"/></outline></body></opml>`))
	f.Add([]byte(`<opml><outline`))
	f.Fuzz(func(t *testing.T, body []byte) {
		list, _ := Read(bytes.NewReader(body))

		var out bytes.Buffer
		if err := Write(&out, "x", list); err != nil {
			t.Fatal(err)
		}

		if again, _ := Read(&out); len(again) != len(list) {
			t.Errorf("%d feeds became %d", len(list), len(again))
		}
	})
}
