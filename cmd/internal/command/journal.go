package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/builtins/step"
	"github.com/lull-lua/lull/interp"
)

const journalUsage = `usage: lull journal [flags] FILE [run]

Prints what lull --journal FILE has recorded: the runs, or the steps of one, with their
times and values. It may be called while a script runs.

  --json           a line each: run, step, state, began, ended, values
  --forget NAME    remove a run, or RUN/STEP, so that it is done anew
  --prune 30d      remove the runs that began longer ago than that
`

// journaling is what the flags say of a journal.
type journaling struct {
	file   string // "": none
	run    string
	resume time.Duration
	named  bool // --run was given
	aged   bool // --resume was
}

// defaultResume is how old a run without a name may be that is gone on with: a job of every night does not mix two nights.
const defaultResume = 12 * time.Hour

func (o *journaling) define(flags *flag.FlagSet) {
	o.resume = defaultResume
	flags.Func("journal", "", func(file string) error {
		if o.file = file; file == "" {
			return errors.New("the file's name is empty")
		}
		return nil
	})
	flags.Func("run", "", func(name string) error {
		if o.run, o.named = name, true; name == "" {
			return errors.New("the run's name is empty")
		}
		return nil
	})
	flags.Func("resume", "", func(text string) (err error) {
		o.resume, err = parseAge(text)
		o.aged = true
		return err
	})
}

// errNoJournal is the error of a journal for a REPL.
var errNoJournal = errors.New("--journal records the run of a script, which a REPL is not")

// check is what is wrong with the flags together.
func (o *journaling) check(all *options) error {
	switch {
	case o.file == "" && o.named:
		return errors.New("--run needs --journal FILE, in which the run is")
	case o.file == "" && o.aged:
		return errors.New("--resume needs --journal FILE, in which the runs are")
	case o.file != "" && all.stay:
		return errNoJournal
	}
	return nil
}

// parseAge reads a duration, also in days: 30d.
func parseAge(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || !(n > 0 && n < 100_000) {
			return 0, errors.New("a number of days above zero is wanted, such as 30d, or a duration such as 12h")
		}
		return time.Duration(n * 24 * float64(time.Hour)), nil
	}
	return parseTimeout(text)
}

// journaled is the journal of a script that runs; nil: none.
type journaled struct{ j *step.Journal }

// open opens the journal. Where there is nothing to run, ok is false, and status is what to exit with.
func (o *journaling) open(s *script, stderr io.Writer) (_ *journaled, status int, ok bool) {
	if o.file == "" {
		return nil, 0, true
	}
	r := step.Run{Name: o.run, Script: step.Hash(s.src), Args: s.args, Source: s.src, Now: time.Now(), Resume: o.resume}
	if s.chunk[0] == '@' {
		abs, err := filepath.Abs(s.name())
		if err != nil {
			fmt.Fprintln(stderr, "lull:", err)
			return nil, statusFailed, false
		}
		r.Script = abs
	}
	j, err := step.Open(o.file, r)
	switch {
	case errors.Is(err, step.ErrEnded):
		fmt.Fprintln(stderr, "lull:", err)
		return nil, 0, false
	case err != nil:
		fmt.Fprintln(stderr, "lull:", err)
		return nil, statusFailed, false
	}
	for _, line := range j.Notes() {
		fmt.Fprintln(stderr, "lull:", line)
	}
	return &journaled{j}, 0, true
}

// option is what the runtime is made with.
func (j *journaled) option() interp.Option {
	if j == nil {
		return interp.Combine()
	}
	return j.j.Option()
}

// maxUnasked bounds the steps that are named at the end.
const maxUnasked = 10

// ends closes the journal when the script has ended, and returns the exit status.
func (j *journaled) ends(stderr io.Writer, status int) int {
	if j == nil {
		return status
	}
	var err error
	if status == 0 {
		if names := j.j.Unasked(); len(names) > 0 {
			fmt.Fprintf(stderr, "lull: nothing asked for what was recorded of %s\n", quotedNames(names))
		}
		err = j.j.End(time.Now())
	}
	if err = errors.Join(err, j.j.Close()); err != nil {
		fmt.Fprintln(stderr, "lull:", err)
		return cmp.Or(status, statusFailed)
	}
	return status
}

// quotedNames are names for a message.
func quotedNames(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i == maxUnasked {
			fmt.Fprintf(&b, " and %d more", len(names)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "'%s'", name)
	}
	return b.String()
}

// journal is "lull journal".
func journal(p *process, args []string) int {
	flags := flag.NewFlagSet("lull journal", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	asJSON := flags.Bool("json", false, "")
	forget := flags.String("forget", "", "")
	var prune time.Duration
	flags.Func("prune", "", func(text string) (err error) {
		prune, err = parseAge(text)
		return err
	})
	var words []string
	err := flags.Parse(args)
	for err == nil && flags.NArg() > 0 { // a flag may stand behind the file
		words = append(words, flags.Arg(0))
		err = flags.Parse(flags.Args()[1:])
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return p.say(journalUsage)
	case err != nil:
		err = FlagError(flags, err)
	case len(words) == 0:
		err = errors.New("which journal? lull journal FILE")
	case len(words) > 2 || len(words) == 2 && (*forget != "" || prune > 0):
		err = errors.New("a file, and for what is printed one run")
	case *forget != "" && prune > 0 || *asJSON && (*forget != "" || prune > 0):
		err = errors.New("one of --json, --forget and --prune at a time")
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "lull journal: %v\n%s", err, journalUsage)
		return statusUsage
	}
	run := ""
	if len(words) == 2 {
		run = words[1]
	}
	text := ""
	switch {
	case *forget != "":
		err = step.Forget(words[0], *forget)
	case prune > 0:
		var n int
		n, err = step.Prune(words[0], time.Now().Add(-prune))
		text = fmt.Sprintf("%d removed\n", n)
	default:
		text, err = readJournal(words[0], run, *asJSON, columns(p.stdout))
	}
	if err != nil {
		fmt.Fprintln(p.stderr, "lull journal:", err)
		return statusFailed
	}
	return p.say(text)
}

