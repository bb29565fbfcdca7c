package targettest

import (
	"net/http"
	"regexp"
	"unicode/utf8"
)

// Keys are 30 letters and digits.
const (
	pushoverUser  = "uRigRigRigRigRigRigRigRigRig01"
	pushoverToken = "aRigRigRigRigRigRigRigRigRig01"
)

// As https://pushover.net/api#limits says, in characters.
const (
	pushoverTitle = 250
	pushoverText  = 1024
	pushoverLink  = 512
)

var pushoverKey = regexp.MustCompile(`^[A-Za-z0-9]{30}$`)

func takePushover(r *http.Request, body []byte) (m Message, answer any, refused *refusal) {
	refuse := func(field, what, why string) (Message, any, *refusal) {
		return Message{}, nil, &refusal{http.StatusBadRequest, map[string]any{field: what, "errors": []string{why}, "status": 0, "request": "rig"}, why}
	}

	var p struct {
		Token   string `json:"token"`
		User    string `json:"user"`
		Title   string `json:"title"`
		Message string `json:"message"`
		URL     string `json:"url"`
	}

	err := parse(r, body, &p)

	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/1/messages.json":
		return Message{}, nil, &refusal{http.StatusNotFound, "", "only messages are posted"}
	case err != nil:
		return refuse("message", "invalid", err.Error())
	case !pushoverKey.MatchString(p.Token) || p.Token != pushoverToken:
		return refuse("token", "invalid", "application token is invalid")
	case !pushoverKey.MatchString(p.User) || p.User != pushoverUser:
		return refuse("user", "invalid", "user identifier is not a valid user, group, or subscribed user key")
	case p.Message == "":
		return refuse("message", "cannot be blank", "message cannot be blank")
	case utf8.RuneCountInString(p.Message) > pushoverText:
		return refuse("message", "is too long", "message is too long")
	case utf8.RuneCountInString(p.Title) > pushoverTitle:
		return refuse("title", "is too long", "title is too long")
	case utf8.RuneCountInString(p.URL) > pushoverLink:
		return refuse("url", "is too long", "url is too long")
	}

	return Message{Title: p.Title, Text: p.Message, Link: p.URL}, map[string]any{"status": 1, "request": "rig"}, nil
}
