// Command missing prints the texts that a language lacks, with their English, as a part
// of its file that is ready to be filled in:
//
//	go run ./locales/missing pl
//
// Before each text with a plural stand the forms that the language needs.
package main

import (
	"fmt"
	"os"

	"newsbell/locales"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "name a language, such as: go run ./locales/missing pl")
		os.Exit(2)
	}

	text, n, err := locales.Missing(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	fmt.Print(text)
	fmt.Fprintf(os.Stderr, "%d texts are missing in %s\n", n, os.Args[1])
}
