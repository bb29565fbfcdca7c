package discordtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"
)

func timestamp() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000000+00:00") }

// refusal is an error answer of Discord's.
type refusal struct {
	status int
	code   int
	text   string
	errors any
	header http.Header
	extra  map[string]any
	html   string // in place of JSON
}

// Source: "JSON Error Codes" in Discord's documentation.
var (
	errUnauthorized   = &refusal{status: 401, code: 0, text: "401: Unauthorized"}
	errNoRoute        = &refusal{status: 404, code: 0, text: "404: Not Found"}
	errChannel        = &refusal{status: 404, code: 10003, text: "Unknown Channel"}
	errGuild          = &refusal{status: 404, code: 10004, text: "Unknown Guild"}
	errMember         = &refusal{status: 404, code: 10007, text: "Unknown Member"}
	errMessage        = &refusal{status: 404, code: 10008, text: "Unknown Message"}
	errUser           = &refusal{status: 404, code: 10013, text: "Unknown User"}
	errWebhook        = &refusal{status: 404, code: 10015, text: "Unknown Webhook"}
	errInteraction    = &refusal{status: 404, code: 10062, text: "Unknown interaction"}
	errApplication    = &refusal{status: 404, code: 10002, text: "Unknown Application"}
	errTooLarge       = &refusal{status: 413, code: 40005, text: "Request entity too large"}
	errAcknowledged   = &refusal{status: 400, code: 40060, text: "Interaction has already been acknowledged."}
	errTag            = &refusal{status: 400, code: 40067, text: "A tag is required to create a forum post in this channel"}
	errAccess         = &refusal{status: 403, code: 50001, text: "Missing Access"}
	errNotMine        = &refusal{status: 403, code: 50005, text: "Cannot edit a message authored by another user"}
	errEmpty          = &refusal{status: 400, code: 50006, text: "Cannot send an empty message"}
	errNoText         = &refusal{status: 400, code: 50008, text: "Cannot send messages in a non-text channel"}
	errRights         = &refusal{status: 403, code: 50013, text: "Missing Permissions"}
	errChannelType    = &refusal{status: 400, code: 50024, text: "Cannot execute action on this channel type"}
	errWebhookToken   = &refusal{status: 401, code: 50027, text: "Invalid Webhook Token"}
	errJSON           = &refusal{status: 400, code: 50109, text: "The request body contains invalid JSON."}
	errForm           = &refusal{status: 400, code: 50035, text: "Invalid Form Body"}
	errNoHistory      = &refusal{status: 400, code: 160002, text: "Cannot reply without permission to read message history"}
	errReference      = &refusal{status: 400, code: 50035, text: "Invalid Form Body: message_reference: Unknown message"}
	errPublished      = &refusal{status: 400, code: 40033, text: "This message has already been crossposted."}
	errThreadOpen     = &refusal{status: 400, code: 160004, text: "A thread has already been created for this message"}
	errLocked         = &refusal{status: 400, code: 160005, text: "Thread is locked"}
	errContentType    = &refusal{status: 400, code: 50035, text: "Invalid Form Body", errors: newProblem("CONTENT_TYPE_INVALID", `Expected "Content-Type" header to be one of {'application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'}.`)}
	errUserAgentHTML  = &refusal{status: 403, html: "<html><head><title>Access denied | discord.com used Cloudflare to restrict access</title></head><body>error code: 1020</body></html>"}
	errWrongSnowflake = func(name, value string) *refusal {
		return invalidForm(map[string]any{name: newProblem("NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not snowflake.", value))})
	}
)

func newProblem(code, message string) map[string]any {
	return map[string]any{"_errors": []any{map[string]any{"code": code, "message": message}}}
}

// invalidForm returns "Invalid Form Body" with what is wrong where.
func invalidForm(where map[string]any) *refusal {
	return &refusal{status: 400, code: 50035, text: "Invalid Form Body", errors: where}
}

// call is one REST call on its way.
type call struct {
	f    *Fake
	r    *http.Request
	raw  []byte         // the JSON
	body map[string]any // the same, if it is an object
	list []any          // or a list
	file int            // files that came along
}

func (c *call) path(name string) string { return c.r.PathValue(name) }

// handler does a call; it runs with mu held. What it returns is the answer: nil
// is 204.
type handler func(*call) (status int, body any, err *refusal)

