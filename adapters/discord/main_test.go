package discord

import (
	"flag"
	"os"
	"testing"
)

// The tests here wait more than they work for
// each other's timers, so many run at once, whatever the number of processors.
func TestMain(m *testing.M) {
	if os.Getenv(asFake) != "" {
		serveFake()
		return
	}

	flag.Parse()

	if f := flag.Lookup("test.fuzz"); f == nil || f.Value.String() == "" {
		if err := flag.Set("test.parallel", "24"); err != nil {
			panic(err)
		}
	}

	os.Exit(m.Run())
}
