package wish_test

import (
	"testing"

	"newsbell/bot/wish"
)

// TestConnect: the words of a language that join and exclude become operators of queries, in
// every language that Newsbell speaks; names and fixed phrases stay as they are.
func TestConnect(t *testing.T) {
	for _, c := range []struct{ code, typed, want string }{
		{"de", `"künstliche Intelligenz" oder KI`, `"künstliche Intelligenz" OR KI`},
		{"de", "Trump ohne Zölle", "Trump -Zölle"},
		{"de", "KI und Medizin", "KI Medizin"},
		{"de", "Dortmund, aber nicht Frauenfußball", "Dortmund -Frauenfußball"},
		{"de", "Bahn ohne die S-Bahn Berlin", `Bahn -"S-Bahn Berlin"`},
		{"de", "Ärzte ohne Grenzen", ""},
		{"de", `"Krieg oder Frieden"`, ""},
		{"de", "oder", ""},
		{"de", "Frankfurt an der Oder", ""},
		{"fr", "Airbus ou Boeing sans bourse", "Airbus OR Boeing -bourse"},
		{"fr", "Médecins sans frontières", ""},
		{"es", "inundaciones o incendios", "inundaciones OR incendios"},
		{"es", "Trump sin aranceles", "Trump -aranceles"},
		{"it", "Milan o Inter e Champions", "Milan OR Inter Champions"},
		{"pt-BR", "Lula ou Bolsonaro sem eleições", "Lula OR Bolsonaro -eleições"},
		{"pl", "powódź lub pożar bez Warszawy", "powódź OR pożar -Warszawy"},
		{"ru", "землетрясение или цунами", "землетрясение OR цунами"},
		{"ru", "Врачи без границ", ""},
		{"uk", "Київ або Львів крім футболу", "Київ OR Львів -футболу"},
		{"tr", "deprem veya tsunami", "deprem OR tsunami"},
		{"es", "Apple o Google pero no bolsa", "Apple OR Google -bolsa"},
		{"es", "el no de Madrid", ""},
		{"es", "Bitcoin pero nada más", ""},
		{"de", "Bitcoin, aber nichts weiter", ""},
		{"ru", "биткойн, но ничего больше", ""},
		{"pt-BR", "Apple ou Google mas não ações", "Apple OR Google -ações"},
		{"de", "Bayern, aber nichts über Transfers", "Bayern -Transfers"},
		{"ru", "Эппл или Гугл, но не акции", "Эппл OR Гугл -акции"},
		{"tr", "Apple veya Google ama borsa değil", "Apple OR Google -borsa"},
		{"tr", "Türkiye değil", ""},
		{"hi", "एप्पल या गूगल लेकिन शेयर नहीं", "एप्पल OR गूगल -शेयर"},
		{"ar", "آبل أو جوجل لكن ليس الأسهم", "آبل OR جوجل -الأسهم"},
		{"tr", "Galatasaray transfer hariç", "Galatasaray -transfer"},
		{"id", "gempa atau tsunami tanpa Jepang", "gempa OR tsunami -Jepang"},
		{"ar", "زلزال أو تسونامي", "زلزال OR تسونامي"},
		{"ar", "ترامب بدون رسوم", "ترامب -رسوم"},
		{"ar", "ترامب ما عدا رسوم", "ترامب -رسوم"},
		{"ar", "أطباء بلا حدود", ""},
		{"fa", "زلزله یا سونامی", "زلزله OR سونامی"},
		{"fa", "ترامپ به جز تعرفه", "ترامپ -تعرفه"},
		{"hi", "भूकंप या सुनामी", "भूकंप OR सुनामी"},
		{"hi", "ट्रंप शुल्क के बिना", "ट्रंप -शुल्क"},
		{"ko", "지진 또는 쓰나미", "지진 OR 쓰나미"},
		{"ko", "삼성 야구 제외", "삼성 -야구"},
		{"ja", "地震か津波", "地震 OR 津波"},
		{"ja", "トランプとプーチン", "トランプ プーチン"},
		{"ja", "ふるさと納税", ""},
		{"ja", "巨人 阪神 以外", "巨人 -阪神"},
		{"zh-Hans", "地震或海啸", "地震 OR 海啸"},
		{"zh-Hans", "特朗普 不含 关税", "特朗普 -关税"},
		{"zh-Hans", "特朗普或将加税", ""},
		{"en", "tesla oder spacex", ""}, // what joins in one language is looked for in another
		{"pl", "o Ukrainie", ""},
	} {
		got, ok := wish.Connect(c.typed, c.code)
		if ok != (c.want != "") || ok && got.Query != c.want {
			t.Errorf("%s: %q becomes %q (%v), want %q", c.code, c.typed, got.Query, ok, c.want)
		}
	}
}

// FuzzConnect: what comes of a text parses, whatever it is.
func FuzzConnect(f *testing.F) {
	for _, s := range []string{"a oder b", "ohne", `"oder`, "a oder", "oder oder oder", "x ohne -y", "か か"} {
		f.Add(s, "de")
		f.Add(s, "ja")
	}

	f.Fuzz(func(t *testing.T, text, code string) {
		if c, ok := wish.Connect(text, code); ok {
			checkParses(t, text, c.Query)
		}
	})
}