// with has a handler do a call about something that is there.
func with[T any](find func(*call) (T, *refusal), handle func(*call, T) (int, any, *refusal)) handler {
	return func(c *call) (int, any, *refusal) {
		found, err := find(c)
		if err != nil {
			return 0, nil, err
		}

		return handle(c, found)
	}
}

// routes sets up the part of API v10 that the fake knows.
func (f *Fake) routes(mux *http.ServeMux) {
	add := func(pattern, op string, h handler) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /api/v10"+path, func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, method+" "+path, op, h) })
	}
	full := func(pattern, op string, h handler) {
		if !f.o.Bare {
			add(pattern, op, h)
		}
	}

	add("GET /gateway", "", f.getGateway)
	full("GET /gateway/bot", "", f.getGatewayBot)
	add("GET /users/@me", "", f.getMe)
	add("GET /applications/@me", "", f.getApplication)
	full("POST /users/@me/channels", "POST /users/@me/channels", f.openDirect)
	full("GET /channels/{channel}", "", with((*call).seen, f.getChannel))
	add("GET /channels/{channel}/messages", "", with((*call).seen, f.listMessages))
	add("POST /channels/{channel}/messages", "POST /channels/{channel_id}/messages", with((*call).seen, f.createMessage))
	add("POST /channels/{channel}/typing", "", with((*call).seen, f.typing))
	add("POST /channels/{channel}/threads", "POST /channels/{channel_id}/threads", with((*call).seen, f.createThread))
	add("GET /channels/{channel}/messages/{message}", "", with((*call).message, f.getMessage))
	add("PATCH /channels/{channel}/messages/{message}", "PATCH /channels/{channel_id}/messages/{message_id}", with((*call).message, f.editMessage))
	add("DELETE /channels/{channel}/messages/{message}", "", with((*call).message, f.deleteMessage))
	add("POST /channels/{channel}/messages/{message}/threads", "", with((*call).message, f.openThread))
	add("POST /channels/{channel}/messages/{message}/crosspost", "", with((*call).message, f.crosspost))
	full("GET /guilds/{guild}", "", with((*call).guild, f.getGuild))
	full("GET /guilds/{guild}/channels", "", with((*call).guild, f.getGuildChannels))
	full("GET /guilds/{guild}/roles", "", with((*call).guild, f.getGuildRoles))
	full("GET /guilds/{guild}/threads/active", "", with((*call).guild, f.getThreads))
	full("GET /channels/{channel}/threads/archived/public", "", with((*call).seen, f.getArchived))
	full("GET /guilds/{guild}/members/{user}", "", with((*call).guild, f.getMember))
	add("GET /applications/{application}/commands", "", f.getCommands)
	add("PUT /applications/{application}/commands", "PUT /applications/{application_id}/commands", f.putCommands)
	add("POST /interactions/{interaction}/{token}/callback", "POST /interactions/{interaction_id}/{interaction_token}/callback", f.callback)
	add("GET /channels/{channel}/webhooks", "", with((*call).managedWebhooks, f.listWebhooks))
	add("POST /channels/{channel}/webhooks", "POST /channels/{channel_id}/webhooks", with((*call).managedWebhooks, f.createWebhook))
	add("POST /webhooks/{application}/{token}", "POST /webhooks/{webhook_id}/{webhook_token}", f.followup)
	add("GET /webhooks/{application}/{token}/messages/{message}", "", with((*call).answer, f.webhookGet))
	add("PATCH /webhooks/{application}/{token}/messages/{message}", "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", f.webhookEdit)
	add("DELETE /webhooks/{application}/{token}/messages/{message}", "", with((*call).answer, f.webhookDelete))
	mux.HandleFunc("/api/v10/", func(w http.ResponseWriter, r *http.Request) {
		f.serve(w, r, "", "", func(*call) (int, any, *refusal) { return 0, nil, errNoRoute })
	})
}

const maxRequest = 25 << 20 // Source: "Uploading Files"

