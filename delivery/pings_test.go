package delivery

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// TestEveryRoleIsMentioned: an alert mentions all roles of its subscription, and a digest those
// of all that its alerts match, each once, in the first of its messages, however often that is tried.
func TestEveryRoleIsMentioned(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{answers: []error{nil, &adapters.SendError{Fate: adapters.Retry}}} // the digest is tried twice
		chat, storms := d.follower("1")

		var floods int64

		d.update(func(tx *store.Tx) error {
			s, _, err := tx.AddSubscription(store.Subscription{Chat: chat, Query: "flood", Canonical: "flood", Ping: "78,79"})
			floods = s.ID

			return errors.Join(err, tx.SetDelivery(storms, "", "77,78"))
		})

		send := func() {
			stop := d.deliver(p, gate.Limits{})
			defer stop()

			time.Sleep(time.Minute)
		}

		d.ring("Storm at sea", chat, storms)
		send()

		for i := range 12 { // more than are told one by one
			d.ring(fmt.Sprint("Storm ", i), chat, storms)
			d.ring(fmt.Sprint("Flood ", i), chat, floods)
		}

		send()

		var got []string
		for _, one := range p.attempts {
			got = append(got, fmt.Sprint(one.m.Digest != nil, one.m.Pings))
		}

		if want := []string{"false [77 78]", "true [77 78 79]", "true [77 78 79]", "true []", "true []"}; !slices.Equal(got, want) {
			t.Errorf("digest, and roles mentioned: %q, want %q", got, want)
		}
	})
}
