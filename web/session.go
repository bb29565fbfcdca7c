package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/locales"
	"newsbell/store"
)

// sessionTime is how long somebody stays signed in.
const sessionTime = 24 * time.Hour

// secretBytes bounds what is looked up: a secret is 26 letters and digits.
const secretBytes = 64

// visitor is somebody who is signed in.
type visitor struct {
	key      *store.WebKey
	secret   string      // of the session
	own      *store.Chat // their private chat
	chat     *store.Chat // whose page is shown: their own, or one that they may manage
	operates bool
	t        *locales.Texts // of the page
}

// request returns what the visitor asks of the bot as if typed in the chat whose page is shown:
// the bot checks what they may do there.
func (v *visitor) request() *adapters.Request {
	return &adapters.Request{
		Chat: adapters.ChatInfo{
			Chat: adapters.Chat{Platform: v.chat.Platform, Address: v.chat.Address}, Kind: adapters.Kind(v.chat.Kind), Title: v.chat.Title, Server: v.chat.Server,
		},
		User:        adapters.User{ID: v.key.Person, Name: v.key.Name, Language: v.key.Language},
		Interaction: true, // the reply is no message on the platform
	}
}

// isShared reports whether others read the chat whose page is shown.
func (v *visitor) isShared() bool { return v.chat.ID != v.own.ID }

// csrf returns the word that a form of this session carries.
func (v *visitor) csrf() string {
	mac := hmac.New(sha256.New, []byte(v.secret))
	mac.Write([]byte("form"))

	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// isSecure reports whether people reach the pages by HTTPS.
func (s *Server) isSecure() bool { return strings.HasPrefix(s.URL, "https://") }

// cookieName ties the cookie to this host where browsers can do that.
func (s *Server) cookieName() string {
	if s.isSecure() {
		return "__Host-newsbell"
	}

	return "newsbell"
}

func (s *Server) setCookie(w http.ResponseWriter, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: int(age.Seconds()), HttpOnly: true, Secure: s.isSecure(), SameSite: http.SameSiteStrictMode,
	})
}

// SignInAddress returns the address under which whoever has a secret signs in.
func (s *Server) SignInAddress(secret string) string { return s.URL + "/in/" + secret }

var errSignedOut = errors.New("nobody is signed in")

