package input_test

import (
	"testing"
	"time"

	"newsbell/bot/input"
	"newsbell/subscriptions"
)

// TestPausesInEveryLanguage: "3 days", "until Monday" and "until tomorrow 8:00" are read in the
// words of each language that Newsbell speaks.
func TestPausesInEveryLanguage(t *testing.T) {
	now := time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC) // a Sunday
	days, monday := now.Add(72*time.Hour), time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)

	for _, c := range []struct {
		code, typed string
		want        time.Time
	}{
		{"de", "3 Tage", days},
		{"de", "bis Montag", monday},
		{"de", "bis morgen 8 Uhr", monday},
		{"de", "2h", now.Add(2 * time.Hour)},
		{"de", "eine Stunde", now.Add(time.Hour)},
		{"de", "zwei Stunden", now.Add(2 * time.Hour)},
		{"de", "eine halbe Stunde", now.Add(30 * time.Minute)},
		{"de", "drei Tage", days},
		{"de", "für eine Woche", now.Add(7 * 24 * time.Hour)},
		{"fr", "une heure", now.Add(time.Hour)},
		{"fr", "deux jours", now.Add(48 * time.Hour)},
		{"es", "una hora", now.Add(time.Hour)},
		{"es", "dos horas", now.Add(2 * time.Hour)},
		{"es", "media hora", now.Add(30 * time.Minute)},
		{"it", "un'ora", now.Add(time.Hour)},
		{"it", "due ore", now.Add(2 * time.Hour)},
		{"pt-BR", "uma hora", now.Add(time.Hour)},
		{"pt-BR", "duas horas", now.Add(2 * time.Hour)},
		{"pt-BR", "meia hora", now.Add(30 * time.Minute)},
		{"pl", "godzinę", now.Add(time.Hour)},
		{"pl", "dwie godziny", now.Add(2 * time.Hour)},
		{"ru", "час", now.Add(time.Hour)},
		{"ru", "два часа", now.Add(2 * time.Hour)},
		{"ru", "полчаса", now.Add(30 * time.Minute)},
		{"uk", "годину", now.Add(time.Hour)},
		{"uk", "дві години", now.Add(2 * time.Hour)},
		{"tr", "bir saat", now.Add(time.Hour)},
		{"tr", "iki saat", now.Add(2 * time.Hour)},
		{"tr", "yarım saat", now.Add(30 * time.Minute)},
		{"id", "satu jam", now.Add(time.Hour)},
		{"id", "dua jam", now.Add(2 * time.Hour)},
		{"ar", "ساعة", now.Add(time.Hour)},
		{"ar", "ساعتين", now.Add(2 * time.Hour)},
		{"ar", "يومين", now.Add(48 * time.Hour)},
		{"ar", "نصف ساعة", now.Add(30 * time.Minute)},
		{"fa", "یک ساعت", now.Add(time.Hour)},
		{"fa", "دو ساعت", now.Add(2 * time.Hour)},
		{"fa", "نیم ساعت", now.Add(30 * time.Minute)},
		{"hi", "एक घंटा", now.Add(time.Hour)},
		{"es", "dos horas y media", now.Add(150 * time.Minute)},
		{"es", "hasta las dos y media", time.Date(2026, 11, 30, 2, 30, 0, 0, time.UTC)},
		{"fr", "pendant 2 heures et demie", now.Add(150 * time.Minute)},
		{"it", "due ore e mezza", now.Add(150 * time.Minute)},
		{"pt-BR", "duas horas e meia", now.Add(150 * time.Minute)},
		{"tr", "iki buçuk saat", now.Add(150 * time.Minute)},
		{"fa", "دو ساعت و نیم", now.Add(150 * time.Minute)},
		{"ar", "ساعتين والنصف", now.Add(150 * time.Minute)},
		{"hi", "दो घंटे", now.Add(2 * time.Hour)},
		{"hi", "आधा घंटा", now.Add(30 * time.Minute)},
		{"ko", "한 시간", now.Add(time.Hour)},
		{"ko", "두시간", now.Add(2 * time.Hour)},
		{"ko", "30분", now.Add(30 * time.Minute)},
		{"ja", "一時間", now.Add(time.Hour)},
		{"ja", "二時間", now.Add(2 * time.Hour)},
		{"ja", "1時間半", now.Add(90 * time.Minute)},
		{"zh-Hans", "一小时", now.Add(time.Hour)},
		{"zh-Hans", "两个小时", now.Add(2 * time.Hour)},
		{"zh-Hans", "半小时", now.Add(30 * time.Minute)},
		{"fr", "3 jours", days},
		{"fr", "jusqu'à lundi", monday},
		{"es", "3 días", days},
		{"es", "hasta mañana a las 8:00", monday},
		{"it", "3 giorni", days},
		{"it", "fino a lunedì", monday},
		{"pt-BR", "3 dias", days},
		{"pt-BR", "até segunda", monday},
		{"pl", "3 dni", days},
		{"pl", "do poniedziałku", monday},
		{"ru", "3 дня", days},
		{"ru", "до понедельника", monday},
		{"uk", "3 дні", days},
		{"uk", "до понеділка", monday},
		{"tr", "3 gün", days},
		{"tr", "pazartesiye kadar", monday},
		{"id", "72 jam", days},
		{"id", "sampai senin", monday},
		{"ar", "٣ أيام", days},
		{"ar", "حتى الاثنين", monday},
		{"fa", "۳ روز", days},
		{"fa", "تا دوشنبه", monday},
		{"hi", "3 दिन", days},
		{"hi", "सोमवार तक", monday},
		{"ko", "3일", days},
		{"ko", "월요일까지", monday},
		{"ja", "3日", days},
		{"ja", "明日8時まで", monday},
		{"ja", "月曜日まで", monday},
		{"zh-Hans", "3天", days},
		{"zh-Hans", "到周一", monday},
		{"zh-Hans", "明天8点", monday},
	} {
		english := input.PauseInEnglish(c.typed, c.code)
		if got, ok := subscriptions.ParseUntil(english, now, time.UTC); !ok || !got.Equal(c.want) {
			t.Errorf("%s: %q is %q: %v (%v), want %v", c.code, c.typed, english, got, ok, c.want)
		}
	}
}

