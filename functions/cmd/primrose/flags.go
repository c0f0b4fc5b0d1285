package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

// errUsage is returned once the command line's mistake has been explained.
var errUsage = errors.New("what is wrong stands above")

// newFlags returns a command's empty set of flags. Its help begins with what
// the command does and ends with its flags.
func newFlags(name, help string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), help, "\nFlags:\n")
		flags.PrintDefaults()
	}
	return flags
}

// parseFlags reads the flags of a command, and leaves its other arguments. A
// mistake is told by itself: pages of help after it would hide it.
func parseFlags(flags *flag.FlagSet, args []string) error {
	out := flags.Output()
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	flags.SetOutput(out)
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.Usage()
	case err != nil:
		fmt.Fprintf(out, "primrose %s: %v; -h tells more\n", flags.Name(), err)
		return errUsage
	}
	return err
}

// parseMixed reads the flags of a command wherever they stand among its
// arguments, which it returns. Behind -- all are arguments.
func parseMixed(flags *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := parseFlags(flags, args); err != nil {
			return nil, err
		}
		read := len(args) - flags.NArg()
		if flags.NArg() == 0 || read > 0 && args[read-1] == "--" {
			return append(rest, flags.Args()...), nil
		}
		rest, args = append(rest, flags.Arg(0)), flags.Args()[1:]
	}
}

// parse reads the flags of a command that takes no other arguments.
func parse(flags *flag.FlagSet, args []string) error {
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(flags.Output(), "primrose %s: what does %q mean? It takes flags only; -h lists them\n", flags.Name(), flags.Arg(0))
		return errUsage
	}
	return nil
}

// explain says what is wrong with a command line.
func explain(flags *flag.FlagSet, mistake string) error {
	fmt.Fprintf(flags.Output(), "primrose %s: %s -h tells more\n", flags.Name(), mistake)
	return errUsage
}
