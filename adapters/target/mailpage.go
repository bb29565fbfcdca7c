package target

import (
	"fmt"
	"html/template"
	"strings"
	"sync"

	"newsbell/adapters"
)

// mailPage is a mail as a page: the same words as its plain text. It loads nothing, so that
// nobody learns when it is read.
var mailPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("mail").Parse(`<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head>
<body style="font: 16px/1.5 Georgia, serif; margin: 0 auto; max-width: 36em; padding: 16px">
{{if .Title}}<h1 dir="auto" style="font-size: 22px; line-height: 1.25; margin: 0 0 8px">{{template "link" .Title}}</h1>
{{end}}{{range .Lines}}<p dir="auto" style="margin: 0 0 8px">{{range .}}{{template "link" .}}{{end}}</p>
{{end}}{{if .Alerts}}<ul style="padding-left: 20px">
{{range .Alerts}}<li dir="auto" style="margin: 0 0 10px">{{template "link" .Title}}{{with .Outlet}} · {{.}}{{end}}</li>
{{end}}</ul>
{{end}}{{with .More}}<p dir="auto">{{.}}</p>
{{end}}<hr style="border: 0; border-top: 1px solid #999; margin: 24px 0 8px">
<p dir="auto" style="color: #777; font-size: 13px">{{range .Footer}}{{template "link" .}}{{end}}</p>
</body></html>
{{define "link"}}{{if .URL}}<a href="{{.URL}}">{{.Text}}</a>{{else if .Bold}}<b>{{.Text}}</b>{{else}}{{.Text}}{{end}}{{end}}`))
})

// mailSpan is a piece of a line of a mail.
type mailSpan struct {
	Text, URL string
	Bold      bool
}

// mailAlert is an alert in a list.
type mailAlert struct {
	Title  mailSpan
	Outlet string
}

// mailParts is what a mail shows.
type mailParts struct {
	Title  *mailSpan
	Lines  [][]mailSpan
	Alerts []mailAlert
	More   string // how many the list only counts
	Footer []mailSpan
}

// renderPage returns a message as a mail shows it to those who read HTML.
func renderPage(m *adapters.Message, found Found) (string, error) {
	lines := strings.Split(m.String(), "\n")
	parts := mailParts{Footer: linkAddress(found.Footer, found.End)}

	switch {
	case m.Alert != nil:
		parts.Title = &mailSpan{Text: m.Alert.Title, URL: m.Alert.URL}

		below := lines[strings.Count(m.Alert.Title, "\n")+1:]
		if m.Alert.URL != "" {
			below = below[:len(below)-1] // the title leads there
		}

		for _, line := range below {
			parts.Lines = append(parts.Lines, []mailSpan{{Text: line}})
		}
	case m.Digest != nil:
		parts.Title = &mailSpan{Text: lines[0]}

		for i := range m.Digest.Alerts {
			a := &m.Digest.Alerts[i]
			parts.Alerts = append(parts.Alerts, mailAlert{mailSpan{Text: a.Title, URL: a.URL}, a.Outlet})
		}

		if m.Digest.More > 0 {
			parts.More = lines[len(lines)-1]
		}
	default:
		for _, line := range m.Text {
			var spans []mailSpan
			for _, span := range line {
				spans = append(spans, mailSpan{span.Text, span.URL, span.Style == adapters.StyleBold})
			}

			parts.Lines = append(parts.Lines, spans)
		}
	}

	var b strings.Builder
	if err := mailPage().Execute(&b, parts); err != nil {
		return "", fmt.Errorf("make the HTML of a mail: %w", err)
	}

	return b.String(), nil
}

// linkAddress returns a text in which an address is a link.
func linkAddress(text, address string) []mailSpan {
	before, after, found := strings.Cut(text, address)
	if !found || address == "" {
		return []mailSpan{{Text: text}}
	}

	return []mailSpan{{Text: before}, {Text: address, URL: address}, {Text: after}}
}
