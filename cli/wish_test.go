package cli

import (
	"testing"

	"newsbell/ai"
	"newsbell/ai/aitest"
	"newsbell/cli/config"
)

// TestAWishIsReadByTheModel: a query that the model writes is taken if it parses; otherwise,
// and without a model, the rules read the wish. The answers were written by hand.
func TestAWishIsReadByTheModel(t *testing.T) {
	server := aitest.Honest(t)

	for _, c := range []struct{ wish, answer, query, by string }{
		{"when the company Apple gets sued in Europe, please", `{"query":"apple (lawsuit OR sued) -fruit"}`, "apple (lawsuit OR sued) -fruit", ai.ByModel},
		{"Sag Bescheid, wenn die Bahn wieder streikt", `{"query":"bahn streik*"}`, "bahn streik*", ai.ByModel},
		{"préviens-moi quand Airbus vend des avions", `<think>hm</think> {"query":"airbus (vend OR commande*)"}`, "airbus (vend OR commande*)", ai.ByModel},
		{"daj znać, gdy w Gdańsku stanie most", `{"query":"gdańsk* most*"}`, "gdańsk* most*", ai.ByModel},
		{"台風でフェリーが止まったら教えて", `{"query":"台風 フェリー 欠航"}`, "台風 フェリー 欠航", ai.ByModel},
		{"news about north korea", `{"query":"(north korea"}`, "north korea", "rules"},
		{"tell me about trains", `{"query":""}`, "trains", "rules"},
		{"tell me about bridges", `{"query":"https://evil.example/x"}`, "bridges", "rules"},
		{"tell me about ferries", `{"query":"@everyone"}`, "ferries", "rules"},
		{"tell me about storms", `I would rather not.`, "storms", "rules"},
		{"tell me about harbours", `{"query":["a"]}`, "harbours", "rules"},
	} {
		server.Record(c.wish, c.answer)

		made, by, ok := readWish(t.Context(), config.AI{URL: server.URL, Model: "recorded"}, c.wish)
		if !ok || made != c.query || by != c.by {
			t.Errorf("%q: %q by %q, want %q by %q", c.wish, made, by, c.query, c.by)
		}
	}

	if made, by, ok := readWish(t.Context(), config.AI{}, "tell me about trains"); !ok || made != "trains" || by != "rules" {
		t.Errorf("without a model: %q by %q", made, by)
	}
}
