package ai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"
)

// Config is the model that writes, and what it may cost.
type Config struct {
	URL   string // the prefix of an OpenAI-compatible server; "": none
	Model string
	Key   string // "": none is sent
	// CheckModel is asked, sentence by sentence, whether the articles say so; "": not.
	CheckModel string
	// EmbedModel says where articles stand (Embedder); "": none does.
	EmbedModel    string
	TokensPerDay  int           // of all chats together; 0: no bound
	PerChatPerDay int           // tokens of one chat; 0: no bound
	Timeout       time.Duration // of one request
	Parallel      int           // requests under way at the same time

	// HTTP does the requests; nil: a client of its own.
	HTTP *http.Client
}

// How much of a server's reply is read; what is longer is no answer. Sent in parts, each token
// of it is wrapped in some hundred bytes.
const (
	longestReply  = 256 << 10
	longestStream = 2 << 20
)

// model is a client of an OpenAI-compatible server.
type model struct {
	api     *openai.Client
	name    string
	timeout time.Duration
	noForm  atomic.Bool // the server refuses to be asked for a form
	noParts atomic.Bool // the server does not send an answer in parts
}

func newModel(c Config, name string) *model {
	return &model{api: newAPI(c, longestReply), name: name, timeout: c.Timeout}
}

// newAPI makes a client of a server that reads so many bytes of each reply.
func newAPI(c Config, longest int64) *openai.Client {
	conf := openai.DefaultConfig(c.Key)
	conf.BaseURL = strings.TrimRight(c.URL, "/")
	conf.HTTPClient = boundedClient{c.HTTP, longest}

	return openai.NewClientWithConfig(conf)
}

// boundedClient reads a bounded part of each reply, and longestStream of one in parts.
type boundedClient struct {
	http    *http.Client
	longest int64
}

func (c boundedClient) Do(r *http.Request) (*http.Response, error) {
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}

	most := c.longest
	if strings.Contains(r.Header.Get("Accept"), "event-stream") {
		most = longestStream
	}

	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, most), resp.Body}

	return resp, nil
}

// reply is what a model is asked to write.
type reply struct {
	Sentences []replySentence `json:"sentences"`
}

type replySentence struct {
	Text    string  `json:"text"`
	Sources numbers `json:"sources"`
}

// numbers are those of articles. Where no schema holds a model, it may write one alone, or as
// text: 2, "2", ["[2]"].
type numbers []int

func (n *numbers) UnmarshalJSON(raw []byte) error {
	*n = nil

	if string(raw) == "null" {
		return nil
	}

	for text := range strings.FieldsFuncSeq(string(raw), func(r rune) bool { return strings.ContainsRune(" \t\r\n,[]\"", r) }) {
		number, err := strconv.Atoi(text)
		if err != nil {
			return errForm
		}

		*n = append(*n, number)
	}

	return nil
}

// replySchema is reply as a JSON schema. Not every server holds a model to it.
const replySchema = `{"type":"object","additionalProperties":false,"required":["sentences"],"properties":{"sentences":{"type":"array","items":
{"type":"object","additionalProperties":false,"required":["text","sources"],"properties":{"text":{"type":"string"},"sources":{"type":"array","items":{"type":"integer"}}}}}}}`

// write asks for an answer, once more if the first one cannot be read. Tokens is what
// that cost, as the server counts; where it does not, a guess.
func (m *model) write(ctx context.Context, p prompt) (r reply, tokens int, err error) {
	for range 2 {
		var (
			text string
			n    int
		)

		text, n, err = m.complete(ctx, p)
		tokens += n

		if err != nil {
			return reply{}, tokens, err
		}

		if r, err = readReply(text); err == nil {
			return r, tokens, nil
		}

		if r = wholeSentences(text); len(r.Sentences) >= enoughWhole {
			return r, tokens, nil
		}
	}

	return reply{}, tokens, err
}

// charactersPerToken guesses what a server does not count.
const charactersPerToken = 4

