package telegram

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
)

// botRefusedPause is the pause after the server refused the bot itself (its token,
// or a second instance): an operator must act, alerts wait.
const botRefusedPause = time.Minute

// refusal is a row of the table of what the server's texts mean. The status
// alone does not tell: CHAT_WRITE_FORBIDDEN comes as 400, "chat not found" too.
// Texts as in tdlib/telegram-bot-api 10.0 and tdlib/td.
type refusal struct {
	part   string // of the text, in lower case
	fate   adapters.Fate
	reason string
}

const topicDeleted = "the topic was deleted"

// refusals are tried in this order; the first part that is found decides.
var refusals = [...]refusal{
	{"bot was blocked by the user", adapters.Gone, "the bot was blocked"},
	{"user_is_blocked", adapters.Gone, "the bot was blocked"},
	{"user is deactivated", adapters.Gone, "the account was deleted"},
	{"user_deactivated", adapters.Gone, "the account was deleted"},
	{"group chat was deleted", adapters.Gone, "the group was deleted"},
	{"group chat was deactivated", adapters.Gone, "the group was closed"},
	{"group is deactivated", adapters.Gone, "the group was closed"},
	{"upgraded to a supergroup", adapters.Gone, "the group was upgraded"}, // without the new address
	{"bot was kicked", adapters.Gone, "the bot was removed"},
	{"bot is not a member", adapters.Gone, "the bot isn't in the chat"},
	{"can't initiate conversation", adapters.Gone, "the person hasn't started the bot"},
	{"can't send messages to bots", adapters.Gone, "that's another bot"},
	{"can't send messages to the user", adapters.Gone, "that person can't be written to"},
	{"chat not found", adapters.Gone, "the bot can't find the chat"},
	{"peer_id_invalid", adapters.Gone, "the bot can't find the chat"},
	{"channel_private", adapters.Gone, "the bot isn't in the chat"},
	{"channel_invalid", adapters.Gone, "the bot can't find the chat"},
	{"message thread not found", adapters.Gone, topicDeleted},
	{"topic_deleted", adapters.Gone, topicDeleted},
	{"topic_id_invalid", adapters.Gone, topicDeleted},
	{"topic_closed", adapters.Gone, "the topic is closed"},
	{"topic closed", adapters.Gone, "the topic is closed"},
	{"chat_write_forbidden", adapters.Gone, "the bot can't post there"},
	{"chat_send_plain_forbidden", adapters.Gone, "the bot can't post there"},
	{"chat_restricted", adapters.Gone, "the bot can't post there"},
	{"user_banned_in_channel", adapters.Gone, "the bot can't post there"},
	{"not enough rights", adapters.Gone, "the bot can't post there"},
	{"have no rights to send", adapters.Gone, "the bot can't post there"},
	{"need administrator rights", adapters.Gone, "the bot must be an administrator there"},
	{"chat_admin_required", adapters.Gone, "the bot must be an administrator there"},
	{"message is too long", adapters.TooLong, "the message is too long"},
	{"text is too long", adapters.TooLong, "the message is too long"},
	{"caption is too long", adapters.TooLong, "the message is too long"},
	{"message_too_long", adapters.TooLong, "the message is too long"},
	{"media_caption_too_long", adapters.TooLong, "the message is too long"},
	{"entity too large", adapters.TooLong, "the message is too long"},
	{"message must be non-empty", adapters.Refused, "the message is empty"},
}

// sendError turns an error of the client into what to do with the message, and
// tells the gate about a pause that the server asked for.
func (a *Adapter) sendError(to adapters.Chat, err error) *adapters.SendError {
	e := readError(err)
	if e.Fate == adapters.Later && !e.All && a.cfg.Gate != nil {
		a.cfg.Gate.Hold(to, e.After)
	}

	return e
}

// readError says what an error means for a message.
func readError(err error) *adapters.SendError {
	api, ok := errors.AsType[*botapi.Error](err)
	if !ok {
		return noAnswerError(err)
	}

	e := &adapters.SendError{Cause: err}

	text := strings.ToLower(api.Text)
	switch {
	case api.MigrateTo != 0:
		e.Fate, e.Reason = adapters.Moved, "the group was upgraded"
		e.To = adapters.Chat{Platform: platform, Address: strconv.FormatInt(api.MigrateTo, 10)}
	case api.Code == http.StatusTooManyRequests || api.Code == 420 || api.After > 0:
		e.Fate, e.Reason, e.After = adapters.Later, "Telegram asks to slow down", max(api.After, time.Second)
	case api.Code == http.StatusUnauthorized, api.Code == http.StatusNotFound && !strings.Contains(text, "chat"):
		e.Fate, e.Reason, e.After, e.All = adapters.Later, "Telegram rejects the bot's token", botRefusedPause, true
	case api.Code == http.StatusConflict:
		e.Fate, e.Reason, e.After, e.All = adapters.Later, "another program is using the bot", botRefusedPause, true
	case api.Code >= http.StatusInternalServerError:
		e.Fate, e.Reason = adapters.Retry, "Telegram is having problems"
	default:
		e.Fate, e.Reason = readRefusal(api.Code, text)
	}

	return e
}

// readRefusal looks a refusal up in the table.
func readRefusal(code int, text string) (adapters.Fate, string) {
	for _, r := range refusals {
		if strings.Contains(text, r.part) {
			return r.fate, r.reason
		}
	}

	if code == http.StatusForbidden {
		return adapters.Gone, "the bot can't post there"
	}

	return adapters.Refused, "Telegram rejected the message"
}

// noAnswerError is sendError for a request to which the Bot API gave no answer.
func noAnswerError(err error) *adapters.SendError {
	e := &adapters.SendError{Fate: adapters.Retry, Reason: "Telegram can't be reached", Cause: err}

	w, ok := errors.AsType[*botapi.NoAnswerError](err)
	switch {
	case !ok:
	case w.Status == http.StatusRequestEntityTooLarge:
		e.Fate, e.Reason = adapters.TooLong, "the message is too long"
	case w.Status != 0:
		e.Reason = "Telegram is having problems"
	case w.Sent:
		e.Fate, e.Reason = adapters.Unsure, "Telegram didn't answer"
	}

	return e
}
