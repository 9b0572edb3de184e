package step

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/builtins/internal/filelock"
	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

// Run says which run of a journal is wanted: that of a script with its arguments.
type Run struct {
	// Name is the run's; "" is the newest run that has none, has not ended well, and is of this script with these arguments, or else a new
	// one; NewRun is a new one in any case.
	Name   string
	Script string   // which it is: its absolute path, for one
	Args   []string // of the script
	Source []byte   // of the script, to see whether it has changed
	Now    time.Time
	// Resume is how old a run without a name may be that is gone on with; 0: as old as it likes.
	Resume time.Duration
}

// NewRun is the Name of a Run that is a new one.
const NewRun = "new"

// ErrEnded is the error of Open for a run that was named, and has ended well before: there is nothing to do.
var ErrEnded = errors.New("the run has ended well before")

// Journal is a file with what the steps of runs have done, open for one run. Its methods may be called from any goroutine.
type Journal struct {
	path  string
	lock  *os.File
	run   int64
	name  string
	key   string
	notes []string

	todo chan *request
	gone chan struct{} // closed when the writer has ended
	conn *sqlite.Conn  // the writer's

	closing sync.RWMutex // guards closed, and that nothing is sent behind it
	closed  bool

	mu     sync.Mutex // guards what follows
	steps  map[string]*record
	claims map[string]bool // names that were asked for in this process, and whether they are under way
	kept   int             // bytes of values that are in memory
}

// record is what the journal has of a step.
type record struct {
	name         string
	state        state
	version      float64
	hasVersion   bool
	began, ended time.Time
	until        time.Time
	vals         []byte
	left         bool // the values are in the journal alone
	before       bool // it was there when the journal was opened
	asked        bool // somebody has asked for it since
}

type state string

const (
	begun state = "begun"
	done  state = "done"
)

// maxKept bounds the values of one step, and of all, that are kept in memory, so that a step which was done before costs microseconds.
const (
	maxKept    = 4 << 10
	maxKeptAll = 64 << 20
)

// Open opens a journal, which is made if it is not there, and the run of it that is wanted. One process at a time has it open. A file that
// is no journal, of a newer format or damaged is an error, and left as it is.
func Open(path string, r Run) (*Journal, error) {
	j, err := open(path, r)
	used := (*inUse)(nil)
	switch {
	case err == nil:
		return j, nil
	case errors.As(err, &used):
		used.path = path
		return nil, used
	case errors.Is(err, ErrEnded):
		return nil, err
	}
	return nil, fmt.Errorf("%s: %w", path, err)
}

func open(path string, r Run) (_ *Journal, err error) {
	if r.Name != "" && !validRun(r.Name) {
		return nil, errors.New("the name of a run is a text without / and line ends, of 200 bytes at most")
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if _, err := looksLikeJournal(path); err != nil { // before there is a lock beside it
		return nil, err
	}
	j := &Journal{path: path, todo: make(chan *request, 256), gone: make(chan struct{}), steps: map[string]*record{}, claims: map[string]bool{}}
	if j.lock, err = takeLock(path); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.lock.Close())
		}
	}()
	there, err := looksLikeJournal(path)
	if err != nil {
		return nil, err
	}
	if there {
		err = whole(path)
	} else {
		err = create(path)
	}
	if err != nil {
		return nil, err
	}
	if j.conn, err = connect(path); err != nil {
		return nil, err
	}
	if err := j.find(r); err != nil {
		return nil, errors.Join(err, j.conn.Close())
	}
	if err := writeHolder(j.lock, j.name); err != nil {
		return nil, errors.Join(err, j.conn.Close())
	}
	go j.write()
	return j, nil
}

func validRun(name string) bool {
	return len(name) <= 200 && !strings.ContainsAny(name, "/\r\n\x00")
}

// inUse is the error of a journal that another process has open.
type inUse struct {
	path, pid, run string
}

func (e *inUse) Error() string {
	if e.pid == "" {
		return e.path + " is in use by another process"
	}
	return e.path + " is in use by process " + e.pid
}

// takeLock locks the file beside a journal. Closing it gives it back.
func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the lock beside it: %w", reason(err))
	}
	ok, err := filelock.Try(f)
	if err == nil && !ok {
		pid, run := holder(f)
		err = &inUse{path, pid, run}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// writeHolder says in the lock's file who has it.
func writeHolder(f *os.File, run string) error {
	err := f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+" "+run+"\n"), 0)
	}
	if err != nil {
		return fmt.Errorf("the lock beside it: %w", reason(err))
	}
	return nil
}

