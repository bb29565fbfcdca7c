// Command typecheck type-checks the module in the working directory, tests and dependencies
// included, for each system that an argument names (linux/arm). It finds what would not
// compile there in a tenth of the time that compiling takes: SQLite's C, translated, is a
// package of its own for every system.
package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	failed := false

	for _, target := range os.Args[1:] {
		system, processor, _ := strings.Cut(target, "/")
		found, err := packages.Load(&packages.Config{
			Mode:  packages.LoadAllSyntax,
			Tests: true,
			Env:   append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0"),
		}, "./...")
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", target, err)
			os.Exit(1)
		}

		fmt.Printf("%s: %d packages\n", target, len(found))

		if len(found) == 0 || packages.PrintErrors(found) > 0 {
			failed = true
		}
	}

	if failed {
		os.Exit(1)
	}
}
