package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/trace"
)

const traceUsage = `usage: lull trace view FILE [-o OUT.html]
       lull trace summary FILE
       lull trace convert FILE [--to html|json|pftrace|tsv|svg] [-o OUT]

Shows what lull --trace FILE has recorded. view makes a page of it, and opens that in the browser, or only makes it with -o. summary prints
what was waited for and who held it, the longest turns, failures, and what the run's time was made of. convert writes to standard output, or
to a file, by whose ending it goes without --to: a page, the format of chrome://tracing, Perfetto's, a line for each task, a small picture.
Names of tasks and texts of errors may hold secrets: what is written is the user's alone (mode 0600).
`

// traceCommand is "lull trace".
func traceCommand(p *process, args []string) int {
	if len(args) > 0 && (args[0] == "-h" || args[0] == "--help" || args[0] == "help") {
		return p.say(traceUsage)
	}
	run := map[string]func(*process, *traceFlags) error{"view": viewTrace, "summary": summarizeTrace, "convert": convertTrace}
	wrong := func(format string, args ...any) int {
		fmt.Fprintf(p.stderr, "lull trace: "+format+"\n"+traceUsage[:strings.Index(traceUsage, "\n\n")+1], args...)
		return statusUsage
	}
	if len(args) == 0 || run[args[0]] == nil {
		if len(args) == 0 {
			return wrong("view, summary or convert is wanted")
		}
		return wrong("there is no 'lull trace %s'%s", args[0], meantOf(args[0], "view", "summary", "convert"))
	}
	f := &traceFlags{}
	flags := flag.NewFlagSet("lull trace "+args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	if args[0] != "summary" {
		flags.StringVar(&f.out, "o", "", "")
	}
	if args[0] == "convert" {
		flags.StringVar(&f.to, "to", "", "")
	}
	var rest []string
	err := flags.Parse(args[1:])
	for err == nil && flags.NArg() > 0 { // a flag may stand behind the name
		rest = append(rest, flags.Arg(0))
		err = flags.Parse(flags.Args()[1:])
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return p.say(traceUsage)
	case err != nil:
		return wrong("%v", FlagError(flags, err))
	case len(rest) != 1 || rest[0] == "":
		return wrong("one file is wanted")
	}
	f.file = rest[0]
	if args[0] == "convert" {
		if f.to == "" {
			f.to = strings.TrimPrefix(filepath.Ext(f.out), ".")
		}
		switch {
		case f.to == "":
			return wrong("--to, or -o with a name that ends so, is wanted: one of %s", strings.Join(traceFormats, ", "))
		case !slices.Contains(traceFormats, f.to):
			return wrong("--to is one of %s, not %q", strings.Join(traceFormats, ", "), f.to)
		}
	}
	if err := run[args[0]](p, f); err != nil {
		fmt.Fprintf(p.stderr, "lull trace %s: %v\n", args[0], err)
		return statusFailed
	}
	return 0
}

// meantOf is what follows a message about a word that is none of several.
func meantOf(word string, among ...string) string {
	if near := interp.Nearest(word, slices.Values(among)); near != "" {
		return "; did you mean '" + near + "'?"
	}
	return ""
}

type traceFlags struct{ file, out, to string }

// readTrace reads a file that --trace has written.
func readTrace(name string) (*trace.Trace, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := trace.Read(f)
	switch ext := strings.TrimPrefix(filepath.Ext(name), "."); {
	case errors.Is(err, trace.ErrFormat) && slices.Contains(traceFormats, ext):
		return nil, fmt.Errorf("%s: %w; Lull's own format is what --trace writes to a name without .%s", name, err, ext)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

func summarizeTrace(p *process, f *traceFlags) error {
	t, err := readTrace(f.file)
	if err != nil {
		return err
	}
	_, err = io.WriteString(p.stdout, t.Text())
	return err
}

func convertTrace(p *process, f *traceFlags) error {
	t, err := readTrace(f.file)
	if err != nil {
		return err
	}
	if f.out == "" {
		return writeTrace(t, f.to, p.stdout)
	}
	return f.write(t, f.to)
}

// write writes the file of -o, which is not the one that was read.
func (f *traceFlags) write(t *trace.Trace, format string) error {
	in, err := os.Stat(f.file)
	if err != nil {
		return err
	}
	if out, err := os.Stat(f.out); err == nil && os.SameFile(in, out) {
		return fmt.Errorf("%s is the trace itself, and would be overwritten: give -o another name", f.out)
	}
	return writeTraceFile(t, format, f.out)
}

func viewTrace(p *process, f *traceFlags) error {
	t, err := readTrace(f.file)
	if err != nil {
		return err
	}
	if f.out != "" {
		return f.write(t, "html")
	}
	dir, err := os.MkdirTemp("", "lull-trace") // the browser reads it when it likes: the system takes it away
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "trace.html")
	if err := writeTraceFile(t, "html", name); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(p.stdout, name); err != nil {
		return err
	}
	return openInBrowser(name)
}

// openInBrowser opens a file as the system opens a page.
func openInBrowser(name string) error {
	opener := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		opener = []string{"open"}
	case "windows":
		opener = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	if out, err := exec.Command(opener[0], append(opener[1:], name)...).CombinedOutput(); err != nil {
		return fmt.Errorf("no browser could be started (%w%s): open the file yourself", err, firstLine(out))
	}
	return nil
}

func firstLine(out []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if line == "" {
		return ""
	}
	return ": " + line
}

// traceFormats are what a trace can be written as, by the endings of files; any other ending is that of Lull's own format.
var traceFormats = []string{"html", "json", "pftrace", "tsv", "svg"}

func writeTrace(t *trace.Trace, format string, w io.Writer) error {
	switch format {
	case "html":
		return t.Page(w)
	case "json":
		return t.Chrome(w)
	case "pftrace":
		return t.Perfetto(w)
	case "tsv":
		return t.TSV(w)
	}
	return t.SVG(w)
}

// writeTraceFile writes a file beside, and puts it in its place: names and errors may be secrets, so that nobody else can read it.
func writeTraceFile(t *trace.Trace, format, name string) error {
	return replaceFile(name, func(w io.Writer) error { return writeTrace(t, format, w) })
}

// replaceFile writes a file of the user's own beside, and puts it in its place; a device is written to as it is.
func replaceFile(name string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // 0600
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// tracing is --trace, and --trace-last.
type tracing struct {
	file   string
	format string // of traceFormats; "" is Lull's own
	last   bool
	header trace.Header
	rec    *trace.Recorder
	out    *os.File // what is recorded to; nil with --trace-last

	mu sync.Mutex // held while the end is written
}

// startTracing opens the file of --trace: nil if that was not asked for.
func startTracing(o *options, s *script) (*tracing, error) {
	if o.trace == "" {
		return nil, nil
	}
	tr := &tracing{file: o.trace, last: o.traceLast > 0}
	if ext := strings.TrimPrefix(filepath.Ext(o.trace), "."); slices.Contains(traceFormats, ext) {
		tr.format = ext
	}
	tr.header = trace.Header{Script: s.name(), Version: moduleVersion(), PID: ownPID(), Start: epoch(), Virtual: o.virtual}
	var err error
	if tr.last {
		tr.rec, err = trace.NewLastRecorder(o.traceLast)
		return tr, err
	}
	// A page and the like are made at the end: until then the records stand beside it, where they are found if the process is killed.
	name := tr.file
	if tr.format != "" {
		name += ".partial"
	}
	if tr.out, err = openPrivate(name); err == nil {
		tr.rec, err = trace.NewRecorder(tr.out, tr.header)
	}
	if err != nil {
		return nil, fmt.Errorf("--trace: %w", err)
	}
	return tr, nil
}

// openPrivate opens a file for writing that nobody else can read. A device stays as it is.
func openPrivate(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() && info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		err = f.Chmod(0o600)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// option gives the runtime the recorder.
func (tr *tracing) option() interp.Option {
	if tr == nil {
		return interp.Combine()
	}
	return interp.WithTracer(tr.rec)
}

// finish writes what is to be written when the runtime has been closed; failed says that the run has not ended well.
func (tr *tracing) finish(failed bool) error {
	switch {
	case tr == nil:
		return nil
	case tr.last && !failed:
		return nil
	case tr.last:
		return tr.failed(tr.save(nil))
	}
	err := tr.rec.Close()
	err = errors.Join(err, tr.out.Close())
	if err == nil && tr.format != "" {
		var t *trace.Trace
		if t, err = readTrace(tr.out.Name()); err == nil {
			err = writeTraceFile(t, tr.format, tr.file)
		}
		if err == nil {
			err = os.Remove(tr.out.Name())
		} else {
			err = fmt.Errorf("%w; what was recorded is in %s", err, tr.out.Name())
		}
	}
	return tr.failed(err)
}

// ends finishes, and returns the exit status of a run that has ended with one.
func (tr *tracing) ends(stderr io.Writer, status int) int {
	if err := tr.finish(status != 0); err != nil {
		fmt.Fprintln(stderr, "lull:", err)
		if status == 0 {
			return statusFailed
		}
	}
	return status
}

func (tr *tracing) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("--trace %s: %w", tr.file, err)
}

// saveLimit is how long the loop may take to hand the end of a trace out.
const saveLimit = 5 * time.Second

// save writes the end of the run that --trace-last keeps; rt, unless nil, is still at work.
func (tr *tracing) save(rt *interp.Runtime) error {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	var b strings.Builder
	err := error(nil)
	if rt == nil {
		err = tr.rec.Save(&b, tr.header)
	} else {
		ctx, cancel := context.WithTimeout(context.Background(), saveLimit)
		defer cancel()
		if e := rt.Do(ctx, func() { err = tr.rec.Save(&b, tr.header) }); e != nil {
			return e
		}
	}
	if err != nil {
		return err
	}
	if tr.format == "" {
		return replaceFile(tr.file, func(w io.Writer) error {
			_, err := io.WriteString(w, b.String())
			return err
		})
	}
	t, err := trace.Read(strings.NewReader(b.String()))
	if err != nil {
		return err
	}
	return writeTraceFile(t, tr.format, tr.file)
}

// parseSize reads a number of bytes: "64MB", "1GB", "500k".
func parseSize(text string) (int, error) {
	switch size, err := parseBytes(text); {
	case err != nil:
		return 0, err
	case size < 1<<18:
		return 0, errors.New("the least is 256KB")
	case int64(size) > 1<<34:
		return 0, errors.New("the most is 16GB")
	default:
		return size, nil
	}
}

// parseBytes reads a number of bytes, with a unit or without.
func parseBytes(text string) (int, error) {
	units := []struct {
		name string
		n    float64
	}{{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"B", 1}, {"", 1}}
	upper := strings.ToUpper(strings.TrimSpace(text))
	for _, u := range units {
		number, ok := strings.CutSuffix(upper, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		switch size := n * u.n; {
		case err != nil || n != n || size < 0:
			return 0, errors.New("a size is wanted, such as 64MB")
		case size > 1<<50:
			return 0, errors.New("the most is 1024 TB")
		case size > math.MaxInt:
			return 0, fmt.Errorf("the most on this machine is %d MB", math.MaxInt>>20)
		default:
			return int(size), nil
		}
	}
	return 0, errors.New("a size is wanted, such as 64MB")
}
