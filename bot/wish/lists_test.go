package wish_test

import (
	"testing"

	"newsbell/bot/wish"
)

// TestWhatIsExcludedIsNotLookedFor: what somebody does not want, in two words or in a list, was
// a word that every article had to have.
func TestWhatIsExcludedIsNotLookedFor(t *testing.T) {
	for text, want := range map[string]string{
		"news about Tesla but not the stock":                           "Tesla -stock",
		"Formula 1 results but no gossip":                              "Formula 1 results -gossip",
		"give me football news, no transfers":                          "football news -transfers",
		"Nachrichten über Tesla, aber keine Aktien":                    "Tesla -Aktien",
		"des nouvelles de Tesla mais pas la bourse":                    "Tesla -bourse",
		"noticias de Tesla pero no la bolsa":                           "Tesla -bolsa",
		"noticias sobre Tesla pero sin la bolsa":                       "Tesla -bolsa",
		"notizie su Tesla ma non la borsa":                             "Tesla -borsa",
		"wiadomości o Tesli ale nie o giełdzie":                        "Tesl* -giełdz*",
		"новости о Тесле но не об акциях":                              "Тесл* -акци*",
		"anything about NATO except Turkey and Hungary":                "NATO -Turkey -Hungary",
		"anything about NATO without Turkey, Hungary or Poland":        "NATO -Turkey -Hungary -Poland",
		"Nachrichten über Tesla, BMW oder Audi ohne Börse und Aktien":  "(Tesla OR BMW OR Audi) -Börse -Aktien",
		"tell me about floods without New York":                        `floods -"New York"`,
		"tell me about Brexit if there is no deal":                     "Brexit no deal",
		"anything on wildfires in California, Oregon or Washington":    "wildfires (California OR Oregon OR Washington)",
		"anything on wildfires in California, Oregon, or New Mexico":   `wildfires (California OR Oregon OR "New Mexico")`,
		"news about floods, storms or fires":                           "floods OR storms OR fires",
		"tell me about Ukraine, strikes or protests":                   "Ukraine (strikes OR protests)",
		"alert me about protests in Ukraine, Poland or both countries": "protests Ukraine (Poland OR both) countries",
	} {
		if w, _ := wish.Understand(text, ""); w.Query != want {
			t.Errorf("%q becomes %q, want %q", text, w.Query, want)
		}
	}
}

// TestNamesKeepTheirSmallWords: the New of New York says nothing elsewhere.
func TestNamesKeepTheirSmallWords(t *testing.T) {
	for text, want := range map[string]string{
		"news about New York or Boston":          `"New York" OR Boston`,
		"tell me about the New Zealand election": `"New Zealand" election`,
		"tell me about new cars in New Jersey":   `cars "New Jersey"`,
		"tell me if The Beatles reunite":         "Beatles reunite",
		"noticias sobre La Paz o Los Ángeles":    `"La Paz" OR "Los Ángeles"`,
		"nouvelles de La Rochelle ou Le Mans":    `"La Rochelle" OR "Le Mans"`,
		"What's New in Las Vegas":                `"Las Vegas"`,
		"Is There Anything About Boeing":         "Boeing",
	} {
		if w, _ := wish.Understand(text, ""); w.Query != want {
			t.Errorf("%q becomes %q, want %q", text, w.Query, want)
		}
	}
}
