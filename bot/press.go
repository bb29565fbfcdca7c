package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/events"
	"newsbell/bot/intent"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
)

// The data behind buttons: a verb and the numbers of its rows. Old messages keep
// their buttons for ever, so a verb never gets another meaning.
const (
	pressRun          = "run:"     // command text
	pressToken        = "tok:"     // word of a token that holds command and text
	pressOff          = "off:"     // subscription[:page]: end it
	pressOffBundles   = "offread:" // subscription:word, of a token with the bundles that it brought
	pressOn           = "on:"      // subscription[:page]: take its end back
	pressOffAll       = "offall:"  // chat
	pressOnAll        = "onall:"   // chat:when they were ended
	pressOffTogether  = "offset:"  // chat:when they were ended before
	pressChoose       = "choose:"  // chat:page, of the subscriptions to end; a page is "2" or "2:word"
	pressList         = "list:"    // chat:page
	pressServer       = "server:"  // chat: what it gets; 0: all channels of the server
	pressServerRoles  = "roles:"   // role,role: they may set up alerts, and no others
	pressServerLog    = "log:"     // channel, or "off": where changes in the server are posted
	pressPing         = "ping:"    // subscription:roles: its alerts mention them; without one none
	pressOne          = "one:"     // subscription: it, with what can be changed
	pressChange       = "change:"  // subscription: asks for another query
	pressWhen         = "when:"    // subscription:schedule
	pressMoveOne      = "moveto:"  // subscription:channel; without one it is asked for
	pressMoveAll      = "moveall:" // chat:channel: all its subscriptions move there
	pressMove         = "move:"    // chat: its subscriptions come to where it is pressed
	pressNews         = "news:"    // page[:word]
	pressSources      = "sources:" // chat:page
	pressPause        = "pause:"   // chat:length
	pressResume       = "resume:"  // chat
	pressDropSource   = "srcdel:"  // chat:source
	pressKeepSource   = "srcadd:"  // chat:source
	pressSourceOff    = "srcoff:"  // source: for everybody, by an operator
	pressSourceOn     = "srcon:"   // source
	pressFollowSource = "srcall:"  // chat:source: subscribe to all of it
	pressForget       = "forget:"  // chat
	pressNothing      = "no"

	// Below alerts, which their replies do not replace.
	pressStory     = "story:"   // alert
	pressActions   = "acts:"    // alert: all that can be done about it; "acts:1:0" the first row again
	pressWhy       = "awhy:"    // alert
	pressAlertHold = "apause:"  // chat
	pressAlertOff  = "aoff:"    // alert
	pressMute      = "amute:"   // alert: what could be muted
	pressSame      = "same:"    // alert: it tells the story that it looks related to
	pressMuteOne   = "mute:"    // alert:story|outlet[:hours]
	pressLess      = "less:"    // alert: fewer like it
	pressMore      = "more:"    // alert: more like it
	pressUnreact   = "unreact:" // alert:less|more: takes that back
	pressRule      = "rule:"    // alert:word:… or alert:outlet: applies what was proposed
	pressNoRule    = "norule:"  // the same: it is not proposed again
	pressUndoMute  = "unmute:"  // chat:mute,mute: takes them back
	pressEndMute   = "endmute:" // chat:mute: what it is about is not muted any more
	pressNotify    = "notify:"  // alert: its subscriptions for whoever presses
	pressFolded    = "folded:"  // message:page, of the alerts that a digest only counts
	pressRest      = "rest:"    // until:since:skip, of what a brief only counts
	pressTell      = "tell:"    // chat:story:kind of answer
	pressRelated   = "related:" // chat:story:page, of its neighbours
)

// press does what a button says, after it has checked the right to do it again.
func (b *Bot) press(ctx context.Context, t *turn) (*adapters.Message, error) {
	if t.r.Data == pressNothing {
		return &adapters.Message{Text: t.Lines("error.nothing_changed"), Replace: true}, nil
	}

	verb, rest, ok := strings.Cut(t.r.Data, ":")
	if !ok {
		return t.oldButton(), nil
	}

	verb += ":"
	switch verb {
	case pressRun:
		name, text, _ := strings.Cut(rest, " ")
		return b.command(ctx, t, name, text)
	case pressToken:
		return b.pressToken(ctx, t, rest)
	case pressNews:
		return b.pressNews(ctx, t, rest)
	case pressServerRoles:
		return b.setServerRoles(ctx, t, rest)
	case pressServerLog:
		return b.setServerLog(ctx, t, rest)
	}

	first, second, _ := strings.Cut(rest, ":")

	n, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return t.oldButton(), nil
	}

	m, err := b.pressNumbered(ctx, t, verb, n, second)
	if errors.Is(err, store.ErrNotFound) {
		return t.oldButton(), nil
	}

	return m, err
}

