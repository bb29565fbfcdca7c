package ai

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"newsbell/subscriptions/text"
)

// In German every noun has a capital, so a name is not known by it. In a sentence that was
// translated into it, a word with a capital has to be one of the articles', the name there of
// a country that they name, or to show that it is an ordinary noun: by its ending, by being
// one of those that news is full of or put together with one, or by an article or a number
// before it. Two others in a row are a name. What still passes is an invented name with an
// article before it ("der Zorblatt"), which German puts there for few names only.

// hasGermanNames reports whether the articles bear out every name of a German sentence.
func (e *evidence) hasGermanNames(s string, words []text.Word) bool {
	before := -1 // the last word that is a noun, but none of the articles'

	for i, w := range words {
		if w.Alternative || w.Width > 1 || !hasCapital(s[w.Start:w.End]) {
			continue
		}

		_, isRegion := regions()[w.Key]

		switch {
		case starters()[w.Key] || months()[w.Key] != 0 || e.has(w.Key) || e.hasInflected(w.Key):
			continue
		case isRegion && e.hasRegion(w.Key):
			continue
		case isRegion:
			return false
		case hasInnerCapital(s[w.Start:w.End]):
			return false
		case beginsSentence(s, w.Start) && !nextIsUnknown(e, s, words, i):
			continue // verbs, adverbs and nouns begin sentences alike
		case !isGermanNoun(s, words, i):
			return false
		case before >= 0 && strings.TrimSpace(s[words[before].End:w.Start]) == "" && !isCommonNoun(w.Key):
			return false
		}

		before = i
	}

	return true
}

// hasInnerCapital reports whether a word has a capital behind its first letter.
func hasInnerCapital(s string) bool {
	for i, r := range s {
		if i > 0 && unicode.IsUpper(r) {
			return true
		}
	}

	return false
}

// nextIsUnknown reports whether a word with a capital follows that is none of the articles'
// and no ordinary noun.
func nextIsUnknown(e *evidence, s string, words []text.Word, i int) bool {
	if i+1 >= len(words) {
		return false
	}

	next := words[i+1]

	return strings.TrimSpace(s[words[i].End:next.Start]) == "" && hasCapital(s[next.Start:next.End]) && !e.has(next.Key) && !e.hasInflected(next.Key) && !isCommonNoun(next.Key)
}

// isGermanNoun reports whether a word shows that it is an ordinary noun.
func isGermanNoun(s string, words []text.Word, i int) bool {
	if isCommonNoun(words[i].Key) {
		return true
	}

	for back := i - 1; back >= 0 && back >= i-3; back-- {
		w := words[back]
		if strings.TrimSpace(s[w.End:words[back+1].Start]) != "" {
			return false
		}

		surface := s[w.Start:w.End]

		switch {
		case determiners()[w.Key] || strings.Trim(surface, "0123456789.,") == "":
			return true
		case hasCapital(surface) || !endsLikeAdjective(w.Key):
			return false
		}
	}

	return false
}

func endsLikeAdjective(key string) bool {
	return slices.ContainsFunc([]string{"e", "en", "er", "es", "em"}, func(ending string) bool { return strings.HasSuffix(key, ending) })
}

// isCommonNoun reports whether a folded word is one of the nouns that news is full of, is put
// together with one, or ends as only ordinary nouns do.
func isCommonNoun(key string) bool {
	for _, ending := range nounEndings {
		if len(key) > len(ending)+2 && strings.HasSuffix(key, ending) {
			return true
		}
	}

	for from := range key {
		if rest := key[from:]; commonNouns()[rest] && (from == 0 || from > 2 && len(rest) > 4) {
			return true
		}
	}

	return false
}

// hasRegion reports whether the articles name a country that a folded German word names, in
// one of the languages that are read.
func (e *evidence) hasRegion(key string) bool {
	return slices.ContainsFunc(regions()[key], func(name string) bool { return e.hasInflected(name) || e.stems[stemOf(name)] })
}

// regions are the countries whose German name is one word, folded, with what they are called
// elsewhere.
var regions = sync.OnceValue(func() map[string][]string {
	german := display.Regions(language.German)
	known := map[string][]string{}

	for _, region := range language.Supported.Regions() {
		own := text.Words(german.Name(region))
		if !region.IsCountry() || len(own) != 1 {
			continue
		}

		for _, tag := range []language.Tag{
			language.English, language.French, language.Spanish, language.Portuguese, language.Italian, language.Polish,
			language.Russian, language.Ukrainian, language.Turkish, language.Dutch, language.Indonesian,
		} {
			if names := text.Words(display.Regions(tag).Name(region)); len(names) > 0 {
				known[own[0].Key] = append(known[own[0].Key], names[0].Key)
			}
		}
	}

	return known
})

