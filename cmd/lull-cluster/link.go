package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/lull-lua/lull/interp"
)

// Names of what is in the cluster. Jobs are a work queue: a message is there until a worker has acknowledged it, and comes again where that does not say within
// the lease that it is at work. Results are made once, under the job's name: the first one stands.
const (
	jobsStream   = "LULL_JOBS"
	jobsAny      = "lull.job.any."   // BATCH.NUMBER.MESSAGE: for every worker
	jobsAlone    = "lull.job.alone." // for the process alone that runs the script
	resultsName  = "LULL_RESULTS"
	batchesName  = "LULL_BATCHES" // specs, chunks, cancellations
	workersName  = "workers"
	subjCancel   = "lull.cancel"
	subjStatus   = "lull.status"
	subjSync     = "lull.sync"
	keepBatches  = 30 * 24 * time.Hour
	resendWindow = 2 * time.Minute // in which a message that is sent twice is known
)

// overhead is what a message's header takes of the cluster's max_payload, at most.
const overhead = 16 << 10

// target says which cluster it is, and what it wants to see of us.
type target struct {
	url       string // "": this machine's own
	creds     string
	tokenFile string
	ca        string
	cert, key string
	store     string        // of this machine's own
	within    *embedded     // the server, which is in this process
	token     string        // it wants to see
	patience  time.Duration // to get the first connection; 0: maxPatience
	log       io.Writer     // is told that it takes long; nil: nobody is
}

const maxPatience = 40 * time.Second

// link is a connection to a cluster.
type link struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	jobs    jetstream.Stream
	results jetstream.KeyValue
	batches jetstream.KeyValue
	local   *localDialer // of this machine's own cluster
	flags   string       // how a worker connects to the same, as far as it may be told
	where   string       // for messages
	doubt   atomic.Int64 // how often something was not acknowledged
	denied  atomic.Pointer[denial]
	mute    chan struct{} // closed when the server does not let this process hear what it asks to
	muted   sync.Once
	err     io.Writer     // where callers say what they wait for; nil: nowhere
	back    chan struct{} // it was connected again
	since   atomic.Int64  // when it was, in nanoseconds since 1970
	closed  chan struct{}
	wg      sync.WaitGroup // what still talks to the cluster for nobody

	mu         sync.Mutex
	saidLonely time.Time                    // that there is no worker
	saidAway   time.Time                    // that the cluster is not reached
	sent       map[[32]byte]time.Time       // chunks that the cluster has, since when
	programs   map[[32]byte]*interp.Program // what chunks compile to
}

// schemes are those that NATS's addresses have.
var schemes = []string{"nats", "tls", "ws", "wss"}

// addresses are those of a cluster's servers. One without a scheme is nats://, as NATS reads it.
func addresses(text string) (all []*url.URL, err error) {
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if !strings.Contains(part, "://") {
			part = "nats://" + part
		}
		u, err := url.Parse(part)
		if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
			return nil, errors.New("the address of the cluster cannot be read: nats://HOST:PORT is wanted, or several with commas between them")
		}
		all = append(all, u)
	}
	return all, nil
}

// clusterName is an address without what nobody else should see of it.
func clusterName(text string) (string, error) {
	all, err := addresses(text)
	var names []string
	for _, u := range all {
		names = append(names, u.Scheme+"://"+u.Host)
	}
	return strings.Join(names, ","), err
}

// options are those of a connection.
func (t *target) options() ([]nats.Option, error) {
	if err := t.checkFiles(); err != nil {
		return nil, err
	}
	var opts []nats.Option
	if t.creds != "" {
		opts = append(opts, nats.UserCredentials(t.creds))
	}
	if t.ca != "" {
		opts = append(opts, nats.RootCAs(t.ca))
	}
	if t.cert != "" {
		opts = append(opts, nats.ClientCert(t.cert, t.key))
	}
	file := t.tokenFile
	if file == "" && t.creds == "" && !strings.Contains(t.url, "@") && isLoopback(t.url) {
		if dir, err := stateDir("server"); err == nil { // that of a server of the same user's
			file = filepath.Join(dir, "token")
			if _, err := os.Stat(file); err != nil {
				file = ""
			}
		}
	}
	if file != "" {
		token, err := readToken(file)
		if err != nil {
			return nil, err
		}
		opts = append(opts, nats.Token(token))
	}
	return opts, nil
}

// readToken reads the file of a token.
func readToken(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(b))
	if token == "" {
		return "", fmt.Errorf("%s: there is no token in it", file)
	}
	return token, nil
}

