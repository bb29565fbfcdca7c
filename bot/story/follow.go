package story

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
)

// followButton follows a story, or ends that.
func followButton(t *locales.Texts, chat, story int64, follows bool) adapters.Button {
	rest := button.ID(chat) + ":" + button.ID(story)
	if follows {
		return adapters.Button{Label: t.Say("button.unfollow_story"), Data: button.UnfollowStory + rest}
	}

	return adapters.Button{Label: t.Say("button.follow_story"), Data: button.FollowStory + rest}
}

// Follow has a chat follow a story, or ends it. rest is the story, and InReply.
func (h *Handler) Follow(ctx context.Context, t *turn.Turn, c *store.Chat, follow bool, rest string) (*adapters.Message, error) {
	number, replied := strings.CutSuffix(rest, button.InReply)

	story, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return t.OldButton(), nil
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		story, err := tx.StoryNow(story)
		if err != nil {
			return nil, err
		}

		title, err := titleOf(tx, c.ID, story)
		if errors.Is(err, store.ErrNotFound) {
			return &turn.Reply{Answer: t.OldButton()}, nil
		}

		if err != nil {
			return nil, err
		}

		changed, err := changeFollow(tx, t, c.ID, story, follow)
		if err != nil {
			return nil, err
		}

		var unmuted adapters.Text

		if follow {
			unmuted, err = h.unmuteFollowed(tx, t, c, story)
			if err != nil {
				return nil, err
			}
		}

		undo := followButton(t.Texts, c.ID, story, follow)
		if changed && len(unmuted) == 0 { // to stop following does not mute the story again
			undo.Label = t.Say("button.undo")
		}

		undo.Data += button.InReply

		text := append(changedLines(t.Words, title, follow, changed), unmuted...)
		m := &adapters.Message{Private: true, Replace: replied, Text: text, Buttons: [][]adapters.Button{{undo}}}

		return &turn.Reply{Answer: m}, nil
	})
}

// changeFollow reports whether something changed by it.
func changeFollow(tx *store.Tx, t *turn.Turn, chat, story int64, follow bool) (changed bool, err error) {
	what := "followed a story"

	if follow {
		changed, err = tx.FollowStory(chat, story, t.PersonID())
	} else {
		what = "stopped following a story"
		changed, err = tx.UnfollowStory(chat, story)
	}

	if err != nil || !changed {
		return changed, err
	}

	return changed, tx.Log(chat, t.PersonID(), what)
}

// unmuteFollowed ends the mute of a story that a chat wants to follow: a mute keeps developments back,
// too. It says so, if there was one.
func (h *Handler) unmuteFollowed(tx *store.Tx, t *turn.Turn, c *store.Chat, story int64) (adapters.Text, error) {
	ended, err := tx.UnmuteStory(c.ID, story)
	if err != nil || ended == nil {
		return nil, err
	}

	return adapters.Say(t.Mute("mute.unmuted", 0, ended, h.ZoneOf(c))), tx.Log(c.ID, t.PersonID(), "unmuted "+ended.Label)
}

// titleOf is the title under which a chat knows a story: that of its alert, else of the
// story's first article that the chat may see.
func titleOf(tx *store.Tx, chat, story int64) (string, error) {
	a, err := tx.AlertOf(chat, story)
	if err == nil && a.Article != nil {
		return a.Article.News.Title, nil
	}

	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}

	articles, err := tx.ArticlesOfStory(chat, story, 1)
	if err == nil && len(articles) == 0 {
		err = store.ErrNotFound
	}

	if err != nil {
		return "", err
	}

	return articles[0].News.Title, nil
}

// followTitle is how much of a title is named, in characters.
const followTitle = 120

// changedLines says what came of following a story, or of ending it.
func changedLines(w wording.Words, title string, follow, changed bool) adapters.Text {
	key := "follow.not"

	switch {
	case follow && changed:
		key = "follow.now"
	case follow:
		key = "follow.already"
	case changed:
		key = "follow.ended"
	}

	return w.Lines(key, "title", news.Shorten(title, followTitle))
}
