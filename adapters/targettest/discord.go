package targettest

import (
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

const discordPath = "/api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372"

// As https://docs.discord.com/developers/resources/webhook#execute-webhook says. What a story says must
// neither mention anybody nor be read as markup, which Discord does outside of addresses:
// https://docs.discord.com/developers/reference#message-formatting.
const discordText = 2000

var (
	discordEscaped = regexp.MustCompile(`\\([^A-Za-z0-9\s])`)
	discordAddress = regexp.MustCompile(`https?://[^\s<>\[\]|]+`)
	discordMarkup  = regexp.MustCompile("(?m)[*_~`|<>\\[\\]]|^ *(?:#{1,3}|-#?) ")
)

func takeDiscord(r *http.Request, body []byte) (m Message, answer any, refused *refusal) {
	refuse := func(status, code int, why string) (Message, any, *refusal) {
		return Message{}, nil, &refusal{status, map[string]any{"code": code, "message": why}, why}
	}

	var p struct {
		Content  string `json:"content"`
		Mentions *struct {
			Parse []string `json:"parse"`
		} `json:"allowed_mentions"`
	}

	err := parse(r, body, &p)
	shown := discordAddress.ReplaceAllString(discordEscaped.ReplaceAllString(p.Content, ""), "")

	switch {
	case r.Method != http.MethodPost:
		return refuse(http.StatusMethodNotAllowed, 0, "405: Method Not Allowed")
	case r.URL.Path != discordPath:
		return refuse(http.StatusNotFound, 10015, "Unknown Webhook")
	case err != nil:
		return refuse(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	case strings.TrimSpace(p.Content) == "":
		return refuse(http.StatusBadRequest, 50006, "Cannot send an empty message")
	case utf8.RuneCountInString(p.Content) > discordText:
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	case p.Mentions == nil || len(p.Mentions.Parse) > 0:
		return refuse(http.StatusBadRequest, 50035, "a story could mention everyone")
	case discordMarkup.MatchString(shown):
		return refuse(http.StatusBadRequest, 50035, "what a story says would be markup: "+discordMarkup.FindString(shown))
	}

	title, text, _ := strings.Cut(discordEscaped.ReplaceAllString(p.Content, "$1"), "\n")

	return Message{Title: title, Text: text}, "", nil
}
