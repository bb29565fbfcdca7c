package botapi

import (
	"net/http"
	"strings"
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Whatever a server answers is taken for an answer only if it is one.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"ok":true,"result":{"message_id":7}}`, "")
	f.Add(`{"ok":false,"error_code":"429","description":"Too Many Requests: retry after 7","parameters":{"retry_after":"7"}}`, "9")
	f.Add(`{"ok":false,"description":7,"parameters":[]}`, "soon")
	f.Add(`<html>`, "")
	f.Fuzz(func(t *testing.T, body, retryAfter string) {
		resp := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {retryAfter}}}

		answer, ok := readAnswer([]byte(body), resp)
		if !ok || answer.Ok {
			return
		}

		if answer.ErrorCode == 0 || answer.Parameters == nil || answer.Parameters.RetryAfter < 0 {
			t.Errorf("%+v", answer)
		}
	})
}

func TestPauses(t *testing.T) {
	for body, want := range map[string]int{
		`{"ok":false,"error_code":429,"parameters":{"retry_after":7}}`:                   7,
		`{"ok":false,"error_code":429,"parameters":{"retry_after":"7"}}`:                 7,
		`{"ok":false,"error_code":429,"parameters":{"retry_after":6.2}}`:                 7,
		`{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7"}`: 7,
		`{"ok":false,"error_code":429,"description":"Flood: Retry After 7 seconds"}`:     7,
		`{"ok":false,"error_code":429}`:                                                  9, // the header
		`{"ok":false}`:                                                                   9, // the status is the code
		`{"ok":false,"error_code":400,"description":"retry after 7"}`:                    0,
	} {
		resp := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"9"}}}

		answer, ok := readAnswer([]byte(body), resp)
		if !ok || answer.Parameters.RetryAfter != want {
			t.Errorf("%s: %+v, want %d s", body, answer, want)
		}
	}
}

// TestLongRefusals: of what a server says, only the beginning gets into the log.
func TestLongRefusals(t *testing.T) {
	c := &Client{token: "42:secret"}

	err := c.refusal("sendMessage", tgbotapi.APIResponse{ErrorCode: 400, Parameters: &tgbotapi.ResponseParameters{}, Description: strings.Repeat("ż", 249) + " 42:secret " + strings.Repeat("x", 300_000)})
	if text := err.Error(); len(text) > 600 || strings.Contains(text, "42:") || !err.Contains("żż") {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}
