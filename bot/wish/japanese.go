package wish

import (
	"strings"
	"unicode"
)

// isJapanese reports whether a text has kana.
func isJapanese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) })
}

// japaneseEnds are what a wish ends with, the longest of alike ones first; asks say that
// it is a request.
func japaneseEnds() (asks, ends []string) {
	asks = strings.Fields(`教えてください 教えて下さい 教えてほしい 教えて 知らせてください 知らせて下さい 知らせてほしい 知らせて 通知してください 通知して下さい 通知してほしい 通知して
		見せてください 見せて 送ってください 送って 読みたいです 読みたい 知りたいです 知りたい 見たいです 見たい 欲しいです 欲しい ほしいです ほしい 興味があります 興味がある 探しています
		フォローしたい フォローして フォロー お願いします お願い 速報 最新ニュース 最新情報 ニュース記事 ニュース 記事 情報 話題`)
	ends = strings.Fields(`があったときに があったら があれば があるとき が起きたら が起こったら が起きたとき が発生したら が発生したとき 発生したら が出たら が始まったら したら するとき たら
		に関する に関して についての について にかんする をめぐる のこと の最新 最新の 関連の 関連 すぐに すぐ を が は も の で に と 。 、 ！ ？ ! ? です`)

	return asks, ends
}

// understandJapanese cuts what a wish ends with, and parts the rest at particles between
// words.
func understandJapanese(text string) (Wish, bool) {
	text = strings.Join(strings.Fields(text), " ")
	asks, ends := japaneseEnds()
	asked := false

	for again := true; again; {
		again = false
		text = strings.TrimSpace(text)

		for _, end := range asks {
			if rest, ok := strings.CutSuffix(text, end); ok {
				text, again, asked = rest, true, true
				break
			}
		}

		for _, end := range ends {
			if rest, ok := strings.CutSuffix(text, end); ok && !again && (asked || len(rest) > 0) {
				text, again = rest, true
				break
			}
		}
	}

	w, ok := composeQuery(japaneseParts(text))
	w.Language, w.Asked = "ja", asked

	return w, ok
}

// japaneseParts parts a text at particles that stand between words of other scripts, so
// that no word is cut within.
func japaneseParts(text string) []part {
	var parts []part

	add := func(words string, or bool) {
		words = strings.TrimSpace(words)

		switch {
		case words == "":
		case or && len(parts) > 0:
			parts[len(parts)-1].or = true
			parts[len(parts)-1].words = append(parts[len(parts)-1].words, words)
		default:
			parts = append(parts, part{words: []string{words}})
		}
	}

	or, from := false, 0

	for i := 0; i < len(text); {
		particle, isOr := particleAt(text, i)
		if particle == "" {
			i += len(firstRune(text[i:]))
			continue
		}

		add(text[from:i], or)

		or, i = isOr, i+len(particle)
		from = i
	}

	add(text[from:], or)

	return parts
}

// particleAt is the particle at a place, "" none; or reports whether it means any of both.
func particleAt(text string, at int) (particle string, or bool) {
	if at == 0 || isHiragana(lastRune(text[:at])) {
		return "", false
	}

	for _, p := range []string{"または", "もしくは", "か", "や"} {
		if after, ok := strings.CutPrefix(text[at:], p); ok && after != "" && !isHiragana(firstRune(after)) {
			return p, true
		}
	}

	for _, p := range []string{"における", "に関する", "での", "への", "からの", "との", "の", "で", "が", "と", "に", "を", "は", "、", "・"} {
		if after, ok := strings.CutPrefix(text[at:], p); ok && after != "" && !isHiragana(firstRune(after)) {
			return p, false
		}
	}

	return "", false
}

func firstRune(s string) string {
	for i := range s {
		if i > 0 {
			return s[:i]
		}
	}

	return s
}

func lastRune(s string) string {
	at := 0
	for i := range s {
		at = i
	}

	return s[at:]
}

func isHiragana(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Hiragana, r) })
}
