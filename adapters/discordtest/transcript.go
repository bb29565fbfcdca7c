package discordtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// commandLine returns a command as a person types it.
func commandLine(name string, options []string) string {
	line := "/" + strings.TrimPrefix(name, "/")
	for i := 0; i+1 < len(options); i += 2 {
		line += " " + options[i] + ":" + options[i+1]
	}

	return line
}

// Transcript returns what stands in a channel, as everybody together sees it: "> "
// before what people do, "< " before the bot's messages, "(only Ada)" before what
// only she sees. A forum shows its posts.
func (c *Channel) Transcript() string {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()

	return c.transcript()
}

func (c *Channel) transcript() string {
	var b strings.Builder

	if c.kind == kindForum {
		for _, post := range c.threads() {
			fmt.Fprintf(&b, "post %q%s\n%s", post.Name, taggedText(post.tagged), post.transcript())
		}

		return b.String()
	}

	for _, m := range c.messages {
		if m.gone {
			continue
		}

		mark := "> "
		if m.mine() {
			mark = "< "
			if m.hook != nil {
				mark += "(as " + m.author.Name + ") "
			}

			if m.hidden != nil {
				mark += "(only " + m.hidden.Name + ") "
			}

			if m.edited && m.by == nil {
				mark += "(edited) "
			}

			if m.answers != nil && m.by == nil {
				mark += "(reply) "
			}

			if flagsOf(m.body)&flagSilent != 0 {
				mark += "(silent) "
			}
		} else if c.kind != kindDirect {
			mark += m.author.Name + ": "
		}

		for i, line := range strings.Split(m.text(), "\n") {
			if i > 0 {
				mark = strings.Repeat(" ", 2)
			}

			b.WriteString(strings.TrimRight(mark+line, " ") + "\n")
		}
	}

	return b.String()
}

// taggedText names the tags of a post, if it has any.
func taggedText(names []string) string {
	if len(names) == 0 {
		return ""
	}

	return " [" + strings.Join(names, "] [") + "]"
}

var moment = regexp.MustCompile(`<t:\d+:[Rt]>`)

// text returns a message as words: content, embeds, buttons, whom it pings.
func (m *message) text() string {
	var lines []string

	if m.thinks {
		return "…"
	}

	if s := textField(m.body, "content"); s != "" {
		lines = append(lines, s)
	}

	for _, one := range listField(m.body, "embeds") {
		e, _ := one.(map[string]any)

		lines = append(lines, embedLines(e)...)
	}

	for _, row := range listField(m.body, "components") {
		r, _ := row.(map[string]any)
		if r["type"] == kindContainer {
			lines = append(lines, pageLines(r)...)
			continue
		}

		lines = append(lines, rowText(r))
	}

	if m.files > 0 {
		lines = append(lines, fmt.Sprintf("(%d file)", m.files))
	}

	shown := moment.ReplaceAllString(strings.Join(lines, "\n"), "<ago>")

	return commandMention.ReplaceAllStringFunc(shown, m.channel.f.showCommand)
}

// embedLines returns an embed as words: title, description, fields, pictures, footer.
func embedLines(e map[string]any) (lines []string) {
	head := textField(e, "title")
	if u := textField(e, "url"); u != "" {
		head = "[" + head + "](" + u + ")"
	}

	if head != "" {
		lines = append(lines, head)
	}

	if s := textField(e, "description"); s != "" {
		lines = append(lines, s)
	}

	for _, one := range listField(e, "fields") {
		field, _ := one.(map[string]any)
		lines = append(lines, textField(field, "name")+": "+textField(field, "value"))
	}

	for _, kind := range []string{"thumbnail", "image"} {
		if pic, ok := e[kind].(map[string]any); ok {
			lines = append(lines, kind+" "+textField(pic, "url"))
		}
	}

	if foot, ok := e["footer"].(map[string]any); ok {
		lines = append(lines, "— "+textField(foot, "text"))
	}

	return lines
}

// rowText names the buttons and menus of a row.
func rowText(row map[string]any) string {
	var labels []string

	for _, one := range listField(row, "components") {
		b, _ := one.(map[string]any)

		label := "[" + textField(b, "label") + textField(b, "placeholder") + "]"
		if style, _ := b["style"].(float64); style == 4 {
			label = "[" + textField(b, "label") + "!]"
		}

		labels = append(labels, label)
	}

	return strings.Join(labels, " ")
}

// Kinds of components that a page consists of. Source: "Component Reference".
const (
	kindTextDisplay = 10.0
	kindGallery     = 12.0
	kindSeparator   = 14.0
	kindContainer   = 17.0
)

