package summary

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSummary(t *testing.T) {
	tests := []struct{ name, summary, title, text, want string }{
		{"as it is", "Two ferries collided. Nobody was hurt.", "Ferries collide", "", "Two ferries collided. Nobody was hurt."},
		{"a standfirst without a stop", "Ministers met for the third time this week\n\nThe government said nothing.", "Talks", "", "Ministers met for the third time this week"},
		{"a heading", "The basics\n\nThe government said nothing.", "Talks", "", "The government said nothing."},
		{"a name and a date", "By Ann Lee\n\nPosted on 07-15-2021\n\nThe government said nothing.", "Talks", "", "The government said nothing."},
		{"paragraphs that all lack a stop", "Six ministers met\n\nNobody said anything", "Talks", "", "Six ministers met Nobody said anything"},
		{"continue reading", "The bridge reopens on Monday. Continue reading...", "Bridge", "", "The bridge reopens on Monday."},
		{"continue reading with arrow and title", "The bridge reopens on Monday. Continue reading Bridge reopens at last →", "Bridge reopens at last", "", "The bridge reopens on Monday."},
		{"read more after nothing", "Lightning struck the old mill Read more", "Mill burns", "", "Lightning struck the old mill"},
		{"read more is also a sentence", "Pupils should read more than they do. A study says so.", "Study", "", "Pupils should read more than they do. A study says so."},
		{"read more link", "The mill burned for hours. Read more at harbourtimes.example", "Fire", "", "The mill burned for hours."},
		{"read more about", "The mill burned for hours. Read more about the fire.", "Fire", "", "The mill burned for hours."},
		{"leia mais", "O prefeito segue internado no hospital. Leia mais no Massa News !", "Prefeito", "", "O prefeito segue internado no hospital."},
		{"wordpress", "It is connected by a tunnel. The post Azure: how to connect. Now appeared first on codehollow.example.", "Azure: how to connect. Now", "", "It is connected by a tunnel."},
		{"wordpress after a post office", "The post office is closed. The post Mail stops appeared first on Town Crier.", "Mail stops", "", "The post office is closed."},
		{"wordpress, German", "Das Format kommt nach Wien. Der Beitrag Neues Format erschien zuerst auf brutkasten.example .", "Neues Format", "", "Das Format kommt nach Wien."},
		{"wordpress, Italian", "Si allena con la squadra. L'articolo Primavera. De Rossi parla proviene da Romanews.", "Primavera. De Rossi parla", "", "Si allena con la squadra."},
		{"cut mark after a whole sentence", "The council voted on Tuesday. The mayor abstained. […]", "Vote", "", "The council voted on Tuesday. The mayor abstained."},
		{"cut mark within a sentence", "The council voted on Tuesday. The mayor, who had […]", "Vote", "", "The council voted on Tuesday."},
		{"only a broken sentence", "The council, which had met for seven hours, vo […]", "Vote", "", "The council, which had met for seven hours, vo…"},
		{"broken, and the text goes on", "The council, which had met […]", "Vote", "The council, which had met for seven hours, voted no. The mayor abstained.", "The council, which had met for seven hours, voted no. The mayor abstained."},
		{"broken, cut mark, link and count", "The council voted on Tuesday. The mayor, who […] Continue reading 12 comments", "Vote", "", "The council voted on Tuesday."},
		{
			"made of the text without its markup", "Lens v.2.1Maker: AcmeLanguage: EnglishIt finds what you lost.", "Lost things",
			"Lens v.2.1 Maker: Acme Language: English It finds what you lost. It is small.", "Lens v.2.1 Maker: Acme Language: English It finds what you lost.",
		},
		{
			"made of headings and paragraphs", "What burnedThe mill burned for hours.The roof fell in.", "Fire",
			"What burned\n\nThe mill burned for hours.\n\nThe roof fell in. It was old.", "The mill burned for hours. The roof fell in.",
		},
		{"a capital within a word", "McAdam met the iPhone team.", "Meeting", "McAdam met the iPhone team. It was long.", "McAdam met the iPhone team."},
		{"another text", "McAdam met the iPhone team.", "Meeting", "Mr Mc Adam met them. It was long.", "McAdam met the iPhone team."},
		{"comments", "The council voted on Tuesday. Comments", "Vote", "", "The council voted on Tuesday."},
		{"comment count", "The council voted on Tuesday. (12 comments)", "Vote", "", "The council voted on Tuesday."},
		{"comments are a word too", "The mayor made no comments.", "Vote", "", "The mayor made no comments."},
		{"hacker news", "Article URL: https://a.example/x?utm_source=rss Comments URL: https://news.example/item?id=1 Points: 12 # Comments: 3", "A tiny kernel", "", ""},
		{"hacker news, only comments", "Comments", "A tiny kernel", "", ""},
		{"reddit", "submitted by /u/ring to r/news [link] [comments]", "Something", "", ""},
		{"dateline with agency", "SEOUL, June 5 (Yonhap) -- The North launched a balloon.", "Balloon", "", "The North launched a balloon."},
		{"dateline of an agency", "LONDON (Reuters) - The bank kept its rate at 4.25%.", "Rates", "", "The bank kept its rate at 4.25%."},
		{"agency alone", "(Reuters) - The bank kept its rate.", "Rates", "", "The bank kept its rate."},
		{"date and agency", "June 4 (UPI) -- The bank kept its rate.", "Rates", "", "The bank kept its rate."},
		{"an agency in the sentence stays", "Kim (AP) said so.", "Said", "", "Kim (AP) said so."},
		{"credit in brackets", "The mill burned (Photo by Ann Lee/Getty Images) for hours.", "Fire", "", "The mill burned for hours."},
		{"credit first", "Photo: Ann Lee/AFP. The mill burned for hours.", "Fire", "", "The mill burned for hours."},
		{"credit first, no stop", "Ann Lee/Getty Images The mill burned for hours.", "Fire", "", "The mill burned for hours."},
		{"credit last", "The mill burned for hours. Photo: NASA", "Fire", "", "The mill burned for hours."},
		{"agency between slashes", "PYONGYANG, June 5. /TASS/. The leader of the DPRK met his guest. It was long.", "Guest", "", "The leader of the DPRK met his guest. It was long."},
		{"cut mark with a count", "The council voted on Tuesday. The mayor, who [+1234 chars]", "Vote", "", "The council voted on Tuesday."},
		{"a caption and its agency", "FILE PHOTO: The mill in spring. REUTERS/Ann Lee", "Fire", "The mill burned.", "The mill burned."},
		{"address", "The report (https://t.example/a?utm_medium=x) says so. https://t.example/b", "Report", "", "The report says so."},
		{"newsletter", "The mill burned. Sign up for our newsletter.", "Fire", "", "The mill burned."},
		{"title first", "Mill burns in Eastport: The fire lasted for hours.", "Mill burns in Eastport", "", "The fire lasted for hours."},
		{"title first without a stop", "Mill burns in old Eastport The fire lasted for hours.", "Mill burns in old Eastport", "", "The fire lasted for hours."},
		{"title is a name", "Kim Jong Un promised support.", "Kim Jong Un", "", "Kim Jong Un promised support."},
		{"title is the beginning of the sentence", "Mill burns in Eastport after lightning struck.", "Mill burns in Eastport", "", "Mill burns in Eastport after lightning struck."},
		{"title whose last word goes on", "Mill burns in old Eastport's harbour.", "Mill burns in old Eastport", "", "Mill burns in old Eastport's harbour."},
		{"only the title", "Mill burns in Eastport.", "Mill burns in Eastport", "", ""},
		{"only the title, a text", "Mill burns in Eastport.", "Mill burns in Eastport", "The fire lasted for hours.", "The fire lasted for hours."},
		{"title and outlet, as an aggregator does", "Mill burns in Eastport  Harbour Times", "Mill burns in Eastport - Harbour Times", "", ""},
		{"no summary", "", "Fire", "The mill burned. It was old.", "The mill burned. It was old."},
		{"no summary, a short text", "", "Greeting", "Hello world", "Hello world"},
		{"a sentence that only promises", "The bank raised its rate. Its governor said:", "Rates", "", "The bank raised its rate."},
		{"nothing but a promise", "Schools should resolve what they will do again this year:", "Resolutions", "", "Schools should resolve what they will do again this year…"},
		{"a label before the title", "Mill burns in Eastport The fire lasted for hours.", "OPINION: Mill burns in Eastport", "", "The fire lasted for hours."},
		{"a numbered label", "Oil rises on cold Weather forecasts say it stays.", "UPDATE 2-Oil rises on cold", "", "Weather forecasts say it stays."},
		{"another label", "Mill burns in Eastport: it was old.", "WATCH: Mill burns in Eastport", "", "it was old."},
		{"reddit without spaces", "submitted byringtonews[link][12 comments]", "Something", "", ""},
		{"authors alone", "By Ann Lee and Bo Ek", "Fire", "The mill burned.", "The mill burned."},
		{"authors alone, Portuguese", "Por Matt Spetalnick e Jason Szep", "Fire", "", ""},
		{"a way is no author", "By Sunday the fire was out", "Fire", "", "By Sunday the fire was out"},
		{"dateline with a month of another language", "MOSCOU, 24 SET (ANSA) - O opositor foi condenado.", "Opositor", "", "O opositor foi condenado."},
		{"dateline with a stop behind it", "Nova York, 24 set (EFE).- O índice fechou em baixa.", "Índice", "", "O índice fechou em baixa."},
		{"dateline with a year", "Quito, 24 Set 2018 (AFP) - O fundador chegou.", "Fundador", "", "O fundador chegou."},
		{"a break that was lost", "It has a new security feature.National banks will test it.", "Notes", "", "It has a new security feature. National banks will test it."},
		{"an address is no sentence", "It runs on node.Js today.", "Visit", "", "It runs on node.Js today."},
		{"a version", "3.8.11", "v3.8.11", "", ""},
		{"another version", "3.8.12 is out", "v3.8.11", "", "3.8.12 is out"},
		{"an author and a day", "Image Source: Stockbox / Ann Lee. By Brenda Milis Posted on 07-13-2021", "Season of change", "Prints return.", "Prints return."},
		{"nothing", "", "", "", ""},
		{"spaces", " The\u00a0mill\t burned. \n It was\nold. ", "Fire", "", "The mill burned. It was old."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Summarize(tt.summary, tt.title, tt.text, 300); got != tt.want {
				t.Errorf("Summarize(%q, %q, %q)\n got %q\nwant %q", tt.summary, tt.title, tt.text, got, tt.want)
			}
		})
	}
}

