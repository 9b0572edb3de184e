// Package log is the table log: events of a script, one line each, on standard error or in a file, or handed to the host's logger.
package log

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp"
)

//go:embed log.lua
var stub string

// Module is the table log.
func Module() interp.Module {
	defs := []interp.Def{{Name: "setup", Fn: setup, Outside: true}}
	for _, f := range new(logger).functions() {
		defs = append(defs, interp.Def{Name: f.name, Fn: f.fn})
	}
	return interp.Module{Name: "log", Stub: stub, Defs: defs}
}

// logger is the table log, or what log.with has made.
type logger struct {
	fields []field
}

// function is one of a logger's.
type function struct {
	name string
	fn   interp.Func
}

func (l *logger) functions() []function {
	at := func(level slog.Level) interp.Func {
		return func(c *interp.Call) error { return l.event(c, level) }
	}
	return []function{
		{"debug", at(slog.LevelDebug)},
		{"info", at(slog.LevelInfo)},
		{"warn", at(slog.LevelWarn)},
		{"error", at(slog.LevelError)},
		{"with", l.with},
	}
}

// with is log.with(fields).
func (l *logger) with(c *interp.Call) error {
	fields, err := readFields(c, 1, l.fields)
	if err != nil {
		return err
	}
	t := c.NewTable(0)
	for _, f := range (&logger{fields}).functions() {
		t.SetField(f.name, c.NewFunction(f.name, f.fn))
	}
	return c.Return(t)
}

// event is log.info and its like.
func (l *logger) event(c *interp.Call, level slog.Level) error {
	st := interp.Local[settings](c)
	st.begin(c)
	if _, ok := c.Arg(1).Table(); ok {
		return c.ArgError(1, "string expected, got table; was it called with a colon? it is called with a dot: log."+c.Name()+"(message)")
	}
	message, err := c.Text(1)
	if err != nil {
		return err
	}
	to := c.Logger()
	if typ := c.Arg(2).Type(); to == nil && level < st.level && (typ == "nil" || typ == "table") {
		return nil // at no cost: what the fields are is not looked at
	}
	fields, err := readFields(c, 2, l.fields)
	if err != nil {
		return err
	}
	if to != nil {
		if !to.Enabled(c.Context(), level) {
			return nil
		}
		if err := c.WillWrite(size(message, fields)); err != nil {
			return err
		}
		to.LogAttrs(c.Context(), level, message, attrs(c, fields)...)
		return nil
	}
	if n := size(message, fields); n > 4096 { // a line has its size, or some times that where much of it is escaped
		if err := c.Spend(n); err != nil {
			return err
		}
		if err := c.Room(n); err != nil {
			return err
		}
	}
	return st.write(c, level, message, fields)
}

// attrs are the fields as the host's logger takes them.
func attrs(c *interp.Call, fields []field) []slog.Attr {
	list := make([]slog.Attr, 0, len(fields)+3)
	for _, f := range fields {
		list = append(list, f.attr())
	}
	for _, a := range c.Task().LogAttrs() {
		if !has(fields, a.Key) {
			list = append(list, a)
		}
	}
	return list
}

// has reports whether the script has a field of that name, which stands in the place of what the event would say of its task.
func has(fields []field, key string) bool {
	return slices.ContainsFunc(fields, func(f field) bool { return f.key == key })
}

// settings are what log.setup and the environment say, for all scripts of a runtime.
type settings struct {
	begun   bool
	level   slog.Level
	json    bool
	noTime  bool
	fixed   struct{ level, format bool } // by the environment, which wins
	colours bool
	file    *interp.File // nil: standard error
	path    string
	told    bool // of a file that could not be written to
	line    []byte
	stamped int64 // the second that stamp is of
	stamp   []byte
}

// levels are the names of the levels.
var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

