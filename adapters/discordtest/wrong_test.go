package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// ask makes a REST call as a bot would, and returns status and error code.
func ask(t *testing.T, f *Fake, method, path, body string, change ...func(*http.Request)) (int, int, string) {
	t.Helper()

	req, err := http.NewRequest(method, f.APIURL+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}

	req.Header.Set("Authorization", "Bot "+f.Token)
	req.Header.Set("User-Agent", "DiscordBot (test, 1)")

	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}

	for _, c := range change {
		c(req)
	}

	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()

	raw, _ := io.ReadAll(resp.Body)

	var e struct {
		Code int `json:"code"`
	}

	_ = json.Unmarshal(raw, &e)

	return resp.StatusCode, e.Code, string(raw)
}

// embeds returns a message with one embed.
func embeds(inner string) string {
	return `{"allowed_mentions":{"parse":[]},"embeds":[{` + inner + `}]}`
}

func buttonRow(buttons string) string {
	return `{"content":"x","allowed_mentions":{"parse":[]},"components":[{"type":1,"components":[` + buttons + `]}]}`
}

func long(n int) string { return strings.Repeat("x", n) }

func slash(inner string) string { return `[{"name":"a","type":1,"description":"b",` + inner + `}]` }

// The table of wrong requests: each is refused, with Discord's own number.
func TestWrongRequests(t *testing.T) {
	f := Start(Options{})
	defer f.Close()

	f.Limit("POST /channels/{channel}/messages", 1000, 1)
	desk, gone := f.Server("Desk"), f.Server("Gone")
	general, hidden, mute, plain := desk.Text("general"), desk.Text("hidden"), desk.Text("mute"), desk.Text("plain")
	forum, tagged, category, thread := desk.Forum("forum"), desk.Forum("tagged"), desk.Category("category"), general.Thread("thread")
	lost := gone.Text("lost")
	ada, closed, strangers := f.Person("Ada"), f.Person("Closed"), f.Person("Strangers")

	hidden.DenyBot(ViewChannel)
	mute.DenyBot(SendMessages)
	plain.DenyBot(EmbedLinks)
	tagged.RequireTag("news")
	thread.Lock()
	desk.Join(ada)
	gone.Kick()
	closed.ClosesMessages(50007)
	strangers.ClosesMessages(50278)

	const ok = `{"content":"x","allowed_mentions":{"parse":[]}}`

	var made struct{ ID string }

	_, _, raw := ask(t, f, "POST", "/channels/"+general.ID+"/messages", ok)
	if json.Unmarshal([]byte(raw), &made) != nil || made.ID == "" {
		t.Fatal(raw)
	}

	f.mu.Lock()
	f.commands = []command{{Name: "list"}}
	theirs := f.put(general, ada, map[string]any{"content": "mine"})
	fresh := func() *interaction {
		it, _ := f.begin(ada, general, kindCommand, nil, nil)
		return it
	}
	open, typed := fresh(), fresh()
	typed.kind = kindComplete
	late := fresh()
	late.at = late.at.Add(-4 * 1e9)
	taken := fresh()
	taken.acked, taken.original = 4, f.put(general, f.bot, map[string]any{"content": "x", "allowed_mentions": map[string]any{}})
	old := fresh()
	old.acked, old.original, old.at = 4, taken.original, old.at.Add(-16*60*1e9)
	f.mu.Unlock()

	msg, app := "/channels/"+general.ID+"/messages", "/applications/"+f.app+"/commands"
	callback := func(it *interaction) string { return "/interactions/" + it.id + "/" + it.token + "/callback" }
	hook := func(it *interaction) string { return "/webhooks/" + f.app + "/" + it.token }
	plainText := func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }

	wrong := []struct {
		name, method, path, body string
		status, code             int
		hint                     string // in the answer
		change                   func(*http.Request)
	}{
		{"no token", "POST", msg, ok, 401, 0, "Unauthorized", func(r *http.Request) { r.Header.Del("Authorization") }},
		{"another's token", "POST", msg, ok, 401, 0, "Unauthorized", func(r *http.Request) { r.Header.Set("Authorization", "Bot other") }},
		{"token without Bot", "POST", msg, ok, 401, 0, "Unauthorized", func(r *http.Request) { r.Header.Set("Authorization", f.Token) }},
		{"a browser", "POST", msg, ok, 403, 0, "Cloudflare", func(r *http.Request) { r.Header.Set("User-Agent", "Mozilla/5.0") }},
		{"no such route", "POST", "/nonsense", ok, 404, 0, "404: Not Found", nil},
		{"another method", "PUT", msg, ok, 404, 0, "", nil},
		{"no id", "POST", "/channels/general/messages", ok, 400, 50035, "snowflake", nil},
		{"unknown channel", "POST", "/channels/123/messages", ok, 404, 10003, "Unknown Channel", nil},
		{"hidden channel", "POST", "/channels/" + hidden.ID + "/messages", ok, 403, 50001, "Missing Access", nil},
		{"hidden, read", "GET", "/channels/" + hidden.ID, "", 403, 50001, "", nil},
		{"a server left", "POST", "/channels/" + lost.ID + "/messages", ok, 403, 50001, "", nil},
		{"no right to send", "POST", "/channels/" + mute.ID + "/messages", ok, 403, 50013, "Missing Permissions", nil},
		{"an embed without the right", "POST", "/channels/" + plain.ID + "/messages", embeds(`"title":"x"`), 400, 50006, "empty message", nil},
		{"a forum", "POST", "/channels/" + forum.ID + "/messages", ok, 400, 50008, "non-text", nil},
		{"a category", "POST", "/channels/" + category.ID + "/messages", ok, 400, 50008, "", nil},
		{"a locked thread", "POST", "/channels/" + thread.ID + "/messages", ok, 400, 160005, "", nil},
		{"closed messages", "POST", "/channels/" + closed.Direct().ID + "/messages", ok, 403, 50007, "Cannot send", nil},
		{"no mutual server", "POST", "/channels/" + strangers.Direct().ID + "/messages", ok, 403, 50278, "", nil},
		{"not JSON", "POST", msg, `{"content":`, 400, 50109, "invalid JSON", nil},
		{"not JSON by type", "POST", msg, ok, 400, 50035, "CONTENT_TYPE_INVALID", plainText},
		{"nothing", "POST", msg, `{}`, 400, 50006, "", nil},
		{"blanks", "POST", msg, `{"content":"  \n "}`, 400, 50006, "", nil},
		{"only a button", "POST", msg, strings.Replace(buttonRow(`{"type":2,"style":2,"label":"a","custom_id":"a"}`), `"content":"x",`, "", 1), 400, 50006, "", nil},
		{"content 2001", "POST", msg, `{"content":"` + long(2001) + `"}`, 400, 50035, "2000 or fewer", nil},
		{"content a number", "POST", msg, `{"content":5}`, 400, 50035, "content", nil},
		{"nonce 26", "POST", msg, `{"content":"x","nonce":"` + long(26) + `"}`, 400, 50035, "nonce", nil},
		{"11 embeds", "POST", msg, `{"embeds":[` + strings.Repeat(`{"title":"x"},`, 10) + `{"title":"x"}]}`, 400, 50035, "10 or fewer", nil},
		{"title 257", "POST", msg, embeds(`"title":"` + long(257) + `"`), 400, 50035, "256 or fewer", nil},
		{"title of 129 pairs", "POST", msg, embeds(`"title":"` + strings.Repeat("𝒳", 129) + `"`), 400, 50035, "256 or fewer", nil},
		{"description 4097", "POST", msg, embeds(`"description":"` + long(4097) + `"`), 400, 50035, "4096 or fewer", nil},
		{"26 fields", "POST", msg, embeds(`"fields":[` + strings.Repeat(`{"name":"a","value":"b"},`, 25) + `{"name":"a","value":"b"}]`), 400, 50035, "25 or fewer", nil},
		{"field name 257", "POST", msg, embeds(`"fields":[{"name":"` + long(257) + `","value":"b"}]`), 400, 50035, "256 or fewer", nil},
		{"field value 1025", "POST", msg, embeds(`"fields":[{"name":"a","value":"` + long(1025) + `"}]`), 400, 50035, "1024 or fewer", nil},
		{"field without value", "POST", msg, embeds(`"fields":[{"name":"a"}]`), 400, 50035, "required", nil},
		{"field of blanks", "POST", msg, embeds(`"fields":[{"name":"a","value":" "}]`), 400, 50035, "required", nil},
		{"footer 2049", "POST", msg, embeds(`"footer":{"text":"` + long(2049) + `"}`), 400, 50035, "2048 or fewer", nil},
		{"author 257", "POST", msg, embeds(`"author":{"name":"` + long(257) + `"}`), 400, 50035, "256 or fewer", nil},
		{"sum 6001", "POST", msg, `{"embeds":[{"description":"` + long(4000) + `"},{"description":"` + long(2001) + `"}]}`, 400, 50035, "MAX_EMBED_SIZE_EXCEEDED", nil},
		{"color", "POST", msg, embeds(`"title":"x","color":16777216`), 400, 50035, "color", nil},
		{"embed url", "POST", msg, embeds(`"title":"x","url":"javascript:alert(1)"`), 400, 50035, "URL_TYPE_INVALID_SCHEME", nil},
		{"embed url 2049", "POST", msg, embeds(`"title":"x","url":"https://x/` + long(2049) + `"`), 400, 50035, "2048 or fewer", nil},
		{"embed url is none", "POST", msg, embeds(`"title":"x","url":"not a url"`), 400, 50035, "URL", nil},
		{"image url", "POST", msg, embeds(`"title":"x","image":{"url":"ftp://x/y"}`), 400, 50035, "URL_TYPE_INVALID_SCHEME", nil},
		{"embed of nothing", "POST", msg, embeds(`"title":" "`), 400, 50035, "required", nil},
		{"6 rows", "POST", msg, `{"content":"x","components":[` + strings.Repeat(`{"type":1,"components":[{"type":2,"style":2,"label":"a","custom_id":"a"}]},`, 5) + `{"type":1,"components":[{"type":2,"style":2,"label":"a","custom_id":"a"}]}]}`, 400, 50035, "between 1 and 5", nil},
		{"6 buttons", "POST", msg, buttonRow(strings.Repeat(`{"type":2,"style":2,"label":"a","custom_id":"a"},`, 5) + `{"type":2,"style":2,"label":"a","custom_id":"a"}`), 400, 50035, "5 or fewer", nil},
		{"no buttons", "POST", msg, buttonRow(""), 400, 50035, "or more", nil},
		{"label 81", "POST", msg, buttonRow(`{"type":2,"style":2,"custom_id":"a","label":"` + long(81) + `"}`), 400, 50035, "80 or fewer", nil},
		{"custom_id 101", "POST", msg, buttonRow(`{"type":2,"style":2,"label":"a","custom_id":"` + long(101) + `"}`), 400, 50035, "100 or fewer", nil},
		{"custom_id twice", "POST", msg, buttonRow(`{"type":2,"style":2,"label":"a","custom_id":"a"},{"type":2,"style":2,"label":"b","custom_id":"a"}`), 400, 50035, "COMPONENT_CUSTOM_ID_DUPLICATED", nil},
		{"no custom_id", "POST", msg, buttonRow(`{"type":2,"style":2,"label":"a"}`), 400, 50035, "custom id", nil},
		{"a link without url", "POST", msg, buttonRow(`{"type":2,"style":5,"label":"a"}`), 400, 50035, "url", nil},
		{"custom_id and url", "POST", msg, buttonRow(`{"type":2,"style":5,"label":"a","custom_id":"a","url":"https://x"}`), 400, 50035, "cannot both", nil},
		{"no label", "POST", msg, buttonRow(`{"type":2,"style":2,"custom_id":"a"}`), 400, 50035, "label or emoji", nil},
		{"an unknown style", "POST", msg, buttonRow(`{"type":2,"style":9,"label":"a","custom_id":"a"}`), 400, 50035, "style", nil},
		{"mentions both ways", "POST", msg, `{"content":"x","allowed_mentions":{"parse":["roles"],"roles":["1"]}}`, 400, 50035, "mutually exclusive", nil},
		{"mention of nobody", "POST", msg, `{"content":"x","allowed_mentions":{"parse":["nobody"]}}`, 400, 50035, "parse", nil},
		{"mention of no id", "POST", msg, `{"content":"x","allowed_mentions":{"parse":[],"roles":["x"]}}`, 400, 50035, "roles", nil},
		{"edit of nothing", "PATCH", msg + "/123", ok, 404, 10008, "Unknown Message", nil},
		{"edit of another's", "PATCH", msg + "/" + theirs.id, ok, 403, 50005, "", nil},
		{"edit to nothing", "PATCH", msg + "/" + made.ID, `{"content":"","embeds":[]}`, 400, 50006, "", nil},
		{"a page that keeps its content", "PATCH", msg + "/" + made.ID, `{"flags":32768,"components":[{"type":17,"components":[{"type":10,"content":"x"}]}]}`, 400, 50035, "COMPONENTS_V2", nil},
		{"edit to 2001", "PATCH", msg + "/" + made.ID, `{"content":"` + long(2001) + `"}`, 400, 50035, "", nil},
		{"limit 101", "GET", msg + "?limit=101", "", 400, 50035, "between 1 and 100", nil},
		{"a person who is none", "POST", "/users/@me/channels", `{"recipient_id":"123"}`, 400, 50035, "recipient_id", nil},
		{"the bot itself", "POST", "/users/@me/channels", `{"recipient_id":"` + f.Bot() + `"}`, 400, 50007, "", nil},
		{"recipient without id", "POST", "/users/@me/channels", `{"recipient_id":"ada"}`, 400, 50035, "", nil},
		{"unknown server", "GET", "/guilds/123", "", 404, 10004, "", nil},
		{"a server left, read", "GET", "/guilds/" + gone.ID, "", 403, 50001, "", nil},
		{"no member", "GET", "/guilds/" + desk.ID + "/members/" + closed.ID, "", 404, 10007, "", nil},
		{"no user", "GET", "/guilds/" + desk.ID + "/members/123", "", 404, 10013, "", nil},
		{"post without message", "POST", "/channels/" + forum.ID + "/threads", `{"name":"x"}`, 400, 50035, "", nil},
		{"post without name", "POST", "/channels/" + forum.ID + "/threads", `{"message":{"content":"x"}}`, 400, 50035, "", nil},
		{"post name 101", "POST", "/channels/" + forum.ID + "/threads", `{"name":"` + long(101) + `","message":{"content":"x"}}`, 400, 50035, "", nil},
		{"post without tag", "POST", "/channels/" + tagged.ID + "/threads", `{"name":"x","message":{"content":"x"}}`, 400, 40067, "tag is required", nil},
		{"post with a wrong tag", "POST", "/channels/" + tagged.ID + "/threads", `{"name":"x","applied_tags":["1"],"message":{"content":"x"}}`, 400, 50035, "applied_tags", nil},
		{"post in no forum", "POST", "/channels/" + general.ID + "/threads", `{"name":"x","message":{"content":"x"}}`, 400, 50024, "", nil},
		{"post of nothing", "POST", "/channels/" + forum.ID + "/threads", `{"name":"x","message":{"content":" "}}`, 400, 50006, "", nil},
		{"another's commands", "PUT", "/applications/123/commands", `[]`, 404, 10002, "", nil},
		{"command in capitals", "PUT", app, `[{"name":"List","type":1,"description":"b"}]`, 400, 50035, "INVALID_NAME", nil},
		{"command with a blank", "PUT", app, `[{"name":"my list","type":1,"description":"b"}]`, 400, 50035, "INVALID_NAME", nil},
		{"command name 33", "PUT", app, `[{"name":"` + long(33) + `","type":1,"description":"b"}]`, 400, 50035, "32 or fewer", nil},
		{"command without description", "PUT", app, `[{"name":"a","type":1}]`, 400, 50035, "required", nil},
		{"description 101", "PUT", app, `[{"name":"a","type":1,"description":"` + long(101) + `"}]`, 400, 50035, "100 or fewer", nil},
		{"command twice", "PUT", app, `[{"name":"a","type":1,"description":"b"},{"name":"a","type":1,"description":"b"}]`, 400, 50035, "unique", nil},
		{"required last", "PUT", app, slash(`"options":[{"type":3,"name":"x","description":"y"},{"type":3,"name":"z","description":"y","required":true}]`), 400, 50035, "REQUIRED_INVALID", nil},
		{"option twice", "PUT", app, slash(`"options":[{"type":3,"name":"x","description":"y"},{"type":3,"name":"x","description":"y"}]`), 400, 50035, "unique", nil},
		{"choices and completion", "PUT", app, slash(`"options":[{"type":3,"name":"x","description":"y","autocomplete":true,"choices":[{"name":"a","value":"b"}]}]`), 400, 50035, "", nil},
		{"subcommand beside option", "PUT", app, slash(`"options":[{"type":1,"name":"x","description":"y"},{"type":3,"name":"z","description":"y"}]`), 400, 50035, "mutually exclusive", nil},
		{"option of type 99", "PUT", app, slash(`"options":[{"type":99,"name":"x","description":"y"}]`), 400, 50035, "", nil},
		{"channel type 16", "PUT", app, slash(`"options":[{"type":7,"name":"x","description":"y","channel_types":[16]}]`), 400, 50035, "channel_types", nil},
		{"101 commands", "PUT", app, many(101), 400, 30032, "", nil},
		{"8000 characters", "PUT", app, fat(), 400, 50035, "TOO_LARGE", nil},
		{"unknown interaction", "POST", "/interactions/123/x/callback", `{"type":4,"data":{"content":"x"}}`, 404, 10062, "", nil},
		{"another's interaction", "POST", "/interactions/" + open.id + "/x/callback", `{"type":4,"data":{"content":"x"}}`, 404, 10062, "", nil},
		{"late answer", "POST", callback(late), `{"type":4,"data":{"content":"x"}}`, 404, 10062, "Unknown interaction", nil},
		{"second answer", "POST", callback(taken), `{"type":4,"data":{"content":"x"}}`, 400, 40060, "already been acknowledged", nil},
		{"update of no message", "POST", callback(open), `{"type":7,"data":{"content":"x"}}`, 400, 50035, "", nil},
		{"deferred update of no message", "POST", callback(open), `{"type":6}`, 400, 50035, "", nil},
		{"text for a completion", "POST", callback(typed), `{"type":4,"data":{"content":"x"}}`, 400, 50035, "", nil},
		{"26 completions", "POST", callback(typed), `{"type":8,"data":{"choices":[` + strings.Repeat(`{"name":"a","value":"b"},`, 25) + `{"name":"a","value":"b"}]}}`, 400, 50035, "", nil},
		{"completion 101", "POST", callback(typed), `{"type":8,"data":{"choices":[{"name":"` + long(101) + `","value":"b"}]}}`, 400, 50035, "", nil},
		{"completion without choices", "POST", callback(typed), `{"type":8,"data":{}}`, 400, 50035, "", nil},
		{"answer of nothing", "POST", callback(open), `{"type":4,"data":{"content":""}}`, 400, 50006, "", nil},
		{"answer of 2001", "POST", callback(open), `{"type":4,"data":{"content":"` + long(2001) + `"}}`, 400, 50035, "2000 or fewer", nil},
		{"answer of type 99", "POST", callback(open), `{"type":99}`, 400, 50035, "", nil},
		{"follow-up before the answer", "POST", hook(open), ok, 404, 10015, "", nil},
		{"follow-up after 15 minutes", "POST", hook(old), ok, 401, 50027, "Invalid Webhook Token", nil},
		{"edit after 15 minutes", "PATCH", hook(old) + "/messages/@original", ok, 401, 50027, "", nil},
		{"another's token", "POST", "/webhooks/" + f.app + "/nonsense", ok, 401, 50027, "", nil},
		{"another's webhook", "POST", "/webhooks/123/" + taken.token, ok, 404, 10015, "", nil},
		{"edit of no follow-up", "PATCH", hook(taken) + "/messages/123", ok, 404, 10008, "", nil},
		{"follow-up of nothing", "POST", hook(taken), `{"allowed_mentions":{"parse":[]}}`, 400, 50006, "", nil},
	}
	for _, w := range wrong {
		change := w.change
		if change == nil {
			change = func(*http.Request) {}
		}

		f.mu.Lock()
		delete(f.buckets, "global")
		f.mu.Unlock()

		status, code, raw := ask(t, f, w.method, w.path, w.body, change)
		if status != w.status || code != w.code || !strings.Contains(raw, w.hint) {
			t.Errorf("%s: %d, %d: %.300s\nwant %d, %d with %q", w.name, status, code, raw, w.status, w.code, w.hint)
		}
	}

	if len(wrong) < 60 {
		t.Errorf("only %d", len(wrong))
	}

	t.Logf("%d wrong requests were refused", len(wrong))
}

