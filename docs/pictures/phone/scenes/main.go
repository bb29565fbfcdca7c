// Command scenes writes alerts and digests in a language, the hard ones too, for the command in
// the folder above to draw. From the root folder:
//
//	go run ./docs/pictures/phone/scenes de >/tmp/alerts.de.json
//	go run ./docs/pictures/phone -picture /tmp/alerts.png /tmp/alerts.de.json
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/story"
	"newsbell/locales"
	"newsbell/store"
)

// frame is what is shown, and what it is.
type frame struct {
	Did      string
	Language string
	Message  *adapters.Message
}

func main() {
	language := "en"
	if len(os.Args) > 1 {
		language = os.Args[1]
	}

	s := scene{locales.Builtin().Find(language), sampleNews(language)}

	var all []frame

	for _, f := range append(s.alerts(), s.digests()...) {
		f.Language = language
		all = append(all, f)
	}

	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		log.Fatal(err)
	}
}

// written is a story as an outlet of a language writes it.
type written struct{ title, outlet, summary, query, word, other string }

// sampleNews is a story in a language; English where there is none.
func sampleNews(language string) written {
	all := map[string]written{
		"en": {"Harbour bridge in Gdynia closed after a crack is found", "Coast Courier", "Engineers closed the Kwiatkowski bridge to lorries on Monday after a routine inspection found a crack in a steel girder. Traffic to the container terminal is being sent through the city.", "gdynia bridge", "bridge", "Baltic Post"},
		"de": {"Verkehrsministerium sperrt Hochmoselbrücke nach Fund eines Risses im Stahlträger", "Rheinische Küstenzeitung", "Das Bundesverkehrsministerium hat die Brücke am Montag für Schwerlastverkehr gesperrt, nachdem bei einer Routineuntersuchung ein Riss gefunden wurde. Die Umleitungsempfehlung gilt bis auf Weiteres.", "Brückensperrung OR Hochmoselbrücke", "Hochmoselbrücke", "Norddeutscher Landesrundfunk"},
		"ar": {"إغلاق جسر الميناء في غدينيا بعد العثور على شرخ", "صحيفة الساحل", "أغلق المهندسون جسر Kwiatkowski أمام الشاحنات يوم الاثنين بعد أن كشف فحص روتيني عن شرخ في عارضة فولاذية بطول 12 مترًا.", "جسر", "جسر", "بريد البلطيق"},
		"ja": {"グディニャの港湾橋、ひび割れが見つかり通行止めに", "沿岸新聞", "定期点検で鋼桁にひび割れが見つかったため、技術者は月曜日、クフィアトコフスキ橋へのトラックの通行を禁止した。コンテナターミナルへの交通は市内を迂回している。", "港湾橋", "港湾橋", "バルト日報"},
	}

	if w, ok := all[language]; ok {
		return w
	}

	return all["en"]
}

type scene struct {
	*locales.Texts
	written
}

// shown is an alert with the buttons that it has.
func (s scene) shown(did string, a adapters.Alert, state store.Alert) frame {
	state.ID, state.Story = 1, 1
	out := &store.Outgoing{Chat: &store.Chat{ID: 1, Platform: "telegram", Kind: string(adapters.Private)}, Alerts: []*store.Alert{&state}}

	return frame{Did: did, Message: &adapters.Message{Alert: &a, Buttons: story.AlertButtons(s.Texts, out)}}
}

func (s scene) alerts() []frame {
	whole := adapters.Alert{
		Title: s.title, URL: "https://coast-courier.example/2026/bridge", Outlet: s.outlet, Published: time.Now().Add(-4 * time.Minute),
		Summary: s.summary, Matched: []string{s.word}, Follows: []adapters.Follow{{Number: 1, Query: s.query}},
	}

	pictured := whole
	pictured.Image, pictured.Credit = "https://coast-courier.example/bridge.jpg", "A. Nowak/"+s.outlet

	bare := whole
	bare.Summary = ""

	long := whole
	long.Title = cut(strings.Repeat(s.title+", ", 8), 300)

	hostile := whole
	hostile.Title = "<b>Bold</b> & _under_ **stars** [link](https://evil.example) `code` ||spoiler|| \u202egnp.exe @everyone # heading"
	hostile.Summary = "<script>alert(1)</script> > quoted\n# not a heading\n- list &amp; entity <a href=\"https://evil.example\">here</a>"

	two, ten := pictured, pictured
	two.Also, ten.Also = s.also(2), s.also(4)
	ten.AlsoMore = 8

	listed := whole
	listed.Matched = []string{"Gdansk", "container"}

	several := bare
	several.Follows = append(several.Follows, adapters.Follow{Number: 4, Query: `"climate change" -opinion (tesla OR spacex)`}, adapters.Follow{Number: 12, Query: s.word})

	corrected := whole
	corrected.Note = s.Line("alert.corrected", "time", adapters.Span{Text: s.Clock(time.Now()), Time: time.Now()}, "before", s.title)

	development := bare
	development.Note = s.Line("alert.development")

	none := store.Alert{}

	return []frame{
		s.shown("alert", whole, none), s.shown("with a picture", pictured, none), s.shown("bare headline", bare, none), s.shown("title of 300", long, none),
		s.shown("hostile", hostile, none), s.shown("2 outlets joined", two, none), s.shown("12 outlets joined", ten, none), s.shown("words not in the text", listed, none),
		s.shown("3 subscriptions", several, none), s.shown("corrected", corrected, none), s.shown("a development", development, store.Alert{Edition: 1}), s.shown("looks related", whole, store.Alert{Related: s.title}),
	}
}

func (s scene) also(n int) (all []adapters.Also) {
	for i, name := range []string{s.other, "Harbour Radio (state)", "Reuters", "Süddeutsche Zeitung"}[:n] {
		all = append(all, adapters.Also{Outlet: name, URL: "https://other.example/" + fmt.Sprint(i), Published: time.Now().Add(-time.Duration(3+9*i) * time.Minute)})
	}

	return all
}

// digests are of 3, 20 and 60 stories, the last of which does not fit.
func (s scene) digests() (all []frame) {
	for _, n := range []int{3, 20, 48} {
		d := &adapters.Digest{Heading: s.Say("digest.yours")}

		for i := range n {
			a := adapters.Alert{
				Title: s.title, URL: fmt.Sprintf("https://coast-courier.example/%d", i), Outlet: s.outlet, Published: time.Now().Add(-time.Duration(i*17) * time.Minute),
				Follows: []adapters.Follow{{Number: 1 + 3*i/n, Query: s.query}},
			}

			if i%3 == 1 {
				a.Title = cut(a.Title, 24)
			}

			d.Alerts = append(d.Alerts, a)
		}

		if n > 40 {
			d.Mixed, d.More = true, 12
		}

		out := &store.Outgoing{ID: 7, Digest: true, Chat: &store.Chat{ID: 1, Kind: string(adapters.Private)}, Alerts: make([]*store.Alert, n), More: d.More}
		all = append(all, frame{Did: fmt.Sprintf("digest of %d", n+d.More), Message: &adapters.Message{Digest: d, Buttons: story.AlertButtons(s.Texts, out)}})
	}

	return all
}

func cut(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}
