package feed

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/sources/charset"
	"newsbell/sources/sourcestest"
)

// TestFeedparserCases reads feedparser's test cases. Each says in its head what
// feedparser makes of it; where that is about something that we keep (titles,
// links, texts, dates, authors, the existence of an entry), it is compared as
// people would read it. The sums are in docs/sources.md.
func TestFeedparserCases(t *testing.T) {
	dir := filepath.Join(sourcestest.Corpus(t, "feeds-feedparser"), "tests")

	type row struct{ cases, read, asked, equal int }

	table := make(map[string]*row)

	var other []string

	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}

		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}

		kind, _ := filepath.Rel(dir, filepath.Dir(path))

		r := table[kind]
		if r == nil {
			r = &row{}
			table[kind] = r
		}

		r.cases++
		text := string(charset.ToUTF8(body, ""))

		contentType := ""
		if m := regexp.MustCompile(`(?mi)^Header:\s+Content-type:\s*(.*)$`).FindStringSubmatch(text); m != nil {
			contentType = strings.TrimSpace(m[1])
		}

		f, err := parseItems(body, "", contentType, nil)
		if err == nil {
			r.read++

			f.identify(new(Fingerprints).unpack())
		}

		want := regexp.MustCompile(`(?m)^Expect:\s+(?:not )?(?:bozo and )?(.*)$`).FindStringSubmatch(text)
		if want == nil || err != nil {
			return nil
		}

		if ours, theirs, ok := compareCase(f, strings.TrimSpace(want[1])); ok {
			r.asked++
			if squeeze(ours) == squeeze(theirs) {
				r.equal++
			} else {
				other = append(other, fmt.Sprintf("%s/%s: ours %.60q, theirs %.60q", kind, d.Name(), ours, theirs))
			}
		}

		return nil
	})

	total := row{}

	for _, kind := range slices.Sorted(maps.Keys(table)) {
		r := table[kind]
		t.Logf("| %-24s | %4d | %4d | %4d | %4d |", kind, r.cases, r.read, r.asked, r.equal)
		total.cases, total.read, total.asked, total.equal = total.cases+r.cases, total.read+r.read, total.asked+r.asked, total.equal+r.equal
	}

	t.Logf("| %-24s | %4d | %4d | %4d | %4d |", "all", total.cases, total.read, total.asked, total.equal)

	if testing.Verbose() {
		for _, s := range other[:min(len(other), 150)] {
			t.Log(s)
		}
	}

	if total.equal*100 < total.asked*90 {
		t.Errorf("only %d of %d are equal", total.equal, total.asked)
	}
}

// compareCase looks up what an expectation is about. Not ok: something that we
// do not keep, or a form that this test does not understand.
func compareCase(f *Feed, expect string) (ours, theirs string, ok bool) {
	m := regexp.MustCompile(`^(feed|entries\[0\])((?:\[['0-9a-z_]+\])+) == (.*)$`).FindStringSubmatch(expect)
	if m == nil {
		return "", "", false
	}

	value, isText := pythonText(m[3])

	field := strings.NewReplacer("']['", ".", "'][", ".", "]['", ".", "['", "", "']", "", "]", "").Replace(m[2])
	if m[1] == "feed" {
		switch field {
		case "title":
			return f.Title, news.PlainText(value), isText
		case "link":
			return f.Link, value, isText
		}

		return "", "", false
	}

	if len(f.raw) == 0 {
		return "", "", false
	}

	it := f.raw[0]
	plain := news.PlainText(value)

	switch field {
	case "title", "title_detail.value":
		return news.PlainText(it.Title), plain, isText
	case "link":
		return it.Link, value, isText
	case "id":
		return it.GUID, value, isText
	case "description", "summary":
		return news.PlainText(it.Summary), plain, isText && (it.Summary != "" || it.Text == "")
	case "content.0.value":
		return news.PlainText(it.Text), plain, isText
	case "author", "author_detail.name":
		return strings.Join(cleanAuthors(it.Authors), ", "), strings.Join(cleanAuthors([]string{value}), ", "), isText
	case "published_parsed", "updated_parsed":
		at := it.published
		if field == "updated_parsed" && !it.updated.IsZero() {
			at = it.updated
		}

		n := regexp.MustCompile(`\d+`).FindAllString(m[3], -1)
		if len(n) < 6 {
			return "", "", false
		}

		var v [6]int
		for i := range v {
			v[i], _ = strconv.Atoi(n[i])
		}

		return at.Format(time.RFC3339), time.Date(v[0], time.Month(v[1]), v[2], v[3], v[4], v[5], 0, time.UTC).Format(time.RFC3339), true
	}

	return "", "", false
}

// pythonText reads a Python string literal.
func pythonText(s string) (string, bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "u")
	if len(s) < 2 || s[0] != '\'' && s[0] != '"' || s[len(s)-1] != s[0] || strings.HasPrefix(s, `"""`) {
		return "", false
	}

	quote, s := s[0], s[1:len(s)-1]

	var b strings.Builder

	for len(s) > 0 {
		if s[0] == quote {
			return "", false
		}

		if strings.HasPrefix(s, `\'`) || strings.HasPrefix(s, `\"`) {
			b.WriteByte(s[1])
			s = s[2:]

			continue
		}

		r, _, rest, err := strconv.UnquoteChar(s, 0)
		if err != nil {
			return "", false
		}

		b.WriteRune(r)

		s = rest
	}

	return b.String(), true
}
