package discord

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/gateway"
	"newsbell/adapters/discordtest"
)

func TestAFatalCloseStopsWithASentence(t *testing.T) {
	t.Parallel()

	for code, want := range map[int]string{
		4004: fatalToken, 4010: fatalSharding, 4011: fatalSharding, 4012: fatalVersion, 4013: fatalIntents, 4014: fatalIntents,
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, discordtest.Options{}).run(t)

			done := make(chan error, 1)
			go func() { done <- r.wait() }()

			r.f.CloseGateway(code)

			select {
			case err := <-done:
				if err == nil || err.Error() != want {
					t.Errorf("Run: %v, want %q", err, want)
				}
			case <-time.After(2 * time.Minute):
				t.Fatal("Run goes on")
			}

			if n := r.f.Stats().Dials; n != 1 {
				t.Errorf("it dialed %d times", n)
			}
		})
	}
}

func TestAWrongTokenStops(t *testing.T) {
	t.Parallel()

	f := discordtest.Start(discordtest.Options{Token: "right"})
	defer f.Close()

	for _, address := range []string{"", f.GatewayURL} {
		a := New(Config{Token: "wrong.secret", APIURL: f.APIURL, GatewayURL: address})

		err := a.Run(t.Context(), newBrain(nil))
		if err == nil || err.Error() != fatalToken {
			t.Errorf("Run: %v", err)
		}

		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Error("the sentence holds the token")
		}
	}
}

func TestOtherClosesComeBack(t *testing.T) {
	t.Parallel()

	for _, one := range []struct {
		name    string
		trouble func(*discordtest.Fake)
		resumes int // that are expected; else it identifies anew
	}{
		{"4000", func(f *discordtest.Fake) { f.CloseGateway(4000) }, 1},
		{"4001", func(f *discordtest.Fake) { f.CloseGateway(4001) }, 1},
		{"4002", func(f *discordtest.Fake) { f.CloseGateway(4002) }, 1},
		{"4003", func(f *discordtest.Fake) { f.CloseGateway(4003) }, 0},
		{"4005", func(f *discordtest.Fake) { f.CloseGateway(4005) }, 1},
		{"4007", func(f *discordtest.Fake) { f.CloseGateway(4007) }, 0},
		{"4008", func(f *discordtest.Fake) { f.CloseGateway(4008) }, 1},
		{"4009", func(f *discordtest.Fake) { f.CloseGateway(4009) }, 0},
		{"1001", func(f *discordtest.Fake) { f.CloseGateway(1001) }, 1},
		{"1011", func(f *discordtest.Fake) { f.CloseGateway(1011) }, 1},
		{"a cut", func(f *discordtest.Fake) { f.Drop() }, 1},
		{"op 7", func(f *discordtest.Fake) { f.Reconnect() }, 1},
		{"op 9, resumable", func(f *discordtest.Fake) { f.Invalidate(true) }, 1},
		{"op 9", func(f *discordtest.Fake) { f.Invalidate(false) }, 0},
		{"null", func(f *discordtest.Fake) { f.Raw("null") }, 1},
		{"nonsense", func(f *discordtest.Fake) { f.Raw("]") }, 1},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, discordtest.Options{}).run(t)
			ada := r.f.Person("Ada")
			one.trouble(r.f)
			r.back(t, 1+one.resumes, 2-one.resumes)

			if got := ada.Alone().Runs("/subscribe", "query", "drone"); got != "You said subscribe drone" {
				t.Errorf("after it: %q", got)
			}

			s := r.f.Stats()
			if s.Resumes != one.resumes || s.Identifies != 2-one.resumes {
				t.Errorf("resumes %d, identifies %d", s.Resumes, s.Identifies)
			}

			if one.resumes == 1 && s.Paths[len(s.Paths)-1] != "/resume" {
				t.Errorf("it resumed at %s", s.Paths[len(s.Paths)-1])
			}

			for _, code := range s.Closes {
				if code == 1000 || code == 1001 {
					t.Errorf("it closed with %d, which ends the session", code)
				}
			}

			if s.Intents != intents {
				t.Errorf("intents %b", s.Intents)
			}
		})
	}
}

// back waits until as many connections stand.
func (r *rig) back(t *testing.T, _ int, _ int) {
	t.Helper()

	limit := time.After(2 * time.Minute)

	for start := r.f.Stats(); ; {
		select {
		case <-limit:
			t.Fatalf("it does not come back: %+v", start)
		case <-time.After(5 * time.Millisecond):
		}

		s := r.f.Stats()
		if s.Resumes+s.Identifies >= 2 && r.f.Connected() {
			return
		}
	}
}

