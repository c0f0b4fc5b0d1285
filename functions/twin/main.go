// Command twin runs the synthesised service without AWS, and asks it for everything that it promises; then it
// makes every mistake of its table in the template, and each has to be seen.
//
//	twin
//	twin -stage prod -mistakes=false
//	twin -serve -stage dev
//	twin -empty
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"primrose/functions/internal/twin"
	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/template"
)

// settings are those of one run.
type settings struct {
	assembly string // folder
	stage    string // "" for all
	address  string
	serve    bool
	empty    bool
	mistakes bool
}

func main() {
	var s settings
	flag.StringVar(&s.assembly, "assembly", "build/twin", "`folder` that cdk synth has written, for this machine's architecture")
	flag.StringVar(&s.stage, "stage", "", "only this `stage`, such as dev (default: all of them)")
	flag.StringVar(&s.address, "addr", "127.0.0.1:0", "`address` to listen on; port 0 is any that is free")
	flag.BoolVar(&s.serve, "serve", false, "keep one stage running, and say how to ask it")
	flag.BoolVar(&s.empty, "empty", false, "keep an account running in which nothing is deployed, and say how to deploy to it")
	flag.BoolVar(&s.mistakes, "mistakes", true, "make the table's mistakes as well")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C doesn't wait
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "twin:", err)
		os.Exit(1)
	}
}

func (s settings) run(ctx context.Context) error {
	stacks, err := s.stacks()
	if err != nil {
		return err
	}
	if s.empty {
		return s.open(ctx)
	}
	if s.serve {
		return s.keep(ctx, stacks)
	}
	return s.judge(ctx, stacks)
}

// stacks are those of the stages that are wanted.
func (s settings) stacks() ([]string, error) {
	all, err := twin.Services(s.assembly)
	if err != nil || s.stage == "" {
		return all, err
	}
	var wanted []string
	for _, name := range all {
		if strings.Contains("-"+name+"-", "-"+s.stage+"-") {
			wanted = append(wanted, name)
		}
	}
	if len(wanted) == 0 {
		return nil, fmt.Errorf("no stack of a stage %q is in %s, which holds %s", s.stage, s.assembly, strings.Join(all, " and "))
	}
	return wanted, nil
}

// start runs a stack; stop ends it.
func (s settings) start(stack string) (running *twin.Twin, stop func(), err error) {
	read, err := template.Read(s.assembly, stack)
	if err != nil {
		return nil, nil, err
	}
	n, err := network.Listen(s.address)
	if err != nil {
		return nil, nil, err
	}
	running, err = twin.New(read, n)
	if err != nil {
		n.Close()
		return nil, nil, err
	}
	return running, func() {
		if err := running.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "twin:", err)
		}
		n.Close()
	}, nil
}
