package opml

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"newsbell/news"
	"newsbell/sources/charset"
)

// maxSize is the largest list that is read, in bytes: the largest seen hold 2 MB.
const maxSize = 8 << 20

// LineError is what is wrong with a line of a list.
type LineError struct {
	Line int    // from 1
	Name string // of the feed, "" if none is known
	Err  error
}

func (e *LineError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("line %d: %v", e.Line, e.Err)
	}

	return fmt.Sprintf("line %d: %q: %v", e.Line, e.Name, e.Err)
}

func (e *LineError) Unwrap() error { return e.Err }

var (
	errNoAddress = errors.New("it has no address")
	errScheme    = errors.New("its address isn't http or https")
	errTurnedOff = errors.New("it's turned off there")
)

// Read reads a list of feeds. Folders are kept as Source.Folder. What is
// wrong with a line is an error that names it, and the others are read; nothing
// is done but reading, so the caller can refuse the whole list for one error.
//
// Every third public list is no XML: titles hold bare "&", "<" and quotes. So it
// is read as browsers read HTML, where nothing is fatal.
func Read(r io.Reader) ([]news.Source, []error) {
	body, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, []error{err}
	}

	if len(body) > maxSize {
		return nil, []error{fmt.Errorf("it's larger than %d MiB", maxSize>>20)}
	}

	o := opmlReader{text: string(charset.ToUTF8(body, ""))}
	o.read()

	return o.list, o.errs
}

// opmlReader is a list being read.
type opmlReader struct {
	text    string
	list    []news.Source
	errs    []error
	folders []string
}

func (o *opmlReader) read() {
	lower := asciiLower(o.text)
	if !strings.Contains(lower, "<opml") {
		o.errs = append(o.errs, &LineError{Line: 1, Err: errors.New("it isn't OPML")})
		return
	}

	line, last := 1, 0

	for at := 0; ; {
		i := strings.IndexByte(lower[at:], '<')
		if i < 0 {
			break
		}

		at += i

		rest := lower[at:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			if end := strings.Index(rest, "-->"); end > 0 {
				at += end
			} else { // never closed: the rest is comment
				at = len(lower) - 1
			}
		case strings.HasPrefix(rest, "</outline"):
			if len(o.folders) > 0 {
				o.folders = o.folders[:len(o.folders)-1]
			}
		case strings.HasPrefix(rest, "<outline"):
			line += strings.Count(o.text[last:at], "\n")
			last = at
			end := outlineEnd(rest)
			o.outline(o.text[at:at+end], line)
			at += end - 1
		}

		at++
	}

	if !strings.Contains(lower, "</opml") {
		line += strings.Count(o.text[last:], "\n")
		o.errs = append(o.errs, &LineError{Line: line, Err: errors.New("it ends in the middle")})
	}
}

// asciiLower lowers letters without moving a byte.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}

	return string(b)
}

// outlineEnd returns where an outline's tag ends at the latest: where the next tag of
// the list begins.
func outlineEnd(s string) int {
	end := len(s)
	for _, next := range []string{"<outline", "</outline", "</body", "</opml", "<!--"} {
		if i := strings.Index(s[1:min(end, len(s))], next); i >= 0 {
			end = min(end, i+1)
		}
	}

	return end
}

// outline takes in a tag: a feed, or a folder that opens.
func (o *opmlReader) outline(tag string, line int) {
	s, folder, err := readOutline(tag)

	s.Folder = strings.Join(o.folders, "/")
	if err != nil {
		o.errs = append(o.errs, &LineError{line, cmp.Or(folder, s.URL), err})
	} else if s.URL != "" {
		o.list = append(o.list, s)
	}

	if !strings.HasSuffix(strings.TrimSpace(tag), "/>") {
		// "/" parts folders, so one in a name becomes the sign that looks like it.
		o.folders = append(o.folders, strings.ReplaceAll(folder, "/", "∕"))
	}
}

// outlinePattern is a name and a value in quotes. What else stands in a tag,
// however wrong, is skipped.
var outlinePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(text|title|xmlurl|type|language|disabled)\s*=\s*(?:"([^"]*)"|'([^']*)')`)
})

// readOutline reads one outline: a feed, or a folder by its name.
func readOutline(tag string) (news.Source, string, error) {
	at := make(map[string]string)
	for _, m := range outlinePattern().FindAllStringSubmatch(tag, -1) {
		if name := strings.ToLower(m[1]); at[name] == "" {
			at[name] = strings.TrimSpace(html.UnescapeString(m[2] + m[3]))
		}
	}

	title := strings.Join(strings.Fields(cmp.Or(at["title"], at["text"])), " ") // in one line

	address := at["xmlurl"]
	if address == "" {
		if strings.EqualFold(at["type"], "rss") {
			return news.Source{}, title, errNoAddress
		}

		return news.Source{}, title, nil
	}

	if title == address { // written for lack of a title
		title = ""
	}

	if at["disabled"] == "true" { // as Miniflux writes it
		return news.Source{URL: address}, title, errTurnedOff
	}

	if address = news.SourceAddress(address); address == "" {
		return news.Source{URL: at["xmlurl"]}, title, errScheme
	}

	return news.Source{URL: address, Title: title, Language: at["language"]}, title, nil
}

// Write writes a list of feeds as OPML 2.0, folders as nested outlines, each once, in
// the order given.
func Write(w io.Writer, title string, list []news.Source) error {
	var b strings.Builder
	b.WriteString(xml.Header + "<opml version=\"2.0\">\n<head><title>" + escapeAttribute(title) + "</title></head>\n<body>\n")

	var open []string

	for _, s := range groupByFolder(list) {
		want := foldersOf(s)

		same := 0
		for same < len(open) && same < len(want) && open[same] == want[same] {
			same++
		}

		for range open[same:] {
			b.WriteString("</outline>\n")
		}

		open = append(open[:same:same], want[same:]...)
		for _, f := range want[same:] {
			fmt.Fprintf(&b, "<outline text=\"%s\" title=\"%[1]s\">\n", escapeAttribute(strings.ReplaceAll(f, "∕", "/")))
		}

		name := escapeAttribute(cmp.Or(s.Title, s.Outlet, s.URL))
		fmt.Fprintf(&b, "<outline type=\"rss\" text=\"%s\" title=\"%[1]s\" xmlUrl=\"%s\"/>\n", name, escapeAttribute(s.URL))
	}

	for range open {
		b.WriteString("</outline>\n")
	}

	b.WriteString("</body>\n</opml>\n")
	_, err := io.WriteString(w, b.String())

	return err
}

// foldersOf returns the folders that a feed is in, the outermost first.
func foldersOf(s news.Source) []string {
	if s.Folder == "" {
		return nil
	}

	return strings.Split(s.Folder, "/")
}

// groupByFolder returns a list with the feeds of a folder next to each other, before those of its own
// folders. Folders keep the order in which they come first.
func groupByFolder(list []news.Source) []news.Source {
	ranks := map[string]int{}

	rank := func(s news.Source) (at []int) {
		path := ""
		for _, f := range foldersOf(s) {
			path += "/" + f
			if _, known := ranks[path]; !known {
				ranks[path] = len(ranks)
			}

			at = append(at, ranks[path])
		}

		return at
	}

	for _, s := range list {
		rank(s)
	}

	grouped := slices.Clone(list)
	slices.SortStableFunc(grouped, func(a, b news.Source) int { return slices.Compare(rank(a), rank(b)) })

	return grouped
}

func escapeAttribute(s string) string {
	var b strings.Builder

	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder cannot fail

	return b.String()
}