// pressToken does what a token keeps that a button has only the word of.
func (b *Bot) pressToken(ctx context.Context, t *turn, word string) (*adapters.Message, error) {
	k, err := b.token(ctx, t, word)
	if err != nil || k == nil {
		return t.oldButton(), err
	}

	t.confirmed = k.Sure

	switch k.Command {
	case commandNarrow:
		return t.askToNarrow(), nil
	case commandReword:
		return t.askToReword(k.Text), nil
	case commandLeaveOut:
		return b.leaveOut(ctx, t, k.Text)
	case commandRest:
		return b.pressRest(ctx, t, k.Text)
	default:
		return b.command(ctx, t, k.Command, k.Text)
	}
}

// oldButton replies to a button whose subject is gone.
func (t *turn) oldButton() *adapters.Message { return t.say("error.button_expired") }

// pressNumbered does what a button says whose data begins with a number: of a subscription, an alert,
// a source or, where no other case takes the verb, of a chat.
func (b *Bot) pressNumbered(ctx context.Context, t *turn, verb string, n int64, rest string) (*adapters.Message, error) {
	switch verb {
	case pressOff, pressOn:
		return b.pressSubscription(ctx, t, n, verb == pressOn, rest)
	case pressOffBundles:
		return b.pressOffBundles(ctx, t, n, rest)
	case pressPing:
		return b.pressPing(ctx, t, n, rest)
	case pressOne, pressChange, pressWhen, pressMoveOne:
		return b.pressOneSubscription(ctx, t, verb, n, rest)
	case pressStory, pressWhy, pressAlertOff, pressMute, pressMuteOne, pressSame, pressNotify,
		pressActions, pressLess, pressMore, pressUnreact, pressRule, pressNoRule:
		return b.pressAlert(ctx, t, verb, n, rest)
	case pressForget:
		t.command = "forget"
		return b.forgetChat(ctx, t, n)
	case pressSourceOff, pressSourceOn:
		return b.pressTurnSource(ctx, t, n, verb == pressSourceOn)
	case pressFolded:
		return b.pressFolded(ctx, t, n, rest)
	case pressRest:
		return b.pressRest(ctx, t, formatID(n)+":"+rest)
	case pressTell:
		return b.pressTellStory(ctx, t, n, rest)
	case pressRelated:
		return b.pressRelatedPage(ctx, t, n, rest)
	case pressServer:
		if n == 0 {
			return b.showServer(ctx, t)
		}
	}

	if n == 0 && verb == pressSources { // of a chat that has no row yet
		return b.pressChat(ctx, t, verb, &store.Chat{Platform: t.r.Chat.Platform, Address: t.r.Chat.Address, Kind: string(t.r.Chat.Kind)}, rest)
	}

	c, err := b.loadChatByID(ctx, n)
	if err != nil {
		return nil, err
	}

	if err := b.requireChatManager(ctx, t, c); err != nil {
		return nil, err
	}

	return b.pressChat(ctx, t, verb, c, rest)
}

// targetOf is a chat that a button is about, as a target.
func (t *turn) targetOf(c *store.Chat) target {
	info := chatInfo(c)
	return target{ChatInfo: info, here: info.Chat == t.r.Chat.Chat, own: c.Kind == string(adapters.Private)}
}

// loadChatByID reads a chat's row; store.ErrNotFound if it is gone.
func (b *Bot) loadChatByID(ctx context.Context, id int64) (c *store.Chat, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.ChatByID(id)
		return err
	})

	return c, err
}