func TestTroubleBeforeReady(t *testing.T) {
	t.Parallel()

	for name, trouble := range map[string]discordtest.Trouble{
		"refused": discordtest.RefuseUpgrade, "no hello": discordtest.NoHello, "op 7": discordtest.ReconnectAtOnce,
		"op 9": discordtest.InvalidAtOnce, "op 9 resumable": discordtest.InvalidResumable, "cut": discordtest.CutAtOnce,
		"silence": discordtest.SilenceAfterHello,
	} {
		for _, first := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, first %v", name, first), func(t *testing.T) {
				inBubble(t, discordtest.Options{}, func(t *testing.T, r *rig) {
					if first {
						r.f.Next(trouble, trouble)
					}

					r.start(t)
					time.Sleep(3 * time.Minute)
					r.f.AwaitCommands()

					if !first {
						r.f.Next(trouble, trouble)
						r.f.Drop()
						time.Sleep(3 * time.Minute)
					}

					if got := r.f.Person("Ada").Alone().Runs("/subscribe", "query", "drone"); got != "You said subscribe drone" {
						t.Errorf("after it: %q", got)
					}
				})
			})
		}
	}
}

func TestUnansweredHeartbeatsEndAConnection(t *testing.T) {
	inBubble(t, discordtest.Options{}, func(t *testing.T, r *rig) {
		r.run(t)
		time.Sleep(10 * time.Minute)

		if s := r.f.Stats(); s.Dials != 1 || s.Heartbeats < 14 {
			t.Errorf("a quiet connection: %+v", s)
		}

		r.f.Deaf(true)
		time.Sleep(3 * time.Minute) // two and a half intervals from the last acknowledgement, and half a one until that is seen
		r.f.Deaf(false)

		if s := r.f.Stats(); s.Resumes == 0 || s.Identifies != 1 {
			t.Errorf("it did not resume: %+v", s)
		}

		if got := r.f.Person("Ada").Alone().Runs("/subscribe", "query", "drone"); got != "You said subscribe drone" {
			t.Errorf("after it: %q", got)
		}
	})
}

func TestAServerCallForAHeartbeatIsAnswered(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	before := r.f.Stats().Heartbeats
	r.f.Beat()

	limit := time.After(2 * time.Minute)

	for r.f.Stats().Heartbeats <= before {
		select {
		case <-limit:
			t.Fatal("no heartbeat came")
		case <-time.After(time.Millisecond):
		}
	}
}

// A server that calls each new session invalid must not be asked again and
// again at once: a thousand identifies a day cost the token.
func TestThereIsNoStormOfIdentifies(t *testing.T) {
	inBubble(t, discordtest.Options{IdentifyEvery: 100 * time.Hour}, func(t *testing.T, r *rig) {
		r.run(t)
		r.f.Invalidate(false)
		time.Sleep(time.Hour)

		hour := r.f.Stats().Identifies
		if hour < 5 || hour > 60 {
			t.Errorf("%d identifies in an hour", hour)
		}

		time.Sleep(23 * time.Hour)

		if day := r.f.Stats().Identifies; day > gateway.MaxStartsPerDay+1 {
			t.Errorf("%d identifies in a day", day)
		}
	})
}

// A server that ends each connection as soon as it stands is not connected to again and again at once.
func TestThereIsNoStormOfResumes(t *testing.T) {
	inBubble(t, discordtest.Options{}, func(t *testing.T, r *rig) {
		r.run(t)
		time.Sleep(time.Hour)

		r.f.Next(slices.Repeat([]discordtest.Trouble{discordtest.CutWhenResumed}, 1000)...)
		r.f.Drop()
		time.Sleep(10 * time.Minute)

		if s := r.f.Stats(); s.Resumes < 100 || s.Resumes > 400 || s.Identifies != 1 {
			t.Errorf("in ten minutes: %+v", s)
		}
	})
}

// TestSessionsOfOtherProcessesCount: a process that takes the bot over starts no session beyond
// those that are left of the day, whoever has started the others: one in twenty is not touched. At
// 1,000 Discord takes the token away.
func TestSessionsOfOtherProcessesCount(t *testing.T) {
	for others, left := range map[int]int{948: 2, 950: 0, 1000: 0} {
		t.Run(strconv.Itoa(others), func(t *testing.T) {
			inBubble(t, discordtest.Options{StartedToday: others, ResetAfter: 3 * time.Hour}, func(t *testing.T, r *rig) {
				r.start(t)

				for range 3 { // each costs a session
					time.Sleep(10 * time.Minute)
					r.f.Invalidate(false)
				}

				time.Sleep(2 * time.Hour)
				synctest.Wait()

				if n := r.f.Stats().Identifies; n != left {
					t.Errorf("%d sessions were started, want %d", n, left)
				}

				time.Sleep(time.Hour)
				synctest.Wait()

				if n := r.f.Stats().Identifies; n <= left {
					t.Errorf("%d sessions were started when the day was over", n)
				}
			})
		})
	}
}

