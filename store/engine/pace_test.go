package engine

import (
	"testing"
	"time"
)

// TestAStepIsAsLargeAsItsTimeAllows: on machines of every speed, whatever a row takes, steps come
// to take about their goal, and one row where even that is too slow.
func TestAStepIsAsLargeAsItsTimeAllows(t *testing.T) {
	const most = 200

	for _, row := range []time.Duration{time.Microsecond, 20 * time.Microsecond, 300 * time.Microsecond, 2 * time.Millisecond, time.Second} {
		p := NewPace(LongestStep)

		for step := range 20 {
			took := time.Duration(p.Rows(most)) * row
			p.Note(took, true)

			if step > 4 && took > LongestStep && p.Rows(most) > 1 {
				t.Errorf("with %v a row step %d of %d rows takes %v", row, step, p.Rows(most), took)
			}
		}

		if rows := p.Rows(most); rows < most && time.Duration(4*rows)*row < LongestStep {
			t.Errorf("with %v a row a step has %d rows only", row, rows)
		}
	}
}

// TestAPaceRecovers: one step that had to wait for a core makes the next ones small, not all.
func TestAPaceRecovers(t *testing.T) {
	const most = 256

	p := NewPace(LongestStep)
	p.Note(time.Minute, false)

	if rows := p.Rows(most); rows != 1 {
		t.Errorf("after a minute a step has %d rows", rows)
	}

	for range 16 {
		p.Note(time.Microsecond, true)
	}

	if rows := p.Rows(most); rows != most {
		t.Errorf("sixteen quick steps later a step has %d rows of %d", rows, most)
	}
}

// TestASmallStepSaysNothingOfLargeOnes: a step of one row is quick on every machine.
func TestASmallStepSaysNothingOfLargeOnes(t *testing.T) {
	p := NewPace(LongestStep)
	first := p.Rows(200)
	p.Note(0, false)

	if rows := p.Rows(200); rows != first {
		t.Errorf("after a small step the next has %d rows, %d before", rows, first)
	}
}