// TestSchedulesInEveryLanguage: so are the times behind when:, and only they.
func TestSchedulesInEveryLanguage(t *testing.T) {
	for _, c := range []struct{ code, typed, want string }{
		{"de", "when:täglich klima", "when:daily klima"},
		{"de", "when:8 Uhr klima", "when:8:00 klima"},
		{"de", "when:montags 8 Uhr klima", "when:monday 8:00 klima"},
		{"de", "when:8:00 morgen klima", "when:8:00 morgen klima"},
		{"de", "klima heute", "klima heute"},
		{"es", "when:diario clima", "when:daily clima"},
		{"es", "when:lunes 8:00 clima", "when:monday 8:00 clima"},
		{"ru", "when:ежедневно климат", "when:daily климат"},
		{"ja", "when:毎日8時 地震", "when:daily 8:00 地震"},
		{"ar", "when:يوميا مناخ", "when:daily مناخ"},
		{"zh-Hans", "when:每天 地震", "when:daily 地震"},
		{"de", "when:abends 8 Uhr klima", "when:8:00 pm klima"},
		{"ja", "when:朝8時30分 地震", "when:8:30 am 地震"},
		{"ja", "when:夜22時 地震", "when:22:00 地震"},
		{"ko", "when:오전8시 지진", "when:8:00 am 지진"},
		{"zh-Hans", "when:每天早上8点 地震", "when:daily 8:00 am 地震"},
		{"es", "when:8 de la tarde clima", "when:8 pm clima"},
		{"de", "when:mo,do 18:00 klima", "when:monday,thursday 18:00 klima"},
		{"de", "when:werktags 7:30 klima", "when:weekdays 7:30 klima"},
		{"fr", "when:toutes les heures climat", "when:hourly climat"},
		{"fr", "when:tous les jours à 8h climat", "when:daily 8h climat"},
		{"fr", "when:lundi,jeudi 18:00 climat", "when:monday,thursday 18:00 climat"},
		{"pt-BR", "when:dias úteis 7:30 clima", "when:weekdays 7:30 clima"},
		{"ja", "when:月曜、木曜18時 地震", "when:monday,thursday 18:00 地震"},
		{"ar", "when:كل ساعة مناخ", "when:hourly مناخ"},
		{"tr", "when:hafta içi 7:30 iklim", "when:weekdays 7:30 iklim"},
		{"en", "when:täglich climate", "when:täglich climate"},
	} {
		if got := input.WhenInEnglish(c.typed, c.code); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", c.code, c.typed, got, c.want)
		}
	}
}

