// Command primrose serves images in any size, crop and format. The same code
// runs in AWS; this command runs it on your machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"primrose/functions/internal/jailcheck"
	"primrose/functions/internal/terminal"
	"primrose/functions/internal/worker"
)

// command is what the first argument names. It reads its own flags.
type command struct {
	name    string
	summary string
	run     func(ctx context.Context, args []string) error
}

var commands = []command{
	{"serve", "serve the images of a folder or a bucket on this machine", serveCommand},
	{"url", "write the URL of a variant, as HTML, Markdown, curl's command and more", urlCommand},
	{"inspect", "tell what the service makes of a URL or a file", inspectCommand},
	{"warm", "have a service make the variants of a folder or a bucket", warmCommand},
	{"sign", "sign URLs for a stage that wants them signed", signCommand},
	{"keys", "tell the edge which keys URLs are signed with", keysCommand},
	{"presets", "tell the edge what named sets of options there are", presetsCommand},
	{"jail-check", "check that code in a decoder gets nowhere on this machine", jailCheckCommand},
	{"version", "say which versions of Primrose and of the codecs these are", versionCommand},
}

func main() {
	worker.Main()
	jailcheck.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C doesn't wait
	err := run(ctx, os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(terminal.Writer{Writer: os.Stderr}, "primrose:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		usage(os.Stderr)
		return errUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		if len(args) > 1 {
			return run(ctx, []string{args[1], "-h"})
		}
		usage(os.Stdout)
		return nil
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(ctx, args[1:])
		}
	}
	fmt.Fprintf(os.Stderr, "primrose: there is no command %q\n\n", args[0])
	usage(os.Stderr)
	return errUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Primrose serves images in any size, crop and format.\n\nUsage: primrose <command> [flags]\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\nprimrose <command> -h tells more.\n")
}
