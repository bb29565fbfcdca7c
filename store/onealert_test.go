//go:build unix

package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"newsbell/internal/cputime"
	"newsbell/news"
)

// BenchmarkOneAlert takes one article after the other through the database: its poll is saved, it is
// matched, its alert claimed and settled.
func BenchmarkOneAlert(b *testing.B) {
	const chats = 1000

	s := openBench(b)
	if err := s.Lock(b.Context()); err != nil { // as the program does, which then knows its dictionaries
		b.Fatal(err)
	}

	s.manyChats(b, chats)
	s.anArticle(b, 0)

	ctx, before := context.Background(), cputime.Used()

	for n := 0; b.Loop(); n++ {
		it := item(fmt.Sprint("g", n), fmt.Sprint("https://example.org/", n), fmt.Sprintf("Storm %d", n), time.Now())
		it.Summary = strings.Repeat("A storm came and went. ", 10)

		poll := s.PreparePoll(PollResult{Source: 1, Next: time.Now(), Articles: []news.Article{it}})
		if err := s.UpdateAll(ctx, []func(*Tx) error{func(t *Tx) error {
			_, err := t.SavePoll(poll, time.Hour)
			return err
		}})[0]; err != nil {
			b.Fatal(err)
		}

		id := int64(n + 2)
		alert := PendingAlert{Chat: int64(n%chats + 1), Due: time.Now(), Hits: []Hit{{Subscription: int64(n%chats + 1), Matched: []string{"storm"}}}}

		if err := s.SaveMatches(ctx, []Match{{Article: id, At: time.Now(), Story: id, Alerts: []PendingAlert{alert}}}); err != nil {
			b.Fatal(err)
		}

		out, err := s.Claim(ctx, alert.Chat, Claim{Run: "bench", Burst: 10, RetryAfter: time.Minute})
		if err != nil || out == nil {
			b.Fatalf("article %d: claimed %v, %v", n, out, err)
		}

		if _, err := s.Settle(ctx, Outcome{Message: out.ID, Run: "bench", Sent: true, Ref: "1"}); err != nil {
			b.Fatal(err)
		}
	}

	b.ReportMetric(float64((cputime.Used()-before).Microseconds())/float64(b.N), "CPU-µs/op")
}
