package main

import (
	"context"
	"flag"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"primrose/functions/internal/keyvalue"
)

// pushOptions are the flags that the commands have in common which tell the
// edge something.
type pushOptions struct {
	store  string // ARN
	dryRun bool
}

func (o *pushOptions) add(flags *flag.FlagSet) {
	flags.StringVar(&o.store, "store", "", "`ARN` of the stage's KeyValueStore")
	flags.BoolVar(&o.dryRun, "dry-run", false, "only show what would change")
}

// pushArgs are the arguments behind push, which is all that can be done with
// things.
func pushArgs(flags *flag.FlagSet, things string, args []string) ([]string, error) {
	switch {
	case len(args) > 0 && args[0] == "push":
		return args[1:], nil
	case len(args) == 1 && slices.Contains([]string{"-h", "-help", "--help"}, args[0]):
		return args, nil
	}
	return nil, explain(flags, "push is all that can be done with "+things+";")
}

// open opens the store with what the environment says of AWS.
func (o pushOptions) open(ctx context.Context) (*keyvalue.Store, aws.Config, error) {
	conf, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, conf, err
	}
	store, err := keyvalue.Open(conf, o.store)
	if err != nil {
		return nil, conf, fmt.Errorf("--store: %w", err)
	}
	return store, conf, nil
}

// push makes the store hold the part, or says what that would change.
func (o pushOptions) push(ctx context.Context, store *keyvalue.Store, part keyvalue.Part) error {
	act := store.Set
	if o.dryRun {
		act = store.Plan
	}
	changes, err := act(ctx, part)
	if err != nil {
		return err
	}
	for _, c := range changes {
		fmt.Printf("%-8s %s\n", c.Action, c.Name)
	}
	if o.dryRun {
		fmt.Println("Nothing is changed: this was a dry run.")
	}
	return nil
}
