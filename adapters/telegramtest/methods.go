package telegramtest

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// method answers one method with the lock held.
type method func(s *Server, f *form) (any, *refusal)

// methods are those that do something here. Every other method of the schema is
// checked and answered with true.
var methods = map[string]method{
	"getme":           func(s *Server, _ *form) (any, *refusal) { return s.botJSON(), nil },
	"sendmessage":     (*Server).sendMessage,
	"senddocument":    (*Server).sendDocument,
	"sendphoto":       (*Server).sendPhoto,
	"editmessagetext": (*Server).editMessageText,

	"editmessagereplymarkup": inChat(isAnywhere, (*Server).editMessageReplyMarkup),

	"deletemessage":       inChat(isAnywhere, (*Server).deleteMessage),
	"answercallbackquery": (*Server).answerCallbackQuery,
	"sendchataction":      inChat((*Server).mayPost, (*Server).sendChatAction),
	"sendmessagedraft":    inChat((*Server).mayPost, (*Server).sendMessageDraft),
	"setmycommands":       (*Server).setMyCommands,
	"getchat":             inChat((*Server).visible, (*Server).getChat),
	"getchatmember":       inChat((*Server).visible, (*Server).getChatMember),
	"getfile":             (*Server).getFile,
	"setwebhook":          (*Server).setWebhook,
	"deletewebhook":       (*Server).deleteWebhook,
	"getwebhookinfo":      (*Server).getWebhookInfo,
	"getmycommands":       (*Server).getMyCommands,
	"answerinlinequery":   (*Server).answerInlineQuery,
	"answerguestquery":    (*Server).answerGuestQuery,

	"editephemeralmessagetext": (*Server).editWhisper,
	"createforumtopic":         inChat((*Server).mayPost, (*Server).createForumTopic),
}

// inChat answers a method that is about a chat where the bot may do that.
func inChat(may func(s *Server, c *Chat, topic int) *refusal, do func(*Server, *Chat, *form) (any, *refusal)) method {
	return func(s *Server, f *form) (any, *refusal) {
		c, topic, no := s.target(f)
		if no == nil {
			no = may(s, c, topic)
		}

		if no != nil {
			return nil, no
		}

		return do(s, c, f)
	}
}

func isAnywhere(*Server, *Chat, int) *refusal { return nil }

