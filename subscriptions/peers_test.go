package subscriptions

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"runtime"
	"strings"
	"testing"

	ahocorasick "github.com/BobuSumisu/aho-corasick"
)

// BenchmarkTokenise is the reading of words by script, and the same loop without
// folding, which only finds ASCII words and hashes them as they stand.
func BenchmarkTokenise(b *testing.B) {
	scripts := []struct{ name, text string }{
		{"cyrillic", "Ученые обнаружили ещё одну опасность для здоровья, вызванную потреблением сахара. "},
		{"greek", "Η κυβέρνηση ανακοίνωσε χθες νέα μέτρα για την οικονομία και την υγεία. "},
		{"accents", "Le président a déclaré que l’économie française était plus forte qu’espéré. "},
		{"chinese", "中国科学家近日宣布，他们在量子计算领域取得了重大突破。"},
		{"japanese", "東京大学の研究チームは、新しい人工知能の技術を発表しました。"},
		{"korean", "삼성전자는 어제 서울에서 새로운 스마트폰을 공개했다고 밝혔다. "},
		{"thai", "นายกรัฐมนตรีแถลงนโยบายเศรษฐกิจใหม่ต่อรัฐสภาวันนี้ "},
		{"arabic", "أعلنت الحكومة اليوم عن خطة جديدة لدعم الاقتصاد الوطني. "},
		{"hindi", "सरकार ने आज नई आर्थिक नीति की घोषणा की है। "},
	}

	mixed := ""
	for _, s := range scripts {
		mixed += s.text
	}

	scripts = append(scripts, struct{ name, text string }{"mixed", mixed + strings.Repeat("And some English in between, as pages have. ", 4)})

	var news strings.Builder

	for _, a := range storyArticles(b, 150) {
		for _, r := range a.Title + ". " + a.Text + "\n" {
			if r < 0x80 {
				news.WriteRune(r)
			}
		}
	}

	for _, s := range append(scripts, struct{ name, text string }{"ascii", news.String()[:1<<20]}) {
		text := strings.Repeat(s.text, 1+(64<<10)/len(s.text))
		if s.name == "ascii" {
			text = s.text
		}

		b.Run(s.name, func(b *testing.B) {
			p := newPage(1)

			b.SetBytes(int64(len(text)))
			runtime.LockOSThread()

			defer runtime.UnlockOSThread()

			start := threadTime()

			for range b.N {
				p.reset()
				p.add(inText, text)
				p.tokenise()
			}

			b.ReportMetric(float64(len(text))*float64(b.N)/float64(threadTime()-start)*1e3, "cpu-MB/s")
		})
	}

	ascii := news.String()[:1<<20]

	b.Run("ascii-unfolded", func(b *testing.B) {
		p := newPage(1)

		b.SetBytes(int64(len(ascii)))
		runtime.LockOSThread()

		defer runtime.UnlockOSThread()

		start := threadTime()

		for range b.N {
			readUnfolded(p, ascii)
		}

		b.ReportMetric(float64(len(ascii))*float64(b.N)/float64(threadTime()-start)*1e3, "cpu-MB/s")
	})
}

// readUnfolded is fold and readWords without folding and without any sign that
// belongs to a word.
func readUnfolded(p *page, text string) {
	p.reset()
	p.grow(len(text) + slack)
	copy(p.buf[2:], text)

	n := 2
	for i := 0; i+8 <= len(text); i, n = i+8, n+8 {
		x := load8(text, i) & 0x7F7F7F7F7F7F7F7F
		letters := (x | 0x2020202020202020) + (0x80-'a')*lows&^0
		letters &^= (x | 0x2020202020202020) + (0x80-'z'-1)*lows
		digits := (x + (0x80-'0')*lows) &^ (x + (0x80-'9'-1)*lows)
		m := (letters | digits) & highs >> 7 * 0x0102040810204080 >> 56
		p.word[n>>6] |= m << (n & 63)
		p.word[n>>6+1] |= m >> (64 - n&63)
	}

	for i := p.wordStart(2, n); i < n; i = p.wordStart(i, n) {
		end := wordEnd(p.word, i)
		size := end - i
		hash := uint64(0)

		if size <= 8 {
			x := binary.LittleEndian.Uint64(p.buf[i:i+8]) & (^uint64(0) >> ((64 - 8*size) & 63))
			hi, lo := bits.Mul64(p.seed^x^uint64(size)<<56, hashFactor)
			hash = hi ^ lo
		} else {
			hash = hashLong(p.seed, p.buf, i, size)
		}

		p.tokens = append(p.tokens, token{hash: hash, from: uint32(i), to: uint32(end), key: uint32(i), keyLen: uint32(size), pos: uint32(p.pos), width: 1})
		p.pos++
		i = end
	}
}

// BenchmarkLoop is what bots do: for each article, for each query, look for its
// words in the text in small letters.
func BenchmarkLoop(b *testing.B) {
	queries, articles := queryFile(b), storyArticles(b, 150)
	n := min(len(queries), 100_000)

	words := make([][]string, n)
	for i := range words {
		words[i] = strings.Fields(strings.ToLower(queries[i]))
	}

	b.ResetTimer()
	defer cpuTime(b)()

	hits := 0

	for i := range b.N {
		a := articles[i%len(articles)]
		text := strings.ToLower(a.Title + "\n" + a.Text)

		for _, q := range words {
			all := true

			for _, w := range q {
				if !strings.Contains(text, w) {
					all = false
					break
				}
			}

			if all {
				hits++
			}
		}
	}

	b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
}

// BenchmarkAhoCorasick scans for the longest word of each query, each once, with
// a library of the algorithm (Aho and Corasick 1975): fewer and easier than what
// the queries ask for, and parts of words count. The whole queries stand beside.
func BenchmarkAhoCorasick(b *testing.B) {
	queries, articles := queryFile(b), storyArticles(b, 150)
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		if n > len(queries) {
			continue
		}

		builder, seen := ahocorasick.NewTrieBuilder(), map[string]bool{}
		for _, text := range queries[:n] {
			if w := longestWord(text); len(w) > 1 && !seen[w] {
				seen[w] = true
				builder.AddString(w)
			}
		}

		trie := builder.Build()

		b.Run(fmt.Sprintf("literals=%d", len(seen)), func(b *testing.B) {
			hits := 0

			defer cpuTime(b)()

			for i := range b.N {
				a := articles[i%len(articles)]
				trie.Walk([]byte(strings.ToLower(a.Title+"\n"+a.Text)), func(_, _, _ int64) bool { hits++; return true })
			}

			b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
		})
		m := buildIndex(b, queries[:n]).Matcher()
		b.Run(fmt.Sprintf("queries=%d", n), func(b *testing.B) {
			defer cpuTime(b)()

			for i := range b.N {
				m.Match(articles[i%len(articles)])
			}
		})
	}
}

func longestWord(text string) string {
	best := ""
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if len(w) > len(best) {
			best = w
		}
	}

	return best
}
