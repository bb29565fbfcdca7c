package telegram

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

const menuCursor = "menu"

// The limits of setMyCommands.
const (
	maxMenu        = 100
	maxDescription = 256 // code points
)

type menuEntry struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// menus returns the commands that the apps offer, by who sees them: all of them in a
// private chat and to a group's administrators, to others in a group only what is
// of use to them.
func menus(table []adapters.Command) map[string][]menuEntry {
	all, members := []menuEntry{}, []menuEntry{}

	for _, c := range table {
		e := menuEntry{c.Name, render.CutWords(render.OneLine(c.Summary), maxDescription)}
		if e.Description == "" || len(all) == maxMenu {
			continue
		}

		all = append(all, e)
		if c.ForMembers {
			members = append(members, e)
		}
	}

	return map[string][]menuEntry{"all_private_chats": all, "all_chat_administrators": all, "all_group_chats": members}
}

// publishMenu sends the commands to the server when they changed since it was sent
// them last, by their hash: the server is never asked what it knows.
func (a *Adapter) publishMenu(ctx context.Context) {
	if len(a.cfg.Commands) == 0 {
		return
	}

	all := menus(a.cfg.Commands)
	sum := sha256.Sum256([]byte(toJSON(all)))

	hash := hex.EncodeToString(sum[:8])
	if a.loadCursor(ctx, menuCursor) == hash {
		return
	}

	for _, scope := range []string{"all_private_chats", "all_group_chats", "all_chat_administrators"} {
		p := botapi.Params{"commands": toJSON(all[scope]), "scope": toJSON(map[string]string{"type": scope})}
		if err := a.callOptional(ctx, "setMyCommands", p, nil); err != nil {
			return // tried again at the next start
		}
	}

	a.saveCursor(ctx, menuCursor, hash)
}
