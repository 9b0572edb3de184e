package command

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
	"github.com/lull-lua/lull/interp/test"
)

const docUsage = `usage: lull doc [--json] [name]
       lull doc [--man]

Prints the reference: without a name a list of the builtins, with one what it does, its
parameters, what it returns and raises, and an example. It knows Lua's own library by name.

  lull doc task.map        a function
  lull doc string.gsub     one of Lua's own
  lull doc queue:put       a method; lull doc put has those of all types
  lull doc fs              a table, with what is in it
  lull doc args.item       a type: the fields of an argument or a result
  lull doc --json sleep    for programs: name, kind, signature, parameters, text
  lull doc --man           the man page of the command, for man -l -

:help NAME shows the same in the REPL; lull stubs DIR writes it for editors.
`

// doc prints the reference: of one name, or a list of all.
func doc(p *process, args []string) int {
	flags := flag.NewFlagSet("lull doc", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	asJSON := flags.Bool("json", false, "")
	man := flags.Bool("man", false, "")
	var names []string
	err := flags.Parse(args)
	for err == nil && flags.NArg() > 0 { // a flag may stand behind the name
		names = append(names, flags.Arg(0))
		err = flags.Parse(flags.Args()[1:])
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return p.say(docUsage)
	case err == nil && len(names) > 1:
		err = errors.New("one name at a time")
	case err == nil && *man && (len(names) > 0 || *asJSON):
		err = errors.New("--man is the command's page, alone")
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "lull doc: %v\n%s", FlagError(flags, err), docUsage)
		return statusUsage
	}
	if *man {
		return p.say(manPage(p.with))
	}

	x, err := reference(p.with)
	if err != nil {
		fmt.Fprintln(p.stderr, "lull doc:", err)
		return statusFailed
	}
	width := columns(p.stdout)
	entries, text := x.All(), x.List(x.All(), width)
	if len(names) == 1 {
		if entries = x.Lookup(names[0]); len(entries) > 0 {
			text = x.Text(entries, width)
		} else if entries = x.Chapter(names[0]); len(entries) > 0 {
			text = x.List(entries, width)
		} else {
			fmt.Fprintf(p.stderr, "lull doc: %s\n", x.Unknown(names[0]))
			return statusFailed
		}
	}
	if *asJSON {
		out, err := json.MarshalIndent(entries, "", "  ")
		if err != nil {
			fmt.Fprintln(p.stderr, "lull doc:", err)
			return statusFailed
		}
		text = string(out) + "\n"
	}
	return p.say(text)
}

// reference is what is known of the builtins that the command gives to scripts.
func reference(x *Extension) (*stub.Index, error) {
	rt, err := interp.New(append([]interp.Option{builtins.Std(), test.Modules()}, x.Modules...)...)
	if err != nil {
		return nil, err
	}
	defer rt.Close()
	return stub.Of(rt.Modules())
}

// columns is the width of a terminal; 80 of anything else. Lines that are too long are hard to read.
func columns(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return max(20, min(n, 110))
		}
	}
	return 80
}
