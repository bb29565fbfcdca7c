package bot

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/store"
)

func (b *Bot) pause(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	c, all, err := b.loadSubscriptions(ctx, p)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return say(textNothingFollowed(p.name())), nil
	}

	until, ok := parsePause(t.text, t.now, b.zoneOf(c))
	if !ok {
		return say(textPauseHow), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return b.pauseChat(tx, t, c, p.name(), until, false) })
}

// pauseChat pauses a chat and makes the reply.
func (b *Bot) pauseChat(tx *store.Tx, t *turn, c *store.Chat, where string, until time.Time, replace bool) (*reply, error) {
	if c.State == store.Asleep {
		return nil, refuse(textAsleep(c.Reason))
	}

	if err := tx.Pause(c.ID, until); err != nil {
		return nil, err
	}

	if err := tx.Log(c.ID, t.personID(), "paused"); err != nil {
		return nil, err
	}

	m := &adapters.Message{Replace: replace}
	m.Text = adapters.Say(textPaused(where, until, t.now, b.zoneOf(c)))
	row := []adapters.Button{{Label: btnResume, Data: pressResume + formatID(c.ID)}}

	if until.IsZero() {
		for _, d := range []string{"1h", "8h", "1d"} {
			row = append(row, adapters.Button{Label: btnPauseFor + pauseLabel(d), Data: pressPause + formatID(c.ID) + ":" + d})
		}
	}

	m.Buttons = [][]adapters.Button{row}

	return &reply{Answer: m}, nil
}

func pauseLabel(d string) string {
	length, _ := parseLength(d)
	return durationText(length)
}

var lengthWords = regexp.MustCompile(`^(\d{1,4}|an?)? ?(m|min|mins|minutes?|h|hours?|hrs?|d|days?|w|weeks?)$`)

// parseLength reads "2h", "90 min", "a day", "1 week".
func parseLength(s string) (time.Duration, bool) {
	m := lengthWords.FindStringSubmatch(strings.ToLower(strings.Join(strings.Fields(s), " ")))
	if m == nil {
		return 0, false
	}

	n, err := strconv.Atoi(m[1])
	if err != nil {
		n = 1
	}

	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[m[2][0]]

	return time.Duration(n) * unit, n > 0
}

// longestPause is a year: more is "until I say so".
const longestPause = 366 * 24 * time.Hour

// parsePause reads how long to pause: "" until resumed, a length, "until
// 18:30", "tomorrow".
func parsePause(s string, now time.Time, zone *time.Location) (until time.Time, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))

	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(s, "for "), "until "))
	if s == "" {
		return time.Time{}, true
	}

	if d, ok := parseLength(s); ok {
		return now.Add(d), d <= longestPause
	}

	year, month, day := now.In(zone).Date()
	if s == "tomorrow" {
		return time.Date(year, month, day+1, 8, 0, 0, 0, zone), true
	}

	at, err := time.Parse("15:04", s)
	if err != nil {
		return time.Time{}, false
	}

	until = time.Date(year, month, day, at.Hour(), at.Minute(), 0, 0, zone)
	if !until.After(now) {
		until = time.Date(year, month, day+1, at.Hour(), at.Minute(), 0, 0, zone)
	}

	return until, true
}

func (b *Bot) resume(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.resumeChat(ctx, t, p, false)
}

func (b *Bot) resumeChat(ctx context.Context, t *turn, p target, replace bool) (*adapters.Message, error) {
	c, all, err := b.loadSubscriptions(ctx, p)
	if err != nil {
		return nil, err
	}

	if c.State == store.Active {
		if len(all) == 0 {
			return say(textNothingFollowed(p.name())), nil
		}

		return say(textNotPaused(p.name())), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		held, away, err := tx.Wake(c.ID)
		if err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.personID(), "resumed"); err != nil {
			return nil, err
		}

		if !p.here && p.own && c.State == store.Asleep { // whether it arrives shows if they are open now
			return sendPrivately(t, p, say(textResumed("", held, away)), say(textOpened), say(textClosed)), nil
		}

		return &reply{Answer: &adapters.Message{Replace: replace, Text: adapters.Say(textResumed(p.name(), held, away))}}, nil
	})
}
