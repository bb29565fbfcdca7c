package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"newsbell/adapters"
	"newsbell/store"
)

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

// commandsOfForms returns the commands that a form may run.
func commandsOfForms() []string {
	return []string{"subscribe", "edit", "unsubscribe", "preview", "pause", "resume", "settings", "feed", "web", "sources", "block", "unblock", "announce", "poll"}
}

// onceForm is how a page names its forms.
var onceForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z0-9]{20,40}$`) })

// do runs what a form says as the command of the chat, and shows the page again with the
// reply.
func (s *Server) do(w http.ResponseWriter, r *http.Request, v *visitor) {
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
		s.showEdit(w, r, v, flash)
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
