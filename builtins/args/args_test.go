package args_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

const describe = `
spec = {
  name = "deploy",
  version = "deploy 1.2",
  "Brings a release to the hosts, as many at once as you like, and says how it went.\n\nEach host is asked for its state before.",
  { "-v, --verbose", "say more", many = true },
  { "--colour", "colours on a terminal", default = true },
  { "--inventory FILE", "where the hosts are listed", type = "path", env = "INVENTORY", required = true },
  examples = { "deploy push --jobs 8 web", "deploy status" },
  commands = {
    push = {
      "Copies a release to hosts.",
      { "group", "which hosts", choices = { "web", "db", "all" } },
      { "[only...]", "of these the ones whose name is like one of them, which may have stars in it, as in 'h*'" },
      { "-j, --jobs N", "how many at once", default = 4, type = "integer" },
      { "--timeout TIME", "for each host", type = "duration", default = "90s" },
      { "--limit-rate-of-each-host SIZE", "bytes a second", type = "size", default = "512K" },
      { "-f, --force", "do not ask" },
      { "--tag T", "add it", many = true },
    },
    status = { "Shows what runs where." },
  },
}
`

// The help is what people would frame: usage, text, aligned columns, defaults, examples.
func TestHelp(t *testing.T) {
	for _, tt := range []struct{ words, want string }{
		{`"--help"`, `Usage: deploy [OPTIONS] --inventory=FILE COMMAND ...

Brings a release to the hosts, as many at once as you like, and says how it
went.

Each host is asked for its state before.

Commands:
  push                  Copies a release to hosts.
  status                Shows what runs where.

Options:
  -v, --verbose         say more
      --colour          colours on a terminal (off with --no-colour)
      --inventory FILE  where the hosts are listed (required; env: INVENTORY)
      --version         show the version
  -h, --help            show this help

Examples:
  deploy push --jobs 8 web
  deploy status

'deploy COMMAND --help' tells more about a command.
`},
		{`"-v", "push", "-fh"`, pushHelp},
		{`"push", "--help", "nonsense"`, pushHelp},
		{`"help", "push"`, pushHelp},
		{`"--version"`, "deploy 1.2\n"},
		{`"push", "--version"`, "deploy 1.2\n"},
	} {
		rt := interptest.New(t, builtins.Safe())
		rt.Check(describe+"args.parse(spec, {"+tt.words+"}) print('not reached')", tt.want)
	}
}

const pushHelp = `Usage: deploy push [OPTIONS] --inventory=FILE GROUP [ONLY...]

Copies a release to hosts.

Arguments:
  GROUP                 which hosts (one of: web, db, all)
  ONLY...               of these the ones whose name is like one of them, which
                        may have stars in it, as in 'h*'

Options:
  -j, --jobs N          how many at once (default: 4)
      --timeout TIME    for each host (default: 1m30s)
      --limit-rate-of-each-host SIZE
                        bytes a second (default: 512K)
  -f, --force           do not ask
      --tag T           add it (may be repeated)

Common options:
  -v, --verbose         say more
      --colour          colours on a terminal (off with --no-colour)
      --inventory FILE  where the hosts are listed (required; env: INVENTORY)
      --version         show the version
  -h, --help            show this help
`

// The help is as wide as the terminal says, within bounds.
func TestHelpsWidth(t *testing.T) {
	for _, columns := range []string{"20", "60", "100", "500", "x", "-1"} {
		rt := interptest.New(t, builtins.Safe(), interp.WithEnv([]string{"COLUMNS=" + columns}))
		if _, err := rt.Run(describe + `args.parse(spec, { "push", "-h" })`); err != nil {
			t.Fatal(err)
		}
		most := map[string]int{"20": 44, "60": 60, "100": 100, "500": 100, "x": 80, "-1": 80}[columns]
		for line := range strings.SplitSeq(rt.Output(), "\n") {
			if n := len(line); n > most && !strings.Contains(line, "INVENTORY") {
				t.Errorf("%s columns: %q has %d", columns, line, n)
			}
		}
	}
}

