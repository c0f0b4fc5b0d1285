package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"primrose/functions/internal/twin/mistake"
	"primrose/functions/internal/twin/suite"
)

// judge asks each stack for everything, and then makes the mistakes in the first.
func (s settings) judge(ctx context.Context, stacks []string) error {
	begin := time.Now()
	var errs []error
	for _, stack := range stacks {
		errs = append(errs, s.ask(ctx, stack))
	}
	if s.mistakes && errors.Join(errs...) == nil { // what is broken sees mistakes everywhere
		errs = append(errs, s.mislead(ctx, stacks[0]))
	}
	fmt.Printf("\n%.0f s\n", time.Since(begin).Seconds())
	return errors.Join(append(errs, ctx.Err())...)
}

func (s settings) ask(ctx context.Context, stack string) error {
	fmt.Printf("\n▸ %s: what it promises\n\n", stack)
	running, stop, err := s.start(stack)
	if err != nil {
		return err
	}
	defer stop()
	asked, err := suite.New(ctx, running)
	if err != nil {
		return err
	}
	kept, failed := 0, 0
	for _, r := range asked.Requests() {
		if ctx.Err() != nil {
			break
		}
		result := asked.Ask(ctx, r)
		line(result.Failure == nil, r.Name, fmt.Sprintf("%d ms", result.Took.Milliseconds()))
		if result.Failure != nil {
			failed++
			fmt.Println(indented(result.Failure))
			continue
		}
		kept++
	}
	if failed > 0 {
		return fmt.Errorf("%s breaks %d promises, and keeps %d", stack, failed, kept)
	}
	fmt.Printf("\n  all %d promises are kept\n", kept)
	return nil
}

// mislead makes the mistakes, as many at once as there are processors.
func (s settings) mislead(ctx context.Context, stack string) error {
	all := mistake.All()
	fmt.Printf("\n▸ %s: %d mistakes, each of which one of those requests has to see\n\n", stack, len(all))
	var t tally
	var trying sync.WaitGroup
	free := make(chan struct{}, runtime.NumCPU())
	for _, m := range all {
		if why := m.Unseen(); why != "" {
			fmt.Printf("  – %s: this machine can't show it: %s\n", m.Name, why)
			continue
		}
		free <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		trying.Go(func() {
			defer func() { <-free }()
			seen, err := m.Try(ctx, s.assembly, stack)
			t.note(m, seen, err)
		})
	}
	trying.Wait()
	if t.unseen > 0 {
		return fmt.Errorf("%d mistakes are not seen", t.unseen)
	}
	fmt.Printf("\n  all %d mistakes are seen\n", t.seen)
	return nil
}

// tally counts mistakes, and tells of each.
type tally struct {
	mu           sync.Mutex
	seen, unseen int
}

func (t *tally) note(m mistake.Mistake, seen, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line(err == nil, m.Name, "")
	if err != nil {
		t.unseen++
		fmt.Println(indented(err))
		return
	}
	t.seen++
	first, _, _ := strings.Cut(seen.Error(), "\n")
	fmt.Printf("      %s: %.160s\n", m.Seen, first)
}

func line(good bool, name, note string) {
	mark := "✓"
	if !good {
		mark = "✗"
	}
	fmt.Printf("  %s %-62s %8s\n", mark, name, note)
}

func indented(err error) string {
	return "      " + strings.ReplaceAll(err.Error(), "\n", "\n      ")
}