// readJournal is what is printed of a journal.
func readJournal(path, run string, asJSON bool, width int) (text string, err error) {
	r, err := step.Read(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	runs, err := r.Runs()
	if err != nil {
		return "", err
	}
	var one *step.RunInfo
	for i := range runs {
		if runs[i].Name == run {
			one = &runs[i]
		}
	}
	if run != "" && one == nil {
		return "", fmt.Errorf("%s: there is no run %s", path, run)
	}
	var b strings.Builder
	switch {
	case asJSON:
		err = writeJSON(&b, r, runs, run)
	case one == nil:
		err = writeRuns(&b, runs)
	default:
		err = writeSteps(&b, r, one, width)
	}
	return b.String(), err
}

const timeFormat = "2006-01-02 15:04:05"

func writeRuns(w io.Writer, runs []step.RunInfo) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RUN\tSTATE\tBEGAN\tENDED\tSTEPS\tSCRIPT")
	for _, r := range runs {
		ended := ""
		if !r.Ended.IsZero() {
			ended = r.Ended.Local().Format(timeFormat)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\n", column(r.Name), stateOf(r), r.Began.Local().Format(timeFormat), ended, r.Steps, column(strings.Join(append([]string{r.Script}, r.Args...), " ")))
	}
	return t.Flush()
}

// column is a text in a column: names and arguments may hold anything.
func column(s string) string {
	return strings.ToValidUTF8(printable(strings.ReplaceAll(s, "\n", "?")), "?")
}

func stateOf(r step.RunInfo) string {
	if r.Ended.IsZero() {
		return "unfinished"
	}
	return "ended"
}

func writeSteps(w io.Writer, r *step.Reader, run *step.RunInfo, width int) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "STEP\tSTATE\tBEGAN\tTOOK\tVALUES")
	err := withValues(func(c *interp.Call) error {
		return r.Steps(run.Name, func(s step.StepInfo) error {
			took, values := "", ""
			if !s.Ended.IsZero() {
				took = s.Ended.Sub(s.Began).Round(time.Millisecond).String()
			}
			if !s.Until.IsZero() {
				values = "until " + s.Until.Local().Format(timeFormat)
			}
			vals, err := c.Unpack(s.Values)
			if err != nil {
				return err
			}
			for i, v := range vals {
				text, err := c.Show(v, width)
				if err != nil {
					return err
				}
				if i > 0 {
					values += ", "
				}
				values += strings.Join(strings.Fields(text), " ")
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", column(s.Name), s.State, s.Began.Local().Format(timeFormat), took, interp.CutCells(values, max(40, width)))
			return nil
		})
	})
	if err != nil {
		return err
	}
	return t.Flush()
}

// withValues calls fn where there are values of scripts.
func withValues(fn func(c *interp.Call) error) (err error) {
	rt, err := interp.New(builtins.Safe())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	_, err = rt.RunFunc(context.Background(), "journal", fn)
	return err
}

// line is a run or a step for programs.
type line struct {
	Run    string            `json:"run"`
	Step   *string           `json:"step"` // a run has none
	State  string            `json:"state"`
	Began  string            `json:"began"`
	Ended  *string           `json:"ended"`
	Values []json.RawMessage `json:"values"`
}

func writeJSON(w io.Writer, r *step.Reader, runs []step.RunInfo, run string) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	stamp := func(t time.Time) *string {
		if t.IsZero() {
			return nil
		}
		text := t.UTC().Format(time.RFC3339Nano)
		return &text
	}
	return withValues(func(c *interp.Call) error {
		for _, i := range runs {
			if run != "" && i.Name != run {
				continue
			}
			if err := out.Encode(line{Run: i.Name, State: stateOf(i), Began: *stamp(i.Began), Ended: stamp(i.Ended)}); err != nil {
				return err
			}
			err := r.Steps(i.Name, func(s step.StepInfo) error {
				l := line{Run: s.Run, Step: &s.Name, State: s.State, Began: *stamp(s.Began), Ended: stamp(s.Ended), Values: []json.RawMessage{}}
				vals, err := c.Unpack(s.Values)
				if err != nil {
					return err
				}
				for _, v := range vals {
					text, err := valueJSON(c, v)
					if err != nil {
						return err
					}
					l.Values = append(l.Values, text)
				}
				return out.Encode(l)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// valueJSON is a value as the table json writes it or, where that cannot be, as a string that shows it.
func valueJSON(c *interp.Call, v interp.Value) (json.RawMessage, error) {
	t, _ := c.Module("json")
	if n, ok := v.Number(); !ok || !math.IsNaN(n) && !math.IsInf(n, 0) {
		if vals, err := c.Call(t.Field("encode"), v); err == nil {
			if text, ok := vals.Get(1).Text(); ok && json.Valid([]byte(text)) {
				return json.RawMessage(text), nil
			}
		}
	}
	text, err := c.Show(v, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	return json.Marshal(strings.ToValidUTF8(text, "?"))
}
