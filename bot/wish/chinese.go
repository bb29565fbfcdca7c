package wish

import (
	"strings"
	"unicode"
)

// isHan reports whether a text has Chinese characters.
func isHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// chineseFrames are what a wish begins and ends with, the longest of alike ones first.
func chineseFrames() (begins, ends []string) {
	begins = strings.Fields(`请告诉我 告诉我 请通知我 通知我 提醒我 给我看 给我发 给我 帮我关注 帮我找 我想知道 我想了解 我想看 我想关注 我要看 我要 想知道 想了解 想看 关注 订阅 如果有 如果 当有 一旦有 有没有 有什么
		有关 关于 请`)
	ends = strings.Fields(`的最新消息 的最新新闻 的新闻 的消息 的资讯 的报道 的动态 的文章 的情况 最新消息 最新新闻 新闻 消息 资讯 报道 动态 时告诉我 时通知我 就告诉我 就通知我 告诉我 通知我 的话 吗 呢 。 ？ ? ！ !`)

	return begins, ends
}

// understandChinese cuts what a wish begins and ends with, and parts the rest at the particle 的.
func understandChinese(text string) (Wish, bool) {
	begins, ends := chineseFrames()
	asked := false

	for again := true; again; {
		again = false
		text = strings.Trim(strings.TrimSpace(text), "，, ")

		for _, b := range begins {
			if rest, ok := strings.CutPrefix(text, b); ok && rest != "" {
				text, again, asked = rest, true, true
				break
			}
		}

		for _, e := range ends {
			if rest, ok := strings.CutSuffix(text, e); ok && rest != "" {
				text, again = rest, true
				asked = asked || strings.Contains(e, "新闻") || strings.Contains(e, "消息") || strings.Contains(e, "我")

				break
			}
		}
	}

	if c, ok := Connect(text, "zh"); ok {
		text = c.Query
	}

	w, ok := composeQuery([]part{{words: strings.Fields(strings.ReplaceAll(text, "的", " "))}})
	w.Language, w.Asked = "zh", asked

	return w, ok
}
