// Newsbell is a self-hosted news alert bot: people tell it in a chat what they
// follow, and it alerts them once per story, not once per outlet. Everything is in
// the packages below; ARCHITECTURE.md walks through them.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"newsbell/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends what is still stopping

	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)

	stop()
	os.Exit(code)
}