// begin reads the environment, once.
func (s *settings) begin(c *interp.Call) {
	if s.begun {
		return
	}
	s.begun = true
	s.colours = c.StderrIsTerminal()
	if v, _ := c.Env("NO_COLOR"); v != "" {
		s.colours = false
	}
	if v, _ := c.Env("TERM"); v == "dumb" {
		s.colours = false
	}
	words, _ := c.Env("LULL_LOG")
	for word := range strings.SplitSeq(words, ",") {
		word = strings.ToLower(strings.TrimSpace(word))
		level, isLevel := levels[word]
		switch {
		case isLevel:
			s.level, s.fixed.level = level, true
		case word == "json" || word == "text":
			s.json, s.fixed.format = word == "json", true
		case word != "":
			c.Warn("LULL_LOG: %.60q is neither a level nor a format; there are: debug, info, warn, error, text, json", word)
		}
	}
}

// Close implements io.Closer: the runtime has ended.
func (s *settings) Close() error {
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return f.Close()
}

// setup is log.setup(opts). It waits where it opens a file.
func setup(c *interp.Call) error {
	if c.Arg(1).Type() != "table" {
		return c.TypeError(1, "table")
	}
	s := interp.Local[settings](c)
	s.begin(c)
	var level, format string
	var file, stamps interp.Value
	if err := c.Options(1, map[string]any{"level": &level, "format": &format, "file": &file, "time": &stamps}); err != nil {
		return err
	}
	to, known := levels[level]
	if level != "" && !known {
		return c.ArgError(1, fmt.Sprintf("option 'level': debug, info, warn or error expected, got %.60q", level))
	}
	if format != "" && format != "text" && format != "json" {
		return c.ArgError(1, fmt.Sprintf("option 'format': text or json expected, got %.60q", format))
	}
	if t := stamps.Type(); t != "nil" && t != "boolean" {
		return c.ArgError(1, "option 'time': boolean expected, got "+t)
	}
	path, named := file.Text()
	switch {
	case named && (path == "" || strings.Contains(path, "\x00")):
		return c.ArgError(1, fmt.Sprintf("option 'file': path expected, got %.60q", path))
	case !named && !file.IsNil() && (file.Type() != "boolean" || file.Truth()):
		return c.ArgError(1, "option 'file': path or false expected, got "+file.Type())
	}
	if named {
		if err := c.Checkpoint(); err != nil {
			return err
		}
		files := c.Files()
		opened := make(chan *interp.File, 1)
		err := c.BlockFirm(func(ctx context.Context) error {
			f, err := files.Open(ctx, path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
			opened <- f
			return err
		})
		f := (*interp.File)(nil)
		select {
		case f = <-opened:
		default: // it has not begun
		}
		if err != nil {
			if f != nil {
				err = errors.Join(err, f.Close())
			}
			return interp.PathErrorf("log.setup", path, err)
		}
		if err := s.Close(); err != nil {
			c.Warn("log.setup: %s: %v", s.path, err)
		}
		s.file, s.path, s.told = f, path, false
	} else if !file.IsNil() {
		if err := s.Close(); err != nil {
			return interp.PathErrorf("log.setup", s.path, err)
		}
	}
	if known && !s.fixed.level {
		s.level = to
	}
	if format != "" && !s.fixed.format {
		s.json = format == "json"
	}
	if !stamps.IsNil() {
		s.noTime = !stamps.Truth()
	}
	return nil
}

// write writes the line of an event: at once, so that none is lost, however the script ends.
func (s *settings) write(c *interp.Call, level slog.Level, message string, fields []field) error {
	s.line = s.event(s.line[:0], c.Time(), level, message, fields, c.Task(), s.colours && s.file == nil)
	line := s.line
	if cap(s.line) > 64<<10 {
		s.line = nil
	}
	if s.file != nil {
		if err := c.WillWrite(len(line)); err != nil {
			return err
		}
		_, err := s.file.Write(line)
		if err == nil {
			s.told = false
			return nil
		}
		if !s.told {
			s.told = true
			c.Warn("log.%s: %v; its lines go to standard error", c.Name(), interp.PathErrorf("log", s.path, err))
		}
	}
	_, err := c.Stderr().Write(line)
	if errors.Is(err, interp.ErrLimit) {
		return err
	}
	return nil // nobody is there to be told that standard error is gone
}
