package brief

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"newsbell/news"
	"newsbell/store"
)

// reader is a chat as a brief is picked for it.
type reader struct {
	chat              *store.Chat
	since, now        time.Time
	sources           map[int64]bool // read beside those for all
	briefed           map[int64]bool // stories that it was briefed on, or just told of
	mutes             []*store.Mute
	language, country string // "" not known
	outlets           []outletWeight
}

// outletWeight is an outlet that reports a story, and what that counts for the chat.
type outletWeight struct {
	name   string
	weight float64
}

// newReader reads what a brief of a moment has to know of a chat.
func newReader(tx *store.Tx, c *store.Chat, now time.Time) (*reader, error) {
	r := &reader{chat: c, now: now}
	r.language, r.country = languageOf(c)

	var err error
	if r.since, err = briefStart(tx, c, now); err != nil {
		return nil, err
	}

	if r.sources, err = tx.SourcesOf(c.ID); err != nil {
		return nil, fmt.Errorf("read what a chat reads: %w", err)
	}

	if r.briefed, err = tx.Briefed(c.ID, now); err != nil {
		return nil, fmt.Errorf("read earlier briefs: %w", err)
	}

	if r.mutes, err = tx.Mutes(c.ID); err != nil {
		return nil, fmt.Errorf("read what is muted: %w", err)
	}

	return r, nil
}

// gets reports whether an article is for the chat, and came in since its last brief.
func (r *reader) gets(x *store.Telling) bool {
	isNew := !x.SeenAt.Before(r.since) || !x.MatchedAt.Before(r.since)

	return isNew && !x.At.Before(r.since.Add(-slack)) && (x.ForAll || r.sources[x.Source])
}

// weighed is a story as one chat gets it.
type weighed struct {
	*storyArticles

	score    float64
	received int            // articles that the chat gets
	best     *store.Telling // the first of those that the chat can read best
}

// weigh scores a story for the chat; ok is false if the chat does not get it. It leaves the
// outlets that report it in r.outlets, which the next call overwrites.
func (r *reader) weigh(s *storyArticles) (w weighed, ok bool) {
	if r.briefed[s.id] {
		return w, false
	}

	w.storyArticles, r.outlets = s, r.outlets[:0]

	var (
		newest time.Time
		most   float64
	)

	for i := range s.articles {
		x := &s.articles[i]
		if !r.gets(x) {
			continue
		}

		weight := r.weight(x)
		r.note(x.Outlet, weight)

		if w.received++; weight > most {
			w.best, most = x, weight
		}

		if x.At.After(newest) {
			newest = x.At
		}
	}

	if w.best == nil || r.isMuted(s) {
		return w, false
	}

	for _, outlet := range r.outlets {
		w.score += outlet.weight
	}

	age := max(r.now.Sub(newest), 0)
	w.score *= math.Exp2(-float64(age) / float64(halfLife))

	return w, true
}

// note adds an outlet to r.outlets. An outlet counts by the best of its articles.
func (r *reader) note(outlet string, weight float64) {
	i := slices.IndexFunc(r.outlets, func(t outletWeight) bool { return t.name == outlet })
	if i < 0 {
		r.outlets = append(r.outlets, outletWeight{outlet, weight})
		return
	}

	r.outlets[i].weight = max(r.outlets[i].weight, weight)
}

// weight is what an article counts for the chat.
func (r *reader) weight(x *store.Telling) float64 {
	w := 1.0
	if r.language != "" && x.Language != "" && x.Language != r.language && news.BaseLanguage(x.Language) != r.language {
		w *= foreign
	}

	if r.country != "" && x.Country != "" && !strings.EqualFold(x.Country, r.country) {
		w *= abroad
	}

	return w
}

// isMuted reports whether one of the chat's mutes covers every article of a story that the
// chat gets.
func (r *reader) isMuted(s *storyArticles) bool {
	return slices.ContainsFunc(r.mutes, func(m *store.Mute) bool {
		for i := range s.articles {
			x := &s.articles[i]
			if !r.gets(x) {
				continue
			}

			about := &store.Alert{Story: x.Story, Article: &store.Article{}}
			about.Article.News.Outlet = x.Outlet

			if !m.Mutes(about) {
				return false
			}
		}

		return true
	})
}

// languageOf returns the language that a chat reads, and the country that it names or most
// likely means; "" for what is not known.
func languageOf(c *store.Chat) (reads, country string) {
	tag, err := language.Parse(c.Reads())
	if c.Reads() == "" || err != nil {
		return "", ""
	}

	if region, sure := tag.Region(); sure == language.Exact || sure == language.High && news.BaseLanguage(c.Reads()) != "en" {
		country = region.String()
	}

	return news.BaseLanguage(c.Reads()), country
}

// compareWeighed orders stories by their score, the highest first.
func compareWeighed(x, y weighed) int {
	return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.id, y.id))
}
