package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"time"

	"newsbell/adapters"
	"newsbell/sources/bundles"
	"newsbell/store"
)

// frame is what every page of somebody who is signed in has.
type frame struct {
	texts

	v     *visitor
	Title string
	Here  string // the page: "me", "history", …
	Flash *reply // what came of a form; nil: nothing was sent
	Once  string // names the forms of this page: what is sent twice acts once
}

func newFrame(v *visitor, here, title string, flash *reply) frame {
	return frame{texts: texts{v.t}, v: v, Here: here, Title: v.t.Say(title), Flash: flash, Once: rand.Text()}
}

// CSRF returns the word that forms carry.
func (f *frame) CSRF() string { return f.v.csrf() }

// Operates reports whether the visitor is an operator.
func (f *frame) Operates() bool { return f.v.operates }

// Chat returns the chat whose page it is, as forms carry it; "" the visitor's own.
func (f *frame) Chat() string {
	if !f.v.isShared() {
		return ""
	}

	return strconv.FormatInt(f.v.chat.ID, 10)
}

// Where returns the name of a shared chat, "" for the visitor's own.
func (f *frame) Where() string {
	if !f.v.isShared() {
		return ""
	}

	return f.v.chat.Title
}

// Query returns what a link of this page adds to stay with its chat.
func (f *frame) Query() string {
	if c := f.Chat(); c != "" {
		return "?chat=" + c
	}

	return ""
}

// mePage is what pages/me.html shows.
type mePage struct {
	frame

	Subscriptions []followed
	Typed, When   string   // what stands in the form
	State         [][]span // paused or asleep; nil: neither
	Paused        bool
}

// followed is a subscription with its year.
type followed struct {
	Number int
	Query  string
	Notes  string
	Year   chart
}

// showMe answers GET /me: the subscriptions.
func (s *Server) showMe(w http.ResponseWriter, r *http.Request, v *visitor, flash *reply) {
	p := &mePage{frame: newFrame(v, "me", "web.subscriptions", flash), Paused: v.chat.State == store.Paused}

	if r.PostForm.Has("preview") {
		p.Typed, p.When = r.PostFormValue("text"), r.PostFormValue("when")
	}

	err := s.Store.View(r.Context(), func(tx *store.Tx) error {
		all, err := tx.Subscriptions(v.chat.ID)
		if err != nil {
			return err
		}

		days, err := tx.SubscriptionDays(v.chat.ID)

		for _, one := range all {
			year := newChart(sumWeeks(days[one.ID], tx.Now))
			year.Label = v.t.Say("web.year", "n", year.Total)
			p.Subscriptions = append(p.Subscriptions, followed{one.Number, bundles.Spell(one.Query, v.t.Tag()), s.Bot.Notes(v.chat, one), year})
		}

		return err
	})
	if err != nil {
		s.fail(w, "read the subscriptions of a page", err)
		return
	}

	p.State = linesOf(s.Bot.State(v.chat))
	s.showPage(w, http.StatusOK, "me.html", p)
}

// editPage is what pages/edit.html shows.
type editPage struct {
	frame

	Number int
	Was    string // its query
	Typed  string
}

// showEdit answers GET /me/edit/{number}, and shows the form again that it was sent by.
func (s *Server) showEdit(w http.ResponseWriter, r *http.Request, v *visitor, flash *reply) {
	number := parseID(cmp.Or(r.PathValue("number"), r.PostFormValue("key")))
	p := &editPage{frame: newFrame(v, "me", "web.edit", flash), Number: int(number)}

	err := s.Store.View(r.Context(), func(tx *store.Tx) error {
		one, err := tx.Subscription(v.chat.ID, p.Number)
		if err == nil {
			p.Was, p.Typed = one.Query, one.Query
		}

		return err
	})
	if err != nil {
		s.notThere(w, v, err)
		return
	}

	if r.PostForm.Has("preview") {
		p.Typed = r.PostFormValue("text")
	}

	s.showPage(w, http.StatusOK, "edit.html", p)
}

// previewQuery answers what a query would have caught, while it is typed: a part of a page.
func (s *Server) previewQuery(w http.ResponseWriter, r *http.Request, v *visitor) {
	request := v.request()
	request.Command, request.Text = "preview", commandText(r, "preview", r.URL.Query().Get("q"), v.isShared())

	p := &mePage{frame: newFrame(v, "me", "web.subscriptions", nil)}

	if request.Text != "" {
		p.Flash = replyOf(s.ask(r.Context(), request))
		p.Flash.Buttons = nil
	}

	s.showPage(w, http.StatusOK, "preview.html", p)
}

