package story

import "newsbell/news"

// Evidence is why two articles are, or are not, one story.
type Evidence struct {
	Article  int64    // of the window
	Story    int64    // that it tells
	LogOdds  float64  // that the two tell one story
	Veto     string   // why they do not, whatever the odds are; "" when nothing forbids it
	Words    []string // that both have, the most telling first
	Likeness []Likeness
}

// Likeness is one of the numbers that the log odds come from.
type Likeness struct {
	Name  string
	Value float64
}

// Observe has each called with every comparison that Assign and Restore make from now on. It is
// for explanations and for training; nil ends it.
func (g *Grouper) Observe(each func(Evidence)) { g.observer = each }

func (g *Grouper) observe(p *probe, e *entry, l *likeness, odds float32, veto string) {
	ev := Evidence{Article: e.id, Story: e.story.id, LogOdds: float64(odds), Veto: veto, Words: g.shared(p, e)}
	for i, name := range featureNames() {
		ev.Likeness = append(ev.Likeness, Likeness{name, float64(l[i])})
	}

	g.observer(ev)
}

// mostWords is how many shared words an explanation names.
const mostWords = 8

// shared returns the words of the probe that an article has too.
func (g *Grouper) shared(p *probe, e *entry) []string {
	var out []string

	for _, i := range p.order {
		f := p.features[i]
		if e.indexOf(f.index()) < 0 {
			continue
		}

		if w := p.word(g.terms.terms[f.index()].stem); w != "" && len(out) < mostWords {
			out = append(out, w)
		}
	}

	return out
}

// word returns a word of the probe as it is written.
func (p *probe) word(stem uint64) string {
	for i, w := range p.reader.words {
		if w.stem == stem {
			return p.written(i)
		}
	}

	return ""
}

// written is word i of the probe as it is written.
func (p *probe) written(i int) string {
	w, text := p.reader.words[i], p.texts[0]
	if i >= p.split {
		text = p.texts[1]
	}

	return text[w.from:w.to]
}

// SharedWords returns words that two articles share, as the first writes them, the most
// telling first.
func SharedWords(a, b *news.Article) []string {
	g := New()
	g.add(g.open(1, b.Published), g.begin(b, b.Published), 1)

	e := g.articles[0]
	p := g.begin(a, b.Published)

	return g.shared(p, e)
}