// isLoopback reports whether an address, or each of several, is this machine's own.
func isLoopback(text string) bool {
	all, err := addresses(text)
	if err != nil {
		return false
	}
	for _, u := range all {
		if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}

// connect connects to a cluster, and makes what has to be in it. The error names the address.
func (t *target) connect(ctx context.Context, name string) (*link, error) {
	l := &link{mute: make(chan struct{}), back: make(chan struct{}, 1), closed: make(chan struct{}), sent: map[[32]byte]time.Time{}, programs: map[[32]byte]*interp.Program{}}
	patience := t.patience
	if patience == 0 {
		patience = maxPatience
	}
	deadline := time.Now().Add(patience)
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	opts := []nats.Option{
		nats.Name("lull-cluster " + name), nats.MaxReconnects(-1), nats.ReconnectWait(100 * time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, time.Second),
		nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(2), nats.Timeout(dialTime), nats.IgnoreAuthErrorAbort(),
		nats.FlusherTimeout(2 * time.Second), nats.ReconnectOnFlusherError(), nats.SkipHostLookup(), // it holds the client's lock meanwhile, and the dialer looks up
		nats.ReconnectHandler(func(*nats.Conn) {
			l.since.Store(time.Now().UnixNano())
			select {
			case l.back <- struct{}{}:
			default: // it is known
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { l.told(err) }),
	}
	to, dials := t.url, &dialer{first: ctx, dial: (&net.Dialer{}).DialContext}
	opts = append(opts, nats.SetCustomDialer(dials))
	if to == "" {
		d, err := newLocalDialer(t.store)
		if err != nil {
			return nil, err
		}
		l.local, l.where, to = d, "the cluster in "+t.store, "nats://127.0.0.1:4222"
		dials.dial = func(ctx context.Context, _, _ string) (net.Conn, error) { return d.dial(ctx) }
	} else if t.within != nil {
		l.where = t.url
		dials.dial = func(context.Context, string, string) (net.Conn, error) { return t.within.dial() }
		opts = append(opts, nats.Token(t.token))
	} else {
		more, err := t.options()
		if err != nil {
			return nil, err
		}
		if l.where, err = clusterName(t.url); err != nil {
			return nil, err
		}
		l.flags = "--cluster " + l.where
		for _, f := range []struct{ name, file string }{{"creds", t.creds}, {"token-file", t.tokenFile}, {"tls-ca", t.ca}} {
			if f.file != "" {
				l.flags += " --" + f.name + " " + f.file
			}
		}
		opts = append(opts, more...)
	}
	failed := func(err error) error {
		l.close()
		return unreachable(l.where, err)
	}
	began, told := time.Now(), t.log == nil
	for {
		nc, err := nats.Connect(to, opts...)
		if err == nil {
			l.nc = nc
			dials.stands()
			break
		}
		err = dials.reason(err)
		if !told && time.Since(began) > 2*time.Second {
			told = true
			fmt.Fprintf(t.log, "lull-cluster: %s is not reached: %v: it is tried for %s\n", l.where, err, time.Until(deadline).Round(time.Second))
		}
		if ctx.Err() != nil || time.Now().Add(time.Second).After(deadline) || refused(err) {
			return nil, failed(err)
		}
		select {
		case <-time.After(300 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	var err error
	if l.js, err = jetstream.New(l.nc, jetstream.WithPublishAsyncMaxPending(1024), jetstream.WithPublishAsyncTimeout(10*time.Second),
		jetstream.WithPublishAsyncErrHandler(func(jetstream.JetStream, *nats.Msg, error) { l.doubt.Add(1) })); err != nil {
		return nil, failed(err)
	}
	began = time.Now()
	silent := l.listens()
	for {
		c, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := l.open(c)
		cancel()
		if err == nil {
			return l, nil
		}
		none := errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount)
		if ctx.Err() != nil || none && time.Since(began) > 3*time.Second { // one that starts has none yet
			return nil, failed(err)
		}
		if err := silent.trouble(ctx, err); err != nil {
			l.close()
			return nil, err
		}
		select {
		case <-time.After(300 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// open finds what has to be in the cluster, or makes it: on three servers, where there are three.
func (l *link) open(ctx context.Context) (err error) {
	replicas := 1
	if l.nc.ConnectedClusterName() != "" && len(l.nc.Servers()) >= 3 {
		replicas = 3
	}
	if l.jobs, err = l.js.Stream(ctx, jobsStream); errors.Is(err, jetstream.ErrStreamNotFound) {
		l.jobs, err = l.js.CreateStream(ctx, jetstream.StreamConfig{
			Name: jobsStream, Subjects: []string{"lull.job.>"}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
			Duplicates: resendWindow, Replicas: replicas, AllowMsgTTL: true,
		})
	}
	if err != nil {
		return err
	}
	for _, b := range []struct {
		kv *jetstream.KeyValue
		jetstream.KeyValueConfig
	}{
		{&l.results, jetstream.KeyValueConfig{Bucket: resultsName, LimitMarkerTTL: time.Hour}},
		{&l.batches, jetstream.KeyValueConfig{Bucket: batchesName, TTL: keepBatches}},
	} {
		kv, err := l.js.KeyValue(ctx, b.Bucket)
		if errors.Is(err, jetstream.ErrBucketNotFound) {
			b.Replicas, b.Storage = replicas, jetstream.FileStorage
			kv, err = l.js.CreateKeyValue(ctx, b.KeyValueConfig)
		}
		if err != nil {
			return err
		}
		*b.kv = kv
	}
	return nil
}

// close ends the connection.
func (l *link) close() {
	if l.nc != nil {
		c, cancel := context.WithTimeout(context.Background(), time.Second)
		_ = l.nc.FlushWithContext(c) // nobody may be there any more
		cancel()
		l.nc.Close()
	}
	close(l.closed)
	l.wg.Wait()
	if l.local != nil {
		l.local.close()
	}
}

// most is the largest item, value or function.
func (l *link) most() int { return int(l.nc.MaxPayload()) - overhead }

// onDisk waits until what was acknowledged is on the disk, where the server can be asked for that.
func (l *link) onDisk(ctx context.Context) error {
	m, err := l.nc.RequestWithContext(ctx, subjSync, nil)
	switch {
	case errors.Is(err, nats.ErrNoResponders): // it is none of ours, and syncs as it is told to
		return nil
	case err != nil:
		return err
	case len(m.Data) > 0:
		return errors.New(string(m.Data))
	}
	return nil
}
