package bot_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"newsbell/adapters"
	"newsbell/store"
)

// TestAdministratorsNameManagersAtOnce, and none of them is lost; an Undo takes back what it
// is of, and nobody else's.
func TestAdministratorsNameManagersAtOnce(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	const people = 12

	undo := make([]adapters.Button, people)

	var naming sync.WaitGroup
	for i := range people {
		naming.Go(func() {
			m := w.bot.Answer(t.Context(), nameManager(i, fmt.Sprintf("managers <@%d>", 100+i)))
			undo[i] = m.Buttons[0][0]
		})
	}

	naming.Wait()

	if named := w.managers(); len(named) != people {
		t.Fatalf("%d of %d are named: %v", len(named), people, named)
	}

	r := nameManager(3, "")
	r.Key, r.Kind, r.Command, r.Data = "undo", adapters.PressRequest, "", undo[3].Data
	w.bot.Answer(t.Context(), r)

	if named := w.managers(); len(named) != people-1 || named["103"] {
		t.Errorf("after the Undo of 103: %v", named)
	}
}

// TestManagersAreForgottenWithTheirPlace: with the last chat of a server they go, not with
// one of several.
func TestManagersAreForgottenWithTheirPlace(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	w.bot.Answer(t.Context(), nameManager(1, "managers <@7> <@&8>"))

	other := nameManager(2, "managers <@9>")
	other.Chat.Address = "501"
	w.bot.Answer(t.Context(), other)

	for _, c := range []struct {
		address string
		left    int
	}{{"501", 2}, {"500", 0}} {
		w.must(func(tx *store.Tx) error {
			chat, err := tx.Chat("discord", c.address)
			if err == nil {
				err = tx.Forget(chat.ID)
			}

			return err
		})

		if named := w.managers(); len(named) != c.left {
			t.Errorf("after %s was forgotten: %v", c.address, named)
		}
	}

	w.must(func(tx *store.Tx) error {
		roles, err := tx.ServerRoles("discord", "9")
		if len(roles) > 0 {
			t.Errorf("roles of a forgotten server: %v", roles)
		}

		return err
	})
}

// nameManager is what one of the administrators of a server asks for.
func nameManager(administrator int, text string) *adapters.Request {
	id := fmt.Sprint(administrator)
	r := command("named by "+id, "discord", "500", id, "settings", text)
	r.Rights = &adapters.Rights{Manage: true}

	return r
}

// managers are who may manage the server besides its administrators.
func (w *world) managers() map[string]bool {
	named := map[string]bool{}

	w.must(func(tx *store.Tx) error {
		all, err := tx.Managers("discord", "9")
		for _, one := range all {
			named[one.Person] = true
		}

		return err
	})

	return named
}
