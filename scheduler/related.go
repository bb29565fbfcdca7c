package scheduler

import (
	"context"
	"time"

	"newsbell/news/related"
	"newsbell/store"
)

// relatedRounds is how many batches of articles are shortened at a time, so that the
// articles of a database from before catch up without holding up the match loop.
const relatedRounds = 5

// relatedInterval is how long articles that come one by one are collected for it: each
// transaction waits for the disk, and its compressor takes a megabyte.
const relatedInterval = 5 * time.Second

// relatedAtStop is how long a stop may take for it.
const relatedAtStop = 2 * time.Second

// keepRelated keeps the short forms and terms of articles that were matched, from
// which related news is found when the articles are gone. It comes after the alerts:
// nothing waits for it, and what a stop leaves out the next start does.
func (m *matcher) keepRelated(ctx context.Context) error {
	for range relatedRounds {
		var articles []*store.Article

		err := m.Store.View(ctx, func(t *store.Tx) (err error) {
			articles, err = t.Unrelated(batch)
			return err
		})
		if err != nil || len(articles) == 0 {
			return err
		}

		list := make([]store.Shortened, 0, len(articles))

		for _, a := range articles {
			short := store.Shortened{Article: a}
			for _, term := range related.Terms(&a.News) {
				short.Terms = append(short.Terms, term.Hash)
			}

			list = append(list, short)
		}

		if err := m.Store.Update(ctx, func(t *store.Tx) error { return t.SaveRelated(list) }); err != nil {
			return err
		}
	}

	return nil
}
