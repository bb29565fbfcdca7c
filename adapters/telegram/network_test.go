package telegram_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram"
	"newsbell/adapters/telegramtest"
)

// serveVariable makes the test binary a Telegram of its own process.
const serveVariable = "NEWSBELL_TELEGRAMTEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) != "" {
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}

		return
	}

	os.Exit(m.Run())
}

// serve prints the api_url, then what a person's chat looks like after each line
// that the person says.
func serve() error {
	tg := telegramtest.New(telegramtest.Options{})

	url, err := tg.Listen()
	if err != nil {
		return err
	}
	defer tg.Close()

	fmt.Println(url)

	ada := tg.NewUser("Ada")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		ada.Says(in.Text())

		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		err := tg.Settle(ctx)

		cancel()

		if err != nil {
			return err
		}

		fmt.Println(strings.ReplaceAll(ada.Private().Transcript(), "\n", "|"))
	}

	return nil
}

// The api_url of the configuration leads to a server in another process, over
// real HTTP.
func TestFakeInItsOwnProcess(t *testing.T) {
	cmd := exec.Command(os.Args[0])

	cmd.Env = append(os.Environ(), serveVariable+"=1")

	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}

	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}

	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	out := bufio.NewScanner(stdout)
	h := newFixture(t, telegramtest.Options{})
	h.config.APIURL = scan(t, out) + "/" // a slash too many is forgiven
	h.start()

	for _, say := range []string{"/start", "/subscribe drone & <harbour>"} {
		if _, err := fmt.Fprintln(stdin, say); err != nil {
			t.Fatal(err)
		}

		t.Log(scan(t, out))
	}

	if got, want := out.Text(), "Ada: /start|bot: Welcome, Ada.|Ada: /subscribe drone & <harbour>|bot: Following *drone & <harbour>*.|  [Undo]|"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}

	h.end()

	_ = stdin.Close()

	if err := cmd.Wait(); err != nil {
		t.Errorf("the fake: %v", err)
	}
}

func scan(t *testing.T, out *bufio.Scanner) string {
	t.Helper()

	if !out.Scan() {
		t.Fatalf("the fake ended: %v", out.Err())
	}

	return out.Text()
}

// A proxy is used for Telegram when one is configured; its address, which may hold
// a password, is in no error.
func TestProxy(t *testing.T) {
	tg := telegramtest.New(telegramtest.Options{})

	url, err := tg.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()

	tg.NewUser("Ada").Says("/start")

	var through atomic.Int32

	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		through.Add(1)

		resp, err := http.Post(url+r.URL.Path, r.Header.Get("Content-Type"), r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()

		_, _ = io.Copy(w, resp.Body)
	}))
	defer proxy.Close()

	to, m := adapters.Chat{Platform: "telegram", Address: "7001"}, &adapters.Message{Text: adapters.Say("Ring!")}

	config := telegram.Config{Token: tg.Token(), APIURL: "http://telegram.invalid", Proxy: proxy.URL}
	if _, err := telegram.New(config).Send(context.Background(), to, m); err != nil || through.Load() != 1 {
		t.Errorf("through the proxy: %v, %d requests", err, through.Load())
	}

	for _, bad := range []string{"http://user:geheim@127.0.0.1:1", "user:geheim@nowhere", "http://user:geheim@%zz"} {
		config.Proxy = bad

		_, err := telegram.New(config).Send(context.Background(), to, m)
		if err == nil || strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "AAtest") {
			t.Errorf("with the proxy %q: %v", bad, err)
		}
	}
}

// However a connection breaks, the token is in no error.
func TestTokenIsInNoError(t *testing.T) {
	for name, answer := range map[string]string{
		"not HTTP":       "SSH-2.0-OpenSSH_9.6\r\n",
		"redirect":       "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/elsewhere\r\nContent-Length: 0\r\n\r\n",
		"echo":           "HTTP/1.1 400 Bad\r\nContent-Length: 90\r\n\r\n" + fmt.Sprintf("%-90s", `{"ok":false,"error_code":400,"description":"no /bot`+telegramtest.DefaultToken+`/x"}`),
		"cut off header": "HTTP/1.1 200 OK\r\nContent-",
		"cut off body":   "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}

		go answerOnce(l, answer)

		bot := telegram.New(telegram.Config{Token: telegramtest.DefaultToken, APIURL: "http://" + l.Addr().String()})

		_, err = bot.Send(context.Background(), adapters.Chat{Platform: "telegram", Address: "7001"}, &adapters.Message{Text: adapters.Say("x")})
		if err == nil || strings.Contains(err.Error(), "AAtest") {
			t.Errorf("%s: %v", name, err)
		}

		_ = l.Close()
	}
}

func answerOnce(l net.Listener, answer string) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	defer conn.Close()

	_, _ = conn.Read(make([]byte, 4096))
	_, _ = conn.Write([]byte(answer))
}
