package telegram

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

const menuCursor = "menu"

// The limits of setMyCommands.
const (
	maxMenu        = 100
	maxDescription = 256 // code points
	maxAbout       = 512 // of setMyDescription
	maxShort       = 120 // of setMyShortDescription
)

type menuEntry struct {
	Command     string `json:"command"`
	Description string `json:"description"`
	// Ephemeral: in a group nobody but the bot sees that it is used.
	Ephemeral bool `json:"is_ephemeral,omitempty"`
}

// menuEntries returns the commands that the apps offer, by who sees them: all of them in a
// private chat and to a group's administrators, to others in a group only what is
// of use to them.
func menuEntries(table []adapters.Command) map[string][]menuEntry {
	all, admins, members := []menuEntry{}, []menuEntry{}, []menuEntry{}

	for _, c := range table {
		e := menuEntry{Command: c.Name, Description: render.CutWords(render.OneLine(c.Summary), maxDescription)}
		if e.Description == "" || len(all) == maxMenu {
			continue
		}

		all = append(all, e)
		e.Ephemeral = c.Discreet
		admins = append(admins, e)

		if c.ForMembers {
			members = append(members, e)
		}
	}

	return map[string][]menuEntry{"all_private_chats": all, "all_chat_administrators": admins, "all_group_chats": members}
}

// menuPause lies between the languages that are sent: they are many calls at once.
const menuPause = time.Second

// publishMenu sends the commands, and what the bot says of itself, to the server when
// they changed since it was sent them last, language by language, by their hash: the
// server is never asked what it knows.
func (a *Adapter) publishMenu(ctx context.Context) {
	if len(a.cfg.Commands) == 0 {
		return
	}

	all := []adapters.Localization{{Commands: a.cfg.Commands}}
	codes := map[string]bool{}

	for _, l := range a.cfg.Localizations {
		code := languageCode(l.Language)

		switch {
		case code == "" || code == english:
			all[0].About, all[0].Short = l.About, l.Short
		case !codes[code]:
			codes[code] = true
			l.Language = code
			all = append(all, l)
		}
	}

	for i, l := range all {
		sent, err := a.publishLanguage(ctx, l)
		if err != nil {
			return // tried again at the next start
		}

		if sent && i < len(all)-1 {
			sleep(ctx, menuPause)
		}
	}
}

// english is the language of the menu that all others see.
const english = "en"

// languageCode returns a language as the Bot API names it: two letters.
func languageCode(tag string) string {
	code, _, _ := strings.Cut(tag, "-")
	if len(code) != 2 {
		return ""
	}

	return strings.ToLower(code)
}

// publishLanguage sends one language, and reports whether it had to.
func (a *Adapter) publishLanguage(ctx context.Context, l adapters.Localization) (sent bool, err error) {
	all := menuEntries(l.Commands)
	sum := sha256.Sum256([]byte(render.ToJSON(all) + "\x00" + l.About + "\x00" + l.Short))
	cursor, hash := menuCursor+l.Language, hex.EncodeToString(sum[:8])

	if a.loadCursor(ctx, cursor) == hash {
		return false, nil
	}

	for _, scope := range []string{"all_private_chats", "all_group_chats", "all_chat_administrators"} {
		p := botapi.Params{"commands": render.ToJSON(all[scope]), "scope": render.ToJSON(map[string]string{"type": scope})}
		p.AddNonEmpty("language_code", l.Language)

		if err := a.callOptional(ctx, "setMyCommands", p, nil); err != nil {
			return true, err
		}
	}

	if l.About != "" {
		for _, of := range []struct{ method, field, text string }{
			{"setMyDescription", "description", render.CutWords(l.About, maxAbout)},
			{"setMyShortDescription", "short_description", render.CutWords(render.OneLine(l.Short), maxShort)},
		} {
			p := botapi.Params{of.field: of.text}
			p.AddNonEmpty("language_code", l.Language)

			if err := a.callOptional(ctx, of.method, p, nil); err != nil {
				return true, err
			}
		}
	}

	a.saveCursor(ctx, cursor, hash)

	return true, nil
}
