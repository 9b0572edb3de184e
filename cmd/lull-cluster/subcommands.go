package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/lull-lua/lull/cmd/internal/command"
	"github.com/lull-lua/lull/interp"
)

const (
	statusFailed     = 1
	statusWrongUsage = 2
)

const serverUsage = `usage: lull-cluster server [flags]

A server of a cluster: scripts and workers connect to it. It prints a line when they can.

  --listen HOST:PORT  where it listens: 127.0.0.1:4222; port 0 is any that is free. An address
                   that other machines reach needs TLS
  --store DIR      where it keeps jobs and results: ~/.local/state/lull/server
  --sync always|1s  when what was written is on the disk: always, before it is acknowledged, or
                   each second, as is usual
  --lost 15s       after how long a worker that says nothing has lost its jobs
  --token-file FILE  a file with the token that all must have; without one it is made, in the store
  --tls-cert FILE  its certificate
  --tls-key FILE   the key of that
  --tls-ca FILE    who signs the certificates of those who connect, which they must have then
  --config FILE    in place of all but --store: NATS's own file of settings, with an
                   authorization block; for accounts, and clusters of servers
`

const workerUsage = `usage: lull-cluster worker [flags]

Runs the jobs of a cluster, until SIGTERM or Ctrl-C: then it takes no more, gives those that run
the grace to end, and gives back what is left. A second signal ends it at once. lull-cluster ps PID
shows its jobs, and so does SIGQUIT.

A worker runs what it is sent: who may submit jobs owns the account that it runs in, within its
grants. Run it as a user of its own, and with --safe where jobs need no more.

  --cluster URL    nats://HOST:PORT; LULL_CLUSTER is the usual one
  --jobs N         how many jobs run at once: as many as there are cores
  --memory 1GB     what a job may use
  --timeout 1h     how long an attempt may take
  --grace 5s       how long jobs may go on when it is told to stop
  --safe           jobs have no files, processes, environment or network
  --fs DIR         with --safe: the files of that folder
  --net LIST       with --safe: what they may reach, api.example.org:443,10.0.0.0/8:80
  --limits LIST    of each job: memory=64MB,time=10s,instructions=1e9,tasks=1000,output=1MB
` + connectUsage

const statusUsage = `usage: lull-cluster status [flags] [BATCH]

Prints the batches of a cluster, and its workers with the jobs that they run; or one batch.

  --json           for programs: a line each
  --cluster URL    nats://HOST:PORT; LULL_CLUSTER is the usual one, then this machine's own
` + connectUsage

// parse reads flags; ok is false where the command line is wrong, which was said.
func parse(flags *flag.FlagSet, args []string, most int, stderr io.Writer) (ok bool) {
	flags.SetOutput(io.Discard)
	err := command.FlagError(flags, flags.Parse(args))
	if err == nil && flags.NArg() > most {
		err = fmt.Errorf("%q is one argument too many", flags.Arg(most))
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v (%[1]s -h lists the flags)\n", flags.Name(), err)
	}
	return err == nil
}

func complain(stderr io.Writer, name string, err error, status int) int {
	fmt.Fprintf(stderr, "lull-cluster %s: %v\n", name, err)
	return status
}

// durationFlag defines a flag whose value is a duration, or a number of seconds.
func durationFlag(flags *flag.FlagSet, name string, at *time.Duration) {
	flags.Func(name, "", func(text string) error {
		d, err := time.ParseDuration(text)
		if n, bad := strconv.ParseFloat(text, 64); bad == nil {
			d, err = interp.Seconds(n), nil
		}
		if err != nil || d <= 0 || d > longest {
			return errors.New("a duration above zero is wanted, such as 30s or 5m")
		}
		*at = d
		return nil
	})
}

// serverArgs are the arguments of a server.
type serverArgs struct {
	serverOptions
	listen, tokenFile string
	lost              time.Duration
}

func (a *serverArgs) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("lull-cluster server", flag.ContinueOnError)
	a.listen, a.lost = "127.0.0.1:4222", defaultLost
	for name, at := range map[string]*string{"listen": &a.listen, "store": &a.store, "token-file": &a.tokenFile, "tls-cert": &a.cert, "tls-key": &a.key, "tls-ca": &a.ca, "config": &a.config} {
		flags.StringVar(at, name, *at, "")
	}
	durationFlag(flags, "lost", &a.lost)
	flags.Func("sync", "", func(text string) error {
		if a.sync = text == "always"; !a.sync && text != "1s" {
			return errors.New("always or 1s is wanted")
		}
		return nil
	})
	return flags
}

