package feed

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"newsbell/news"
	"newsbell/sources/charset"
	"newsbell/sources/sourcestest"
)

var allCorpora = flag.Bool("all", false, "read the large feeds of the corpora too, in tests that read each several times")

// TestChangedOnly: reading only the items that were not there before gives the
// same articles, keys and state as reading the whole feed, over all corpora, when
// one, two or half of the items are new.
func TestChangedOnly(t *testing.T) {
	feeds, fast := 0, 0

	for _, path := range corpora(t) {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		text := charset.ToUTF8(body, "")

		d, err := scanDocument(repairXML(text))
		if err != nil || len(d.items) < 4 || len(body) > 100<<10 && !*allCorpora {
			continue
		}

		for _, fresh := range []int{1, len(d.items) / 2} {
			before := Input{Body: d.envelope(func(i int) bool { return i >= fresh }), Address: "https://example.org/feed"}

			var whole, changed Fingerprints
			if _, _, err := ParseChanged(before, &whole); err != nil {
				continue
			}

			changed = whole
			now := Input{Body: text, Address: "https://example.org/feed"}

			f, part, err := ParseChanged(now, &changed)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}

			feeds++

			if len(part) < len(f.Listed) {
				fast++
			}

			now.All = true

			w, all, err := ParseChanged(now, &whole)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}

			byKey := make(map[string]news.Article)
			for _, a := range all {
				byKey[a.Key] = a
			}

			for _, a := range part {
				if diff := cmp.Diff(byKey[a.Key], a); diff != "" {
					t.Errorf("%s, %d new: read whole (-) and in part (+):\n%s", filepath.Base(path), fresh, diff)
				}
			}

			if diff := cmp.Diff(keysOf(w), keysOf(f)); diff != "" {
				t.Errorf("%s, %d new: listed whole (-) and in part (+):\n%s", filepath.Base(path), fresh, diff)
			}

			if diff := cmp.Diff(whole.unpack().items, changed.unpack().items, cmp.AllowUnexported(fingerprint{})); diff != "" {
				t.Errorf("%s, %d new: remembered whole (-) and in part (+):\n%s", filepath.Base(path), fresh, diff)
			}
		}
	}

	t.Logf("%d readings, %d of them only of what had changed", feeds, fast)

	if fast*10 < feeds*9 {
		t.Errorf("only %d of %d readings are of what had changed: the short way is hardly ever taken", fast, feeds)
	}
}

// TestChangedOnlyAtOnePage: a new item that has its address from one that is known
// and listed unchanged has a key of its own, read in part as read whole.
func TestChangedOnlyAtOnePage(t *testing.T) {
	items := []string{"1|https://planet.example/live|Minute one", "2|https://planet.example/2|Two", "3|https://planet.example/3|Three", "4|https://planet.example/4|Four"}

	for name, fresh := range map[string]string{
		"the same page":        "9|https://planet.example/live|Minute two",
		"the same but for www": "9|https://www.planet.example/live/|Minute two",
	} {
		var state Fingerprints
		if _, _, err := ParseChanged(Input{Body: sourcestest.RSSItems(items...)}, &state); err != nil {
			t.Fatal(err)
		}

		whole, part := state, state
		v := Input{Body: sourcestest.RSSItems(append([]string{fresh}, items...)...)}

		_, got, err := ParseChanged(v, &part)
		if err != nil {
			t.Fatal(err)
		}

		v.All = true

		_, want, err := ParseChanged(v, &whole)
		if err != nil {
			t.Fatal(err)
		}

		if got[0].Key != want[0].Key || want[0].Key == want[1].Key {
			t.Errorf("%s: in part %s, whole %s beside %s", name, got[0].Key, want[0].Key, want[1].Key)
		}
	}
}

func keysOf(f *Feed) map[string]int {
	out := make(map[string]int)
	for _, k := range f.Listed {
		out[k]++
	}

	return out
}