// A wrong command line is told of in one line on standard error, and is status 2; nothing that the script does comes behind it.
func TestMisuse(t *testing.T) {
	for _, tt := range []struct{ words, env, want string }{
		{``, "", "a command is expected: push, status"},
		{`"psuh"`, "", "unknown command 'psuh', did you mean 'push'? there are: push, status"},
		{`"push"`, "", "argument 'group' is missing"},
		{`"push", "web"`, "", "option '--inventory' is missing"},
		{`"push", "wbe"`, "", "argument 'group': 'wbe' is not one of web, db, all, did you mean 'web'?"},
		{`"status", "--inventory=i", "more"`, "", "unexpected argument 'more'"},
		{`"--jobs", "4", "push", "web"`, "", "option '--jobs' belongs to the command 'push', and stands behind it"},
		{`"push", "--jbos", "4"`, "", "unknown option '--jbos', did you mean '--jobs'?"},
		{`"push", "--no-inventory"`, "", "unknown option '--no-inventory'"},
		{`"push", "-fz"`, "", "unknown option '-z' (in '-fz')"},
		{`"push", "-j"`, "", "option '-j' needs a value"},
		{`"push", "--jobs", "--force", "web"`, "", "option '--jobs' needs a value; one that begins with a dash is written '--jobs=--force'"},
		{`"push", "--force=yes"`, "", "option '--force' takes no value"},
		{`"push", "-f=yes"`, "", "option '-f' takes no value"},
		{`"push", "-j", "2.5", "web"`, "", "option '--jobs': a whole number expected, got '2.5'"},
		{`"push", "-jnan", "web"`, "", "option '--jobs': a whole number expected, got 'nan'"},
		{`"push", "--timeout", "soon", "web"`, "", `option '--timeout': 'soon' is no duration such as '1h30m': a number is expected, as in "1h30m", this is 's'`},
		{`"push", "--limit-rate-of-each-host", "5X", "web"`, "", `option '--limit-rate-of-each-host': '5X' is no size such as '64K': "X" is no unit of sizes; there are: B K M G T, KiB MiB GiB TiB, kB MB GB TB`},
		{`"push", "--inventory=", "web"`, "", "option '--inventory': '' is no path"},
		{`"push", "web"`, "INVENTORY=", "option '--inventory' is missing"},
		{`"two\nlines\27[31m"`, "", "unknown command 'two\ufffdlines\ufffd[31m'; there are: push, status"},
		{`("x"):rep(1e5)`, "", "unknown command '" + strings.Repeat("x", 60) + "...'; there are: push, status"},
	} {
		opts := []interp.Option{builtins.Safe()}
		if tt.env != "" {
			opts = append(opts, interp.WithEnv([]string{tt.env}))
		}
		rt := interptest.New(t, opts...)
		_, err := rt.Run(describe + "pcall(args.parse, spec, {" + tt.words + "}) print('not reached')")
		if exit := (interp.ExitError{}); !errors.As(err, &exit) || exit.Code != 2 {
			t.Errorf("%s: %v", tt.words, err)
		}
		if got, want := rt.Stderr(), "deploy: "+tt.want+" (deploy --help tells more)\n"; got != want {
			t.Errorf("%s: %q, want %q", tt.words, got, want)
		}
		if out := rt.Output(); out != "" {
			t.Errorf("%s prints %q", tt.words, out)
		}
	}
}

// A function of the script's reads and refuses values; what it raises is told to who has typed the value, and a cancellation goes on.
func TestFunctions(t *testing.T) {
	for _, tt := range []struct{ fn, want string }{
		{`function(w) error("it is Monday", 0) end`, "option '--x': 'v': it is Monday"},
		{`function(w) return nil, "not today" end`, "option '--x': 'v': not today"},
		{`function(w) end`, "option '--x': 'v' is no value of it"},
		{`function(w) sleep(3) return nil, "after a while" end`, "option '--x': 'v': after a while"},
	} {
		rt := interptest.New(t, builtins.Safe())
		_, err := rt.Run(`args.parse({ name = "s", { "--x X", "x", type = ` + tt.fn + ` } }, { "--x", "v" })`)
		if exit := (interp.ExitError{}); !errors.As(err, &exit) || exit.Code != 2 {
			t.Errorf("%s: %v", tt.fn, err)
		}
		if got, want := rt.Stderr(), "s: "+tt.want+" (s --help tells more)\n"; got != want {
			t.Errorf("%s: %q, want %q", tt.fn, got, want)
		}
	}
	rt := interptest.New(t, builtins.Safe())
	rt.Check(`
		print(task.move_on_after(function() args.parse({ { "x", "x", type = function() sleep(100) end } }, { "v" }) end, 5), now())`, "false\t5\n")
}

