package web

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"

	"newsbell/adapters"
	"newsbell/store"
)

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

// showSettings answers GET /me/settings.
func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, v *visitor, flash *reply) {
	p := &settingsPage{
		frame: newFrame(v, "settings", "settings.head", flash), Forms: s.settingForms(v),
		Mutes: s.askQuietly(r.Context(), v, "mutes"), Log: s.askQuietly(r.Context(), v, "log"),
	}

	if now := s.askQuietly(r.Context(), v, "settings"); now != nil {
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

// askQuietly returns the reply to a command that changes nothing.
func (s *Server) askQuietly(ctx context.Context, v *visitor, command string) *reply {
	request := v.request()
	request.Command = command

	if v.isShared() {
		request.Text = "to:here"
	}

	return replyOf(s.ask(ctx, request))
}

// settingForms returns the settings with their values, as /settings takes them.
func (s *Server) settingForms(v *visitor) []settingForm {
	c, say := v.chat, v.t.Say

	var languages []adapters.Choice
	for _, t := range s.Texts.All() {
		languages = append(languages, adapters.Choice{Label: t.Say("language.name"), Value: t.Code()})
	}

	choices := func(values ...string) (all []adapters.Choice) {
		for _, value := range values {
			all = append(all, adapters.Choice{Label: say("choice." + value), Value: value})
		}

		return all
	}

	return []settingForm{
		{"digest", say("ask.digest"), cmp.Or(c.Digest, "now"), nil},
		{"order", say("ask.order"), cmp.Or(string(c.Order), "subscription"), choices("subscription", "told", "time")},
		{"quiet", say("ask.quiet"), cmp.Or(c.Quiet, "off"), nil},
		{"brief", say("ask.brief"), cmp.Or(c.Brief, "off"), nil},
		{"zone", say("ask.zone"), s.Bot.Zone(c).String(), nil},
		{"language", say("ask.language"), v.t.Code(), languages},
		{"style", say("ask.style"), cmp.Or(string(c.Style), "full"), choices("full", "compact", "title")},
		{"pictures", say("ask.pictures"), onOff(c.Pictures), choices("on", "off")},
		{"silent", say("ask.silent"), onOff(c.Silent), choices("on", "off")},
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}

	return "off"
}

// export answers GET /me/export: everything that the chat has set up, or its sources.
func (s *Server) export(w http.ResponseWriter, r *http.Request, v *visitor) {
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
