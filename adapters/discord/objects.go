package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
)

// Types of channels. Source: "Channel Types" in Discord's documentation.
const (
	typeText         = 0
	typeDirect       = 1
	typeVoice        = 2
	typeGroupDirect  = 3
	typeCategory     = 4
	typeAnnouncement = 5
	typeNewsThread   = 10
	typeThread       = 11
	typePrivate      = 12
	typeStage        = 13
	typeForum        = 15
	typeMedia        = 16
)

// user is a person or bot as Discord sends it.
type user struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
}

func (u *user) name() string {
	if u.GlobalName != "" {
		return u.GlobalName
	}

	return u.Username
}

// member is a user in a server.
type member struct {
	User        *user    `json:"user"`
	Nick        string   `json:"nick"`
	Roles       []string `json:"roles"`
	Permissions bits     `json:"permissions"` // in interactions only
}

// role is a role of a server; the one with the server's id is everybody's.
type role struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Permissions bits   `json:"permissions"`
	Mentionable bool   `json:"mentionable"`
}

// overwrite changes rights in a channel, for a role (0) or a member (1).
type overwrite struct {
	ID    string `json:"id"`
	Type  int    `json:"type"`
	Allow bits   `json:"allow"`
	Deny  bits   `json:"deny"`
}

// channel is a channel or thread.
type channel struct {
	ID         string      `json:"id"`
	Type       int         `json:"type"`
	GuildID    string      `json:"guild_id"`
	ParentID   string      `json:"parent_id"`
	Name       string      `json:"name"`
	Position   int         `json:"position"`
	Overwrites []overwrite `json:"permission_overwrites"`
	Flags      int         `json:"flags"`
	Tags       []forumTag  `json:"available_tags"`
	Thread     *struct {
		Locked bool `json:"locked"`
	} `json:"thread_metadata"`
}

// forumTag is a tag that posts in a forum may have.
type forumTag struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Moderated bool   `json:"moderated"` // only those who may manage threads set it
}

// flagTagRequired is of a forum that insists on a tag. Source: "Channel Flags".
const flagTagRequired = 1 << 4

// requiredTag returns a tag for posts in a forum that insists on one, else "".
func (c *channel) requiredTag() string {
	if c.Flags&flagTagRequired == 0 {
		return ""
	}

	for _, t := range c.Tags {
		if !t.Moderated {
			return t.ID
		}
	}

	return ""
}

// freeTags returns the tags that anybody may give a post of a forum.
func (c *channel) freeTags() []forumTag {
	var free []forumTag

	for _, t := range c.Tags {
		if !t.Moderated && t.Name != "" && parseSnowflake(t.ID) != "" {
			free = append(free, t)
		}
	}

	return free
}

// maxTags is how many tags a post of a forum has. Source: "Start Thread in Forum Channel".
const maxTags = 5

// tagsOf returns the numbers of the tags that a post with such labels gets: by their names,
// else the one that the forum insists on.
func (c *channelInfo) tagsOf(labels []string) []string {
	var ids []string

	for _, label := range labels {
		for _, t := range c.tags {
			if strings.EqualFold(t.Name, label) && len(ids) < maxTags && !slices.Contains(ids, t.ID) {
				ids = append(ids, t.ID)
			}
		}
	}

	if len(ids) == 0 && c.tag != "" {
		ids = []string{c.tag}
	}

	return ids
}

// guild is a server.
type guild struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	OwnerID       string    `json:"owner_id"`
	Unavailable   bool      `json:"unavailable"`
	JoinedAt      string    `json:"joined_at"`
	SystemChannel string    `json:"system_channel_id"`
	Roles         []role    `json:"roles"`
	Channels      []channel `json:"channels"`
	Threads       []channel `json:"threads"`
	Members       []member  `json:"members"`
}

// bits is a set of permissions: a decimal number in a string, as Discord sends
// it, or a bare number. known tells an absent set from an empty one.
type bits struct {
	set   uint64
	known bool
}

// UnmarshalJSON implements [json.Unmarshaler].
func (b *bits) UnmarshalJSON(raw []byte) error {
	text := string(bytes.Trim(raw, `"`))
	n, err := strconv.ParseUint(text, 10, 64)
	*b = bits{n, err == nil}

	return nil // an odd set is an unknown one, not the loss of the whole event
}

// channelInfo is what is remembered of a channel.
type channelInfo struct {
	guild, parent, name string
	kind                int
	locked              bool        // of a thread
	tag                 string      // what posts in a forum must have, "" nothing
	tags                []forumTag  // what they can have
	overwrites          []overwrite // of a complete one
	complete            bool        // it was seen whole, not as a part in an interaction
}

// isPostable reports whether one can post there, a forum included.
func isPostable(kind int) bool {
	switch kind {
	case typeText, typeVoice, typeAnnouncement, typeNewsThread, typeThread, typePrivate, typeStage, typeForum, typeMedia:
		return true
	}

	return false
}

func isThread(kind int) bool {
	return kind == typeNewsThread || kind == typeThread || kind == typePrivate
}

func isForum(kind int) bool { return kind == typeForum || kind == typeMedia }

func kindOf(t int) adapters.Kind {
	switch t {
	case typeAnnouncement:
		return adapters.Channel
	case typeForum, typeMedia:
		return adapters.Forum
	case typeDirect:
		return adapters.Private
	}

	return adapters.Group
}

// decodeJSON reads JSON into a new T; what has another shape than expected is left
// out as far as possible.
func decodeJSON[T any](raw json.RawMessage) (*T, error) {
	out := new(T)
	if len(raw) == 0 {
		return out, nil
	}

	err := json.Unmarshal(raw, out)
	if _, otherType := errors.AsType[*json.UnmarshalTypeError](err); otherType {
		err = nil // encoding/json goes on after a field of another type
	}

	return out, err
}

// channelTitle returns a channel's name as people write it.
func channelTitle(name string) string {
	if name == "" {
		return ""
	}

	return "#" + strings.TrimPrefix(name, "#")
}
