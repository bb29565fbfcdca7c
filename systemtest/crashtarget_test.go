package systemtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbell/adapters/mailtest"
	"newsbell/adapters/targettest"
	"newsbell/adapters/telegramtest"
	"newsbell/subscriptions/query"
)

// hook is a webhook that knows a message that comes twice by its name, as receivers do.
type hook struct {
	*httptest.Server

	mu   sync.Mutex
	seen map[string]bool
	told []string // an alert each: its title
	fail int      // so many more requests are answered with a 500
}

func newHook(t *testing.T) *hook {
	h := &hook{seen: map[string]bool{}}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event struct {
			Event, ID, Title string
			Alerts           []struct{ Title string }
		}
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil || event.ID != r.Header.Get("Idempotency-Key") || event.ID == "" {
			t.Errorf("%+v, %v", event, err)
		}

		h.mu.Lock()
		defer h.mu.Unlock()

		if h.fail > 0 {
			h.fail--

			w.WriteHeader(http.StatusInternalServerError)

			return
		}

		if h.seen[event.ID] {
			return
		}

		h.seen[event.ID] = true

		if event.Event == "alert" {
			h.told = append(h.told, event.Title)
		}

		for _, a := range event.Alerts {
			h.told = append(h.told, a.Title)
		}
	}))
	t.Cleanup(h.Close)

	return h
}

// read returns what the hook was told.
func (h *hook) read() []string {
	h.mu.Lock()
	defer h.mu.Unlock()

	return append([]string(nil), h.told...)
}

// TestCrashWithTargets: a webhook, ntfy, Matrix, Slack, Gotify, Pushover and Discord's webhooks beside chats are
// told of everything that the chats are, however the program dies and though they fail at first. Those that know
// a message by its name show it once; at the others nothing stands twice that was not under way
// at a death.
func TestCrashWithTargets(t *testing.T) {
	startLong(t)

	if runtime.GOOS != "linux" {
		t.Skip("SSL_CERT_FILE, which has the program trust the services, is for Linux")
	}

	r, h, services := newCrashRig(t, testBinary(t), 10), newHook(t), targettest.New(t)
	r.env = []string{"SSL_CERT_FILE=" + services.CertFile, "NEWSBELL_REWIRE=" + services.Rewire()}

	config, err := os.ReadFile(r.path("config.toml"))
	if err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(r.path("config.toml"), append(config, "[network]\nallow = [\"127.0.0.0/8\"]\n"...), 0o600); err != nil {
		t.Fatal(err)
	}

	r.start("")
	r.subscribe()
	r.subscribeHook(h)
	r.subscribeServices(services)
	r.waitForBaseline()
	r.stop()

	h.mu.Lock()
	h.fail = 2
	h.mu.Unlock()

	for _, service := range targettest.Services() {
		services.Answer(service, targettest.Answer{Status: 503}, targettest.Answer{Status: 429, Header: map[string]string{"Retry-After": "1"}})
	}

	for _, step := range []string{"matched:1", "claimed:2", "sent:2", "settled:3", "sent:1"} {
		for range 6 {
			r.feeds.publish()
		}

		r.start(step)
		<-time.After(3 * time.Second)
		r.kill()
	}

	r.judge("kills with targets")
}

// subscribeHook has a person follow words, whose alerts go to the hook, too.
func (r *crashRig) subscribeHook(h *hook) {
	r.t.Helper()

	eve, queries := r.follower("Eve")
	eve.Says("/targets add " + h.URL + "/news")
	r.settleTelegram()

	r.readers = append(r.readers, &reader{name: "webhook", queries: queries, read: h.read})
}

// subscribeServices has a person follow words, whose alerts go to all the services, too.
func (r *crashRig) subscribeServices(services *targettest.Server) {
	r.t.Helper()

	mia, queries := r.follower("Mia")

	for i, service := range targettest.Services() {
		if i == 5 { // which is how many targets a chat may have
			mia, queries = r.follower("Pia")
		}

		mia.Says("/targets add " + services.Target(service))
		r.settleTelegram()

		// The test goes by the outbox, after the reply.
		for end := time.Now().Add(2 * time.Minute); services.Taken(service) == 0; <-time.After(10 * time.Millisecond) {
			if time.Now().After(end) {
				r.t.Fatalf("%s got no test when it was added: %s", service, mia.Private().Last().Text)
			}
		}

		r.readers = append(r.readers, &reader{name: service, queries: queries, read: func() (texts []string) {
			for _, m := range services.Shown(service) {
				texts = append(texts, m.Title+"\n"+m.Text)
			}

			return texts
		}})
	}
}

