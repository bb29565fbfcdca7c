package targettest

import (
	"net/http"
	"net/url"
	"strings"
)

const (
	matrixRoom  = "!rig:127.0.0.1"
	matrixToken = "syt_rig_token"
)

// As https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
// says, with its size limit of 65,536 bytes an event, some of which the server adds.
const matrixEvent = 65_000

func takeMatrix(r *http.Request, body []byte) (m Message, answer any, refused *refusal) {
	refuse := func(status int, code, why string) (Message, any, *refusal) {
		return Message{}, nil, &refusal{status, map[string]string{"errcode": code, "error": why}, why}
	}

	room, rest, ok := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/_matrix/client/v3/rooms/"), "/send/m.room.message/")
	room, errRoom := url.PathUnescape(room)
	transaction, errTransaction := url.PathUnescape(rest)

	var p struct {
		Type string `json:"msgtype"`
		Body string `json:"body"`
	}

	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	err := parse(r, body, &p)

	switch {
	case !ok || errRoom != nil || errTransaction != nil || strings.Contains(rest, "/") || transaction == "":
		return refuse(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request")
	case r.Method != http.MethodPut:
		return refuse(http.StatusMethodNotAllowed, "M_UNRECOGNIZED", "Unrecognized request")
	case !bearer:
		return refuse(http.StatusUnauthorized, "M_MISSING_TOKEN", "Missing access token")
	case token != matrixToken:
		return refuse(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "Invalid access token")
	case room != matrixRoom:
		return refuse(http.StatusForbidden, "M_FORBIDDEN", "User not in room "+room)
	case len(body) > matrixEvent:
		return refuse(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "event too large")
	case err != nil:
		return refuse(http.StatusBadRequest, "M_NOT_JSON", err.Error())
	case p.Type != "m.text" || p.Body == "":
		return refuse(http.StatusBadRequest, "M_BAD_JSON", "msgtype and body are required")
	}

	title, text, _ := strings.Cut(p.Body, "\n")

	return Message{title, text, "", transaction}, map[string]string{"event_id": "$rig"}, nil
}
