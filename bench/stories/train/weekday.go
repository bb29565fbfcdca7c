package main

import "strings"

// What days of the week add to the log odds in a dense window, as story compares them: chosen, of four pairs of numbers,
// on the half for choosing. Trees don't learn it: the articles of the events that are known name days of the week, and
// those of the wire hardly ever do, so trees take a day that both articles name for a sign that they are no wire's, and
// put twice as much on it.
const (
	otherDays = -0.4
	oneDay    = 0.6
)

// weekdayTree is what days of the week add, as one more tree.
func weekdayTree() string {
	var t grown

	for i := range t.split {
		t.split[i] = 1e9 // to the left
	}

	weekday := len(reasoned()) - 1
	t.feature[0], t.split[0] = weekday, -0.5
	t.feature[2], t.split[2] = weekday, 0.5

	for i := range t.leaf {
		switch {
		case i < leaves/2:
			t.leaf[i] = otherDays
		case i >= leaves*3/4:
			t.leaf[i] = oneDay
		}
	}

	var out strings.Builder
	t.write(&out, 1)

	return out.String()
}
