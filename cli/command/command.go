// Package command is what the commands of the command line have in common: their
// streams, their errors and exit codes, and how they read lines and print JSON.
package command

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
)

// usageError is what Usage returns.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Usage marks an error as a wrong use of the command line or a wrong configuration:
// the program ends with exit code 2.
func Usage(err error) error { return usageError{err} }

// IsUsage reports whether an error was marked by Usage.
func IsUsage(err error) bool {
	_, ok := errors.AsType[usageError](err)
	return ok
}

// ErrReported is a failure that has been reported already.
var ErrReported = errors.New("failed")

// Args makes checks of arguments return a usage error that shows how the command is written.
func Args(checks ...cobra.PositionalArgs) cobra.PositionalArgs {
	check := cobra.MatchAll(checks...)

	return func(c *cobra.Command, args []string) error {
		switch {
		case check(c, args) == nil:
			return nil
		case !c.HasParent():
			return Usage(unknownCommand(c, args[0]))
		default:
			return Usage(fmt.Errorf("write it as `%s %s`; see `%s --help`", c.Parent().CommandPath(), c.Use, c.CommandPath()))
		}
	}
}

// NotEmpty is a check of arguments that name something: an empty one, such as a shell's variable that is
// not set, names nothing.
func NotEmpty(_ *cobra.Command, args []string) error {
	if slices.Contains(args, "") {
		return errors.New("an argument is empty")
	}

	return nil
}

// unknownCommand says that a program has no such command, and which one may have been meant.
func unknownCommand(root *cobra.Command, name string) error {
	root.SuggestionsMinimumDistance = min(2, len(name)/2) // with three letters, two others are another word

	if near := root.SuggestionsFor(name); len(near) > 0 {
		return fmt.Errorf("there is no command %q; did you mean `%s %s`?", name, root.Name(), near[0])
	}

	return fmt.Errorf("there is no command %q; see `%s --help`", name, root.CommandPath())
}
