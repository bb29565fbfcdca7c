package telegramtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Limits of answers in chats that the bot is not in, from the Bot API's page.
const (
	maxResults    = 50
	maxResultID   = 64 // bytes
	maxOffset     = 64 // bytes
	maxStartWord  = 64
	maxButtonText = 64 // more the apps cut
)

// Offer is a result that the app shows to choose from.
type Offer struct {
	Title, Description, Thumbnail string
	Text                          string // what is sent when it is chosen
	Entities                      []Entity
	Preview                       bool
}

// question is what somebody asked in a chat that the bot is not in.
type question struct {
	by       *User
	at       time.Time
	text     string
	guest    *Chat // where the bot was called, nil: inline
	answered bool
	offers   []Offer
	next     string
	button   struct {
		Text string `json:"text"`
		Word string `json:"start_parameter"`
	}
}

// Types types behind the bot's name in some chat. Nothing happens where @BotFather has not
// switched that on.
func (u *User) Types(text string) { u.ask(text, "") }

// Scrolls asks for the next page of what the newest answer offers, and reports whether there
// is one.
func (u *User) Scrolls() bool {
	u.s.mu.Lock()
	q := u.asked
	u.s.mu.Unlock()

	if q == nil || q.next == "" {
		return false
	}

	u.ask(q.text, q.next)

	return true
}

func (u *User) ask(text, offset string) {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()

	if !s.opts.Inline {
		return
	}

	id := fmt.Sprintf("i%d", len(s.questions)+1)
	u.asked = &question{by: u, at: time.Now(), text: text}
	s.questions[id] = u.asked
	s.push("inline_query", map[string]any{"id": id, "from": u.json(), "query": text, "offset": offset, "chat_type": "group"})
}

// Offers returns what the app shows for what the person has typed: nil before an answer.
func (u *User) Offers() []Offer {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()

	if u.asked == nil {
		return nil
	}

	return u.asked.offers
}

// OffersText returns the same as text, with the button above.
func (u *User) OffersText() string {
	var b strings.Builder

	u.s.mu.Lock()
	q := u.asked
	u.s.mu.Unlock()

	if q == nil || !q.answered {
		return "(nothing)\n"
	}

	if q.button.Text != "" {
		fmt.Fprintf(&b, "[%s]\n", q.button.Text)
	}

	for i, o := range q.offers {
		fmt.Fprintf(&b, "%d. %s\n   %s\n", i+1, o.Title, strings.ReplaceAll(o.Description, "\n", "\n   "))
	}

	if q.next != "" {
		b.WriteString("(more)\n")
	}

	return b.String()
}

// Chooses sends the n-th offer, from 1, into a chat in the person's name.
func (u *User) Chooses(n int, where ChatOrTopic) *Message {
	c, topic := where.location()

	u.s.mu.Lock()
	defer u.s.mu.Unlock()

	o := u.asked.offers[n-1]

	return u.s.post(&Message{
		Chat: c, Topic: topic, From: u.Name + " via @" + u.s.opts.Username, Text: o.Text, Entities: o.Entities, Preview: o.Preview, sender: u,
	})
}

// PressesAbove presses the button above the offers: it opens the private chat.
func (u *User) PressesAbove() {
	u.s.mu.Lock()
	word := u.asked.button.Word
	u.s.mu.Unlock()

	u.Says("/start " + word)
}

// Summons calls the bot into a chat that it is not in, by its name, as a reply to a message
// or to none.
func (u *User) Summons(c *Chat, text string, about *Message) {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()

	m := &Message{Chat: c, From: u.Name, Text: "@" + s.opts.Username + " " + text, sender: u}
	if about != nil {
		m.ReplyTo = about.ID
	}

	s.post(m)

	if !s.opts.Guests {
		return
	}

	id := fmt.Sprintf("g%d", len(s.questions)+1)
	s.questions[id] = &question{by: u, at: time.Now(), text: text, guest: c}

	w := s.messageJSON(m)
	w["guest_query_id"] = id
	s.push("guest_message", w)
}

