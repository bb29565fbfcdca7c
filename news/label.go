package news

import (
	"strings"
	"unicode"
)

// labels are words before a title that say what kind of article it is and nothing of what
// happened.
const labels = ` opinion watch live video photos analysis exclusive breaking update updated factbox explainer explained 
 timeline column commentary editorial editorials podcast interview review feature profile correction corrected just in 
 developing alert breaking news live updates in pictures in photos poll first on cnn fact check letters letter letter to the editor 
 press release sponsored blog live blog listen gallery photo gallery must read must watch report 
 kommentar meinung eilmeldung liveticker interview video analyse podcast bild 
 opinión última hora en vivo análisis directo vídeo análisis editorial entrevista 
 avis tribune en direct exclusif vidéo analyse éditorial entretien 
 мнение видео срочно молния интервью обзор `

// StripLabel returns a title without the labels it begins with: "OPINION: …", "WATCH: …",
// "UPDATE 2-…", "[Video] …".
func StripLabel(title string) string {
	for range 2 {
		rest := cutLabel(title)
		if rest == title {
			break
		}

		title = rest
	}

	return title
}

func cutLabel(title string) string {
	if inner, ok := strings.CutPrefix(title, "["); ok {
		if label, rest, ok := strings.Cut(inner, "]"); ok && isLabel(label) && strings.TrimSpace(rest) != "" {
			return strings.TrimSpace(rest)
		}
	}

	const longest = 24

	end := strings.IndexAny(title[:min(len(title), longest)], ":|-–—")
	if end <= 0 {
		return title
	}

	sign := title[end]
	label := strings.TrimSpace(title[:end])
	rest := strings.TrimLeft(title[end:], ":|-–— ")

	if rest == "" || !isLabel(label) {
		return title
	}
	// "Live-in", "report-stage": a hyphen within a word; but "UPDATE 2-Oil".
	if sign == '-' && end > 0 && title[end-1] != ' ' && !unicode.IsDigit(rune(title[end-1])) {
		return title
	}

	return rest
}

func isLabel(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimRight(strings.TrimRight(s, "0123456789"), " ")

	return len(s) > 2 && strings.Contains(labels, " "+s+" ")
}