// do answers a method, checked in the order of the real server: its name, what
// it says itself about the parameters, then (as a complaint) the schema.
func (s *Server) do(ctx context.Context, name string, f *form) (any, *refusal) {
	o := s.schema.methods[strings.ToLower(name)]
	if o == nil || len(s.opts.Only) > 0 && !slices.ContainsFunc(s.opts.Only, func(m string) bool { return strings.EqualFold(m, name) }) {
		return nil, refuse(http.StatusNotFound, "Not Found: method not found")
	}

	if no := checkKnown(o, f); no != nil {
		return nil, no
	}

	if why := s.schema.checkForm(o, f); why != "" {
		s.complain(why)
		return nil, badRequest("telegramtest: " + why)
	}

	if strings.EqualFold(name, "getUpdates") {
		return s.getUpdates(ctx, f)
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	m := methods[strings.ToLower(name)]
	if m == nil {
		return true, nil
	}

	return m(s, f)
}

func (s *Server) complain(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.complaints = append(s.complaints, why)
}

// target returns the chat and topic that a request is about.
func (s *Server) target(f *form) (*Chat, int, *refusal) {
	if f.get("chat_id") == "" {
		return nil, 0, badRequest("chat_id is empty")
	}

	c := s.find(f.get("chat_id"))
	if c == nil || !s.knows(c) {
		return nil, 0, badRequest("chat not found")
	}

	topic := int(f.int("message_thread_id"))
	if topic != 0 {
		t := c.topics[topic]
		if !c.Forum && (c.Kind != "private" || !s.opts.Topics) || t == nil || t.gone {
			return nil, 0, badRequest("message thread not found")
		}
	}

	return c, topic, nil
}

// knows reports whether the bot has ever seen the chat; public ones can be found.
func (s *Server) knows(c *Chat) bool {
	return c.Kind == "private" && (c.started || c.blocked) || c.Username != "" || c.Kind != "private" && c.bot.status != "left"
}

// mayPost returns the refusal for a chat where the bot may not write.
func (s *Server) mayPost(c *Chat, topic int) *refusal {
	switch {
	case c.movedTo != 0:
		no := badRequest("group chat was upgraded to a supergroup chat")
		no.params = map[string]any{"migrate_to_chat_id": c.movedTo}

		return no
	case c.deleted:
		return refuse(http.StatusForbidden, "Forbidden: the group chat was deleted")
	case c.person != nil && c.person.deactivated:
		return refuse(http.StatusForbidden, "Forbidden: user is deactivated")
	case c.blocked:
		return refuse(http.StatusForbidden, "Forbidden: bot was blocked by the user")
	case c.Kind == "private":
		return nil
	case c.bot.status == "kicked":
		return refuse(http.StatusForbidden, "Forbidden: bot was kicked from the "+c.word())
	case !c.bot.in():
		return refuse(http.StatusForbidden, "Forbidden: bot is not a member of the "+c.word())
	case c.Kind == "channel" && !(c.bot.admin() && c.bot.canPost):
		return badRequest("need administrator rights in the channel chat")
	case c.bot.status == "restricted" && !c.bot.canSend, c.silenced && !c.bot.admin():
		return badRequest("not enough rights to send text messages to the chat")
	}

	if t := c.topics[topic]; t != nil && t.closed && !c.bot.admin() {
		return badRequest("TOPIC_CLOSED")
	}

	return nil
}

func (s *Server) deleteMessage(c *Chat, f *form) (any, *refusal) {
	m := c.message(f.int("message_id"))
	switch {
	case m == nil:
		return nil, badRequest("message to delete not found")
	case !m.bot && !c.bot.admin():
		return nil, badRequest("message can't be deleted")
	}

	m.deleted = true

	return true, nil
}

func (s *Server) sendChatAction(_ *Chat, f *form) (any, *refusal) {
	actions := []string{
		"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
		"choose_sticker", "find_location", "record_video_note", "upload_video_note", "cancel",
	}
	if !slices.Contains(actions, f.get("action")) {
		return nil, badRequest("wrong parameter action in request")
	}

	return true, nil
}

// sendMessageDraft notes a part of a message that is being written; an empty one is shown as
// "Thinking…".
func (s *Server) sendMessageDraft(c *Chat, f *form) (any, *refusal) {
	switch {
	case c.Kind != "private":
		return nil, badRequest("the draft can be sent only to private chats")
	case f.int("draft_id") == 0:
		return nil, badRequest("draft identifier must be non-zero")
	}

	text := "Thinking…"

	if f.get("text") != "" {
		var no *refusal
		if text, _, no = s.parse(f.get("text"), f.get("parse_mode"), maxText, "message is too long", "message text is empty"); no != nil {
			return nil, no
		}
	}

	c.drafts = append(c.drafts, text)

	s.touch()

	return true, nil
}

// Drafts returns what the bot has shown in the chat of messages that it was writing.
func (c *Chat) Drafts() []string {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	return append([]string(nil), c.drafts...)
}

func (s *Server) getChat(c *Chat, _ *form) (any, *refusal) {
	w := s.chatJSON(c)
	if c.discussion != nil {
		w["linked_chat_id"] = c.discussion.ID
	}

	if c.Kind == "group" || c.Kind == "supergroup" {
		w["permissions"] = map[string]any{"can_send_messages": !c.silenced}
	}

	return w, nil
}

// visible returns the refusal for a chat that the bot may not look at.
func (s *Server) visible(c *Chat, _ int) *refusal {
	if c.movedTo == 0 && (c.Kind == "private" || c.bot.in() || c.Username != "" && c.bot.status != "kicked") {
		return nil
	}

	return s.mayPost(c, 0)
}

func (s *Server) getChatMember(c *Chat, f *form) (any, *refusal) {
	id := f.int("user_id")
	if id == s.botID {
		return s.memberJSON(c, s.botJSON(), c.bot), nil
	}

	u := s.users[id]
	switch {
	case u == nil:
		return nil, badRequest("user not found")
	case c.Kind == "channel" && !c.bot.admin():
		return nil, badRequest("member list is inaccessible")
	}

	m := membership{status: "left"}
	if c.Kind == "private" {
		m.status = "member"
	} else if known := c.members[id]; known != nil {
		m = *known
		m.canPost = true
	}

	return s.memberJSON(c, u.json(), m), nil
}

func (s *Server) getFile(f *form) (any, *refusal) {
	file, ok := s.files[f.get("file_id")]
	if !ok {
		return nil, badRequest("wrong file_id or the file is temporarily unavailable")
	}

	if len(file.body) > 20<<20 {
		return nil, badRequest("file is too big")
	}

	path := "documents/" + f.get("file_id")
	if s.opts.Local != "" {
		path = filepath.Join(s.opts.Local, filepath.Base(f.get("file_id")))
		if err := os.WriteFile(path, file.body, 0o600); err != nil {
			return nil, refuse(http.StatusInternalServerError, "Internal Server Error: "+err.Error())
		}
	}

	return map[string]any{"file_id": f.get("file_id"), "file_unique_id": f.get("file_id"), "file_path": path}, nil
}

func (s *Server) serveFile(w http.ResponseWriter, path string) {
	if s.opts.Local != "" { // what is on a disk is not served
		writeRefusal(w, refuse(http.StatusNotFound, "Not Found"))
		return
	}

	s.mu.Lock()
	file, ok := s.files[strings.TrimPrefix(path, "documents/")]
	s.mu.Unlock()

	if !ok {
		writeRefusal(w, refuse(http.StatusNotFound, "Not Found"))
		return
	}

	_, _ = w.Write(file.body)
}
