package demo

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// StandIn stands in for a language model: an OpenAI-compatible server on loopback that answers
// POST /v1/chat/completions by rules. It is no language model. It picks sentences of the articles
// that it is sent, word for word; of a request for news it keeps the words that matter; it cannot
// translate and knows no vectors. The same question always has the same answer.
type StandIn struct {
	URL string // the prefix for a client

	server *http.Server
	ended  chan struct{}
}

// NewStandIn starts a stand-in on a free port of loopback. Close it when done.
func NewStandIn() (*StandIn, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the stand-in for a model: %w", err)
	}

	s := &StandIn{URL: "http://" + listener.Addr().String() + "/v1", ended: make(chan struct{})}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}

	go func() {
		defer close(s.ended)

		_ = s.server.Serve(listener) // ends with Close
	}()

	return s, nil
}

// Close stops the stand-in and waits for it.
func (s *StandIn) Close() error {
	err := s.server.Close()
	<-s.ended

	return err
}

// longestPrompt is how many bytes of a request are read: sixteen articles of 4,000 characters fit.
const longestPrompt = 1 << 20

// completionRequest is what a client sends.
type completionRequest struct {
	Messages []struct {
		Content string `json:"content"`
	} `json:"messages"`
	Format struct {
		Schema struct {
			Name string `json:"name"`
		} `json:"json_schema"`
	} `json:"response_format"`
	Stream bool `json:"stream"`
}

// ServeHTTP answers POST /v1/chat/completions, whole or as a stream.
func (s *StandIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/v1/chat/completions" {
		http.NotFound(w, r)
		return
	}

	var asked completionRequest

	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, longestPrompt)).Decode(&asked)
	if err != nil || len(asked.Messages) == 0 {
		http.Error(w, `{"error":{"message":"bad request","type":"invalid_request_error"}}`, http.StatusBadRequest)
		return
	}

	prompt := asked.Messages[len(asked.Messages)-1].Content

	var made any

	switch asked.Format.Schema.Name {
	case "query":
		made = map[string]string{"query": pickQuery(prompt)}
	case "verdict":
		made = map[string]bool{"fits": judgeFit(prompt)}
	default:
		made = map[string]any{"sentences": pickSentences(prompt)}
	}

	text, _ := json.Marshal(made) // of strings, numbers and truths

	sendCompletion(w, string(text), len(prompt), asked.Stream)
}

// sendCompletion sends an answer. Its tokens are guessed, four characters each.
func sendCompletion(w http.ResponseWriter, text string, read int, isStream bool) {
	completion := map[string]any{"id": "1", "usage": map[string]int{"total_tokens": (read + len(text)) / 4}}

	if !isStream {
		completion["object"] = "chat.completion"
		completion["choices"] = []any{map[string]any{"index": 0, "finish_reason": "stop", "message": map[string]string{"role": "assistant", "content": text}}}

		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(completion) // a client that is gone reads nothing

		return
	}

	completion["object"] = "chat.completion.chunk"
	completion["choices"] = []any{map[string]any{"index": 0, "delta": map[string]string{"content": text}}}
	event, _ := json.Marshal(completion) // of strings and numbers

	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "data: %s\n\ndata: [DONE]\n\n", event) // a client that is gone reads nothing
}

// The parts of a prompt stand between marks: an article by its number, a question by its name.
var (
	partForm     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)\n?\[\w+ (\w+)\]\n(.*?)\n\[/\w+ (\w+)\]`) })
	sentenceForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)(?:[^.!?。]|[.!?]\S)+[.!?。]`) })
)

// readParts returns the numbered articles of a prompt in their order, and its other parts by name.
func readParts(prompt string) (articles []string, named map[string]string) {
	named = map[string]string{}

	for _, m := range partForm().FindAllStringSubmatch(prompt, -1) {
		if n, err := strconv.Atoi(m[1]); err == nil && n == len(articles)+1 {
			articles = append(articles, m[2])
			continue
		}

		named[m[1]] = m[2]
	}

	return articles, named
}

// pickedSentence is one sentence of an answer and the numbers of its articles.
type pickedSentence struct {
	Text    string `json:"text"`
	Sources []int  `json:"sources"`
}

// Bounds of an answer.
const (
	mostPicked    = 5   // sentences
	longestPicked = 300 // characters of a sentence
)

// pickSentences picks the first sentence of each article, then the second of each, and so on. To a
// question it picks those that share a word with it. What it cannot do has no sentence: to
// translate, and to connect stories.
func pickSentences(prompt string) []pickedSentence {
	picked := []pickedSentence{}

	if strings.HasPrefix(prompt, "Translate ") || strings.HasPrefix(prompt, "Each article is of another story.") {
		return picked
	}

	articles, named := readParts(prompt)
	question, isQuestion := named["question"]
	about := plainWords(question)

	told := make([][]string, len(articles))
	for i, article := range articles {
		_, text, _ := strings.Cut(article, "\n")
		told[i] = sentenceForm().FindAllString(text, -1)
	}

	for turn := range mostPicked {
		for i := range told {
			if turn >= len(told[i]) || len(picked) == mostPicked {
				continue
			}

			text := strings.Join(strings.Fields(told[i][turn]), " ")
			isDue := !isQuestion || sharesWord(plainWords(text), about)

			if isDue && utf8.RuneCountInString(text) <= longestPicked {
				picked = append(picked, pickedSentence{text, []int{i + 1}})
			}
		}
	}

	return picked
}

// judgeFit says whether an article is what a reader wants: it is not if it has a word of what
// stands after "not".
func judgeFit(prompt string) bool {
	_, named := readParts(prompt)
	_, unwanted, _ := strings.Cut(named["reader"], "not ")

	return !sharesWord(plainWords(named["article"]), plainWords(unwanted))
}

// pickQuery keeps the words of a request that say what it is about.
func pickQuery(request string) string { return strings.Join(plainWords(request), " ") }

// commonWords are those that do not say what an English request or question is about.
var commonWords = strings.Fields(`about alert alerts also and any anything are article articles can could did does everything find
for from give happens has have how inform into keep let like look looking me message new news not notify out please read reports
send show some stories tell that the there they this want was were what when where which who why will with would write you your`)

// plainWords returns the words of a text in small letters, without those that are short or common.
func plainWords(text string) (words []string) {
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if utf8.RuneCountInString(word) > 2 && !slices.Contains(commonWords, word) && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}

	return words
}

func sharesWord(x, y []string) bool {
	return slices.ContainsFunc(x, func(word string) bool { return slices.Contains(y, word) })
}
