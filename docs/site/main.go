// Command site makes the documentation a site: a folder of pages that any web server can show, or
// a browser without one. From the root of the repository:
//
//	go run ./docs/site FOLDER
//
// The pages are the Markdown files in docs and those that the list in pages.go names, and the
// pictures that they show. A link that leads nowhere, a heading that is not there, a missing picture or text for
// one, or raw HTML is an error.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./docs/site FOLDER")
		os.Exit(2)
	}

	if err := writeSite(os.DirFS("."), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
