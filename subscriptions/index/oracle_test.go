package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"newsbell/news"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// pieces are what texts and queries are made of in the property tests: few
// words, so that they meet, and everything that is read in a special way.
var pieces = strings.Fields(`tesla Tesla TESLA's spacex musk musks drone drones company companies box boxes news new us US U.S. U.S
	J.K. R&D AT&T C++ C# C .NET net F-16 f 16 16s covid-19 Covid–19 covid19 covid 19 e-mail email re-sign resign state-of-the-art
	O'Brien o’brien obrien don't dont l'Europe l’europe europe Tesla's teslas' rock'n'roll 1,000 1000 1.000 1.000.000 1,00 12,345.67 $AAPL aapl
	@elonmusk @real_donald #covid_19 #東京 #日本_2020 #삼성 #5G手机 _ #ukraine #Ukraine #5 Disney+ disney 18+ 5G EVs EV TVs Zürich zurich ZU\u0308RICH straße STRASSE Łódź lodz Æsir aesir İstanbul
	istanbul ISTANBUL ısparta ёлка елка мой мои й и\u0306 Київ київ 東京 東京大学 大学 東 京 トヨタ ﾄﾖﾀ ガ ｶﾞ が か\u3099 iPhone手机 手机 삼성 삼성전자 삼성은 LG전자 한국
	ไทย ที่ไทย ประเทศไทย ກ ຂໍ້ ភាសា မြန်မာ العَرَبية العربية الـعربية שָׁלוֹם שלום צה"ל צה״ל हिन्दी किताब ½ №5 ﬁne fine ＴＥＳＬＡ ①
	é e\u0301 e\u0301\u0323 a\u200Bb ab co\u00ADop coop n\u200Do … ™ Tesla™ 🚀 𝐓𝐞𝐬𝐥𝐚 — - – ' " ’ “ ” . , & + # $ @ / : ; ( ) * a s 's x '90s
	K k ſ s ß ss ﬀ ǆ ΑΘΗΝΑ αθήνα ς Σ σ \u0301 \u0645\u0651\u064E \u0915\u093C क़ ㍿ ℀ ㏂ … À Å Å ﷺ ⓣ ᴀ ʼ ʻ`)

func unescape(s string) string {
	for _, r := range []rune{0x308, 0x306, 0x3099, 0x301, 0x323, 0x200B, 0xAD, 0x200D, 0x645, 0x651, 0x64E, 0x915, 0x93C} {
		s = strings.ReplaceAll(s, fmt.Sprintf(`\u%04X`, r), string(r))
	}

	return s
}

func anyText() *rapid.Generator[string] {
	piece := rapid.Map(rapid.SampledFrom(pieces), unescape)
	joint := rapid.SampledFrom([]string{" ", " ", " ", " ", "", "-", "'", "’", ".", ". ", ", ", ",", "&", "/", "\u00A0", "\n", "(", "\"", "#", "+", "$", "_"})
	wild := rapid.OneOf(piece, piece, piece, piece, rapid.Map(rapid.Rune().Filter(func(r rune) bool {
		return r < 0x10000 || !unicode.IsMark(r) // marks of lost scripts after a space: whose they are is anybody's guess
	}), func(r rune) string { return string(r) }))

	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 12).Draw(t, "pieces") {
			b.WriteString(wild.Draw(t, "piece"))
			b.WriteString(joint.Draw(t, "joint"))
		}

		return b.String()
	})
}

// TestReadsAsThePlainReader: the reader that counts bits and the one that goes
// character by character read the same words.
func TestReadsAsThePlainReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sameReadings(t, anyText().Draw(t, "text"))
	})
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func sameReadings(t fataler, s string) {
	t.Helper()

	var got, want []string
	for _, r := range text.Words(s) {
		got = append(got, fmt.Sprint(r.Key, " ", r.Pos, "+", r.Width, " ", r.Start, "-", r.End, " ", r.Alternative, " ", r.Adjacent && text.IsDense(r.Key)))
	}

	for _, r := range plainReadings(s) {
		want = append(want, fmt.Sprint(r.key, " ", r.pos, "+", r.width, " ", r.start, "-", r.end, " ", r.other, " ", r.touches && text.IsDense(r.key)))
	}

	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("%q (%x) is read differently (-plain +fast):\n%s", s, s, d)
	}
}

func FuzzReadings(f *testing.F) {
	for _, p := range pieces {
		f.Add(unescape(p))
	}

	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			t.Skip()
		}

		sameReadings(t, text)
	})
}

