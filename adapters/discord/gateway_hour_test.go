package discord

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/rest"
	"newsbell/adapters/discordtest"
	"newsbell/internal/porttest"
)

// An hour of trouble at the gateway, with Discord's own times and our own
// pauses: people run commands before, during and after each. A command that
// reaches the bot in time is answered, and none twice.
func TestAnHourOfTrouble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wire := porttest.NewPipes()
		f := discordtest.Start(discordtest.Options{Listener: wire, IdentifyEvery: 5 * time.Second})
		heard := map[string]int{}
		b := newBrain(nil)
		b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
			b.note(func() { heard[q.Options["query"]]++ })
			return say("heard " + q.Options["query"])
		}
		a := New(Config{Token: f.Token, APIURL: f.APIURL, Commands: table, Log: slog.New(slog.DiscardHandler)})
		a.net.Direct = wire.Dial
		transport := a.net.Transport()
		a.rest = rest.New(f.Token, f.APIURL, transport)
		ctx, cancel := context.WithCancel(t.Context())

		done := make(chan error, 1)
		go func() { done <- a.Run(ctx, b) }()

		f.Await()
		f.AwaitCommands()
		ada := f.Person("Ada").Alone()
		random := rand.New(rand.NewPCG(7, 11))
		next := func(all ...discordtest.Trouble) func() { return func() { f.Next(all...); f.Drop() } }
		// After those of the first kind the session lives on and what happened
		// meanwhile is replayed, soon enough for an answer; after the others
		// Discord itself forgets it, or its 3 seconds pass.
		quick := []func(){f.Drop, f.Reconnect, func() { f.CloseGateway(4000) }, func() { f.CloseGateway(4008) }, func() { f.CloseGateway(1012) }, f.Beat}
		slow := []func(){
			func() { f.Invalidate(true) }, func() { f.Invalidate(false) }, func() { f.CloseGateway(4007) }, func() { f.CloseGateway(4009) }, func() { f.Raw("null") },
			next(discordtest.ReconnectAtOnce), next(discordtest.CutAtOnce, discordtest.CutAtOnce), next(discordtest.RefuseUpgrade, discordtest.RefuseUpgrade, discordtest.RefuseUpgrade),
			next(discordtest.NoHello), next(discordtest.SilenceAfterHello), next(discordtest.InvalidAtOnce), next(discordtest.InvalidResumable),
			func() { f.Deaf(true); time.Sleep(2 * time.Minute); f.Deaf(false) },
		}

		var must, may []*discordtest.Act

		commands, troubles := 0, 0

		run := func() *discordtest.Act {
			commands++
			return ada.Starts("/subscribe", "query", fmt.Sprint(commands))
		}
		for began := time.Now(); time.Since(began) < time.Hour; troubles++ {
			must = append(must, run())

			synctest.Wait()

			if pick := random.IntN(len(quick) + len(slow)); pick < len(quick) {
				quick[pick]()

				must = append(must, run())
			} else {
				slow[pick-len(quick)]()

				may = append(may, run())
			}

			time.Sleep(time.Duration(5+random.IntN(40)) * time.Second)

			for wait := 0; !f.Connected(); wait++ {
				if wait > 300 {
					t.Fatalf("it does not come back: %+v", f.Stats())
				}

				time.Sleep(time.Second)
			}

			time.Sleep(2 * time.Second)
		}

		late := 0

		for _, act := range must {
			if got := act.Answer(); !strings.HasPrefix(got, "heard ") {
				t.Errorf("%v: %q", act.Body()["data"], got)
			}
		}

		for _, act := range append(must, may...) {
			if n := act.Twice(); n > 0 {
				t.Errorf("%v was answered %d times", act.Body()["data"], n+1)
			}

			if !act.Answered() {
				late++
			}
		}

		for query, n := range heard {
			if n != 1 {
				t.Errorf("%s was heard %d times", query, n)
			}
		}

		s := f.Stats()
		t.Logf("%d troubles, %d commands, %d of them forgotten by Discord; %d connections, %d identifies, %d resumes", troubles, commands, late, s.Dials, s.Identifies, s.Resumes)

		if s.Identifies > 250 {
			t.Errorf("%d identifies in an hour", s.Identifies)
		}

		cancel()

		if err := <-done; err != nil {
			t.Error(err)
		}

		transport.CloseIdleConnections()
		f.Close()
	})
}
