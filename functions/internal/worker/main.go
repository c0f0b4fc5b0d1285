package worker

import (
	"fmt"
	"os"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/jail"
)

// role is the first argument of a process that is a worker.
const role = "worker"

// Main makes this process a worker if its arguments say so, and then never
// returns. A binary that runs workers calls it first in main, before it reads
// its environment or starts anything; a test binary does in TestMain.
func Main() {
	if len(os.Args) < 2 || os.Args[1] != role {
		return
	}
	if len(os.Args) != 3 {
		exit("usage:", os.Args[0], role, "<path of libvips>")
	}
	processor, err := engine.New(os.Args[2])
	if err != nil {
		exit("load libvips:", err)
	}
	exit(Serve(processor.Run, jail.Seal()))
}

func exit(words ...any) {
	fmt.Fprintln(os.Stderr, words...)
	os.Exit(1)
}
