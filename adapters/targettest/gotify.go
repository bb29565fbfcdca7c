package targettest

import (
	"net/http"
	"net/url"
)

const gotifyToken = "Arig.token_0001"

// takeGotify takes what https://gotify.net/docs/pushmsg and https://gotify.net/docs/msgextras say.
func takeGotify(r *http.Request, body []byte) (m Message, answer any, refused *refusal) {
	refuse := func(status int, why string) (Message, any, *refusal) {
		return Message{}, nil, &refusal{status, map[string]any{"error": http.StatusText(status), "errorCode": status, "errorDescription": why}, why}
	}

	var p struct {
		Title    string `json:"title"`
		Message  string `json:"message"`
		Priority int    `json:"priority"`
		Extras   *struct {
			Notification struct {
				Click struct {
					URL string `json:"url"`
				} `json:"click"`
			} `json:"client::notification"`
		} `json:"extras"`
	}

	err := parse(r, body, &p)

	switch {
	case r.Method != http.MethodPost:
		return refuse(http.StatusNotFound, "page not found")
	case r.Header.Get("X-Gotify-Key") != gotifyToken:
		return refuse(http.StatusUnauthorized, "you need to provide a valid access token or user credentials to access this api")
	case err != nil:
		return refuse(http.StatusBadRequest, err.Error())
	case p.Message == "":
		return refuse(http.StatusBadRequest, "Field 'message' is required")
	case p.Priority < 0 || p.Priority > 10:
		return refuse(http.StatusBadRequest, "no app shows such a priority")
	}

	link := ""

	if p.Extras != nil {
		link = p.Extras.Notification.Click.URL
		if u, err := url.Parse(link); err != nil || u.Scheme == "" {
			return refuse(http.StatusBadRequest, "a press on it would open nothing")
		}
	}

	return Message{Title: p.Title, Text: p.Message, Link: link}, map[string]any{"id": 25, "appid": 5, "message": p.Message, "title": p.Title, "priority": p.Priority, "date": "2026-03-01T08:00:00Z"}, nil
}