func (f *Fake) serve(w http.ResponseWriter, r *http.Request, route, op string, h handler) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	isOver := f.faults.before(w, r, route)

	f.mu.Lock()

	if isOver {
		f.note(r, raw, 0, 0)
		f.mu.Unlock()

		return
	}

	status, body, limit, err := f.do(r, raw, route, op, h)
	if err == nil {
		err = f.faults.after(route)
	}

	code := 0
	if err != nil {
		status, code = err.status, err.code
	}

	f.note(r, raw, status, code)
	f.mu.Unlock()

	if !f.o.Bare {
		limit.write(w.Header())
	}

	if err != nil && err.status < 0 { // the effect happened, the answer is lost
		panic(http.ErrAbortHandler)
	}

	f.answer(w, status, body, err)
}

// note keeps a call. The caller holds mu.
func (f *Fake) note(r *http.Request, raw []byte, status, code int) {
	f.requests = append(f.requests, Request{r.Method, strings.TrimPrefix(r.URL.RequestURI(), "/api/v10"), string(raw), status, code})
	f.touch()
}

func (f *Fake) answer(w http.ResponseWriter, status int, body any, err *refusal) {
	if err != nil {
		maps.Copy(w.Header(), err.header)

		if err.html != "" {
			w.Header().Set("Content-Type", "text/html; charset=UTF-8")
			w.WriteHeader(err.status)
			io.WriteString(w, err.html)

			return
		}

		out := map[string]any{"message": err.text, "code": err.code}
		if err.errors != nil {
			out["errors"] = err.errors
		}

		maps.Copy(out, err.extra)

		status, body = err.status, out
	}

	if body == nil {
		w.WriteHeader(status)
		return
	}

	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// do checks what is true for every call, then does it. The order of the checks
// is Discord's: who calls, how often, what, and only then whether it may.
func (f *Fake) do(r *http.Request, raw []byte, route, op string, h handler) (int, any, *bucket, *refusal) {
	c := &call{f: f, r: r, raw: raw}

	byToken := strings.HasPrefix(route, "POST /interactions/") || strings.Contains(route, " /webhooks/")
	if !strings.HasPrefix(r.UserAgent(), "DiscordBot (") {
		return 0, nil, nil, errUserAgentHTML
	}

	if !byToken && r.Header.Get("Authorization") != "Bot "+f.Token && route != "GET /gateway" {
		return 0, nil, nil, errUnauthorized
	}

	limit, err := f.limit(r, route, byToken)
	if err != nil {
		return 0, nil, limit, err
	}

	for _, name := range []string{"channel", "guild", "user", "interaction", "application", "message"} {
		if v := r.PathValue(name); v != "" && v != "@me" && v != "@original" && !isSnowflake(v) {
			return 0, nil, limit, errWrongSnowflake(name+"_id", v)
		}
	}

	if err := c.read(r); err != nil {
		return 0, nil, limit, err
	}

	if op != "" {
		if err := f.rules.check(op, c); err != nil {
			return 0, nil, limit, err
		}
	}

	status, body, err := h(c)

	return status, body, limit, err
}

func isSnowflake(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}

// read takes the body apart: JSON, or a form with JSON and files.
func (c *call) read(r *http.Request) *refusal {
	if len(c.raw) > maxRequest {
		return errTooLarge
	}

	if len(c.raw) == 0 {
		return nil
	}

	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
	case "multipart/form-data":
		form := multipart.NewReader(bytes.NewReader(c.raw), params["boundary"])
		c.raw = nil

		for {
			part, err := form.NextPart()
			if err != nil {
				break
			}

			data, _ := io.ReadAll(part)
			if part.FormName() == "payload_json" {
				c.raw = data
			} else if part.FormName() != fmt.Sprintf("files[%d]", c.file) || part.FileName() == "" || len(data) == 0 {
				return errForm // Source: "Uploading Files"
			} else if kind := part.Header.Get("Content-Type"); kind == "image/png" && !bytes.HasPrefix(data, []byte("\x89PNG")) {
				return errForm
			} else {
				c.file++
			}
		}
	default:
		return errContentType
	}

	var v any
	if json.Unmarshal(c.raw, &v) != nil {
		return errJSON
	}

	c.body, _ = v.(map[string]any)
	c.list, _ = v.([]any)

	return nil
}

func (f *Fake) getGateway(*call) (int, any, *refusal) {
	return 200, map[string]any{"url": f.GatewayURL}, nil
}

// startsPerDay is how many sessions Discord lets a small bot start. Source: "Session Start Limit" in
// its documentation.
const startsPerDay = 1000

