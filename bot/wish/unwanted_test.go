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

		{"en", "I don't want to miss Trump", ""},
		{"de", "I don't want to miss Trump", ""},
		{"en", "I don't want any news about Miss Universe", "Miss Universe"},
		{"de", "Ich will nichts über Trump verpassen", ""},
		{"fr", "je ne veux rien manquer sur Paris", ""},
		{"es", "no quiero perderme el mundial", ""},
		{"it", "non voglio perdere il calcio", ""},
		{"pt-BR", "não quero perder o futebol", ""},
		{"pl", "nie chcę przegapić wyborów", ""},
		{"ru", "не хочу пропустить футбол", ""},
		{"uk", "не хочу пропустити футбол", ""},
		{"tr", "futbol kaçırmak istemiyorum", ""},
		{"id", "tidak mau ketinggalan berita bola", ""},
		{"ar", "لا أريد أن يفوتني كرة القدم", ""},
		{"fa", "نمی\u200cخواهم فوتبال را از دست بدهم", ""},
		{"hi", "मुझे क्रिकेट छूटना नहीं चाहिए", ""},
		{"ja", "地震の通知を見逃したくない", ""},

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

// What somebody does not want to miss is what they wish for.
func TestWhatIsNotToBeMissedIsWanted(t *testing.T) {
	for _, c := range []struct{ code, text, want string }{
		{"en", "I don’t want to miss any news about Trump!", "Trump"},
		{"", "I don't want to miss Trump", "Trump"},
		{"de", "Ich möchte nichts über den Brexit verpassen.", "Brexit"},
		{"", "Ich will nichts über Trump verpassen", "Trump"},
		{"es", "no quiero perderme nada de fútbol", "fútbol"},
		{"pt-BR", "não quero perder nada sobre o futebol", "futebol"},
		{"ru", "не хочу пропустить футбол", "футбол*"},
		{"en", "Miss Universe", "Miss Universe"},
		{"en", "miss America", "miss America"},
	} {
		w, ok := Understand(c.text, c.code)
		if !ok || w.Query != c.want || w.Asked != (c.text != c.want) {
			t.Errorf("%s %q: %+v, %v, want %q", c.code, c.text, w, ok, c.want)
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

func TestEnded(t *testing.T) {
	for _, c := range []struct{ code, text, want string }{
		{"en", "delete Flood, please", "Flood"},
		{"en", "stop oil", "oil"}, // whether it is followed decides
		{"de", "lösche Hochwasser", "Hochwasser"},
		{"de", "Hochwasser löschen", "Hochwasser"},
		{"de", "remove flood", "flood"},
		{"pt-BR", "deixar Brasil", "Brasil"},
		{"id", "berhenti merokok", "merokok"},
		{"tr", "deprem sil", "deprem"},
		{"ja", "地震を削除して", "地震"},
		{"zh-Hans", "取消订阅地震", "地震"},
		{"ar", "احذف زلزال", "زلزال"},
		{"en", "flood", ""},
		{"en", "delete", ""},
		{"en", `delete "flood"`, ""},
	} {
		if got := Ended(c.text, c.code); got != c.want {
			t.Errorf("%s: %q ends %q, want %q", c.code, c.text, got, c.want)
		}
	}
}
