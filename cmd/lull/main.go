// Command lull runs async job scripts: Lua 5.1 whose builtins wait without blocking anybody else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("lull", flag.ContinueOnError)
	flags.SetOutput(stderr)
	virtual := flags.Bool("virtual-time", false, "jump to the next timer when nothing is ready")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() == 0 {
		fmt.Fprintln(stderr, "usage: lull [--virtual-time] script.lua [args]")
		return 2
	}
	script := flags.Arg(0)
	opts := []interp.Option{builtins.Std(), interp.WithStdio(stdin, stdout, stderr), interp.WithEnv(os.Environ()),
		interp.WithArgs(script, flags.Args()[1:]...)}
	if *virtual {
		opts = append(opts, interp.WithVirtualTime())
	}
	rt, err := interp.New(opts...)
	if err != nil {
		fmt.Fprintln(stderr, "lull:", err)
		return 1
	}
	var rest []any
	for _, a := range flags.Args()[1:] {
		rest = append(rest, a)
	}
	_, err = rt.RunFile(context.Background(), script, rest...)
	return report(stderr, errors.Join(err, rt.Close()))
}

// report prints what went wrong, and returns the exit status.
func report(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		if _, own := err.(*interp.Error); !own {
			status := -1
			for _, e := range joined.Unwrap() {
				if s := report(w, e); status < 0 {
					status = s
				}
			}
			return status
		}
	}
	var exit interp.ExitError
	if errors.As(err, &exit) {
		return exit.Code
	}
	fmt.Fprintln(w, "lull:", err)
	var e *interp.Error
	var syntax *interp.SyntaxError
	switch {
	case errors.As(err, &e):
		fmt.Fprintln(w, e.Traceback())
		for _, o := range e.Others {
			report(w, o)
		}
	case errors.As(err, &syntax), errors.Is(err, interp.ErrBinary):
		return 3
	case errors.Is(err, os.ErrNotExist):
		return 2
	}
	return 1
}
