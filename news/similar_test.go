package news

import "testing"

func TestSimilarTitles(t *testing.T) {
	pairs := [][2]string{
		{"Dam breaks above the old town of Veles", "Dam braeks above the old town of Veles"},
		{"Prime minister resigns over bridge contract", "Prime minister resigns over brigde contract"},
		{"Fed holds rates steady as inflation cools", "Fed holds rates steady as inflation cools again"},
		{"Kim promises Russia unconditional support", "Kim promises Russia “unconditional” support"},
		{"UPDATE: Ferry with 40 aboard sinks off Izmir", "Ferry with 40 aboard sinks off Izmir"},
		{"総統宣布新的經濟措施", "総統宣布新的經濟措施，下週說明"},
		{"Bridge opens", "Bridge opened"},
		{"Oil", "Oil"},
		{"", ""},
		{"6/49: 1 9 17 23 31 42", "6/49: 1 9 17 23 31 42"},
		{"6/49: 2 8 10 35 36 40", "6/49: 2 8 10 35 36 40"},
	}
	for _, p := range pairs {
		if !SimilarTitles(p[0], p[1]) || !SimilarTitles(p[1], p[0]) {
			t.Errorf("not similar: %q, %q", p[0], p[1])
		}
	}

	for i, p := range pairs {
		for j, q := range pairs {
			if i != j && SimilarTitles(p[0], q[1]) {
				t.Errorf("similar: %q, %q", p[0], q[1])
			}
		}
	}
}
