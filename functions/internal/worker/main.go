package worker

import (
	"fmt"
	"os"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/jail"
)

// The first argument of a process that is going to be a worker, and of one
// that is.
const (
	stage = "jail"
	role  = "worker"
)

// Main makes this process a worker if its arguments say so, and then never
// returns. A binary that runs workers calls it first in main, before it reads
// its environment or starts anything; a test binary does in TestMain.
func Main() {
	if len(os.Args) < 2 || os.Args[1] != stage && os.Args[1] != role {
		return
	}
	if len(os.Args) != 3 {
		exit("usage:", os.Args[0], os.Args[1], "<path of libvips>")
	}
	library := os.Args[2]
	if os.Args[1] == stage {
		exit("enter the jail:", jail.Enter([]string{role, library}, library))
	}
	processor, err := engine.New(library)
	if err != nil {
		exit("load libvips:", err)
	}
	exit(Serve(processor.Run, jail.Seal()))
}

func exit(words ...any) {
	fmt.Fprintln(os.Stderr, words...)
	os.Exit(1)
}
