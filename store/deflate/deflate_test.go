package deflate

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestTextsComeBack, whatever they are, whoever packed them, many at the same time; and what a version
// packed that kept the whole stream.
func TestTextsComeBack(t *testing.T) {
	d := New([]byte("the bridge is open, said the mayor of the town"))

	var texts []string
	for _, s := range []string{"", "a", "the bridge", "\x00\xff", "the mayor said: 桥已开放。 "} {
		texts = append(texts, s, strings.Repeat(s, 700))
	}

	var all sync.WaitGroup

	for range 3 {
		all.Go(func() {
			for _, text := range texts {
				var kept bytes.Buffer

				w, _ := flate.NewWriterDict(&kept, flate.DefaultCompression, d.words)
				_, _ = io.WriteString(w, text)
				_ = w.Close()

				for _, packed := range [][]byte{d.Pack(text), d.Append([]byte("before"), text[:len(text)/2], text[len(text)/2:])[len("before"):], d.AppendQuickly(nil, text), kept.Bytes()} {
					if got, err := d.Unpack(packed); err != nil || got != text {
						t.Errorf("%.20q came back as %.20q, %v", text, got, err)
					}
				}
			}
		})
	}

	all.Wait()
}

// TestALongTextLeavesNoRoom: what packed one text of megabytes does not hold them while it waits for the next.
func TestALongTextLeavesNoRoom(t *testing.T) {
	d := New([]byte("the bridge"))

	random := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{}).Read(random)

	for range 100 { // under the race detector a pool forgets some of what it is given
		d.Pack(string(random))

		if p, ok := d.thorough.Get().(*packer); ok {
			if cap(p.text) > mostKept || p.out.Cap() > mostKept {
				t.Errorf("room for %d bytes and for %d is kept", cap(p.text), p.out.Cap())
			}

			return
		}
	}

	t.Error("nothing is used again")
}

func TestWhatIsDamagedIsAnError(t *testing.T) {
	d := New([]byte("the bridge"))

	packed := d.Pack(strings.Repeat("The bridge is for all. ", 20))
	for _, damaged := range [][]byte{nil, packed[:len(packed)/2], append([]byte{0xff}, packed...)} {
		if got, err := d.Unpack(damaged); err == nil {
			t.Errorf("%x reads %q", damaged, got)
		}
	}

	if got, err := d.Unpack(packed); err != nil || !strings.HasPrefix(got, "The bridge") {
		t.Errorf("after damaged ones: %q, %v", got, err)
	}
}

// TestLearnedWordsTakeLittleRoom: those of the first texts make the next ones smaller, on texts that
// nobody made for it: none of them is in the dictionary.
func TestLearnedWordsTakeLittleRoom(t *testing.T) {
	first, second := corpus(t)
	words := Learn(first)
	learned, plain := New(words), New(nil)

	size := func(d *Dictionary) (n int) {
		for _, text := range second {
			n += len(d.Pack(text))
		}

		return n
	}

	before, after := size(plain), size(learned)
	t.Logf("%d texts: %d bytes each without a dictionary, %d with one of %d bytes", len(second), before/len(second), after/len(second), len(words))

	if len(words) > mostWords || after*10 > before*8 {
		t.Errorf("%d bytes of words make %d bytes of %d", len(words), after, before)
	}
}

func TestNothingInCommonIsNoDictionary(t *testing.T) {
	if words := Learn([]string{"abcdefghijklmnopqrstuvwxyz", "0123456789", ""}); words != nil {
		t.Errorf("%q", words)
	}
}

// corpus are news texts of a kilobyte, in two halves: real ones where they are at hand.
func corpus(t *testing.T) (first, second []string) {
	t.Helper()

	var texts []string

	if folder := os.Getenv("NEWSBELL_DATA"); folder != "" {
		texts = realTexts(t, filepath.Join(folder, "stories-allsides", "stories_a.jsonl"))
	}

	if len(texts) == 0 {
		t.Log("SKIP: 0 real texts (NEWSBELL_DATA): made-up ones")

		for i := range 400 {
			texts = append(texts, fmt.Sprintf("The council of town %d met on Monday. %d people came, said the mayor, and asked for bridge number %d.", i, i*7, i*3))
		}
	}

	texts = texts[:min(len(texts), 1000)]

	return texts[:len(texts)/2], texts[len(texts)/2:]
}

func realTexts(t *testing.T, path string) (texts []string) {
	t.Helper()

	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()

	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)

	for lines.Scan() {
		var a struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}

		if len(a.Text) >= 300 {
			texts = append(texts, a.Text[:min(len(a.Text), 1000)])
		}
	}

	return texts
}
