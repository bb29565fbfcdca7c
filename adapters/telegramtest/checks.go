package telegramtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkKnown makes the checks for which the real server has its own words.
func checkKnown(o *object, f *form) *refusal {
	if slices.ContainsFunc(f.names(), func(n string) bool { return o.field(n) != nil && bytes.ContainsRune([]byte(f.get(n)), 0) }) {
		return badRequest("strings must not contain null bytes")
	}

	for _, check := range []func(*object, *form) *refusal{checkMarkup, checkObjects, checkCommands, checkParseMode} {
		if no := check(o, f); no != nil {
			return no
		}
	}

	return missingParameter(o, f)
}

// missing is what the server says where a required parameter is not there.
var missing = map[string]string{
	"chat_id":           "chat_id is empty",
	"text":              "message text is empty",
	"document":          "there is no document in the request",
	"photo":             "there is no photo in the request",
	"user_id":           "invalid user_id specified",
	"callback_query_id": errStale.Error(),
	"file_id":           "file_id is not specified",
	"action":            "wrong parameter action in request",
	"message_id":        "message identifier is not specified",
}

// missingParameter returns what the server says about what is not there. It reads most
// missing numbers as 0.
func missingParameter(o *object, f *form) *refusal {
	for _, p := range o.fields {
		if !p.required || f.get(p.name) != "" || f.isFile(p.name) {
			continue
		}

		if why, ok := missing[p.name]; ok {
			return badRequest(why)
		}
	}

	if f.get("user_id") != "" && o.field("user_id") != nil && f.int("user_id") == 0 {
		return badRequest("invalid user_id specified")
	}

	if (o.name == "editMessageText" || o.name == "editMessageReplyMarkup") && f.get("inline_message_id") == "" {
		switch {
		case f.get("chat_id") == "":
			return badRequest("chat_id is empty")
		case f.int("message_id") <= 0:
			return badRequest("message identifier is not specified")
		}
	}

	return nil
}

func checkParseMode(o *object, f *form) *refusal {
	if o.field("parse_mode") == nil {
		return nil
	}

	switch strings.ToLower(f.get("parse_mode")) {
	case "", "none", "html", "markdown", "markdownv2":
		return nil
	}

	return badRequest("unsupported parse_mode")
}

func decodeJSON(text string) (any, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()

	var v any

	err := d.Decode(&v)

	return v, err == nil && !d.More()
}

// checkObjects checks the parameters that are objects of their own.
func checkObjects(o *object, f *form) *refusal {
	return cmp.Or(checkObject(o, f, "reply_parameters", "reply parameters"), checkObject(o, f, "link_preview_options", "link preview options"))
}

func checkObject(o *object, f *form, name, words string) *refusal {
	text := f.get(name)
	if o.field(name) == nil || text == "" {
		return nil
	}

	v, ok := decodeJSON(text)
	if !ok {
		return badRequest("can't parse " + words + " JSON object")
	}

	if _, ok := v.(map[string]any); !ok {
		return badRequest("object expected as " + words)
	}

	return nil
}

func checkMarkup(o *object, f *form) *refusal {
	text := f.get("reply_markup")
	if o.field("reply_markup") == nil || text == "" {
		return nil
	}

	v, ok := decodeJSON(text)
	if !ok {
		return badRequest("can't parse reply keyboard markup JSON object")
	}

	m, ok := v.(map[string]any)
	if !ok {
		return badRequest("object expected as reply markup")
	}

	if rows, ok := m["keyboard"]; ok {
		return checkRows(rows, "keyboard", "ReplyKeyboardMarkup", checkKey)
	}

	if rows, ok := m["inline_keyboard"]; ok {
		return checkRows(rows, "inline_keyboard", "InlineKeyboardMarkup", checkButton)
	}

	return nil
}

// checkRows checks each button in the rows of a keyboard.
func checkRows(rows any, field, markup string, check func(any) *refusal) *refusal {
	list, ok := rows.([]any)
	if !ok {
		return badRequest(fmt.Sprintf("Field %q must be of type Array", field))
	}

	for _, r := range list {
		row, ok := r.([]any)
		if !ok {
			return badRequest(fmt.Sprintf("Field %q of the %s must be an Array of Arrays", field, markup))
		}

		for _, one := range row {
			if no := check(one); no != nil {
				return no
			}
		}
	}

	return nil
}

// checkKey reads a key of a keyboard that takes the place of the letters: a text, or a button that
// shares a chat.
func checkKey(v any) *refusal {
	key, ok := v.(map[string]any)
	if !ok {
		return nil // a text
	}

	if text, _ := key["text"].(string); strings.TrimSpace(text) == "" {
		return badRequest("can't parse keyboard button: Can't find field \"text\"")
	}

	shared, ok := key["request_chat"].(map[string]any)
	if !ok {
		return nil
	}

	for _, name := range []string{"request_id", "chat_is_channel"} {
		if shared[name] == nil {
			return badRequest(fmt.Sprintf("can't parse keyboard button: Can't find field %q", name))
		}
	}

	return nil
}

