package discord

import "slices"

// Permissions. Source: "Bitwise Permission Flags" in Discord's documentation.
const (
	canAdminister     = 1 << 3
	canManageServer   = 1 << 5
	canView           = 1 << 10
	canSend           = 1 << 11
	canEmbed          = 1 << 14
	canSendInThreads  = 1 << 38
	everything        = ^uint64(0)
	nameView          = "View Channel"
	nameSend          = "Send Messages"
	nameEmbed         = "Embed Links"
	nameSendInThreads = "Send Messages in Threads"
)

// guildRights are a member's rights in the whole server.
func guildRights(g *guild, userID string, roles []string) uint64 {
	if userID != "" && userID == g.OwnerID {
		return everything
	}

	var set uint64

	for _, r := range g.Roles {
		if r.ID == g.ID || slices.Contains(roles, r.ID) {
			set |= r.Permissions.set
		}
	}

	if set&canAdminister != 0 {
		return everything
	}

	return set
}

// channelRights applies a channel's overwrites in the order that Discord
// documents: everybody's, then all roles' together, then the member's own.
func channelRights(g *guild, c *channel, userID string, roles []string) uint64 {
	set := guildRights(g, userID, roles)
	if set == everything {
		return set
	}

	var (
		own         *overwrite
		allow, deny uint64
	)

	for i, o := range c.Overwrites {
		switch {
		case o.Type == 0 && o.ID == g.ID:
			set = set&^o.Deny.set | o.Allow.set
		case o.Type == 0 && slices.Contains(roles, o.ID):
			allow |= o.Allow.set
			deny |= o.Deny.set
		case o.Type == 1 && o.ID == userID:
			own = &c.Overwrites[i]
		}
	}

	set = set&^deny | allow
	if own != nil {
		set = set&^own.Deny.set | own.Allow.set
	}

	return set
}

// missingRights names what a set lacks to post in a channel of that kind, in the
// order to grant them.
func missingRights(set uint64, kind int) []string {
	if set&canAdminister != 0 {
		return nil
	}

	send, name := uint64(canSend), nameSend
	if isThread(kind) {
		send, name = canSendInThreads, nameSendInThreads
	}

	var out []string

	for _, need := range []struct {
		bit  uint64
		name string
	}{{canView, nameView}, {send, name}, {canEmbed, nameEmbed}} {
		if set&need.bit == 0 {
			out = append(out, need.name)
		}
	}

	return out
}