// historySize is how many alerts a page of the history shows.
const historySize = 25

// historyPage is what pages/history.html shows.
type historyPage struct {
	frame

	Alerts []historyAlert
	Older  int64 // the row after which the next page begins, 0: there is none
}

// historyAlert is an alert, with why it came or did not.
type historyAlert struct {
	ID    int64
	Title string
	URL   string
	At    time.Time
	Page  string // of its story
	Why   [][]span
}

// showHistory answers GET /me/history.
func (s *Server) showHistory(w http.ResponseWriter, r *http.Request, v *visitor, flash *reply) {
	p := &historyPage{frame: newFrame(v, "history", "web.history", flash)}

	alerts, err := store.Read(r.Context(), s.Store, func(tx *store.Tx) ([]*store.Alert, error) {
		return tx.AlertsBefore(v.chat.ID, parseID(r.URL.Query().Get("before")), historySize+1)
	})
	if err != nil {
		s.fail(w, "read the alerts of a page", err)
		return
	}

	if len(alerts) > historySize {
		alerts = alerts[:historySize]
		p.Older = alerts[historySize-1].ID
	}

	for _, a := range alerts {
		one := historyAlert{ID: a.ID, At: a.DueAt, Page: s.PageOf(v.chat.ID, a.Story), Why: linesOf(s.Bot.Why(v.chat, a))}
		if a.Article != nil {
			one.Title, one.URL = a.Article.News.Title, webAddress(a.Article.News.URL)
			one.Why = one.Why[1:] // the headline stands above
		}

		p.Alerts = append(p.Alerts, one)
	}

	s.showPage(w, http.StatusOK, "history.html", p)
}

// channelsShown is how many shared chats are looked at: for each a platform is asked what
// the person may do there.
const channelsShown = 20

// rightsTime bounds how long the platform may take for that.
const rightsTime = 5 * time.Second

// channelsPage is what pages/channels.html shows.
type channelsPage struct {
	frame

	Channels []channel
}

type channel struct {
	ID    int64
	Title string
	N     string // of its subscriptions, in words
}

// channels answers GET /me/channels: the shared chats that the visitor set up, or that
// belong to the same servers, and that they may manage.
func (s *Server) channels(w http.ResponseWriter, r *http.Request, v *visitor) {
	ctx, cancel := context.WithTimeout(r.Context(), rightsTime)
	defer cancel()

	p := &channelsPage{frame: newFrame(v, "channels", "web.channels", nil)}

	found, err := s.sharedChats(ctx, v)
	if err != nil {
		s.fail(w, "read the channels of a page", err)
		return
	}

	for _, c := range found {
		if s.Bot.May(ctx, v.request(), c) != nil {
			continue
		}

		n, err := store.Read(ctx, s.Store, func(tx *store.Tx) (int, error) {
			n, _, err := tx.CountSubscriptions(c.ID, "")
			return n, err
		})
		if err != nil {
			s.fail(w, "count the subscriptions of a channel", err)
			return
		}

		p.Channels = append(p.Channels, channel{c.ID, cmp.Or(c.Title, c.Address), v.t.Say("list.head", "n", n)})
	}

	s.showPage(w, http.StatusOK, "channels.html", p)
}

// sharedChats lists what the visitor may have to do with besides their own chat.
func (s *Server) sharedChats(ctx context.Context, v *visitor) (found []*store.Chat, err error) {
	err = s.Store.View(ctx, func(tx *store.Tx) error {
		mine, err := tx.ChatsOfPerson(v.own.Platform, v.key.Person)
		if err != nil {
			return err
		}

		servers := map[string]bool{"": true}

		for _, c := range mine {
			found = append(found, c)

			if !servers[c.Server] {
				servers[c.Server] = true

				others, err := tx.ChatsOfServer(c.Platform, c.Server)
				if err != nil {
					return err
				}

				found = append(found, others...)
			}
		}

		return nil
	})

	slices.SortFunc(found, func(a, b *store.Chat) int { return int(a.ID - b.ID) })
	found = slices.CompactFunc(found, func(a, b *store.Chat) bool { return a.ID == b.ID })
	found = slices.DeleteFunc(found, func(c *store.Chat) bool { return c.Kind == string(adapters.Private) })

	return found[:min(len(found), channelsShown)], err
}