// TestEveryMorningAndEvening: a time of every morning or evening is one of each day.
func TestEveryMorningAndEvening(t *testing.T) {
	for _, c := range []struct{ code, text, want string }{
		{"en", "every morning at 7", "daily 07:00"},
		{"en", "every evening at 8", "daily 20:00"},
		{"en", "daily in the evening", "daily 18:00"},
		{"de", "jeden Abend", "daily 18:00"},
		{"en", "every evening at 8pm", "daily 20:00"},
		{"en", "every evening at 12", "daily 00:00"},
		{"en", "every afternoon at 4", "daily 16:00"},
		{"en", "every night at 10", "daily 22:00"},
		{"en", "every night at 12", "daily 00:00"},
		{"de", "jeden Morgen um 7", "daily 07:00"},
		{"de", "jeden Abend um 8", "daily 20:00"},
		{"de", "jeden Abend um 12", "daily 00:00"},
		{"de", "täglich um 12", "daily 12:00"},
		{"de", "jeden Morgen um halb acht", "daily 07:30"},
		{"de", "täglich um sieben", "daily 07:00"},
		{"en", "every morning at seven", "daily 07:00"},
		{"en", "every day at half past seven", "daily 07:30"},
		{"es", "cada día a las siete y media", "daily 07:30"},
		{"fr", "tous les jours à sept heures et demie", "daily 07:30"},
		{"pt", "todo dia às sete e meia da manhã", "daily 07:30"},
		{"it", "ogni giorno alle otto e mezza", "daily 08:30"},
		{"id", "setiap hari jam setengah delapan", "daily 07:30"},
		{"zh", "每天早上8点半", "daily 08:30"},
		{"ja", "毎日8時半", "daily 08:30"},
		{"de", "täglich nachts um 2", "daily 02:00"},
		{"ru", "каждый вечер в 12", "daily 00:00"},
		{"ru", "каждый день в полдевятого", "daily 08:30"},
		{"ru", "каждый день в полпервого", "daily 12:30"},
		{"de", "täglich um halb eins", "daily 12:30"},
		{"de", "täglich um halb zwölf", "daily 11:30"},
		{"pl", "codziennie o wpół do ósmej", "daily 07:30"},
		{"pl", "codziennie o siódmej rano", "daily 07:00"},
		{"uk", "щодня о сьомій ранку", "daily 07:00"},
		{"tr", "her sabah yedi buçukta", "daily 07:30"},
		{"hi", "रोज़ सुबह साढ़े सात बजे", "daily 07:30"},
		{"zh", "每天早上七点半", "daily 07:30"},
		{"ru", "каждый день в 8 часов вечера", "daily 20:00"},
		{"tr", "her akşam 12'de", "daily 00:00"},
		{"ar", "كل مساء الساعة 12", "daily 00:00"},
		{"ko", "매일 저녁 12시", "daily 00:00"},
		{"fr", "tous les matins à 7h", "daily 07:00"},
		{"fr", "tous les soirs à 20h", "daily 20:00"},
		{"es", "cada mañana a las 7", "daily 07:00"},
		{"es", "todas las noches a las 9", "daily 21:00"},
		{"es", "cada noche a las 12", "daily 00:00"},
		{"es", "cada noche a las 9 de la noche", "daily 21:00"},
		{"it", "ogni mattina alle 7", "daily 07:00"},
		{"it", "ogni sera alle 8", "daily 20:00"},
		{"pt", "toda manhã às 7", "daily 07:00"},
		{"pt", "toda noite às 8", "daily 20:00"},
		{"pt", "toda noite às 12", "daily 00:00"},
		{"pt", "toda noite às 12h", "daily 00:00"},
		{"pl", "codziennie rano o 7", "daily 07:00"},
		{"pl", "co wieczór o 20", "daily 20:00"},
		{"ru", "каждое утро в 7", "daily 07:00"},
		{"ru", "каждый вечер в 8", "daily 20:00"},
		{"ru", "каждый вечер в 8 вечера", "daily 20:00"},
		{"uk", "щоранку о 7", "daily 07:00"},
		{"uk", "щовечора о 20:00", "daily 20:00"},
		{"tr", "her sabah saat 7'de", "daily 07:00"},
		{"tr", "her akşam 8'de", "daily 20:00"},
		{"id", "setiap pagi jam 7", "daily 07:00"},
		{"id", "setiap malam jam 8", "daily 20:00"},
		{"id", "setiap malam jam 12", "daily 00:00"},
		{"ar", "كل صباح الساعة 7", "daily 07:00"},
		{"ar", "كل مساء الساعة 8", "daily 20:00"},
		{"fa", "هر روز صبح ساعت ۷", "daily 07:00"},
		{"fa", "هر شب ساعت ۸", "daily 20:00"},
		{"fa", "هر شب ساعت ۱۲", "daily 00:00"},
		{"hi", "हर सुबह 7 बजे", "daily 07:00"},
		{"hi", "हर शाम 8 बजे", "daily 20:00"},
		{"ja", "毎朝7時", "daily 07:00"},
		{"ja", "毎晩8時", "daily 20:00"},
		{"ja", "毎晩12時", "daily 00:00"},
		{"ko", "매일 아침 7시", "daily 07:00"},
		{"ko", "매일 저녁 8시", "daily 20:00"},
		{"zh", "每天早上7点", "daily 07:00"},
		{"zh", "每天晚上8点", "daily 20:00"},
	} {
		if !input.IsDailyTime(c.text, c.code) {
			t.Errorf("%s: %q is no time of a day: %q", c.code, c.text, input.ScheduleInEnglish(c.text, c.code))
			continue
		}

		when, err := subscriptions.ParseSchedule(input.ScheduleInEnglish(c.text, c.code))
		if err != nil || when.String() != c.want {
			t.Errorf("%s: %q: %s %v, want %s", c.code, c.text, when, err, c.want)
		}
	}
}

func TestIsDailyTime(t *testing.T) {
	for _, c := range []struct {
		code, text string
		want       bool
	}{
		{"en", "daily at 8", true},
		{"en", "every day at 8:00", true},
		{"en", "weekdays 7:30", true},
		{"de", "täglich um 8", true},
		{"de", "jeden Tag 18 Uhr", true},
		{"ja", "毎日8時", true},
		{"es", "cada día a las 8", true},
		{"en", "8 am", false},
		{"en", "at 8", false},
		{"en", "daily", false},
		{"en", "friday 13", false},
		{"fr", "vendredi 13", false},
		{"en", "daily mail", false},
		{"en", "monday 8:00", false},
	} {
		if got := input.IsDailyTime(c.text, c.code); got != c.want {
			t.Errorf("%s: %q: %t", c.code, c.text, got)
		}
	}
}
