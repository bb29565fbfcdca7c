package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

//go:embed page.html
var pageText string

//go:embed style.css
var style []byte

// page is a Markdown file that was read.
type page struct {
	file, name, title string
	source            []byte
	tree              ast.Node
	anchors           map[string]bool
}

// site is all that is written.
type site struct {
	files    fs.FS
	pages    map[string]*page // by file
	pictures map[string]bool  // that the pages show, by file
	wrong    []error
}

// writeSite writes the site over the files of the repository into a folder.
func writeSite(files fs.FS, folder string) error {
	s, err := readSite(files)
	if err != nil {
		return err
	}

	for _, p := range s.pages {
		s.link(p)
	}

	if err := errors.Join(s.wrong...); err != nil {
		return err
	}

	shown, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}

	for _, p := range s.pages {
		body, err := s.render(shown, p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.file, err)
		}

		if err := writeFile(folder, p.name, body); err != nil {
			return err
		}
	}

	for file := range s.pictures {
		body, err := fs.ReadFile(files, file)
		if err != nil {
			return err
		}

		if err := writeFile(folder, strings.TrimPrefix(file, "docs/"), body); err != nil {
			return err
		}
	}

	return writeFile(folder, "style.css", style)
}

// writeFile writes a file of the site.
func writeFile(folder, name string, body []byte) error {
	to := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { // a site is for everybody
		return err
	}

	return os.WriteFile(to, body, 0o644) // a site is for everybody
}

// markdown is what the pages are written in: what GitHub shows of it, too.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// readSite reads all pages.
func readSite(files fs.FS) (*site, error) {
	s := &site{files: files, pages: map[string]*page{}, pictures: map[string]bool{}}

	for file, name := range pageNames(files) {
		source, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}

		p := &page{file: file, name: name, source: source, anchors: map[string]bool{}}
		p.tree = markdown.Parser().Parse(text.NewReader(source), parser.WithContext(parser.NewContext(parser.WithIDs(headingIDs(p.anchors)))))
		p.title = titleOf(p)
		s.pages[file] = p
	}

	return s, nil
}

// headingIDs are the names of headings that were given, as GitHub gives them.
type headingIDs map[string]bool

// Generate names a heading.
func (h headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	base := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, strings.TrimSpace(string(value)))

	name := base
	for n := 1; h[name]; n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}

	h[name] = true

	return []byte(name)
}

// Put notes a name that was given by hand.
func (h headingIDs) Put(value []byte) { h[string(value)] = true }

// titleOf is the first heading of a page.
func titleOf(p *page) string {
	for n := p.tree.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level == 1 {
			return string(plainText(h, p.source))
		}
	}

	return ""
}

// plainText is the text below a node.
func plainText(n ast.Node, source []byte) (all []byte) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			all = append(all, t.Value(source)...)
		} else {
			all = append(all, plainText(c, source)...)
		}
	}

	return all
}

// link leads the links of a page to where they are on the site, and notes what is wrong.
func (s *site) link(p *page) {
	if p.title == "" {
		s.note(p, "it has no heading")
	}

	_ = ast.Walk(p.tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it returns what we return
		if !entering {
			return ast.WalkContinue, nil
		}

		switch n := n.(type) {
		case *ast.Link:
			n.Destination = []byte(s.lead(p, string(n.Destination)))
		case *ast.Image:
			if len(plainText(n, p.source)) == 0 {
				s.note(p, "the picture %s has no text for those who can't see it", n.Destination)
			}

			n.Destination = []byte(s.picture(p, string(n.Destination)))
		case *ast.HTMLBlock, *ast.RawHTML:
			s.note(p, "it has raw HTML, which is not shown")
		}

		return ast.WalkContinue, nil
	})
}

// note notes what is wrong with a page.
func (s *site) note(p *page, format string, args ...any) {
	s.wrong = append(s.wrong, fmt.Errorf("%s: %s", p.file, fmt.Sprintf(format, args...)))
}

// lead is where a link leads on the site.
func (s *site) lead(p *page, link string) string {
	if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
		return link
	}

	before, anchor, _ := strings.Cut(link, "#")

	file := p.file
	if before != "" {
		file = resolveLink(p.file, before)
	}

	if to := s.pages[file]; to != nil {
		if anchor == "" {
			return relativeLink(p.name, to.name)
		}

		if !to.anchors[anchor] {
			s.note(p, "%s has no heading for #%s", file, anchor)
		}

		return relativeLink(p.name, to.name) + "#" + anchor
	}

	if _, err := fs.Stat(s.files, file); err != nil {
		s.note(p, "the link %s leads nowhere", link)
	}

	return repository + file
}

// picture is where a picture is on the site.
func (s *site) picture(p *page, link string) string {
	file := resolveLink(p.file, link)
	if _, err := fs.Stat(s.files, file); err != nil || !strings.HasPrefix(file, "docs/") {
		s.note(p, "the picture %s is not in docs", link)
	}

	s.pictures[file] = true

	return relativeLink(p.name, strings.TrimPrefix(file, "docs/"))
}

// place is a page in the navigation.
type place struct {
	Title, Address string
	Here           bool
}

// part is a section in the navigation.
type part struct {
	Name   string
	Places []place
}

// render makes the page that is shown.
func (s *site) render(shown *template.Template, p *page) ([]byte, error) {
	var body, out bytes.Buffer

	if err := markdown.Renderer().Render(&body, p.source, p.tree); err != nil {
		return nil, err
	}

	var parts []part

	for _, section := range sections {
		one := part{Name: section.Name}
		for _, file := range section.Files {
			to := s.pages[file]
			one.Places = append(one.Places, place{Title: to.title, Address: relativeLink(p.name, to.name), Here: to == p})
		}

		parts = append(parts, one)
	}

	err := shown.Execute(&out, map[string]any{
		"Title": p.title, "Parts": parts, "Style": relativeLink(p.name, "style.css"), "Home": relativeLink(p.name, "index.html"), "IsHome": p.name == "index.html",
		"Source": repository + p.file, "Next": s.next(p),
		"Body": template.HTML(body.String()), // from our own files; raw HTML is refused
	})

	return out.Bytes(), err
}

// next is the page that follows in the navigation, or nil.
func (s *site) next(p *page) *place {
	var files []string
	for _, section := range sections {
		files = append(files, section.Files...)
	}

	at := slices.Index(files, p.file)
	if at < 0 || at == len(files)-1 {
		return nil
	}

	to := s.pages[files[at+1]]

	return &place{Title: to.title, Address: relativeLink(p.name, to.name)}
}
