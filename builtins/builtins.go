// Package builtins is Lull's library of async builtins, written with nothing but what package interp exports: whatever
// one of them can do, a host's own function can do.
package builtins

import (
	"github.com/lull-lua/lull/builtins/archive"
	"github.com/lull-lua/lull/builtins/base64"
	"github.com/lull-lua/lull/builtins/csv"
	"github.com/lull-lua/lull/builtins/hash"
	"github.com/lull-lua/lull/builtins/hex"
	"github.com/lull-lua/lull/builtins/json"
	"github.com/lull-lua/lull/builtins/log"
	"github.com/lull-lua/lull/builtins/random"
	"github.com/lull-lua/lull/builtins/re"
	"github.com/lull-lua/lull/builtins/time"
	"github.com/lull-lua/lull/builtins/toml"
	"github.com/lull-lua/lull/builtins/yaml"
	"github.com/lull-lua/lull/interp"
)

// Std is everything: the core builtins as globals, the tables task, sync and errors, and, by [interp.WithSystem], the machine's
// files and processes. With [interp.WithFS] beside it, the files are those of a tree, and there are no processes.
func Std() interp.Option {
	return interp.Combine(
		interp.WithSystem(),
		Safe(),
		interp.WithModule(files()),
	)
}

// Safe is for scripts that one does not trust: Std without files, processes, environment and network. Of os there are
// time, date, clock and difftime; of io what works on the streams that WithStdio grants. What a script computes, and how
// much of it, is bounded by [interp.WithLimits].
func Safe() interp.Option {
	opts := []interp.Option{
		interp.WithModule(core()),
		interp.WithModule(taskTable()),
		interp.WithModule(syncTable()),
		interp.WithModule(errorsTable()),
	}
	for _, m := range append(Tables(), json.CJSON()...) {
		opts = append(opts, interp.WithModule(m))
	}
	return interp.Combine(opts...)
}

// Tables are the tables of Safe that are packages of their own, each with its stub.
func Tables() []interp.Module {
	return []interp.Module{
		json.Module(),
		csv.Module(),
		toml.Module(),
		yaml.Module(),
		re.Module(),
		time.Module(),
		hash.Module(),
		base64.Module(),
		hex.Module(),
		random.Module(),
		archive.Module(),
		log.Module(),
	}
}

// core are the globals.
func core() interp.Module {
	return interp.Module{
		Defs: []interp.Def{
			{Name: "spawn", Sig: "spawn(x, ...)", Fn: spawn},
			{Name: "async", Sig: "async(fn)", Fn: async},
			{Name: "await", Sig: "await(x)", Fn: await},
			{Name: "sleep", Sig: "sleep(seconds [, value])", Fn: sleep},
			{Name: "now", Sig: "now()", Fn: now},
			{Name: "gather", Sig: "gather(...) or gather{...}", Fn: gather},
			{Name: "race", Sig: "race(...) or race{...}", Fn: race},
			{Name: "wait_for", Sig: "wait_for(x, seconds, ...)", Fn: waitFor},
			{Name: "shield", Sig: "shield(x, ...)", Fn: shield},
			{Name: "group", Sig: "group(fn)", Fn: group},
			{Name: "finally", Sig: "finally(body, cleanup [, grace])", Fn: finally},
			{Name: "stop", Sig: "stop([code])", Fn: stop},
			{Name: "show", Sig: "show(v)", Fn: show},
		},
		Types: []interp.Type{jobType, groupType},
	}
}
