package systemtest

import (
	"context"
	"strings"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/adapters/telegramtest"
)

// What opens what a digest counts, and turns its pages.
const (
	foldedLabel = "And "
	nextLabel   = "More ›"
)

// openFolded has every reader open what the digests in the chat only count.
func (r *crashRig) openFolded() {
	for _, reader := range r.readers {
		reader.texts = append(reader.read(), "") // before the pages are in the chat, too

		if reader.open != nil {
			reader.opened = reader.open()
		}
	}
}

// openOnTelegram turns all the pages that the digests of a private chat open.
func (r *crashRig) openOnTelegram(who *telegramtest.User) (pages []string) {
	r.t.Helper()

	press := func(m *telegramtest.Message, label string) *telegramtest.Message {
		who.PressesOn(m, label)

		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()

		if err := r.telegram.Settle(ctx); err != nil {
			r.t.Fatalf("[%s] was not answered: %v", label, err)
		}

		page := who.Private().Last()
		pages = append(pages, page.Text)

		return page
	}

	seen := map[string]bool{} // a digest that came twice is opened once

	for _, m := range who.Private().Messages() {
		b := buttonOf(&m, foldedLabel)
		if b == nil || seen[b.Data] {
			continue
		}

		seen[b.Data] = true

		page := press(&m, b.Text)
		for buttonOf(page, nextLabel) != nil {
			page = press(page, nextLabel)
		}
	}

	return pages
}

// buttonOf is the button of a message whose label begins so, nil if there is none.
func buttonOf(m *telegramtest.Message, label string) *telegramtest.Button {
	for _, row := range m.Keyboard {
		for i := range row {
			if strings.HasPrefix(row[i].Text, label) {
				return &row[i]
			}
		}
	}

	return nil
}

// openOnDiscord turns all the pages that the digests of a channel open to somebody.
func openOnDiscord(who discordtest.Actor) (pages []string) {
	for _, b := range who.Buttons() {
		if !strings.HasPrefix(b.Label, foldedLabel) {
			continue
		}

		pages = append(pages, who.PressesOn(b))

		for {
			all := who.Buttons()

			last := all[len(all)-1]
			if last.Label != nextLabel {
				break
			}

			pages = append(pages, who.PressesOn(last))
		}
	}

	return pages
}
