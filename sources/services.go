package sources

import (
	"net/url"
	"regexp"
	"strings"
)

// feedRule is a rule for where a well-known service has the feed of what people name.
type feedRule struct {
	service string
	pattern *regexp.Regexp // of the address without scheme and www.
	feed    string         // as regexp.Expand, its groups in braces; "": the service publishes no feeds
}

// feedRules returns the rules, the special ones before the general ones of the same service.
func feedRules() []feedRule {
	rule := func(service, pattern, feed string) feedRule {
		return feedRule{service, regexp.MustCompile(`^(?i:` + pattern + `)$`), feed}
	}

	return []feedRule{
		rule("YouTube", `(?:m\.)?youtube\.com/channel/(UC[\w-]{22})(?:/.*)?`, "https://www.youtube.com/feeds/videos.xml?channel_id=${1}"),
		rule("YouTube", `(?:m\.)?youtube\.com/playlist\?(?:.*&)?list=([\w-]+).*`, "https://www.youtube.com/feeds/videos.xml?playlist_id=${1}"),
		rule("YouTube", `(?:m\.)?youtube\.com/user/([\w.-]+)(?:/.*)?`, "https://www.youtube.com/feeds/videos.xml?user=${1}"),
		rule("Reddit", `(?:(?:old|new|m)\.)?reddit\.com/r/(\w+)(?:/.*)?`, "https://www.reddit.com/r/${1}/.rss"),
		rule("Reddit", `(?:(?:old|new|m)\.)?reddit\.com/(?:user|u)/([\w-]+)(?:/.*)?`, "https://www.reddit.com/user/${1}/.rss"),
		rule("Reddit", `/?r/(\w{2,21})`, "https://www.reddit.com/r/${1}/.rss"),
		rule("Bluesky", `bsky\.app/profile/([\w.:-]+)(?:/.*)?`, "https://bsky.app/profile/${1}/rss"),
		rule("Bluesky", `@([\w-]+\.bsky\.social)`, "https://bsky.app/profile/${1}/rss"),
		rule("GitHub", `github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/tags/?`, "https://github.com/${1}/${2}/tags.atom"),
		rule("GitHub", `github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/commits(?:/(?:\w+)/?)?`, "https://github.com/${1}/${2}/commits.atom"),
		rule("GitHub", `github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?(?:/releases)?/?`, "https://github.com/${1}/${2}/releases.atom"),
		rule("GitLab", `gitlab\.com/([\w./-]+?)(?:/-/(?:tags|releases))?/?`, "https://gitlab.com/${1}/-/tags?format=atom"),
		rule("Codeberg", `codeberg\.org/([\w.-]+)/([\w.-]+?)(?:/releases)?/?`, "https://codeberg.org/${1}/${2}/releases.rss"),
		rule("PyPI", `pypi\.org/project/([\w.-]+)/?`, "https://pypi.org/rss/project/${1}/releases.xml"),
		rule("arXiv", `arxiv\.org/list/([\w.-]+)(?:/.*)?`, "https://rss.arxiv.org/rss/${1}"),
		rule("Stack Overflow", `stackoverflow\.com/questions/tagged/([\w.+#-]+)/?`, "https://stackoverflow.com/feeds/tag/${1}"),
		rule("Medium", `medium\.com/(@?[\w.-]+)/?`, "https://medium.com/feed/${1}"),
		rule("Medium", `([\w-]+)\.medium\.com/?`, "https://${1}.medium.com/feed"),
		rule("Substack", `([\w-]+)\.substack\.com(?:/.*)?`, "https://${1}.substack.com/feed"),
		rule("Vimeo", `vimeo\.com/([a-z][\w-]*)/?`, "https://vimeo.com/${1}/videos/rss"),
		rule("Tumblr", `([\w-]+)\.tumblr\.com/?`, "https://${1}.tumblr.com/rss"),
		rule("Telegram", `(?:t|telegram)\.me/.+`, ""),
		rule("X", `(?:x|twitter)\.com/.+`, ""),
		rule("Instagram", `instagram\.com/.+`, ""),
		rule("Facebook", `(?:m\.)?facebook\.com/.+`, ""),
		rule("TikTok", `tiktok\.com/.+`, ""),
		// Mastodon and what speaks like it, wherever it runs.
		rule("Mastodon", `@(\w+)@([\w-]+(?:\.[\w-]+)+)`, "https://${2}/@${1}.rss"),
		rule("Mastodon", `([\w-]+(?:\.[\w-]+)+)/@(\w+)/?`, "https://${1}/@${2}.rss"),
	}
}

// KnownFeed is the feed of a place on a service that is known: of a channel, a community,
// an account, the releases of a project. feed is "" where the service publishes none, and
// service is "" where no rule knows the text.
func KnownFeed(text string) (feed, service string) {
	text = strings.TrimSpace(text)
	for _, lead := range []string{"https://", "http://", "www."} {
		if len(text) > len(lead) && strings.EqualFold(text[:len(lead)], lead) {
			text = text[len(lead):]
		}
	}

	if len(text) > maxServiceName || strings.ContainsAny(text, " \t\n") {
		return "", ""
	}

	for _, p := range feedRules() {
		match := p.pattern.FindStringSubmatchIndex(text)
		if match == nil || p.service == "Mastodon" && strings.Contains(strings.ToLower(text), "youtube.com") {
			continue
		}

		feed := string(p.pattern.ExpandString(nil, p.feed, text, match))
		if _, err := url.Parse(feed); err != nil {
			return "", ""
		}

		return feed, p.service
	}

	return "", ""
}

// maxServiceName is how long the name of a place can be, in bytes.
const maxServiceName = 300