// pageLines returns the pictures and texts of a container, a line of dots where a separator stands.
func pageLines(container map[string]any) (lines []string) {
	for _, one := range listField(container, "components") {
		c, _ := one.(map[string]any)

		switch c["type"] {
		case kindTextDisplay:
			lines = append(lines, textField(c, "content"))
		case kindSeparator:
			lines = append(lines, "· · ·")
		case kindGallery:
			for _, item := range listField(c, "items") {
				i, _ := item.(map[string]any)
				media, _ := i["media"].(map[string]any)
				lines = append(lines, "picture "+textField(media, "url"))
			}
		}
	}

	return lines
}

var commandMention = regexp.MustCompile(`</([a-z_]+)( [a-z_]+)?:(\d+)>`)

// showCommand returns a mention of a command as a client shows it: one that exists is its name.
func (f *Fake) showCommand(mention string) string {
	part := commandMention.FindStringSubmatch(mention)

	for _, c := range f.commands {
		isWay := len(c.Options) > 0 && c.Options[0].Type == 1
		if c.ID == part[3] && c.Name == part[1] && c.Type == 1 && isWay == (part[2] != "") {
			return "/" + part[1] + part[2]
		}
	}

	return mention
}

// Messages returns the texts of the bot's messages in a channel, in a forum of its
// posts.
func (c *Channel) Messages() []string {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()

	return c.texts()
}

func (c *Channel) texts() []string {
	var out []string

	if c.kind == kindForum {
		for _, post := range c.threads() {
			out = append(out, post.texts()...)
		}

		return out
	}

	for _, m := range c.mine() {
		out = append(out, m.text())
	}

	return out
}

// threads returns the threads of a channel, also deleted ones, in a forum its posts.
func (c *Channel) threads() []*Channel {
	return keep(c.server.channels, func(post *Channel) bool { return post.parent == c })
}

// mine returns the bot's messages in a channel.
func (c *Channel) mine() []*message {
	return keep(c.messages, func(m *message) bool { return m.mine() && !m.gone })
}

// keep returns those of a list that are wanted.
func keep[T any](list []T, wanted func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(one T) bool { return !wanted(one) })
}

// Hidden are, for each of the bot's messages in a channel, whether only one person sees it.
func (c *Channel) Hidden() []bool {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()

	var out []bool
	for _, m := range c.mine() {
		out = append(out, m.hidden != nil)
	}

	return out
}

// AwaitMessages waits until the bot has n messages in the channel, and returns them.
func (c *Channel) AwaitMessages(n int) []string {
	c.f.await(fmt.Sprintf("%d messages in %s", n, c.Name), func() bool { return len(c.texts()) >= n })
	return c.Messages()
}

// Bodies returns the bot's messages in a channel as they were sent.
func (c *Channel) Bodies() []map[string]any {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()

	var out []map[string]any
	for _, m := range c.mine() {
		out = append(out, m.body)
	}

	return out
}

var mention = regexp.MustCompile(`@everyone|@here|<@&(\d+)>|<@!?(\d+)>`)

// Pings are, for each of the bot's messages in a channel, whom it pings, by
// Discord's rules: what the content mentions and allowed_mentions allows; without
// allowed_mentions everything that is mentioned.
func (c *Channel) Pings() [][]string {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()

	out := [][]string{}
	for _, m := range c.mine() {
		out = append(out, m.pings())
	}

	return out
}

// mentionable reports whether the bot's mention of a role ("" for @everyone) pings
// anybody in a channel. The role that is everybody's cannot be mentioned as one.
func (c *Channel) mentionable(role string) bool {
	if c.server == nil || c.rights(c.f.bot.ID)&MentionEveryone != 0 {
		return c.server == nil || role != c.server.ID
	}

	for _, r := range c.server.roles {
		if r.id == role {
			return r.mentionable
		}
	}

	return false
}

func (m *message) pings() []string {
	allowed, limited := m.body["allowed_mentions"].(map[string]any)
	may := func(kind, id string) bool {
		if !limited {
			return true
		}

		return slices.Contains(listField(allowed, "parse"), any(kind)) || slices.Contains(listField(allowed, kind), any(id))
	}

	out := []string{}

	for _, found := range mention.FindAllStringSubmatch(textField(m.body, "content"), -1) {
		switch {
		case found[1] != "" && may("roles", found[1]) && m.channel.mentionable(found[1]):
			out = append(out, "role "+found[1])
		case found[2] != "" && may("users", found[2]):
			out = append(out, "user "+found[2])
		case found[1] == "" && found[2] == "" && may("everyone", "") && m.channel.mentionable(""):
			out = append(out, found[0])
		}
	}

	return out
}
