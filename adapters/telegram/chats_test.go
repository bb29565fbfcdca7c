package telegram_test

import (
	"context"
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

func TestGroup(t *testing.T) {
	for _, kind := range []string{"group", "supergroup"} {
		t.Run(kind, func(t *testing.T) {
			inBubble(t, telegramtest.Options{}, func(h *fixture) {
				ada, bo := h.tg.NewUser("Ada"), h.tg.NewUser("Bo")

				var desk *telegramtest.Chat
				if kind == "group" {
					desk = h.tg.NewGroup("Desk", ada, bo)
				} else {
					desk = h.tg.NewSupergroup("Desk", ada, bo)
				}

				ada.AddBot(desk)

				for _, say := range []string{
					"good morning", "/subscribe@newsbell_bot drone", "/subscribe@other_bot drone", "/ban Bo", "/SUBSCRIBE harbour",
				} {
					ada.SaysIn(desk, say)
					h.settle()
				}

				ada.SaysIn(desk, "/subscribe")
				h.settle()

				ask := desk.Last()
				ada.SaysIn(desk, "just talking")
				ada.Replies(ask, "floods")
				h.settle()
				ada.Replies(desk.Last(), "haha")
				bo.SaysIn(desk, "/group")
				h.settle()
				bo.PressesIn(desk, "Go on")
				h.settle()
				h.transcript(desk.Transcript(), `
Ada: good morning
Ada: /subscribe@newsbell_bot drone
bot to Ada: Following *drone*.
  [Undo]
Ada: /subscribe@other_bot drone
Ada: /ban Bo
Ada: /SUBSCRIBE harbour
bot to Ada: Following *harbour*.
  [Undo]
Ada: /subscribe
bot to Ada: What do you want to follow?
  (asks: words)
Ada: just talking
Ada to bot: floods
bot to Ada: Follow floods?
  [Subscribe]
Ada to bot: haha
Bo: /group
bot to Bo: Please go on in private.
  [Go on]
Bo presses [Go on]
`)
				h.transcript(bo.Private().Transcript(), `
Bo: /start TOKEN_1
bot: Welcome, Bo. TOKEN_1
`)
			})
		})
	}
}

// A group's question may be answered after a restart.
func TestAskOutlivesRestart(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewGroup("Desk", ada)
		ada.AddBot(desk)
		ada.SaysIn(desk, "/subscribe")
		h.settle()
		h.end()
		h.start()
		ada.Replies(desk.Last(), "floods")
		h.settle()

		if got := desk.Last().Text; got != "Follow floods?" {
			t.Errorf("the answer to the question was taken as %q", got)
		}
	})
}

func TestForum(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		forum := h.tg.NewForum("Desk", ada)
		ada.AddBot(forum)
		climate := forum.NewTopic("Climate")
		ada.SaysIn(climate, "/subscribe drone")
		h.settle()
		ada.PressesIn(climate, "Undo")
		h.settle()
		ada.SaysIn(forum, "/subscribe harbour")
		h.settle()
		h.transcript(forum.Transcript(), `
Ada in topic Climate: /subscribe drone
bot in topic Climate (edited) to Ada: Undone.
Ada presses [Undo]
Ada: /subscribe harbour
bot to Ada: Following *harbour*.
  [Undo]
`)

		topic := h.talk.Requests()[0].Chat.Chat
		if !strings.HasSuffix(topic.Address, "/1") && !strings.Contains(topic.Address, "/") {
			t.Errorf("the topic is addressed %q", topic.Address)
		}

		alert := &adapters.Message{Text: adapters.Say("Ring!")}
		mustSend(t, h, topic, alert)

		if got := h.lastIn(climate); got != "Ring!" {
			t.Errorf("the alert is not in the topic: %q", got)
		}

		climate.Close(ada)
		h.wantFate(topic, alert, adapters.Gone, "the topic is closed")
		climate.Reopen(ada)
		h.settle()
		mustSend(t, h, topic, alert)
		climate.Delete()
		h.wantFate(topic, alert, adapters.Gone, "the topic was deleted")
		mustSend(t, h, adapters.Chat{Platform: "telegram", Address: addressOf(forum)}, alert)

		events := h.talk.Events()
		if last := events[len(events)-1]; last.Kind != adapters.Returned || last.Chat.Chat != topic {
			t.Errorf("reopening the topic was told as %+v", last)
		}
	})
}

