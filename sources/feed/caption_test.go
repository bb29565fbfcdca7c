package feed

import "testing"

func TestCaptionsAndCredits(t *testing.T) {
	rss := func(item string) string {
		return `<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title><link>https://a.example/</link><item><title>Storm ahead</title><link>https://a.example/1</link>` + item + `</item></channel></rss>`
	}

	for _, c := range []struct {
		name, feed             string
		image, caption, credit string
		text                   string
	}{
		{
			"inside media:content", rss(`<description>It blows.</description><media:content url="https://a.example/i.jpg" medium="image"><media:description>The harbour on Monday.</media:description><media:credit role="photographer">Ann Smith</media:credit></media:content>`),
			"https://a.example/i.jpg", "The harbour on Monday.", "Ann Smith", "It blows.",
		},
		{
			"beside media:content", rss(`<description>It blows.</description><media:content url="https://a.example/i.jpg" medium="image"/><media:description>The harbour.</media:description><media:credit>Ann Smith/Agency</media:credit>`),
			"https://a.example/i.jpg", "The harbour.", "Ann Smith/Agency", "It blows.",
		},
		{
			"dc:creator of the image", rss(`<description>It blows.</description><dc:creator>Bob Jones</dc:creator><media:content url="https://a.example/i.jpg" medium="image"><media:title>The harbour.</media:title><dc:creator>Ann Smith</dc:creator></media:content>`),
			"https://a.example/i.jpg", "The harbour.", "Ann Smith", "It blows.",
		},
		{
			"in the caption", rss(`<description>It blows.</description><media:content url="https://a.example/i.jpg" medium="image"><media:description>Kim with Shoigu in 2023. Photo courtesy of Ministry Press Service/EPA</media:description></media:content>`),
			"https://a.example/i.jpg", "Kim with Shoigu in 2023.", "Ministry Press Service/EPA", "It blows.",
		},
		{
			"in a figure", rss(`<content:encoded><![CDATA[<figure><img src="/i.jpg" width="800"><figcaption>The <b>harbour</b> (Photo: Ann Smith)</figcaption></figure><p>It blows.</p>]]></content:encoded>`),
			"https://a.example/i.jpg", "The harbour", "Ann Smith", "It blows.",
		},
		{
			"the headline again", rss(`<description>It blows.</description><media:content url="https://a.example/i.jpg" medium="image"><media:description>storm ahead</media:description></media:content>`),
			"https://a.example/i.jpg", "", "", "It blows.",
		},
		{
			"an image without words", rss(`<description>&lt;img src="https://a.example/i.jpg"&gt;&lt;p&gt;It blows.&lt;/p&gt;` + "</description>"),
			"https://a.example/i.jpg", "", "", "It blows.",
		},
		{
			"only a figure", rss(`<description><![CDATA[<figure><img src="https://a.example/i.jpg"><figcaption>The harbour today</figcaption></figure>]]></description>`),
			"https://a.example/i.jpg", "The harbour today", "", "The harbour today",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, list, err := Parse(Input{Body: []byte(c.feed), Address: "https://a.example/feed", ContentType: "application/rss+xml"})
			if err != nil || len(list) != 1 {
				t.Fatalf("%d articles, %v", len(list), err)
			}

			if a := list[0]; a.Image != c.image || a.Caption != c.caption || a.Credit != c.credit || a.Text != c.text {
				t.Errorf("image %q, caption %q, credit %q, text %q", a.Image, a.Caption, a.Credit, a.Text)
			}
		})
	}
}

func FuzzCaption(f *testing.F) {
	f.Add("A caption. Photo by Ann/Agency", "credit: \xff", "title")
	f.Add("Photo:", "(c)", "")
	f.Fuzz(func(t *testing.T, caption, credit, title string) {
		gotCaption, gotCredit := picture{"https://a.example/i.jpg", caption, credit}.cleanCaption(title)
		if n := len([]rune(gotCaption)) + len([]rune(gotCredit)); n > 2*longestCaption+2 {
			t.Errorf("%d characters are kept", n)
		}
	})
}