// visitorOf finds out who asks, and checks that they may use the bot still.
func (s *Server) visitorOf(r *http.Request) (*visitor, error) {
	cookie, err := r.Cookie(s.cookieName())
	if err != nil || len(cookie.Value) > secretBytes {
		return nil, errSignedOut
	}

	v := &visitor{secret: cookie.Value}

	err = s.Store.View(r.Context(), func(tx *store.Tx) (err error) {
		if v.key, err = tx.WebKey(v.secret, store.WebSession); err == nil {
			err = s.admit(tx, v)
		}

		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = errSignedOut
	}

	return v, err
}

// admit reads the chat of a visitor whose key is known, and checks that they may be here.
func (s *Server) admit(tx *store.Tx, v *visitor) (err error) {
	if v.own, err = tx.ChatByID(v.key.Chat); err != nil {
		return err
	}

	v.chat = v.own
	v.t = s.Texts.Find(append(v.own.ReadIn(), v.key.Language)...)

	may, operates, err := s.Bot.Admit(tx, v.request())
	if err == nil && !may {
		err = errSignedOut
	}

	v.operates = operates

	return err
}

// handler answers somebody who is signed in.
type handler func(http.ResponseWriter, *http.Request, *visitor)

// signedIn serves what only somebody who is signed in may see; everybody else learns how
// to sign in.
func (s *Server) signedIn(handle handler) http.Handler {
	return limitConcurrency(s.slots, func(w http.ResponseWriter, r *http.Request) {
		if s.Bot == nil {
			http.NotFound(w, r)
			return
		}

		v, err := s.visitorOf(r)

		switch {
		case errors.Is(err, errSignedOut):
			s.askToSignIn(w, r, http.StatusForbidden)
		case err != nil:
			s.fail(w, "find out who is signed in", err)
		default:
			handle(w, r, v)
		}
	})
}

// changing is signedIn for what changes something: the form has to be one of ours.
func (s *Server) changing(size int64, handle handler) http.Handler {
	return s.signedIn(func(w http.ResponseWriter, r *http.Request, v *visitor) {
		r.Body = http.MaxBytesReader(w, r.Body, size)

		if err := r.ParseMultipartForm(size); err != nil && !errors.Is(err, http.ErrNotMultipart) {
			writePlain(w, http.StatusRequestEntityTooLarge, "That is more than this page takes.\n")
			return
		}

		if !hmac.Equal([]byte(r.PostFormValue("csrf")), []byte(v.csrf())) {
			writePlain(w, http.StatusForbidden, "This form is not from your page. Open the page again.\n")
			return
		}

		handle(w, r, v)
	})
}

// signInPage is what pages/signin.html shows.
type signInPage struct {
	texts

	Title  string
	Secret string // of a link that is good; "": the page says how to get one
}

// askSignIn shows the button that signs in: programs that look at links before people do
// press no buttons.
func (s *Server) askSignIn(w http.ResponseWriter, r *http.Request) {
	secret := r.PathValue("secret")

	err := s.Store.View(r.Context(), func(tx *store.Tx) error {
		if len(secret) > secretBytes {
			return store.ErrNotFound
		}

		_, err := tx.WebKey(secret, store.WebLink)

		return err
	})

	switch {
	case errors.Is(err, store.ErrNotFound):
		s.askToSignIn(w, r, http.StatusNotFound)
	case err != nil:
		s.fail(w, "look a link up", err)
	default:
		t := s.textsFor(r)
		s.showPage(w, http.StatusOK, "signin.html", &signInPage{texts: texts{t}, Title: t.Say("web.my_page"), Secret: secret})
	}
}

// askToSignIn says how to sign in.
func (s *Server) askToSignIn(w http.ResponseWriter, r *http.Request, status int) {
	t := s.textsFor(r)
	s.showPage(w, status, "signin.html", &signInPage{texts: texts{t}, Title: t.Say("web.my_page")})
}

// signIn makes a link, for the only time, a session.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	link, session := r.PathValue("secret"), rand.Text()

	err := s.Store.Update(r.Context(), func(tx *store.Tx) error {
		if len(link) > secretBytes {
			return errSignedOut
		}

		key, err := tx.TakeWebKey(link, store.WebLink)
		if err != nil {
			return err
		}

		if err := s.admit(tx, &visitor{key: key}); err != nil {
			return err
		}

		key.Kind, key.Expires = store.WebSession, tx.Now.Add(sessionTime)

		return errors.Join(tx.AddWebKey(session, *key), tx.Log(key.Chat, "", "signed in on the pages"))
	})

	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, errSignedOut):
		s.askToSignIn(w, r, http.StatusForbidden)
	case err != nil:
		s.fail(w, "sign in", err)
	default:
		s.setCookie(w, session, sessionTime)
		http.Redirect(w, r, "/me", http.StatusSeeOther)
	}
}

// signOut ends the visitor's session.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request, v *visitor) {
	err := s.Store.Update(r.Context(), func(tx *store.Tx) error {
		_, err := tx.TakeWebKey(v.secret, store.WebSession)
		if errors.Is(err, store.ErrNotFound) {
			err = nil
		}

		return err
	})
	if err != nil {
		s.fail(w, "sign out", err)
		return
	}

	s.setCookie(w, "", -time.Second)
	s.askToSignIn(w, r, http.StatusOK)
}

// inChat serves what is about one chat: the one that the request names, else the visitor's own.
func (s *Server) inChat(handle handler) handler {
	return func(w http.ResponseWriter, r *http.Request, v *visitor) {
		id := r.URL.Query().Get("chat")
		if r.Method == http.MethodPost {
			id = r.PostFormValue("chat")
		}

		if err := s.choose(r.Context(), v, id); err != nil {
			s.notThere(w, v, err)
			return
		}

		handle(w, r, v)
	}
}

// choose sets the chat whose page is asked for, if it is one that the visitor may manage.
func (s *Server) choose(ctx context.Context, v *visitor, id string) error {
	if id == "" {
		return nil
	}

	c, err := store.Read(ctx, s.Store, func(tx *store.Tx) (*store.Chat, error) { return tx.ChatByID(parseID(id)) })
	if err != nil {
		return err
	}

	if c.Platform != v.own.Platform {
		return store.ErrNotFound
	}

	if err := s.Bot.May(ctx, v.request(), c); err != nil {
		return store.ErrNotFound // nobody learns that it is there
	}

	v.chat = c

	return nil
}

// notThere says that a chat is none of the visitor's.
func (s *Server) notThere(w http.ResponseWriter, v *visitor, err error) {
	if !errors.Is(err, store.ErrNotFound) {
		s.fail(w, "read a chat", err)
		return
	}

	s.showPage(w, http.StatusNotFound, "missing.html", newMissingPage(v.t))
}