// anyQuery makes the text of a query, most of which parse.
func anyQuery() *rapid.Generator[string] {
	word := rapid.Map(rapid.SampledFrom(pieces), unescape)
	term := rapid.Custom(func(t *rapid.T) string {
		w := word.Draw(t, "word")
		switch rapid.IntRange(0, 16).Draw(t, "form") {
		case 0:
			return `"` + w + " " + word.Draw(t, "second") + `"`
		case 1:
			return `"` + w + " " + word.Draw(t, "second") + " " + word.Draw(t, "third") + `"~` + fmt.Sprint(rapid.IntRange(1, 20).Draw(t, "near"))
		case 2:
			return "=" + w
		case 3:
			return w + "*"
		case 4:
			return "*" + w + "*"
		case 5:
			return "title:" + w
		case 6:
			return "text:" + w
		case 7:
			f := rapid.SampledFrom([]string{"source:", "outlet:", "author:", "tag:", "#"}).Draw(t, "field")
			return f + w
		case 8:
			return rapid.SampledFrom([]string{
				"feed:https://feeds.reuters.com/world", "feed:feeds.bbci.co.uk/x", "feed:127.0.0.1:9000/a.xml", "-feed:https://feeds.reuters.com/world", "source:reuters.com", "site:bbc.co.uk", "site:bbc.co.uk/sport", "source:bbc", "source:feed.xml", "source:bbc.xml",
				"source:127.0.0.1:9000", "source:127.0.0.1", "site:bbc.co.uk:8080", "site:bbc.co.uk/sport?x=1", "https://bbc.co.uk/sport/1?b=c&x=1", "lang:en", "country:uk", "-lang:de", "site:co.uk",
			}).Draw(t, "place")
		case 9:
			return rapid.SampledFrom([]string{"/tes+la/i", "/Tesla|musk/", "/spac[ex]+/", "title:/tesla/i", "/елк[аи]/i"}).Draw(t, "regex")
		case 10:
			return "title:(" + w + " " + word.Draw(t, "second") + ")"
		}

		return w
	})
	joint := rapid.SampledFrom([]string{" ", " ", " ", " -", " | ", " OR ", ", ", " NOT ", " (", ") ", " AND "})

	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		b.WriteString(term.Draw(t, "term"))

		for range rapid.IntRange(0, 4).Draw(t, "more") {
			b.WriteString(joint.Draw(t, "joint"))
			b.WriteString(term.Draw(t, "term"))
		}

		s := b.String()
		if open := strings.Count(s, "(") - strings.Count(s, ")"); open > 0 {
			s += strings.Repeat(")", open)
		}

		return s
	})
}

func anyArticle() *rapid.Generator[*news.Article] {
	text := anyText()

	return rapid.Custom(func(t *rapid.T) *news.Article {
		a := &news.Article{Title: text.Draw(t, "title"), Text: text.Draw(t, "text")}
		if rapid.Bool().Draw(t, "summary?") {
			a.Summary = text.Draw(t, "summary")
		}

		if rapid.Bool().Draw(t, "fields?") {
			a.Outlet = rapid.SampledFrom([]string{"", "BBC News", "Reuters", text.Draw(t, "outlet")}).Draw(t, "which")
			a.Authors = rapid.SliceOfN(text, 0, 2).Draw(t, "authors")
			a.Tags = rapid.SliceOfN(rapid.OneOf(text, rapid.SampledFrom([]string{"Ukraine", "climate change"})), 0, 3).Draw(t, "tags")
			a.Source = rapid.SampledFrom([]string{"", "https://feeds.reuters.com/world", "https://feeds.bbci.co.uk/x", "feeds/bbc.xml", "feed.xml", "-", "http://127.0.0.1:9000/a.xml"}).Draw(t, "source")
			a.URL = rapid.SampledFrom([]string{"", "https://www.bbc.co.uk/sport/1", "https://bbc.co.uk/sports", "http://www.reuters.com/a?b=c", "https://x.bbc.co.uk:8080/sport/1/?x=1&b=c"}).Draw(t, "url")
			a.Language = rapid.SampledFrom([]string{"", "en", "de", "en-GB"}).Draw(t, "lang")
			a.Country = rapid.SampledFrom([]string{"", "gb", "us"}).Draw(t, "country")
		}

		return a
	})
}

// plainMatch is the second opinion on an index.
func plainMatch(qs map[ID]*query.Query, a *news.Article) map[ID][]string {
	p := readPlain(a)
	out := map[ID][]string{}

	for id, q := range qs {
		var spans []plainSpan
		if p.match(q.Root(), &spans) {
			out[id] = p.matched(spans)
		}
	}

	return out
}

