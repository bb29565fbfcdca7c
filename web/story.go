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
	texts

	made    time.Time
	Address string // of this page
	Picture string // the address of the picture here, "" none
	Opening string // of the text, for link previews
	Chats   []chatLink
}

// OpenIn says which platform a button opens.
func (p *storyPage) OpenIn(platform string) string {
	return p.t.Say("story.open_in", "platform", platform)
}

// PhotoBy returns whose picture it is, in words.
func (p *storyPage) PhotoBy() string { return p.t.Say("story.photo", "credit", p.Credit) }

// When returns a moment in words, in UTC.
func (p *storyPage) When(at time.Time) string {
	if at.IsZero() {
		return ""
	}

	return p.t.DateTime(at.UTC())
}

// ageShown is up to what age a page says how old a related article is; of an older one it says the day.
const ageShown = 30 * 24 * time.Hour

// Age returns how old an article is, or of which day.
func (p *storyPage) Age(at time.Time) string {
	switch age := p.made.Sub(at); {
	case at.IsZero():
		return ""
	case age < ageShown:
		return p.t.Ago(age)
	default:
		return p.Date(at)
	}
}

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

// Paragraphs returns those of the text.
func (p *storyPage) Paragraphs() []string { return strings.Split(p.Text, "\n\n") }

// Web returns an address that a page may lead to, "" for any other.
func (p *storyPage) Web(address string) string { return webAddress(address) }

// story shows the page of a story. What was made for the visitor before is shown again, without a
// slot: thousands of readers cost little more than one (keptPages).
func (s *Server) story(w http.ResponseWriter, r *http.Request) {
	t := s.textsFor(r)
	key := pageKey{language: t.Code()}

	if chat, id, err := s.parseToken('s', r.PathValue("token")); err == nil {
		key.chat, key.story = chat, id
	}

	if p, fresh := s.kept.find(key, time.Now()); fresh {
		if s.pace.wait(r.Context()) {
			p.send(w, r)
		} else {
			turnAway(w)
		}

		return
	}

	s.public(func(w http.ResponseWriter, r *http.Request) {
		p, err := s.makeStory(r.Context(), key, t)

		switch {
		case err != nil && r.Context().Err() != nil: // the visitor is gone
		case err != nil:
			s.fail(w, "show a story's page", err)
		default:
			p.send(w, r)
		}
	}).ServeHTTP(w, r)
}

// makeStory returns the page of a story as it is now: the one that is kept, if nothing changed since.
func (s *Server) makeStory(ctx context.Context, key pageKey, t *locales.Texts) (p *keptPage, err error) {
	var (
		story   *page.Story
		edition store.StoryEdition
	)

	now := time.Now()

	kept, fresh := s.kept.find(key, now) // perhaps made while this visitor waited
	if fresh {
		return kept, nil
	}

	err = s.Store.View(ctx, func(tx *store.Tx) (err error) {
		if key.story == 0 {
			return store.ErrNotFound
		}

		current, err := tx.StoryNow(key.story)
		if err != nil {
			return err
		}

		edition, err = tx.EditionOf(current)
		if err != nil || kept != nil && kept.edition == edition && now.Sub(kept.made) < pageLife {
			return err
		}

		story, err = page.ReadStory(tx, key.chat, current)

		return err
	})

	switch {
	case errors.Is(err, store.ErrNotFound):
		s.kept.drop(key)
		p, err = s.renderMissing(key, t, now)
	case err != nil:
		return nil, err
	case story == nil:
		s.kept.confirm(kept, now)
		return kept, nil
	default:
		p, err = s.renderStory(key, story, t, now)
	}

	if err == nil {
		p.edition = edition // of the same snapshot
		s.kept.add(p)
	}

	return p, err
}

// renderMissing makes the page that says that there is no such page.
func (s *Server) renderMissing(key pageKey, t *locales.Texts, now time.Time) (*keptPage, error) {
	body, err := render("missing.html", newMissingPage(t))
	return newKeptPage(pageKey{language: key.language}, http.StatusNotFound, body, now), err
}

// renderStory makes the page of a story.
func (s *Server) renderStory(key pageKey, story *page.Story, t *locales.Texts, now time.Time) (*keptPage, error) {
	p := &storyPage{
		Story: story, texts: texts{t}, made: now, Address: s.PageOf(key.chat, key.story), Opening: news.Shorten(news.OneLine(story.Text), 200),
		Chats: s.chats.linksTo(story.ID),
	}
	loads := policy

	switch {
	case story.Image == "":
	case s.LinkPictures:
		if p.Picture = webAddress(story.Image); p.Picture != "" {
			loads = strings.Replace(policy, "img-src 'self'", "img-src 'self' https: http:", 1)
		}
	case s.Picture != nil:
		p.Picture = s.URL + "/i/" + s.token('i', key.chat, key.story)
	}

	body, err := render("story.html", p)
	made := newKeptPage(key, http.StatusOK, body, now)
	made.policy = loads

	return made, err
}

// image passes the picture of a story on. A slot is held while it is looked up or fetched, not
// while it is sent: a slow reader keeps nobody else from theirs.
func (s *Server) image(w http.ResponseWriter, r *http.Request) {
	chat, id, err := s.parseToken('i', r.PathValue("token"))
	if err != nil || s.Picture == nil {
		http.NotFound(w, r)
		return
	}

	if !takeSlot(r.Context(), s.fetching) {
		turnAway(w)
		return
	}

	found, err := s.pictureOf(r.Context(), chat, id)
	<-s.fetching

	if err != nil || len(found.body) == 0 {
		http.NotFound(w, r)
		return
	}

	w.Header().Set("Content-Type", found.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(found.body)))
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(found.body) // a visitor who is gone reads nothing
}

// pictureOf returns the picture of a story, without a body if there is none.
func (s *Server) pictureOf(ctx context.Context, chat, story int64) (picture, error) {
	address, err := store.Read(ctx, s.Store, func(tx *store.Tx) (string, error) { return page.ReadImage(tx, chat, story) })
	if err != nil || address == "" {
		return picture{}, err
	}

	if kept, ok := s.pictures.get(address); ok {
		return kept, nil
	}

	ctx, cancel := context.WithTimeout(ctx, imageTime)
	defer cancel()

	body, kind, err := s.Picture(ctx, address)
	if err != nil {
		s.Log.Debug("fetch a picture", "error", err)
	}

	fetched := picture{body, kind} // also that there is none
	s.pictures.add(address, fetched)

	return fetched, nil
}

// showPage writes a page of one person: nothing keeps it.
func (s *Server) showPage(w http.ResponseWriter, status int, name string, p any) {
	w.Header().Set("Cache-Control", "no-store")
	s.write(w, status, name, p)
}

// write writes a page; one that fails half way is not begun.
func (s *Server) write(w http.ResponseWriter, status int, name string, p any) {
	body, err := render(name, p)
	if err != nil {
		s.fail(w, "make the page "+name, err)
		return
	}

	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a visitor who is gone reads nothing
}

// render makes a page.
func render(name string, p any) ([]byte, error) {
	var b bytes.Buffer

	err := pages().ExecuteTemplate(&b, name, p)

	return b.Bytes(), err
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
