package telegramtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters/telegramtest"
)

// client asks the fake over its pipes, as a bot would.
type client struct {
	t    *testing.T
	base string
	http *http.Client
}

type reply struct {
	OK          bool            `json:"ok"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Result      json.RawMessage `json:"result"`
	status      int
	retryAfter  string
}

func (c *client) call(method, form string) (reply, error) {
	resp, err := c.http.Post(c.base+method, "application/x-www-form-urlencoded", strings.NewReader(form))
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()

	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return reply{}, err
	}

	r := reply{status: resp.StatusCode, retryAfter: resp.Header.Get("Retry-After")}

	return r, json.Unmarshal(body, &r)
}

func (c *client) must(method, form string) reply {
	c.t.Helper()

	r, err := c.call(method, form)
	if err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}

	return r
}

func withServer(t *testing.T, opts telegramtest.Options, test func(s *telegramtest.Server, c *client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := telegramtest.New(opts)
		rt := s.Transport()
		test(s, &client{t, "http://telegram.test/bot" + s.Token() + "/", &http.Client{Transport: rt}})
		rt.CloseIdleConnections()
		s.Close()
	})
}

func ids(t *testing.T, r reply) (out []int64) {
	t.Helper()

	var us []struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal(r.Result, &us); err != nil {
		t.Fatalf("%s: %v", r.Result, err)
	}

	for _, u := range us {
		out = append(out, u.ID)
	}

	return out
}

func TestGetUpdates(t *testing.T) {
	withServer(t, telegramtest.Options{}, func(s *telegramtest.Server, c *client) {
		began := time.Now()
		if got := ids(t, c.must("getUpdates", "timeout=20")); len(got) != 0 || time.Since(began) != 20*time.Second {
			t.Errorf("an empty poll brought %v after %s", got, time.Since(began))
		}

		began = time.Now()
		if c.must("getUpdates", "timeout=100"); time.Since(began) != 50*time.Second {
			t.Errorf("a poll is held for %s", time.Since(began))
		}

		ada := s.NewUser("Ada")

		time.AfterFunc(3*time.Second, func() { ada.Says("one") })

		began = time.Now()

		got := ids(t, c.must("getUpdates", "timeout=20"))
		if len(got) != 1 || time.Since(began) != 3*time.Second {
			t.Errorf("a poll brought %v after %s", got, time.Since(began))
		}

		ada.Says("two")
		time.Sleep(time.Second)

		if got := ids(t, c.must("getUpdates", "limit=1")); len(got) != 1 {
			t.Errorf("limit 1 brought %v", got)
		}

		if got := ids(t, c.must("getUpdates", fmt.Sprintf("offset=%d", got[0]+1))); len(got) != 1 || s.Unconfirmed() != 1 {
			t.Errorf("the offset left %v", got)
		}

		ada.Says("three")

		if got := ids(t, c.must("getUpdates", "offset=-1")); len(got) != 1 {
			t.Errorf("a negative offset left %v", got)
		}
	})
}

func TestAskingTheSameAgainIsThrottled(t *testing.T) {
	withServer(t, telegramtest.Options{}, func(s *telegramtest.Server, c *client) {
		ada := s.NewUser("Ada")
		ada.Says("one")
		ada.Says("two")

		if got := ids(t, c.must("getUpdates", "offset=5")); len(got) != 2 {
			t.Errorf("first %v", got)
		}

		if got := ids(t, c.must("getUpdates", "offset=5")); len(got) != 1 {
			t.Errorf("at once again %v", got)
		}

		time.Sleep(time.Second)

		if got := ids(t, c.must("getUpdates", "offset=5")); len(got) != 2 {
			t.Errorf("later again %v", got)
		}
	})
}

func TestTheOlderPollIsCutOff(t *testing.T) {
	withServer(t, telegramtest.Options{}, func(s *telegramtest.Server, c *client) {
		older := make(chan reply, 1)

		go func() {
			r, _ := c.call("getUpdates", "timeout=50")
			older <- r
		}()

		synctest.Wait()

		began := time.Now()
		newer := c.must("getUpdates", "timeout=1")

		r := <-older
		if r.Code != 409 || !strings.HasPrefix(r.Description, "Conflict: terminated by other getUpdates request") || !newer.OK || time.Since(began) != time.Second {
			t.Errorf("older %+v, newer %+v", r, newer)
		}

		c.must("setWebhook", "url=https://x.example/")

		if r := c.must("getUpdates", ""); r.Code != 409 || !strings.Contains(r.Description, "webhook is active") {
			t.Errorf("with a webhook: %+v", r)
		}
	})
}

func TestAllowedUpdates(t *testing.T) {
	withServer(t, telegramtest.Options{}, func(s *telegramtest.Server, c *client) {
		c.must("getUpdates", `allowed_updates=["callback_query"]`)

		ada := s.NewUser("Ada")
		ada.Says("unheard")

		if n := s.Unconfirmed(); n != 0 {
			t.Errorf("%d updates of a kind that was not asked for", n)
		}

		c.must("getUpdates", `allowed_updates=[]`)
		ada.Says("heard")

		if n := s.Unconfirmed(); n != 1 {
			t.Errorf("%d updates", n)
		}
	})
}

func TestFloodLimits(t *testing.T) {
	withServer(t, telegramtest.Options{Flood: true}, func(s *telegramtest.Server, c *client) {
		ada := s.NewUser("Ada")
		ada.Says("/start")

		ok := 0

		var last reply
		for range 10 {
			if last = c.must("sendMessage", fmt.Sprintf("chat_id=%d&text=x", ada.ID)); last.OK {
				ok++
			}
		}

		if ok != 5 || last.Code != 429 || last.Description != "Too Many Requests: retry after 3" || last.retryAfter != "3" || last.status != 429 {
			t.Errorf("%d of 10 at once, then %+v", ok, last)
		}

		desk := s.NewGroup("Desk", ada)
		ada.AddBot(desk)

		ok = 0

		began := time.Now()
		for time.Since(began) < time.Minute {
			time.Sleep(2 * time.Second)

			if c.must("sendMessage", fmt.Sprintf("chat_id=%d&text=x", desk.ID)).OK {
				ok++
			}
		}

		if ok > 21 {
			t.Errorf("%d messages in a minute to a group", ok)
		}
	})
}

func TestPressesAgeAndEdits(t *testing.T) {
	withServer(t, telegramtest.Options{}, func(s *telegramtest.Server, c *client) {
		ada := s.NewUser("Ada")
		ada.Says("/start")
		r := c.must("sendMessage", fmt.Sprintf(`chat_id=%d&text=x&reply_markup={"inline_keyboard":[[{"text":"Go","callback_data":"go"}]]}`, ada.ID))
		ada.Presses("Go")

		var us []struct {
			Callback struct {
				ID, Data string
			} `json:"callback_query"`
		}
		if err := json.Unmarshal(c.must("getUpdates", "offset=-1").Result, &us); err != nil || len(us) != 1 || us[0].Callback.Data != "go" {
			t.Fatalf("%+v, %v", us, err)
		}

		time.Sleep(20 * time.Second)

		if r := c.must("answerCallbackQuery", "callback_query_id="+us[0].Callback.ID); r.OK || !strings.Contains(r.Description, "query is too old") {
			t.Errorf("a late answer: %+v", r)
		}

		var m struct {
			ID int64 `json:"message_id"`
		}
		if err := json.Unmarshal(r.Result, &m); err != nil {
			t.Fatal(err)
		}

		edit := fmt.Sprintf("chat_id=%d&message_id=%d&text=", ada.ID, m.ID)
		if r := c.must("editMessageText", edit+"y"); !r.OK || len(ada.Private().Last().Keyboard) != 0 {
			t.Errorf("an edit without a keyboard: %+v", r)
		}

		if r := c.must("editMessageText", edit+"y"); !strings.HasPrefix(r.Description, "Bad Request: message is not modified") {
			t.Errorf("the same edit: %+v", r)
		}

		ada.Private().Last().Delete()

		if r := c.must("editMessageText", edit+"z"); r.Description != "Bad Request: message to edit not found" {
			t.Errorf("an edit of nothing: %+v", r)
		}
	})
}

func TestFaults(t *testing.T) {
	withServer(t, telegramtest.Options{}, func(s *telegramtest.Server, c *client) {
		ada := s.NewUser("Ada")
		ada.Says("/start")
		send := fmt.Sprintf("chat_id=%d&text=x", ada.ID)

		s.Fails(telegramtest.Fault{Method: "sendMessage", Times: 1, Reset: true})
		s.Fails(telegramtest.Fault{Method: "sendMessage", Times: 1, Lost: true})

		for range 2 {
			if _, err := c.call("sendMessage", send); err == nil {
				t.Error("the connection did not break")
			}
		}

		if n := len(ada.Private().Messages()); n != 2 {
			t.Errorf("%d messages: of the two broken requests one took effect", n)
		}

		if r := c.must("sendMessage", send); !r.OK {
			t.Errorf("the faults are not over: %+v", r)
		}

		s.Fails(telegramtest.Fault{Every: 2, HTML: 502})

		if r := c.must("sendMessage", send); !r.OK {
			t.Errorf("the first of two: %+v", r)
		}

		if _, err := c.call("sendMessage", send); err == nil {
			t.Error("the second was no HTML")
		}
	})
}

func TestDisorder(t *testing.T) {
	withServer(t, telegramtest.Options{}, func(s *telegramtest.Server, c *client) {
		s.Disorder(true)

		ada := s.NewUser("Ada")
		for range 4 {
			ada.Says("x")
		}

		got := ids(t, c.must("getUpdates", ""))
		if len(got) != 5 || got[0] != got[1]+1 {
			t.Errorf("four updates came as %v", got)
		}
	})
}

func TestSettleWaits(t *testing.T) {
	withServer(t, telegramtest.Options{}, func(s *telegramtest.Server, c *client) {
		ada := s.NewUser("Ada")
		m := ada.Says("x")

		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()

		if err := s.Settle(ctx); err == nil {
			t.Error("settled although nobody fetched the update")
		}

		if m.Text != "x" {
			t.Errorf("%+v", m)
		}
	})
}

// The table of facts is what its generator makes of the data, where that is of
// the same version.
func TestSchemaIsUpToDate(t *testing.T) {
	data := os.Getenv("NEWSBELL_DATA")
	if data == "" {
		t.Skip("NEWSBELL_DATA is not set: 1 file not compared")
	}

	in := filepath.Join(data, "api-schemas", "telegram-bot-api-10.1.json")
	if _, err := os.Stat(in); err != nil {
		t.Skip("the API's description is not among the data: 1 file not compared")
	}

	out := filepath.Join(t.TempDir(), "schema.txt")
	if msg, err := exec.Command("go", "run", "./internal/schema", "-in", in, "-out", out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, msg)
	}

	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}

	want, err := os.ReadFile("schema.txt")
	if err != nil {
		t.Fatal(err)
	}

	version, _, _ := bytes.Cut(want, []byte("\n"))
	if !bytes.HasPrefix(got, version) {
		t.Skipf("the data has another version than %s: 1 file not compared", version)
	}

	if !bytes.Equal(got, want) {
		t.Error("schema.txt is not what go generate writes")
	}
}
