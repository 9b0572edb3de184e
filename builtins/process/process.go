// Package process is the table process: programs, pipelines, and the environment. Each that runs is a process group; see [interp.Processes].
package process

import (
	_ "embed"
	"os"
	"runtime"
	"strings"

	"github.com/lull-lua/lull/interp"
)

//go:embed process.lua
var stub string

// Module is the table process.
func Module() interp.Module {
	return interp.Module{
		Name:  "process",
		Stub:  stub,
		Needs: func(g interp.Granted) bool { return g.Processes },
		Defs: []interp.Def{
			{Name: "run", Fn: run, Outside: true},
			{Name: "read", Fn: read, Outside: true},
			{Name: "lines", Fn: lines, Outside: true},
			{Name: "sh", Fn: sh, Outside: true},
			{Name: "start", Fn: start, Outside: true},
			{Name: "kill", Fn: kill, Outside: true},
			{Name: "signals", Fn: watchSignals, Outside: true},
			{Name: "load_env", Fn: loadEnv, Outside: true},
			{Name: "hostname", Fn: hostname, Outside: true},
			{Name: "user", Fn: currentUser, Outside: true},
			{Name: "quote", Fn: quote},
			{Name: "which", Fn: which, Outside: true},
			{Name: "env", Value: interp.Environment{}},
			{Name: "pid", Value: float64(os.Getpid())},
			{Name: "cpus", Value: float64(runtime.NumCPU())},
			{Name: "os", Value: runtime.GOOS},
			{Name: "arch", Value: runtime.GOARCH},
		},
		Types: []interp.Type{startedType, signalsType},
	}
}

// run is process.run(cmd).
func run(c *interp.Call) error { return runs(c, false) }

// sh is process.sh(cmd).
func sh(c *interp.Call) error { return runs(c, true) }

func runs(c *interp.Call, shell bool) error {
	r, err := ready(c, shell, nil)
	if err != nil {
		return err
	}
	t, err := r.all(c)
	if err != nil {
		return err
	}
	return c.Return(t)
}

// readTail is how much of standard error process.read keeps for an error.
const readTail = 4 << 10

// read is process.read(cmd).
func read(c *interp.Call) error {
	r, err := ready(c, false, func(k *command) error {
		if !k.stdout.IsNil() {
			return c.ArgError(1, "option 'stdout': what the command prints is what process.read returns; process.run has the option")
		}
		return nil
	})
	if err != nil {
		return err
	}
	*r.out[1] = output{to: 1, capture: true}
	if r.command.stderr.IsNil() {
		r.out[2].tail = readTail
	}
	t, err := r.all(c)
	if err != nil {
		return err
	}
	text := strings.TrimRight(r.out[1].captured.String(), "\r\n")
	return c.Return(text, t)
}

// ready reads the arguments of a command that runs to its end. It is a checkpoint.
func ready(c *interp.Call, shell bool, look func(k *command) error) (*running, error) {
	k, err := parse(c, shell)
	if err != nil {
		return nil, err
	}
	for name, given := range map[string]bool{"detach": k.detach, "keep": k.keep} {
		if given {
			return nil, c.ArgError(1, "option '"+name+"' is process.start's: this call waits for the end")
		}
	}
	if look != nil {
		if err := look(k); err != nil {
			return nil, err
		}
	}
	r, err := prepare(c, k, false)
	if err != nil {
		return nil, err
	}
	return r, c.Checkpoint()
}

// all starts the command and runs it to its end.
func (r *running) all(c *interp.Call) (t interp.Table, err error) {
	r.toEnd = true
	scope := &interp.Scope{Timeout: r.command.timeout}
	err = c.Scope(scope, func() error { // its time begins before the process does: time may pass on a virtual clock while a test answers that
		if err := r.start(c); err != nil || r.waited {
			return err
		}
		return r.finish(c)
	})
	switch {
	case r.proc == nil: // it has not started
	case r.waited || err == nil && !scope.Ended() && r.failed() == nil:
		r.res.Release() // what it has left in the background is left there
	default:
		c.Close(r.res)
	}
	r.end()
	if err == nil {
		err = r.failed()
	}
	if err != nil {
		return t, r.worded(c, err)
	}
	return r.result(c, scope.Ended())
}
