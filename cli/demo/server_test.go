package demo

import (
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

// TestAPollOfTheStateBefore that is saved late is not taken for the one under way: the demo
// ended before what was new had been matched.
func TestAPollOfTheStateBefore(t *testing.T) {
	s, err := NewServer(fstest.MapFS{"000/a.xml": {Data: []byte("old")}, "001/a.xml": {Data: []byte("new")}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	address := "http://" + Host + "/a.xml"
	ask := func() { s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", address, nil)) }

	s.Show(0, 0)
	ask()
	s.NotePolled(address)
	ask()
	s.Show(0, 1)
	ask()
	s.NotePolled(address) // of the state before

	if !s.Asked(address) {
		t.Error("the poll of this state is taken as saved")
	}

	s.NotePolled(address)

	if s.Asked(address) || !s.Polled(address) {
		t.Error("both polls are saved, and one is waited for")
	}
}

// TestARedirectIsNoPollOfItsTarget: a poll that is redirected to another feed asks for both and is
// saved once. The demo waited ten seconds for the other one, in every state that followed.
func TestARedirectIsNoPollOfItsTarget(t *testing.T) {
	s, err := NewServer(fstest.MapFS{
		"000/a.xml.status": {Data: []byte("301\nLocation: /b.xml")},
		"000/b.xml":        {Data: []byte("b")},
		"000/c.xml.status": {Data: []byte("304")},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	address := func(name string) string { return "http://" + Host + "/" + name }
	ask := func(name string) {
		s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", address(name), nil))
	}

	s.Show(0, 0)
	ask("a.xml")
	ask("b.xml")
	s.NotePolled(address("a.xml"))

	if s.Asked(address("b.xml")) || s.Polled(address("b.xml")) {
		t.Error("the redirect is taken for a poll of its target")
	}

	ask("b.xml")
	ask("c.xml")

	if !s.Asked(address("b.xml")) || !s.Asked(address("c.xml")) {
		t.Error("polls of their own are not noticed")
	}
}

// TestARedirectThatIsNotFollowed: two feeds that redirect to each other are given up after some requests, and
// the one that would have come next is not waited for. The demo never ended.
func TestARedirectThatIsNotFollowed(t *testing.T) {
	s, err := NewServer(fstest.MapFS{
		"000/a.xml.status": {Data: []byte("302\nLocation: /b.xml")},
		"000/b.xml.status": {Data: []byte("302\nLocation: /a.xml")},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	address := func(name string) string { return "http://" + Host + "/" + name }

	s.Show(0, 0)

	for _, poll := range [][]string{{"a.xml", "b.xml", "a.xml"}, {"b.xml", "a.xml", "b.xml"}} {
		for _, name := range poll {
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", address(name), nil))
		}

		if !s.Asked(address(poll[0])) {
			t.Errorf("a poll of %s is not noticed", poll[0])
		}

		s.NotePolled(address(poll[0]))

		if !s.Polled(address(poll[0])) || s.Asked(address("a.xml")) || s.Asked(address("b.xml")) {
			t.Errorf("a poll of %s is waited for that is saved", poll[0])
		}
	}
}

// TestRounds: an item with {{round}} in its key is as it stands in the first round, and another one in
// each later one.
func TestRounds(t *testing.T) {
	s, err := NewServer(fstest.MapFS{"000/a.xml": {Data: []byte("item-1{{round}}")}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	for round, want := range []string{"item-1", "item-1-2", "item-1-3"} {
		s.Show(round, 0)

		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", "http://"+Host+"/a.xml", nil))

		if got := w.Body.String(); got != want {
			t.Errorf("round %d: %q", round, got)
		}
	}
}
