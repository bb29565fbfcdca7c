package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
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

func (s *Server) frameOf(v *visitor, here, title string) frame {
	return frame{texts: texts{v.t}, v: v, Here: here, Title: v.t.Say(title), Once: rand.Text()}
}

// CSRF is the word that forms carry.
func (f *frame) CSRF() string { return f.v.csrf() }

// Operates reports whether the visitor is an operator.
func (f *frame) Operates() bool { return f.v.operates }

// Chat is the chat whose page it is, as forms carry it; "" the visitor's own.
func (f *frame) Chat() string {
	if !f.v.isShared() {
		return ""
	}

	return strconv.FormatInt(f.v.chat.ID, 10)
}

// Where is the name of a shared chat, "" for the visitor's own.
func (f *frame) Where() string {
	if !f.v.isShared() {
		return ""
	}

	return f.v.chat.Title
}

// Query is what a link of this page adds to stay with its chat.
func (f *frame) Query() string {
	if c := f.Chat(); c != "" {
		return "?chat=" + c
	}

	return ""
}

// reply is what the bot said to a form.
type reply struct {
	Lines   [][]span
	Buttons []adapters.Button
	Asks    string // it asks something, with this hint; "" not
}

func replyOf(m *adapters.Message) *reply {
	if m == nil {
		return nil
	}

	r := &reply{Lines: linesOf(m.Text), Asks: m.Ask}
	if m.Text == nil {
		r.Lines = linesOf(adapters.Say(strings.Split(m.String(), "\n")...))
	}

	for _, row := range m.Buttons {
		r.Buttons = append(r.Buttons, slices.DeleteFunc(slices.Clone(row), func(b adapters.Button) bool { return b.Data == "" })...)
	}

	return r
}

// commandsOfForms are the commands that a form may run.
func commandsOfForms() []string {
	return []string{"subscribe", "edit", "unsubscribe", "preview", "pause", "resume", "settings", "feed", "web", "sources", "block", "unblock", "announce", "poll"}
}

