package sources_test

import (
	"testing"

	"newsbell/sources"
)

func TestKnownFeed(t *testing.T) {
	for _, c := range []struct{ text, feed, service string }{
		{"https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv", "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv", "YouTube"},
		{"youtube.com/channel/UCabcdefghijklmnopqrstuv/videos", "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv", "YouTube"},
		{"https://youtube.com/playlist?list=PL12_3-x", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL12_3-x", "YouTube"},
		{"https://www.youtube.com/user/somebody", "https://www.youtube.com/feeds/videos.xml?user=somebody", "YouTube"},
		{"https://www.youtube.com/@somebody", "", ""}, // its page names its feed
		{"r/golang", "https://www.reddit.com/r/golang/.rss", "Reddit"},
		{"/r/golang", "https://www.reddit.com/r/golang/.rss", "Reddit"},
		{"https://old.reddit.com/r/golang/top/", "https://www.reddit.com/r/golang/.rss", "Reddit"},
		{"reddit.com/user/some-body", "https://www.reddit.com/user/some-body/.rss", "Reddit"},
		{"@ann@social.example", "https://social.example/@ann.rss", "Mastodon"},
		{"https://social.example/@ann", "https://social.example/@ann.rss", "Mastodon"},
		{"https://bsky.app/profile/ann.example", "https://bsky.app/profile/ann.example/rss", "Bluesky"},
		{"@ann.bsky.social", "https://bsky.app/profile/ann.bsky.social/rss", "Bluesky"},
		{"https://github.com/some/thing", "https://github.com/some/thing/releases.atom", "GitHub"},
		{"github.com/some/thing.git", "https://github.com/some/thing/releases.atom", "GitHub"},
		{"https://github.com/some/thing/releases", "https://github.com/some/thing/releases.atom", "GitHub"},
		{"https://github.com/some/thing/tags", "https://github.com/some/thing/tags.atom", "GitHub"},
		{"https://github.com/some/thing/commits/main", "https://github.com/some/thing/commits.atom", "GitHub"},
		{"https://github.com/some/thing/issues/7", "", ""},
		{"https://gitlab.com/group/sub/thing", "https://gitlab.com/group/sub/thing/-/tags?format=atom", "GitLab"},
		{"https://codeberg.org/some/thing", "https://codeberg.org/some/thing/releases.rss", "Codeberg"},
		{"https://pypi.org/project/thing/", "https://pypi.org/rss/project/thing/releases.xml", "PyPI"},
		{"https://arxiv.org/list/cs.AI/recent", "https://rss.arxiv.org/rss/cs.AI", "arXiv"},
		{"https://stackoverflow.com/questions/tagged/go", "https://stackoverflow.com/feeds/tag/go", "Stack Overflow"},
		{"https://medium.com/@ann", "https://medium.com/feed/@ann", "Medium"},
		{"https://ann.medium.com", "https://ann.medium.com/feed", "Medium"},
		{"https://ann.substack.com/p/a-letter", "https://ann.substack.com/feed", "Substack"},
		{"https://vimeo.com/somebody", "https://vimeo.com/somebody/videos/rss", "Vimeo"},
		{"https://ann.tumblr.com/", "https://ann.tumblr.com/rss", "Tumblr"},
		{"https://t.me/somechannel", "", "Telegram"},
		{"https://x.com/somebody", "", "X"},
		{"instagram.com/somebody", "", "Instagram"},
		{"facebook.com/somebody", "", "Facebook"},
		{"https://www.tiktok.com/@somebody", "", "TikTok"},
		{"bbc.com", "", ""},
		{"the guardian", "", ""},
		{"https://site.example/feed.xml", "", ""},
		{"https://t.me", "", ""},
	} {
		if feed, service := sources.KnownFeed(c.text); feed != c.feed || service != c.service {
			t.Errorf("%s: %q of %q, want %q of %q", c.text, feed, service, c.feed, c.service)
		}
	}
}

func FuzzKnownFeed(f *testing.F) {
	f.Add("r/golang")
	f.Add("https://github.com/a/b")
	f.Fuzz(func(t *testing.T, text string) {
		if feed, service := sources.KnownFeed(text); feed != "" && service == "" {
			t.Errorf("%q has a feed %q of no service", text, feed)
		}
	})
}