func TestSummaryCuts(t *testing.T) {
	tests := []struct {
		name, text string
		limit      int
		want       string
	}{
		{"at a sentence end", "One two three. Four five six. Seven eight nine.", 30, "One two three. Four five six."},
		{"exactly", "One two three.", 14, "One two three."},
		{"at a word", "One two three four five six seven.", 20, "One two three four…"},
		{"no comma before the dots", "One two three four, five six seven.", 21, "One two three four…"},
		{"code points, not bytes", "Żółw śpi już. Kot też śpi.", 13, "Żółw śpi już."},
		{"Chinese", "朝鲜领导人会见了俄罗斯客人。双方讨论了局势。", 16, "朝鲜领导人会见了俄罗斯客人。"},
		{"Chinese, two sentences without a space", "朝鲜领导人会见了俄罗斯客人。双方讨论了局势。", 40, "朝鲜领导人会见了俄罗斯客人。双方讨论了局势。"},
		{"Chinese, within a sentence", "朝鲜领导人会见了俄罗斯客人并讨论了局势。", 8, "朝鲜领导人会见…"},
		{"Hindi", "बैठक बुधवार को हुई। इसके बाद भोज हुआ।", 20, "बैठक बुधवार को हुई।"},
		{"Urdu", "اجلاس بدھ کو ہوا۔ اس کے بعد عشائیہ ہوا۔", 20, "اجلاس بدھ کو ہوا۔"},
		{"an endless word", strings.Repeat("a", 50), 10, strings.Repeat("a", 9) + "…"},
		{"a mark is not torn off", strings.Repeat("e\u0301", 20), 10, strings.Repeat("e\u0301", 4) + "…"},
		{"none", "One.", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Summarize(tt.text, "Something else", "", tt.limit)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}

			if n := utf8.RuneCountInString(got); n > tt.limit {
				t.Errorf("%d code points, limit %d", n, tt.limit)
			}
		})
	}
}