// pressChat does what a button says about a chat that the person may manage.
func (b *Bot) pressChat(ctx context.Context, t *turn, verb string, c *store.Chat, rest string) (*adapters.Message, error) {
	dest := t.targetOf(c)
	page, _ := strconv.Atoi(rest)

	switch verb {
	case pressFollowStory, pressUnfollowStory:
		return b.followStory(ctx, t, c, verb == pressFollowStory, rest)
	case pressUndoMute:
		return b.pressUndoMutes(ctx, t, c, rest)
	case pressEndMute:
		return b.pressEndMute(ctx, t, c, rest)
	case pressList, pressChoose:
		return b.pressPage(ctx, t, dest, c, verb == pressChoose, rest)
	case pressSources:
		shown, err := b.parseListPage(ctx, t, rest)
		if err != nil {
			return nil, err
		}

		m, err := b.sourceList(ctx, t, dest, shown)

		return inPlace(m), err
	case pressServer:
		return b.showServerChannel(ctx, t, dest, c)
	case pressMove:
		return b.moveHere(ctx, t, c)
	case pressMoveAll:
		return b.moveAll(ctx, t, dest, rest)
	case pressOffAll:
		return b.endAll(ctx, t, dest, c)
	case pressOnAll, pressOffTogether:
		return b.pressTogether(ctx, t, c, verb == pressOnAll, rest)
	case pressPause, pressAlertHold:
		until, ok := subscriptions.ParseUntil(rest, t.now, b.zoneOf(c))
		if !ok {
			return t.oldButton(), nil
		}

		return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
			return b.pauseChat(tx, t, c, dest.name(t.words), until, verb == pressPause)
		})
	case pressResume:
		return b.resumeChat(ctx, t, dest, true)
	case pressFollowSource:
		return b.pressFollow(ctx, t, dest, c, int64(page))
	case pressDropSource, pressKeepSource:
		return b.pressSource(ctx, t, verb == pressKeepSource, dest, c, int64(page))
	}

	return t.oldButton(), nil
}

// moveAll moves all subscriptions of a target to another chat.
func (b *Bot) moveAll(ctx context.Context, t *turn, dest target, into string) (*adapters.Message, error) {
	_, all, err := b.loadSubscriptions(ctx, dest)
	if err != nil || len(all) == 0 {
		return t.nothingFollowed(dest.name(t.words)), err
	}

	return b.command(ctx, t, commandMove, "to:"+into+" "+idList(all))
}

// endAll ends all subscriptions of a target.
func (b *Bot) endAll(ctx context.Context, t *turn, dest target, c *store.Chat) (*adapters.Message, error) {
	_, all, err := b.loadSubscriptions(ctx, dest)
	if err != nil || len(all) == 0 {
		return t.nothingFollowed(dest.name(t.words)), err
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		r, err := endSubscriptions(tx, t, c, all)
		return replaceInPlace(r), err
	})
}

// pressPage turns to a page of a chat's subscriptions, to look at or to choose from.
func (b *Bot) pressPage(ctx context.Context, t *turn, dest target, c *store.Chat, choose bool, rest string) (*adapters.Message, error) {
	_, all, err := b.loadSubscriptions(ctx, dest)
	if err != nil {
		return nil, err
	}

	shown, err := b.parseListPage(ctx, t, rest)
	if err != nil {
		return nil, err
	}

	if choose && len(all) > 0 {
		return inPlace(chooseSubscription(t, c, all, shown)), nil
	}

	m := b.listReply(t, c, all, dest.name(t.words), shown)
	if events.IsDeleted(c) && len(all) > 0 && c.Server == t.r.Chat.Server {
		m.Buttons = append(m.Buttons, []adapters.Button{{Label: t.Say("button.move_here"), Data: pressMove + formatID(c.ID)}})
	}

	return inPlace(m), nil
}

// inPlace has a message replace the one that its button stands below.
func inPlace(m *adapters.Message) *adapters.Message {
	if m != nil {
		m.Replace = true
	}

	return m
}

// replaceInPlace is inPlace for a reply.
func replaceInPlace(r *reply) *reply {
	if r != nil {
		inPlace(r.Answer)
	}

	return r
}

// pressNews turns to a page of /news: "page" or "page:word", of a token that holds the query.
func (b *Bot) pressNews(ctx context.Context, t *turn, rest string) (*adapters.Message, error) {
	n, word, _ := strings.Cut(rest, ":")

	page, err := strconv.Atoi(n)
	if err != nil {
		return t.oldButton(), nil
	}

	text := ""

	if word != "" {
		k, err := b.token(ctx, t, word)
		if err != nil || k == nil {
			return t.oldButton(), err
		}

		text = k.Text
	}

	t.command, t.options = "news", map[string]string{}

	dest, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	m, err := b.newsPage(ctx, t, dest, text, page)

	return inPlace(m), err
}

