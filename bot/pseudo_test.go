package bot_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/text/language"

	"newsbell/adapters"
	"newsbell/bot"
	"newsbell/locales"
	"newsbell/locales/localestest"
	"newsbell/sources/bundles"
)

var pseudoTo = flag.String("pseudo.to", "", "a folder in which the conversations are written as they go in the pseudo-language")

// TestNoEnglishIsLeft plays every transcript in the pseudo-language: what is still in
// English letters has to be what people typed, what outlets wrote, or names.
func TestNoEnglishIsLeft(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}

	texts, known := localestest.Catalog(t), knownWords()

	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()

			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}

			path := filepath.Join(t.TempDir(), "newsbell.db")
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, path)
				defer w.close()

				w.pseudo, w.all, w.conf.Texts = true, texts, texts.Only()
				w.rebuild()

				played := w.play(string(script))
				if *pseudoTo != "" {
					if err := os.WriteFile(filepath.Join(*pseudoTo, filepath.Base(file)), []byte(played), 0o600); err != nil {
						t.Error(err)
					}
				}

				for _, left := range englishIn(played, allowedWords(w, string(script), known)) {
					t.Errorf("%s is English: %s", left.word, left.line)
				}
			})
		})
	}
}

// leftWord is a word in English letters, and where it stands.
type leftWord struct{ word, line string }

var (
	wordForm = regexp.MustCompile(`[A-Za-z][A-Za-z'’-]+`)
	address  = regexp.MustCompile(`https?://[^\s>]+|[a-z]+:\S*|/[a-z]+`)
)

// englishIn lists the words of the replies in a transcript that are not allowed.
func englishIn(transcript string, allowed map[string]bool) (left []leftWord) {
	for line := range strings.Lines(transcript) {
		if !strings.HasPrefix(line, "<") {
			continue
		}

		for _, word := range wordForm.FindAllString(address.ReplaceAllString(line, " "), -1) {
			if !allowed[strings.ToLower(word)] {
				left = append(left, leftWord{word, strings.TrimSpace(line)})
			}
		}
	}

	return left
}

// allowedWords are those that are data: what the script says and what is shown to it,
// articles, and what is known in every transcript.
func allowedWords(w *world, script string, known map[string]bool) map[string]bool {
	allowed := maps.Clone(known)
	add := adder(allowed)

	for line := range strings.Lines(script) {
		if !strings.HasPrefix(line, "<") {
			add(line)
		}
	}

	for _, a := range w.articles() {
		add(a.Title, a.Outlet, a.Summary)
	}

	if strings.Contains(script, "! neighbours") {
		add("Maria Lindqvist of Norden and Chidi Okafor met on the quay in Halvik", "sign the treaty argue over fish open a bridge miss a train plant an oak count the votes swap two flags share a stage")
	}

	if strings.Contains(script, "! flood") {
		add("Report from the match on North Korean television with a goal", "and more") // of a digest, as tests write it
	}

	return allowed
}

// adder adds the words of texts.
func adder(to map[string]bool) func(texts ...string) {
	return func(texts ...string) {
		for _, text := range texts {
			for _, word := range wordForm.FindAllString(text, -1) {
				to[strings.ToLower(word)] = true
			}
		}
	}
}

// knownWords are chats and people, zones and bundles by name, and what is typed as it is.
func knownWords() map[string]bool {
	known := map[string]bool{}
	add := adder(known)

	for _, one := range bundles.All() {
		add(one.ID, one.Name(language.English), one.Name(language.Italian), one.Name(language.Polish))

		for _, s := range one.Sources {
			add(s.Outlet)
		}
	}

	english := locales.Builtin().English()
	for _, c := range bot.Commands(english) {
		add(c.Name, strings.Join(c.Aliases, " "))

		for line := range strings.SplitSeq(english.Say("usage."+c.Name)+"\n"+english.Say("help.queries"), "\n") {
			example, _, _ := strings.Cut(line, " – ") // queries and commands in examples are their translator's
			add(example)
		}
	}

	add("only:\"the company, not the river\" amazon", namesInReplies) // the example is typed so

	return known
}

// namesInReplies are names of places, chats, people and rights, and marks of a
// transcript itself.
const namesInReplies = `UTC Deutsch Berlim Berlino Jakarta MSK JST CET json opml png Tokyo Warsaw Warszawa stanbul Paris Kyiv Istanbul Cairo Johannesburg Mariehamn Sofia Bujumbura Gaborone Moscow Kaliningrad Kirov Volgograd Astrakhan
	Saratov Ulyanovsk Samara London Auckland Berlin Newsbell Ann Bob Climate desk general news closed Daily View Channel Send Messages Weather stays mild
	Manage Server Create Public Threads Webhooks English alert digest only you in place its buttons asks silence telegram discord terminal sighting number Drone Discord Telegram English There is no chat called Apple Ukraine`

// labelIs reports whether a button has a label, in the language that a world is played in.
func (w *world) labelIs(b adapters.Button, label string) bool {
	if !w.pseudo {
		return b.Label == label
	}

	shown := localestest.English(b.Label)
	cut := strings.TrimSuffix(shown, "…")

	return shown == label || cut != shown && strings.HasPrefix(label, cut)
}
