package worker

// role is the first argument of a process that is a worker.
const role = "worker"
