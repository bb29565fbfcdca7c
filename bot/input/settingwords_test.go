package input_test

import (
	"testing"

	"newsbell/bot/input"
	"newsbell/subscriptions"
)

func TestSettingsInEveryLanguage(t *testing.T) {
	for _, c := range []struct{ code, typed, key, value string }{
		{"en", "quiet 22:00-7:00", "quiet", "22:00-7:00"},
		{"en", "quiet hours 22-7", "quiet", "22-7"},
		{"en", "time zone New York", "zone", "New York"},
		{"en", "zone: Warsaw", "zone", "Warsaw"},
		{"en", "sound off", "silent", "on"},
		{"en", "silent on", "silent", "on"},
		{"de", "ruhe 22-7", "quiet", "22-7"},
		{"de", "Zeitzone Wien", "zone", "Wien"},
		{"de", "zone Wien", "zone", "Wien"},
		{"de", "Ton aus", "silent", "on"},
		{"de", "Erste Zeile 🔔", "line", "🔔"},
		{"de", "stuhl 3", "", ""},
		{"fr", "heures calmes : 22h à 7h", "quiet", "22h à 7h"},
		{"es", "zona horaria Madrid", "zone", "Madrid"},
		{"it", "fuso orario Roma", "zone", "Roma"},
		{"pt-BR", "fuso horário São Paulo", "zone", "São Paulo"},
		{"pl", "strefa czasowa Warszawa", "zone", "Warszawa"},
		{"ru", "часовой пояс Москва", "zone", "Москва"},
		{"uk", "тихі години 22-7", "quiet", "22-7"},
		{"tr", "saat dilimi Ankara", "zone", "Ankara"},
		{"id", "zona waktu Jakarta", "zone", "Jakarta"},
		{"ar", "المنطقة الزمنية القاهرة", "zone", "القاهرة"},
		{"fa", "منطقه زمانی تهران", "zone", "تهران"},
		{"hi", "समय क्षेत्र दिल्ली", "zone", "दिल्ली"},
		{"ko", "시간대 서울", "zone", "서울"},
		{"ja", "タイムゾーン 東京", "zone", "東京"},
		{"ja", "タイムゾーン：東京", "", ""},
		{"zh-Hans", "免打扰 22-7", "quiet", "22-7"},
		{"xx", "quiet 22-7", "quiet", "22-7"},
	} {
		if key, value := input.CutKey(c.typed, c.code); key != c.key || value != c.value {
			t.Errorf("%s %q sets %q to %q, want %q, %q", c.code, c.typed, key, value, c.key, c.value)
		}
	}
}