func runServer(args []string, stdout, stderr io.Writer) int {
	var a serverArgs
	if flags := a.flags(); !parse(flags, args, 0, stderr) {
		return statusWrongUsage
	}
	o, listen, tokenFile, lost := a.serverOptions, a.listen, a.tokenFile, a.lost
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fail := func(err error) int { return complain(stderr, "server", err, statusFailed) }
	if lost < time.Second {
		return complain(stderr, "server", errors.New("--lost: heartbeats come at a third of it, so a second is the least"), statusWrongUsage)
	}
	if o.store == "" {
		dir, err := stateDir("server")
		if err != nil {
			return fail(err)
		}
		o.store = dir
	}
	if err := os.MkdirAll(o.store, 0o700); err != nil {
		return fail(err)
	}
	lock, err := os.OpenFile(filepath.Join(o.store, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fail(err)
	}
	defer lock.Close()
	if !lockFile(lock) {
		return fail(fmt.Errorf("%s is another server's, which runs", o.store))
	}
	if o.config == "" {
		host, port, err := net.SplitHostPort(listen)
		if err == nil {
			o.port, err = strconv.Atoi(port)
		}
		if err != nil || o.port < 0 || o.port > 65535 {
			return complain(stderr, "server", fmt.Errorf("--listen %s: HOST:PORT is wanted", listen), statusWrongUsage)
		}
		if o.port == 0 {
			o.port = -1 // any, as NATS says it
		}
		if o.host = host; host == "" {
			o.host = "0.0.0.0"
		}
		until, err := checkCertificate(o.cert, o.key)
		if err = cmp.Or(err, checkAuthority(o.ca)); err != nil {
			return complain(stderr, "server", err, statusWrongUsage)
		}
		if o.cert != "" && time.Now().After(until) {
			fmt.Fprintf(stderr, "lull-cluster server: --tls-cert %s: it was valid until %s: nobody who checks it connects\n", o.cert, until.Format(time.RFC3339))
		}
		if o.cert == "" && !isLoopback("nats://"+net.JoinHostPort(o.host, "1")) {
			return complain(stderr, "server", fmt.Errorf("--listen %s: others can listen to what goes over a network: --tls-cert FILE and --tls-key FILE are needed there", listen), statusWrongUsage)
		}
		if tokenFile == "" {
			tokenFile = filepath.Join(o.store, "token")
			if err := makeToken(tokenFile); err != nil {
				return fail(err)
			}
		}
		if o.token, err = readToken(tokenFile); err != nil {
			return fail(err)
		}
	}
	o.log = stderr
	s, err := serve(o)
	if err != nil {
		return fail(err)
	}
	defer s.close()
	if o.config == "" {
		l, err := s.prepare(ctx, o, lost)
		if err != nil {
			if ctx.Err() != nil {
				return 0
			}
			return fail(err)
		}
		defer l.close()
	}
	where := s.address()
	if tokenFile != "" {
		where += ", with the token in " + tokenFile
	}
	fmt.Fprintf(stdout, "lull-cluster server: listens at %s\n", where)
	<-ctx.Done()
	return 0
}

// makeToken makes the file of a token, unless it is there.
func makeToken(file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var b [24]byte
	_, _ = rand.Read(b[:]) // it never fails
	_, err = io.WriteString(f, hex.EncodeToString(b[:])+"\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// workerArgs are the arguments of a worker.
type workerArgs struct {
	target target
	grants command.Grants
	limits workerLimits
	jobs   int
	grace  time.Duration
}

func (a *workerArgs) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("lull-cluster worker", flag.ContinueOnError)
	a.jobs, a.grace = runtime.GOMAXPROCS(0), 5*time.Second
	a.target.flags(flags)
	a.grants.Flags(flags)
	flags.Func("jobs", "", func(text string) (err error) {
		if a.jobs, err = strconv.Atoi(text); err != nil || a.jobs < 1 || a.jobs > 10_000 {
			err = errors.New("a number from 1 to 10000 is wanted")
		}
		return err
	})
	flags.Func("memory", "", func(text string) error { return flags.Set("limits", "memory="+text) })
	durationFlag(flags, "timeout", &a.limits.timeout)
	durationFlag(flags, "grace", &a.grace)
	return flags
}

func runWorker(args []string, stdout, stderr io.Writer) int {
	var a workerArgs
	if flags := a.flags(); !parse(flags, args, 0, stderr) {
		return statusWrongUsage
	}
	t, g, limits, jobs, grace := a.target, a.grants, a.limits, a.jobs, a.grace
	if t.url == "" {
		return complain(stderr, "worker", errors.New("which cluster? --cluster nats://HOST:PORT, or LULL_CLUSTER, says it"), statusWrongUsage)
	}
	opts, err := g.Options()
	if err != nil {
		return complain(stderr, "worker", err, statusWrongUsage)
	}
	stops := make(chan os.Signal, 2)
	signal.Notify(stops, os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ready := make(chan struct{})
	go func() {
		select {
		case <-stops:
			cancel()
		case <-ready:
		}
	}()
	name := workerName()
	t.log = stderr
	l, err := t.connect(ctx, "worker "+name)
	close(ready)
	if err != nil {
		if ctx.Err() != nil {
			return 0
		}
		return complain(stderr, "worker", err, statusFailed)
	}
	defer l.close()
	cl := newClient() // for jobs that have jobs of their own
	l.err = stderr
	cl.target, cl.l, cl.script = t, l, "job"
	opts = append(opts, interp.WithGrace(grace), interp.Concurrent(interp.WithModule(cl.module())))
	w, err := newWorker(l, name, jobs, opts, limits, stdout)
	if err != nil {
		return complain(stderr, "worker", err, statusFailed)
	}
	w.take(ctx, workersName, jobsAny+">")
	defer command.ShowJobs("worker "+name, w.jobs, stderr)()
	fmt.Fprintf(stdout, "lull-cluster worker %s: takes jobs of %s, %d at once\n", name, l.where, jobs)
	status := 0
	if ctx.Err() == nil {
		select {
		case <-stops:
		case <-l.mute:
			status = complain(stderr, "worker", l.forbidden(), statusFailed)
		}
	}
	cancel()
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		w.drain(grace)
		w.pulls.Wait()
	}()
	select {
	case <-drained:
		return status
	case <-stops:
		return statusFailed
	}
}

// batchLine is a batch as status shows it.
type batchLine struct {
	ID        string    `json:"id"`
	Name      string    `json:"name,omitempty"`
	Script    string    `json:"script"`
	Began     time.Time `json:"began"`
	Jobs      int       `json:"jobs"`
	Results   int       `json:"results"`
	Queued    int       `json:"queued"` // and running
	Cancelled bool      `json:"cancelled,omitempty"`
	State     string    `json:"state"`
}

// states says how the batches are, as far as results, queue and workers tell.
func states(batches []batchLine, workers int) {
	for i := range batches {
		b := &batches[i]
		switch {
		case b.Results >= b.Jobs:
			b.State = "done"
		case b.Cancelled:
			b.State = "cancelled"
		case b.Queued == 0: // the rest was not sent
			b.State = "needs its caller"
		case workers == 0:
			b.State = "needs workers"
		default:
			b.State = "goes on"
		}
	}
}

// statusArgs are the arguments of status.
type statusArgs struct {
	target target
	json   bool
}

func (a *statusArgs) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("lull-cluster status", flag.ContinueOnError)
	a.target.flags(flags)
	flags.BoolVar(&a.json, "json", false, "")
	return flags
}

func runStatus(args []string, stdout, stderr io.Writer) int {
	var a statusArgs
	flags := a.flags()
	if !parse(flags, args, 1, stderr) {
		return statusWrongUsage
	}
	t := a.target
	if t.url == "" {
		dir, err := stateDir("cluster")
		if err != nil {
			return complain(stderr, "status", err, statusFailed)
		}
		t.store = dir
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t.patience, t.log = 10*time.Second, stderr // who looks is not there to wait
	l, err := t.connect(ctx, "status")
	if err != nil {
		return complain(stderr, "status", err, statusFailed)
	}
	defer l.close()
	batches, err := l.list(ctx, flags.Arg(0))
	if err != nil {
		return complain(stderr, "status", err, statusFailed)
	}
	workers, err := l.workers(ctx)
	if err != nil {
		return complain(stderr, "status", err, statusFailed)
	}
	states(batches, len(workers))
	if a.json {
		out := json.NewEncoder(stdout)
		for _, b := range batches {
			err = errors.Join(err, out.Encode(map[string]any{"batch": b}))
		}
		for _, w := range workers {
			err = errors.Join(err, out.Encode(map[string]any{"worker": w}))
		}
	} else {
		err = show(stdout, batches, workers)
	}
	if err != nil {
		return complain(stderr, "status", err, statusFailed)
	}
	return 0
}

// show writes tables.
func show(w io.Writer, batches []batchLine, workers []report) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	if len(batches) > 0 {
		fmt.Fprintln(tw, "BATCH\tNAME\tSCRIPT\tBEGAN\tJOBS\tRESULTS\tQUEUED\tSTATE")
	}
	for _, b := range batches {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\n", b.ID, plain(b.Name), plain(b.Script), b.Began.Local().Format(time.DateTime), b.Jobs, b.Results, b.Queued, b.State)
	}
	if len(batches) > 0 && len(workers) > 0 {
		fmt.Fprintln(tw)
	}
	if len(workers) > 0 {
		fmt.Fprintln(tw, "WORKER\tRUNNING\tDONE\tFAILED\tJOBS/S")
	}
	for _, r := range workers {
		fmt.Fprintf(tw, "%s\t%d of %d\t%d\t%d\t%.1f\n", plain(r.Worker), len(r.Running), r.Slots, r.Done, r.Failed, r.Rate)
		for _, j := range r.Running {
			fmt.Fprintf(tw, "  %s\tfor %.1fs, attempt %d\t\t\t\n", plain(j.ID), j.For, j.Attempt) // cells for all columns: else the next worker's begin anew
		}
	}
	if len(batches)+len(workers) == 0 {
		fmt.Fprintln(tw, "no batches, and no workers")
	}
	return tw.Flush()
}

// plain is a text of a peer's that does nothing to a terminal.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
	return interp.CutCells(text, 60)
}

