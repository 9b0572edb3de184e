// Package builtins is Lull's library of async builtins, written with nothing but what package interp exports: whatever
// one of them can do, a host's own function can do.
package builtins

import (
	"sync"

	"github.com/lull-lua/lull/builtins/archive"
	"github.com/lull-lua/lull/builtins/args"
	"github.com/lull-lua/lull/builtins/base64"
	"github.com/lull-lua/lull/builtins/cron"
	"github.com/lull-lua/lull/builtins/csv"
	"github.com/lull-lua/lull/builtins/db"
	"github.com/lull-lua/lull/builtins/errors"
	"github.com/lull-lua/lull/builtins/file"
	"github.com/lull-lua/lull/builtins/fs"
	"github.com/lull-lua/lull/builtins/hash"
	"github.com/lull-lua/lull/builtins/hex"
	"github.com/lull-lua/lull/builtins/html"
	"github.com/lull-lua/lull/builtins/http"
	"github.com/lull-lua/lull/builtins/json"
	"github.com/lull-lua/lull/builtins/log"
	"github.com/lull-lua/lull/builtins/net"
	"github.com/lull-lua/lull/builtins/parallel"
	"github.com/lull-lua/lull/builtins/process"
	"github.com/lull-lua/lull/builtins/progress"
	"github.com/lull-lua/lull/builtins/random"
	"github.com/lull-lua/lull/builtins/re"
	"github.com/lull-lua/lull/builtins/step"
	tasksync "github.com/lull-lua/lull/builtins/sync"
	"github.com/lull-lua/lull/builtins/task"
	"github.com/lull-lua/lull/builtins/term"
	"github.com/lull-lua/lull/builtins/time"
	"github.com/lull-lua/lull/builtins/toml"
	"github.com/lull-lua/lull/builtins/yaml"
	"github.com/lull-lua/lull/interp"
)

// Std is everything: the core builtins as globals, every table of the reference, by [interp.WithSystem] the machine's files and
// processes, and by [interp.WithNetwork] all that can be reached. With [interp.WithRoot] or [interp.WithFS] beside it, the
// files are those of a tree, and there are no processes.
func Std() interp.Option {
	return interp.Combine(interp.WithSystem(), interp.WithNetwork(interp.Network{Any: true}), Safe(), onTerminals())
}

// Safe is for scripts that one does not trust: Std without files, processes, environment and network. It has os's
// time, date, clock and difftime, and of io the functions that work on the streams that WithStdio grants. [interp.WithRoot] or
// [interp.WithFS] beside it adds fs and whatever else works on files, for those of a tree, and [interp.WithNetwork] http and net. How much
// a script computes and takes is bounded by [interp.WithLimits].
func Safe() interp.Option { return safe() }

// The modules are looked through once: a process may have a thousand runtimes.
var (
	safe = sync.OnceValue(func() interp.Option {
		return interp.Combine(register(task.Globals(), file.Module(), fs.Module(), fs.LFS(), process.Module(), http.Module(), net.Module(), db.Module()), register(tables()...))
	})
	onTerminals = sync.OnceValue(func() interp.Option { return register(term.Terminal(), progress.Module()) })
)

func register(modules ...interp.Module) interp.Option {
	opts := make([]interp.Option, len(modules))
	for i, m := range modules {
		opts[i] = interp.WithModule(m)
	}
	return interp.Concurrent(opts...) // they keep nothing but what is a runtime's own
}

// tables are those that need nothing.
func tables() []interp.Module {
	return append([]interp.Module{
		task.Module(),
		tasksync.Module(),
		parallel.Module(),
		errors.Module(),
		json.Module(),
		csv.Module(),
		toml.Module(),
		yaml.Module(),
		re.Module(),
		step.Module(),
		time.Module(),
		hash.Module(),
		base64.Module(),
		hex.Module(),
		random.Module(),
		archive.Module(),
		archive.Files(),
		log.Module(),
		args.Module(),
		cron.Module(),
		html.Module(),
		term.Module(),
	}, json.CJSON()...)
}
