package scheduler

import (
	"cmp"
	"context"
	"slices"

	"newsbell/store"
	"newsbell/subscriptions/index"
)

// regexWork bounds what the regexes of one person may cost everybody: each person
// has an allowance that articles fill, and what exceeds it is skipped and counted.
type regexWork struct {
	allowances map[string]*index.Allowance   // by person
	owners     map[index.ID]*index.Allowance // of subscriptions with regexes
	owing      map[*index.Allowance]bool     // allowances that are not full
	skipped    map[index.ID]int              // articles, since the last report
}

func newRegexWork() regexWork {
	return regexWork{
		allowances: map[string]*index.Allowance{}, owners: map[index.ID]*index.Allowance{},
		owing: map[*index.Allowance]bool{}, skipped: map[index.ID]int{},
	}
}

// assign gives subscriptions with regexes to the people who made them.
func (w *regexWork) assign(t *store.Tx, subscriptions []int64) error {
	creators, err := t.CreatorsOf(subscriptions)
	if err != nil {
		return err
	}

	for id, person := range creators {
		if w.allowances[person] == nil {
			w.allowances[person] = &index.Allowance{}
		}

		w.owners[index.ID(id)] = w.allowances[person]
	}

	return nil
}

func (w *regexWork) forget(id index.ID) { delete(w.owners, id) }

// spend takes steps from the allowance of a subscription's owner.
func (w *regexWork) spend(id index.ID, steps int) bool {
	a := w.owners[id]
	if a == nil {
		return false
	}

	w.owing[a] = true

	return a.Spend(steps)
}

// earn adds to all allowances what one article is worth.
func (w *regexWork) earn() {
	for a := range w.owing {
		if a.Earn(1); a.IsFull() {
			delete(w.owing, a)
		}
	}
}

// hits are the subscriptions that an article matches whose story so many outlets tell as
// they ask for. Regexes of those who do not get the article at all cost nothing.
func (m *matcher) hits(a *store.Article, story int64) []index.Hit {
	a.News.Bundles = m.readers.names[a.SourceID]
	gets := func(id index.ID) bool {
		f := m.followers[id]
		return m.readers.mayRead(originOf(a), f) && (f.outlets < 2 || m.outlets(story, f) >= int(f.outlets))
	}

	m.work.earn()

	hits, skipped := m.index.MatchWithin(&a.News, func(id index.ID, steps int) bool {
		return gets(id) && m.work.spend(id, steps)
	})

	for _, id := range skipped {
		if gets(id) {
			m.work.skipped[id]++
		}
	}

	return slices.DeleteFunc(hits, func(h index.Hit) bool { return !gets(h.ID) })
}

// reportSkipped counts the articles that subscriptions were not compared with and
// tells their chats, once for each subscription.
func (m *matcher) reportSkipped(ctx context.Context) error {
	if len(m.work.skipped) == 0 {
		return nil
	}

	err := m.Store.Update(ctx, func(t *store.Tx) error {
		slow := map[int64][]*store.Subscription{} // by chat

		for id, n := range m.work.skipped {
			first, err := t.AddSkipped(int64(id), n)
			if err != nil {
				return err
			}

			if !first {
				continue
			}

			s, err := t.SubscriptionByID(int64(id))
			if err != nil {
				return err
			}

			slow[s.Chat] = append(slow[s.Chat], s)
		}

		for chat, list := range slow {
			slices.SortFunc(list, func(x, y *store.Subscription) int { return cmp.Compare(x.ID, y.ID) })

			c, err := t.ChatByID(chat)
			if err == nil {
				err = leaveNotice(t, m.Texts, c, tellSlow(list))
			}

			if err != nil {
				return err
			}
		}

		return nil
	})
	if err == nil {
		clear(m.work.skipped)
	}

	return err
}
