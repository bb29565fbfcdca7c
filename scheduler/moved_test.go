package scheduler

import "testing"

// TestAConfiguredSourceMoves: it keeps its name, is asked at its new address after
// ten answers, and at its old one when the new one fails.
func TestAConfiguredSourceMoves(t *testing.T) {
	o := newOffice(t, true)
	o.paper.moved["/old"] = "/new"
	o.paper.publish("/new", "Start")
	o.configure("/old")

	for range 12 {
		if e := o.poll(1)[0]; e.Error != "" || e.Source != o.paper.URL+"/old" {
			t.Fatalf("%+v", e)
		}
	}

	if old, now := o.paper.asked("/old"), o.paper.asked("/new"); old != 10 || now != 13 {
		t.Errorf("the old address was asked %d times, the new one %d", old, now)
	}

	delete(o.paper.items, "/new")
	delete(o.paper.moved, "/old")
	o.paper.publish("/old", "Start")

	if e := o.poll(1)[0]; e.Error == "" {
		t.Errorf("the new address does not fail: %+v", e)
	}

	if e := o.poll(1)[0]; e.Error != "" || o.paper.asked("/old") != 11 {
		t.Errorf("the old address was asked %d times: %+v", o.paper.asked("/old"), e)
	}
}
