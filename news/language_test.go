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
		{"", "رئیس جمهور روز دوشنبه از برنامه تازه دولت برای حمایت از اقتصاد کشور خبر داد و گفت که مجلس آن را بررسی میکند", "fa"},
		{"", "أعلن الرئيس يوم الاثنين عن تدابير جديدة لدعم الاقتصاد في البلاد وقال وزير المالية إن البرلمان سيناقشها", "ar"},
		{"", "صدر نے پیر کو معیشت کی مدد کے لیے نئے اقدامات کا اعلان کیا اور وزیر خزانہ نے کہا کہ پارلیمنٹ ان پر غور کرے گی", "ur"},
		{"", "Všetci ľudia sa podľa ministra môžu prihlásiť na úrade, ktorý im pomôže nájsť novú prácu v najbližších mesiacoch.", "sk"},
		{"", "Vláda v pondělí oznámila nová opatření na podporu hospodářství, řekl ministr financí, lidé je však nevítají a mohou protestovat.", "cs"},
		{"", "Үкімет дүйсенбі күні экономиканы қолдаудың жаңа шараларын жариялады, деді қаржы министрі журналистерге", "kk"},
		{"", "Президент бүгүн жаңы мектепти ачты, анда эки миң окуучу окуй алат, деп билдирди билим берүү министри", "ky"},
		{"", "Կառավարությունը երկուշաբթի օրը հայտարարեց տնտեսությանն աջակցելու նոր միջոցառումների մասին", "hy"},
		{"", "Ríkisstjórnin kynnti á mánudag nýjar aðgerðir til að styðja við efnahagslífið, sagði fjármálaráðherrann þegar þingið kom saman.", "is"},
		{"", "Il-gvern ħabbar it-Tnejn miżuri ġodda biex jgħin l-ekonomija, qal il-ministru tal-finanzi quddiem il-ġurnalisti, u ħafna laqgħuhom.", "mt"},
		{"", "El govern ha anunciat que les ajudes per als lloguers començaran el gener i que les famílies amb fills tindran prioritat, però l'oposició hi està en contra perquè això no és suficient.", "ca"},
		{"", "国会議員団が北京を訪問、中国外相と会談 首脳会談早期実現で一致 経済協力強化、両国関係改善へ", "ja"},
		{"", "123 456 789 - - - 123 456 789 - - - 123 456 789 - - - 123 456 789 - - -", ""},
		{"de", english, "de"},
		{"", "The writer Þórdís Gísladóttir met readers in London on Monday, the organisers of the festival said, before she returned home to Iceland with her family.", "en"},
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