func (f *Fake) getGatewayBot(*call) (int, any, *refusal) {
	return 200, map[string]any{"url": f.GatewayURL, "shards": f.gw.needed(), "session_start_limit": map[string]any{
		"total": startsPerDay, "remaining": max(0, startsPerDay-f.o.StartedToday-f.gw.identifies()),
		"reset_after": cmp.Or(f.o.ResetAfter, 24*time.Hour).Milliseconds(), "max_concurrency": f.o.AtOnce,
	}}, nil
}

func (f *Fake) getMe(*call) (int, any, *refusal) { return 200, f.bot.json(), nil }

func (f *Fake) getApplication(*call) (int, any, *refusal) {
	return 200, map[string]any{"id": f.app, "name": "Newsbell", "bot": f.bot.json(), "flags": 0, "approximate_guild_count": max(f.o.Servers, len(f.servers))}, nil
}

// seen returns the channel of a call if the bot may see it.
func (c *call) seen() (*Channel, *refusal) {
	ch := c.f.channels[c.path("channel")]
	switch {
	case ch == nil:
		return nil, errChannel
	case ch.foreign:
		return nil, errAccess
	case ch.kind == kindDirect:
		return ch, nil
	case ch.server.out, ch.rights(c.f.bot.ID)&ViewChannel == 0:
		return nil, errAccess
	}

	return ch, nil
}

func (f *Fake) getChannel(_ *call, ch *Channel) (int, any, *refusal) {
	return 200, ch.json(), nil
}

func (f *Fake) typing(*call, *Channel) (int, any, *refusal) { return 204, nil, nil }

func (c *call) guild() (*Server, *refusal) {
	s := c.f.servers[c.path("guild")]
	if s == nil {
		return nil, errGuild
	}

	if s.out {
		return nil, errAccess
	}

	return s, nil
}

func (f *Fake) getGuild(_ *call, s *Server) (int, any, *refusal) {
	return 200, s.json(), nil
}

func (f *Fake) getGuildRoles(_ *call, s *Server) (int, any, *refusal) {
	return 200, s.json()["roles"], nil
}

func (f *Fake) getGuildChannels(_ *call, s *Server) (int, any, *refusal) {
	return 200, s.list(false), nil
}

func (f *Fake) getThreads(_ *call, s *Server) (int, any, *refusal) {
	return 200, map[string]any{"threads": s.list(true), "members": []any{}}, nil
}

// list returns the open channels of a server, or its open threads.
func (s *Server) list(threads bool) []any {
	out := []any{}

	for _, ch := range s.channels {
		if !ch.deleted && !ch.archived && ch.thread() == threads {
			out = append(out, ch.json())
		}
	}

	return out
}

// getArchived lists the archived threads of a channel. Source: "List Public Archived
// Threads" in Discord's documentation.
func (f *Fake) getArchived(c *call, ch *Channel) (int, any, *refusal) {
	if ch.rights(f.bot.ID)&ReadHistory == 0 {
		return 0, nil, errRights
	}

	limit, err := c.limit(50)
	if err != nil {
		return 0, nil, err
	}

	out := []any{}

	for _, post := range slices.Backward(ch.server.channels) {
		if !post.deleted && post.archived && post.parent == ch && len(out) < limit {
			out = append(out, post.json())
		}
	}

	return 200, map[string]any{"threads": out, "members": []any{}, "has_more": false}, nil
}

func (f *Fake) getMember(c *call, s *Server) (int, any, *refusal) {
	m := s.members[c.path("user")]
	if m == nil {
		if f.people[c.path("user")] == nil {
			return 0, nil, errUser
		}

		return 0, nil, errMember
	}

	return 200, m.json(), nil
}

func (f *Fake) openDirect(c *call) (int, any, *refusal) {
	id, _ := c.body["recipient_id"].(string)

	p := f.people[id]
	if p == nil || p.gone {
		return 0, nil, invalidForm(map[string]any{"recipient_id": newProblem("USER_INVALID", "Invalid user")})
	}

	if p.isBot {
		return 0, nil, &refusal{status: 400, code: 50007, text: "Cannot send messages to this user"}
	}

	if p.closed == 40003 {
		return 0, nil, &refusal{status: 429, code: 40003, text: "You are opening direct messages too fast."}
	}

	return 200, f.directOf(p).json(), nil
}
