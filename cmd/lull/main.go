// Command lull runs async job scripts: Lua 5.1 whose builtins wait without blocking anybody else.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/lull-lua/lull/interp"
)

const usage = `usage: lull [flags] script.lua [args]
       lull [flags] -e CODE [args]
       lull [flags] - [args]          the script is standard input
       lull [flags]                   on a terminal: a REPL
       lull doc [--json] [name]       the reference
       lull stubs DIR                 types of the builtins, for editors

  --virtual-time   never wait: when nothing is ready, jump to the next timer
  --timeout 30s    cancel the script after that long; status 124
  --check          compile only: says nothing, or the syntax error
  --stats          print tasks, switches, times and peak memory at the end
  --version        print the version
  -h               print this
`

// Exit statuses that are the command's own; a signal's is 128 and its number.
const (
	statusFailed   = 1
	statusUsage    = 2
	statusSyntax   = 3
	statusTimeout  = 124
	statusPipeGone = 141 // as a shell shows a death by SIGPIPE
)

func main() {
	collectLate()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the command: it returns the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	signals := watchSignals()
	defer signal.Stop(signals)

	o, err := parseFlags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return say(stdout, stderr, usage)
	case err != nil:
		fmt.Fprintf(stderr, "lull: %v (lull -h lists the flags)\n", err)
		return statusUsage
	case o.version:
		return say(stdout, stderr, version())
	case !o.hasCode && len(o.rest) > 0 && o.rest[0] == "doc":
		return doc(o.rest[1:], stdout, stderr)
	case !o.hasCode && len(o.rest) > 0 && o.rest[0] == "stubs":
		return stubs(o.rest[1:], stdout, stderr)
	case wantsREPL(o, stdin):
		return interactive(o, signals, stdin, stdout, stderr)
	}

	type opened struct {
		s   *script
		err error
	}
	ready := make(chan opened, 1)
	go func() {
		s, err := openScript(o, stdin)
		ready <- opened{s, err}
	}()
	var in opened
	select {
	case in = <-ready:
	case s := <-signals: // while the script was being read: from a terminal, a pipe
		return signalStatus(s)
	}
	if in.err != nil {
		fmt.Fprintln(stderr, "lull:", in.err)
		return statusUsage
	}
	rep := newReporter(stderr, in.s)
	prog, err := interp.Compile(in.s.chunk, in.s.src)
	if err != nil {
		rep.syntax(err)
		return statusSyntax
	}
	if o.check {
		return 0
	}
	return execute(prog, in.s, o, rep, signals, stdin, stdout, stderr)
}

// say prints what was asked for.
func say(stdout, stderr io.Writer, text string) int {
	if _, err := io.WriteString(stdout, text); err != nil {
		fmt.Fprintln(stderr, "lull: standard output:", err)
		return statusFailed
	}
	return 0
}

// options are the command line.
type options struct {
	code    string
	hasCode bool // -e was given
	virtual bool
	check   bool
	stats   bool
	version bool
	timeout time.Duration // 0: none
	before  []string      // the command and its flags
	rest    []string      // what follows them
}

func parseFlags(args []string) (*options, error) {
	o := &options{}
	flags := flag.NewFlagSet("lull", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("e", "", func(code string) error {
		if o.hasCode {
			return errors.New("only one is possible")
		}
		o.code, o.hasCode = code, true
		return nil
	})
	flags.BoolVar(&o.virtual, "virtual-time", false, "")
	flags.BoolVar(&o.check, "check", false, "")
	flags.BoolVar(&o.stats, "stats", false, "")
	flags.BoolVar(&o.version, "version", false, "")
	flags.Func("timeout", "", func(text string) (err error) {
		if o.timeout, err = time.ParseDuration(text); err != nil {
			return errors.New("a duration is wanted, such as 30s, 5m or 1h30m")
		}
		if o.timeout <= 0 {
			return errors.New("it must be above zero")
		}
		return nil
	})
	err := flags.Parse(args)
	o.rest = flags.Args()
	o.before = append([]string{os.Args[0]}, args[:len(args)-len(o.rest)]...)
	return o, err
}

// version is the module's version, and those of what decides how scripts run.
func version() string {
	lua := "?"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if strings.HasSuffix(dep.Path, "/gopher-lua") {
				lua = dep.Version
			}
		}
	}
	return fmt.Sprintf("lull %s (Lua 5.1 on gopher-lua %s, %s %s/%s)\n", moduleVersion(), lua, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