func TestChannel(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ctx := context.Background()
		ada, bo := h.tg.NewUser("Ada"), h.tg.NewUser("Bo")
		quay := h.tg.NewChannel("Quay", "quay_news", ada, bo)
		r := &adapters.Request{User: adapters.User{ID: idOf(ada)}}

		if _, err := h.bot.Lookup(ctx, "@quay_news", r); err == nil || err.Error() != "I'm not in Quay yet. Add me there as an administrator who can post messages, then try again." {
			t.Errorf("a channel where the bot is not: %v", err)
		}

		h.wantRights(chatOf(quay), ada, false, "Administrator", "Post Messages") // the server does not tell who she is
		ada.PromoteBot(quay, false)

		info, err := h.bot.Lookup(ctx, "@Quay_News", r)
		if err != nil {
			t.Fatal(err)
		}

		want := adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: addressOf(quay)}, Kind: adapters.Channel, Title: "Quay", Comments: adapters.CommentsOff}
		if info != want {
			t.Errorf("the channel is %+v, want %+v", info, want)
		}

		quay.LinkDiscussion(h.tg.NewForum("Quay talk", ada))

		if info, err := h.bot.Lookup(ctx, "@Quay_News", r); err != nil || info.Comments != adapters.CommentsOn {
			t.Errorf("with a discussion group: %+v, %v", info, err)
		}

		h.wantRights(info.Chat, ada, true, "Post Messages")
		ada.PromoteBot(quay, true)
		h.wantRights(info.Chat, ada, true)
		h.wantRights(info.Chat, bo, false)

		alert := &adapters.Message{Text: adapters.Say("Ring!"), Buttons: row("Why", "why")}
		mustSend(t, h, info.Chat, alert)
		bo.PressesIn(quay, "Why")
		h.settle()
		h.transcript(quay.Transcript(), `
bot: Ring!
  [Why]
Bo presses [Why]
bot: You pressed why
`)
		ada.PromoteBot(quay, false)
		h.wantFate(info.Chat, alert, adapters.Gone, "the bot must be an administrator there")
		ada.KickBot(quay)
		h.wantFate(info.Chat, alert, adapters.Gone, "the bot was removed")
		h.settle()
		h.wantKinds(adapters.Joined, adapters.Returned, adapters.RightsChanged, adapters.Left)
	})
}

func TestAnonymousAdmin(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewSupergroup("Desk", ada)
		ada.AddBot(desk)
		ada.SaysAnonymously(desk, "/subscribe drone")
		h.settle()

		r := h.talk.Requests()[0]
		if r.User.ID != "" || r.Rights == nil || !r.Rights.Manage {
			t.Errorf("an anonymous admin came as %+v with rights %+v", r.User, r.Rights)
		}

		if got := desk.Last().Text; got != "Following drone." {
			t.Errorf("she was told %q", got)
		}
	})
}

func TestMembership(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada, bo := h.tg.NewUser("Ada"), h.tg.NewUser("Bo")
		desk := h.tg.NewSupergroup("Desk", ada, bo)
		to := adapters.Chat{Platform: "telegram", Address: addressOf(desk)}
		alert := &adapters.Message{Text: adapters.Say("Ring!")}

		h.wantFate(to, alert, adapters.Gone, "the bot can't find the chat")
		ada.AddBot(desk)
		h.wantRights(to, ada, true)
		h.wantRights(to, bo, false)
		ada.RestrictBot(desk, false)
		h.wantRights(to, ada, true, "Send Messages")
		h.wantFate(to, alert, adapters.Gone, "the bot can't post there")
		ada.RestrictBot(desk, true)
		mustSend(t, h, to, alert)
		desk.Silence(true)
		h.wantRights(to, ada, true, "Send Messages")
		ada.PromoteBot(desk, false)
		h.wantRights(to, ada, true)
		mustSend(t, h, to, alert)
		ada.KickBot(desk)
		h.wantFate(to, alert, adapters.Gone, "the bot was removed")
		h.wantRights(to, ada, false, "Member")
		desk.Silence(false)
		ada.AddBot(desk)
		mustSend(t, h, to, alert)
		desk.Delete()
		h.wantFate(to, alert, adapters.Gone, "the group was deleted")

		cy := h.tg.NewUser("Cy")
		private := adapters.Chat{Platform: "telegram", Address: idOf(cy)}
		cy.Says("/start")
		h.settle()
		cy.Blocks()
		h.wantFate(private, alert, adapters.Gone, "the bot was blocked")
		cy.Says("/start")
		mustSend(t, h, private, alert)
		cy.Deactivates()
		h.wantFate(private, alert, adapters.Gone, "the account was deleted")
		h.settle()
		h.wantKinds(adapters.Joined, adapters.RightsChanged, adapters.Returned, adapters.RightsChanged,
			adapters.Left, adapters.Joined, adapters.Blocked, adapters.Returned)
	})
}