// holder is who has the lock, as far as its file says.
func holder(f *os.File) (pid, run string) {
	b, _ := io.ReadAll(io.NewSectionReader(f, 0, 300)) // nobody says so, then
	pid, run, _ = strings.Cut(strings.TrimSuffix(string(b), "\n"), " ")
	if _, err := strconv.Atoi(pid); err != nil {
		return "", ""
	}
	return pid, run
}

// Hash is a script's hash, for the Script of one that is no file.
func Hash(source []byte) string {
	sum := sha256.Sum256(source)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// find finds the run that is wanted, or begins it, and reads what it has done.
func (j *Journal) find(r Run) error {
	if r.Args == nil {
		r.Args = []string{}
	}
	args, err := json.Marshal(r.Args)
	if err != nil {
		return err
	}
	source := Hash(r.Source)
	type found struct {
		id                      int64
		name, key, script, args string
		source                  string
		began, ended            time.Time
	}
	var runs []found // that may be it, the newest first
	others := 0      // that have not ended either
	err = each(j.conn, "SELECT id, name, key, script, args, source, began, ended, named FROM runs WHERE name = ? OR ended IS NULL ORDER BY id DESC", []sqlite.Value{text(r.Name)}, func(s *sqlite.Stmt) error {
		f := found{s.Int(0), string(s.Bytes(1)), string(s.Bytes(2)), string(s.Bytes(3)), string(s.Bytes(4)), string(s.Bytes(5)), momentOf(s, 6), momentOf(s, 7)}
		switch {
		case r.Name == f.name, r.Name == "" && s.Int(8) == 0 && f.script == r.Script && f.args == string(args):
			runs = append(runs, f)
		default:
			others++
		}
		return nil
	})
	if err != nil {
		return damaged(err)
	}
	old := ""
	for i, f := range runs {
		switch {
		case r.Name == "" && r.Resume > 0 && f.began.Before(r.Now.Add(-r.Resume)):
			if others += len(runs) - i; old == "" {
				old = fmt.Sprintf("the run %s is older than %s, and not gone on with: a new one begins (--resume says how old it may be, --run %s goes on with it)", f.name, r.Resume, f.name)
				others--
			}
		case r.Name != "" && (f.script != r.Script || f.args != string(args)):
			return fmt.Errorf("the run %s is one of %s with the arguments %s, and this is %s with %s; to begin it anew: lull journal %s --forget %s", f.name, f.script, f.args, r.Script, args, shown(j.path), f.name)
		case !f.ended.IsZero():
			return fmt.Errorf("the run %s: %w", f.name, ErrEnded)
		default:
			j.run, j.name, j.key = f.id, f.name, f.key
			if others += len(runs) - i - 1; f.source != source {
				j.notes = append(j.notes, fmt.Sprintf("the script has changed since the run %s began: what was recorded stands", f.name))
			}
			return j.read()
		}
		break
	}
	if old != "" {
		j.notes = append(j.notes, old)
	}
	if others > 0 && r.Name == "" {
		j.notes = append(j.notes, fmt.Sprintf("a new run begins, and %d %s not ended well: lull journal %s", others, map[bool]string{true: "other has", false: "others have"}[others == 1], shown(j.path)))
	}
	return j.begin(r, string(args), source)
}

// shown is a path as a command line has it.
func shown(path string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return path
}

// begin makes a new run.
func (j *Journal) begin(r Run, args, source string) error {
	var key [16]byte
	_, _ = rand.Read(key[:]) // it never fails
	j.key = hex.EncodeToString(key[:])
	return patiently(context.Background(), func() error {
		err := j.conn.Exec("BEGIN IMMEDIATE")
		if err != nil {
			return err
		}
		named := int64(1)
		if j.name = r.Name; r.Name == "" || r.Name == NewRun {
			named = 0
			at := r.Now.UTC().Format("2006-01-02T15:04:05Z")
			for n := int64(1); ; n++ {
				j.name = fmt.Sprintf("%s.%d", at, n)
				taken := false
				if err = each(j.conn, "SELECT 1 FROM runs WHERE name = ?", []sqlite.Value{text(j.name)}, func(*sqlite.Stmt) error { taken = true; return nil }); err != nil || !taken {
					break
				}
			}
		}
		if err == nil {
			err = each(j.conn, "INSERT INTO runs (name, named, key, script, args, source, began) VALUES (?, ?, ?, ?, ?, ?, ?)",
				[]sqlite.Value{text(j.name), integer(named), text(j.key), text(r.Script), text(args), text(source), moment(r.Now)}, nil)
		}
		j.run = j.conn.LastID()
		if err == nil {
			err = j.conn.Exec("COMMIT")
		}
		if err != nil && j.conn.InTransaction() {
			_ = j.conn.Exec("ROLLBACK") // the reason is the error to tell
		}
		return err
	})
}

// read reads the steps of the run.
func (j *Journal) read() error {
	err := each(j.conn, "SELECT name, state, version, began, ended, until, coalesce(length(vals), 0), CASE WHEN length(vals) <= ? THEN vals END FROM steps WHERE run = ?", []sqlite.Value{integer(maxKept), integer(j.run)}, func(s *sqlite.Stmt) error {
		r := &record{before: true, name: string(s.Bytes(0)), state: state(s.Bytes(1)), hasVersion: s.ColumnKind(2) != sqlite.Null, version: s.Float(2), began: momentOf(s, 3), ended: momentOf(s, 4), until: momentOf(s, 5)}
		if r.state != begun && r.state != done {
			return fmt.Errorf("%w: the step '%s' has the state %q", errDamaged, r.name, r.state)
		}
		if n := int(s.Int(6)); n <= maxKept && j.kept+n <= maxKeptAll {
			r.vals = slices.Clone(s.Bytes(7))
			j.kept += n
		} else {
			r.left = true
		}
		j.steps[r.name] = r
		return nil
	})
	if err != nil {
		return damaged(err)
	}
	return nil
}

// Name is the run's.
func (j *Journal) Name() string { return j.name }

// Notes are lines for who has started the script: that it has changed since the run began, for one.
func (j *Journal) Notes() []string { return j.notes }

// Option makes scripts record their steps in the journal: those of a runtime, and of its isolates.
func (j *Journal) Option() interp.Option { return interp.WithModule(module(j)) }

// Unasked are the names of steps that were recorded before, and that nothing has asked for: the script has changed. A step that was done
// within another one is not among them, as that one's record is enough.
func (j *Journal) Unasked() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var names []string
	var outer []*record // that were asked for
	for _, r := range j.steps {
		if r.asked && r.before && r.state == done {
			outer = append(outer, r)
		}
	}
	for name, r := range j.steps {
		if r.asked || !r.before {
			continue
		}
		if !slices.ContainsFunc(outer, func(o *record) bool { return !r.began.Before(o.began) && !r.ended.After(o.ended) }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// End says that the run has ended well: it is not gone on with.
func (j *Journal) End(now time.Time) error {
	err := j.do(&request{text: "UPDATE runs SET ended = ? WHERE id = ?", values: []sqlite.Value{moment(now), integer(j.run)}})
	if err != nil {
		return fmt.Errorf("%s: %w", j.path, err)
	}
	return nil
}

// Close closes the journal, once what was given to it is written.
func (j *Journal) Close() error {
	j.closing.Lock()
	if j.closed {
		j.closing.Unlock()
		return nil
	}
	j.closed = true
	close(j.todo)
	j.closing.Unlock()
	<-j.gone
	if err := errors.Join(j.conn.Close(), j.lock.Close()); err != nil {
		return fmt.Errorf("%s: %w", j.path, err)
	}
	return nil
}

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
func (j *Journal) commit(batch []*request) error {
	return patiently(context.Background(), func() (err error) {
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

// claim says that a step begins, and returns what the journal has of it; nil: nothing.
func (j *Journal) claim(name string) (*record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, taken := j.claims[name]; taken {
		return nil, interp.Errorf(interp.KindError, "step '%s' ran already in this run: give each its own name, such as '%s ' .. id", cut(name), cut(name))
	}
	j.claims[name] = true
	r := j.steps[name]
	if r != nil {
		r.asked = true
	}
	return r, nil
}

// free says that a step has raised: its name may be used again.
func (j *Journal) free(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.claims, name)
}

// noted is told what the journal has of a step by now; a record without a state: nothing.
func (j *Journal) noted(r *record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if was := j.steps[r.name]; was != nil {
		j.kept -= len(was.vals)
		delete(j.steps, r.name)
	}
	if r.state == "" {
		return
	}
	if len(r.vals) > maxKept || j.kept+len(r.vals) > maxKeptAll {
		r.vals, r.left = nil, true
	}
	j.kept += len(r.vals)
	j.steps[r.name] = r
}

// ends says that a step is under way no more: its name stays taken.
func (j *Journal) ends(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.claims[name] = false
}

// look is what the journal has of a step, and whether that is under way.
func (j *Journal) look(name string) (r *record, busy bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.steps[name]
	if r != nil {
		r.asked = true
	}
	return r, j.claims[name]
}

// keyOf is the key of a step.
func keyOf(run, name string) string {
	sum := sha256.Sum256([]byte(run + "\x00" + name))
	return hex.EncodeToString(sum[:16])
}

// cut is a name as messages have it.
func cut(name string) string {
	const most = 100
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "..."
}
