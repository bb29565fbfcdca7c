package ai

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/sashabaranov/go-openai"
)

// Bounds of an answer that comes in parts.
const (
	longestText  = 64 << 10 // bytes that a model writes
	mostReadings = 200      // times that what it wrote so far is read for whole sentences
	sentencesFar = 64       // sentences that may wait for whoever checks them
)

// writing is an answer that a model is writing. Its sentences come as soon as they are whole.
type writing struct {
	sentences chan replySentence // closed when the model has ended

	// What follows holds once sentences is closed.
	tokens int
	err    error // why there is no answer; nil if there is a sentence, or none to be written
	broken bool  // it ended before its end
}

// begin has a model write. Whoever calls it reads the sentences until they end.
func (m *model) begin(ctx context.Context, p prompt, inParts bool) *writing {
	w := &writing{sentences: make(chan replySentence, sentencesFar)}

	go func() {
		defer close(w.sentences)

		if inParts && !m.noParts.Load() {
			if done := w.receive(ctx, m, p); done {
				return
			}
		}

		r, tokens, err := m.write(ctx, p)
		w.tokens, w.err = w.tokens+tokens, err

		for _, s := range r.Sentences {
			w.sentences <- s
		}
	}()

	return w
}

// receive takes an answer in parts. It reports whether that was one: a server that does not
// send parts, or a text without a sentence, is asked for the whole.
func (w *writing) receive(ctx context.Context, m *model, p prompt) (done bool) {
	ctx, cancel := context.WithTimeout(ctx, m.timeout)
	defer cancel()

	if m.noForm.Load() {
		p.form = nil
	}

	request := m.completion(p)
	request.StreamOptions = &openai.StreamOptions{IncludeUsage: true}

	stream, err := m.api.CreateChatCompletionStream(ctx, request)
	if err != nil {
		if err = plainError(err, m.timeout); errors.Is(err, errText) {
			return false // it may be the parts that the server does not take
		}

		w.tokens, w.err = p.tokens(""), err

		return true
	}

	defer stream.Close() // all that matters was read

	text, tokens, err := w.readParts(stream)
	if tokens <= 0 {
		tokens = p.tokens(text)
	}

	w.tokens = tokens

	return w.end(m, text, err)
}

// readParts reads an answer, and passes its sentences on.
func (w *writing) readParts(stream *openai.ChatCompletionStream) (text string, tokens int, err error) {
	var b strings.Builder

	sent, readings := 0, 0

	defer func() { w.pass(b.String(), sent) }()

	for b.Len() < longestText {
		part, err := stream.Recv()
		if err != nil {
			return b.String(), tokens, err
		}

		if part.Usage != nil {
			tokens = part.Usage.TotalTokens
		}

		if len(part.Choices) == 0 {
			continue
		}

		written := part.Choices[0].Delta.Content
		b.WriteString(written)

		if strings.Contains(written, "}") && readings < mostReadings {
			readings++
			sent = w.pass(b.String(), sent)
		}
	}

	return b.String(), tokens, errForm
}

// pass passes on the whole sentences of a text from the nth on, and returns how many there are.
func (w *writing) pass(text string, n int) int {
	all := wholeSentences(text).Sentences

	for i := n; i < len(all); i++ {
		select {
		case w.sentences <- all[i]:
		default: // nobody needs that many
		}
	}

	return max(n, len(all))
}

// end says what an answer was that ended with err, and reports whether it was one.
func (w *writing) end(m *model, text string, err error) (done bool) {
	whole := len(wholeSentences(text).Sentences)

	switch {
	case errors.Is(err, io.EOF) && text == "": // it sent something else
		m.noParts.Store(true)
		return false
	case errors.Is(err, io.EOF):
		if r, wrong := readReply(text); wrong == nil {
			for _, s := range r.Sentences[min(whole, len(r.Sentences)):] { // of another form than they were looked for in
				w.sentences <- s
			}

			return true
		}

		w.broken = whole > 0

		return w.broken
	case errors.Is(err, errForm):
		w.err = errForm
	default:
		w.err = plainError(err, m.timeout)
	}

	if w.broken = whole > 0; w.broken {
		w.err = nil
	}

	return true
}