// pressAlert handles the buttons below an alert.
func (b *Bot) pressAlert(ctx context.Context, t *turn, verb string, n int64, rest string) (*adapters.Message, error) {
	var (
		a *store.Alert
		c *store.Chat
	)

	err := b.Store.View(ctx, func(tx *store.Tx) (err error) {
		if a, err = tx.AlertByID(n); err == nil {
			c, err = tx.ChatByID(a.Chat)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	here := chatInfo(c).Chat == t.r.Chat.Chat

	switch {
	case verb == pressStory && here:
		return b.storyOfAlert(ctx, t, c, a)
	case verb == pressWhy && here:
		return &adapters.Message{Text: b.explainAlert(t.words, c, a)}, nil
	case verb == pressNotify && here:
		return b.notifyToo(ctx, t, a)
	case verb == pressActions && here && c.Server == "":
		return inPlace(t.alertActions(a, rest == fewerActions)), nil
	}

	if err := b.requireChatManager(ctx, t, c); err != nil {
		return nil, err
	}

	switch verb {
	case pressActions: // in a server it is not offered, for its readers have other buttons
		return t.alertActions(a, rest == fewerActions), nil
	case pressMute:
		return muteMenu(t, c, a), nil
	case pressMuteOne:
		return b.muteFromAlert(ctx, t, c, a, rest)
	case pressSame:
		return b.keepSame(ctx, t, a)
	case pressLess:
		return b.react(ctx, t, c, a, store.Less)
	case pressMore:
		return b.react(ctx, t, c, a, store.More)
	case pressUnreact:
		return b.unreact(ctx, t, a, rest)
	case pressRule, pressNoRule:
		return b.settleRule(ctx, t, c, a, verb == pressRule, rest)
	case pressAlertOff:
		return b.endFromAlert(ctx, t, c, a)
	}

	return t.oldButton(), nil // a story or a why that is not of this chat
}

// liveSubscriptions are those that an alert is for and that are still followed.
func (b *Bot) liveSubscriptions(ctx context.Context, a *store.Alert) (live []*store.Subscription, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		for _, h := range a.Hits {
			s, err := tx.SubscriptionByID(h.Subscription)
			if err != nil {
				return err
			}

			if h.Live && s.Chat == a.Chat { // it may have moved
				live = append(live, s)
			}
		}

		return nil
	})

	return live, err
}

// ofAlert does something with the subscription that an alert is for, or asks which of several.
func (b *Bot) ofAlert(ctx context.Context, t *turn, a *store.Alert, do func(*store.Subscription) (*adapters.Message, error), ask func([]*store.Subscription) *adapters.Message) (*adapters.Message, error) {
	live, err := b.liveSubscriptions(ctx, a)

	switch {
	case err != nil:
		return nil, err
	case len(live) == 0:
		return t.say("unsubscribe.all_ended"), nil
	case len(live) == 1:
		return do(live[0])
	}

	return ask(live), nil
}

// endFromAlert ends the subscription that an alert is for, or asks which of several.
func (b *Bot) endFromAlert(ctx context.Context, t *turn, c *store.Chat, a *store.Alert) (*adapters.Message, error) {
	end := func(s *store.Subscription) (*adapters.Message, error) {
		return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return endSubscriptions(tx, t, c, []*store.Subscription{s}) })
	}

	return b.ofAlert(ctx, t, a, end, func(live []*store.Subscription) *adapters.Message { return chooseSubscription(t, c, live, listPage{}) })
}

// notifyToo subscribes the person who presses, in their direct messages, to what a channel's alert
// is for, or asks to which of several.
func (b *Bot) notifyToo(ctx context.Context, t *turn, a *store.Alert) (*adapters.Message, error) {
	subscribe := func(s *store.Subscription) (*adapters.Message, error) {
		t.confirmed = true
		return b.command(ctx, t, "subscribe", sameSubscription(s))
	}

	return b.ofAlert(ctx, t, a, subscribe, func(live []*store.Subscription) *adapters.Message {
		m := t.say("ask.subscribe_which")

		var offered []adapters.Button
		for _, s := range live[:min(len(live), chooseSize)] {
			offered = append(offered, t.confirmedButton(s.Query, "subscribe", sameSubscription(s)))
		}

		m.Buttons = layoutButtons(discord, offered, nil)

		return m
	})
}

