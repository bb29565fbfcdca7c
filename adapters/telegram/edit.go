package telegram

import (
	"context"
	"errors"
	"strconv"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
)

// Edit replaces a message sent before. A text that does not fit is cut, with a
// word about it.
func (a *Adapter) Edit(ctx context.Context, to adapters.Chat, ref string, m *adapters.Message) error {
	err := a.edit(ctx, to, ref, m)
	switch {
	case err == nil || botapi.ErrorContains(err, notFound, cannotEdit, invalidID, noIdentifier):
		return nil
	case errors.Is(err, errUnavailable) || botapi.IsMissingMethod(err):
		return &adapters.SendError{Fate: adapters.Refused, Reason: "this server can't edit messages", Cause: err}
	}

	return a.sendError(to, err)
}

const editMethod = "editMessageText"

// What the server says of an edit that is not needed, and of one that comes too
// late.
const (
	sameText = "message is not modified"

	notFound     = "message to edit not found"
	cannotEdit   = "message can't be edited"
	invalidID    = "message_id_invalid"
	noIdentifier = "message identifier is not specified"
)

// edit is Edit, but a message that is gone is an error too. Not every server can
// edit.
func (a *Adapter) edit(ctx context.Context, to adapters.Chat, ref string, m *adapters.Message) error {
	if !a.capabilities.offers(editMethod) {
		return errUnavailable
	}

	addr, err := parseAddress(to.Address)
	if err != nil {
		return err
	}

	p := botapi.Params{"chat_id": strconv.FormatInt(addr.Chat, 10), "message_id": ref, "link_preview_options": previewOf(m)}
	p.AddNonEmpty("reply_markup", a.keyboard(ctx, &adapters.Message{Buttons: m.Buttons}, addr))

	short, cancel := context.WithTimeout(ctx, optionalTimeout)
	defer cancel()

	for {
		writer := a.renderer()

		parts := writer.Message(m, time.Now())
		if len(parts) == 0 {
			return errors.New("nothing to show")
		}

		first := parts[0]
		if len(parts) > 1 {
			first = first.Cut()
		}

		err = a.sendPart(short, editMethod, p, first, nil)
		if !isTooLong(err) || a.renderer().CountsRaw == writer.CountsRaw {
			break
		}
	}

	a.capabilities.learn(ctx, editMethod, err)

	if botapi.ErrorContains(err, sameText) {
		return nil
	}

	return err
}
