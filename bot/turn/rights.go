package turn

import (
	"context"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/wording"
	"newsbell/store"
)

// Who may do what: RequireManager and RequireChatManager stand before everything that changes a
// chat that is not the person's own, CheckAccess and IsBlocked before everything at all, and
// IsOperator before what is the operator's. What a platform says of a person's rights is asked
// for at each use (RightsIn).

// RequireManager returns the target if the person may manage it.
func (s *Services) RequireManager(ctx context.Context, t *Turn, dest Target) (Target, error) {
	if dest.Own {
		return dest, nil
	}

	may, err := s.RightsIn(ctx, t, dest.ChatInfo)
	switch {
	case err != nil:
		return Target{}, err
	case may.Absent:
		return Target{}, t.Refuse("rights.absent")
	case !may.Manage:
		return Target{}, t.NotAdmin(dest.Platform, dest.Name(t.Words))
	}

	dest.Missing = may.Missing

	return dest, nil
}

// NotAdmin says who may set up alerts.
func (t *Turn) NotAdmin(platform, where string) error {
	key := "rights.admins"
	if platform == Discord {
		key = "rights.managers"
	}

	return t.Refuse(wording.PickVariant(key, where), "where", where)
}

// MissingRights names the rights that the bot lacks.
func (t *Turn) MissingRights(where string, rights []string) *adapters.Message {
	return t.Message(wording.PickVariant("rights.missing", where), "where", where, "rights", t.And(rights))
}

// GrantByRole lets a person set up alerts in the server who has a role for that, or is named.
func (t *Turn) GrantByRole(tx *store.Tx) error {
	if t.Request.Chat.Server == "" || t.Request.Rights == nil || t.Request.Rights.Manage || t.Request.Rights.Absent {
		return nil
	}

	roles, err := tx.ServerRoles(t.Request.Chat.Platform, t.Request.Chat.Server)
	if err != nil {
		return err
	}

	named, err := tx.IsManager(t.Request.Chat.Platform, t.Request.Chat.Server, t.Request.User.ID)
	if named || slices.ContainsFunc(roles, func(id string) bool { return slices.Contains(t.Request.Roles, id) }) {
		may := *t.Request.Rights
		may.Manage, t.ManagesByRole, t.Request.Rights = true, true, &may
	}

	return err
}

// GroupOf is what is managed as a whole: a server, or a group with its topics.
func GroupOf(c adapters.ChatInfo) string {
	if c.Server != "" {
		return c.Server
	}

	return groupAddress(c.Address)
}

// RightsIn asks what the person and the bot may do in a chat.
func (s *Services) RightsIn(ctx context.Context, t *Turn, c adapters.ChatInfo) (adapters.Rights, error) {
	if c.Platform == Terminal {
		return adapters.Rights{Manage: true}, nil
	}

	if c.Chat == t.Request.Chat.Chat && t.Request.Rights != nil {
		return *t.Request.Rights, nil
	}

	a := s.Adapters[c.Platform]
	if a == nil {
		return adapters.Rights{}, t.Refuse("rights.unknown")
	}

	may, err := a.Rights(ctx, c.Chat, t.Request.User.ID)
	if err != nil {
		s.Log.Warn("rights could not be asked for", "platform", c.Platform, "error", err)
		return adapters.Rights{}, t.Refuse("rights.unknown")
	}

	if t.ManagesByRole && c.Server != "" && c.Server == t.Request.Chat.Server {
		may.Manage = true
	}

	if may.Manage || may.Absent || may.Outside || t.Request.User.ID == "" {
		return may, nil
	}

	may.Manage, err = store.Read(ctx, s.Store, func(tx *store.Tx) (bool, error) { return tx.IsManager(c.Platform, GroupOf(c), t.Request.User.ID) })
	t.ManagesByRole = t.ManagesByRole || may.Manage

	return may, err
}

// RequireChatManager checks the right to change what belongs to a chat, for
// buttons.
func (s *Services) RequireChatManager(ctx context.Context, t *Turn, c *store.Chat) error {
	info := ChatInfo(c)
	if isOwnChat(t, info.Chat) {
		return nil
	}

	// A person's number on one platform says nothing on another.
	if c.Kind == string(adapters.Private) || c.Platform != t.Request.Chat.Platform {
		return t.Refuse("error.not_yours")
	}

	// Who may manage a server may manage each of its channels, also one that is gone.
	if c.Server != "" && c.Server == t.Request.Chat.Server && t.Request.Rights != nil && t.Request.Rights.Manage {
		return nil
	}

	may, err := s.RightsIn(ctx, t, info)
	if err != nil {
		return err
	}

	if !may.Manage {
		return t.NotAdmin(c.Platform, "")
	}

	return nil
}

// IsOperator reports whether the person is one of the operators that the configuration names, or sits
// at the terminal.
func (s *Services) IsOperator(t *Turn) bool {
	return t.Request.Chat.Platform == Terminal || t.Request.User.ID != "" && slices.Contains(s.policy.Load().Operators, t.PersonID())
}

