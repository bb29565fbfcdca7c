package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"newsbell/bot/page"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
)

//go:embed pages
var files embed.FS

var pages = sync.OnceValue(func() *template.Template { return template.Must(template.ParseFS(files, "pages/*.html")) })

// storyPage is what pages/story.html shows.
type storyPage struct {
	*page.Story

	t       *locales.Texts
	Address string // of this page
	Picture string // the address of the picture here, "" none
	Lang    string
	Dir     string // "rtl" or "ltr"
	Opening string // of the text, for link previews
	Chats   []chatLink
}

// OpenIn says which platform a button opens.
func (p *storyPage) OpenIn(platform string) string {
	return p.t.Say("story.open_in", "platform", platform)
}

// Say is a text in the visitor's language.
func (p *storyPage) Say(key string) string { return p.t.Say(key) }

// PhotoBy is whose picture it is, in words.
func (p *storyPage) PhotoBy() string { return p.t.Say("story.photo", "credit", p.Credit) }

// When is a moment in words, in UTC.
func (p *storyPage) When(at time.Time) string {
	if at.IsZero() {
		return ""
	}

	return p.t.DateTime(at.UTC())
}

// Day is a day in words.
func (p *storyPage) Day(at time.Time) string {
	if at.IsZero() {
		return ""
	}

	return p.t.Date(at.UTC())
}

// Machine is a moment as machines read it.
func (p *storyPage) Machine(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// Names lists outlets.
func (p *storyPage) Names(outlets []string) string { return p.t.Commas(outlets) }

// Labels says what a reader should know of an outlet, and where that is said.
func (p *storyPage) Labels(a page.Article) []page.Label {
	labels := a.Labels()
	for i := range labels {
		labels[i].Text = p.t.Say(labels[i].Key)
	}

	return labels
}

// Paragraphs are those of the text.
func (p *storyPage) Paragraphs() []string { return strings.Split(p.Text, "\n\n") }

// Web is an address that a page may lead to, "" for any other.
func (p *storyPage) Web(address string) string { return webAddress(address) }

// story shows the page of a story.
func (s *Server) story(w http.ResponseWriter, r *http.Request) {
	chat, id, err := s.parseToken('s', r.PathValue("token"))

	var story *page.Story
	if err == nil {
		story, err = s.readStory(r.Context(), chat, id)
	}

	t := s.textsFor(r)

	switch {
	case errors.Is(err, errToken), errors.Is(err, store.ErrNotFound):
		s.show(w, http.StatusNotFound, "missing.html", &storyPage{t: t, Story: &page.Story{Title: t.Say("story.page_gone")}, Lang: t.Code(), Dir: textDirection(t)})
		return
	case err != nil && r.Context().Err() != nil:
		return // the visitor is gone
	case err != nil:
		s.Log.Error("show a story's page", "error", err)
		writePlain(w, http.StatusInternalServerError, "Something went wrong here.\n")

		return
	}

	p := &storyPage{
		Story: story, t: t, Address: s.PageOf(chat, id), Lang: t.Code(), Dir: textDirection(t), Opening: news.Shorten(news.OneLine(story.Text), 200),
		Chats: s.chats.linksTo(story.ID),
	}

	switch {
	case story.Image == "":
	case s.LinkPictures:
		if p.Picture = webAddress(story.Image); p.Picture != "" {
			w.Header().Set("Content-Security-Policy", strings.Replace(policy, "img-src 'self'", "img-src 'self' https: http:", 1))
		}
	case s.Picture != nil:
		p.Picture = s.URL + "/i/" + s.token('i', chat, id)
	}

	s.show(w, http.StatusOK, "story.html", p)
}

func textDirection(t *locales.Texts) string {
	if t.IsRTL() {
		return "rtl"
	}

	return "ltr"
}

// textsFor returns the texts in a language that the visitor's browser asks for.
func (s *Server) textsFor(r *http.Request) *locales.Texts {
	tags, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language")) // none for nonsense

	var codes []string
	for _, tag := range tags[:min(len(tags), 8)] {
		codes = append(codes, tag.String())
	}

	return s.Texts.Find(codes...)
}

// readStory reads the page of a story as a chat may see it.
func (s *Server) readStory(ctx context.Context, chat, id int64) (story *page.Story, err error) {
	err = s.Store.View(ctx, func(tx *store.Tx) (err error) {
		story, err = page.ReadStory(tx, chat, id)
		return err
	})

	return story, err
}

// image passes the picture of a story on.
func (s *Server) image(w http.ResponseWriter, r *http.Request) {
	chat, id, err := s.parseToken('i', r.PathValue("token"))
	if err != nil || s.Picture == nil {
		http.NotFound(w, r)
		return
	}

	story, err := s.readStory(r.Context(), chat, id)
	if err != nil || story.Image == "" {
		http.NotFound(w, r)
		return
	}

	kept, ok := s.pictures.get(story.Image)
	if !ok {
		ctx, cancel := context.WithTimeout(r.Context(), imageTime)
		defer cancel()

		body, kind, err := s.Picture(ctx, story.Image)
		if err != nil {
			s.Log.Debug("fetch a picture", "error", err)
		}

		kept = picture{body, kind} // also that there is none
		s.pictures.add(story.Image, kept)
	}

	if len(kept.body) == 0 {
		http.NotFound(w, r)
		return
	}

	w.Header().Set("Content-Type", kept.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(kept.body)))
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(kept.body) // a visitor who is gone reads nothing
}

// show writes a page that others may have, too.
func (s *Server) show(w http.ResponseWriter, status int, name string, p any) {
	w.Header().Set("Cache-Control", "private, max-age=60")
	s.write(w, status, name, p)
}

// showPage writes a page of one person: nothing keeps it.
func (s *Server) showPage(w http.ResponseWriter, status int, name string, p any) {
	w.Header().Set("Cache-Control", "no-store")
	s.write(w, status, name, p)
}

// write writes a page; one that fails half way is not begun.
func (s *Server) write(w http.ResponseWriter, status int, name string, p any) {
	var b bytes.Buffer
	if err := pages().ExecuteTemplate(&b, name, p); err != nil {
		s.fail(w, "make the page "+name, err)
		return
	}

	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a visitor who is gone reads nothing
}

// fail says that something went wrong here, and logs what.
func (s *Server) fail(w http.ResponseWriter, doing string, err error) {
	s.Log.Error(doing, "error", err)
	writePlain(w, http.StatusInternalServerError, "Something went wrong here.\n")
}

// serveScript serves the one script.
func serveScript(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	http.ServeFileFS(w, r, files, "pages/app.js")
}

// serveStyle serves the one style sheet.
func serveStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	http.ServeFileFS(w, r, files, "pages/style.css")
}
