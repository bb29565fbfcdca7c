package terminal_test

import (
	"strconv"
	"strings"
	"testing"
)

// screen is the little of a terminal that a line editor needs: text, line breaks,
// moves of the cursor, and clearing to the right.
type screen struct {
	rows     [][]rune
	width    int
	row, col int
	pending  string // an escape that has not ended yet
}

func (s *screen) print(text string) {
	text = s.pending + text
	s.pending = ""

	for len(text) > 0 {
		if text[0] == 0x1b {
			rest, ok := s.escape(text)
			if !ok {
				s.pending = text
				return
			}

			text = rest

			continue
		}

		r := []rune(text)[0]
		text = text[len(string(r)):]

		switch r {
		case '\r':
			s.col = 0
		case '\n':
			s.down()
		case '\a', '\b', '\x04':
		default:
			s.put(r)
		}
	}
}

func (s *screen) down() {
	s.row++
	if s.row == len(s.rows) {
		s.rows = append(s.rows, nil)
	}
}

func (s *screen) put(r rune) {
	if s.col >= s.width {
		s.down()
		s.col = 0
	}

	row := s.rows[s.row]
	for len(row) <= s.col {
		row = append(row, ' ')
	}

	row[s.col] = r
	s.rows[s.row] = row
	s.col++
}

// escape obeys one control sequence and returns what follows it; ok is false if
// it has not ended yet.
func (s *screen) escape(text string) (rest string, ok bool) {
	end := strings.IndexFunc(text, func(r rune) bool { return r >= '@' && r <= '~' && r != '[' })
	if end < 0 {
		return "", false
	}

	n, _ := strconv.Atoi(strings.Trim(text[1:end], "[?"))
	n = max(n, 1)

	switch text[end] {
	case 'A':
		s.row = max(s.row-n, 0)
	case 'B':
		s.row = min(s.row+n, len(s.rows)-1)
	case 'C':
		s.col = min(s.col+n, s.width-1)
	case 'D':
		s.col = max(s.col-n, 0)
	case 'K':
		if s.col < len(s.rows[s.row]) {
			s.rows[s.row] = s.rows[s.row][:s.col]
		}
	}

	return text[end+1:], true
}

// String returns the screen up to its last row with text, without trailing blanks.
func (s *screen) String() string {
	rows := make([]string, len(s.rows))
	for i, r := range s.rows {
		rows[i] = strings.TrimRight(string(r), " ")
	}

	return strings.TrimRight(strings.Join(rows, "\n"), "\n ")
}

func TestScreen(t *testing.T) {
	s := &screen{rows: [][]rune{nil}, width: 5}
	for _, part := range []string{"> ab", "\r\x1b", "[Knew\r\n", "> ab\x1b[2Dx\x1b[1mcdefg"} {
		s.print(part)
	}

	if got, want := s.String(), "new\n> xcd\nefg"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
