package telegramtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"newsbell/adapters/telegramtest"
)

// ask posts a form to the fake, as any client would.
func ask(t *testing.T, s http.Handler, path, form string) (status int, answer struct {
	OK          bool            `json:"ok"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  map[string]int  `json:"parameters"`
	Result      json.RawMessage `json:"result"`
},
) {
	t.Helper()

	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)

	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s: %v", w.Body, err)
	}

	return w.Code, answer
}

// wrong is a request that the real server refuses, with its words.
type wrong struct {
	name, method, form string
	code               int
	text               string
}

func html(s string) string { return "chat_id=7001&parse_mode=HTML&text=" + url.QueryEscape(s) }
func markup(s string) string {
	return "chat_id=7001&text=x&reply_markup=" + url.QueryEscape(s)
}

func commands(s string) string { return "commands=" + url.QueryEscape(s) }

const entities = "Bad Request: can't parse entities: "

var wrongs = []wrong{
	{"no such method", "sendMassage", "chat_id=7001&text=x", 404, "Not Found: method not found"},
	{"no chat", "sendMessage", "text=x", 400, "Bad Request: chat_id is empty"},
	{"empty chat", "sendMessage", "chat_id=&text=x", 400, "Bad Request: chat_id is empty"},
	{"unknown chat", "sendMessage", "chat_id=1&text=x", 400, "Bad Request: chat not found"},
	{"unknown name", "sendMessage", "chat_id=@nobody&text=x", 400, "Bad Request: chat not found"},
	{"never started", "sendMessage", "chat_id=7002&text=x", 400, "Bad Request: chat not found"},
	{"no text", "sendMessage", "chat_id=7001", 400, "Bad Request: message text is empty"},
	{"empty text", "sendMessage", "chat_id=7001&text=", 400, "Bad Request: message text is empty"},
	{"blank text", "sendMessage", "chat_id=7001&text=+%0A+", 400, "Bad Request: text must be non-empty"},
	{"only tags", "sendMessage", html("<b></b>"), 400, "Bad Request: text must be non-empty"},
	{"4097 characters", "sendMessage", "chat_id=7001&text=" + strings.Repeat("x", 4097), 400, "Bad Request: message is too long"},
	{"4097 of two units", "sendMessage", "chat_id=7001&text=" + url.QueryEscape(strings.Repeat("😀", 4097)), 400, "Bad Request: message is too long"},
	{"32769 bytes", "sendMessage", html(strings.Repeat("<b></b>", 4681) + "xx"), 400, "Bad Request: text is too long"},
	{"no UTF-8", "sendMessage", "chat_id=7001&text=%ff", 400, "Bad Request: strings must be encoded in UTF-8"},
	{"parse mode", "sendMessage", "chat_id=7001&text=x&parse_mode=BBCode", 400, "Bad Request: unsupported parse_mode"},
	{"bare <", "sendMessage", html("1 < 2"), 400, entities + `Unsupported start tag "" at byte offset 2`},
	{"unknown tag", "sendMessage", html("a <div>b</div>"), 400, entities + `Unsupported start tag "div" at byte offset 2`},
	{"comment", "sendMessage", html("<!-- x -->"), 400, entities + `Unsupported start tag "!--" at byte offset 0`},
	{"self-closing", "sendMessage", html("a<br/>b"), 400, entities + `Unsupported start tag "br/" at byte offset 1`},
	{"offset in bytes", "sendMessage", html("żó <x>"), 400, entities + `Unsupported start tag "x" at byte offset 5`},
	{"not closed", "sendMessage", html("<b>x"), 400, entities + `Can't find end tag corresponding to start tag "b"`},
	{"start tag cut off", "sendMessage", html("x <b"), 400, entities + "Unclosed start tag at byte offset 2"},
	{"attribute cut off", "sendMessage", html(`x <a href="y`), 400, entities + "Unclosed start tag at byte offset 2"},
	{"value cut off", "sendMessage", html(`x <a href=`), 400, entities + `Unclosed start tag "a" at byte offset 2`},
	{"end tag alone", "sendMessage", html("x</b>"), 400, entities + "Unexpected end tag at byte offset 1"},
	{"end tag cut off", "sendMessage", html("<b>x</b"), 400, entities + "Unclosed end tag at byte offset 4"},
	{"crossed tags", "sendMessage", html("<b><i>x</b></i>"), 400, entities + `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`},
	{"no attribute name", "sendMessage", html(`<a ="x">y</a>`), 400, entities + `Empty attribute name in the tag "a" at byte offset 0`},
	{"bare value", "sendMessage", html(`<a href=http://x.example/>y</a>`), 400, entities + "Unexpected end of name token at byte offset 8"},
	{"span", "sendMessage", html(`<span class="red">y</span>`), 400, entities + `Tag "span" must have class "tg-spoiler" at byte offset 0`},
	{"half a pair", "sendMessage", html("&#xd83d;"), 400, entities + "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"},
	{"markup no JSON", "sendMessage", markup("{"), 400, "Bad Request: can't parse reply keyboard markup JSON object"},
	{"markup null", "sendMessage", markup("null"), 400, "Bad Request: object expected as reply markup"},
	{"markup array", "sendMessage", markup("[]"), 400, "Bad Request: object expected as reply markup"},
	{"keyboard no array", "sendMessage", markup(`{"inline_keyboard":{}}`), 400, `Bad Request: field "inline_keyboard" must be of type Array`},
	{"keyboard flat", "sendMessage", markup(`{"inline_keyboard":[{"text":"a","callback_data":"b"}]}`), 400, `Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays`},
	{"button a string", "sendMessage", markup(`{"inline_keyboard":[["a"]]}`), 400, "Bad Request: can't parse inline keyboard button: InlineKeyboardButton must be an Object"},
	{"button without text", "sendMessage", markup(`{"inline_keyboard":[[{"callback_data":"b"}]]}`), 400, `Bad Request: can't parse inline keyboard button: Can't find field "text"`},
	{"button with empty text", "sendMessage", markup(`{"inline_keyboard":[[{"text":"","callback_data":"b"}]]}`), 400, "Bad Request: inline keyboard button text must be non-empty"},
	{"button with number", "sendMessage", markup(`{"inline_keyboard":[[{"text":1,"callback_data":"b"}]]}`), 400, `Bad Request: can't parse inline keyboard button: Field "text" must be of type String`},
	{"button that does nothing", "sendMessage", markup(`{"inline_keyboard":[[{"text":"a"}]]}`), 400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
	{"button with empty data", "sendMessage", markup(`{"inline_keyboard":[[{"text":"a","callback_data":""}]]}`), 400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
	{"65 bytes of data", "sendMessage", markup(`{"inline_keyboard":[[{"text":"a","callback_data":"` + strings.Repeat("x", 65) + `"}]]}`), 400, "Bad Request: BUTTON_DATA_INVALID"},
	{"33 letters of two bytes", "sendMessage", markup(`{"inline_keyboard":[[{"text":"a","callback_data":"` + strings.Repeat("ż", 33) + `"}]]}`), 400, "Bad Request: BUTTON_DATA_INVALID"},
	{"button to nowhere", "sendMessage", markup(`{"inline_keyboard":[[{"text":"a","url":"ftp://x"}]]}`), 400, "Bad Request: inline keyboard button URL 'ftp://x' is invalid: Wrong HTTP URL"},
	{"257 characters to copy", "sendMessage", markup(`{"inline_keyboard":[[{"text":"a","copy_text":{"text":"` + strings.Repeat("x", 257) + `"}}]]}`), 400, "Bad Request: BUTTON_COPY_TEXT_INVALID"},
	{"nothing to copy", "sendMessage", markup(`{"inline_keyboard":[[{"text":"a","copy_text":{}}]]}`), 400, "Bad Request: BUTTON_COPY_TEXT_INVALID"},
	{"a style of ours", "sendMessage", markup(`{"inline_keyboard":[[{"text":"a","callback_data":"b","style":"purple"}]]}`), 400, "Bad Request: invalid button style specified"},
	{"keyboard too long", "sendMessage", markup(`{"inline_keyboard":[[{"text":"` + strings.Repeat("x", 12000) + `","callback_data":"b"}]]}`), 400, "Bad Request: reply markup is too long"},
	{"reply to nothing", "sendMessage", `chat_id=7001&text=x&reply_parameters={"message_id":5555}`, 400, "Bad Request: message to be replied not found"},
	{"reply no JSON", "sendMessage", "chat_id=7001&text=x&reply_parameters=7", 400, "Bad Request: object expected as reply parameters"},
	{"preview no object", "sendMessage", "chat_id=7001&text=x&link_preview_options=[]", 400, "Bad Request: object expected as link preview options"},
	{"a topic in a private chat without topics", "createForumTopic", "chat_id=7001&name=x", 400, "Bad Request: the chat is not a forum"},
	{"no such topic", "sendMessage", "chat_id=7001&text=x&message_thread_id=9", 400, "Bad Request: message thread not found"},
	{"blocked", "sendMessage", "chat_id=7003&text=x", 403, "Forbidden: bot was blocked by the user"},
	{"deactivated", "sendMessage", "chat_id=7004&text=x", 403, "Forbidden: user is deactivated"},
	{"kicked", "sendMessage", "chat_id=-1001&text=x", 403, "Forbidden: bot was kicked from the group chat"},
	{"not a member", "sendMessage", "chat_id=@quay&text=x", 403, "Forbidden: bot is not a member of the channel chat"},
	{"no right to post", "sendMessage", "chat_id=@pier&text=x", 400, "Bad Request: need administrator rights in the channel chat"},
	{"edit nothing", "editMessageText", "chat_id=7001&message_id=5555&text=x", 400, "Bad Request: message to edit not found"},
	{"edit another's", "editMessageText", "chat_id=7001&message_id=1&text=x", 400, "Bad Request: message can't be edited"},
	{"edit which", "editMessageText", "chat_id=7001&text=x", 400, "Bad Request: message identifier is not specified"},
	{"edit into nothing", "editMessageText", "chat_id=7001&message_id=1", 400, "Bad Request: message text is empty"},
	{"delete nothing", "deleteMessage", "chat_id=7001&message_id=5555", 400, "Bad Request: message to delete not found"},
	{"delete another's", "deleteMessage", "chat_id=7001&message_id=1", 400, "Bad Request: message can't be deleted"},
	{"stale press", "answerCallbackQuery", "callback_query_id=1", 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"},
	{"wrong action", "sendChatAction", "chat_id=7001&action=dancing", 400, "Bad Request: wrong parameter action in request"},
	{"nobody", "getChatMember", "chat_id=7001&user_id=1", 400, "Bad Request: user not found"},
	{"no user", "getChatMember", "chat_id=7001&user_id=x", 400, "Bad Request: invalid user_id specified"},
	{"members of a channel", "getChatMember", "chat_id=@quay&user_id=7001", 400, "Bad Request: member list is inaccessible"},
	{"no file", "sendDocument", "chat_id=7001", 400, "Bad Request: there is no document in the request"},
	{"unknown file", "getFile", "file_id=x", 400, "Bad Request: wrong file_id or the file is temporarily unavailable"},
	{"commands no JSON", "setMyCommands", commands("["), 400, "Bad Request: can't parse commands JSON object"},
	{"commands no array", "setMyCommands", commands("{}"), 400, "Bad Request: expected an Array of BotCommand"},
	{"capital command", "setMyCommands", commands(`[{"command":"News","description":"x"}]`), 400, "Bad Request: BOT_COMMAND_INVALID"},
	{"long command", "setMyCommands", commands(`[{"command":"` + strings.Repeat("x", 33) + `","description":"x"}]`), 400, "Bad Request: command length must not exceed 32"},
	{"no description", "setMyCommands", commands(`[{"command":"news","description":" "}]`), 400, "Bad Request: command description must be non-empty"},
	{"long description", "setMyCommands", commands(`[{"command":"news","description":"` + strings.Repeat("x", 257) + `"}]`), 400, "Bad Request: command description length must not exceed 256"},
	{"scope", "setMyCommands", commands(`[]`) + `&scope={"type":"everybody"}`, 400, "Bad Request: can't parse BotCommandScope: Unsupported type specified"},
	{"plain webhook", "setWebhook", "url=http://x.example/", 400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"},

	// What the real server would take, but otherwise than meant.
	{"misspelt parameter", "sendMessage", "chat_id=7001&text=x&parsemode=HTML", 400, `Bad Request: telegramtest: sendMessage has no parameter "parsemode"`},
	{"number no number", "editMessageText", "chat_id=7001&message_id=1a&text=x&parse_mode=HTML&message_thread_id=1", 400, "Bad Request: message identifier is not specified"},
	{"not true nor false", "sendMessage", "chat_id=7001&text=x&disable_notification=on", 400, `Bad Request: telegramtest: parameter "disable_notification" of sendMessage is not true or false`},
	{"misspelt field", "sendMessage", `chat_id=7001&text=x&link_preview_options={"disabled":true}`, 400, `Bad Request: telegramtest: parameter "link_preview_options" of sendMessage is a LinkPreviewOptions, which has no field "disabled"`},
	{"field of another type", "sendMessage", `chat_id=7001&text=x&link_preview_options={"is_disabled":"yes"}`, 400, `Bad Request: telegramtest: parameter "link_preview_options" of sendMessage has a field "is_disabled" which is no Boolean`},
}

// wrongWorld has somebody for every reason to be refused.
func wrongWorld() *telegramtest.Server {
	s := telegramtest.New(telegramtest.Options{})
	ada := s.NewUser("Ada") // 7001
	s.NewUser("Bo")         // 7002, never wrote
	cy, di := s.NewUser("Cy"), s.NewUser("Di")

	ada.Says("/start")
	cy.Says("/start")
	cy.Blocks()
	di.Says("/start")
	di.Deactivates()

	group := s.NewGroup("Desk", ada) // -1001
	ada.AddBot(group)
	ada.KickBot(group)
	s.NewChannel("Quay", "quay", ada)
	pier := s.NewChannel("Pier", "pier", ada)
	ada.PromoteBot(pier, false)

	return s
}

func TestWrongRequestsAreRefusedInTheServersWords(t *testing.T) {
	s := wrongWorld()

	if len(wrongs) < 60 {
		t.Errorf("only %d wrong requests", len(wrongs))
	}

	for _, w := range wrongs {
		status, answer := ask(t, s, "/bot"+s.Token()+"/"+w.method, w.form)
		if answer.OK || status != w.code || answer.Code != w.code || answer.Description != w.text {
			t.Errorf("%s: %d %d %q, want %d %q", w.name, status, answer.Code, answer.Description, w.code, w.text)
		}
	}
}

// TestWhoMayBeWhisperedTo: an ephemeral message needs a person who is in the group, and
// something that allows it.
func TestWhoMayBeWhisperedTo(t *testing.T) {
	s := telegramtest.New(telegramtest.Options{Whispers: true, Topics: true})
	ada, bo := s.NewUser("Ada"), s.NewUser("Bo") // 7001, 7002
	desk := s.NewGroup("Desk", ada)              // -1001
	ada.Says("/start")
	ada.AddBot(desk)

	to := func(who string) string { return "&text=x&ephemeral_message_parameters=" + url.QueryEscape(who) }
	expect := func(name, form, text string) {
		t.Helper()

		if _, answer := ask(t, s, "/bot"+s.Token()+"/sendMessage", form); answer.Description != text || answer.OK != (text == "") {
			t.Errorf("%s: %q, want %q", name, answer.Description, text)
		}
	}

	expect("nothing allows it", "chat_id=-1001"+to(`{"receiver_user_id":7001}`), "Bad Request: not enough rights to send ephemeral messages")
	expect("no such press", "chat_id=-1001"+to(`{"receiver_user_id":7001,"callback_query_id":"5"}`), "Bad Request: not enough rights to send ephemeral messages")
	ada.PromoteBot(desk, true)
	expect("an administrator", "chat_id=-1001"+to(`{"receiver_user_id":7001}`), "")
	expect("who is not there", "chat_id=-1001"+to(fmt.Sprintf(`{"receiver_user_id":%d}`, bo.ID)), "Bad Request: user not found")
	expect("a private chat", "chat_id=7001"+to(`{"receiver_user_id":7001}`), "Bad Request: ephemeral messages can be sent only to groups and supergroups")
	expect("a reply to nothing", "chat_id=-1001&reply_parameters="+url.QueryEscape(`{"message_id":5555,"allow_sending_without_reply":true}`)+to(`{"receiver_user_id":7001}`), "Bad Request: message to be replied not found")
	expect("a misspelt field", "chat_id=-1001"+to(`{"user_id":7001}`), `Bad Request: telegramtest: parameter "ephemeral_message_parameters" of sendMessage is a EphemeralMessageParameters, which has no field "user_id"`)

	if _, answer := ask(t, s, "/bot"+s.Token()+"/createForumTopic", "chat_id=7001&name="+strings.Repeat("x", 129)); answer.Description != "Bad Request: TOPIC_TITLE_EMPTY" {
		t.Errorf("a name of 129 characters: %q", answer.Description)
	}
}

func TestWrongTokensAndPaths(t *testing.T) {
	s := telegramtest.New(telegramtest.Options{})
	for _, w := range []struct {
		path string
		code int
		text string
	}{
		{"/botabc/getMe", 401, "Unauthorized: invalid token specified"},
		{"/bot0:abc/getMe", 401, "Unauthorized: invalid token specified"},
		{"/bot1:abc/getMe", 401, "Unauthorized"},
		{"/getMe", 404, "Not Found"},
		{"/bot" + s.Token(), 404, "Not Found"},
	} {
		status, answer := ask(t, s, w.path, "")
		if status != w.code || answer.Description != w.text {
			t.Errorf("%s: %d %q, want %d %q", w.path, status, answer.Description, w.code, w.text)
		}
	}
}

func TestWhatTheRealServerTakes(t *testing.T) {
	s := telegramtest.New(telegramtest.Options{})
	s.NewUser("Ada").Says("/start")

	for name, form := range map[string]string{
		"4096 of two units":   "text=" + url.QueryEscape(strings.Repeat("😀", 4096)),
		"4096 after parsing":  "parse_mode=html&text=" + url.QueryEscape("<b>"+strings.Repeat("&amp;", 4096)+"</b>"),
		"bare &":              "parse_mode=HTML&text=" + url.QueryEscape("R&D &nbsp; &"),
		"single quotes":       "parse_mode=HTML&text=" + url.QueryEscape(`<a href='http://x.example/'>y</a>`),
		"capitals":            "parse_mode=HTML&text=" + url.QueryEscape(`<B>x</b>`),
		"the library's":       "text=x&disable_web_page_preview=true&reply_to_message_id=0&allow_sending_without_reply=true",
		"64 bytes of data":    "text=x&reply_markup=" + url.QueryEscape(`{"inline_keyboard":[[{"text":"a","callback_data":"`+strings.Repeat("ż", 32)+`"}]]}`),
		"reply to what is no": `text=x&reply_parameters={"message_id":99,"allow_sending_without_reply":true}`,
	} {
		status, answer := ask(t, s, "/bot"+s.Token()+"/SENDMESSAGE", "chat_id=7001&"+form)
		if status != 200 || !answer.OK {
			t.Errorf("%s: %d %s", name, status, answer.Description)
		}
	}

	if c := s.Complaints(); len(c) > 0 {
		t.Error(c)
	}
}
