// Package brief picks the top stories of what a chat reads since its last brief: those that
// most outlets report.
//
// A story counts by the outlets that report it, halved for every day since the last of them
// did, and less where it is reported in another language or another country than the
// chat's. No chat is briefed on a story twice: the store keeps what each was briefed on. A
// brief needs no keywords; with a query it is about what matches that.
//
// Briefs that are due together are picked from one reading of who reports what (day), and
// saved a few at a time (Sender).
package brief

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

const (
	// Most is how many stories a brief has unless somebody asks for another number: one
	// screen of a phone.
	Most = 7
	// halfLife is the age at which a story counts half.
	halfLife = 24 * time.Hour
	// slack is how much earlier than the last brief an article may be dated that came in
	// after it.
	slack = 6 * time.Hour
	// foreign and abroad are what a story counts less in a language that the chat does
	// not read, and in another country.
	foreign = 0.4
	abroad  = 0.8
	// mostArticles are looked at for one brief, the newest.
	mostArticles = 50_000
	// longest is how far back a brief looks at most.
	longest = 7 * 24 * time.Hour
)

// Options are what a brief is to be of.
type Options struct {
	Now   time.Time    // articles that came in later do not count
	Query *query.Query // nil: everything that the chat reads
	Since time.Time    // zero: since the last brief
	Skip  int          // stories, from the top
	Most  int          // stories
}

// Story is one story of a brief.
type Story struct {
	ID       int64
	Article  *store.Article // the first of those that the chat can read best
	Outlets  []string       // who else tells it, in the order in which they did
	Articles int
}

// Brief is the stories for one chat, those that most outlets report first.
type Brief struct {
	Since, Until time.Time
	Stories      []Story
	More         int // stories beside them
}

// Read picks the stories for a chat.
func Read(ctx context.Context, tx *store.Tx, c *store.Chat, o Options) (*Brief, error) {
	r, err := newReader(tx, c, o.Now)
	if err != nil {
		return nil, err
	}

	var d *day

	if o.Query == nil {
		if !o.Since.IsZero() {
			r.since = o.Since
		}

		d, err = gatherDay(ctx, tx, r.since, o.Now, mostArticles, r.gets)
	} else { // on request, stories of earlier briefs come again
		r.since, r.briefed = o.Now.Add(-longest), nil
		d, err = gatherMatches(ctx, tx, r, o)
	}

	if err != nil {
		return nil, fmt.Errorf("read the articles of a brief: %w", err)
	}

	return d.pick(tx, r, o.Skip, cmp.Or(o.Most, Most))
}

// gatherMatches gathers what matches the query of a brief.
func gatherMatches(ctx context.Context, tx *store.Tx, r *reader, o Options) (*day, error) {
	d := newDay(r.since, o.Now)

	_, err := tx.Search(ctx, store.Search{
		Chat: r.chat.ID, Since: r.since, Published: r.since.Add(-slack), Articles: mostArticles, Match: index.NewSingle(o.Query).Match,
	}, func(a store.Found) {
		if !a.Matches || a.Story == 0 || a.SeenAt.After(o.Now) {
			return
		}

		n := &a.News
		d.add(&store.Telling{
			Article: a.ID, Source: a.SourceID, Story: a.Story, Outlet: cmp.Or(n.Outlet, n.URL), Language: n.Language, Country: n.Country,
			SeenAt: a.SeenAt, MatchedAt: a.SeenAt, At: a.At(), ForAll: true,
		})
	})

	d.sort()

	return d, err
}

// briefStart returns from when on a brief looks: the last one, and the time between two of them at
// most.
func briefStart(tx *store.Tx, c *store.Chat, now time.Time) (time.Time, error) {
	last, err := tx.LastBrief(c.ID, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("read when the last brief was: %w", err)
	}

	if since := now.Add(-lookBack(c)); last.Before(since) {
		return since, nil
	}

	return last, nil
}

// lookBack returns how far the briefs of a chat look back at most.
func lookBack(c *store.Chat) time.Duration {
	when, err := subscriptions.ParseSchedule(c.Brief)
	if err == nil && when.Kind == subscriptions.Weekly {
		return longest
	}

	return 24 * time.Hour
}
