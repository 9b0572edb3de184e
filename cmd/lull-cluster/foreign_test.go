package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// natsServer is the program nats-server, which also prints where it listens.
func natsServer(args []string) {
	failed := func(err error) {
		fmt.Fprintln(os.Stderr, "nats-server:", err)
		os.Exit(1)
	}
	opts, err := server.ConfigureOptions(flag.NewFlagSet("nats-server", flag.ExitOnError), args, func() {}, func() {}, func() {})
	if err != nil {
		failed(err)
	}
	s, err := server.NewServer(opts)
	if err != nil {
		failed(err)
	}
	s.ConfigureLogger()
	if err := server.Run(s); err != nil {
		failed(err)
	}
	for !s.ReadyForConnections(long) {
	}
	fmt.Println("listens at", s.Addr())
	s.WaitForShutdown()
	os.Exit(0)
}

// needed are the permissions that lull-cluster's page names.
const needed = `publish: ["lull.>", "$JS.API.>", "$JS.ACK.>", "$JS.FC.>", "$KV.LULL_RESULTS.>", "$KV.LULL_BATCHES.>", "_INBOX.>"], subscribe: ["lull.>", "_INBOX.>"]`

// foreign starts a NATS server of somebody else's: with accounts, in which users may do what they need and no more, and nobody in the system's account.
func (p *place) foreign(address string) (c *proc, as func(user string) string) {
	p.t.Helper()
	config := p.file("nats.conf", fmt.Sprintf(`
listen: %q
jetstream { store_dir: %q }
accounts {
	JOBS {
		jetstream: enabled
		users: [
			{ user: caller, password: one, permissions: { %[3]s } }
			{ user: worker, password: two, permissions: { %[3]s } }
			{ user: looker, password: three, permissions: { publish: ["lull.>", "_INBOX.>"], subscribe: ["lull.>", "_INBOX.>"] } }
			{ user: silent, password: four, permissions: { publish: ["$JS.API.>", "$JS.FC.>", "_INBOX.>"], subscribe: ["_INBOX.>"] } }
			{ user: reader, password: five, permissions: { publish: ["lull.status", "$JS.API.>", "$JS.FC.>", "_INBOX.>"], subscribe: ["_INBOX.>"] } }
		]
	}
	OTHERS { users: [ { user: other, password: six } ] }
}
`, address, filepath.Join(p.dir, "nats"), needed))
	c = p.start("nats-server", "-c", config)
	at := c.waitLine("listens at (.*)")
	passwords := map[string]string{"caller": "one", "worker": "two", "looker": "three", "silent": "four", "reader": "five", "other": "six"}
	return c, func(user string) string { return fmt.Sprintf("nats://%s:%s@%s", user, passwords[user], at) }
}

// A NATS server of somebody else's does as well, whose accounts have permissions.
func TestForeignServer(t *testing.T) {
	p := newPlace(t)
	server, as := p.foreign("127.0.0.1:-1")
	workers := []*proc{p.worker(as("worker")), p.worker(as("worker"))}
	checkCluster(t, p, as("caller"))
	for _, tt := range []struct {
		user, command, want string
	}{
		{"looker", "status", `does not let this account do what is needed: Permissions Violation for Publish to "\$JS\.API\..*": the server's settings must permit it`},
		{"silent", "worker", `does not let this account do what is needed: .*"lull\.`},
		{"silent", "", `does not let this account do what is needed: .*"\$KV\.LULL_BATCHES\.`},
		{"other", "status", "has no JetStream for the account of these credentials"},
	} {
		args := []string{"--cluster", as(tt.user)}
		if tt.command != "" {
			args = append([]string{tt.command}, args...)
		} else {
			args = append(args, p.file("job.lua", "remote.map({ 1 }, tostring)"))
		}
		if c := p.start(args...); c.status() != statusFailed || !regexp.MustCompile(tt.want).MatchString(c.errs.String()) {
			t.Errorf("%s, %q: status %d, %s", tt.user, tt.command, c.status(), c.errs.String())
		}
	}
	if out := p.run("status", "--cluster", as("reader")); !strings.Contains(out, "seeded") || len(regexp.MustCompile(`(?m)^\S+ +\d+ of \d+ `).FindAllString(out, -1)) != 2 {
		t.Errorf("one who may look sees\n%s", out)
	}
	script := p.start("--cluster", as("caller"), p.file("job.lua", `
local t = {} for i = 1, 100 do t[i] = i end
local list = remote.map(t, function(n) if n == 20 then print("some") end sleep(0.01) return n end, { attempts = 99 })
print("got", list[100], list.n)`))
	for end := time.Now().Add(long); !strings.Contains(workers[0].out.String()+workers[1].out.String(), ": some"); {
		late(t, script) // it may have ended, on a machine that has much else to do
		if time.Now().After(end) {
			t.Fatal("the job does not run")
		}
	}
	address := regexp.MustCompile(`@(.*)`).FindStringSubmatch(as("caller"))[1]
	_ = server.cmd.Process.Kill()
	<-server.ended
	p.foreign(address)
	script.waitLine("got\t100\t100")
}