func TestNothingUnknownPanics(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)

	user := map[string]any{"id": "77", "username": "x"}
	for _, body := range []any{
		map[string]any{},
		[]any{},
		"text", 5, nil,
		map[string]any{"id": "1", "token": "t", "type": 99, "user": user},
		map[string]any{"id": "2", "token": "t", "type": 3, "user": user, "data": map[string]any{"custom_id": 5, "component_type": 99}},
		map[string]any{"id": "3", "token": "t", "type": 2},
		map[string]any{"id": "4", "token": "t", "type": 2, "user": user, "data": nil},
		map[string]any{"id": "5", "token": "t", "type": 5, "user": user, "data": map[string]any{"components": []any{map[string]any{"type": 18}}}},
		map[string]any{"id": "6", "token": "t", "type": 3, "user": user, "message": map[string]any{"components": []any{map[string]any{"type": 4711}}}, "data": map[string]any{"custom_id": "x"}},
		map[string]any{"id": "7", "token": "t", "type": 4, "user": user, "data": map[string]any{"name": "list", "options": "no"}},
	} {
		r.f.Dispatch("INTERACTION_CREATE", body)
	}

	for _, kind := range []string{"GUILD_CREATE", "GUILD_DELETE", "CHANNEL_DELETE", "THREAD_CREATE", "MESSAGE_CREATE", "READY_SUPPLEMENTAL", "GUILD_MEMBER_UPDATE", "MADE_UP"} {
		for _, body := range []any{nil, map[string]any{}, map[string]any{"id": 5}, []any{1}} {
			r.f.Dispatch(kind, body)
		}
	}

	if got := r.f.Person("Ada").Alone().Runs("/subscribe", "query", "drone"); got != "You said subscribe drone" {
		t.Errorf("after it: %q", got)
	}

	if n := r.f.Stats().Identifies; n != 1 {
		t.Errorf("%d identifies", n)
	}
}

var trouble = flag.Duration("trouble", 0, "how long to make trouble at the gateway; 0 is each sort once")

// Every sort of trouble comes, again and again with -trouble 1h, while people run
// commands: each is answered, none twice.
func TestTroubleAllTheTime(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	count := map[string]int{}
	r.b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
		r.b.note(func() { count[q.Options["query"]]++ })
		return &adapters.Message{Text: adapters.Say("heard " + q.Options["query"])}
	}
	r.run(t)
	ada := r.f.Person("Ada").Alone()
	troubles := []func(){
		func() { r.f.Drop() }, func() { r.f.Reconnect() }, func() { r.f.CloseGateway(4000) }, func() { r.f.Invalidate(true) },
		func() { r.f.Next(discordtest.ReconnectAtOnce); r.f.Drop() }, func() { r.f.Next(discordtest.RefuseUpgrade); r.f.Drop() },
		func() { r.f.Next(discordtest.CutAtOnce); r.f.Reconnect() }, func() { r.f.Next(discordtest.InvalidResumable); r.f.Drop() },
	}
	rounds := 0

	var acts []*discordtest.Act

	for began := time.Now(); rounds < len(troubles) || time.Since(began) < *trouble; rounds++ {
		i := rounds
		acts = append(acts, ada.Starts("/subscribe", "query", fmt.Sprint("before ", i)))
		troubles[i%len(troubles)]()
		acts = append(acts, ada.Starts("/subscribe", "query", fmt.Sprint("during ", i)))

		r.settle(t)
	}

	for _, act := range acts {
		if got := act.Answer(); !strings.HasPrefix(got, "heard ") {
			t.Errorf("%v: %q", act.Body()["data"], got)
		}

		if n := act.Twice(); n > 0 {
			t.Errorf("%v was answered %d times", act.Body()["data"], n+1)
		}
	}

	r.b.mu.Lock()
	defer r.b.mu.Unlock()

	for query, n := range count {
		if n != 1 {
			t.Errorf("%q was heard %d times", query, n)
		}
	}

	if len(count) != 2*rounds {
		t.Errorf("%d of %d commands were heard", len(count), 2*rounds)
	}
}

// settle waits until a connection stands again.
func (r *rig) settle(t *testing.T) {
	t.Helper()

	limit := time.After(2 * time.Minute)

	for {
		select {
		case <-limit:
			t.Fatalf("it does not come back: %+v", r.f.Stats())
		case <-time.After(10 * time.Millisecond):
		}

		if r.f.Connected() {
			return
		}
	}
}

// TestARestartWaitsBeforeItIdentifies: Discord takes one new session in five seconds, whichever process
// starts it.
func TestARestartWaitsBeforeItIdentifies(t *testing.T) {
	inBubble(t, discordtest.Options{IdentifyEvery: 5 * time.Second}, func(t *testing.T, r *rig) {
		for range 3 {
			r.run(t)
			time.Sleep(time.Second)

			if err := r.stop(); err != nil {
				t.Error(err)
			}

			r.idle()

			r.a = r.adapter()
			r.a.times = gateway.DefaultTimes()
		}

		began := time.Now()

		r.keep.SetCursor(t.Context(), r.a.bot(), cursorStart, fmt.Sprint(began.Add(time.Hour).UnixMilli())) // then the clock was set back
		r.run(t)

		if waited := time.Since(began); waited > 6*time.Second {
			t.Errorf("it waited %v for a session that was started in the future", waited)
		}

		if s := r.f.Stats(); s.Identifies != 4 || s.Dials != 4 {
			t.Errorf("4 starts: %+v", s)
		}
	})
}
