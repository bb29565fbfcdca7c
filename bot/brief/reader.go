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
	told              map[int64]bool
	mutes             []*store.Mute
	language, country string // "" not known
	outlets           []teller
}

// teller is an outlet that tells a story, and what that counts.
type teller struct {
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

	if r.told, err = tx.Briefed(c.ID, now); err != nil {
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
	*told

	score    float64
	articles int
	best     *store.Telling // the first of those that the chat can read best
}

// weigh says what a story counts for the chat; ok is false if it is not for it. What
// tells it then is in r.outlets.
func (r *reader) weigh(s *told) (w weighed, ok bool) {
	if r.told[s.id] {
		return w, false
	}

	w.told, r.outlets = s, r.outlets[:0]

	var (
		newest time.Time
		most   float64
	)

	for i := range s.tellings {
		x := &s.tellings[i]
		if !r.gets(x) {
			continue
		}

		weight := r.weight(x)
		r.note(x.Outlet, weight)

		if w.articles++; weight > most {
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

// note notes that an outlet reports a story: it counts by the best of its articles.
func (r *reader) note(outlet string, weight float64) {
	i := slices.IndexFunc(r.outlets, func(t teller) bool { return t.name == outlet })
	if i < 0 {
		r.outlets = append(r.outlets, teller{outlet, weight})
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

// isMuted reports whether the chat does not want to hear of a story: one mute is about
// all that it gets of it.
func (r *reader) isMuted(s *told) bool {
	return slices.ContainsFunc(r.mutes, func(m *store.Mute) bool {
		for i := range s.tellings {
			x := &s.tellings[i]
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

// languageOf is what a chat reads: a language, and the country that it names or most
// likely means; "" not known.
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

// compareWeighed puts what most outlets report first.
func compareWeighed(x, y weighed) int {
	return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.id, y.id))
}
