package adapters

import "testing"

// TestSayIsLines: what holds line breaks is as many lines, on platforms too that drop a break
// within a line.
func TestSayIsLines(t *testing.T) {
	text := Say("one\ntwo", "", "three\n\nfour")

	want := []string{"one", "two", "", "three", "", "four"}
	if len(text) != len(want) {
		t.Fatalf("%d lines: %+v", len(text), text)
	}

	for i, line := range text {
		got := ""
		for _, span := range line {
			got += span.Text
		}

		if got != want[i] {
			t.Errorf("line %d is %q, want %q", i+1, got, want[i])
		}
	}
}
