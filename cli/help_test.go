package cli

import (
	"strings"
	"testing"
)

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	for _, c := range Command().Commands() {
		if c.Name() == "help" || c.Hidden {
			continue
		}

		if c.Short == "" || !strings.Contains(c.Example, "newsbell "+c.Name()) {
			t.Errorf("%s has no help with an example", c.Name())
		}
	}
}
