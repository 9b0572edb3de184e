package step

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

// RunInfo is what a journal says of a run.
type RunInfo struct {
	Name, Script string
	Args         []string
	Began        time.Time
	Ended        time.Time // well; zero: it has not
	Steps        int       // that are recorded
}

// StepInfo is what a journal says of a step.
type StepInfo struct {
	Run, Name    string
	State        string // "done", or "begun" of one that must not be run again
	Began, Ended time.Time
	Until        time.Time // of a sleep; zero: it is none
	Values       *interp.Packed
}

// Reader reads a journal, also while a run writes to it: it takes no lock.
type Reader struct {
	path string
	c    *sqlite.Conn
}

// Read opens a journal to read it.
func Read(path string) (*Reader, error) {
	there, err := looksLikeJournal(path)
	if err == nil && !there {
		if _, err = os.Stat(path); err == nil {
			err = errors.New("it is empty, and no journal yet")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, reason(err))
	}
	open := sqlite.Open // as one that could write takes its files away again
	if writable(path) != nil {
		open = sqlite.OpenToRead
	}
	c, err := open(path, sqlite.Options{Existing: true})
	if err == nil {
		if err = patiently(context.Background(), func() error { return c.Exec("SELECT 1 FROM runs") }); err != nil {
			err = errors.Join(err, c.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, damaged(err))
	}
	return &Reader{path, c}, nil
}

// Close ends it.
func (r *Reader) Close() error { return r.c.Close() }

// Runs are all runs, the oldest first.
func (r *Reader) Runs() ([]RunInfo, error) {
	var runs []RunInfo
	err := patiently(context.Background(), func() error {
		runs = nil
		return each(r.c, "SELECT name, script, args, began, ended, (SELECT count(*) FROM steps WHERE run = id) FROM runs ORDER BY id", nil, func(s *sqlite.Stmt) error {
			i := RunInfo{Name: string(s.Bytes(0)), Script: string(s.Bytes(1)), Began: momentOf(s, 3), Ended: momentOf(s, 4), Steps: int(s.Int(5))}
			if err := json.Unmarshal(s.Bytes(2), (*arguments)(&i.Args)); err != nil {
				return fmt.Errorf("%w: the arguments of the run %s: %w", errDamaged, i.Name, err)
			}
			runs = append(runs, i)
			return nil
		})
	})
	return runs, r.failure(err)
}

// Steps calls yield for the steps of a run, or of all for "", in the order in which they began.
func (r *Reader) Steps(run string, yield func(StepInfo) error) error {
	err := each(r.c, "SELECT runs.name, steps.name, state, steps.began, steps.ended, until, vals FROM steps JOIN runs ON run = id WHERE ?1 = '' OR runs.name = ?1 ORDER BY run, steps.began, steps.name", []sqlite.Value{text(run)}, func(s *sqlite.Stmt) error {
		i := StepInfo{Run: string(s.Bytes(0)), Name: string(s.Bytes(1)), State: string(s.Bytes(2)), Began: momentOf(s, 3), Ended: momentOf(s, 4), Until: momentOf(s, 5), Values: &interp.Packed{}}
		if s.ColumnKind(6) != sqlite.Null {
			if err := i.Values.UnmarshalBinary(s.Bytes(6)); err != nil {
				return fmt.Errorf("%w: the values of the step '%s' of the run %s: %w", errDamaged, i.Name, i.Run, err)
			}
		}
		return yield(i)
	})
	return r.failure(err)
}

func (r *Reader) failure(err error) error {
	if moved := r.c.Moved(); moved != nil {
		err = moved
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", r.path, damaged(err))
}

// change changes a journal beside whoever has it open: inUse is the run that another process goes on with, or "".
func change(path string, fn func(c *sqlite.Conn, inUse string) error) (err error) {
	r, err := Read(path) // looks whether it is one
	if err != nil {
		return err
	}
	if err := r.Close(); err != nil {
		return err
	}
	used := (*inUse)(nil)
	run := ""
	file, err := resolved(path)
	if err != nil {
		return err
	}
	lock, err := takeLock(file)
	switch {
	case err == nil:
		defer func() { err = errors.Join(err, lock.Close()) }()
	case errors.As(err, &used):
		run = used.run
	default:
		return err
	}
	c, err := connect(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := patiently(context.Background(), func() error { return fn(c, run) }); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Forget removes a run, or for "RUN/STEP" a step's record. A run that a process goes on with is an error.
func Forget(path, what string) error {
	run, step, isStep := strings.Cut(what, "/")
	return change(path, func(c *sqlite.Conn, inUse string) error {
		if inUse == run {
			return fmt.Errorf("the run %s is in use", run)
		}
		if isStep {
			if err := each(c, "DELETE FROM steps WHERE run = (SELECT id FROM runs WHERE name = ?) AND name = ?", []sqlite.Value{text(run), text(step)}, nil); err != nil {
				return err
			}
		} else if err := each(c, "DELETE FROM runs WHERE name = ?", []sqlite.Value{text(run)}, nil); err != nil {
			return err
		}
		if c.Changes() == 0 {
			return fmt.Errorf("there is no %s", what)
		}
		return nil
	})
}

// Prune removes the runs that began before a time, ended or not, and returns how many; one that a process goes on with stays.
func Prune(path string, before time.Time) (n int, err error) {
	err = change(path, func(c *sqlite.Conn, inUse string) error {
		err := each(c, "DELETE FROM runs WHERE began < ? AND name <> ?", []sqlite.Value{moment(before), text(inUse)}, nil)
		n = int(c.Changes())
		return err
	})
	return n, err
}