func FuzzSummary(f *testing.F) {
	f.Add("The council voted. Continue reading", "Vote", "The council voted at last.", 300)
	f.Add("The post A appeared first on B.", "A", "", 10)
	f.Add("朝鲜领导人。双方[…]", "朝鲜", "U.S. e\u0301\u200d…", 5)
	f.Add("\xff. \n\n http://", "\xff", "a.b.c. D", 1)
	f.Fuzz(func(t *testing.T, summary, title, text string, limit int) {
		limit %= 1000

		got := Summarize(summary, title, text, limit)
		if !utf8.ValidString(got) {
			t.Errorf("not UTF-8: %q", got)
		}

		if n := utf8.RuneCountInString(got); n > max(limit, 0) {
			t.Errorf("%d code points, limit %d: %q", n, limit, got)
		}

		if got != strings.TrimSpace(got) || strings.ContainsAny(got, "\n\r\t") || strings.Contains(got, "  ") {
			t.Errorf("not clean: %q", got)
		}

		if again := Summarize(summary, title, text, limit); again != got {
			t.Errorf("differs: %q, then %q", got, again)
		}
	})
}

func BenchmarkSummary(b *testing.B) {
	summary := "The council voted on Tuesday after a debate of seven hours. The mayor, who had asked for a delay, abstained. […]"
	text := strings.Repeat("The council voted on Tuesday after a debate of seven hours. Dr. Smith of the U.S. embassy listened. ", 40)

	b.ReportAllocs()

	for b.Loop() {
		Summarize(summary, "Council votes no", text, 300)
	}
}

