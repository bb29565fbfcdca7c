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
	r.f.Fail("PUT /applications", discordtest.Error(400, 50035, "Invalid Form Body"))
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

	if len(bodies) != 2 || !strings.Contains(bodies[0], `"contexts"`) {
		t.Fatalf("%d tries", len(bodies))
	}

	for _, field := range []string{`"contexts"`, `"channel_types"`, `"autocomplete"`, `"default_member_permissions":"`} {
		if strings.Contains(bodies[1], field) {
			t.Errorf("the second try still has %s", field)
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
