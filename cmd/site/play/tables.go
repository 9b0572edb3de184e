//go:build js

package main

import (
	"strings"

	"github.com/lull-lua/lull/builtins/args"
	"github.com/lull-lua/lull/builtins/base64"
	"github.com/lull-lua/lull/builtins/cron"
	"github.com/lull-lua/lull/builtins/csv"
	"github.com/lull-lua/lull/builtins/errors"
	"github.com/lull-lua/lull/builtins/file"
	"github.com/lull-lua/lull/builtins/fs"
	"github.com/lull-lua/lull/builtins/hash"
	"github.com/lull-lua/lull/builtins/hex"
	"github.com/lull-lua/lull/builtins/json"
	"github.com/lull-lua/lull/builtins/log"
	"github.com/lull-lua/lull/builtins/parallel"
	"github.com/lull-lua/lull/builtins/progress"
	"github.com/lull-lua/lull/builtins/random"
	"github.com/lull-lua/lull/builtins/re"
	"github.com/lull-lua/lull/builtins/sync"
	"github.com/lull-lua/lull/builtins/task"
	"github.com/lull-lua/lull/builtins/term"
	"github.com/lull-lua/lull/builtins/time"
	"github.com/lull-lua/lull/builtins/toml"
	"github.com/lull-lua/lull/builtins/yaml"
	"github.com/lull-lua/lull/interp"
)

// tables are what a browser can use of builtins.Std, whose whole is twice as much to load. Its files are those in memory; what there cannot
// be says so when it is used.
func tables() interp.Option {
	var opts []interp.Option
	for _, m := range append([]interp.Module{
		task.Globals(), task.Module(), sync.Module(), parallel.Module(), errors.Module(), file.Module(), fs.Module(), fs.LFS(), json.Module(), csv.Module(),
		toml.Module(), yaml.Module(), re.Module(), time.Module(), hash.Module(), base64.Module(), hex.Module(), random.Module(),
		log.Module(), args.Module(), cron.Module(), term.Module(), term.Terminal(), progress.Module(),
		httpModule(), httpServing(),
	}, json.CJSON()...) {
		opts = append(opts, interp.WithModule(m))
	}
	for _, name := range missing {
		opts = append(opts, interp.WithModule(absent(name)))
	}
	// Isolates are worked for by the same modules, which keep nothing but what is a runtime's own.
	return interp.Combine(interp.WithSystem(), interp.WithDenied(instead), interp.Concurrent(opts...))
}

// missing are the tables that the playground lacks.
var missing = []string{"process", "net", "db", "step", "archive", "html"}

// absent is a table that the playground lacks.
func absent(name string, functions ...string) interp.Module {
	m := interp.Module{Name: name, Needs: func(interp.Granted) bool { return false }}
	for _, f := range functions {
		m.Defs = append(m.Defs, interp.Def{Name: f, Fn: func(*interp.Call) error { return nil }})
	}
	return m
}

// instead says why something is not there.
func instead(name string) string {
	table, _, _ := strings.Cut(name, ".")
	switch table {
	case "process":
		return "a browser has no processes; run the script with lull on a machine"
	case "net":
		return "a browser lets no page open connections of its own; http.get asks servers that allow it"
	case "db":
		return "the playground has no SQLite; run the script with lull on a machine"
	case "http":
		return "a browser cannot serve, and the playground has requests alone; run the script with lull on a machine"
	}
	return "the playground does not have it; run the script with lull on a machine"
}
