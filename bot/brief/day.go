package brief

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"newsbell/store"
)

// day holds the articles of a time span by story, read once for the briefs of many chats. It is
// not safe for concurrent use.
type day struct {
	from, until time.Time // the span: articles that came in from then, until then
	stories     []*storyArticles
	byID        map[int64]*storyArticles
	names       map[string]string        // interned: most articles share theirs with others
	shown       map[int64]*store.Article // articles that were read for briefs, by ID, without their texts
}

// storyArticles are the articles of a story, oldest first.
type storyArticles struct {
	id       int64
	articles []store.Telling
}

func newDay(from, until time.Time) *day {
	return &day{from: from, until: until, byID: map[int64]*storyArticles{}, names: map[string]string{}, shown: map[int64]*store.Article{}}
}

// readDay reads what the briefs of a moment are picked from, for chats like one: its
// schedule says how far back they look. Of more than mostArticles it holds the newest.
func readDay(ctx context.Context, tx *store.Tx, like *store.Chat, now time.Time) (*day, error) {
	d, err := gatherDay(ctx, tx, now.Add(-lookBack(like)), now, mostArticles, func(*store.Telling) bool { return true })
	if err != nil {
		return nil, fmt.Errorf("read the articles of briefs: %w", err)
	}

	return d, nil
}

// gatherDay reads the articles of a time that are to be kept, the newest of more than most.
func gatherDay(ctx context.Context, tx *store.Tx, since, until time.Time, most int, keep func(*store.Telling) bool) (*day, error) {
	d, kept := newDay(since, until), 0

	err := tx.Tellings(since, until, func(x *store.Telling) bool {
		if ctx.Err() != nil {
			return false
		}

		if !keep(x) {
			return true
		}

		if kept++; kept > most {
			d.from = x.SeenAt.Add(time.Millisecond)
			return false
		}

		d.add(x)

		return true
	})

	d.sort()

	return d, cmp.Or(err, ctx.Err())
}

// add adds an article, newest first.
func (d *day) add(x *store.Telling) {
	for _, name := range []*string{&x.Outlet, &x.Language, &x.Country} {
		known, has := d.names[*name]
		if !has {
			known = *name
			d.names[known] = known
		}

		*name = known
	}

	s := d.byID[x.Story]
	if s == nil {
		s = &storyArticles{id: x.Story}
		d.byID[x.Story] = s
		d.stories = append(d.stories, s)
	}

	s.articles = append(s.articles, *x)
}

// sort puts the articles of each story in order: add got the newest first.
func (d *day) sort() {
	for _, s := range d.stories {
		slices.Reverse(s.articles)
	}
}

// justTold is how long before a brief alerts have told a story so that the brief leaves it out: a digest at seven and
// a brief at eight are one breakfast. Whoever asks for a brief gets it whole.
const justTold = 3 * time.Hour

// read picks the stories for a chat, as the function Read does, without those that it was just told of. Where it was told
// of all the others since its last brief, there is nothing to tell.
func (d *day) read(ctx context.Context, tx *store.Tx, c *store.Chat) (*Brief, error) {
	r, err := newReader(tx, c, d.until)
	if err != nil {
		return nil, err
	}

	told, err := tx.ToldSince(c.ID, r.since, d.until)
	if err != nil {
		return nil, fmt.Errorf("read what a chat was told of: %w", err)
	}

	for story, at := range told {
		if d.until.Sub(time.UnixMilli(at)) <= justTold {
			r.briefed[story] = true
		}
	}

	if r.since.Before(d.from) { // too much came in to hold all of it
		if d, err = gatherDay(ctx, tx, r.since, d.until, mostArticles, r.gets); err != nil {
			return nil, fmt.Errorf("read the articles of a brief: %w", err)
		}
	}

	b, err := d.pick(tx, r, 0, Most)
	if err == nil && b.More == 0 && !slices.ContainsFunc(b.Stories, func(s Story) bool { return told[s.ID] == 0 }) {
		b.Stories = nil
	}

	return b, err
}

// pick picks the stories for a chat, after so many that are skipped.
func (d *day) pick(tx *store.Tx, r *reader, skip, most int) (*Brief, error) {
	var all []weighed

	for _, s := range d.stories {
		if w, ok := r.weigh(s); ok {
			all = append(all, w)
		}
	}

	slices.SortFunc(all, compareWeighed)

	b := &Brief{Since: r.since, Until: r.now}

	for _, w := range all[min(skip, len(all)):] {
		if len(b.Stories) == most {
			b.More = len(all) - skip - most
			break
		}

		a, err := d.show(tx, w.best.Article)
		if errors.Is(err, store.ErrNotFound) {
			continue // its source is gone since
		}

		if err != nil {
			return nil, err
		}

		r.weigh(w.storyArticles) // again, for r.outlets

		s := Story{ID: w.id, Article: a, Articles: w.received}

		for _, outlet := range r.outlets {
			if outlet.name != w.best.Outlet {
				s.Outlets = append(s.Outlets, outlet.name)
			}
		}

		b.Stories = append(b.Stories, s)
	}

	return b, nil
}

// show reads an article that a brief begins with.
func (d *day) show(tx *store.Tx, id int64) (*store.Article, error) {
	if a := d.shown[id]; a != nil {
		return a, nil
	}

	a, err := tx.Article(id)
	if err != nil {
		return nil, fmt.Errorf("read an article of a brief: %w", err)
	}

	a.News.Text = "" // not shown
	d.shown[id] = a

	return a, nil
}
