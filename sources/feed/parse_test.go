package feed

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/news"
)

const oneItem = `<rss version="2.0"><channel><title>Daily Planet</title><item><title>One</title><link>https://planet.example/1</link></item></channel></rss>`

// parseAt reads a body that came from an address.
func parseAt(body []byte, address, contentType string) (*Feed, []news.Article, error) {
	return Parse(Input{Body: body, Address: address, ContentType: contentType, Source: news.Source{URL: address}})
}

// corpora are all public feeds at hand.
func corpora(t testing.TB) []string {
	root := os.Getenv("NEWSBELL_DATA")
	if root == "" {
		t.Skip("NEWSBELL_DATA is not set: 0 feeds read")
	}

	var out []string

	dirs, _ := filepath.Glob(filepath.Join(root, "feeds-*"))
	for _, dir := range dirs {
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !strings.HasSuffix(path, ".md") && !strings.HasPrefix(d.Name(), "LICENSE") {
				out = append(out, path)
			}

			return err
		})
	}

	return out
}

// TestAHeadlineAboutATag: is an article though it has nothing else by which it is known.
func TestAHeadlineAboutATag(t *testing.T) {
	const body = `<rss version="2.0"><channel><title>Web</title><link>https://web.example/</link>
<item><title>&lt;textarea&gt; is back</title></item>
<item><title>&lt;textarea&gt; is gone</title></item>
<item><title>3&lt;b and c</title></item>
</channel></rss>`

	_, articles, err := parseAt([]byte(body), "https://web.example/feed", "")
	if err != nil || len(articles) != 3 || articles[0].Title != "<textarea> is back" || articles[1].Title != "<textarea> is gone" || articles[2].Title != "3<b and c" {
		t.Errorf("%+v, %v", articles, err)
	}
}