// Unanswered returns how many questions of other chats have got no answer.
func (s *Server) Unanswered() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	n := 0

	for _, q := range s.questions {
		if !q.answered {
			n++
		}
	}

	return n
}

// result is an InlineQueryResultArticle, as far as it is looked at here.
type result struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Thumbnail   string `json:"thumbnail_url"`
	Content     struct {
		Text    string `json:"message_text"`
		Mode    string `json:"parse_mode"`
		Preview struct {
			Off bool `json:"is_disabled"`
		} `json:"link_preview_options"`
	} `json:"input_message_content"`
}

// isStartWord reports whether a word may stand behind ?start=.
func isStartWord(s string) bool {
	return s != "" && len(s) <= maxStartWord && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func (s *Server) answerInlineQuery(f *form) (any, *refusal) {
	q := s.questions[f.get("inline_query_id")]
	if q == nil || q.answered || q.guest != nil || time.Since(q.at) > s.opts.CallbackLife {
		return nil, badRequest(errStale.Error())
	}

	var results []result
	if json.Unmarshal([]byte(f.get("results")), &results) != nil {
		return nil, badRequest("can't parse inline query results JSON object")
	}

	switch {
	case len(results) > maxResults:
		return nil, badRequest("RESULTS_TOO_MUCH")
	case len(f.get("next_offset")) > maxOffset:
		return nil, badRequest("NEXT_OFFSET_INVALID")
	}

	if text := f.get("button"); text != "" {
		if json.Unmarshal([]byte(text), &q.button) != nil || strings.TrimSpace(q.button.Text) == "" || len([]rune(q.button.Text)) > maxButtonText {
			return nil, badRequest("can't parse inline query results button")
		}

		if !isStartWord(q.button.Word) {
			return nil, badRequest("START_PARAM_INVALID")
		}
	}

	ids := map[string]bool{}

	for i := range results {
		r := &results[i]
		if ids[r.ID] {
			return nil, badRequest("RESULT_ID_DUPLICATE")
		}

		ids[r.ID] = true

		o, no := s.readResult(r)
		if no != nil {
			return nil, no
		}

		q.offers = append(q.offers, *o)
	}

	q.answered, q.next = true, f.get("next_offset")

	return true, nil
}

func (s *Server) answerGuestQuery(f *form) (any, *refusal) {
	q := s.questions[f.get("guest_query_id")]
	if q == nil || q.answered || q.guest == nil || time.Since(q.at) > s.opts.CallbackLife {
		return nil, badRequest(errStale.Error())
	}

	var r result
	if json.Unmarshal([]byte(f.get("result")), &r) != nil {
		return nil, badRequest("can't parse inline query result")
	}

	o, no := s.readResult(&r)
	if no != nil {
		return nil, no
	}

	q.answered = true
	s.post(&Message{Chat: q.guest, From: "Newsbell (guest)", Text: o.Text, Entities: o.Entities, Preview: o.Preview})

	return map[string]any{"inline_message_id": "guest-" + f.get("guest_query_id")}, nil
}

// readResult reads a result as the server does.
func (s *Server) readResult(r *result) (*Offer, *refusal) {
	switch {
	case r.Type != "article":
		return nil, refuse(http.StatusNotImplemented, "telegramtest: only articles are read here")
	case r.ID == "" || len(r.ID) > maxResultID:
		return nil, badRequest("RESULT_ID_INVALID")
	case strings.TrimSpace(r.Title) == "":
		return nil, badRequest("ARTICLE_TITLE_EMPTY")
	case r.Thumbnail != "" && !plausibleLink(r.Thumbnail):
		return nil, badRequest("WEBDOCUMENT_URL_INVALID")
	}

	text, entities, no := s.parse(r.Content.Text, r.Content.Mode, maxText, "MESSAGE_TOO_LONG", "message text is empty")
	if no != nil {
		return nil, no
	}

	return &Offer{r.Title, r.Description, r.Thumbnail, text, entities, !r.Content.Preview.Off}, nil
}
