// Command manual writes the manual pages and shell completions that packages install:
//
//	go run ./packaging/manual FOLDER
package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"newsbell/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: manual FOLDER")
		os.Exit(2)
	}

	if err := writeAll(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "manual: "+err.Error())
		os.Exit(1)
	}
}

// writeAll writes man/*.1.gz and completions/newsbell.bash, .zsh and .fish. The same commands
// give the same bytes. Pages have the month of SOURCE_DATE_EPOCH, else this one.
func writeAll(folder string) error {
	root := cli.Command()
	root.InitDefaultHelpCmd()
	root.DisableAutoGenTag = true

	man, completions := filepath.Join(folder, "man"), filepath.Join(folder, "completions")
	if err := errors.Join(os.MkdirAll(man, 0o755), os.MkdirAll(completions, 0o755)); err != nil {
		return err
	}

	if err := writeManual(root, man); err != nil {
		return err
	}

	for name, generate := range map[string]func(io.Writer) error{
		"newsbell.bash": func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"newsbell.zsh":  root.GenZshCompletion,
		"newsbell.fish": func(w io.Writer) error { return root.GenFishCompletion(w, true) },
	} {
		if err := writeFile(filepath.Join(completions, name), generate); err != nil {
			return err
		}
	}

	return nil
}

// writeManual writes the page of a command and of those below it.
func writeManual(c *cobra.Command, folder string) error {
	if !c.IsAvailableCommand() && c.HasParent() {
		return nil
	}

	for _, below := range c.Commands() {
		if err := writeManual(below, folder); err != nil {
			return err
		}
	}

	header := &doc.GenManHeader{Section: "1", Source: "Newsbell", Manual: "Newsbell"}

	name := "newsbell"
	if c.HasParent() {
		name += "-" + c.Name()
	}

	return writeFile(filepath.Join(folder, name+".1.gz"), func(w io.Writer) error {
		packed := gzip.NewWriter(w)
		return errors.Join(doc.GenMan(c, header, packed), packed.Close())
	})
}

func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}

	return errors.Join(write(f), f.Close())
}
