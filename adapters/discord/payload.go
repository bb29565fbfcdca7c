package discord

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"newsbell/adapters"
	"newsbell/adapters/discord/markdown"
)

// payload is a message on the wire. Everything that an edit could leave standing
// is always present, empty or not. discordgo's MessageSend has no nonce.
type payload struct {
	Content         string                       `json:"content"`
	Embeds          []*discordgo.MessageEmbed    `json:"embeds"`
	Components      []discordgo.MessageComponent `json:"components"`
	AllowedMentions mentions                     `json:"allowed_mentions"`
	Flags           int                          `json:"flags,omitempty"`
	Nonce           string                       `json:"nonce,omitempty"`
	EnforceNonce    bool                         `json:"enforce_nonce,omitempty"`
	Reference       *messageReference            `json:"message_reference,omitempty"`
	Username        string                       `json:"username,omitempty"` // of what comes by a webhook
	Avatar          string                       `json:"avatar_url,omitempty"`

	file *adapters.File
	name string // of the post that it opens in a forum, "" to be made of the rest

	labels []string // of the post that it opens in a forum
}

// messageReference makes a message a reply; to a message that is gone it is none.
type messageReference struct {
	Message string `json:"message_id"`
	Fail    bool   `json:"fail_if_not_exists"`
}

// replyTo returns the reference to an earlier message of the same channel, nil for none.
func replyTo(ref, at string) *messageReference {
	channel, id, ok := strings.Cut(ref, "/")
	if !ok || channel != at || parseSnowflake(id) == "" {
		return nil
	}

	return &messageReference{Message: id}
}

// mentions says whom a message may ping. Without it a bot's message pings all
// that it names, so it is never left out, and discordgo's type would send
// "parse":null for nobody.
type mentions struct {
	Parse []string `json:"parse"`
	Roles []string `json:"roles,omitempty"`
}

// Message flags. Source: "Message Flags" in Discord's documentation.
const (
	flagNoEmbeds  = 1 << 2  // no previews of links
	flagEphemeral = 1 << 6  // only the person who asked sees it
	flagSilent    = 1 << 12 // no sound
	flagPage      = 1 << 15 // it consists of components alone, and stays so
)

func newPayload() *payload {
	return &payload{
		Embeds:          []*discordgo.MessageEmbed{},
		Components:      []discordgo.MessageComponent{},
		AllowedMentions: mentions{Parse: []string{}},
	}
}

// forEdit returns the payload of an edit: what only a new message may carry is left out.
func (p *payload) forEdit() *payload {
	q := *p
	q.Nonce, q.EnforceNonce, q.Reference, q.Username, q.Avatar = "", false, nil, "", ""
	q.Flags &= flagNoEmbeds | flagPage

	return &q
}

// MarshalJSON leaves out what a message of components alone must not have.
func (p *payload) MarshalJSON() ([]byte, error) {
	type whole payload

	var (
		body any = (*whole)(p)
		b    bytes.Buffer
	)

	if p.Flags&flagPage != 0 {
		body = struct {
			*whole
			Content any `json:"content,omitempty"`
			Embeds  any `json:"embeds,omitempty"`
		}{whole: (*whole)(p)}
	}

	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // that is for whoever encodes the whole
	err := e.Encode(body)

	return b.Bytes(), err
}

// A button's custom_id is its Data, and behind a separator what makes it unique
// in its message and what names the message: Discord gives a bot its own
// components back, but not the nonce, so this is how Find knows a message.
const idSeparator = " ~"

func customID(data, nonce string, n int) string {
	if nonce == "" && n == 0 && !strings.Contains(data, idSeparator) {
		return data
	}

	tail := nonce
	if n > 0 {
		tail += "." + strconv.Itoa(n)
	}

	return data + idSeparator + tail
}

// buttonData undoes customID.
func buttonData(id string) (data, nonce string) {
	at := strings.LastIndex(id, idSeparator)
	if at < 0 {
		return id, ""
	}

	nonce, _, _ = strings.Cut(id[at+len(idSeparator):], ".")

	return id[:at], nonce
}