// follower is a person who follows words.
func (r *crashRig) follower(name string) (who *telegramtest.User, queries []*query.Query) {
	r.t.Helper()

	who = r.telegram.NewUser(name)

	for _, text := range crashQueries[0] {
		q, err := query.Parse(text)
		if err != nil {
			r.t.Fatal(err)
		}

		queries = append(queries, q)

		who.Says("/subscribe " + text)
	}

	return who, queries
}

// settleTelegram waits until everything that was said has been answered.
func (r *crashRig) settleTelegram() {
	r.t.Helper()

	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()

	if err := r.telegram.Settle(ctx); err != nil {
		r.t.Fatalf("the target was not added: %v", err)
	}
}

// TestCrashWithMail: a mailbox beside a chat gets everything that the chat does, once by the names
// of the mails, however the program dies and though the server refuses at first.
func TestCrashWithMail(t *testing.T) {
	startLong(t)

	r, server := newCrashRig(t, testBinary(t), 10), mailtest.New(t, false)
	server.Behave(mailtest.Rules{Open: true})

	config, err := os.ReadFile(r.path("config.toml"))
	if err != nil {
		t.Fatal(err)
	}

	mail := fmt.Sprintf("[mail]\nserver = %q\nfrom = \"news@example.org\"\ntls = \"none\"\n", server.Address)
	if err := os.WriteFile(r.path("config.toml"), append(config, mail...), 0o600); err != nil {
		t.Fatal(err)
	}

	r.start("")
	r.subscribe()
	r.subscribeMail(server)
	r.waitForBaseline()
	r.stop()
	server.Behave(mailtest.Rules{Open: true, Mail: 553})

	for i, step := range []string{"matched:1", "claimed:2", "sent:2", "settled:3", "sent:1"} {
		if i == 1 {
			server.Behave(mailtest.Rules{Open: true})
		}

		r.feeds.publish()
		r.feeds.publish()
		r.start(step)
		<-time.After(3 * time.Second)
		r.kill()
	}

	r.judge("kills with a mailbox")
}

// subscribeMail has a person follow words, whose alerts go to a mailbox, too, once the code that
// was sent there is said.
func (r *crashRig) subscribeMail(server *mailtest.Server) {
	r.t.Helper()

	ida, queries := r.follower("Ida")
	ida.Says("/targets add ida@reader.example")
	r.settleTelegram()

	for end := time.Now().Add(2 * time.Minute); len(server.Letters()) == 0; <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatal("no code was sent")
		}
	}

	code := regexp.MustCompile(`/targets confirm ([A-Z2-7]{8})`).FindString(server.Letters()[0].Body)
	ida.Says(code)
	r.settleTelegram()

	r.readers = append(r.readers, &reader{name: "mailbox", queries: queries, read: func() []string { return titlesOf(r.t, server.Letters()) }})
}

// titlesOf are the headlines of the alerts in mails. One that came twice counts once, as for
// programs that keep mail.
func titlesOf(t *testing.T, letters []mailtest.Letter) (titles []string) {
	seen := map[string]bool{}

	for _, l := range letters {
		name := l.Header.Get("Message-Id")
		if seen[name] {
			continue
		}

		seen[name] = true

		text := textOf(t, l)
		for line := range strings.Lines(text) {
			if title, ok := strings.CutPrefix(line, "• "); ok {
				title, _, _ = strings.Cut(title, " <")
				if i := strings.LastIndex(title, " ("); i > 0 {
					title = title[:i]
				}

				titles = append(titles, title)
			}
		}

		if first, below, _ := strings.Cut(text, "\n"); strings.Contains(below, "\nhttp") {
			titles = append(titles, strings.TrimSuffix(first, "\r"))
		}
	}

	return titles
}

// textOf is the plain text of a mail.
func textOf(t *testing.T, l mailtest.Letter) string {
	_, params, err := mime.ParseMediaType(l.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}

	part, err := multipart.NewReader(strings.NewReader(l.Body), params["boundary"]).NextPart()
	if err != nil {
		t.Fatal(err)
	}

	text, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}
