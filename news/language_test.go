package news

import "testing"

func TestLanguage(t *testing.T) {
	const english = "The government announced new measures to support the economy on Monday, the finance minister said."
	for _, c := range []struct{ declared, text, want string }{
		{"en", "", "en"},
		{"en-GB", "", "en"},
		{"EN_us", "", "en"},
		{"pt-br, en", "", "pt"},
		{"deu", "", "de"},
		{"English", "", "en"},
		{"iw", "", "he"},
		{"nb-NO", "", "no"},
		{"ua", "", "uk"},
		{"", "Apple unveils new chip", ""},
		{"", english, "en"},
		{"c", english, "en"},
		{"utf-8", english, "en"},
		{"", "Rząd ogłosił w poniedziałek nowe środki wsparcia dla gospodarki, powiedział minister finansów.", "pl"},
		{"", "El gobierno anunció el lunes nuevas medidas para apoyar la economía, dijo el ministro de Hacienda.", "es"},
		{"", "Президент объявил в понедельник о новых мерах поддержки экономики, сообщает министерство финансов.", "ru"},
		{"", "首相は月曜日に新しい経済対策を発表し、来週の国会で詳しく説明する予定だと述べました。", "ja"},
		{"", "대통령이 월요일에 새로운 경제 대책을 발표하고 다음 주 국회에서 자세히 설명할 예정이다", "ko"},
		{"", "总统周一宣布新的经济措施，将于下周在议会详细说明，财政部长对记者表示", "zh"},
		{"", "123 456 789 - - - 123 456 789 - - - 123 456 789 - - - 123 456 789 - - -", ""},
		{"de", english, "de"},
	} {
		if got := Language(c.declared, c.text); got != c.want {
			t.Errorf("Language(%q, %q) = %q, want %q", c.declared, c.text, got, c.want)
		}
	}
}

func FuzzLanguage(f *testing.F) {
	f.Add("en-GB", "text")
	f.Fuzz(func(t *testing.T, declared, text string) {
		if got := Language(declared, text); got != "" && len(got) != 2 {
			t.Errorf("Language(%q, %q) = %q", declared, text, got)
		}
	})
}