// renderButtons renders rows of buttons: at most five rows of five; what has no data
// is for other platforms.
func renderButtons(rows [][]adapters.Button, nonce string) []discordgo.MessageComponent {
	out := []discordgo.MessageComponent{}
	seen := map[string]int{}

	for _, row := range rows {
		var line []discordgo.MessageComponent

		for _, b := range row {
			label := markdown.Label(b.Label, maxButtonLabel)
			if b.Data == "" || label == "" {
				continue
			}

			style := discordgo.SecondaryButton
			if b.Danger {
				style = discordgo.DangerButton
			}

			line = append(line, discordgo.Button{
				Label: label, Style: style, CustomID: customID(b.Data, nonce, seen[b.Data]),
			})
			seen[b.Data]++
		}

		for len(line) > 0 && len(out) < maxRow {
			n := min(maxRow, len(line))
			out = append(out, discordgo.ActionsRow{Components: line[:n:n]})
			line = line[n:]
		}
	}

	return out
}

// pickID is the custom_id of a list of channels.
const pickID = "pick"

// channelList returns a list of the server's channels in which alerts can be posted, to choose
// one from.
func channelList(id, hint string) discordgo.MessageComponent {
	return discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.SelectMenu{
		MenuType: discordgo.ChannelSelectMenu, CustomID: id, Placeholder: markdown.Label(hint, maxPlaceholder),
		ChannelTypes: []discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews, discordgo.ChannelTypeGuildForum},
	}}}
}

// maxMenuRoles is how many roles are picked at most.
const maxMenuRoles = 10

// renderMenus renders menus, each a row.
func renderMenus(all []adapters.Menu) (rows []discordgo.MessageComponent) {
	for _, m := range all {
		menu := discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: m.Data, Placeholder: markdown.Label(m.Hint, maxPlaceholder)}

		for _, c := range m.Choices[:min(len(m.Choices), maxChoices)] {
			menu.Options = append(menu.Options, discordgo.SelectMenuOption{
				Label: markdown.Label(c.Label, maxChoice), Value: c.Value, Default: slices.Contains(m.Picked, c.Value),
			})
		}

		switch {
		case m.Channels:
			rows = append(rows, channelList(m.Data, m.Hint))
			continue
		case len(m.Choices) == 0:
			none := 0
			menu.MenuType, menu.MinValues, menu.MaxValues = discordgo.RoleSelectMenu, &none, maxMenuRoles

			for _, id := range m.Picked[:min(len(m.Picked), maxMenuRoles)] {
				menu.DefaultValues = append(menu.DefaultValues, discordgo.SelectMenuDefaultValue{ID: id, Type: discordgo.SelectMenuDefaultValueRole})
			}
		}

		rows = append(rows, discordgo.ActionsRow{Components: []discordgo.MessageComponent{menu}})
	}

	return rows
}

// encodeBody makes a body: JSON, or with a file the form that Discord asks for.
func encodeBody(body any, f *adapters.File) (contentType string, raw []byte, err error) {
	if raw, err = json.Marshal(body); err != nil || f == nil {
		return "application/json", raw, err
	}

	var b bytes.Buffer

	form := multipart.NewWriter(&b)

	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="payload_json"`}, "Content-Type": {"application/json"},
	})
	if err == nil {
		_, err = part.Write(raw)
	}

	if err == nil {
		part, err = form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="files[0]"; filename="` + fileName(f.Name) + `"`}, "Content-Type": {contentTypeOf(f)},
		})
	}

	if err == nil {
		_, err = part.Write(f.Body)
	}

	if err == nil {
		err = form.Close()
	}

	return form.FormDataContentType(), b.Bytes(), err
}

// contentTypeOf returns the type by which Discord shows a file.
func contentTypeOf(f *adapters.File) string {
	if f.Picture {
		return "image/png"
	}

	return "application/octet-stream"
}

func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == '"' || r < ' ' {
			return '_'
		}

		return r
	}, s)
	if s == "" {
		return "file.txt"
	}

	return s
}