// CheckAccess reports whether the person may use the bot at all, and if not,
// what to reply.
func (s *Services) CheckAccess(t *Turn) (no *adapters.Message, allowed bool) {
	if s.IsInvited(t) {
		return nil, true
	}

	if t.IsPrivate() || t.Request.Chat.Platform == Discord { // a slash command has to be answered
		return t.inviteOnly(t.PersonID()), false
	}

	return nil, false
}

// IsInvited reports whether the person may use the bot at all; the turn may be without words.
func (s *Services) IsInvited(t *Turn) bool {
	p := s.policy.Load()
	return p.Access == AccessOpen || s.IsOperator(t) || p.Access == AccessListed && s.isListed(t)
}

func (t *Turn) inviteOnly(who string) *adapters.Message {
	if who == "" {
		return t.Message("access.invite_only")
	}

	return t.Message("access.invite_only_id", "id", who)
}

// isListed reports whether the person, the chat or its server may use a listed bot.
func (s *Services) isListed(t *Turn) bool {
	return slices.ContainsFunc(t.identities(), func(id string) bool {
		return id != "" && slices.Contains(s.policy.Load().Allowed, t.Request.Chat.Platform+":"+id)
	})
}

// identities are what a request may be let in or kept out by: the person, and the topic or
// channel, the group and the server that they ask in. What is not known is "".
func (t *Turn) identities() []string {
	c := t.Request.Chat
	return []string{t.Request.User.ID, c.Address, groupAddress(c.Address), c.Server}
}

// groupAddress is the address of the group that a topic is in.
func groupAddress(address string) string {
	group, _, _ := strings.Cut(address, "/")
	return group
}

// IsBlocked reports whether the operator blocked whoever asks, or the group, channel or server
// that they ask in. An operator is never blocked.
func (s *Services) IsBlocked(tx *store.Tx, t *Turn) (bool, error) {
	if s.IsOperator(t) {
		return false, nil
	}

	at, err := tx.BlockedAt(t.Request.Chat.Platform, t.identities()...)

	return !at.IsZero(), err
}

// Admit reports whether a person may use the bot at this moment, and whether they operate
// it: for what is shown without a command.
func (s *Services) Admit(tx *store.Tx, r *adapters.Request) (may, operates bool, err error) {
	t := &Turn{Words: s.WordsFor(r, nil), Request: r, Now: tx.Now}
	operates = s.IsOperator(t)

	if blocked, err := s.IsBlocked(tx, t); err != nil || blocked {
		return false, false, err
	}

	return s.IsInvited(t), operates, nil
}

// May checks that a person may manage a chat now, for what is shown without a command. An
// error is a sentence for them.
func (s *Services) May(ctx context.Context, r *adapters.Request, c *store.Chat) error {
	return s.RequireChatManager(ctx, s.NewTurn(r), c)
}

// threadChecker is a platform that has threads below messages.
type threadChecker interface {
	CheckThreads(ctx context.Context, chat adapters.Chat) (can bool, missing []string)
}

// CheckThreads refuses threads where none can be opened.
func (s *Services) CheckThreads(ctx context.Context, t *Turn, dest Target) error {
	a, ok := s.Adapters[dest.Platform].(threadChecker)
	if !ok || !dest.IsShared() {
		return t.Refuse("subscribe.talk_how")
	}

	can, missing := a.CheckThreads(ctx, dest.Chat)

	switch {
	case !can:
		return t.Refuse("subscribe.talk_how")
	case len(missing) > 0:
		return t.Refuse(wording.PickVariant("rights.threads", dest.Name(t.Words)), "where", dest.Name(t.Words), "rights", t.And(missing))
	default:
		return nil
	}
}

// pingChecker is a platform that knows whether a role can be mentioned.
type pingChecker interface {
	CheckPing(ctx context.Context, chat adapters.ChatInfo, role string) error
}

// CheckPing refuses roles of which one would not be mentioned.
func (s *Services) CheckPing(ctx context.Context, t *Turn, dest Target, ping string) error {
	a, ok := s.Adapters[dest.Platform].(pingChecker)
	if !ok {
		return nil
	}

	for _, role := range store.RolesOf(ping) {
		if err := a.CheckPing(ctx, dest.ChatInfo, role); err != nil {
			return RefuseSaying(t.Translated(err))
		}
	}

	return nil
}

// labelled is a platform whose forums have tags.
type labelled interface {
	Labels(ctx context.Context, chat adapters.Chat) (names []string, ok bool)
}

// LabelsOf are the tags of a forum; ok: it is one.
func (s *Services) LabelsOf(ctx context.Context, dest Target) (names []string, ok bool) {
	a, can := s.Adapters[dest.Platform].(labelled)
	if !can || !dest.IsShared() {
		return nil, false
	}

	return a.Labels(ctx, dest.Chat)
}
