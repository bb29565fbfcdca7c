package why

import (
	"strconv"

	"newsbell/adapters"
	"newsbell/bot/listing"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// explainNoAlert explains an article that caused no alert in this chat.
func (h *Handler) explainNoAlert(tx *store.Tx, w wording.Words, c *store.Chat, a *store.Article) (adapters.Text, error) {
	var all []*store.Subscription

	if c.ID != 0 {
		var err error
		if all, err = tx.Subscriptions(c.ID); err != nil {
			return nil, err
		}
	}

	if len(all) == 0 {
		return listing.NothingFollowed(w, "").Text, nil
	}

	var matches, misses adapters.Text

	for _, s := range all {
		q, err := query.ParseCanonical(s.Canonical)
		if err != nil {
			continue // what does not parse any more cannot match
		}

		name := adapters.Bold("#" + strconv.Itoa(s.Number) + " " + w.Spell(s.Query))

		if _, ok := index.Match(q, &a.News); !ok {
			if len(misses) < whyMost {
				miss := adapters.Line{adapters.Plain("• "), name, adapters.Plain(": " + lackText(w, q, &a.News))}

				word, err := mutedWord(tx, c.ID, s.ID, &a.News)
				if err != nil {
					return nil, err
				}

				if word != "" {
					miss = append(append(miss, adapters.Plain(". ")), w.Line("why.muted_word", "word", word)...)
				}

				misses = append(misses, miss)
			}

			continue
		}

		matches = append(matches, adapters.Line{adapters.Plain("• "), name, adapters.Plain(": " + quietReason(w, a, s, c))})
	}

	if len(matches) > 0 {
		return append(w.Lines("why.matches_silent"), matches...), nil
	}

	text := append(w.Lines("why.matches_nothing"), misses...)
	if more := len(all) - whyMost; more > 0 {
		text = append(text, w.Line("list.more", "n", more))
	}

	return text, nil
}

// mutedWord is a muted word of a subscription that an article has, "" none.
func mutedWord(tx *store.Tx, chat, subscription int64, a *news.Article) (string, error) {
	mutes, err := tx.Mutes(chat)

	for _, m := range mutes {
		if m.Subscription() != subscription {
			continue
		}

		q, err := query.Parse(m.Label)
		if err != nil {
			continue // it was a word when it was muted
		}

		if _, has := index.Match(q, a); has {
			return m.Label, nil
		}
	}

	return "", err
}

// quietReason says why an article that a subscription matches caused no alert.
func quietReason(w wording.Words, a *store.Article, s *store.Subscription, c *store.Chat) string {
	switch {
	case a.Quiet == store.QuietBaseline:
		return w.Say("why.baseline")
	case a.Quiet == store.QuietRelaunch:
		return w.Say("why.relaunch")
	case a.Quiet == store.QuietOld:
		return w.Say("why.old")
	case s.CreatedAt.After(a.SeenAt):
		return w.Say("why.later")
	case c.State != store.Active:
		return w.Say("why.away")
	case s.Skipped > 0:
		return w.Say("why.slow")
	default:
		return w.Say("why.other")
	}
}

// lackText says which part of a query keeps an article from matching it.
func lackText(w wording.Words, q *query.Query, a *news.Article) string {
	missing, unwanted := index.Diagnose(q, a)

	switch {
	case q.HasRegex() && index.IsTooCostly(q, a):
		return w.Say("why.lacks_slow")
	case len(missing) > 0:
		return w.Say("why.lacks", "words", w.And(allInWords(w, missing)))
	case len(unwanted) > 0:
		return w.Say("why.unwanted", "words", w.And(allInWords(w, unwanted)))
	default:
		return w.Say("why.lacks_some")
	}
}

// allInWords are queries in words.
func allInWords(w wording.Words, queries []*query.Query) (all []string) {
	for _, q := range queries {
		all = append(all, w.InWords(q))
	}

	return all
}
