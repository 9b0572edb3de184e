package step

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/lull-lua/lull/builtins/internal/sqlite"
)

// request is something for the writer to do.
type request struct {
	text   string // a statement
	values []sqlite.Value
	row    func(s *sqlite.Stmt) error // of a statement that reads
	done   chan error
}

// errClosed is the error of a journal that was closed.
var errClosed = errors.New("the journal is closed")

// send gives the writer something to do; its result comes by request.done.
func (j *Journal) send(r *request) {
	r.done = make(chan error, 1)
	j.closing.RLock()
	defer j.closing.RUnlock()
	if j.closed {
		r.done <- errClosed
		return
	}
	j.todo <- r
}

// do is send, and waits.
func (j *Journal) do(r *request) error {
	j.send(r)
	return <-r.done
}

// maxBatch bounds how much is written at once.
const maxBatch = 1024

// write is the writer: it writes what has come in the meantime in one transaction, with one sync.
func (j *Journal) write() {
	defer close(j.gone)
	for r := range j.todo {
		batch := []*request{r}
		for more := true; more && len(batch) < maxBatch; {
			select {
			case next, ok := <-j.todo:
				if more = ok; ok {
					batch = append(batch, next)
				}
			default:
				more = false
			}
		}
		err := j.commit(batch)
		if err != nil && len(batch) > 1 { // one of them may be why
			for _, r := range batch {
				r.done <- j.commit([]*request{r})
			}
			continue
		}
		for _, r := range batch {
			r.done <- err
		}
	}
}

// commit does all of a batch, or nothing.
func (j *Journal) commit(batch []*request) (err error) {
	defer func() { // nobody would see it here, and it would take the process down
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	err = patiently(context.Background(), func() (err error) {
		if len(batch) > 1 {
			if err := j.conn.Exec("BEGIN IMMEDIATE"); err != nil {
				return err
			}
		}
		for _, r := range batch {
			if err == nil {
				err = each(j.conn, r.text, r.values, r.row)
			}
		}
		if len(batch) > 1 {
			if err == nil {
				err = j.conn.Exec("COMMIT")
			}
			if err != nil && j.conn.InTransaction() {
				_ = j.conn.Exec("ROLLBACK") // the reason is the error to tell
			}
		}
		return err
	})
	if st, serr := os.Stat(j.path); err == nil && (serr != nil || !os.SameFile(st, j.file)) {
		err = errors.New("the file was removed, or another has its name, since the script began: what is recorded is lost")
	}
	return err
}

// put is what writes a record.
func (j *Journal) put(r *record) *request {
	version := sqlite.Value{Kind: sqlite.Null}
	if r.hasVersion {
		version = sqlite.Value{Kind: sqlite.Real, Real: r.version}
	}
	vals := sqlite.Value{Kind: sqlite.Null}
	if r.vals != nil {
		vals = blob(r.vals)
	}
	return &request{text: "INSERT OR REPLACE INTO steps (run, name, state, version, began, ended, until, vals) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		values: []sqlite.Value{integer(j.run), text(r.name), text(string(r.state)), version, moment(r.began), moment(r.ended), moment(r.until), vals}}
}

// remove is what removes a record.
func (j *Journal) remove(name string) *request {
	return &request{text: "DELETE FROM steps WHERE run = ? AND name = ?", values: []sqlite.Value{integer(j.run), text(name)}}
}
