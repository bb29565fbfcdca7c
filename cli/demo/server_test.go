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
