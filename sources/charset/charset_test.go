package charset

import (
	"strings"
	"testing"
	"unicode/utf8"

	htmlcharset "golang.org/x/net/html/charset"
)

// FuzzToUTF8: whatever comes, the result is UTF-8.
func FuzzToUTF8(f *testing.F) {
	f.Add([]byte("<?xml version='1.0' encoding='koi8-r'?>\xf0\xd2"), "text/xml; charset=big5")
	f.Add([]byte("\xfe\xff\x00<"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		if out := ToUTF8(body, contentType); !utf8.Valid(out) {
			t.Errorf("ToUTF8(%q, %q) is not UTF-8", body, contentType)
		}
	})
}

// TestTurkishAndIcelandic: the letters of one stand where the other's do in Windows-1254 and Windows-1252, which
// a feed need not say.
func TestTurkishAndIcelandic(t *testing.T) {
	for _, text := range []string{
		"İstanbul’da şiddetli yağış ve kuvvetli rüzgâr", "Çığ düştü, yollar kapandı", "Maçı Galatasaray kazandı", "Seçim günü değişti",
		"Það er kalt í dag", "Eldgos hófst á Reykjanesi í nótt", "Þingið samþykkti lögin á fundi í gær", "Veðrið verður gott á morgun",
		"Crâne brûlé, île déserte", "Größere Äpfel für München",
	} {
		charset := "windows-1254"
		if !strings.ContainsAny(text, "ışğİ") {
			charset = "windows-1252"
		}

		enc, _ := htmlcharset.Lookup(charset)

		body, err := enc.NewEncoder().String("<rss><title>" + text + "</title></rss>")
		if err != nil {
			t.Fatal(err)
		}

		if got := guessCharset([]byte(body)); got != charset {
			t.Errorf("%q in %s is taken for %s", text, charset, got)
		}
	}
}

// TestSaidCharset: what a feed is said to be in is believed, the feed itself before a server's Latin-1.
func TestSaidCharset(t *testing.T) {
	for _, c := range []struct{ in, sent, declared string }{
		{"koi8-r", "koi8-r", ""},
		{"koi8-r", "", "koi8-r"},
		{"koi8-r", "iso-8859-1", "koi8-r"},
		{"koi8-r", "koi8-r", "utf-8"},
		{"koi8-r", "utf-8", "koi8-r"},
		{"koi8-r", "replacement", "koi8-r"},
		{"ibm866", "ibm866", "koi8-r"},
	} {
		text := "<?xml version='1.0'?><rss><title>Мост</title></rss>"
		if c.declared != "" {
			text = strings.Replace(text, "?>", " encoding='"+c.declared+"'?>", 1)
		}

		enc, _ := htmlcharset.Lookup(c.in)

		body, err := enc.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}

		if got := string(ToUTF8([]byte(body), "text/xml; charset="+c.sent)); got != text {
			t.Errorf("in %s, sent as %q and declared as %q: %s", c.in, c.sent, c.declared, got)
		}
	}
}

// TestAWordAtTheBeginning: the first byte of a text may be one of the letters that tell its charset.
func TestAWordAtTheBeginning(t *testing.T) {
	const text = "Новости недели: мост через залив снова открыт"

	enc, _ := htmlcharset.Lookup("windows-1251")

	body, err := enc.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}

	if got := guessCharset([]byte(body)); got != "windows-1251" {
		t.Errorf("it is taken for %s", got)
	}
}
