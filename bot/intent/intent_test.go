package intent_test

import (
	"os"
	"strings"
	"testing"

	"newsbell/bot/intent"
)

// TestWordsOfEveryLanguage: greetings, thanks and the wish to stop are understood in each language
// that Newsbell speaks, and only there: "para" is money in Turkish and stop in Spanish.
func TestWordsOfEveryLanguage(t *testing.T) {
	for _, c := range []struct {
		code, said string
		want       intent.Intent
	}{
		{"de", "Danke!", intent.Thanks},
		{"de", "Was folge ich?", intent.List},
		{"de", "Guten Morgen", intent.Greeting},
		{"de", "Warum habe ich nichts bekommen?", intent.Why},
		{"es", "¿Qué sigo?", intent.List},
		{"es", "para", intent.Stop},
		{"tr", "para", intent.None},
		{"pt-BR", "obrigada!", intent.Thanks},
		{"fr", "C’est quoi ?", intent.Why},
		{"ja", "やめて", intent.Stop},
		{"ja", "ありがとうございます！", intent.Thanks},
		{"zh-Hans", "你好", intent.Greeting},
		{"ko", "구독 취소", intent.Stop},
		{"hi", "धन्यवाद", intent.Thanks},
		{"hi", "मदद", intent.Help},
		{"ar", "ماذا أتابع؟", intent.List},
		{"ar", "شكرًا", intent.Thanks},
		{"fa", "کمک", intent.Help},
		{"de", "thanks", intent.Thanks}, // English is understood everywhere
		{"en", "danke", intent.None},
		{"de", "Warum die Bahn streikt", intent.None},
		{"en", "alerts off", intent.Mute},
		{"de", "Meldungen aus", intent.Mute},
		{"pt-BR", "desligar alertas", intent.Mute},
		{"ar", "إيقاف الإشعارات", intent.Mute},
		{"de", "Meldungen an", intent.Unmute},
		{"de", "nur Wichtiges", intent.Less},
		{"es", "quiero menos alertas", intent.Less},
		{"ja", "通知多すぎ", intent.Less},
		{"ar", "إشعارات كثيرة", intent.Less},
		{"en", "👎🏽", intent.Less},
		{"en", "👍", intent.Nod},
		{"en", "More like this!", intent.More},
		{"ja", "もっと", intent.More},
		{"de", "Wer berichtet noch?", intent.More},
		{"en", "Why am I not getting any alerts?", intent.Why},
		{"en", "I get nothing", intent.Why},
		{"en", "only in the morning", intent.Daily},
		{"es", "solo por la mañana", intent.Daily},
		{"ja", "朝だけ", intent.Daily},
		{"en", "no alerts at night", intent.Night},
		{"de", "keine Meldungen nachts", intent.Night},
		{"en", "What can you do?", intent.About},
		{"de", "Bist du ein Mensch?", intent.About},
		{"ar", "ماذا يمكنك أن تفعل؟", intent.About},
		{"en", "night alerts", intent.None},
		{"de", "🙏", intent.Nod},
		{"de", "❤️", intent.Nod},
		{"es", "basta noticias", intent.Stop}, // enough news; that once a day is enough says how often
		{"it", "basta notizie", intent.Stop},
		{"pt", "chega notícias", intent.Stop},
		{"tr", "haber yeter", intent.Stop},
		{"id", "cukup berita", intent.Stop},
		{"es", "una vez al día basta", intent.Daily},
		{"it", "basta una volta alla settimana", intent.Weekly},
	} {
		if got := intent.Parse(c.said, c.code); got != c.want {
			t.Errorf("%s: %q is %v, want %v", c.code, c.said, got, c.want)
		}
	}
}

// TestEveryLanguageHasEveryIntent: each language with texts has phrases for each intent, and no
// phrase is for two.
func TestEveryLanguageHasEveryIntent(t *testing.T) {
	files, err := os.ReadDir("../../locales")
	if err != nil {
		t.Fatal(err)
	}

	body, err := os.ReadFile("phrases.txt")
	if err != nil {
		t.Fatal(err)
	}

	taken := map[string]string{}

	for line := range strings.Lines(string(body)) {
		of, phrases, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || line[0] == '#' {
			continue
		}

		taken[of] = line
		language, _, _ := strings.Cut(of, " ")

		for phrase := range strings.SplitSeq(phrases, ", ") {
			if other, twice := taken[language+"|"+phrase]; twice {
				t.Errorf("%s: %q stands under %s, too", of, phrase, other)
			}

			taken[language+"|"+phrase] = of
		}
	}

	for _, f := range files {
		code, toml := strings.CutSuffix(f.Name(), ".toml")
		if !toml || code == "en" {
			continue
		}

		code, _, _ = strings.Cut(code, "-")

		for name := range strings.FieldsSeq("greeting thanks nod stop mute unmute less more daily weekly atonce night weekdays why help about news brief list status privacy undo export endall forget settings addsource change") {
			if taken[code+" "+name] == "" {
				t.Errorf("%s has no phrases for %q", code, name)
			}
		}
	}
}

// TestRequests: what a sentence sets is found in the language of the chat and in English, whatever stands around it.
func TestRequests(t *testing.T) {
	for _, c := range []struct {
		code, said string
		want       intent.Request
	}{
		{"en", "I live in Vienna.", intent.Request{Key: "zone", Value: "Vienna"}},
		{"en", "Please, don’t disturb me between 10pm and 7am!", intent.Request{Key: "quiet", Value: "10pm and 7am"}},
		{"de", "Ich wohne in Wien", intent.Request{Key: "zone", Value: "Wien"}},
		{"de", "I live in Vienna", intent.Request{Key: "zone", Value: "Vienna"}},
		{"ja", "東京に住んでいます", intent.Request{Key: "zone", Value: "東京"}},
		{"tr", "22 ile 7 arası bildirim gönderme", intent.Request{Key: "quiet", Value: "22 ile 7"}},
		{"ko", "영어로 해줘", intent.Request{Key: "language", Value: "영어"}},
		{"en", "change #1 to oil -stock", intent.Request{Key: intent.KeyChange, Value: "#1", By: "oil -stock"}},
		{"tr", "İsrail yerine Ankara", intent.Request{Key: intent.KeyChange, Value: "İsrail", By: "Ankara"}},
		{"fr", "¡pause!", intent.Request{}},
	} {
		var got intent.Request
		if all := intent.Requests(c.said, c.code); len(all) > 0 {
			got = all[0]
		}

		if got != c.want {
			t.Errorf("%s: %q: %+v, want %+v", c.code, c.said, got, c.want)
		}
	}

	if all := intent.Requests(strings.Repeat("i live in ", 30), "en"); all != nil {
		t.Errorf("a long text asks for %+v", all)
	}
}

// FuzzRequests: whatever is typed, what is found is a part of it.
func FuzzRequests(f *testing.F) {
	f.Add("I live in İstanbul", "tr")
	f.Add("İ değiştir", "tr")
	f.Add("把İ改成x", "zh")
	f.Fuzz(func(t *testing.T, text, code string) {
		plain := strings.Join(strings.Fields(strings.ReplaceAll(text, "’", "'")), " ")
		for _, r := range intent.Requests(text, code) {
			if !strings.Contains(plain, r.Value) || !strings.Contains(plain, r.By) || r.Value == "" {
				t.Errorf("%q: %+v", text, r)
			}
		}
	})
}
