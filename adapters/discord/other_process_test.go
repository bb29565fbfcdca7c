package discord

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// asFake makes this test binary a Discord of its own.
const asFake = "NEWSBELL_TEST_DISCORD"

// serveFake is the other process: a server, a channel and a person who acts as
// the lines on its input say; it prints where it is and what came of each line.
func serveFake() {
	f := discordtest.Start(discordtest.Options{Token: "another process", AnswerWithin: time.Minute})
	general := f.Server("Desk").Text("general")
	ada := f.Person("Ada")
	out := json.NewEncoder(os.Stdout)
	_ = out.Encode(map[string]string{"api": f.APIURL, "gateway": f.GatewayURL, "channel": general.ID, "person": ada.ID})

	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch line := in.Text(); line {
		case "transcript":
			_ = out.Encode(general.Transcript())
		case "drop":
			f.Drop()

			_ = out.Encode("dropped")
		default:
			f.Await()
			f.AwaitCommands()

			_ = out.Encode(ada.Alone().Runs("/subscribe", "query", line))
		}
	}
}

func TestAgainstAnotherProcess(t *testing.T) {
	t.Parallel()

	cmd := exec.Command(os.Args[0])

	cmd.Env = append(os.Environ(), asFake+"=1")

	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}

	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })

	answers := json.NewDecoder(out)

	var at struct{ API, Gateway, Channel, Person string }
	if err := answers.Decode(&at); err != nil {
		t.Fatal(err)
	}

	b := newBrain(func(_ context.Context, q *adapters.Request) *adapters.Message {
		return say("heard " + q.Options["query"])
	})
	a := New(Config{Token: "another process", APIURL: at.API, GatewayURL: at.Gateway, Commands: table})
	a.times.Backoff = 20 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())

	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, b) }()

	does := func(line, want string) {
		t.Helper()

		if _, err := io.WriteString(in, line+"\n"); err != nil {
			t.Fatal(err)
		}

		var got string
		if err := answers.Decode(&got); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", line, got, err, want)
		}
	}
	does("drone", "heard drone")

	if _, err := a.Send(ctx, chat(at.Channel), say("ding")); err != nil {
		t.Error(err)
	}

	does("transcript", "< ding\n")
	does("drop", "dropped")
	does("kyiv", "heard kyiv")
	cancel()

	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A proxy sees both the REST calls and the gateway.
func TestAProxy(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})

	var calls, tunnels atomic.Int64

	through := &httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	proxy := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodConnect {
			calls.Add(1)
			through.ServeHTTP(w, req)

			return
		}

		if user, password, _ := strings.Cut(req.Header.Get("Proxy-Authorization"), " "); user != "Basic" || password == "" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}

		tunnels.Add(1)
		tunnelTo(w, req.Host)
	})}

	go proxy.Serve(l)
	defer proxy.Close()

	a := r.adapter()
	a.config.Proxy = "http://me:secret@" + l.Addr().String()
	times := a.times
	a = New(a.config)
	a.times = times
	r.a = a
	r.run(t)

	if got := r.f.Person("Ada").Alone().Runs("/subscribe", "query", "x"); got != "You said subscribe x" {
		t.Errorf("%q", got)
	}

	if calls.Load() == 0 || tunnels.Load() == 0 {
		t.Errorf("%d calls, %d tunnels", calls.Load(), tunnels.Load())
	}

	wrong := New(Config{Token: "t", APIURL: r.f.APIURL, Proxy: "http://me:secret@127.0.0.1:1"})
	if _, err := wrong.Send(t.Context(), chat("1"), say("x")); err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}

func tunnelTo(w http.ResponseWriter, host string) {
	up, err := net.Dial("tcp", host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}

	w.WriteHeader(http.StatusOK)

	down, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}

	go func() { io.Copy(up, buffered); up.Close() }()
	go func() { io.Copy(down, up); down.Close() }()
}