func many(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`{"name":"a%d","type":1,"description":"b"}`, i))
	}

	return "[" + strings.Join(all, ",") + "]"
}

func fat() string {
	var choices []string
	for i := range 25 {
		choices = append(choices, fmt.Sprintf(`{"name":"%s%d","value":"%s%d"}`, long(90), i, long(90), i))
	}

	one := `{"type":3,"name":"x%d","description":"y","choices":[` + strings.Join(choices, ",") + `]}`

	return slash(`"options":[` + fmt.Sprintf(one, 1) + "," + fmt.Sprintf(one, 2) + `]`)
}

// What is right is taken, and what is only doubtful is complained about.
func TestRightRequests(t *testing.T) {
	f := Start(Options{})
	defer f.Close()

	general := f.Server("Desk").Text("general")
	for _, body := range []string{
		`{"content":"x","allowed_mentions":{"parse":[]}}`,
		`{"content":"","embeds":[{"title":"x","url":"https://x.y/z"}],"components":[],"allowed_mentions":{"parse":[],"roles":["1"]},"nonce":"a","enforce_nonce":true}`,
		`{"content":null,"embeds":[{"description":"` + long(4096) + `"}],"allowed_mentions":{"parse":[]}}`,
	} {
		if status, _, raw := ask(t, f, "POST", "/channels/"+general.ID+"/messages", body); status != 200 {
			t.Error(raw)
		}
	}

	if c := f.Complaints(); c != nil {
		t.Error(c)
	}

	general.AllowBot(MentionEveryone)
	ask(t, f, "POST", "/channels/"+general.ID+"/messages", `{"content":"@everyone"}`)
	ask(t, f, "POST", "/channels/"+general.ID+"/messages", `{"content":"x","allow_mentions":{"parse":[]}}`)

	if c := f.Complaints(); len(c) != 3 {
		t.Errorf("%d complaints: %q", len(c), c)
	}

	if got := fmt.Sprint(general.Pings()); got != "[[] [] [] [@everyone] []]" {
		t.Error(got)
	}
}

