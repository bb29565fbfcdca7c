package delivery

import (
	"context"

	"newsbell/adapters"
	"newsbell/store"
)

// TopicOpener is an adapter on whose platform private chats may have topics.
type TopicOpener interface {
	// OpenTopic opens a topic of that name in a private chat, and returns how the platform
	// names it. Every error is a *adapters.SendError.
	OpenTopic(ctx context.Context, chat adapters.Chat, name string) (topic string, err error)
}

// sendInTopic sends a message into the topic of its subscription, in a chat that wants
// topics. A topic that was deleted is opened again; where none can be opened the message goes
// where those of no topic go. What is sent a second time here was refused the first.
func (l *lane) sendInTopic(ctx context.Context, out *store.Outgoing, to adapters.Chat, m *adapters.Message) (ref string, err error) {
	opener, ok := l.Adapter.(TopicOpener)

	hit := findCommonHit(out)
	if !ok || hit == nil {
		return l.Adapter.Send(ctx, to, m)
	}

	m.Topic = l.topicOf(ctx, opener, to, hit)
	for range 2 {
		ref, err = l.Adapter.Send(ctx, to, m)
		if err == nil || !adapters.FateOf(err).NoTopic {
			return ref, err
		}

		l.keepTopic(ctx, hit, "")

		m.Topic = l.topicOf(ctx, opener, to, hit)
	}

	m.Topic = ""

	return l.Adapter.Send(ctx, to, m)
}

// findCommonHit returns the subscription that all alerts of a message answer first, nil if there is none
// or its chat has no topics.
func findCommonHit(out *store.Outgoing) *store.AlertHit {
	if !out.Chat.Topics || out.Chat.Kind != string(adapters.Private) {
		return nil
	}

	var first *store.AlertHit

	for _, a := range out.Alerts {
		hit := a.FirstHit()
		if hit == nil || first != nil && hit.Subscription != first.Subscription {
			return nil
		}

		first = hit
	}

	return first
}

// topicOf returns the topic of a subscription, opened if there is none yet; "" if that fails.
func (l *lane) topicOf(ctx context.Context, opener TopicOpener, to adapters.Chat, hit *store.AlertHit) string {
	topic, err := store.Read(ctx, l.d.Store, func(t *store.Tx) (string, error) { return t.Topic(hit.Subscription) })
	if err != nil || topic != "" {
		return topic
	}

	if topic, err = opener.OpenTopic(ctx, to, hit.Query); err != nil {
		l.d.Log.Debug("a topic could not be opened; the alert goes to the chat itself", "chat", to, "error", err)
		return ""
	}

	l.keepTopic(ctx, hit, topic)

	return topic
}

// keepTopic keeps the topic of a subscription. One that is not kept is opened again.
func (l *lane) keepTopic(ctx context.Context, hit *store.AlertHit, topic string) {
	err := l.d.Store.Update(ctx, func(t *store.Tx) error { return t.SetTopic(hit.Subscription, topic) })
	if err != nil {
		l.d.Log.Error("keep the topic of a subscription", "error", err)
	}
}