// sameSubscription is what another chat says to follow the same.
func sameSubscription(s *store.Subscription) string {
	text := s.Query
	if s.Outlets > 1 {
		text = "min:" + strconv.Itoa(s.Outlets) + " " + text
	}

	return text
}

// AlertButtons are the buttons below a message: the story, mute, and what leads to all else, for
// an alert, others for a development of a followed story, and for a digest one that opens what it
// only counts. A channel of a Discord server has what its readers can use, a channel elsewhere none.
func AlertButtons(t *locales.Texts, out *store.Outgoing) [][]adapters.Button {
	if out.Chat.Platform == discord && out.Chat.Server != "" && !out.Digest && len(out.Alerts) == 1 {
		return readerButtons(t, out.Alerts[0])
	}

	if out.Chat.Kind == string(adapters.Channel) || out.Chat.Kind == string(adapters.Forum) {
		return nil
	}

	if out.Digest && out.More > 0 {
		return [][]adapters.Button{{{Label: t.Say("button.folded", "n", out.More), Data: pressFolded + formatID(out.ID) + ":0"}}}
	}

	if out.Digest || len(out.Alerts) != 1 {
		return nil
	}

	return firstButtons(t, out.Chat.ID, out.Alerts[0])
}

// firstButtons are those that an alert comes with: what a reader wants at once.
func firstButtons(t *locales.Texts, chat int64, a *store.Alert) [][]adapters.Button {
	story := adapters.Button{Label: t.Say("button.story"), Data: pressStory + formatID(a.ID)}
	more := adapters.Button{Label: t.Say("button.actions"), Data: pressActions + formatID(a.ID)}

	if a.Edition != 0 { // a development
		return [][]adapters.Button{{story, followButton(t, chat, a.Story, true)}, {whyButton(t, a)}}
	}

	rows := [][]adapters.Button{{story, muteButton(t, a), more}}
	if a.Related != "" {
		rows = append(rows, []adapters.Button{{Label: news.Shorten(t.Say("button.same", "title", a.Related), relatedLabel), Data: pressSame + formatID(a.ID)}})
	}

	return rows
}

func muteButton(t *locales.Texts, a *store.Alert) adapters.Button {
	return adapters.Button{Label: t.Say("button.mute"), Data: pressMute + formatID(a.ID)}
}

func whyButton(t *locales.Texts, a *store.Alert) adapters.Button {
	return adapters.Button{Label: t.Say("button.why"), Data: pressWhy + formatID(a.ID)}
}

// fewerActions, behind an alert's actions, takes them away again.
const fewerActions = "0"

// alertActions puts all that can be done about an alert below it, or its first buttons again.
func (t *turn) alertActions(a *store.Alert, fewer bool) *adapters.Message {
	m := t.say("ask.alert")
	m.ButtonsOnly, m.Private = true, true

	if fewer {
		m.Buttons = firstButtons(t.Texts, a.Chat, a)
		return m
	}

	rows := firstButtons(t.Texts, a.Chat, a)
	rows[0] = rows[0][:2] // all but what led here

	m.Buttons = slices.Insert(rows, 1, []adapters.Button{
		followButton(t.Texts, a.Chat, a.Story, false), whyButton(t.Texts, a),
	}, []adapters.Button{
		{Label: t.Say("button.more_like"), Data: pressMore + formatID(a.ID)},
		{Label: t.Say("button.less_like"), Data: pressLess + formatID(a.ID)},
	}, []adapters.Button{
		{Label: t.Say("button.unsubscribe"), Data: pressAlertOff + formatID(a.ID)},
		{Label: t.Say("button.back"), Data: pressActions + formatID(a.ID) + ":" + fewerActions},
	})

	return m
}

// readerButtons are those below an alert in a channel of a server: most who read it may not
// change what comes there.
func readerButtons(t *locales.Texts, a *store.Alert) [][]adapters.Button {
	return [][]adapters.Button{{
		{Label: t.Say("button.story"), Data: pressStory + formatID(a.ID)},
		{Label: t.Say("button.why"), Data: pressWhy + formatID(a.ID)},
		{Label: t.Say("button.notify_me"), Data: pressNotify + formatID(a.ID)},
	}}
}

