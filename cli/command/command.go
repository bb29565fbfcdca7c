// Package command is what the commands of the command line have in common: their
// streams, their errors and exit codes, and how they read lines and print JSON.
package command

import (
	"errors"
	"fmt"
	"strings"

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

// Args makes a check of arguments return a usage error.
func Args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return Usage(fmt.Errorf("%s; see `%s --help`", strings.TrimSuffix(err.Error(), "\n"), c.CommandPath()))
		}

		return nil
	}
}
