package terminal

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"newsbell/adapters"
)

// numberedButton is a button with the number that presses it.
type numberedButton struct {
	number int
	label  string
	data   string
}

// printWithButtons prints an answer with its buttons. They can be pressed until
// the next answer. t.mu is held.
func (t *Terminal) printWithButtons(m *adapters.Message) error { return t.printRest(m, &written{}) }

// printRest is printWithButtons of an answer of which some is on the screen. t.mu is held.
func (t *Terminal) printRest(m *adapters.Message, shown *written) error {
	t.buttons = numberButtons(m.Buttons)

	return t.print(shown.rest(t.style.message(m)) + t.style.buttons(t.buttons))
}

// pressed returns the data of the button with the number that was typed.
func (t *Terminal) pressed(input string) (data string, ok bool) {
	number, err := strconv.Atoi(input)
	if err != nil {
		return "", false
	}

	t.mu.Lock()
	defer t.mu.Unlock()

	for _, b := range t.buttons {
		if b.number == number {
			return b.data, true
		}
	}

	return "", false
}

var ownNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#(\d{1,6})\b\s*`) })

// numberButtons gives each button a number. A label that begins with one, such as
// "#5 bravo", keeps it, so that typing 5 presses what is shown as 5; the
// others get the numbers that are left.
func numberButtons(rows [][]adapters.Button) []numberedButton {
	var all []numberedButton

	taken := map[int]bool{}

	for _, row := range rows {
		for _, b := range row {
			if b.Data == "" {
				continue // it opens another chat
			}

			n := numberedButton{label: b.Label, data: b.Data}
			if m := ownNumber().FindStringSubmatch(b.Label); m != nil {
				own, _ := strconv.Atoi(m[1])
				if rest := b.Label[len(m[0]):]; own > 0 && rest != "" && !taken[own] {
					taken[own] = true
					n.number, n.label = own, rest
				}
			}

			all = append(all, n)
		}
	}

	next := 1

	for i := range all {
		if all[i].number != 0 {
			continue
		}

		for taken[next] {
			next++
		}

		taken[next] = true
		all[i].number = next
	}

	return all
}

// buttons shows what can be pressed.
func (s style) buttons(buttons []numberedButton) string {
	if len(buttons) == 0 {
		return ""
	}

	labels := make([]string, len(buttons))
	for i, b := range buttons {
		labels[i] = s.paint(cyan, "["+strconv.Itoa(b.number)+"]") + " " + stripControls(b.label)
	}

	return strings.Join(labels, "  ") + "\n"
}
