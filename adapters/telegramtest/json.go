package telegramtest

import "time"

// What the server tells about its objects.

type wireMessage = map[string]any

func (s *Server) date() int64 { return time.Now().Unix() }

func (s *Server) botJSON() map[string]any {
	b := map[string]any{"id": s.botID, "is_bot": true, "first_name": "Newsbell", "username": s.opts.Username}
	if s.opts.Inline {
		b["supports_inline_queries"] = true
	}

	if s.opts.Guests {
		b["supports_guest_queries"] = true
	}

	if s.opts.Topics {
		b["has_topics_enabled"] = true
	}

	if s.opts.Sparse {
		delete(b, "is_bot")
	}

	return b
}

func (u *User) json() map[string]any {
	lang := u.Language
	if lang == "" {
		lang = "en"
	}

	return map[string]any{"id": u.ID, "is_bot": false, "first_name": u.Name, "language_code": lang}
}

func (s *Server) chatJSON(c *Chat) map[string]any {
	w := map[string]any{"id": c.ID, "type": c.Kind}
	if c.person != nil {
		w["first_name"] = c.person.Name
	} else {
		w["title"] = c.Title
	}

	if c.Username != "" {
		w["username"] = c.Username
	}

	if c.Forum {
		w["is_forum"] = true
	}

	return w
}

// messageJSON returns a message in updates and results.
func (s *Server) messageJSON(m *Message) wireMessage {
	w := wireMessage{"message_id": m.ID, "chat": s.chatJSON(m.Chat), "text": m.Text}
	if s.opts.Sparse {
		return w
	}

	w["date"] = m.Sent.Unix()
	if m.bot {
		w["from"] = s.botJSON()
	} else if m.sender != nil {
		w["from"] = m.sender.json()
	}

	if len(m.Entities) > 0 {
		w["entities"] = m.Entities
	}

	if m.reader != nil {
		w["message_id"], w["ephemeral_message_id"], w["receiver_user"] = 0, m.ID, m.reader.json()
	}

	if m.Topic != 0 {
		w["message_thread_id"], w["is_topic_message"] = m.Topic, true
	}

	if len(m.Keyboard) > 0 {
		w["reply_markup"] = map[string]any{"inline_keyboard": keyboardJSON(m.Keyboard)}
	}

	if m.Edited {
		w["edit_date"] = s.date()
	}

	if r := m.Chat.message(m.ReplyTo); r != nil {
		rm := s.messageJSON(r)
		delete(rm, "reply_to_message")
		w["reply_to_message"] = rm
	}

	if m.File != "" {
		delete(w, "text")

		if m.Picture != "" {
			w["photo"] = []any{map[string]any{"file_id": m.File, "file_unique_id": m.File, "file_size": len(m.Body)}}
			return w
		}

		w["document"] = map[string]any{"file_id": m.File, "file_unique_id": m.File, "file_name": m.File, "file_size": len(m.Body)}
	}

	return w
}

func keyboardJSON(rows [][]Button) [][]map[string]any {
	var out [][]map[string]any

	for _, row := range rows {
		var r []map[string]any

		for _, b := range row {
			w := map[string]any{"text": b.Text}
			switch {
			case b.URL != "":
				w["url"] = b.URL
			case b.Copy != "":
				w["copy_text"] = map[string]any{"text": b.Copy}
			default:
				w["callback_data"] = b.Data
			}

			r = append(r, w)
		}

		out = append(out, r)
	}

	return out
}

func (s *Server) memberJSON(c *Chat, user map[string]any, m membership) map[string]any {
	w := map[string]any{"user": user, "status": m.status}
	switch m.status {
	case "administrator":
		w["can_manage_chat"], w["is_anonymous"], w["can_be_edited"] = true, false, false
		if c.Kind == "channel" {
			w["can_post_messages"] = m.canPost
		}
	case "restricted":
		w["is_member"], w["can_send_messages"], w["until_date"] = true, m.canSend, 0
	case "kicked":
		w["until_date"] = 0
	}

	return w
}