func TestLimitsHaveDiscordsForm(t *testing.T) {
	f := Start(Options{})
	defer f.Close()

	general := f.Server("Desk").Text("general")

	var last *http.Response

	for range 6 {
		req, _ := http.NewRequest("POST", f.APIURL+"/channels/"+general.ID+"/messages", strings.NewReader(`{"content":"x","allowed_mentions":{"parse":[]}}`))
		req.Header = http.Header{"Authorization": {"Bot " + f.Token}, "User-Agent": {"DiscordBot (t, 1)"}, "Content-Type": {"application/json"}}

		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}

		if resp.StatusCode == 200 {
			for _, h := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Reset-After", "X-RateLimit-Bucket"} {
				if resp.Header.Get(h) == "" {
					t.Errorf("no %s", h)
				}
			}
		}

		last = resp
		defer resp.Body.Close()
	}

	var body struct {
		Message    string  `json:"message"`
		RetryAfter float64 `json:"retry_after"`
		Global     *bool   `json:"global"`
	}
	if err := json.NewDecoder(last.Body).Decode(&body); err != nil || last.StatusCode != 429 {
		t.Fatal(last.Status, err)
	}

	if body.Message != "You are being rate limited." || body.RetryAfter <= 0 || body.Global == nil || *body.Global || last.Header.Get("X-RateLimit-Scope") != "user" || last.Header.Get("Retry-After") == "" {
		t.Errorf("%+v %v", body, last.Header)
	}

	if f.Refused() != 1 {
		t.Errorf("refused %d", f.Refused())
	}
}

func TestAnEnforcedNonceMakesOneMessage(t *testing.T) {
	f := Start(Options{})
	defer f.Close()

	general, other := f.Server("Desk").Text("general"), f.Server("Other").Text("general")

	const body = `{"content":"x","nonce":"n","enforce_nonce":true,"allowed_mentions":{"parse":[]}}`

	ids := map[string]bool{}

	for range 3 {
		_, _, raw := ask(t, f, "POST", "/channels/"+general.ID+"/messages", body)

		var m struct{ ID, Nonce string }
		if json.Unmarshal([]byte(raw), &m) != nil || m.Nonce != "n" {
			t.Error(raw)
		}

		ids[m.ID] = true
	}

	ask(t, f, "POST", "/channels/"+other.ID+"/messages", body)
	ask(t, f, "POST", "/channels/"+general.ID+"/messages", strings.Replace(body, `"enforce_nonce":true`, `"enforce_nonce":false`, 1))

	if len(ids) != 1 || len(general.Messages()) != 2 || len(other.Messages()) != 1 {
		t.Errorf("%v, %d, %d", ids, len(general.Messages()), len(other.Messages()))
	}
}
