package targettest

import (
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

const slackPath = "/services/T0RIG0000/B0RIG0000/rigrigrigrigrigrigrigrig"

// As https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks says; a text of more
// than 40,000 characters would be cut. The three characters that Slack reads as markup have to
// be escaped: https://docs.slack.dev/messaging/formatting-message-text.
const slackText = 40_000

var slackMarkup = regexp.MustCompile(`[<>]|&(?:[^ampltg]|$)`)

func takeSlack(r *http.Request, body []byte) (m Message, answer any, refused *refusal) {
	refuse := func(status int, why string) (Message, any, *refusal) {
		return Message{}, nil, &refusal{status, why, why}
	}

	var p struct {
		Text string `json:"text"`
	}

	err := parse(r, body, &p)

	switch {
	case r.Method != http.MethodPost:
		return refuse(http.StatusMethodNotAllowed, "method_not_allowed")
	case r.URL.Path != slackPath:
		return refuse(http.StatusNotFound, "no_service")
	case err != nil:
		return refuse(http.StatusBadRequest, "invalid_payload")
	case p.Text == "":
		return refuse(http.StatusBadRequest, "no_text")
	case utf8.RuneCountInString(p.Text) > slackText:
		return refuse(http.StatusBadRequest, "the text would be cut")
	case slackMarkup.MatchString(p.Text):
		return refuse(http.StatusBadRequest, "what a story says would be markup")
	}

	title, text, _ := strings.Cut(strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(p.Text), "\n")

	return Message{Title: title, Text: text}, "ok", nil
}
