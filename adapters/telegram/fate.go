package telegram

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
)

// botTrouble is the pause after the server refused the bot itself (its token,
// or a second instance): an operator must act, alerts wait.
const botTrouble = time.Minute

// refusal is a row of the table of what the server's texts mean. The status
// alone does not tell: CHAT_WRITE_FORBIDDEN comes as 400, "chat not found" too.
// Texts as in tdlib/telegram-bot-api 10.0 and tdlib/td.
type refusal struct {
	part   string // of the text, in lower case
	fate   adapters.Fate
	reason string
}

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
	{"bot is not a member", adapters.Gone, "the bot is not in the chat"},
	{"can't initiate conversation", adapters.Gone, "the person has not started the bot"},
	{"can't send messages to bots", adapters.Gone, "that is another bot"},
	{"can't send messages to the user", adapters.Gone, "that person cannot be written to"},
	{"chat not found", adapters.Gone, "the chat does not exist for the bot"},
	{"peer_id_invalid", adapters.Gone, "the chat does not exist for the bot"},
	{"channel_private", adapters.Gone, "the bot is not in the chat"},
	{"channel_invalid", adapters.Gone, "the chat does not exist for the bot"},
	{"message thread not found", adapters.Gone, "the topic was deleted"},
	{"topic_deleted", adapters.Gone, "the topic was deleted"},
	{"topic_id_invalid", adapters.Gone, "the topic was deleted"},
	{"topic_closed", adapters.Gone, "the topic is closed"},
	{"topic closed", adapters.Gone, "the topic is closed"},
	{"chat_write_forbidden", adapters.Gone, "the bot may not write there"},
	{"chat_send_plain_forbidden", adapters.Gone, "the bot may not write there"},
	{"chat_restricted", adapters.Gone, "the bot may not write there"},
	{"user_banned_in_channel", adapters.Gone, "the bot may not write there"},
	{"not enough rights", adapters.Gone, "the bot may not write there"},
	{"have no rights to send", adapters.Gone, "the bot may not write there"},
	{"need administrator rights", adapters.Gone, "the bot must be an administrator there"},
	{"chat_admin_required", adapters.Gone, "the bot must be an administrator there"},
	{"message must be non-empty", adapters.Refused, "the message is empty"},
}

// fate reads an error of the client as what is to be done with the message.
func (a *Adapter) fate(to adapters.Chat, err error) *adapters.SendError {
	api, ok := errors.AsType[*apiError](err)
	if !ok {
		return unanswered(err)
	}

	e := &adapters.SendError{Cause: err}

	text := strings.ToLower(api.Text)
	switch {
	case api.MigrateTo != 0:
		e.Fate, e.Reason = adapters.Moved, "the group was upgraded"
		e.To = adapters.Chat{Platform: platform, Address: strconv.FormatInt(api.MigrateTo, 10)}
	case api.Code == http.StatusTooManyRequests || api.Code == 420 || api.After > 0:
		e.Fate, e.Reason, e.After = adapters.Later, "Telegram asks to slow down", max(api.After, time.Second)
		if a.cfg.Gate != nil {
			a.cfg.Gate.Hold(to, e.After)
		}
	case api.Code == http.StatusUnauthorized, api.Code == http.StatusNotFound && !strings.Contains(text, "chat"):
		e.Fate, e.Reason, e.After, e.All = adapters.Later, "Telegram refuses the bot's token", botTrouble, true
	case api.Code == http.StatusConflict:
		e.Fate, e.Reason, e.After, e.All = adapters.Later, "another program uses the bot", botTrouble, true
	case api.Code >= 500:
		e.Fate, e.Reason = adapters.Retry, "Telegram has trouble"
	default:
		e.Fate, e.Reason = readRefusal(api.Code, text)
	}

	return e
}

func readRefusal(code int, text string) (adapters.Fate, string) {
	for _, r := range refusals {
		if strings.Contains(text, r.part) {
			return r.fate, r.reason
		}
	}

	if code == http.StatusForbidden {
		return adapters.Gone, "the bot may not write there"
	}

	return adapters.Refused, "Telegram does not accept the message"
}

// unanswered is the fate of a request to which nothing of the Bot API came back.
func unanswered(err error) *adapters.SendError {
	e := &adapters.SendError{Fate: adapters.Retry, Reason: "Telegram cannot be reached", Cause: err}

	w, ok := errors.AsType[*wireError](err)
	switch {
	case !ok:
	case w.Status == http.StatusRequestEntityTooLarge:
		e.Fate, e.Reason = adapters.Refused, "the message is too big"
	case w.Status != 0:
		e.Reason = "Telegram has trouble"
	case w.Sent:
		e.Fate, e.Reason = adapters.Unsure, "Telegram did not answer"
	}

	return e
}
