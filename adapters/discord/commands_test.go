package discord

import (
	"net/url"
	"strings"
	"testing"

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
