package render

import (
	"strings"
	"testing"
)

// keys are rows of buttons with labels parted by commas, as they are written: "a,b|c".
func keys(rows string) (all [][]inlineButton) {
	for row := range strings.SplitSeq(rows, "|") {
		var buttons []inlineButton
		for label := range strings.SplitSeq(row, ",") {
			buttons = append(buttons, inlineButton{Text: label})
		}

		all = append(all, buttons)
	}

	return all
}

func rowsOf(all [][]inlineButton) string {
	var rows []string

	for _, row := range all {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Text)
		}

		rows = append(rows, strings.Join(labels, ","))
	}

	return strings.Join(rows, "|")
}

// TestLabelsAreNotCutOnAPhone: what can be read at 360 pixels stays as it is; what would be cut
// gets a row with fewer beside it, and a grid fewer columns. No button is lost or changes places.
func TestLabelsAreNotCutOnAPhone(t *testing.T) {
	for _, c := range []struct{ rows, want string }{
		{"Story,Mute,More…", "Story,Mute,More…"},
		{"Noticia,Silenciar,Más…", "Noticia,Silenciar,Más…"},
		{"ニュース,ミュート,その他…", "ニュース,ミュート,その他…"},
		{"See the latest,Quieter,Undo", "See the latest,Quieter|Undo"},
		{"Zu einer Gruppe hinzufügen,Zu einem Kanal hinzufügen", "Zu einer Gruppe hinzufügen|Zu einem Kanal hinzufügen"},
		{"1,2,3,4,5,6,7,8", "1,2,3,4,5,6,7,8"},
		{"Poland,United States,United Kingdom|World news,Technology,Science|Next ›,Something else…", "Poland,United States|United Kingdom,World news|Technology,Science|Next ›,Something else…"},
		{"Fuseau horaire,Heures calmes,Quand|Brief|Undo", "Fuseau horaire,Heures calmes|Quand,Brief|Undo"},
		{"A label that is far too long for any phone", "A label that is far too long for any phone"},
		{"المنطقة الزمنية,ساعات الهدوء,اللغة", "المنطقة الزمنية,ساعات الهدوء|اللغة"},
	} {
		if got := rowsOf(fitRows(keys(c.rows))); got != c.want {
			t.Errorf("%s is shown as %s, want %s", c.rows, got, c.want)
		}
	}
}