// maxListed is how many batches are listed.
const maxListed = 1000

// list lists the batches, the newest first, or the one.
func (l *link) list(ctx context.Context, only string) (all []batchLine, err error) {
	var ids []string
	if only != "" {
		if _, _, _, err := parseID(only); err != nil {
			return nil, err
		}
		ids = []string{only}
	} else {
		keys, err := l.batches.ListKeysFiltered(ctx, "b.*")
		if err != nil {
			return nil, err
		}
		for k := range keys.Keys() {
			ids = append(ids, strings.TrimPrefix(k, "b."))
		}
	}
	results, err := l.js.Stream(ctx, "KV_"+resultsName)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		e, err := l.batches.Get(ctx, "b."+id)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			if only != "" {
				return nil, errUnknown(only)
			}
			continue // it was kept no longer
		}
		if err != nil {
			return nil, err
		}
		var s spec
		if _, err := decode(e.Value(), &s); err != nil {
			continue
		}
		all = append(all, batchLine{ID: id, Name: s.Name, Script: s.Script, Began: s.Began, Jobs: max(s.Items, 1)})
	}
	slices.SortFunc(all, func(a, b batchLine) int { return b.Began.Compare(a.Began) })
	all = all[:min(len(all), maxListed)]
	for i := range all {
		b := &all[i]
		info, err := results.Info(ctx, jetstream.WithSubjectFilter("$KV."+resultsName+"."+b.ID+".*"))
		if err != nil {
			return nil, err
		}
		b.Results = len(info.State.Subjects)
		if info, err = l.jobs.Info(ctx, jetstream.WithSubjectFilter("lull.job.*."+b.ID+".>")); err != nil {
			return nil, err
		}
		for _, n := range info.State.Subjects {
			b.Queued += int(n)
		}
		_, b.Cancelled = l.cancelled(ctx, b.ID)
	}
	return all, nil
}

// workers asks all workers how they are.
func (l *link) workers(ctx context.Context) (all []report, err error) {
	inbox := nats.NewInbox()
	answers, err := l.nc.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answers.Unsubscribe() }()
	if err := l.nc.PublishRequest(subjStatus, inbox, nil); err != nil {
		return nil, err
	}
	c, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for {
		m, err := answers.NextMsgWithContext(c)
		if err != nil {
			break // all have answered, or will not
		}
		var r report
		if json.Unmarshal(m.Data, &r) == nil {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b report) int { return strings.Compare(a.Worker, b.Worker) })
	return all, nil
}
