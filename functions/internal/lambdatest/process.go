package lambdatest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a running bootstrap. It has a Runtime API to itself: at a shared
// one, the request for work of a process that was just killed could take its
// successor's.
type process struct {
	command   *exec.Cmd
	group     *group
	begun     time.Time
	exited    chan struct{}
	sink      *os.File      // to which it writes
	flushed   chan struct{} // takes a value for each [flush] that has been read
	server    *http.Server
	next      chan *invocation
	initError chan Result // buffered
}

func (h *Host) start() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p := &process{
		command:   &exec.Cmd{},
		begun:     time.Now(),
		exited:    make(chan struct{}),
		flushed:   make(chan struct{}, 1),
		next:      make(chan *invocation),
		initError: make(chan Result, 1),
	}
	p.server = &http.Server{Handler: h.api(p)}
	p.command.Env = h.environment(h.box.root(h.config.Bootstrap), listener.Addr().String())
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // to kill its children too
	output, sink, err := os.Pipe()
	if err != nil {
		listener.Close()
		return err
	}
	p.sink = sink
	p.command.Stdout, p.command.Stderr = sink, sink
	if p.group, err = h.box.launch(p.command, h.config.Bootstrap); err != nil {
		listener.Close()
		output.Close()
		sink.Close()
		return fmt.Errorf("lambdatest: %w", err)
	}
	h.group.Store(int64(p.command.Process.Pid))
	go p.server.Serve(listener)
	logged := make(chan struct{})
	go func() {
		defer close(logged)
		h.log(output, p.flushed)
	}()
	go func() {
		p.command.Wait()
		usages.note(h.usage, Usage{Memory: p.group.peak()})
		p.group.remove()
		sink.Close()
		output.SetReadDeadline(time.Now().Add(time.Second)) // should something that it started live on
		<-logged
		output.Close()
		close(p.exited)
		p.server.Shutdown(context.Background()) // what it still said is being read
	}()
	h.process = p
	return nil
}

// environment is what Lambda sets and gives, and what the function asked for.
//
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func (h *Host) environment(root, addr string) []string {
	env := []string{
		"AWS_LAMBDA_RUNTIME_API=" + addr,
		"AWS_LAMBDA_FUNCTION_NAME=" + h.config.Self.Name,
		"AWS_LAMBDA_FUNCTION_VERSION=" + h.config.Self.Version,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.FormatInt(h.config.Memory>>20, 10),
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_FORMAT=JSON",
		"AWS_LAMBDA_LOG_GROUP_NAME=" + h.config.Self.LogGroup,
		"AWS_LAMBDA_LOG_STREAM_NAME=" + h.config.Self.LogStream,
		"AWS_XRAY_CONTEXT_MISSING=LOG_ERROR",
		"AWS_XRAY_DAEMON_ADDRESS=169.254.79.129:2000",
		"LAMBDA_TASK_ROOT=" + root,
		"LAMBDA_RUNTIME_DIR=/var/runtime",
		"LANG=en_US.UTF-8",
		"LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:" + root + ":" + root + "/lib:/opt/lib",
		"PATH=/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"TZ=:UTC",
		"_HANDLER=bootstrap",
	}
	if trusted := h.box.trusted(); trusted != "" {
		env = append(env, "AWS_CA_BUNDLE="+trusted)
	}
	for _, variables := range []map[string]string{h.config.Given, h.config.Env} {
		for name, value := range variables {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// flush is a line that no function writes. Who reads it has read all that was
// written before.
const flush = "\x00flush\x00"

func (h *Host) log(output io.Reader, flushed chan<- struct{}) {
	lines := bufio.NewReaderSize(output, 1<<20) // a longer one comes in parts
	for {
		text, _, err := lines.ReadLine()
		if err != nil {
			return
		}
		line, isFlush := strings.CutSuffix(string(text), flush)
		if !isFlush || line != "" {
			h.config.Log(line)
		}
		if isFlush {
			select {
			case flushed <- struct{}{}:
			default: // nobody waits for it any more
			}
		}
	}
}

// settle returns when all that the process has written by now has been logged.
func (p *process) settle() {
	if _, err := p.sink.WriteString(flush + "\n"); err != nil {
		return // it has ended
	}
	select {
	case <-p.flushed:
	case <-p.exited:
	case <-time.After(time.Second): // it was in two parts of a line
	}
}

// stop kills the process with all that it started.
func (h *Host) stop() {
	if h.process == nil {
		return
	}
	syscall.Kill(-h.process.command.Process.Pid, syscall.SIGKILL)
	<-h.process.exited
	h.process = nil
}

// exit is the outcome of an invocation whose process ended by itself.
func (p *process) exit(id string) Result {
	reason := "Runtime exited without providing a reason"
	if state := p.command.ProcessState; !state.Success() {
		reason = "Runtime exited with error: " + state.String()
	}
	return failure(http.StatusBadGateway, &Error{Type: "Runtime.ExitError", Message: fmt.Sprintf("RequestId: %s Error: %s", id, reason)})
}
