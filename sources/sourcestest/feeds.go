package sourcestest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Bounded runs f, which must end within the time and without holding on to more
// memory than given.
func Bounded(t *testing.T, within time.Duration, megabytes uint64, f func()) {
	t.Helper()

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)

	start := time.Now()

	f()

	if raceDetector { // it makes both many times as large
		return
	}

	if took := time.Since(start); took > within {
		t.Errorf("it took %s, longer than %s", took.Round(time.Millisecond), within)
	}

	runtime.ReadMemStats(&after)

	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > megabytes {
		t.Errorf("it allocated %d MB, more than %d", used, megabytes)
	}
}

// Many is fewer where everything is slow anyway.
func Many(n int) int {
	if raceDetector {
		return n / 20
	}

	return n
}

// Corpus is a folder of public feeds; without it the test is skipped visibly.
func Corpus(t testing.TB, name string) string {
	t.Helper()

	root := os.Getenv("NEWSBELL_DATA")
	if root == "" {
		t.Skip("NEWSBELL_DATA is not set: 0 feeds read")
	}

	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("%s is not there: 0 feeds read", name)
	}

	return dir
}

// RSSItems makes a feed of items "guid|address|title".
func RSSItems(items ...string) []byte {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Daily Planet</title><link>https://planet.example/</link>`)

	for _, s := range items {
		f := strings.Split(s, "|")
		fmt.Fprintf(&b, "<item><guid>%s</guid><link>%s</link><title>%s</title></item>", f[0], f[1], f[2])
	}

	b.WriteString("</channel></rss>")

	return []byte(b.String())
}
