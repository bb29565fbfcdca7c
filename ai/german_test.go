package ai

import (
	"testing"

	"newsbell/news"
)

// germanText is what the sentences below are translations of.
const germanText = `Ferry runs aground off Greece. A ferry with 212 passengers ran aground off the island of Naxos on Tuesday, the coast guard said. Captain Eleni Vardaki ordered everyone into the boats. ` +
	`Two people were slightly hurt. The company Aegis Lines blamed a broken rudder and promised new ships by 2028. Fishermen from the village of Apollonas helped with their boats. ` +
	`Transport minister Nikos Dimou spoke of luck and announced stricter checks of old ships. Scientists from Norway had warned of the rocks. The price of tickets rose by 12 percent last year.`

// TestGermanTranslations: of faithful translations into German most pass, and none that names
// somebody or something that the article does not.
func TestGermanTranslations(t *testing.T) {
	article := []*news.Article{{Title: "Ferry runs aground off Greece", Text: germanText, Language: "en"}}

	faithful := []string{
		"Fähre läuft vor Griechenland auf Grund",
		"Eine Fähre mit 212 Passagieren ist am Dienstag vor der Insel Naxos auf Grund gelaufen, wie die Küstenwache mitteilte.",
		"Kapitänin Eleni Vardaki schickte alle in die Boote.",
		"Zwei Menschen wurden leicht verletzt.",
		"Das Unternehmen Aegis Lines machte ein gebrochenes Ruder verantwortlich und versprach neue Schiffe bis 2028.",
		"Fischer aus dem Dorf Apollonas halfen mit ihren Booten.",
		"Verkehrsminister Nikos Dimou sprach von Glück und kündigte strengere Prüfungen alter Schiffe an.",
		"Wissenschaftler aus Norwegen hatten vor den Felsen gewarnt.",
		"Die Preise der Fahrkarten stiegen im vergangenen Jahr um 12 Prozent.",
		"Nach Angaben der Küstenwache waren 212 Menschen an Bord.",
		"Der Minister will alte Schiffe strenger kontrollieren lassen.",
		"Das gebrochene Ruder war nach Angaben des Unternehmens die Ursache.",
	}

	invented := []string{
		"Kapitänin Sofia Marangou schickte alle in die Boote.",
		"Eine Fähre mit 212 Passagieren ist am Dienstag vor Santorin auf Grund gelaufen.",
		"Zwei Menschen wurden in Piräus leicht verletzt.",
		"Das Unternehmen Poseidon Lines machte ein gebrochenes Ruder verantwortlich.",
		"Fischer aus Moutsouna halfen mit ihren Booten.",
		"Verkehrsminister Kostas Dimou sprach von Glück.",
		"Wissenschaftler aus Schweden hatten vor den Felsen gewarnt.",
		"Wissenschaftler aus Norwegen und Dänemark hatten gewarnt.",
		"Fähre läuft vor Italien auf Grund",
		"Der Minister sprach mit McGuffin über alte Schiffe.",
		"Ein Sprecher von Blohm lehnte das ab.",
		"Zebulon Quark wurde leicht verletzt.",
		"Der Kapitän Zebulon Quark wurde verletzt.",
		"Die Fähre gehört dem Zorblatt Konsortium Xanadu.",
		"Außerdem kam Merkel auf die Insel.",
	}

	passed := 0

	for _, s := range faithful {
		if wrong := verifySentence(s, article, true, "de"); wrong == "" {
			passed++
		} else {
			t.Logf("a faithful one %s: %s", wrong, s)
		}
	}

	if 10*passed < 6*len(faithful) {
		t.Errorf("%d of %d faithful translations passed", passed, len(faithful))
	}

	for _, s := range invented {
		if verifySentence(s, article, true, "de") == "" {
			t.Errorf("passed: %s", s)
		}
	}
}

// TestCountriesInGerman: a country may have its German name only if the articles name it.
func TestCountriesInGerman(t *testing.T) {
	for name, want := range map[string]bool{"Deutschland": true, "Ungarn": true, "Frankreich": false, "Österreich": false} {
		article := []*news.Article{{Title: "Talks begin", Text: "Germany and Hungary talk about trains.", Language: "en"}}
		if got := verifySentence("Die Gespräche mit "+name+" beginnen.", article, true, "de") == ""; got != want {
			t.Errorf("%s passes: %v", name, got)
		}
	}
}
