package botapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// maxRetryAfter bounds what a server may ask for, in seconds. Pauses of half a
// day have been seen.
const maxRetryAfter = 7 * 24 * 60 * 60

// readAnswer reads the envelope as leniently as servers differ: numbers may be
// text, the code may be missing (then it is the status), and the pause of a 429
// may be only in its header or its text. ok is false for what is no answer.
func readAnswer(body []byte, resp *http.Response) (out tgbotapi.APIResponse, ok bool) {
	var in struct {
		OK          *bool           `json:"ok"`
		Result      json.RawMessage `json:"result"`
		Code        LenientInt      `json:"error_code"`
		Description json.RawMessage `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
	}
	if json.Unmarshal(body, &in) != nil || in.OK == nil {
		return out, false
	}

	out = tgbotapi.APIResponse{Ok: *in.OK, Result: in.Result}
	if out.Ok {
		return out, true
	}

	_ = json.Unmarshal(in.Description, &out.Description)
	out.ErrorCode = errorCode(int(in.Code), resp.StatusCode, out.Description)

	var p struct {
		RetryAfter LenientInt `json:"retry_after"`
		MigrateTo  LenientInt `json:"migrate_to_chat_id"`
	}

	_ = json.Unmarshal(in.Parameters, &p)
	out.Parameters = &tgbotapi.ResponseParameters{
		RetryAfter:      retryAfter(int64(p.RetryAfter), resp.Header.Get("Retry-After"), out.ErrorCode, out.Description),
		MigrateToChatID: int64(p.MigrateTo),
	}

	return out, true
}

// decodeResult decodes what a method returned into out, unless that is nil.
func decodeResult(method string, result json.RawMessage, out any) error {
	if out == nil || len(result) == 0 {
		return nil
	}

	if err := json.Unmarshal(result, out); err != nil {
		return &NoAnswerError{Method: method, Sent: true, Err: fmt.Errorf("decoding the result: %w", err)}
	}

	return nil
}

// errorCode returns the code if there is one, else the status, else what the text
// begins with.
func errorCode(code, status int, text string) int {
	if code != 0 {
		return code
	}

	if status >= http.StatusBadRequest {
		return status
	}

	for _, c := range []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict,
		http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
	} {
		if strings.HasPrefix(text, http.StatusText(c)) {
			return c
		}
	}

	return http.StatusBadRequest
}

// retryAfter returns the seconds to wait: the parameter if there is one, else
// what a 429 says in its text, else in its header.
func retryAfter(parameter int64, header string, code int, text string) int {
	if parameter > 0 {
		return int(min(parameter, maxRetryAfter))
	}

	if code != http.StatusTooManyRequests {
		return 0
	}

	if _, rest, ok := strings.Cut(strings.ToLower(text), "retry after "); ok {
		digits := strings.TrimLeft(rest, " ")
		for i, r := range digits {
			if r < '0' || r > '9' {
				digits = digits[:i]
				break
			}
		}

		if n, err := strconv.Atoi(digits); err == nil {
			return min(n, maxRetryAfter)
		}
	}

	n, _ := strconv.Atoi(strings.TrimSpace(header))

	return min(max(n, 0), maxRetryAfter)
}

// LenientInt is a number that a server may write as text or with a fraction.
type LenientInt int64

// UnmarshalJSON never fails: what cannot be read is 0. A fraction is rounded up,
// so that a pause is never shortened.
func (n *LenientInt) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `" `)
	*n = 0

	if whole, err := strconv.ParseInt(s, 10, 64); err == nil {
		*n = LenientInt(whole)
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1e15 && f < 1e15 {
		*n = LenientInt(f + 0.999)
	}

	return nil
}
