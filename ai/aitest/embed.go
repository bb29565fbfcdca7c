package aitest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strings"
	"unicode"
)

// The ways to go wrong that only vectors have.
const (
	NotANumber Evil = "NaN"            // a vector with what is no number
	Zeros      Evil = "zeros"          // vectors that point nowhere
	OtherSize  Evil = "other size"     // vectors of two lengths in one answer
	Shorter    Evil = "shorter"        // vectors shorter than those of before
	Few        Evil = "too few"        // a vector less than there are texts
	Twice      Evil = "twice"          // two vectors for one text
	TooLarge   Evil = "too large"      // numbers that no float holds
	NotVectors Evil = "something else" // an answer of another form
)

// EmbedEvils returns all ways to go wrong where vectors are asked for.
func EmbedEvils() []Evil {
	return []Evil{NotANumber, Zeros, OtherSize, Shorter, Few, Twice, TooLarge, NotVectors, HalfJSON, Huge, Hangs, Fails, Empty, Refuses}
}

// numbers is how many an honest vector has.
const numbers = 256

// Alike has the server put a text where another one stands, as a model does with a translation.
func (s *Server) Alike(text, other string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.alike == nil {
		s.alike = map[string]string{}
	}

	s.alike[text] = other
}

// Embedded returns the texts that vectors were asked for, in order.
func (s *Server) Embedded() []string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return append([]string{}, s.embedded...)
}

type vector struct {
	Object    string    `json:"object"`
	Index     int       `json:"index"`
	Embedding []float64 `json:"embedding"`
}

// embed answers a request for vectors.
func (s *Server) embed(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Model string   `json:"model"`
		Input []string `json:"input"`
	}

	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&request); err != nil || request.Model == "" || len(request.Input) == 0 {
		s.t.Errorf("the model's server got a bad request for vectors: %v", err)
		http.Error(w, "bad request", http.StatusBadRequest)

		return
	}

	s.mu.Lock()
	s.embedded = append(s.embedded, request.Input...)
	s.mu.Unlock()

	data := make([]vector, len(request.Input))
	for i, text := range request.Input {
		data[i] = vector{"embedding", i, s.standing(text)}
	}

	s.sendVectors(w, data)
}

// standing returns where a text stands: by its own letters, or by those of the text that it is like.
func (s *Server) standing(text string) []float64 {
	s.mu.Lock()
	defer s.mu.Unlock()

	for part, other := range s.alike {
		if strings.HasPrefix(text, part) {
			text = other
		}
	}

	return Letters(text)
}

// Letters places a text by its runs of four letters. It is no model: it knows no language, and what
// two spell in the same way it takes for the same.
func Letters(text string) []float64 {
	v := make([]float64, numbers)
	v[0] = 0.1

	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		runes := []rune(" " + word + " ")
		for i := range max(len(runes)-3, 1) {
			h := fnv.New32a()
			_, _ = h.Write([]byte(string(runes[i:min(i+4, len(runes))])))

			sum := h.Sum32()
			v[sum%numbers] += float64(1 - 2*int(sum>>16&1))
		}
	}

	return v
}

// sendVectors sends vectors, spoilt where the server is evil.
func (s *Server) sendVectors(w http.ResponseWriter, data []vector) {
	last := &data[len(data)-1]

	switch s.evilness() {
	case Hangs:
		<-s.done
		return
	case Fails:
		http.Error(w, `{"error":{"message":"boom","type":"server_error"}}`, http.StatusInternalServerError)
		return
	case Refuses:
		http.Error(w, `{"error":{"message":"input is too long","type":"invalid_request_error"}}`, http.StatusBadRequest)
		return
	case Empty, NotVectors:
		fmt.Fprint(w, map[Evil]string{Empty: `{}`, NotVectors: `{"data":"none"}`}[s.evilness()]) // a client that is gone reads nothing
		return
	case HalfJSON:
		fmt.Fprint(w, `{"object":"list","data":[{"index":0,"embedding":[0.1,0.2`)
		return
	case NotANumber, TooLarge:
		fmt.Fprintf(w, `{"object":"list","data":[{"index":0,"embedding":[%s%s]}]}`, strings.Repeat("0.5,", numbers-1), map[Evil]string{NotANumber: "NaN", TooLarge: "1e400"}[s.evilness()])
		return
	case Huge:
		last.Embedding = make([]float64, 10<<20/20)
		for i := range last.Embedding {
			last.Embedding[i] = math.Sqrt(float64(i + 2))
		}
	case Zeros:
		last.Embedding = make([]float64, numbers)
	case OtherSize:
		last.Embedding = last.Embedding[:numbers/2]
	case Shorter:
		for i := range data {
			data[i].Embedding = data[i].Embedding[:numbers/2]
		}
	case Few:
		data = data[1:]
	case Twice:
		last.Index = 0
		data = append(data, vector{"embedding", 0, last.Embedding})[1:]
	}

	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": data, "usage": map[string]int{"prompt_tokens": 10 * len(data), "total_tokens": 10 * len(data)}}) // a client that is gone reads nothing
}