// checkButton reads a button as the server does: its text first, then what it does.
func checkButton(v any) *refusal {
	const prefix = "can't parse inline keyboard button: "

	b, ok := v.(map[string]any)
	if !ok {
		return badRequest(prefix + "InlineKeyboardButton must be an Object")
	}

	for _, name := range []string{"text", "url", "callback_data"} {
		value, there := b[name]
		if !there {
			continue
		}

		if _, ok := value.(string); !ok {
			return badRequest(prefix + fmt.Sprintf("Field %q must be of type String", name))
		}
	}

	if no := checkCopy(b["copy_text"]); no != nil {
		return no
	}

	text, there := b["text"].(string)
	data, _ := b["callback_data"].(string)
	url, _ := b["url"].(string)

	does := data != "" || url != ""
	for name := range b {
		does = does || !slices.Contains([]string{"text", "style", "icon_custom_emoji_id", "callback_data", "url"}, name)
	}

	switch {
	case !there:
		return badRequest(prefix + `Can't find field "text"`)
	case !does:
		return badRequest(prefix + "Text buttons are unallowed in the inline keyboard")
	case strings.TrimSpace(text) == "":
		return badRequest("inline keyboard button text must be non-empty")
	case len(data) > 64:
		return badRequest("BUTTON_DATA_INVALID")
	case !slices.Contains([]any{nil, "danger", "success", "primary"}, b["style"]):
		return badRequest("invalid button style specified")
	case url != "" && !plausibleLink(url):
		return badRequest("inline keyboard button URL '" + url + "' is invalid: Wrong HTTP URL")
	}

	return nil
}

// maxCopy is of CopyTextButton.
const maxCopy = 256

// checkCopy reads what a button copies, nil for nothing.
func checkCopy(v any) *refusal {
	if v == nil {
		return nil
	}

	copied, _ := v.(map[string]any)

	text, _ := copied["text"].(string)
	if n := utf8.RuneCountInString(text); n == 0 || n > maxCopy {
		return badRequest("BUTTON_COPY_TEXT_INVALID")
	}

	return nil
}

// addRights are the rights that a link may ask for, as they are named in links to a bot
// (https://core.telegram.org/api/links#bot-links).
var addRights = []string{
	"change_info", "post_messages", "edit_messages", "delete_messages", "restrict_members", "invite_users", "pin_messages",
	"promote_members", "manage_video_chats", "anonymous", "manage_chat", "manage_topics",
}

// misreads says how the apps would misread a link to the bot, "" if it is none or they do not.
func (s *Server) misreads(link string) string {
	rest, ok := strings.CutPrefix(link, "https://t.me/"+s.opts.Username+"?")
	if !ok {
		return ""
	}

	for pair := range strings.SplitSeq(rest, "&") {
		name, value, _ := strings.Cut(pair, "=")

		known := true

		switch name {
		case "start", "startgroup":
			known = isStartWord(value)
		case "startchannel":
			known = value == ""
		case "admin":
			for right := range strings.SplitSeq(value, "+") {
				known = known && slices.Contains(addRights, right)
			}
		default:
			known = false
		}

		if !known {
			return fmt.Sprintf("a link to the bot has %q", pair)
		}
	}

	return ""
}

func checkCommands(o *object, f *form) *refusal {
	if o.name != "setMyCommands" {
		return nil
	}

	if text := f.get("commands"); text != "" {
		if no := checkCommandList(text); no != nil {
			return no
		}
	}

	if text := f.get("scope"); text != "" {
		return checkScope(text)
	}

	return nil
}

func checkCommandList(text string) *refusal {
	v, ok := decodeJSON(text)
	if !ok {
		return badRequest("can't parse commands JSON object")
	}

	list, ok := v.([]any)
	switch {
	case !ok:
		return badRequest("expected an Array of BotCommand")
	case len(list) > 100:
		return badRequest("BOT_COMMANDS_TOO_MUCH")
	}

	for _, c := range list {
		if no := checkCommand(c); no != nil {
			return no
		}
	}

	return nil
}

func checkScope(text string) *refusal {
	v, ok := decodeJSON(text)
	if !ok {
		return badRequest("can't parse BotCommandScope JSON object")
	}

	m, ok := v.(map[string]any)
	if !ok {
		return badRequest("can't parse BotCommandScope: BotCommandScope must be an Object")
	}

	known := []string{"default", "chat", "chat_member", "chat_administrators", "all_private_chats", "all_group_chats", "all_chat_administrators"}
	if t, _ := m["type"].(string); !slices.Contains(known, t) {
		return badRequest("can't parse BotCommandScope: Unsupported type specified")
	}

	return nil
}

func checkCommand(v any) *refusal {
	const prefix = "can't parse BotCommand: "

	m, ok := v.(map[string]any)
	if !ok {
		return badRequest(prefix + "expected an Object")
	}

	for _, field := range []string{"command", "description"} {
		if _, ok := m[field].(string); !ok {
			return badRequest(prefix + fmt.Sprintf("Can't find field %q", field))
		}
	}

	name := strings.TrimPrefix(strings.TrimSpace(m["command"].(string)), "/")

	text := strings.TrimSpace(m["description"].(string))
	switch {
	case name == "":
		return badRequest("command must be non-empty")
	case utf8.RuneCountInString(name) > 32:
		return badRequest("command length must not exceed 32")
	case text == "":
		return badRequest("command description must be non-empty")
	case utf8.RuneCountInString(text) > 256:
		return badRequest("command description length must not exceed 256")
	case strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		return badRequest("BOT_COMMAND_INVALID")
	}

	return nil
}

func (s *Server) setMyCommands(f *form) (any, *refusal) {
	var scope struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal([]byte(f.get("scope")), &scope); err != nil {
		scope.Type = "default"
	}

	s.menus[scope.Type+f.get("language_code")] = f.get("commands")

	return true, nil
}

func (s *Server) getMyCommands(*form) (any, *refusal) {
	s.complaints = append(s.complaints, "getMyCommands was called")
	return nil, refuse(http.StatusInternalServerError, "Internal Server Error: getMyCommands must not be needed")
}
