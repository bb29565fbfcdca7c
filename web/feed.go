package web

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"newsbell/news/summary"
	"newsbell/store"
)

// feedSize is how many alerts a feed lists, and feedSummary how long their summaries are,
// in characters.
const (
	feedSize    = 50
	feedSummary = 300
)

// feed serves what a chat was alerted of, as Atom or as JSON Feed 1.1. The address is the
// secret: another version of it ends the one before.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	token, kind, _ := strings.Cut(name, ".")

	chat, version, err := s.parseToken('f', token)
	if err != nil || kind != "atom" && kind != "json" {
		http.NotFound(w, r)
		return
	}

	alerts, err := s.readFeed(r.Context(), chat, version)
	if errors.Is(err, store.ErrNotFound) {
		http.NotFound(w, r)
		return
	}

	if err != nil {
		s.fail(w, "read the alerts of a feed", err)
		return
	}

	entries := s.entriesOf(chat, alerts)

	updated := time.Unix(0, 0).UTC()
	if len(entries) > 0 {
		updated = entries[0].at
	}

	w.Header().Set("Cache-Control", "private, max-age=60")
	w.Header().Set("Last-Modified", updated.Format(http.TimeFormat))

	if since, err := http.ParseTime(r.Header.Get("If-Modified-Since")); err == nil && !updated.Truncate(time.Second).After(since) {
		w.WriteHeader(http.StatusNotModified)
		return
	}

	body, contentType, err := writeFeed(kind, s.URL+"/feed/"+name, updated, entries)
	if err != nil {
		s.fail(w, "write a feed", err)
		return
	}

	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(body) // a reader who is gone reads nothing
}

// readFeed returns the alerts of a chat's feed, the newest first; store.ErrNotFound if that version of
// its address has ended.
func (s *Server) readFeed(ctx context.Context, chat, version int64) (alerts []*store.Alert, err error) {
	err = s.Store.View(ctx, func(tx *store.Tx) error {
		now, err := tx.FeedVersion(chat)
		if err != nil {
			return err
		}

		if now != version {
			return store.ErrNotFound
		}

		alerts, err = tx.SentAlerts(chat, feedSize)

		return err
	})

	return alerts, err
}

// entry is an alert in a feed.
type entry struct {
	id, title, url, outlet, summary, page string
	at                                    time.Time
}

func (s *Server) entriesOf(chat int64, alerts []*store.Alert) (entries []entry) {
	for _, a := range alerts {
		if a.Article == nil {
			continue
		}

		n := &a.Article.News
		entries = append(entries, entry{
			id: fmt.Sprintf("%s/alert/%d", s.URL, a.ID), title: n.Title, url: n.URL, outlet: n.Outlet, page: s.PageOf(chat, a.Story),
			summary: summary.Shorten(n.Summary, n.Title, n.Text, feedSummary), at: a.DueAt.UTC(),
		})
	}

	return entries
}

func writeFeed(kind, address string, updated time.Time, entries []entry) (body []byte, contentType string, err error) {
	if kind == "json" {
		body, err = json.Marshal(jsonFeedOf(address, entries))
		return body, "application/feed+json; charset=utf-8", err
	}

	body, err = xml.Marshal(atomFeedOf(address, updated, entries))

	return append([]byte(xml.Header), body...), "application/atom+xml; charset=utf-8", err
}

const feedTitle = "Newsbell"

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Self    atomLink    `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string     `xml:"id"`
	Title   string     `xml:"title"`
	Updated string     `xml:"updated"`
	Author  string     `xml:"author>name"`
	Links   []atomLink `xml:"link"`
	Summary string     `xml:"summary,omitempty"`
}

func atomFeedOf(address string, updated time.Time, entries []entry) *atomFeed {
	f := &atomFeed{ID: address, Title: feedTitle, Updated: updated.Format(time.RFC3339), Author: feedTitle, Self: atomLink{"self", address}}

	for _, e := range entries {
		one := atomEntry{
			ID: e.id, Title: e.title, Updated: e.at.Format(time.RFC3339), Author: cmp.Or(e.outlet, feedTitle),
			Links: []atomLink{{"alternate", e.url}, {"related", e.page}}, Summary: e.summary,
		}
		f.Entries = append(f.Entries, one)
	}

	return f
}

type jsonFeed struct {
	Version string     `json:"version"`
	Title   string     `json:"title"`
	FeedURL string     `json:"feed_url"`
	Items   []jsonItem `json:"items"`
}

type jsonItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title"`
	Text      string       `json:"content_text"`
	Published string       `json:"date_published"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

func jsonFeedOf(address string, entries []entry) *jsonFeed {
	f := &jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: feedTitle, FeedURL: address, Items: []jsonItem{}}

	for _, e := range entries {
		one := jsonItem{ID: e.id, URL: e.url, Title: e.title, Text: cmp.Or(e.summary, e.title), Published: e.at.Format(time.RFC3339)}
		if e.outlet != "" {
			one.Authors = []jsonAuthor{{e.outlet}}
		}

		f.Items = append(f.Items, one)
	}

	return f
}
