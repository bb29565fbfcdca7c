package web

import (
	"errors"
	"net/http"
	"strings"

	"newsbell/locales"
	"newsbell/store"
)

// One press in a mail ends the mails (RFC 8058): by the link below it, over a page with a
// button, and by the button that mail programs show themselves.

// EndAddress returns where mails to a target are ended, by whoever got one.
func (s *Server) EndAddress(target int64) string { return s.URL + "/end/" + s.token('e', target, 0) }

// endPage is what pages/end.html shows.
type endPage struct {
	texts

	Title         string
	Token, Button string // "": it is done
}

// askEnd asks whether the mails shall end: programs that look into mails open links.
func (s *Server) askEnd(w http.ResponseWriter, r *http.Request) {
	g, t, err := s.targetOf(r)
	if err != nil {
		s.showEnd(w, r, err)
		return
	}

	name := targetName(g)
	s.showPage(w, http.StatusOK, "end.html", &endPage{texts{t}, name, r.PathValue("token"), t.Say("target.remove", "place", name)})
}

// end ends the mails and tells the chat that had them sent.
func (s *Server) end(w http.ResponseWriter, r *http.Request) {
	g, t, err := s.targetOf(r)
	if err != nil {
		s.showEnd(w, r, err)
		return
	}

	name := targetName(g)

	err = s.Store.Update(r.Context(), func(tx *store.Tx) error {
		owner, err := tx.ChatByID(g.Owner)
		if err != nil {
			return err
		}

		return errors.Join(tx.Forget(g.Chat), tx.Notify(g.Owner, s.Texts.Find(owner.ReadIn()...).Say("target.removed", "place", name)), tx.Log(g.Owner, "", "removed the target "+name))
	})
	if err != nil {
		s.showEnd(w, r, err)
		return
	}

	s.showPage(w, http.StatusOK, "end.html", &endPage{texts: texts{t}, Title: t.Say("target.removed", "place", name)})
}

// showEnd answers a link that leads nowhere, or not any more.
func (s *Server) showEnd(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, errToken) && !errors.Is(err, store.ErrNotFound) {
		s.fail(w, "end mails", err)
		return
	}

	s.showPage(w, http.StatusNotFound, "missing.html", newMissingPage(s.textsFor(r)))
}

// targetOf finds the target that an address is about, and the texts of who reads it.
func (s *Server) targetOf(r *http.Request) (g store.Target, t *locales.Texts, err error) {
	id, _, err := s.parseToken('e', r.PathValue("token"))
	if err != nil {
		return g, nil, err
	}

	err = s.Store.View(r.Context(), func(tx *store.Tx) error {
		g, err = tx.TargetOf(id)
		return err
	})
	if err != nil {
		return g, nil, err
	}

	return g, s.Texts.Find(g.Language), nil
}

// targetName returns the address that mails go to.
func targetName(g store.Target) string { return strings.TrimPrefix(g.URL, "mailto:") }
