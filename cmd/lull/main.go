// Command lull runs async job scripts: Lua 5.1 whose builtins wait without blocking anybody else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

const usage = `usage: lull [flags] script.lua [args]
       lull [flags] -e CODE [args]
       lull [flags] - [args]          the script is standard input

  --virtual-time   when nothing is ready, jump to the next timer
  --timeout 30s    cancel the script after that long, status 124
  --check          compile only
  --stats          print tasks, switches and times at the end
  --version        print the version
  -h               print this
`

// Exit statuses that are the command's own.
const (
	statusFailed   = 1
	statusUsage    = 2
	statusSyntax   = 3
	statusTimeout  = 124
	statusPipeGone = 141 // as a shell shows a death by SIGPIPE
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

type options struct {
	code                            string
	virtual, check, stats, versions bool
	timeout                         time.Duration
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	signals := make(chan os.Signal, 2)
	watchSignals(signals)
	defer signal.Stop(signals)
	ignoreSIGPIPE()

	var o options
	flags := flag.NewFlagSet("lull", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.code, "e", "", "")
	flags.BoolVar(&o.virtual, "virtual-time", false, "")
	flags.BoolVar(&o.check, "check", false, "")
	flags.BoolVar(&o.stats, "stats", false, "")
	flags.BoolVar(&o.versions, "version", false, "")
	flags.DurationVar(&o.timeout, "timeout", 0, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "lull: %v\n%s", err, usage)
		return statusUsage
	case o.timeout < 0:
		fmt.Fprintln(stderr, "lull: --timeout: the duration is negative")
		return statusUsage
	case o.versions:
		fmt.Fprintln(stdout, "lull", version())
		return 0
	}
	name, src, rest, status := source(flags, o.code, stdin, stderr)
	if status != 0 {
		return status
	}
	prog, err := interp.Compile(name, src)
	if err != nil {
		fmt.Fprintln(stderr, "lull:", err)
		return statusSyntax
	}
	if o.check {
		return 0
	}
	return execute(prog, name, rest, o, signals, stdin, stdout, stderr)
}

// source reads the script: its chunk name, its text, and its arguments.
func source(flags *flag.FlagSet, code string, stdin io.Reader, stderr io.Writer) (name string, src []byte, rest []string, status int) {
	given := false
	flags.Visit(func(f *flag.Flag) { given = given || f.Name == "e" })
	if given {
		return "=(command line)", []byte(code), flags.Args(), 0
	}
	script := "-"
	if flags.NArg() > 0 {
		script, rest = flags.Arg(0), flags.Args()[1:]
	}
	var err error
	switch script {
	case "-":
		name = "=stdin"
		src, err = io.ReadAll(stdin)
	case "doc", "stubs":
		fmt.Fprintf(stderr, "lull: the command %s is not there yet; to run a script of that name: lull ./%s\n", script, script)
		return "", nil, nil, statusUsage
	default:
		name = "@" + script
		src, err = os.ReadFile(script)
	}
	if err != nil {
		fmt.Fprintln(stderr, "lull: cannot read the script:", err)
		return "", nil, nil, statusUsage
	}
	return name, src, rest, 0
}

// signalled is the cause of a run that a signal has cancelled.
type signalled struct{ s os.Signal }

func (e signalled) Error() string { return e.s.String() }

// timedOut is the cause of a run that --timeout has cancelled.
type timedOut struct{ after time.Duration }

func (e timedOut) Error() string { return fmt.Sprintf("timed out after %v", e.after) }

func execute(prog *interp.Program, name string, args []string, o options, signals <-chan os.Signal, stdin io.Reader, stdout, stderr io.Writer) int {
	script := name[1:]
	opts := []interp.Option{
		builtins.Std(),
		interp.WithStdio(stdin, stdout, stderr),
		interp.WithEnv(os.Environ()),
		interp.WithArgs(script, args...),
		interp.WithPath(packagePath(name)),
	}
	if o.virtual {
		opts = append(opts, interp.WithVirtualTime())
	}
	start := time.Now()
	rt, err := interp.New(opts...)
	if err != nil {
		fmt.Fprintln(stderr, "lull:", err)
		return statusFailed
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	go func() {
		select {
		case s := <-signals:
			cancel(signalled{s})
			select {
			case s = <-signals: // a second one ends at once
				os.Exit(signalStatus(s))
			case <-ctx.Done():
			}
		case <-ctx.Done():
		}
	}()
	if o.timeout > 0 {
		defer time.AfterFunc(o.timeout, func() { cancel(timedOut{o.timeout}) }).Stop()
	}
	var rest []any
	for _, a := range args {
		rest = append(rest, a)
	}
	_, err = rt.Run(ctx, prog, rest...)
	closing := rt.Close()
	if o.stats {
		s := rt.Stats()
		fmt.Fprintf(stderr, "lull: %d tasks (at most %d at once), %d switches, %v\n", s.Tasks, s.Peak, s.Switches, time.Since(start).Round(time.Microsecond))
	}
	return report(stderr, err, closing)
}

// packagePath is where require looks: beside the script first.
func packagePath(name string) string {
	path := "./?.lua;./?/init.lua;lua_modules/share/lua/5.1/?.lua;lua_modules/share/lua/5.1/?/init.lua"
	if name[0] == '@' {
		if dir := filepath.Dir(name[1:]); dir != "." {
			path = filepath.Join(dir, "?.lua") + ";" + filepath.Join(dir, "?", "init.lua") + ";" + path
		}
	}
	if env := os.Getenv("LUA_PATH"); env != "" {
		path += ";" + env
	}
	return path
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