// relatedLabel is the length of a button that names a related story, in characters.
const relatedLabel = 40

// keepSame keeps that an alert's story is the one that it looked related to, as a label for
// whoever trains the grouping here; nothing is sent anywhere. An operator's press joins the
// stories, for everybody.
func (b *Bot) keepSame(ctx context.Context, t *turn, a *store.Alert) (*adapters.Message, error) {
	if a.Article == nil {
		return t.oldButton(), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		ok, err := tx.SettleDoubt(a.Article.ID, true, b.isOperator(t))
		if err != nil {
			return nil, err
		}

		if !ok {
			return &reply{Answer: t.oldButton()}, nil
		}

		return &reply{Answer: &adapters.Message{Private: true, Text: t.Lines("mute.same_kept")}}, nil
	})
}

// lastUndoWord is the word of the token that holds the newest [Undo] of a person in a chat: who
// types /undo presses that.
func lastUndoWord(r *adapters.Request) string { return "undo:" + r.Chat.String() + ":" + r.User.ID }

// keepUndo keeps the [Undo] below a reply in a private chat for /undo.
func (t *turn) keepUndo(m *adapters.Message) {
	if m == nil || !t.private() || t.r.User.ID == "" {
		return
	}

	for _, row := range m.Buttons {
		for _, one := range row {
			if one.Label == t.Say("button.undo") && one.Data != "" {
				t.keepToken(lastUndoWord(t.r), token{Who: t.personID(), Command: "undo", Text: one.Data})
				return
			}
		}
	}
}

// undoLast takes back what the person changed last, as the button below the reply to it does.
func (b *Bot) undoLast(ctx context.Context, t *turn) (*adapters.Message, error) {
	last, err := b.token(ctx, t, lastUndoWord(t.r))
	if err != nil {
		return nil, err
	}

	if last == nil {
		return t.say("undo.nothing"), nil
	}

	t.dropToken(lastUndoWord(t.r))

	pressed := *t.r
	pressed.Kind, pressed.Data, pressed.Message, pressed.Text = adapters.PressRequest, last.Text, "", ""
	t.r = &pressed

	m, err := b.press(ctx, t)
	if m != nil {
		m.Replace = false // there is no message of ours to stand in place of
	}

	return m, err
}

// commandInOwnWords finds a command that was typed in the words of the chat's language
// ("/abonnieren", "/hilfe"), or /undo, which stands in no menu. nil: it is neither.
func (b *Bot) commandInOwnWords(t *turn, name string) func(ctx context.Context, text string) (*adapters.Message, error) {
	if name == "undo" || strings.EqualFold(name, t.Say("button.undo")) {
		return func(ctx context.Context, _ string) (*adapters.Message, error) { return b.undoLast(ctx, t) }
	}

	if command := b.commandNamed(t, name); command != "" {
		return func(ctx context.Context, text string) (*adapters.Message, error) {
			return b.command(ctx, t, command, text)
		}
	}

	if i := intent.Parse(name, t.Code()); i != intent.None && i != intent.Nod {
		return func(ctx context.Context, _ string) (*adapters.Message, error) { return b.answerIntent(ctx, t, i) }
	}

	return nil
}

// commandNamed is the command that has a name in the chat's language ("abonnieren"); "" none.
func (b *Bot) commandNamed(t *turn, name string) string {
	for command, row := range b.commands {
		if !row.operators && t.Has("name."+command) && strings.EqualFold(name, t.Say("name."+command)) {
			return command
		}
	}

	return ""
}

// smallTalk finds what is meant by a text that asks for no news: to take back the last change, or
// an intent. nil: it is none.
func (b *Bot) smallTalk(t *turn, text string) func(context.Context) (*adapters.Message, error) {
	if strings.EqualFold(text, "undo") || strings.EqualFold(text, t.Say("button.undo")) {
		return func(ctx context.Context) (*adapters.Message, error) { return b.undoLast(ctx, t) }
	}

	if i := intent.Parse(text, t.Code()); i != intent.None {
		return func(ctx context.Context) (*adapters.Message, error) { return b.answerIntent(ctx, t, i) }
	}

	return nil
}