// A new address that becomes known only when an answer is refused reaches the core
// too: alerts and lists move with it.
func TestUpgradeKnownFromAnAnswer(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewGroup("Desk", ada)
		ada.AddBot(desk)
		h.settle()

		h.talk.answer = func(context.Context, *adapters.Request) *adapters.Message {
			desk.Upgrade()
			h.tg.Forget("message") // the updates that say so never arrive

			return &adapters.Message{Text: adapters.Say("Your subscriptions")}
		}

		ada.SaysIn(desk, "/subscribe drone")
		h.settle()
		h.wantKinds(adapters.Joined, adapters.ChatMoved)

		e := h.talk.Events()[1]
		if e.Chat.Chat != chatOf(desk) || e.To.Address == "" || e.To == e.Chat.Chat || e.Key == "" || e.Key == h.talk.Requests()[0].Key {
			t.Errorf("%+v", e)
		}
	})
}

func TestUpgradedGroup(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewGroup("Desk", ada)
		ada.AddBot(desk)
		h.settle()

		old := adapters.Chat{Platform: "telegram", Address: addressOf(desk)}
		super := desk.Upgrade()
		to := adapters.Chat{Platform: "telegram", Address: addressOf(super)}

		e := h.wantFate(old, &adapters.Message{Text: adapters.Say("Ring!")}, adapters.Moved, "the group was upgraded")
		if e.To != to {
			t.Errorf("moved to %v, want %v", e.To, to)
		}

		h.settle()
		h.wantKinds(adapters.Joined, adapters.ChatMoved, adapters.ChatMoved)

		for _, e := range h.talk.Events()[1:] {
			if e.Chat.Chat != old || e.To != to {
				t.Errorf("told as %v → %v, want %v → %v", e.Chat.Chat, e.To, old, to)
			}
		}
	})
}

// A request from before the upgrade is answered where the group is now.
func TestAnswerFollowsTheGroup(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewGroup("Desk", ada)
		ada.AddBot(desk)
		h.end()
		ada.SaysIn(desk, "/subscribe drone")
		super := desk.Upgrade()

		h.start()
		h.settle()
		h.transcript(super.Transcript(), `
bot: Following *drone*.
  [Undo]
`)
	})
}

func TestLookup(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada, bo := h.tg.NewUser("Ada"), h.tg.NewUser("Bo")
		forum := h.tg.NewForum("Desk", ada)
		ada.AddBot(forum)
		bo.Says("/start")

		id := addressOf(forum)

		r := &adapters.Request{User: adapters.User{ID: idOf(ada), Name: "Ada"}}
		for name, want := range map[string]string{
			id:           id,
			id + "/7":    id + "/7",
			idOf(ada):    idOf(ada),
			" " + id:     id,
			"@quay":      "I can't find @quay.",
			"quay_daily": "I can't find quay_daily.",
			"-100999":    "I can't find -100999.",
			idOf(bo):     "Other people can subscribe by writing to me themselves.",
			"two words":  "I can't find two words.",
			"https://t.me/c/" + strings.TrimPrefix(id, "-100") + "/7": id + "/7",
		} {
			info, err := h.bot.Lookup(context.Background(), name, r)

			got := info.Address
			if err != nil {
				got = err.Error()
			}

			if !strings.Contains(got, want) {
				t.Errorf("Lookup(%q) = %q, want %q", name, got, want)
			}
		}

		if h.log.count("level=WARN") != 0 {
			t.Errorf("a chat that does not exist is no trouble of the server:\n%s", h.log)
		}
	})
}

func TestFiles(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Sends("feeds.opml", []byte("<opml></opml>"), "")
		h.settle()
		ada.Sends("big.opml", make([]byte, 3<<20), "")
		h.settle()
		ada.Says("/export")
		h.settle()
		h.transcript(ada.Private().Transcript(), `
Ada: (file feeds.opml, 13 bytes)
bot: Got feeds.opml, 13 bytes.
Ada: (file big.opml, 3145728 bytes)
bot: That file is too big for me: at most 2 MB, please.
Ada: /export
bot: Here you are. (file newsbell.opml, 7 bytes)
`)
	})
}

// TestAQuestionToUsInAGroup: a question that replies to the bot is heard in a group, with what
// it replies to; other replies and talk are not.
func TestAQuestionToUsInAGroup(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewGroup("Desk", ada)
		ada.AddBot(desk)
		ada.SaysIn(desk, "/subscribe drone")
		h.settle()

		ours := desk.Last()
		before := len(h.talk.Requests())

		ada.Replies(ours, "haha")
		ada.SaysIn(desk, "Who won?")
		ada.Replies(ours, "Who needs a licence?")
		h.settle()

		heard := h.talk.Requests()[before:]
		if len(heard) != 1 || heard[0].Text != "Who needs a licence?" || heard[0].Kind != adapters.TextRequest || heard[0].Message == "" {
			t.Errorf("heard %+v", heard)
		}
	})
}