// TestMatchesAsThePlainMatcher: whatever is added and removed, the index answers
// as a plain walk over all queries does, and a query alone as in the index.
func TestMatchesAsThePlainMatcher(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ix, qs := NewIndex(), map[ID]*query.Query{}

		for range rapid.IntRange(1, 3).Draw(t, "rounds") {
			for range rapid.IntRange(0, 12).Draw(t, "adds") {
				id := ID(rapid.IntRange(0, 20).Draw(t, "id"))
				if rapid.IntRange(0, 3).Draw(t, "remove?") == 0 {
					ix.Remove(id)
					delete(qs, id)

					continue
				}

				q, err := query.Parse(anyQuery().Draw(t, "query"))
				if err != nil {
					continue
				}

				ix.Add(id, q)
				qs[id] = q
			}

			for range rapid.IntRange(0, 2).Draw(t, "refiles") { // by what the articles before had
				ix.Refile(rapid.IntRange(1, 30).Draw(t, "steps"))
			}

			a := anyArticle().Draw(t, "article")

			want, got := plainMatch(qs, a), map[ID][]string{}
			for _, h := range ix.Match(a) {
				got[h.ID] = h.Matched
			}

			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("article %+v\nqueries %v\n(-plain +index):\n%s", a, qs, d)
			}

			for id, q := range qs {
				matched, ok := NewSingle(q).Match(a)
				if alone, in := got[id]; in != ok || ok && !cmp.Equal(alone, matched) {
					t.Fatalf("%v alone: %v %v, in the index: %v %v", q, ok, matched, in, alone)
				}
			}

			if ix.Len() != len(qs) {
				t.Fatalf("Len is %d, want %d", ix.Len(), len(qs))
			}
		}
	})
}

// TestPrintsItself: the canonical form parses to itself, and means the same.
func TestPrintsItself(t *testing.T) {
	for _, text := range []string{"bundle:-", "bundle: - tesla", "-bundle:-- tesla", "site:u.s.:", "site: U.S.:: tesla", "feed:a.example:/x"} {
		printsItself(t, text)
	}

	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(anyQuery(), anyQuery(), anyText()).Draw(t, "query")
		printsItself(t, text)
	})
}

func printsItself(t fataler, text string) {
	t.Helper()

	q, err := query.Parse(text)
	if err != nil {
		e := err.(*query.Error)
		if e.At < 0 || e.At > len(text) || e.Message == "" {
			t.Fatalf("%q: bad error %+v", text, e)
		}

		if _, err := query.Parse(e.Suggestion); err != nil {
			t.Fatalf("%q: the suggestion %q does not parse: %v", text, e.Suggestion, err)
		}

		_ = e.Caret(text)

		return
	}

	for _, w := range q.Warnings() {
		if w.At < 0 || w.At > len(text) || w.Message == "" {
			t.Fatalf("%q: bad warning %+v", text, w)
		}

		if w.Suggestion != "" {
			if _, err := query.Parse(w.Suggestion); err != nil {
				t.Fatalf("%q: the warning's suggestion %q does not parse: %v", text, w.Suggestion, err)
			}
		}
	}

	if q.Words() == "" {
		t.Fatalf("%q: no words", text)
	}

	again, err := query.Parse(q.String())
	if err != nil {
		t.Fatalf("%q prints as %q, which does not parse: %v", text, q, err)
	}

	if again.String() != q.String() {
		t.Fatalf("%q prints as %q, and that as %q", text, q, again)
	}

	if d := cmp.Diff(shape(q.Root()), shape(again.Root())); d != "" {
		t.Fatalf("%q prints as %q, which is another query (-typed +printed):\n%s", text, q, d)
	}
}

// shape is all that matters of a tree.
func shape(n *query.Node) string {
	if n.Op == query.OpTerm {
		return fmt.Sprintf("%d:%v:%q:%d:%v", n.Term.Field, n.Term.Exact, n.Term.Text, n.Term.Near, n.Term.Items)
	}

	var kids []string
	for _, k := range n.Children {
		kids = append(kids, shape(k))
	}

	return fmt.Sprint(n.Op, kids)
}

func FuzzParse(f *testing.F) {
	for _, p := range pieces {
		f.Add(unescape(p))
	}

	for _, q := range []string{`tesla (model 3`, `"a b"~5`, `title:(a | b) -c`, `/tes(la/`, `=US or =WHO`, `„x“ «y» 「z」`, `a,b`, `- -x --y`} {
		f.Add(q)
	}

	f.Fuzz(func(t *testing.T, text string) { printsItself(t, text) })
}

// FuzzMatch: any query on any text is answered as the plain matcher answers it.
func FuzzMatch(f *testing.F) {
	for i, p := range pieces {
		f.Add(unescape(p), unescape(pieces[(i*7+3)%len(pieces)]+" "+p))
	}

	for _, q := range []string{`"a b"~5 -c`, "title:(tesla | musk) -stock", "#東京 | =US", "*esla* dron*", "/tes+la/i"} {
		f.Add(q, "Tesla drones over #東京: a US stock, b c")
	}

	f.Fuzz(func(t *testing.T, s, text string) {
		q, err := query.Parse(s)
		if err != nil || len(text) > 1000 {
			t.Skip()
		}

		a := &news.Article{Title: text, Text: s + "\n" + text}
		want := plainMatch(map[ID]*query.Query{0: q}, a)

		matched, ok := NewSingle(q).Match(a)
		if _, plain := want[0]; ok != plain || ok && !slices.Equal(matched, want[0]) {
			t.Fatalf("%q on %q: %v %q, plainly %v %q", s, text, ok, matched, plain, want[0])
		}
	})
}