var nounEndings = strings.Fields("ung ungen heit heiten keit keiten schaft schaften tion tionen tat taten nis nisse nissen ismus ling linge lingen tum tumer ment mente menten")

// determiners stand before nouns, folded.
var determiners = sync.OnceValue(func() map[string]bool {
	return setOf(`der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner keines
sein seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres unser unsere unseren unserem unserer
dieser diese dieses diesen diesem jeder jede jedes jeden jedem jener jene jenes jenen jenem welcher welche welches
im am zum zur vom beim ins ans aufs furs ubers alle allen aller beide beiden viele vielen mehrere mehreren einige einigen manche wenige weniger mehr
zwei drei vier funf sechs sieben acht neun zehn elf zwolf hundert tausend halbe halben`)
})

// commonNouns are nouns that news is full of and that often stand without an article, folded.
var commonNouns = sync.OnceValue(func() map[string]bool {
	return setOf(`abend abgeordnete abgeordneten abkommen aktien angaben anfang angriff angriffe anschlag anwohner anwohnern arbeit arbeiter arbeitern arzt arzte auto autos autor autoren
bahn bank banken bau bauern beamte beamten bedingungen behorde behorden bericht berichte berichten betrieb betriebe bewohner bewohnern bild bilder bord brand brande brief briefe brucke brucken bundestag burger burgern burgermeister burgermeisterin
chef chefin daten demokratie demonstranten dienst dienste dienstag dollar donnerstag dorf dorfer druck einwohner einwohnern ende energie erde erdbeben erfolg euro eltern
fahre fahren fahrer fahrrader fahrradern fahrzeug fahrzeuge fall falle fallen familie familien feier feiern fernsehen feuer firma firmen flucht flug fluge flughafen flusse fluss fragen frau frauen freitag frieden front fruhjahr fuhrung
gas gebaude gebiet gebiete gefahr gefangnis geld gemeinde gemeinden gericht gerichte gesetz gesetze gesprache gesprachen gewalt gewerkschaft grad grenze grenzen grund grunde grunden gruppe gruppen
hafen hafenmeister handel haus hauser hausern herbst herkunft hilfe hilfen hitze hochwasser hof hohe industrie insel inseln jahr jahre jahren jahrhundert journalisten jugendliche
kandidat kandidaten kilo kilogramm kilometer kilometern kind kinder kindern kirche klage klima konig konigin konzern konzerne kosten kraft krafte kraften kampf kampfe krankenhaus krankenhauser krieg krise kritik kritiker kunden kunst kuste
lage land lander landern landwirte leben lehrer lehrern leute leuten licht luft maschine maschinen manner mannern mann markt markte medien meer meister mensch menschen meter metern miete mieten milliarde milliarden million millionen minister ministerin ministerium minuten mitarbeiter mitarbeitern mitglied mitglieder mitgliedern mittag mitte mittel mittwoch monat monate monaten montag morgen mutter
nacht nachbarn namen nachmittag natur netz norden opfer ol ordnung ort orte osten
partei parteien passagiere passagieren patienten person personen pfund plan plane planen platz platze polizei polizisten post prasident prasidentin preis preise preisen premierminister presse problem probleme protest proteste prozent prozess punkt punkte quadratkilometer
rat raum recht rechte rede reform reformen regen regierung reihe rente richter richterin region regionen reparatur reparaturen rettungskrafte rucktritt
samstag schaden schiff schiffe schiffen schnee schule schulen schuler schulern schutz see seite seiten sekunden sender sicht sieg sitz sommer sonntag sorge sorgen soldaten sohn spiel spiele spieler sport sprecher sprecherin staat staaten stadt stadte stadten start stellen steuer steuern stelle stimme stimmen strasse strassen streik streiks strom studie studien studenten stunde stunden sturm suden system tag tage tagen teil teile teilen tempo tier tiere tiere tochter tod tonnen tore tote toten trotz turm turme
uhr umfrage umwelt unfall unfalle unternehmen urlaub urteil vater verband verbande verdacht verein vereine verfahren vergleich verkehr verletzte verletzten verlust verluste vertrag vertrage vertreter vertretern viertel volk vormittag vorsitzende vorwurf vorwurfe
waffen wahl wahlen wahler wahlern wald walder waren wasser weg wege welt westen wetter wind winter wirtschaft wissenschaft wissenschaftler wissenschaftlern woche wochen wochenende wohnungen wort worte zahl zahlen zeit zeiten zeitung zeitungen zeugen ziel ziele zoll zolle zug zuge zugen zukunft zusammenarbeit zustimmung zweifel`)
})