// TestShorten: a summary that was made is cut for another limit, goes on in its text where it was
// cut, and takes nothing else from there.
func TestShorten(t *testing.T) {
	const text = "The mill in the town burned for many hours on Monday before anybody came. Nobody was hurt. Fair winds from the Harbour Desk."

	for _, tt := range []struct {
		name, own, text string
		limit           int
		want            string
	}{
		{"as it was", "Nobody was hurt.", text, 300, "Nobody was hurt."},
		{"shorter", "Nobody was hurt. It was old.", text, 20, "Nobody was hurt."},
		{"cut before", "The mill in the town burned for many hours on…", text, 80, "The mill in the town burned for many hours on Monday before anybody came."},
		{"nothing was found", "", "Fair winds from the Harbour Desk, as on all days.", 300, ""},
		{"little was found", "Two ways.", "Fair winds from the Harbour Desk, as on all days.", 300, "Two ways."},
		{"a tag", "Weather", "Fair winds from the Harbour Desk, as on all days.", 300, "Weather"},
		{"another text", "The mill in the town burned…", "Fair winds from the Harbour Desk, as on all days.", 300, "The mill in the town burned…"},
		{"no room", "Nobody was hurt.", text, 0, ""},
	} {
		if got := Shorten(tt.own, "Fire", tt.text, tt.limit); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
