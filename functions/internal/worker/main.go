package worker

import (
	"fmt"
	"os"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/jail"
)

// role is the first argument of a process that is a worker.
const role = "worker"

// Run does one job, as [engine.Engine.Run] does.
type Run = func(engine.Job, ...*os.File) (engine.Variant, error)

// Main makes this process a worker if its arguments say so, and then never
// returns. A binary that runs workers calls it first in main, before it reads
// its environment or starts anything; a test binary does in TestMain.
func Main() { Play(role, func(run Run) Run { return run }) }

// Play is [Main] for workers that have another [Config.Role]: they start and are
// confined as any, but do their jobs by what act makes of the engine's Run.
func Play(role string, act func(Run) Run) {
	if len(os.Args) < 2 || os.Args[1] != role {
		return
	}
	var fonts string
	switch len(os.Args) {
	case 3:
	case 4:
		fonts = os.Args[3]
	default:
		exit("usage:", os.Args[0], os.Args[1], "<path of libvips> [<folder of fonts>]")
	}
	processor, err := engine.New(os.Args[2], fonts)
	if err != nil {
		exit("load libvips:", err)
	}
	exit(Serve(act(processor.Run), jail.Seal(fonts != "")))
}

func exit(words ...any) {
	fmt.Fprintln(os.Stderr, words...)
	os.Exit(1)
}
