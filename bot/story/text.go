package story

import (
	"slices"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/page"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/news/summary"
)

// Bounds of a story in a chat, beside those of the page.
const (
	storyOpening  = 1200 // characters of the text
	storyTimeline = 10   // articles with their headlines
	relatedText   = 200  // characters of a neighbour's paragraph
)

// pageText is a story page as a message: the news first, then who tells it, then what
// is near it.
func pageText(w wording.Words, s *page.Story, zone *time.Location) adapters.Text {
	text := adapters.Text{
		{adapters.Bold(s.Title)},
		{adapters.Link(OutletName(w, s.Outlet), s.URL), adapters.Plain(" · "), w.AgoSpan(s.At)},
	}
	if line := pictureText(w, s); line != "" {
		text = append(text, adapters.Line{{Text: line, Style: adapters.StyleDim}})
	}

	opening := news.Shorten(news.CollapseSpaces(news.OneLine(s.Text)), storyOpening)
	inShort := func(sentence summary.Sentence) bool { return strings.Contains(sentence.Text, opening) }

	if opening != "" && (len(s.Articles) == 1 || !slices.ContainsFunc(s.Short, inShort)) {
		text = append(text, adapters.Line{}, adapters.Line{{Text: opening, Style: adapters.StyleQuote}})
	}

	if len(s.Articles) > 1 {
		text = append(text, adapters.Line{}, adapters.Line{adapters.Bold(w.Say("story.in_short"))})
		for _, sentence := range s.Short {
			text = append(text, adapters.Line{adapters.Plain("• " + sentence.Text + " "), {Text: strings.Join(sentence.Outlets, ", "), Style: adapters.StyleDim}})
		}

		text = append(text, TimelineLines(w, s, zone)...)
	}

	if len(s.Related) > 0 {
		text = append(text, adapters.Line{}, adapters.Line{adapters.Bold(w.Say("story.related"))})
	}

	return append(text, RelatedLines(w, s.Related)...)
}

// RelatedLines are stories, each with its outlet and age below its headline, and its first words.
func RelatedLines(w wording.Words, list []page.Related) (text adapters.Text) {
	for _, r := range list {
		text = append(text, adapters.Line{adapters.Plain("• "), adapters.Link(r.Title, r.URL)}, adapters.Line{
			adapters.Plain(OutletName(w, r.Outlet)), {Text: outletLabels(w, r.URL), Style: adapters.StyleDim}, adapters.Plain(" · "), w.AgoSpan(r.At),
		})
		if r.Text != "" {
			text = append(text, adapters.Line{adapters.Plain(news.Shorten(r.Text, relatedText))})
		}
	}

	return text
}

// TimelineLines are the headlines of a story side by side, by time, each with its outlet.
func TimelineLines(w wording.Words, s *page.Story, zone *time.Location) adapters.Text {
	text := adapters.Text{{}, {adapters.Bold(w.Say("story.timeline"))}}
	shown := s.Timeline(storyTimeline)

	for _, a := range shown {
		line := adapters.Line{adapters.Plain("• ")}
		if !a.At.IsZero() {
			line = append(line, adapters.Span{Text: w.Moment(a.At, time.Now(), zone), Time: a.At, Style: adapters.StyleClock}, adapters.Plain(" · "))
		}

		line = append(line, adapters.Plain(OutletName(w, a.Outlet)), adapters.Span{Text: outletLabels(w, a.URL), Style: adapters.StyleDim}, adapters.Plain(": "))

		if a.URL == s.URL {
			line = append(line, adapters.Plain(a.Title)) // its link stands above
		} else {
			line = append(line, adapters.Link(a.Title, a.URL))
		}

		text = append(text, line)
	}

	if more := len(s.Articles) - len(shown); more > 0 {
		text = append(text, w.Line("list.more", "n", more))
	}

	return text
}

// pictureText says what a story's picture shows and whose it is, "" if neither is known.
func pictureText(w wording.Words, s *page.Story) string {
	switch {
	case s.Caption != "" && s.Credit != "":
		return w.Say("story.caption_photo", "caption", s.Caption, "credit", s.Credit)
	case s.Credit != "":
		return w.Say("story.photo", "credit", s.Credit)
	}

	return s.Caption
}

// OutletName names an outlet that may not be known.
func OutletName(w wording.Words, name string) string {
	if name == "" {
		return w.Say("story.unnamed_outlet")
	}

	return name
}

// outletLabels is what a reader should know of the outlet of an article: " (state-funded, news
// agency, paywall)".
func outletLabels(w wording.Words, address string) string {
	var labels []string
	for _, label := range page.LabelsOf(news.Host(address)) {
		labels = append(labels, w.Say(label.Key))
	}

	if len(labels) == 0 {
		return ""
	}

	return w.Say("format.brackets", "text", w.Commas(labels))
}