// The environment stands in for what is not given; a flag takes yes and no from it, one that is counted a number.
func TestEnvironment(t *testing.T) {
	spec := `local opt = args.parse({ { "-n, --dry-run", "n", env = "DRY" }, { "-v", "v", many = true, env = "VERBOSE" }, { "--tag T", "t", many = true, env = "TAG" }, { "file", "f", env = "FILE" } }, { ... })
		print(opt.dry_run, opt.v, #opt.tag, opt.file)`
	for _, tt := range []struct {
		env  []string
		args []any
		want string
	}{
		{[]string{"DRY=yes", "VERBOSE=3", "TAG=a", "FILE=f"}, nil, "true\t3\t1\tf\n"},
		{[]string{"DRY=0", "VERBOSE=on", "FILE=f"}, []any{"-n", "g"}, "true\t1\t0\tg\n"},
		{[]string{"DRY=", "VERBOSE=no", "FILE=f"}, []any{"--tag", "x"}, "false\t0\t1\tf\n"},
		{[]string{"DRY=on", "VERBOSE=5", "FILE=f"}, []any{"--no-dry-run", "-v"}, "false\t1\t0\tf\n"},
	} {
		rt := interptest.New(t, builtins.Safe(), interp.WithEnv(tt.env))
		if _, err := rt.Run(spec, tt.args...); err != nil {
			t.Error(err, rt.Stderr())
		}
		if got := rt.Output(); got != tt.want {
			t.Errorf("%v %v: %q, want %q", tt.env, tt.args, got, tt.want)
		}
	}
}

// An empty variable is a value for a string alone: for anything else it is as if it was not set.
func TestEmptyEnvironment(t *testing.T) {
	rt := interptest.New(t, builtins.Safe(), interp.WithEnv([]string{"EMPTY="}))
	rt.Check(`
		local opt = args.parse({
			{ "-j, --jobs N", "", env = "EMPTY", default = 1 }, { "--wait TIME", "", env = "EMPTY", type = "duration" }, { "--size SIZE", "", env = "EMPTY", type = "size", default = "1K" },
			{ "--path PATH", "", env = "EMPTY", type = "path" }, { "-n", "", env = "EMPTY" }, { "-v", "", env = "EMPTY", many = true },
			{ "--name NAME", "", env = "EMPTY", default = "x" }, { "--fn F", "", env = "EMPTY", type = function(s) return #s end },
		}, {})
		print(opt.jobs, opt.wait, opt.size, opt.path, opt.n, opt.v, opt.name == "", opt.fn)`, "1\tnil\t1024\tnil\tfalse\t0\ttrue\t0\n")
	_, err := rt.Run(`args.parse({ { "count", "", env = "EMPTY", type = "integer" } }, {})`)
	if exit := (interp.ExitError{}); !errors.As(err, &exit) || exit.Code != 2 || rt.Stderr() != "script: argument 'count' is missing (script --help tells more)\n" {
		t.Error(err)
	}
}

// Arbitrary words are options and arguments, or one line on standard error; behind -- each comes back as it was.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"-n\x00--jobs=4\x00a", "--\x00-n", "-j\x00-5\x00x", "--no-dry-run\x00a\x00b", "\xff\n", "-\x00--\x00--", "-vvnj4\x00", "--max=1.5K", "--wait\x001h"} {
		f.Add(s)
	}
	rt := interptest.New(f, builtins.Safe())
	spec := `{ name = "s", "text", { "[first]", "f" }, { "[files...]", "more" }, { "-n, --dry-run", "n" }, { "-v", "v", many = true }, { "-j, --jobs N", "j", type = "integer" }, { "--max S", "m", type = "size" }, { "--wait T", "w", type = "duration" }, { "--list L", "l", many = true } }`
	if _, err := rt.Run(`
		local spec = ` + spec + `
		function behind(...)
			local opt = args.parse(spec, { "--", ... })
			assert(select("#", ...) == 0 and opt.first == nil or opt.first == (...))
			for i = 2, select("#", ...) do assert(opt.files[i - 1] == (select(i, ...))) end
		end
		function parse(...)
			local opt = args.parse(spec, { ... })
			assert(type(opt.dry_run) == "boolean" and opt.v >= 0 and (opt.jobs or 0) % 1 == 0 and (opt.max or 0) >= 0 and #opt.list >= 0)
		end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := strings.Split(s, "\x00")
		list := make([]any, len(words))
		for i, w := range words {
			list[i] = w
		}
		if _, err := rt.Call(t.Context(), "behind", list...); err != nil || rt.Stderr() != "" {
			t.Fatalf("%q: %v", words, err)
		}
		_, err := rt.Call(t.Context(), "parse", list...)
		said := rt.Stderr()
		if exit := (interp.ExitError{}); err != nil && (!errors.As(err, &exit) || exit.Code != 2 || strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "s: ")) {
			t.Fatalf("%q: %v, %q", words, err, said)
		}
		if err == nil && said != "" {
			t.Fatalf("%q: %q", words, said)
		}
		rt.Output()
	})
}