// complete does one request, and another one where the server refuses to be asked for a form:
// what a model writes is held to it anyway.
func (m *model) complete(ctx context.Context, p prompt) (text string, tokens int, err error) {
	if m.noForm.Load() {
		p.form = nil
	}

	text, tokens, err = m.request(ctx, p)
	if p.form == nil || !errors.Is(err, errText) {
		return text, tokens, err
	}

	p.form = nil

	text, n, err := m.request(ctx, p)
	if err == nil {
		m.noForm.Store(true)
	}

	return text, tokens + n, err
}

// request does one request.
func (m *model) request(ctx context.Context, p prompt) (text string, tokens int, err error) {
	ctx, cancel := context.WithTimeout(ctx, m.timeout)
	defer cancel()

	resp, err := m.api.CreateChatCompletion(ctx, m.completion(p))
	if err != nil { // the server may have worked on it all the same
		return "", p.tokens(""), plainError(err, m.timeout)
	}

	if len(resp.Choices) == 0 {
		return "", p.tokens(""), fmt.Errorf("%w: it wrote nothing", errForm)
	}

	text = resp.Choices[0].Message.Content
	if tokens = resp.Usage.TotalTokens; tokens <= 0 {
		tokens = p.tokens(text)
	}

	return text, tokens, nil
}

// completion returns what is asked of the server.
func (m *model) completion(p prompt) openai.ChatCompletionRequest {
	return openai.ChatCompletionRequest{
		Model: m.name, ResponseFormat: p.form,
		MaxTokens: p.most, //nolint:staticcheck // the newer name is unknown to most servers that people run themselves
		Messages: []openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleSystem, Content: p.system},
			{Role: openai.ChatMessageRoleUser, Content: p.user},
		},
	}
}

// plainError says what went wrong without the address, the key or what the server
// wrote.
func plainError(err error, timeout time.Duration) error {
	var (
		api     *openai.APIError
		request *openai.RequestError
		address *url.Error
	)

	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the model did not answer within %v", timeout)
	case errors.As(err, &api) && api.HTTPStatusCode != 0:
		return statusError(api.HTTPStatusCode)
	case errors.As(err, &request):
		return statusError(request.HTTPStatusCode)
	case errors.As(err, &address):
		return fmt.Errorf("the model's server cannot be reached: %w", address.Err)
	default:
		return errServerForm
	}
}

// statusError says what a server answered in place of what a model writes. Some statuses are
// about the text that was sent and not about the server: too long, or filtered.
func statusError(status int) error {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return fmt.Errorf("%w: it answered %d", errText, status)
	default:
		return fmt.Errorf("the model's server answered %d", status)
	}
}

var (
	errForm       = errors.New("the model did not keep to the form it was given")
	errServerForm = errors.New("what the model's server sent cannot be read")
	errText       = errors.New("the model's server refused this text")
)

// readReply reads an answer.
func readReply(text string) (reply, error) {
	var r reply

	if err := readObject(text, &r); err != nil || r.Sentences == nil {
		return reply{}, errForm
	}

	return r, nil
}

// enoughWhole is how many whole sentences of an answer that broke off are taken for it.
const enoughWhole = 2

// wholeSentences reads the sentences of an answer that broke off, as far as they are whole.
func wholeSentences(text string) (r reply) {
	text = withoutThoughts(text)

	from := strings.Index(text, "{")
	if from < 0 {
		return r
	}

	d := json.NewDecoder(strings.NewReader(text[from:]))

	for _, want := range []json.Token{json.Delim('{'), "sentences", json.Delim('[')} {
		if got, err := d.Token(); err != nil || got != want {
			return r
		}
	}

	for d.More() {
		var one replySentence
		if d.Decode(&one) != nil {
			break
		}

		r.Sentences = append(r.Sentences, one)
	}

	return r
}

// readObject reads the JSON object in what a model wrote: some put words or a code fence
// around it.
func readObject(text string, into any) error {
	text = withoutThoughts(text)

	from, to := strings.Index(text, "{"), strings.LastIndex(text, "}")
	if from < 0 || to < from || json.Unmarshal([]byte(text[from:to+1]), into) != nil {
		return errForm
	}

	return nil
}

// withoutThoughts returns what a model wrote after it had thought aloud.
func withoutThoughts(text string) string {
	if _, after, ok := strings.Cut(text, "</think>"); ok {
		return after
	}

	return text
}
