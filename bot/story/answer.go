package story

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/ai"
	"newsbell/bot/answers"
	"newsbell/bot/button"
	"newsbell/bot/page"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
)

// kindLabels are the texts that name the kinds of answers.
var kindLabels = map[ai.Kind]string{
	ai.Short: "button.tell_short", ai.Sides: "button.tell_sides", ai.Background: "button.tell_background",
	ai.Who: "button.tell_who", ai.Question: "button.tell_question", ai.Translate: "button.tell_translate",
}

// CommandQuestion stands in the token of an open question about a story; its text is
// the story's id and, then, what is asked.
const CommandQuestion = "question"

// PressTell answers a button below a story's page of a chat: in that chat for
// everybody, elsewhere for who may manage it.
func (h *Handler) PressTell(ctx context.Context, t *turn.Turn, chat int64, rest string) (*adapters.Message, error) {
	id, name, _ := strings.Cut(rest, ":")
	kind := ai.Kind(name)

	story, err := strconv.ParseInt(id, 10, 64)
	if err != nil || !h.Writer.Works() || kindLabels[kind] == "" {
		return t.OldButton(), nil
	}

	if kind == ai.Question {
		t.Command = CommandQuestion
		return t.Ask(t.Say("story.ask"), t.Say("story.ask_hint"), button.ID(chat)+" "+button.ID(story)), nil
	}

	return h.Tell(ctx, t, chat, story, kind, "")
}

// AnswerQuestion answers what was asked about a story after its button.
func (h *Handler) AnswerQuestion(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	first, rest, _ := strings.Cut(text, " ")
	second, question, _ := strings.Cut(rest, " ")
	chat, err := strconv.ParseInt(first, 10, 64)
	story, wrong := strconv.ParseInt(second, 10, 64)

	if err != nil || wrong != nil || !h.Writer.Works() {
		return t.OldButton(), nil
	}

	return h.Tell(ctx, t, chat, story, ai.Question, question)
}

// Tell says something of a story that a chat may see.
func (h *Handler) Tell(ctx context.Context, t *turn.Turn, chat, id int64, kind ai.Kind, question string) (*adapters.Message, error) {
	c, err := h.readableChat(ctx, t, chat)
	if err != nil {
		return nil, err
	}

	story, err := store.Read(ctx, h.Store, func(tx *store.Tx) (*page.Story, error) { return page.ReadStory(tx, c.ID, id) })
	if errors.Is(err, store.ErrNotFound) {
		return t.Message("story.none"), nil
	}

	if err != nil {
		return nil, err
	}

	language := ""
	if kind == ai.Translate {
		language = t.Code()
	}

	heading := t.Say(kindLabels[kind])
	if kind == ai.Question {
		heading = question
	}

	asMessage := func(a *ai.Answer) *adapters.Message {
		return &adapters.Message{Private: true, Text: formatAnswer(t.Words, story, kind, heading, a), Words: t.Texts}
	}

	return asMessage(h.Writer.Stream(ctx, c.ID, answers.NewTask(story, kind, language, question), partialShower(ctx, t, asMessage))), nil
}

// partEvery is the least time between two parts of an answer that are shown: people read no
// faster, and each is a request.
const partEvery = time.Second

// partialShower shows a person what there is of an answer; nil: the adapter cannot.
func partialShower(ctx context.Context, t *turn.Turn, asMessage func(*ai.Answer) *adapters.Message) func(*ai.Answer) {
	if t.Request.Show == nil {
		return nil
	}

	var last time.Time

	return func(a *ai.Answer) {
		switch {
		case len(a.Sentences) == 0:
			t.Request.Show(ctx, &adapters.Message{Private: true, Words: t.Texts})
		case time.Since(last) >= partEvery:
			t.Request.Show(ctx, asMessage(a))

			last = time.Now()
		}
	}
}

// readableChat is a chat whose stories the person who asks may see: everybody in it, elsewhere who
// may manage it.
func (h *Handler) readableChat(ctx context.Context, t *turn.Turn, id int64) (c *store.Chat, err error) {
	c, err = h.LoadChatByID(ctx, id)
	if err == nil && turn.ChatInfo(c).Chat != t.Request.Chat.Chat {
		err = h.RequireChatManager(ctx, t, c)
	}

	return c, err
}

// formatAnswer is an answer about a story as a message: what it is about, its sentences with
// their outlets, and who wrote them.
func formatAnswer(w wording.Words, story *page.Story, kind ai.Kind, heading string, a *ai.Answer) adapters.Text {
	text := adapters.Text{{adapters.Bold(heading)}, {adapters.Link(story.Title, story.URL)}}
	if len(a.Sentences) > 0 {
		text = append(text, adapters.Line{})
	}

	var all []string

	for _, s := range a.Sentences {
		names := outletsAt(w, story, s.Sources)
		all = append(all, names...)

		line := adapters.Line{adapters.Plain("• " + s.Text + " "), {Text: w.Commas(names), Style: adapters.StyleDim}}
		if len(names) == 1 && strings.HasPrefix(s.Text, names[0]+": ") { // it begins with its outlet
			line = adapters.Line{adapters.Plain("• " + s.Text)}
		}

		text = append(text, line)
	}

	slices.Sort(all)

	var last string

	switch {
	case len(a.Sentences) == 0 && kind == ai.Question:
		last = w.Say("story.no_answer")
	case len(a.Sentences) == 0:
		last = w.Say("story.nothing_more")
	case a.By == ai.ByModel && a.Quoted > 0:
		last = w.Say("story.by_ai_quoting", "outlets", w.And(slices.Compact(all)))
	case a.By == ai.ByModel:
		last = w.Say("story.by_ai", "outlets", w.And(slices.Compact(all)))
	case a.Spent:
		last = w.Say("story.model_spent")
	default:
		last = w.Say("story.own_words")
	}

	return append(text, adapters.Line{}, adapters.Line{{Text: last, Style: adapters.StyleDim}})
}

// outletsAt names the outlets of some addresses, each once.
func outletsAt(w wording.Words, story *page.Story, addresses []string) []string {
	outlets := map[string]string{}
	for _, a := range story.Articles {
		outlets[a.URL] = OutletName(w, a.Outlet)
	}

	for _, r := range story.Related {
		outlets[r.URL] = OutletName(w, r.Outlet)
	}

	var names []string

	for _, address := range addresses {
		if name := outlets[address]; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}

	return names
}
