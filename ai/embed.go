package ai

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sashabaranov/go-openai"

	"newsbell/news"
	"newsbell/news/across"
)

// Bounds of what is embedded.
const (
	// EmbedAtOnce is how many texts a request has at most.
	EmbedAtOnce = 16
	// embeddedLead is how much of an article's text goes with its title, in characters: the
	// first words say what it is about, and small models read no more.
	embeddedLead = 200
	// longestEmbedding is how much of a reply is read: 16 texts of 4096 numbers, in full.
	longestEmbedding = 2 << 20
	// embeddingShare is the part of Config.TokensPerDay that vectors may take: the rest is for
	// people who ask.
	embeddingShare = 2
)

// Embedder has a model say where articles stand (across.Vector). It is not safe for concurrent
// use.
type Embedder struct {
	config  Config
	api     *openai.Client
	ledger  Ledger
	numbers int // of the vectors so far; 0: there were none
}

// What an Embedder reports.
var (
	// ErrBudget means that the part of the day's tokens that is for vectors is used up.
	ErrBudget = errors.New("the part of the day's tokens that is for vectors is used up; it goes on at midnight UTC")
	// ErrText means that the server refused these texts, and may take others.
	ErrText = errText
	// ErrVectors means that what the server answered is not one vector for each text.
	ErrVectors = errors.New("the embedding model's answer is not one vector for each text")
)

// NewEmbedder makes an Embedder, nil without Config.EmbedModel.
func NewEmbedder(c Config, ledger Ledger) *Embedder {
	if c.URL == "" || c.EmbedModel == "" {
		return nil
	}

	return &Embedder{config: c.withDefaults(), api: newAPI(c.withDefaults(), longestEmbedding), ledger: ledgerOrNone(ledger)}
}

// Model returns the name of the model, whose vectors are compared with each other only.
func (e *Embedder) Model() string { return e.config.EmbedModel }

// Expect says how many numbers the vectors of the model have that are kept: others are refused.
func (e *Embedder) Expect(numbers int) { e.numbers = numbers }

// TextOf returns what of an article is embedded: its title and the first words of its text.
func TextOf(a *news.Article) string {
	return news.OneLine(news.Truncate(a.Title, 300) + "\n" + news.Truncate(readBody(a), embeddedLead))
}

// Embed returns the vector of each text, at most EmbedAtOnce of them. An answer that is anything
// but a vector of the same length for each is refused as a whole.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([]across.Vector, error) {
	if err := e.mayGoOn(ctx); err != nil {
		return nil, err
	}

	limited, cancel := context.WithTimeout(ctx, e.config.Timeout)
	defer cancel()

	resp, err := e.api.CreateEmbeddings(limited, openai.EmbeddingRequestStrings{
		Input: texts, Model: openai.EmbeddingModel(e.config.EmbedModel), EncodingFormat: openai.EmbeddingEncodingFormatFloat,
	})
	e.pay(ctx, texts, resp.Usage.TotalTokens)

	if err != nil {
		return nil, plainError(err, e.config.Timeout)
	}

	vectors, err := e.read(resp.Data, len(texts))
	if err != nil {
		return nil, err
	}

	e.numbers = len(vectors[0])

	return vectors, nil
}

// mayGoOn reports ErrBudget when vectors have had their part of the day.
func (e *Embedder) mayGoOn(ctx context.Context) error {
	if e.config.TokensPerDay == 0 {
		return nil
	}

	own, all, err := e.ledger.Spent(ctx, nobody)

	switch {
	case err != nil:
		return err
	case own >= e.config.TokensPerDay/embeddingShare, all >= e.config.TokensPerDay:
		return ErrBudget
	}

	return nil
}

// nobody is the chat that vectors are counted for.
const nobody = 0

// pay counts what a request cost; where the server does not say, a guess.
func (e *Embedder) pay(ctx context.Context, texts []string, tokens int) {
	if tokens <= 0 {
		for _, s := range texts {
			tokens += len(s) / charactersPerToken
		}
	}

	_ = e.ledger.Spend(context.WithoutCancel(ctx), nobody, tokens) // vectors are not lost for their bill
}

// read holds an answer to its form.
func (e *Embedder) read(data []openai.Embedding, n int) ([]across.Vector, error) {
	if len(data) != n || n == 0 {
		return nil, ErrVectors
	}

	vectors := make([]across.Vector, n)
	numbers := e.numbers

	for _, one := range data {
		if one.Index < 0 || one.Index >= n || vectors[one.Index] != nil {
			return nil, ErrVectors
		}

		v, err := across.Pack(one.Embedding)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrVectors, err)
		}

		if numbers == 0 {
			numbers = len(v)
		}

		if len(v) != numbers {
			return nil, fmt.Errorf("%w: one has %d numbers and others have %d", ErrVectors, len(v), numbers)
		}

		vectors[one.Index] = v
	}

	return vectors, nil
}

// Embedding is how a model did when it was tried.
type Embedding struct {
	Took      time.Duration
	Numbers   int     // that a vector has
	Same      float64 // cosine of a headline and the same one in another language
	Different float64 // and of two headlines of different stories in one language
}

// KnowsLanguages reports whether one headline in two languages is nearer than two headlines.
func (e *Embedding) KnowsLanguages() bool { return e.Same > e.Different }

// Probe tries the model with three headlines. The error is a sentence for the operator.
func (e *Embedder) Probe(ctx context.Context) (Embedding, error) {
	began := time.Now()

	v, err := e.Embed(ctx, []string{
		"The harbour bridge was opened again after two years of repairs.",
		"Die Hafenbrücke wurde nach zwei Jahren Reparatur wieder geöffnet.",
		"The harbour police was praised again after two years of patrols.",
	})
	if err != nil {
		return Embedding{}, err
	}

	return Embedding{time.Since(began), len(v[0]), v[0].Cosine(v[1]), v[0].Cosine(v[2])}, nil
}
