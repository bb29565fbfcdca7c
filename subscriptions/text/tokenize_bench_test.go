package text

import (
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkTokenize is the reading of words by script, and the same loop without
// folding, which only finds ASCII words and hashes them as they stand.
func BenchmarkTokenize(b *testing.B) {
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

	for _, r := range storyTexts(b) {
		if r < 0x80 {
			news.WriteRune(r)
		}
	}

	for _, s := range append(scripts, struct{ name, text string }{"ascii", news.String()[:1<<20]}) {
		text := strings.Repeat(s.text, 1+(64<<10)/len(s.text))
		if s.name == "ascii" {
			text = s.text
		}

		b.Run(s.name, func(b *testing.B) {
			d := NewDocument(1)

			b.SetBytes(int64(len(text)))

			for range b.N {
				d.Reset()
				d.Add(0, text)
				d.Tokenize()
			}
		})
	}

	ascii := news.String()[:1<<20]

	b.Run("ascii-unfolded", func(b *testing.B) {
		d := NewDocument(1)

		b.SetBytes(int64(len(ascii)))

		for range b.N {
			readUnfolded(d, ascii)
		}
	})
}

// readUnfolded is fold and readWords without folding and without any sign that
// belongs to a word.
func readUnfolded(d *Document, text string) {
	d.Reset()
	d.grow(len(text) + Slack)
	copy(d.Buf[2:], text)

	n := 2
	for i := 0; i+8 <= len(text); i, n = i+8, n+8 {
		x := loadWord(text, i) & 0x7F7F7F7F7F7F7F7F
		letters := (x | 0x2020202020202020) + (0x80-'a')*lowBits&^0
		letters &^= (x | 0x2020202020202020) + (0x80-'z'-1)*lowBits
		digits := (x + (0x80-'0')*lowBits) &^ (x + (0x80-'9'-1)*lowBits)
		m := (letters | digits) & highBits >> 7 * 0x0102040810204080 >> 56
		d.wordBits[n>>6] |= m << (n & 63)
		d.wordBits[n>>6+1] |= m >> (64 - n&63)
	}

	for i := d.wordStart(2, n); i < n; i = d.wordStart(i, n) {
		end := wordEnd(d.wordBits, i)
		size := end - i
		hash := uint64(0)

		if size <= 8 {
			x := binary.LittleEndian.Uint64(d.Buf[i:i+8]) & (^uint64(0) >> ((64 - 8*size) & 63))
			hi, lo := bits.Mul64(d.Seed^x^uint64(size)<<56, hashFactor)
			hash = hi ^ lo
		} else {
			hash = hashLong(d.Seed, d.Buf, i, size)
		}

		d.Tokens = append(d.Tokens, Token{Hash: hash, From: uint32(i), To: uint32(end), Key: uint32(i), KeyLen: uint32(size), Pos: uint32(d.NextPos), Width: 1})
		d.NextPos++
		i = end
	}
}

// storyTexts is the titles and texts of a corpus; the benchmark is skipped
// without it.
func storyTexts(b *testing.B) string {
	b.Helper()

	body, err := os.ReadFile(filepath.Join(os.Getenv("NEWSBELL_DATA"), "stories-allsides", "stories_a.jsonl"))
	if err != nil {
		b.Skipf("0 articles read: %v", err)
	}

	var out strings.Builder

	for line := range strings.Lines(string(body)) {
		var a struct{ Title, Text string }
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			b.Fatal(err)
		}

		out.WriteString(a.Title + ". " + a.Text + "\n")
	}

	return out.String()
}
