package wish

import "testing"

func TestUnwanted(t *testing.T) {
	for _, c := range []struct{ code, text, want string }{
		{"en", "No more Trump", "Trump"},
		{"en", "I don't want to hear about Trump", "Trump"},
		{"en", "I don’t want any news about climate change, please!", "climate change"},
		{"en", "stop sending me Trump news", "Trump"},
		{"en", "nothing about football please", "football"},
		{"en", "mute the word Trump", "Trump"},
		{"de", "Ich will nichts mehr über Trump hören", "Trump"},
		{"de", "keine Meldungen über Fußball", "Fußball"},
		{"de", "Kein Fußball mehr, bitte", "Fußball"},
		{"de", "Fußball interessiert mich nicht.", "Fußball"},
		{"de", "no more Trump", "Trump"},
		{"fr", "Je ne veux plus entendre parler de Trump", "Trump"},
		{"es", "no quiero noticias de fútbol, gracias", "fútbol"},
		{"it", "non mi interessa il calcio", "il calcio"},
		{"pt-BR", "não quero mais saber de futebol", "futebol"},
		{"pl", "nie chcę czytać o piłce", "piłce"},
		{"ru", "не хочу читать про футбол", "футбол"},
		{"uk", "мене не цікавить футбол", "футбол"},
		{"tr", "futbol haberleri istemiyorum", "futbol"},
		{"id", "tidak mau berita tentang bola lagi", "bola"},
		{"ar", "لا أريد أخبارًا عن كرة القدم", "كرة القدم"},
		{"fa", "خبر فوتبال نمی\u200cخواهم", "فوتبال"},
		{"hi", "क्रिकेट की ख़बरें नहीं चाहिए", "क्रिकेट"},
		{"ko", "축구 소식 그만", "축구"},
		{"ja", "トランプのニュースはもういらない", "トランプ"},
		{"zh-Hans", "我不想看特朗普的新闻", "特朗普"},

		{"ja", "地震の通知をやめて", "地震"},
		{"fr", "arrête les alertes sur Paris", "Paris"},
		{"ko", "축구 알림 꺼 주세요", "축구"},

		{"en", "Trump", ""},
		{"en", "no more", ""},
		{"en", "no more than ten seats for the party in Ohio", ""},
		{"en", `no more "trump"`, ""},
		{"en", "drone -toy", ""},
		{"de", "nichts", ""},
		{"de", "Kein Ort. Nirgends", ""},
		{"fr", "je ne veux plus", ""},
		{"ja", "トランプ", ""},
	} {
		got, ok := Unwanted(c.text, c.code)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s %q: %q, %v, want %q", c.code, c.text, got, ok, c.want)
		}
	}
}

func FuzzUnwanted(f *testing.F) {
	f.Add("no more Trump please", "en")
	f.Add("トランプはいらないです", "ja")
	f.Fuzz(func(t *testing.T, text, code string) {
		if what, ok := Unwanted(text, code); ok && what == "" {
			t.Errorf("%q: nothing is unwanted", text)
		}
	})
}
