package reading

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/search"
	"newsbell/bot/start"
	"newsbell/bot/turn"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// browse shows the bundles by country and topic, those that words name, or one.
func (h *Handler) browse(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	read, err := h.BundlesOf(ctx, dest)
	if err != nil {
		return nil, err
	}

	word, rest := input.CutWord(t.Text)

	switch id, exact := strings.CutPrefix(word, BundleName); {
	case word == "":
		return h.browseReply(t, read), nil
	case exact:
		if one := bundles.ByID(id); one != nil {
			return h.bundleReply(ctx, t, dest, *one, slices.Contains(read, id))
		}

		return t.OldButton(), nil
	case word == string(bundles.Country) || word == string(bundles.Topic):
		page, _ := strconv.Atoi(rest)
		return h.bundlePage(t, bundles.OfKind(bundles.Kind(word), t.Tag()), word, page, read), nil
	}

	found := bundles.Find(t.Text, t.Tag())
	if len(found) == 1 {
		return h.bundleReply(ctx, t, dest, found[0], slices.Contains(read, found[0].ID))
	}

	if len(found) == 0 {
		m := t.Message("bundle.none_like", "words", button.Label(t.Text))
		m.Buttons = [][]adapters.Button{kindButtons(t), {t.Button(t.Say("button.look_on_web"), "sources", turn.Join("add", t.OptionsText(), t.Text))}}

		return m, nil
	}

	m := t.Message("bundle.several", "n", len(found), "words", button.Label(t.Text))
	m.Buttons = bundleButtons(t, found[:min(len(found), bundlesPage)], read)

	return m, nil
}

// browseReply leads to countries, topics, and what is read.
func (h *Handler) browseReply(t *turn.Turn, read []string) *adapters.Message {
	m := t.Message("bundle.browse", "n", len(bundles.All()))
	if len(read) > 0 {
		m.Text = append(m.Text, t.Line("bundle.reading", "names", BundleNames(t, read)))
	}

	var mine []bundles.Bundle

	for _, id := range read {
		if one := bundles.ByID(id); one != nil && len(mine) < bundlesPage {
			mine = append(mine, *one)
		}
	}

	m.Buttons = append([][]adapters.Button{kindButtons(t)}, bundleButtons(t, mine, read)...)
	m.Replace = t.Request.Kind == adapters.PressRequest

	return m
}

func kindButtons(t *turn.Turn) []adapters.Button {
	return []adapters.Button{
		BrowseButton(t, t.Say("button.countries"), string(bundles.Country)),
		BrowseButton(t, t.Say("button.topics"), string(bundles.Topic)),
	}
}

// BrowseButton leads to a page of browse.
func BrowseButton(t *turn.Turn, label, page string) adapters.Button {
	return t.Button(label, "sources", turn.Join("browse", t.OptionsText(), page))
}

// bundlePage shows a page of the bundles of a kind.
func (h *Handler) bundlePage(t *turn.Turn, all []bundles.Bundle, kind string, page int, read []string) *adapters.Message {
	from, pages := turn.PageRange(len(all), bundlesPage, &page)

	m := t.Message("bundle.page_"+kind, "page", page+1, "pages", pages)
	m.Buttons = bundleButtons(t, all[from:min(from+bundlesPage, len(all))], read)

	button.Add(m, turn.StepButtons(t.Words, page > 0, page < pages-1, func(step int) string { return BrowseButton(t, "", kind+" "+strconv.Itoa(page+step)).Data })...)

	m.Replace = t.Request.Kind == adapters.PressRequest

	return m
}

// bundleButtons are a button for each bundle, three in a row.
func bundleButtons(t *turn.Turn, list []bundles.Bundle, read []string) (rows [][]adapters.Button) {
	for part := range slices.Chunk(list, 3) {
		var row []adapters.Button

		for _, one := range part {
			label := one.Name(t.Tag())
			if slices.Contains(read, one.ID) {
				label = "✓ " + label
			}

			row = append(row, BrowseButton(t, button.Label(label), BundleName+one.ID))
		}

		rows = append(rows, row)
	}

	return rows
}

// ForeignLines say which topics are in a language that the chat's is not: whoever picks "KI"
// would take it for German.
func ForeignLines(t *turn.Turn, picked []bundles.Bundle) (text adapters.Text) {
	named := map[string][]string{}

	for _, one := range picked {
		if in := one.ForeignLanguage(t.Tag()); in != "" {
			named[in] = append(named[in], one.Name(t.Tag()))
		}
	}

	for _, in := range slices.Sorted(maps.Keys(named)) {
		text = append(text, t.Line("bundle.foreign", "language", in, "names", t.And(named[in])))
	}

	return text
}

// bundleReply shows one bundle, with what can be done with it.
func (h *Handler) bundleReply(ctx context.Context, t *turn.Turn, dest turn.Target, one bundles.Bundle, reads bool) (*adapters.Message, error) {
	name := one.Name(t.Tag())

	var outlets []string
	for _, s := range one.Sources[:min(len(one.Sources), outletsShown)] {
		outlets = append(outlets, s.Outlet)
	}

	m := &adapters.Message{Text: adapters.Text{
		t.Line("bundle.head", "name", adapters.Bold(name), "n", len(one.Sources)),
		{adapters.Plain(t.NamesAndMore(outlets, len(one.Sources)-len(outlets)))},
	}}
	m.Text = append(m.Text, ForeignLines(t, []bundles.Bundle{one})...)

	options := t.OptionsText()
	if reads {
		m.Text = append(m.Text, t.Line("bundle.is_read"))

		seen, err := h.searchBundle(ctx, t, dest, one.ID)
		if err != nil {
			return nil, err
		}

		m.Text = append(m.Text, seen.Summary(t.Words)...)
		m.Buttons = [][]adapters.Button{bundleAlertButtons(t, one.ID), {
			t.Button(t.Say("button.stop_reading"), "sources", turn.Join("remove", options, BundleName+one.ID)),
			BrowseButton(t, t.Say("button.back"), string(one.Kind)),
		}}
	} else {
		m.Buttons = [][]adapters.Button{{
			t.Button(t.Say("button.read"), "sources", turn.Join("add", options, BundleName+one.ID)),
			BrowseButton(t, t.Say("button.back"), string(one.Kind)),
		}}
	}

	m.Replace = t.Request.Kind == adapters.PressRequest

	return m, nil
}

// searchBundle finds what a chat got of a bundle.
func (h *Handler) searchBundle(ctx context.Context, t *turn.Turn, dest turn.Target, id string) (found *search.Result, err error) {
	err = h.ViewCharged(ctx, t, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		if found, err = search.Run(ctx, tx, c.ID, mustBundleQuery(id), search.LookBack, search.Quick()); err == nil {
			found.Zone = h.ZoneOf(c)
		}

		return err
	})

	return found, err
}

// bundleAlertButtons subscribe to the stories of a bundle.
func bundleAlertButtons(t *turn.Turn, id string) []adapters.Button {
	options := t.OptionsText()
	q := "bundle:" + id

	return []adapters.Button{
		t.ConfirmedButton(t.Say("button.big_stories"), "subscribe", turn.Join(options, "min:"+strconv.Itoa(start.BigStory), q)),
		t.ConfirmedButton(t.Say("button.once_a_day"), "subscribe", turn.Join(options, "when:daily", q)),
	}
}

// mustBundleQuery is the query for all of a bundle; its ID is one of the catalogue.
func mustBundleQuery(id string) *query.Query {
	q, err := query.Parse("bundle:" + id)
	if err != nil {
		panic(err) // a test parses every ID
	}

	return q
}