// TestRequestsInFurtherLanguages: "tell me about floods in Valencia" is understood in every
// language that Newsbell speaks, for who has set it.
func TestRequestsInFurtherLanguages(t *testing.T) {
	for _, c := range []struct{ code, typed, want string }{
		{"ar", "أخبرني عن الفيضانات في فالنسيا", "الفيضانات فالنسيا"},
		{"fa", "درباره سیل در والنسیا به من خبر بده", "سیل والنسیا"},
		{"hi", "मुझे वेलेंसिया में बाढ़ के बारे में बताओ", "वेलेंसिया बाढ़"},
		{"id", "beritahu saya tentang banjir di Valencia", "banjir Valencia"},
		{"ja", "バレンシアの洪水について教えて", "バレンシア 洪水"},
		{"ko", "발렌시아의 홍수에 대해 알려줘", "발렌시아 홍수"},
		{"pt-BR", "me avise sobre enchentes em Valência", "enchentes Valência"},
		{"tr", "Valensiya sel baskını hakkında bana haber ver", "Valensiya sel baskını"},
		{"uk", "розкажи мені про повені у Валенсії", "повен* Валенсі*"},
		{"zh-Hans", "告诉我关于瓦伦西亚洪水的新闻", "瓦伦西亚洪水"},
		{"zh-Hans", "瓦伦西亚的洪水", "瓦伦西亚 洪水"},
	} {
		got, ok := wish.Understand(c.typed, c.code)
		if !ok || got.Query != c.want {
			t.Errorf("%s: %q becomes %q (%v), want %q", c.code, c.typed, got.Query, ok, c.want)
		}
	}
}

// TestWholeNames: a name with an "and" is looked for as a whole, however it is written.
func TestWholeNames(t *testing.T) {
	for _, c := range []struct{ code, typed, want string }{
		{"en", "Marks and Spencer", `"Marks & Spencer" OR "Marks and Spencer"`},
		{"de", "Villeroy & Boch", `"Villeroy & Boch" OR "Villeroy and Boch"`},
		{"de", "Villeroy und Boch", `"Villeroy & Boch" OR "Villeroy und Boch"`},
		{"en", "johnson & johnson", `"johnson & johnson" OR "johnson and johnson"`},
		{"en", "Apple & Google", ""},
		{"en", "Bosnia and Herzegovina", ""},
		{"en", "law, order", ""},
		{"en", "Romeo, Juliet", ""},
	} {
		if got, _ := wish.Connect(c.typed, c.code); got.Query != c.want {
			t.Errorf("%s: %q: %q, want %q", c.code, c.typed, got.Query, c.want)
		}
	}
}

// TestPair: names that articles have as one are one name; two that are also told of alone are two.
func TestPair(t *testing.T) {
	for _, c := range []struct {
		articles []string
		want     bool
	}{
		{[]string{"Berry & Rye lifts its forecast", "Berry and Rye to close ten shops", "Weather stays mild"}, true},
		{[]string{"Berry and Rye meet", "Berry resigns", "Rye in the final"}, false},
		{[]string{"Berry and Rye meet in the final"}, false},
		{nil, false},
	} {
		p := wish.NewPair("Berry and Rye", "en")
		for _, text := range c.articles {
			p.Add(text)
		}

		if got := p.IsOneName(); got != c.want {
			t.Errorf("%q: %t", c.articles, got)
		}
	}
}

// TestEither: names that are joined by *and* may each be enough; other words that are joined stay together.
func TestEither(t *testing.T) {
	for _, c := range []struct{ code, typed, want string }{
		{"en", "Real Madrid and Barcelona", `"Real Madrid" OR Barcelona`},
		{"en", "Apple, Google and Meta", "Apple OR Google OR Meta"},
		{"de", "Apple und Google", "Apple OR Google"},
		{"pt-BR", "Flamengo e Palmeiras", "Flamengo OR Palmeiras"},
		{"en", "iran and israel", "iran OR israel"},
		{"de", "Kosovo und Serbien", "Kosovo OR Serbien"},
		{"ru", "иран и израиль", "иран OR израиль"},
		{"ja", "drone and strike", ""},
		{"en", "Bosnia and Herzegovina", ""},
		{"en", "trinidad and tobago", ""},
		{"en", "Antigua & Barbuda", ""},
		{"de", "Bosnien und Herzegowina", ""},
		{"es", "Bosnia y Herzegovina", ""},
		{"pl", "Bośnia i Hercegowina", ""},
		{"en", "Johnson and Johnson", ""},
		{"en", "Johnson & johnson", ""},
		{"en", "Marks and Spencer", ""},
		{"de", "Villeroy und Boch", ""},
		{"de", "Apple & Google", ""},
		{"en", "Walla Walla and Walla Walla", ""},
		{"en", "turkey and stuffing", ""},
		{"en", "drone and strike", ""},
		{"en", "Apple and stock", ""},
		{"en", "Apple AND -Google", ""},
		{"en", "Apple und Google", ""},
		{"en", "Apple", ""},
		{"en", `"Apple and Google"`, ""},
	} {
		if got, _ := wish.Either(c.typed, c.code); got != c.want {
			t.Errorf("%s: %q: %q, want %q", c.code, c.typed, got, c.want)
		}
	}
}
