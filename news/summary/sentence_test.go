package summary

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A "¦" marks where one sentence ends and the next begins.
func TestSentences(t *testing.T) {
	tests := [][]string{
		{"One.", "Two!", "Three?", "Four"},
		{"Dr. Smith met Mr. Jones at St. Mary's.", "They talked."},
		{"The U.S. Congress met.", "It voted."},
		{"He left the U.S.", "The next day he was back."},
		{"It rose by 3.5 percent.", "Nobody knows why."},
		{"It is No. 5 on the list.", "He said no.", "Then he left."},
		{"J. K. Rowling wrote it.", "George H. W. Bush read it."},
		{"Apple Inc. Chief Executive Tim Cook spoke.", "He sat down."},
		{"He works at Apple Inc.", "The firm is large."},
		{"She came at 5 p.m.", "She left at 6 a.m. on Monday."},
		{"“It is over.”", "He left."},
		{"“Why?” he asked.", "Nobody knew."},
		{"(He laughed.)", "Then he left."},
		{"Really?!", "Yes…", "No."},
		{"See example.com for it.", "Or ask."},
		{"Er kam am 5. Juni nach Wien.", "Dr. Huber war da."},
		{"Das gilt z. B. für Autos.", "Aber nicht immer."},
		{"朝鲜领导人会见了客人。", "双方讨论了局势！", "会谈持续了一小时。"},
		{"「もう終わった。」", "彼は帰った。"},
		{"بैठक हुई।", "फिर भोज हुआ।"},
		{"اجلاس ہوا۔", "پھر عشائیہ ہوا۔"},
		{"هل انتهى؟", "نعم."},
		{"Встреча прошла 4 июня.", "В ней участвовал А. С. Иванов."},
		{"In 2016. ", "The rest is history."},
		{"It costs $3.5 bn. now.", "Cheap."},
		{"Shares rose 5.", "The index fell 12.", "Traders sold."},
		{"She is 27.", "It rose 5.", "But gold fell."},
		{"Am 3. Oktober war Feiertag.", "Die 2. Bundesliga ruht."},
	}
	for _, want := range tests {
		joined := ""

		for i, s := range want {
			if i > 0 {
				joined += " "
			}

			joined += s
		}

		for i := range want {
			if n := len(want[i]); want[i][n-1] == ' ' {
				want[i] = want[i][:n-1]
			}
		}

		if diff := cmp.Diff(want, splitSentences(joined)); diff != "" {
			t.Errorf("sentences(%q) (-want +got):\n%s", joined, diff)
		}
	}
}

func TestSentencesParagraphs(t *testing.T) {
	got := splitSentences("A heading\n\nIt was a\nwrapped line. And more.")

	want := []string{"A heading", "It was a\nwrapped line.", "And more."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