// TestAnItemKeepsAName: what changes about an item, and whether one of its keys stays.
// Whether it is then the same article, store.TestIdentity has.
func TestAnItemKeepsAName(t *testing.T) {
	const before = "g1|https://planet.example/news/dam-breaks?utm_source=rss|Dam breaks above the old town of Veles"

	others := []string{"g2|https://planet.example/news/2|Second story about trains", "g3|https://planet.example/news/3|Third story about boats", "g4|https://planet.example/news/4|Fourth story about planes"}

	for name, c := range map[string]struct {
		after string
		keeps bool
	}{
		"nothing":                        {before, true},
		"guid":                           {"other|https://planet.example/news/dam-breaks?utm_source=rss|Dam breaks above the old town of Veles", true},
		"scheme":                         {"g1|http://planet.example/news/dam-breaks|Dam breaks above the old town of Veles", true},
		"www and slash":                  {"g1|https://www.planet.example/news/dam-breaks/|Dam breaks above the old town of Veles", true},
		"tracking":                       {"g1|https://planet.example/news/dam-breaks?fbclid=1&amp;utm_medium=x#ref=rss|Dam breaks above the old town of Veles", true},
		"title":                          {"g1|https://planet.example/news/dam-breaks|Hundreds flee after dam breaks", true},
		"typo in the title":              {"g1|https://planet.example/news/dam-breaks|Dam braeks above the old town of Veles", true},
		"guid, scheme and title":         {"x|http://planet.example/news/dam-breaks|Dam braeks above the old town of Veles", true},
		"address":                        {"g1|https://planet.example/2026/dam-breaks-veles|Dam breaks above the old town of Veles", true},
		"address and a typo":             {"g1|https://planet.example/2026/dam-breaks-veles|Dam braeks above the old town of Veles", true},
		"address and title: guid reused": {"g1|https://planet.example/news/9|Minister resigns over bridge contract", true},
		"address and guid":               {"g9|https://planet.example/news/9|Minister resigns over bridge contract", false},
	} {
		var s Fingerprints

		first := Input{Body: sourcestest.RSSItems(append([]string{before}, others...)...), Address: "https://planet.example/feed"}

		_, a, err := ParseChanged(first, &s)
		if err != nil {
			t.Fatal(err)
		}

		again := Input{Body: sourcestest.RSSItems(append([]string{c.after}, others...)...), Address: "https://planet.example/feed", All: true}

		_, b, err := ParseChanged(again, &s)
		if err != nil {
			t.Fatal(err)
		}

		if keeps := a[0].Key == b[0].Key || a[0].AltKey == b[0].AltKey; keeps != c.keeps {
			t.Errorf("%s changed: it keeps a name is %v, want %v", name, keeps, c.keeps)
		}
	}
}

// TestIdentityWithoutMemory: the command line reads a feed twice and knows nothing.
func TestIdentityWithoutMemory(t *testing.T) {
	key := func(item string) string {
		_, a, err := parseAt(sourcestest.RSSItems(item), "https://planet.example/feed", "")
		if err != nil || len(a) != 1 {
			t.Fatal(err, len(a))
		}

		return a[0].Key
	}

	same := key("g1|https://planet.example/a|Title")
	for _, s := range []string{"g2|https://planet.example/a|Title", "g1|http://www.planet.example/a/?utm_campaign=x|Titel"} {
		if key(s) != same {
			t.Errorf("%s is another article", s)
		}
	}

	if key("g1|https://planet.example/b|Other") == same {
		t.Error("a guid with another address and title is the same article")
	}

	if key("g1||Title") == key("g2||Title") {
		t.Error("without an address the guid says nothing")
	}

	if key("|https://planet.example/|Title one") == key("|https://planet.example/|Title two") {
		t.Error("items that link to the front page are one article")
	}
}

// TestNotesOfADay: notes without a title that are places of one page are told apart by their texts, too.
func TestNotesOfADay(t *testing.T) {
	_, list := parsed(t, `<rss version="2.0"><channel><title>Notes</title><link>https://notes.example/</link>
		<item><description>The ferry is running again.</description><guid>https://notes.example/2026/03/02.html#a1</guid></item>
		<item><description>Snow on the pass.</description><guid>https://notes.example/2026/03/02.html#a2</guid></item></channel></rss>`)
	if len(list) != 2 || list[0].Key == list[1].Key {
		t.Errorf("%+v, want both notes, each with its key", list)
	}
}

// TestSharedAddress: items that share an address are told apart by their guids,
// and keep their keys when the others leave the feed.
func TestSharedAddress(t *testing.T) {
	const a, b, c = "a|https://planet.example/live|Minute one of the match", "b|https://planet.example/live|Minute two of the match", "c|https://planet.example/live|A goal in the third minute"

	var s Fingerprints

	read := func(items ...string) []news.Article {
		_, list, err := ParseChanged(Input{Body: sourcestest.RSSItems(items...), All: true}, &s)
		if err != nil {
			t.Fatal(err)
		}

		return list
	}
	one := read(a)
	two := read(b, a)
	three := read(c, b)

	four := read(c)
	if two[1].Key != one[0].Key || three[1].Key != two[0].Key || four[0].Key != three[0].Key {
		t.Errorf("a key changed: %v, %v, %v, %v", one[0].Key, two[1].Key, three[1].Key, four[0].Key)
	}

	if two[0].Key == two[1].Key || three[0].Key == three[1].Key {
		t.Error("two items have one key")
	}
}
