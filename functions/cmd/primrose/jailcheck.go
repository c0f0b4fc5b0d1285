package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"primrose/functions/internal/breakout"
	"primrose/functions/internal/jail"
	"primrose/functions/internal/jailcheck"
)

const jailCheckHelp = `Check that code which takes over a decoder gets nowhere on this machine.

A worker is started and confined as any. Each time that it has decoded an image
it turns against this process: it looks for credentials, opens files and sockets,
starts programs and loosens its jail. Nothing of it does harm where it succeeds.

Usage: primrose jail-check [flags]

  primrose jail-check --fonts    # by a worker that draws text, and so may open fonts
  primrose jail-check            # by one that draws none, and may open no file at all
  primrose jail-check && primrose serve

It exits with 1 if a layer of the jail is missing that this kernel has, or if an
attempt isn't stopped as it should be. On other systems than Linux there is no
jail, and it does so, too.
`

var (
	errNoJail = fmt.Errorf("there is no jail on %s/%s: decoders run in a process of their own, but nothing confines it. Use this machine for images that you trust",
		runtime.GOOS, runtime.GOARCH)
	errHoles = errors.New("the jail doesn't hold")
)

func jailCheckCommand(ctx context.Context, args []string) error {
	flags := newFlags("jail-check", jailCheckHelp)
	fonts := flags.Bool("fonts", false, "have the worker draw text, for which it may open fonts")
	if err := parse(flags, args); err != nil {
		return err
	}
	if len(breakout.Attempts) == 0 {
		return errNoJail
	}
	report, findings, err := jailcheck.Check(ctx, *fonts)
	if err != nil {
		return err
	}
	fmt.Printf("A worker's jail on %s/%s, as user %d:\n\n", runtime.GOOS, runtime.GOARCH, os.Getuid())
	printLayers(report)
	fmt.Print("\nWhat code can do in it that has taken over a decoder:\n\n")
	stopped := printFindings(findings)
	fmt.Printf("\n%d attempts, %d stopped\n", len(findings), stopped)
	if !report.Whole() || stopped < len(findings) {
		return errHoles
	}
	return nil
}

func printLayers(report jail.Report) {
	for _, layer := range jail.Layers {
		if lack := report.Lack(layer); lack != "" {
			fmt.Printf("  ✗ %s: %s\n", layer, lack)
		} else {
			fmt.Printf("  ✓ %s\n", layer)
		}
	}
}

// printFindings returns how many of the attempts were stopped.
func printFindings(findings []jailcheck.Finding) (stopped int) {
	for _, f := range findings {
		if f.Stopped() {
			stopped++
			fmt.Printf("  ✓ %-36s %s\n", f.Name, how(f.End))
		} else {
			fmt.Printf("  ✗ %-36s %s; want %s\n", f.Name, how(f.End), how(f.Stop))
		}
	}
	return stopped
}

// how says how an attempt ended.
func how(end string) string {
	switch end {
	case "":
		return "succeeds"
	case breakout.Killed:
		return "killed: " + end
	}
	return "fails: " + end
}
