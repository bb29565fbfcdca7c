// Package brief picks the most-told stories of what a chat reads since its last brief.
//
// A story counts by the outlets that tell it, halved for every day since the last of them
// did, and less where it is told in another language or another country than the
// chat's. No chat is briefed on a story twice: the store keeps what each was told. A
// brief needs no keywords; with a query it is about what matches that.
package brief

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

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
	Most  int          // stories
}

// Story is one story of a brief.
type Story struct {
	ID       int64
	Article  *store.Article // the first of those that the chat can read best
	Outlets  []string       // who else tells it, in the order in which they did
	Articles int
	score    float64
}

// Brief is the stories for one chat, the most-told first.
type Brief struct {
	Since, Until time.Time
	Stories      []Story
}

// Read picks the stories for a chat.
func Read(ctx context.Context, tx *store.Tx, c *store.Chat, o Options) (*Brief, error) {
	since, err := start(tx, c, o.Now)
	if err != nil {
		return nil, err
	}

	told, err := tx.Briefed(c.ID, o.Now)
	if err != nil {
		return nil, fmt.Errorf("read earlier briefs: %w", err)
	}

	mutes, err := tx.Mutes(c.ID)
	if err != nil {
		return nil, fmt.Errorf("read what is muted: %w", err)
	}

	if o.Query != nil { // somebody asks: what was told before is an answer, too
		since, told = o.Now.Add(-longest), nil
	}

	found, err := collect(ctx, tx, c, since, o)
	if err != nil {
		return nil, fmt.Errorf("read the articles of a brief: %w", err)
	}

	b := &Brief{Since: since, Until: o.Now}

	for id, s := range found {
		if !told[id] && !isMuted(s, mutes) {
			b.Stories = append(b.Stories, s.story(id, c, o.Now))
		}
	}

	slices.SortFunc(b.Stories, func(x, y Story) int { return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.ID, y.ID)) })
	b.Stories = b.Stories[:min(len(b.Stories), cmp.Or(o.Most, Most))]

	return b, nil
}

// start is from when on a brief looks: the last one, and the time between two of them at
// most.
func start(tx *store.Tx, c *store.Chat, now time.Time) (time.Time, error) {
	back := 24 * time.Hour

	when, err := subscriptions.ParseSchedule(c.Brief)
	if err == nil && when.Kind == subscriptions.Weekly {
		back = longest
	}

	last, err := tx.LastBrief(c.ID, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("read when the last brief was: %w", err)
	}

	if since := now.Add(-back); last.Before(since) {
		return since, nil
	}

	return last, nil
}

// told is a story as the articles that a chat gets tell it, oldest first.
type told struct{ articles []*store.Article }

// collect reads the stories of a time.
func collect(ctx context.Context, tx *store.Tx, c *store.Chat, since time.Time, o Options) (map[int64]*told, error) {
	var single *index.Single
	if o.Query != nil {
		single = index.NewSingle(o.Query)
	}

	found, looked := map[int64]*told{}, 0

	err := tx.Recent(c.ID, since, func(a *store.Article) bool {
		if looked++; looked > mostArticles || ctx.Err() != nil {
			return false
		}

		if a.SeenAt.After(o.Now) || a.At().Before(since.Add(-slack)) || a.Story == 0 {
			return true
		}

		if single != nil {
			if _, ok := single.Match(&a.News); !ok {
				return true
			}
		}

		if found[a.Story] == nil {
			found[a.Story] = &told{}
		}

		a.News.Text = "" // a day of texts is too much to hold, and not shown

		found[a.Story].articles = append(found[a.Story].articles, a)

		return true
	})

	for _, s := range found {
		slices.Reverse(s.articles)
	}

	return found, cmp.Or(err, ctx.Err())
}

// isMuted reports whether a chat does not want to hear of a story.
func isMuted(s *told, mutes []*store.Mute) bool {
	return slices.ContainsFunc(mutes, func(m *store.Mute) bool {
		for _, a := range s.articles {
			about := &store.Alert{Story: a.Story, Article: a}
			if !m.Mutes(about) {
				return false
			}
		}

		return true
	})
}

// story is what a brief says of a story.
func (s *told) story(id int64, c *store.Chat, now time.Time) Story {
	reads, country := languageOf(c)
	weight := func(a *store.Article) float64 {
		w := 1.0
		if reads != "" && a.News.Language != "" && base(a.News.Language) != reads {
			w *= foreign
		}

		if country != "" && a.News.Country != "" && !strings.EqualFold(a.News.Country, country) {
			w *= abroad
		}

		return w
	}

	best, byOutlet, newest := s.articles[0], map[string]float64{}, s.articles[0].At()

	var names []string

	for _, a := range s.articles {
		name := cmp.Or(a.News.Outlet, a.News.URL)
		if _, had := byOutlet[name]; !had {
			names = append(names, name)
		}

		byOutlet[name] = max(byOutlet[name], weight(a))

		if weight(a) > weight(best) {
			best = a
		}

		if a.At().After(newest) {
			newest = a.At()
		}
	}

	sum := 0.0
	for _, w := range byOutlet {
		sum += w
	}

	age := max(now.Sub(newest), 0)
	mine := cmp.Or(best.News.Outlet, best.News.URL)

	return Story{
		ID: id, Article: best, Articles: len(s.articles), score: sum * math.Exp2(-float64(age)/float64(halfLife)),
		Outlets: slices.DeleteFunc(names, func(name string) bool { return name == mine }),
	}
}

// languageOf is what a chat reads: a language, and the country that it names or most
// likely means; "" not known.
func languageOf(c *store.Chat) (reads, country string) {
	tag, err := language.Parse(c.Reads())
	if c.Reads() == "" || err != nil {
		return "", ""
	}

	if region, sure := tag.Region(); sure == language.Exact || sure == language.High && base(c.Reads()) != "en" {
		country = region.String()
	}

	return base(c.Reads()), country
}

func base(code string) string {
	code, _, _ = strings.Cut(strings.ToLower(code), "-")
	return code
}