func TestQuietHoursInEveryLanguage(t *testing.T) {
	for _, c := range []struct{ code, typed, want string }{
		{"de", "von 22 bis 7 Uhr", "22:00-07:00"},
		{"de", "22 Uhr bis 7 Uhr", "22:00-07:00"},
		{"de", "10 Uhr abends bis 7 Uhr morgens", "22:00-07:00"},
		{"de", "22-7, außer 5 Medien", "22:00-07:00 except 5 outlets"},
		{"de", "22-7 außer 5 Medien oder Erdbeben", "22:00-07:00 except 5 outlets or Erdbeben"},
		{"de", "22-7 außer Erdbeben", "22:00-07:00 except Erdbeben"},
		{"de", "aus", ""},
		{"fr", "de 22h à 7h30", "22:00-07:30"},
		{"fr", "22 heures à 7 heures sauf séisme", "22:00-07:00 except séisme"},
		{"fr", "non", ""},
		{"es", "de las 22 a las 7", "22:00-07:00"},
		{"es", "de 10 de la noche a 7 de la mañana", "22:00-07:00"},
		{"it", "dalle 22 alle 7", "22:00-07:00"},
		{"pt-BR", "das 22h às 7h", "22:00-07:00"},
		{"pt-BR", "desligar", ""},
		{"pl", "od 22 do 7", "22:00-07:00"},
		{"pl", "od 22:00 do 6:30", "22:00-06:30"},
		{"ru", "с 22 до 7", "22:00-07:00"},
		{"ru", "с 10 вечера до 7 утра", "22:00-07:00"},
		{"uk", "з 22 до 7", "22:00-07:00"},
		{"tr", "22'den 7'ye kadar", "22:00-07:00"},
		{"id", "dari jam 22 sampai jam 7", "22:00-07:00"},
		{"ar", "من ٢٢ إلى ٧", "22:00-07:00"},
		{"fa", "از ۲۲ تا ۷", "22:00-07:00"},
		{"hi", "रात 10 बजे से सुबह 7 बजे तक", "22:00-07:00"},
		{"ko", "22시부터 7시까지", "22:00-07:00"},
		{"ko", "밤 10시부터 아침 7시까지", "22:00-07:00"},
		{"ja", "22時から7時まで", "22:00-07:00"},
		{"ja", "夜10時から朝6時30分まで", "22:00-06:30"},
		{"ja", "オフ", ""},
		{"zh-Hans", "22点到7点", "22:00-07:00"},
		{"zh-Hans", "晚上10点到早上7点", "22:00-07:00"},
		{"zh-Hans", "晚上12点到早上7点", "00:00-07:00"},
		{"en", "12 at night and 7 in the morning", "00:00-07:00"},
		{"en", "11 at night to 2 at night", "23:00-02:00"},
		{"en", "10:30 at night to 7", "22:30-07:00"},
		{"es", "de 12 de la noche a 7 de la mañana", "00:00-07:00"},
		{"es", "de 10h de la noche a 7h de la mañana", "22:00-07:00"},
		{"fr", "de 10h du soir à 7h du matin", "22:00-07:00"},
		{"pt", "das 10h30 da noite às 7h da manhã", "22:30-07:00"},
		{"ja", "夜12時から朝7時", "00:00-07:00"},
		{"hi", "रात 1 बजे से सुबह 7 बजे तक", "01:00-07:00"},
		{"zh-Hans", "关闭", ""},
	} {
		got, err := subscriptions.ParseQuiet(input.QuietInEnglish(c.typed, c.code))
		if err != nil || got.String() != c.want {
			t.Errorf("%s %q is %q, %v, want %q", c.code, c.typed, got, err, c.want)
		}
	}

	for _, c := range []struct{ code, typed string }{{"de", "nach 22 Uhr"}, {"de", "22 7 9"}, {"de", "heute"}, {"fr", "22h"}, {"ja", "夜"}, {"xx", "von 22 bis 7"}} {
		if got := input.QuietInEnglish(c.typed, c.code); got != c.typed {
			t.Errorf("%s %q became %q", c.code, c.typed, got)
		}
	}
}

// What the buttons set is English, and has to mean the same in every language.
func TestEnglishValuesStayWhatTheyAre(t *testing.T) {
	for _, code := range []string{"en", "de", "fr", "es", "it", "pt-BR", "pl", "ru", "uk", "tr", "id", "ar", "fa", "hi", "ko", "ja", "zh-Hans"} {
		for _, value := range []string{"on", "off", "default", "full", "compact", "title", "subscription", "told", "time", "now", "hourly", "daily 8:00"} {
			if got := input.ValueInEnglish(value, code); got != value {
				t.Errorf("%s: %q became %q", code, value, got)
			}
		}

		for _, key := range []string{
			input.KeyZone, input.KeyQuiet, input.KeyDigest, input.KeyOrder, input.KeyStyle, input.KeyPictures, input.KeyColor, input.KeyOpening, input.KeySilent,
			input.KeyTranslate, input.KeyBrief, input.KeyLanguage, input.KeyOutlet, input.KeyPublish, input.KeyTopics, input.KeyManagers,
		} {
			if got, _ := input.CutKey(key, code); got != key {
				t.Errorf("%s: %q names %q", code, key, got)
			}
		}
	}
}
