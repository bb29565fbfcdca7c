// Package page assembles what there is to show of a story: its first article, who else
// reports it, a few sentences from several outlets, and its neighbours. Chat, command line
// and web pages show the same; how it looks is theirs.
package page

import (
	"cmp"
	"slices"
	"time"

	"newsbell/news"
	"newsbell/news/across"
	"newsbell/news/related"
	"newsbell/news/summary"
	"newsbell/sources/bundles"
	"newsbell/store"
)

// Sizes of a story page.
const (
	storyText      = 1200 // characters of the first article
	storyShort     = 3    // sentences of "in short"
	storyArticles  = 50   // articles that tell it
	relatedShown   = 3    // neighbours, on each page of them
	relatedPages   = 5    // pages of neighbours
	relatedUses    = 250  // uses of a term that are looked at, on each side
	relatedWeighed = 60   // articles whose short form is read
	relatedVectors = 2000 // vectors that are looked at, on each side
	aboutText      = 1000 // characters of a text that stories are near to
)

// Story is all there is to show of a story. Its JSON form is what `newsbell
// story --json` prints.
type Story struct {
	ID        int64              `json:"-"` // 0: the article is not matched yet
	Title     string             `json:"title"`
	URL       string             `json:"url"`
	Outlet    string             `json:"outlet,omitempty"`
	Published time.Time          `json:"published,omitzero"` // zero: not known
	At        time.Time          `json:"-"`                  // published, or else seen
	Image     string             `json:"image,omitempty"`
	Caption   string             `json:"caption,omitempty"`
	Credit    string             `json:"credit,omitempty"`
	Text      string             `json:"text,omitempty"`
	Short     []summary.Sentence `json:"short"`
	Articles  []Article          `json:"articles"` // by time, also the one above
	Related   []Related          `json:"related"`

	// MoreRelated: there are more neighbours, which Neighbours reads.
	MoreRelated bool `json:"-"`

	// FullArticles are Articles with their texts, as package ai takes them.
	FullArticles []*news.Article `json:"-"`
}

// Article is one article of a story, as its page lists it.
type Article struct {
	Title     string    `json:"title"`
	URL       string    `json:"url"`
	Outlet    string    `json:"outlet,omitempty"`
	Published time.Time `json:"published,omitzero"` // zero: not known
	At        time.Time `json:"-"`                  // published, or else seen
	Owner     string    `json:"owner,omitempty"`    // state-funded, public, private or nonprofit; "" not known
	Paywall   string    `json:"paywall,omitempty"`  // yes, no; "" not known
	Wire      bool      `json:"wire,omitempty"`     // a news agency
}

// Timeline returns at most n of the articles, by time: the first of each outlet before
// later ones, and of these the newest.
func (s *Story) Timeline(n int) []Article {
	if len(s.Articles) <= n {
		return s.Articles
	}

	var order, later []int

	outlets := map[string]bool{}

	for i, a := range s.Articles {
		if outlets[a.Outlet] {
			later = append(later, i)
		} else {
			order = append(order, i)
		}

		outlets[a.Outlet] = true
	}

	slices.Reverse(later)
	order = append(order, later...)[:n]
	slices.Sort(order)

	list := make([]Article, 0, n)
	for _, i := range order {
		list = append(list, s.Articles[i])
	}

	return list
}

// Label is what a reader should know of an outlet.
type Label struct {
	Text string // "state-funded", "news agency" or "paywall"
	Key  string // of that in other languages
	Says string // the address of the page that says so
}

// LabelsOf returns those of the outlet behind a host.
func LabelsOf(host string) []Label {
	f := bundles.ProfileOf(host)

	var labels []Label
	if f.Owner == bundles.StateFunded {
		labels = append(labels, Label{f.Owner, "story.state_funded", f.Says.Owner})
	}

	if f.Wire {
		labels = append(labels, Label{"news agency", "story.wire", f.Says.Wire})
	}

	if f.Paywall == bundles.Paywalled {
		labels = append(labels, Label{"paywall", "story.paywall", f.Says.Paywall})
	}

	return labels
}

// Labels are those of the article's outlet.
func (a Article) Labels() []Label { return LabelsOf(news.Host(a.URL)) }

