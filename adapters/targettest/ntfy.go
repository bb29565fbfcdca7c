package targettest

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"unicode/utf8"
)

// The topic is one that only who has the token may publish to: https://docs.ntfy.sh/publish/#access-tokens.
const (
	ntfyTopic = "newsbell_rig-1"
	ntfyToken = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"
)

// As https://docs.ntfy.sh/publish/#publish-as-json and #limitations say, of a server that takes
// no attachments: there, a text that is too long is an error.
const (
	ntfyText = 4096
	ntfyBody = 2 * ntfyText
)

var ntfyName = regexp.MustCompile(`^[-_A-Za-z0-9]{1,64}$`)

func takeNtfy(r *http.Request, body []byte) (m Message, answer any, refused *refusal) {
	refuse := func(code int, why string) (Message, any, *refusal) {
		return Message{}, nil, &refusal{code / 100, map[string]any{"code": code, "http": code / 100, "error": why}, why}
	}

	var p struct {
		Topic      string   `json:"topic"`
		Title      string   `json:"title"`
		Message    string   `json:"message"`
		Tags       []string `json:"tags"`
		Priority   int      `json:"priority"`
		Click      string   `json:"click"`
		SequenceID string   `json:"sequence_id"`
	}

	if r.URL.Path != "/" || r.Method != http.MethodPost && r.Method != http.MethodPut {
		return refuse(40401, "page not found")
	}

	if len(body) > ntfyBody {
		return refuse(41303, "JSON body too large")
	}

	err := parse(r, body, &p)
	click, errClick := url.Parse(p.Click)

	switch {
	case err != nil:
		return refuse(40024, "invalid request: request body must be valid JSON: "+err.Error())
	case !ntfyName.MatchString(p.Topic):
		return refuse(40009, "invalid request: topic invalid")
	case p.Topic != ntfyTopic, r.Header.Get("Authorization") == "":
		return refuse(40301, "forbidden")
	case r.Header.Get("Authorization") != "Bearer "+ntfyToken:
		return refuse(40101, "unauthorized")
	case p.SequenceID != "" && !ntfyName.MatchString(p.SequenceID):
		return refuse(40049, "invalid request: sequence ID invalid")
	case p.Priority < 0 || p.Priority > 5:
		return refuse(40007, "invalid priority parameter")
	case p.Click != "" && (errClick != nil || click.Scheme == ""):
		return refuse(40000, "the click action is no address")
	case !utf8.Valid(body):
		return refuse(40011, "invalid message: message must be UTF-8 encoded")
	case len(p.Message) > ntfyText:
		return refuse(40014, fmt.Sprintf("invalid request: attachments not allowed (%d bytes)", len(p.Message)))
	case p.Message == "":
		return refuse(40000, "it has no text") // ntfy would show "triggered"
	}

	return Message{p.Title, p.Message, p.Click, p.SequenceID}, map[string]any{"id": "xE73Iyuabi", "time": 1772352000, "event": "message", "topic": p.Topic, "message": p.Message, "sequence_id": p.SequenceID}, nil
}
