package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// operator makes accounts and users, as nsc does.
type operator struct {
	p        *place
	key      nkeys.KeyPair
	accounts []string // lines of a file of settings
}

// keys makes a pair, and returns its public part.
func keys(t *testing.T, make func() (nkeys.KeyPair, error)) (pair nkeys.KeyPair, public string) {
	t.Helper()
	pair, err := make()
	if err == nil {
		public, err = pair.PublicKey()
	}
	if err != nil {
		t.Fatal(err)
	}
	return pair, public
}

func newOperator(p *place) *operator {
	o := &operator{p: p}
	o.key, _ = keys(p.t, nkeys.CreateOperator)
	return o
}

// account makes one, with JetStream or without.
func (o *operator) account(name string, jetstream bool) nkeys.KeyPair {
	o.p.t.Helper()
	pair, public := keys(o.p.t, nkeys.CreateAccount)
	claims := jwt.NewAccountClaims(public)
	claims.Name = name
	if jetstream {
		claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
	}
	token, err := claims.Encode(o.key)
	if err != nil {
		o.p.t.Fatal(err)
	}
	o.accounts = append(o.accounts, fmt.Sprintf("%s: %s", public, token))
	return pair
}

// user makes one, and returns the file of credentials; until is how long they are good, 0 for ever.
func (o *operator) user(account nkeys.KeyPair, name string, until time.Duration) string {
	t := o.p.t
	t.Helper()
	pair, public := keys(t, nkeys.CreateUser)
	claims := jwt.NewUserClaims(public)
	claims.Name = name
	if until != 0 {
		claims.Expires = time.Now().Add(until).Unix()
	}
	token, err := claims.Encode(account)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	b, err := jwt.FormatUserConfig(token, seed)
	if err != nil {
		t.Fatal(err)
	}
	return o.p.file(name+".creds", string(b))
}

// settings are those of a server that goes by the operator.
func (o *operator) settings() string {
	o.p.t.Helper()
	_, public := keys(o.p.t, func() (nkeys.KeyPair, error) { return o.key, nil })
	token, err := jwt.NewOperatorClaims(public).Encode(o.key)
	if err != nil {
		o.p.t.Fatal(err)
	}
	system, err := o.account("system", false).PublicKey()
	if err != nil {
		o.p.t.Fatal(err)
	}
	return fmt.Sprintf("listen: \"127.0.0.1:-1\"\noperator: %s\nsystem_account: %s\nresolver: MEMORY\nresolver_preload {\n%s\n}\n", token, system, strings.Join(o.accounts, "\n"))
}

// serverOf is a server with NATS's own file of settings.
func (p *place) serverOf(settings string) (url string) {
	p.t.Helper()
	c := p.start("server", "--store", filepath.Join(p.dir, "store"), "--config", p.file("nats.conf", settings))
	return "nats://" + c.waitLine(`listens at ([0-9.:]+)`)
}

// A server whose settings name an operator lets in who has credentials of an account, and says why it does not.
func TestCredentials(t *testing.T) {
	p := newPlace(t)
	o := newOperator(p)
	jobs, none := o.account("jobs", true), o.account("none", false)
	stranger := newOperator(p)
	good, bare, old := o.user(jobs, "good", 0), o.user(none, "bare", 0), o.user(jobs, "old", -time.Hour)
	unknown := stranger.user(stranger.account("unknown", true), "unknown", 0)
	url := p.serverOf(o.settings())
	p.worker(url, "--creds", good)
	script := p.file("job.lua", "print(remote.map({ 20 }, function(n) return n + 1 end)[1], remote.result(remote.submit(string.upper, 'a')))")
	equal(t, p.run("--cluster", url, "--creds", good, script), "21\tA\n")
	if out := p.run("status", "--cluster", url, "--creds", good); !strings.Contains(out, "0 of ") || !strings.Contains(out, "job.lua") {
		t.Errorf("status says\n%s", out)
	}
	for _, tt := range []struct{ what, creds, want string }{
		{"none", "", "lets nobody in without the right token or credentials: .*--creds FILE"},
		{"those of an account without JetStream", bare, "has no JetStream for the account of these credentials"},
		{"old ones", old, "lets (nobody in without the right token or|these) credentials"},
		{"those of another operator", unknown, "lets nobody in without the right token or credentials"},
		{"a file that is not there", "nowhere", "--creds: open nowhere: "},
		{"a file that is none", script, "it is no file of NATS's credentials"},
	} {
		args := []string{"--cluster", url}
		if tt.creds != "" {
			args = append(args, "--creds", tt.creds)
		}
		for _, all := range [][]string{append([]string{"status"}, args...), append([]string{"worker"}, args...), append(args, script)} {
			if c := p.start(all...); c.status() != statusFailed || !regexp.MustCompile(tt.want).MatchString(c.errs.String()) {
				t.Errorf("%s: %q: status %d, %s, want %q", tt.what, all, c.status(), c.errs.String(), tt.want)
			}
		}
	}
}

// A server whose settings JetStream cannot be started by says so, and ends.
func TestServerThatCannotServe(t *testing.T) {
	p := newPlace(t)
	o := newOperator(p)
	settings := regexp.MustCompile("system_account: .*\n").ReplaceAllString(o.settings(), "")
	c := p.start("server", "--store", filepath.Join(p.dir, "store"), "--config", p.file("nats.conf", settings))
	if s, text := c.status(), c.errs.String(); s != statusFailed || !strings.Contains(text, "Can't start JetStream: ") || strings.Contains(text, "did not start") {
		t.Errorf("status %d, %s", s, text)
	}
}

// Users and their passwords stand in the address, and in no message.
func TestPasswords(t *testing.T) {
	p := newPlace(t)
	url := p.serverOf(`listen: "127.0.0.1:-1"
authorization { users = [ { user: worker, password: "se/cret" }, { user: caller, password: other } ] }
`)
	as := func(who string) string { return strings.Replace(url, "nats://", "nats://"+who+"@", 1) }
	p.start("worker", "--cluster", as("worker:se%2Fcret")).waitLine("takes jobs of " + url + ",")
	script := p.file("job.lua", "print(remote.map({ 20 }, function(n) return n + 1 end)[1])")
	equal(t, p.run("--cluster", as("caller:other"), script), "21\n")
	c := p.start("--cluster", as("caller:wrong"), script)
	if s, text := c.status(), c.errs.String(); s != statusFailed || strings.Contains(text, "wrong") || !strings.Contains(text, "nats://USER:PASSWORD@HOST:PORT") {
		t.Errorf("status %d, %s", s, text)
	}
}