// Related is a neighbour of a story: not the same, but about the same people,
// places or things.
type Related struct {
	Title     string    `json:"title"`
	URL       string    `json:"url"`
	Outlet    string    `json:"outlet,omitempty"`
	Published time.Time `json:"published,omitzero"` // zero: not known
	Text      string    `json:"text,omitempty"`
	At        time.Time `json:"-"` // when it was published, else first seen
	Story     int64     `json:"-"`
}

// Read makes the page of the story that an address belongs to, as a chat may see
// it (chat 0: configured sources only, store.AllChats: all). It is the same page for the same data.
// store.ErrNotFound: no article of such an address is kept.
func Read(tx *store.Tx, chat int64, link string) (*Story, error) {
	found, err := tx.ArticlesAt(link)
	if err != nil {
		return nil, err
	}

	a, err := FirstReadable(tx, chat, found)
	if err == nil && a == nil {
		err = store.ErrNotFound
	}

	if err != nil {
		return nil, err
	}

	all := []*store.Article{a}
	if a.Story != 0 {
		if all, err = tx.ArticlesOfStory(chat, a.Story, storyArticles); err != nil {
			return nil, err
		}
	}

	first := all[0]

	page := newStory(a, all)
	page.ID = a.Story
	page.Related, page.MoreRelated, err = pageOfRelated(tx, chat, first, 0)

	return page, err
}

// ReadStory makes the page of a story, as Read does.
func ReadStory(tx *store.Tx, chat, story int64) (*Story, error) {
	first, err := firstArticle(tx, chat, story)
	if err != nil {
		return nil, err
	}

	return Read(tx, chat, first.News.URL)
}

// ReadImage returns the address of the picture on the page of a story, "" if there is none. It is
// that of ReadStory, for less.
func ReadImage(tx *store.Tx, chat, story int64) (string, error) {
	first, err := firstArticle(tx, chat, story)
	if err != nil {
		return "", err
	}

	found, err := tx.ArticlesAt(first.News.URL)
	if err != nil {
		return "", err
	}

	a, err := FirstReadable(tx, chat, found)
	if err == nil && a == nil {
		err = store.ErrNotFound
	}

	if err != nil {
		return "", err
	}

	return a.News.Image, nil
}

// firstArticle is the first article of a story that a chat may see.
func firstArticle(tx *store.Tx, chat, story int64) (*store.Article, error) {
	story, err := tx.StoryNow(story)
	if err != nil {
		return nil, err
	}

	articles, err := tx.ArticlesOfStory(chat, story, 1)
	if err == nil && len(articles) == 0 {
		err = store.ErrNotFound
	}

	if err != nil {
		return nil, err
	}

	return articles[0], nil
}

// ReadNeighbours returns the nth page of a story's neighbours, from 0, and the story with it. The
// first page is the one that Of reads; Story.MoreRelated says whether another follows.
func ReadNeighbours(tx *store.Tx, chat, story int64, n int) (*Story, error) {
	first, err := firstArticle(tx, chat, story)
	if err != nil {
		return nil, err
	}

	page := newStory(first, []*store.Article{first})
	page.ID = story
	page.Related, page.MoreRelated, err = pageOfRelated(tx, chat, first, n)

	return page, err
}

// pageOfRelated returns the nth page of an article's neighbours, and whether more follow.
func pageOfRelated(tx *store.Tx, chat int64, a *store.Article, n int) (list []Related, more bool, err error) {
	from, to := n*relatedShown, (n+1)*relatedShown
	if n < 0 || n >= relatedPages {
		return []Related{}, false, nil
	}

	all, err := findRelated(tx, chat, a, to+1)
	if err != nil || len(all) <= from {
		return []Related{}, false, err
	}

	return all[from:min(to, len(all))], len(all) > to && n+1 < relatedPages, nil
}