// onceForm is how a page names its forms.
var onceForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z0-9]{20,40}$`) })

// do runs what a form says as the command of the chat, and shows the page again with the
// reply.
func (s *Server) do(w http.ResponseWriter, r *http.Request, v *visitor) {
	if err := s.choose(r.Context(), v, r.PostFormValue("chat")); err != nil {
		s.notThere(w, v, err)
		return
	}

	request := s.requestOf(r, v)
	if request == nil {
		writePlain(w, http.StatusBadRequest, "This page cannot do that.\n")
		return
	}

	m := s.ask(r.Context(), request)
	s.showAgain(w, r, v, replyOf(m))
}

// requestOf reads a form; nil if it is none of ours.
func (s *Server) requestOf(r *http.Request, v *visitor) *adapters.Request {
	request := v.request()
	if request.Key = keyOf(r, v); request.Key == "" {
		return nil
	}

	command, text := r.PostFormValue("command"), strings.TrimSpace(r.PostFormValue("text"))
	if r.PostForm.Has("preview") {
		command = "preview"
	}

	switch {
	case r.PostForm.Has("data"):
		request.Kind, request.Data = adapters.PressRequest, r.PostFormValue("data")
		if name, ok := strings.CutPrefix(request.Data, "run:"); ok && !slices.Contains(commandsOfForms(), strings.SplitN(name, " ", 2)[0]) {
			return nil
		}
	case r.PostForm.Has("answer"):
		request.Kind, request.Text = adapters.TextRequest, strings.TrimSpace(r.PostFormValue("answer"))
	case !slices.Contains(commandsOfForms(), command):
		return nil
	default:
		request.Command, request.Text = command, commandText(r, command, text, v.isShared())
	}

	return request
}

// keyOf names what a form asks for, for good: what is sent twice acts once. "" if it is
// none of ours.
func keyOf(r *http.Request, v *visitor) string {
	once := r.PostFormValue("once")
	if !onceForm().MatchString(once) {
		return ""
	}

	sum := sha256.Sum256([]byte(v.secret + "\x00" + r.PostForm.Encode()))

	return "web:" + hex.EncodeToString(sum[:8]) + ":" + once
}

// commandText puts together what follows a command.
func commandText(r *http.Request, command, text string, shared bool) string {
	words := []string{r.PostFormValue("key"), text} // "quiet 22:00-7:00", "3 storm"

	switch command {
	case "announce": // its lines stay
		return strings.TrimSpace(strings.Join(words, " "))
	case "preview": // of the query, whatever the form would do with it
		words = words[1:]
	}

	if when := strings.TrimSpace(r.PostFormValue("when")); when != "" && command == "subscribe" {
		words = append([]string{"when:" + when}, words...)
	}

	if shared {
		words = append([]string{"to:here"}, words...)
	}

	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// ask has the bot answer, and notes that the reply arrived: it is on the page.
func (s *Server) ask(ctx context.Context, r *adapters.Request) *adapters.Message {
	m := s.Bot.Answer(ctx, r)
	if r.Key == "" {
		return m
	}

	if err := s.Store.Update(ctx, func(tx *store.Tx) error { return tx.SaveReply(r.Key, "") }); err != nil {
		s.Log.Error("note that a reply is on its page", "error", err)
	}

	return m
}

// showAgain shows the page that a form is on.
func (s *Server) showAgain(w http.ResponseWriter, r *http.Request, v *visitor, flash *reply) {
	if err := s.admitAgain(r.Context(), v); err != nil { // its language may be another one now
		s.askToSignIn(w, r, http.StatusForbidden)
		return
	}

	switch r.PostFormValue("back") {
	case "history":
		s.showHistory(w, r, v, flash)
	case "settings":
		s.showSettings(w, r, v, flash)
	case "edit":
		s.showEdit(w, r, v, r.PostFormValue("key"), flash)
	case "operator":
		s.showOperator(w, r, v, flash)
	default:
		s.showMe(w, r, v, flash)
	}
}

// admitAgain reads the visitor's chats again.
func (s *Server) admitAgain(ctx context.Context, v *visitor) error {
	return s.Store.View(ctx, func(tx *store.Tx) error {
		chat := v.chat.ID
		if _, err := tx.WebKey(v.secret, store.WebSession); err != nil {
			return err
		}

		err := s.admit(tx, v)
		if err == nil && chat != v.own.ID {
			v.chat, err = tx.ChatByID(chat)
		}

		return err
	})
}

// notThere says that a chat is none of the visitor's.
func (s *Server) notThere(w http.ResponseWriter, v *visitor, err error) {
	if !errors.Is(err, store.ErrNotFound) {
		s.fail(w, "read a chat", err)
		return
	}

	s.showPage(w, http.StatusNotFound, "missing.html", &signInPage{texts: texts{v.t}, Title: v.t.Say("story.page_gone")})
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

// me answers GET /me.
func (s *Server) me(w http.ResponseWriter, r *http.Request, v *visitor) {
	if err := s.choose(r.Context(), v, r.URL.Query().Get("chat")); err != nil {
		s.notThere(w, v, err)
		return
	}

	s.showMe(w, r, v, nil)
}

func (s *Server) showMe(w http.ResponseWriter, r *http.Request, v *visitor, flash *reply) {
	p := &mePage{frame: s.frameOf(v, "me", "web.subscriptions"), Paused: v.chat.State == store.Paused}
	p.Flash = flash

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

// edit answers GET /me/edit/{number}.
func (s *Server) edit(w http.ResponseWriter, r *http.Request, v *visitor) {
	if err := s.choose(r.Context(), v, r.URL.Query().Get("chat")); err != nil {
		s.notThere(w, v, err)
		return
	}

	s.showEdit(w, r, v, r.PathValue("number"), nil)
}

func (s *Server) showEdit(w http.ResponseWriter, r *http.Request, v *visitor, number string, flash *reply) {
	p := &editPage{frame: s.frameOf(v, "me", "web.edit"), Number: int(parseID(number))}
	p.Flash = flash

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
	if err := s.choose(r.Context(), v, r.URL.Query().Get("chat")); err != nil {
		s.notThere(w, v, err)
		return
	}

	request := v.request()
	request.Command, request.Text = "preview", commandText(r, "preview", r.URL.Query().Get("q"), v.isShared())

	p := &mePage{frame: s.frameOf(v, "me", "web.subscriptions")}

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

// history answers GET /me/history.
func (s *Server) history(w http.ResponseWriter, r *http.Request, v *visitor) {
	if err := s.choose(r.Context(), v, r.URL.Query().Get("chat")); err != nil {
		s.notThere(w, v, err)
		return
	}

	s.showHistory(w, r, v, nil)
}

func (s *Server) showHistory(w http.ResponseWriter, r *http.Request, v *visitor, flash *reply) {
	p := &historyPage{frame: s.frameOf(v, "history", "web.history")}
	p.Flash = flash

	var alerts []*store.Alert

	err := s.Store.View(r.Context(), func(tx *store.Tx) (err error) {
		alerts, err = tx.AlertsBefore(v.chat.ID, parseID(r.URL.Query().Get("before")), historySize+1)
		return err
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

// settingsPage is what pages/settings.html shows.
type settingsPage struct {
	frame

	Now   [][]span // what is set
	Forms []settingForm
	Mutes *reply
	Log   *reply
	Feed  string // the address of the alerts as a feed, "" off
}

// settingForm is one setting with its choices; without choices it is typed.
type settingForm struct {
	Key, Label, Value string
	Choices           []adapters.Choice
}

// settings answers GET /me/settings.
func (s *Server) settings(w http.ResponseWriter, r *http.Request, v *visitor) {
	if err := s.choose(r.Context(), v, r.URL.Query().Get("chat")); err != nil {
		s.notThere(w, v, err)
		return
	}

	s.showSettings(w, r, v, nil)
}

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, v *visitor, flash *reply) {
	p := &settingsPage{frame: s.frameOf(v, "settings", "settings.head"), Forms: s.settingForms(v)}
	p.Flash = flash

	for command, into := range map[string]**reply{"mutes": &p.Mutes, "log": &p.Log} {
		*into = s.look(r.Context(), v, command)
	}

	if now := s.look(r.Context(), v, "settings"); now != nil {
		p.Now = now.Lines[1:] // without its heading
	}

	err := s.Store.View(r.Context(), func(tx *store.Tx) error {
		version, err := tx.FeedVersion(v.chat.ID)
		if version != 0 {
			p.Feed = s.URL + "/feed/" + s.token('f', v.chat.ID, version)
		}

		return err
	})
	if err != nil {
		s.fail(w, "read the settings of a page", err)
		return
	}

	s.showPage(w, http.StatusOK, "settings.html", p)
}

// look is the reply to a command that changes nothing.
func (s *Server) look(ctx context.Context, v *visitor, command string) *reply {
	request := v.request()
	request.Command = command

	if v.isShared() {
		request.Text = "to:here"
	}

	return replyOf(s.ask(ctx, request))
}

// settingForms are the settings with their values, as /settings takes them.
func (s *Server) settingForms(v *visitor) []settingForm {
	c, say := v.chat, v.t.Say

	var languages []adapters.Choice
	for _, t := range s.Texts.All() {
		languages = append(languages, adapters.Choice{Label: t.Say("language.name"), Value: t.Code()})
	}

	styles := []adapters.Choice{{Label: say("choice.full"), Value: "full"}, {Label: say("choice.compact"), Value: "compact"}, {Label: say("choice.title"), Value: "title"}}
	switches := []adapters.Choice{{Label: say("choice.on"), Value: "on"}, {Label: say("choice.off"), Value: "off"}}
	style := string(c.Style)

	if c.Style == store.StyleFull {
		style = "full"
	}

	orders := []adapters.Choice{{Label: say("choice.subscription"), Value: "subscription"}, {Label: say("choice.told"), Value: "told"}, {Label: say("choice.time"), Value: "time"}}

	return []settingForm{
		{"digest", say("ask.digest"), orDefault(c.Digest, "now"), nil},
		{"order", say("ask.order"), orDefault(string(c.Order), "subscription"), orders},
		{"quiet", say("ask.quiet"), orDefault(c.Quiet, "off"), nil},
		{"brief", say("ask.brief"), orDefault(c.Brief, "off"), nil},
		{"zone", say("ask.zone"), s.Bot.Zone(c).String(), nil},
		{"language", say("ask.language"), v.t.Code(), languages},
		{"style", say("ask.style"), style, styles},
		{"pictures", say("ask.pictures"), onOff(c.Pictures), switches},
		{"silent", say("ask.silent"), onOff(c.Silent), switches},
	}
}

func orDefault(value, other string) string {
	if value == "" {
		return other
	}

	return value
}

func onOff(on bool) string {
	if on {
		return "on"
	}

	return "off"
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

	p := &channelsPage{frame: s.frameOf(v, "channels", "web.channels")}

	found, err := s.sharedChats(ctx, v)
	if err != nil {
		s.fail(w, "read the channels of a page", err)
		return
	}

	for _, c := range found {
		if s.Bot.May(ctx, v.request(), c) != nil {
			continue
		}

		var n int

		err := s.Store.View(ctx, func(tx *store.Tx) (err error) {
			n, _, err = tx.CountSubscriptions(c.ID, "")
			return err
		})
		if err != nil {
			s.fail(w, "count the subscriptions of a channel", err)
			return
		}

		p.Channels = append(p.Channels, channel{c.ID, orDefault(c.Title, c.Address), v.t.Say("list.head", "n", n)})
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

// export answers GET /me/export: everything that the chat has set up, or its sources.
func (s *Server) export(w http.ResponseWriter, r *http.Request, v *visitor) {
	if err := s.choose(r.Context(), v, r.URL.Query().Get("chat")); err != nil {
		s.notThere(w, v, err)
		return
	}

	request := v.request()
	request.Command = "export"

	if v.isShared() {
		request.Text = "to:here "
	}

	if r.URL.Query().Get("kind") == "opml" {
		request.Text += "opml"
	}

	m := s.ask(r.Context(), request)
	if m == nil || m.File == nil {
		s.showSettings(w, r, v, replyOf(m))
		return
	}

	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="`+m.File.Name+`"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.Copy(w, bytes.NewReader(m.File.Body)) // a visitor who is gone reads nothing
}

// importFile takes in a file, as if it was sent in the visitor's own chat.
func (s *Server) importFile(w http.ResponseWriter, r *http.Request, v *visitor) {
	key := keyOf(r, v)

	file, header, err := r.FormFile("file")
	if err != nil || key == "" {
		s.showSettings(w, r, v, nil)
		return
	}
	defer file.Close()

	body, err := io.ReadAll(file)
	if err != nil {
		s.fail(w, "read a file", err)
		return
	}

	request := v.request()
	request.Key, request.Kind = key, adapters.FileRequest
	request.File = &adapters.File{Name: header.Filename, Body: body}

	s.showAgain(w, r, v, replyOf(s.ask(r.Context(), request)))
}
