package sources

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

// ReadOPML reads a list of feeds. Folders are kept as Source.Folder. What is
// wrong with a line is an error that names it, and the others are read; nothing
// is done but reading, so the caller can refuse the whole list for one error.
func ReadOPML(r io.Reader) ([]Source, []error) {
	dec := xml.NewDecoder(r)
	dec.Strict = false
	dec.CharsetReader = charset.NewReaderLabel
	var list []Source
	var errs []error
	var folders []string
	body := false
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		line, _ := dec.InputPos()
		if err != nil {
			return list, append(errs, fmt.Errorf("line %d: it is not OPML from here on: %w", line, err))
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch strings.ToLower(t.Name.Local) {
			case "opml", "body":
				body = true
			case "outline":
				s, folder, err := outline(t)
				s.Folder = strings.Join(folders, "/")
				// "/" parts folders, so one in a name becomes the sign that looks like it.
				folders = append(folders, strings.ReplaceAll(folder, "/", "∕"))
				if err != nil {
					errs = append(errs, fmt.Errorf("line %d: %w", line, err))
				} else if s.URL != "" {
					list = append(list, s)
				}
			}
		case xml.EndElement:
			if strings.EqualFold(t.Name.Local, "outline") && len(folders) > 0 {
				folders = folders[:len(folders)-1]
			}
		}
	}
	if !body {
		errs = append(errs, fmt.Errorf("line 1: it is not OPML"))
	}
	return list, errs
}

// outline reads one outline: a feed, or a folder by its name.
func outline(t xml.StartElement) (Source, string, error) {
	at := make(map[string]string)
	for _, a := range t.Attr {
		at[strings.ToLower(a.Name.Local)] = strings.TrimSpace(a.Value)
	}
	title := cmp.Or(at["title"], at["text"])
	address := at["xmlurl"]
	if address == "" {
		if strings.EqualFold(at["type"], "rss") {
			return Source{}, title, fmt.Errorf("%q has no xmlUrl", title)
		}
		return Source{}, title, nil
	}
	if !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
		return Source{}, title, fmt.Errorf("%q: its address is not http or https", title)
	}
	if title == address { // written for lack of a title
		title = ""
	}
	return Source{URL: address, Title: title, Language: at["language"]}, title, nil
}

// WriteOPML writes a list of feeds as OPML 2.0, folders as nested outlines, in
// the order given.
func WriteOPML(w io.Writer, title string, list []Source) error {
	var b strings.Builder
	b.WriteString(xml.Header + "<opml version=\"2.0\">\n<head><title>" + attribute(title) + "</title></head>\n<body>\n")
	var open []string
	for _, s := range list {
		var want []string
		if s.Folder != "" {
			want = strings.Split(s.Folder, "/")
		}
		same := 0
		for same < len(open) && same < len(want) && open[same] == want[same] {
			same++
		}
		for range open[same:] {
			b.WriteString("</outline>\n")
		}
		open = append(open[:same:same], want[same:]...)
		for _, f := range want[same:] {
			fmt.Fprintf(&b, "<outline text=\"%s\" title=\"%[1]s\">\n", attribute(f))
		}
		name := attribute(cmp.Or(s.Title, s.Outlet, s.URL))
		fmt.Fprintf(&b, "<outline type=\"rss\" text=\"%s\" title=\"%[1]s\" xmlUrl=\"%s\"/>\n", name, attribute(s.URL))
	}
	for range open {
		b.WriteString("</outline>\n")
	}
	b.WriteString("</body>\n</opml>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func attribute(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a strings.Builder cannot fail
	return b.String()
}
