package fs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// mkdir is fs.mkdir(path [, opts]).
func mkdir(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	var mode interp.Value
	if err := c.Options(2, map[string]any{"mode": &mode}); err != nil {
		return err
	}
	perm, err := modeOption(c, 2, mode)
	if err != nil {
		return err
	}
	_, err = run(c, true, name, func(_ context.Context, files interp.Files) (struct{}, error) {
		return struct{}{}, mkdirAll(files, name, perm)
	})
	if err != nil {
		return err
	}
	return c.Return(name)
}

// mkdirAll makes a folder and those that it is in. perm is that of the last one, whatever the umask; -1: as the system makes it.
func mkdirAll(files interp.Files, name string, perm int) error {
	_, was := files.Stat(name)
	err := files.MkdirAll(name, 0o777)
	if err == nil && perm >= 0 && was != nil { // one that was there keeps its mode
		err = files.Chmod(name, fs.FileMode(perm))
	}
	return err
}

// parents makes the folders that name is in, where the option of that name says so.
func parents(files interp.Files, name string, wanted bool) error {
	if dir := filepath.Dir(name); wanted && dir != "." && dir != name {
		return mkdirAll(files, dir, -1)
	}
	return nil
}

// chmod is fs.chmod(path, mode).
func chmod(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	mode, err := c.Text(2)
	if err != nil {
		return err
	}
	if _, err := newMode(mode, 0); err != nil {
		return c.ArgError(2, err.Error())
	}
	_, err = run(c, true, name, func(_ context.Context, files interp.Files) (struct{}, error) {
		st, err := files.Stat(name)
		if err != nil {
			return struct{}{}, err
		}
		m, err := newMode(mode, st.Mode())
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, files.Chmod(name, m)
	})
	return err
}

// chown is fs.chown(path, user, group).
func chown(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	ids := [2]int{-1, -1}
	names := [2]string{}
	for i := range ids {
		switch v := c.Arg(i + 2); v.Type() {
		case "nil":
		case "number":
			n, _ := v.Number()
			if n < 0 || n != math.Trunc(n) || n > math.MaxUint32 {
				return c.ArgError(i+2, fmt.Sprintf("number of a user or group expected, got %v", v))
			}
			ids[i] = int(n)
		case "string":
			if names[i] = v.String(); names[i] == "" {
				return c.ArgError(i+2, "the name is empty")
			}
		default:
			return c.ArgError(i+2, "name or number expected, got "+data.TypeOf(v))
		}
	}
	_, err = run(c, true, name, func(_ context.Context, files interp.Files) (struct{}, error) {
		for i, n := range names {
			if n != "" {
				id, err := idOf(n, i == 1)
				if err != nil {
					return struct{}{}, err
				}
				ids[i] = id
			}
		}
		return struct{}{}, files.Chown(name, ids[0], ids[1])
	})
	return err
}

// seconds is an instant as scripts have it.
func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

// instant is seconds as an instant.
func instant(n float64) time.Time {
	whole := math.Floor(n)
	return time.Unix(int64(whole), int64(math.Round((n-whole)*1e6))*1000)
}

// touch is fs.touch(path [, opts]).
func touch(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	var mtime float64
	if err := c.Options(2, map[string]any{"mtime": &mtime}); err != nil {
		return err
	}
	at := c.Time()
	if given(c, 2, "mtime") {
		if !(mtime >= -62135596800 && mtime < 253402300800) {
			return c.ArgError(2, fmt.Sprintf("option 'mtime': seconds since 1970 expected, in the years 1 to 9999, got %v", interp.Number(mtime)))
		}
		at = instant(mtime)
	}
	_, err = run(c, true, name, func(ctx context.Context, files interp.Files) (struct{}, error) {
		err := files.Chtimes(name, at, at)
		if !errors.Is(err, fs.ErrNotExist) {
			return struct{}{}, err
		}
		f, err := files.Open(ctx, name, os.O_WRONLY|os.O_CREATE, 0o666)
		if err == nil {
			err = f.Close()
		}
		if err == nil {
			err = files.Chtimes(name, at, at)
		}
		return struct{}{}, err
	})
	return err
}