func newStory(a *store.Article, all []*store.Article) *Story {
	n := &a.News
	page := &Story{
		Title: n.Title, URL: n.URL, Outlet: n.Outlet, Published: n.Published, At: a.At(), Image: n.Image, Caption: n.Caption, Credit: n.Credit,
		Text: news.Shorten(cmp.Or(n.Text, n.Summary), storyText), Articles: []Article{}, Related: []Related{},
	}

	slices.SortStableFunc(all, func(x, y *store.Article) int { return cmp.Or(x.At().Compare(y.At()), cmp.Compare(x.ID, y.ID)) })

	full := make([]*news.Article, 0, len(all))

	for _, one := range all {
		f := bundles.ProfileOf(news.Host(one.News.URL))
		page.Articles = append(page.Articles, Article{one.News.Title, one.News.URL, one.News.Outlet, one.News.Published, one.At(), f.Owner, f.Paywall, f.Wire})
		full = append(full, &one.News)
	}

	page.FullArticles = full
	page.Short = summary.Short(full, storyShort)

	return page
}

// findRelated returns the n nearest neighbours of an article, one of each story, the
// nearest first.
func findRelated(tx *store.Tx, chat int64, a *store.Article, n int) ([]Related, error) {
	near, err := scoreNeighbours(tx, a)
	if err != nil {
		return nil, err
	}

	if err := addNearVectors(tx, a.ID, near); err != nil {
		return nil, err
	}

	ids := make([]int64, 0, len(near))
	for id := range near {
		ids = append(ids, id)
	}

	slices.SortFunc(ids, func(x, y int64) int { return cmp.Or(cmp.Compare(near[y], near[x]), cmp.Compare(y, x)) })

	forms, err := tx.RelatedArticles(chat, ids[:min(len(ids), relatedWeighed)])
	if err != nil {
		return nil, err
	}

	slices.SortFunc(forms, func(x, y store.RelatedArticle) int {
		return cmp.Or(cmp.Compare(near[y.Article], near[x.Article]), cmp.Compare(y.Article, x.Article))
	})

	list, shown := []Related{}, map[int64]bool{a.Story: true}

	for _, f := range forms {
		if f.Article == a.ID || shown[f.Story] || len(list) == n {
			continue
		}

		shown[f.Story] = true
		list = append(list, Related{f.Title, f.URL, f.Outlet, f.Published, f.Paragraph, f.At, f.Story})
	}

	return list, nil
}

// FindNearest finds the stories nearest to a text that somebody shows, as a chat may see them, the
// nearest first, at most n.
func FindNearest(tx *store.Tx, chat int64, text string, n int) ([]Related, error) {
	newest, err := tx.NewestRelated()
	if err != nil {
		return nil, err
	}

	return findRelated(tx, chat, &store.Article{ID: newest + 1, Story: -1, News: news.Article{Title: news.Shorten(text, aboutText)}}, n)
}

// scoreNeighbours scores the articles that share terms with one.
func scoreNeighbours(tx *store.Tx, a *store.Article) (map[int64]float64, error) {
	terms := related.Terms(&a.News)
	shares := make([]float64, len(terms))
	shared := map[int64][]int{}

	for i, term := range terms {
		use, err := tx.UsesOfTerm(term.Hash, a.ID, relatedUses)
		if err != nil {
			return nil, err
		}

		shares[i] = use.Share
		for _, id := range use.Articles {
			shared[id] = append(shared[id], i)
		}
	}

	weights := related.Weights(terms, shares)
	near := map[int64]float64{}

	for id, indexes := range shared {
		if score := related.Score(weights, indexes); score > 0 && id != a.ID {
			near[id] = score
		}
	}

	return near, nil
}

// addNearVectors scores the articles too that an embedding model puts near one, in whatever
// language; the better of two scores counts.
func addNearVectors(tx *store.Tx, article int64, near map[int64]float64) error {
	own, others, err := tx.VectorsAround(article, relatedVectors)
	if err != nil || own == nil {
		return err
	}

	vectors := make([]across.Vector, len(others))
	for i, o := range others {
		vectors[i] = across.FromBytes(o.Vector)
	}

	for i, score := range across.Near(across.FromBytes(own), vectors) {
		near[others[i].Article] = max(near[others[i].Article], score)
	}

	return nil
}

// FirstReadable returns the first of some articles that a chat's sources cover, or nil.
// chat is as in Read.
func FirstReadable(tx *store.Tx, chat int64, all []*store.Article) (*store.Article, error) {
	for _, a := range all {
		if chat == store.AllChats || a.SourceOrigin == store.FromConfig {
			return a, nil
		}

		if reads, err := tx.ReadsSource(chat, a.SourceID); err != nil || reads {
			return a, err
		}
	}

	return nil, nil
}
