package interp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// Loader finds the modules that scripts require, by their names: "app.db". An error that is fs.ErrNotExist, or no program,
// says that it has none of that name. Any other error is raised by require, with the Go error as its cause. ctx ends when
// the task that requires is cancelled.
type Loader func(ctx context.Context, name string) (*Program, error)

// WithLoader is where require looks first: before package.preload and the files of package.path. The first of several
// loaders that has the module decides. A loader runs off the loop and may block; one that several runtimes share must be
// safe for use by several goroutines, as [ModulesIn] is.
func WithLoader(load Loader) Option {
	return func(c *config) error {
		if load == nil {
			return errors.New("WithLoader: the loader is nil")
		}
		c.loaders = append(c.loaders, hostLoader{load: load})
		return nil
	}
}

// ModulesIn is a [Loader] of the modules in a file system, an embed.FS for one: "app.db" is app/db.lua or app/db/init.lua.
// Each is read and compiled once, when it is first asked for, by however many runtimes; so give all of them the same
// loader. A file that does not compile, or cannot be read, is tried again.
func ModulesIn(fsys fs.FS) Loader {
	var mu sync.Mutex
	programs := map[string]*Program{}
	return func(_ context.Context, name string) (*Program, error) {
		mu.Lock()
		defer mu.Unlock()
		if p := programs[name]; p != nil {
			return p, nil
		}
		base := strings.ReplaceAll(name, ".", "/")
		for _, file := range []string{base + ".lua", path.Join(base, "init.lua")} {
			src, err := fs.ReadFile(fsys, file)
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
				continue // a name that is no path is no module either
			}
			if err != nil {
				return nil, err
			}
			p, err := Compile("@"+file, src)
			if err != nil {
				return nil, err
			}
			programs[name] = p
			return p, nil
		}
		return nil, fmt.Errorf("module '%s': %w", name, fs.ErrNotExist)
	}
}
