package discord

import (
	"net/url"
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// A server that refuses the commands as they are gets them once more, without what
// it may not know.
func TestRefusedCommandsAreRegisteredPlainer(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	ada := r.f.Person("Ada").Alone()
	r.f.Fail("PUT /applications", discordtest.Error(400, 50035, "Invalid Form Body"), discordtest.Error(400, 50035, "Invalid Form Body"))
	r.run(t)

	if got := ada.Runs("/subscribe", "query", "drone"); got != "You said subscribe drone" {
		t.Errorf("%q", got)
	}

	var bodies []string

	for _, q := range r.f.Requests() {
		if q.Method == "PUT" {
			bodies = append(bodies, q.Body)
		}
	}

	if len(bodies) != 3 || !strings.Contains(bodies[0], `"integration_types"`) {
		t.Fatalf("%d tries", len(bodies))
	}

	if strings.Contains(bodies[1], `"integration_types"`) || strings.Contains(bodies[1], `[0,1,2]`) || !strings.Contains(bodies[1], `"contexts":[0,1]`) {
		t.Error("the second try does not do without people's own installations")
	}

	for _, field := range []string{`"contexts"`, `"channel_types"`, `"autocomplete"`, `"default_member_permissions":"`} {
		if strings.Contains(bodies[2], field) {
			t.Errorf("the third try still has %s", field)
		}
	}
}

// Commands have their names and descriptions in the languages of Discord's apps; a name
// that Discord would not take is left out.
func TestCommandsInLanguages(t *testing.T) {
	table := []adapters.Command{
		{Name: "list", Summary: "Your subscriptions", Options: []adapters.Option{{Name: "to", Summary: "A channel"}}},
		{Name: "sources", Summary: "Sources", Subcommands: []adapters.Command{{Name: "add", Summary: "Add one", Options: []adapters.Option{{Name: "address", Summary: "Its address"}}}}},
	}
	german := []adapters.Command{
		{Name: "list", Shown: "liste", Summary: "Deine Abos", Options: []adapters.Option{{Name: "to", Summary: "Ein Kanal"}}},
		{Name: "sources", Shown: "zwei Wörter", Summary: "Quellen", Subcommands: []adapters.Command{{Name: "add", Summary: "Eine dazu", Options: []adapters.Option{{Name: "address", Summary: "Ihre Adresse"}}}}},
	}

	got := localizeCommands(slashCommands(table), []adapters.Localization{{Language: "de", Commands: german}, {Language: "es", Commands: german[:1]}, {Language: "fa", Commands: german}})

	for what, pair := range map[string][2]string{
		"name": {got[0].Names["de"], "liste"}, "name of two words": {got[1].Names["de"], ""}, "description": {got[0].Descriptions["de"], "Deine Abos"},
		"Latin America": {got[0].Descriptions["es-419"], "Deine Abos"}, "Spain": {got[0].Descriptions["es-ES"], "Deine Abos"}, "a language without an app": {got[0].Descriptions["fa"], ""},
		"option": {got[0].Options[0].Descriptions["de"], "Ein Kanal"}, "subcommand": {got[1].Options[0].Descriptions["de"], "Eine dazu"},
		"option of a subcommand": {got[1].Options[0].Options[0].Descriptions["de"], "Ihre Adresse"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}

	plain := plainCommands(got)
	if plain[0].Names != nil || plain[0].Descriptions != nil || plain[1].Options[0].Descriptions != nil {
		t.Error("a plain list of commands has other languages")
	}
}

func TestTheInvitationNamesTheRights(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})

	me, err := r.a.Identify(t.Context())
	if err != nil || me.Name != "Newsbell" {
		t.Fatalf("%+v, %v", me, err)
	}

	u, err := url.Parse(me.Link)
	if err != nil || u.Query().Get("client_id") != r.f.Application() || u.Query().Get("permissions") != "274877991936" {
		t.Errorf("%s, %v", me.Link, err)
	}

	wrong := New(Config{Token: "wrong", APIURL: r.f.APIURL})
	if _, err := wrong.Identify(t.Context()); err == nil || err.Error() != fatalToken {
		t.Errorf("a wrong token: %v", err)
	}
}

// A command that a text names opens when it is clicked; a command that exists only with what
// follows it is mentioned with that; code, links and unknown words stay as they are.
func TestCommandsAreMentioned(t *testing.T) {
	a := New(Config{Token: "t", APIURL: "https://discord.example"})

	plain := func(s string) *adapters.Message { return &adapters.Message{Text: adapters.Say(s)} }
	if got := a.render(plain("See /list"))[0].Content; got != "See /list" {
		t.Errorf("before the commands are known: %q", got)
	}

	a.noteCommands([]slashCommand{
		{ID: "11", Name: "list", Type: chatInput},
		{ID: "12", Name: "sources", Type: chatInput, Options: []slashOption{{Type: subcommand, Name: "add"}}},
		{ID: "13", Name: "list", Type: onMessage},
	})

	for text, want := range map[string]string{
		"1 left: /list":              "1 left: </list:11>",
		"/list to:here":              "</list:11> to:here",
		"(/list), /lists, /listing":  "(</list:11>), /lists, /listing",
		"/sources add x or /sources": "</sources add:12> x or /sources",
		"https://x.example/list":     "https://x.example/list",
		"/list/of, a/list":           "/list/of, a/list",
		"/list and /list":            "</list:11> and </list:11>",
	} {
		if got := a.render(plain(text))[0].Content; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}

	code := &adapters.Message{Text: adapters.Text{{adapters.Code("/list"), adapters.Plain(" "), adapters.Link("/list", "https://x.example")}}}
	if got := a.render(code)[0].Content; strings.Contains(got, "</") {
		t.Errorf("code and links: %q", got)
	}
}
