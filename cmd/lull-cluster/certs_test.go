package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// authority signs certificates.
type authority struct {
	p    *place
	name string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // its own certificate
}

// authority makes one.
func (p *place) authority(name string) *authority {
	p.t.Helper()
	a := &authority{p: p, name: name}
	template := &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.file, _ = a.issue(name, template)
	return a
}

// certificate makes one for a server or a client at 127.0.0.1, which was valid from an hour ago until some time from now.
func (a *authority) certificate(name string, until time.Duration) (cert, key string) {
	a.p.t.Helper()
	return a.issue(name, &x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(until),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	})
}

// issue writes a certificate and its key. The first one is the authority's own.
func (a *authority) issue(name string, template *x509.Certificate) (cert, key string) {
	t := a.p.t
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, template.Subject, template.NotBefore = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name}, time.Now().Add(-time.Hour)
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(time.Hour)
	}
	parent, by := a.cert, a.key
	if parent == nil {
		parent, by = template, k
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &k.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert == nil {
		if a.cert, err = x509.ParseCertificate(der); err != nil {
			t.Fatal(err)
		}
		a.key = k
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return a.p.file(a.name+"-"+name+".pem", block("CERTIFICATE", der)), a.p.file(a.name+"-"+name+".key", block("PRIVATE KEY", private))
}

// The server shows a certificate, and asks for one where it is told to. A client that cannot connect says why at once, and what helps.
func TestTLS(t *testing.T) {
	p := newPlace(t)
	ca, other := p.authority("ca"), p.authority("other")
	cert, key := ca.certificate("server", time.Hour)
	old, oldKey := ca.certificate("old", -time.Minute)
	mine, mineKey := ca.certificate("client", time.Hour)
	theirs, theirsKey := other.certificate("client", time.Hour)
	token := p.file("token", "secret")
	server := func(name string, args ...string) (c *proc, url string) {
		return p.server(append([]string{"--store", filepath.Join(p.dir, name), "--token-file", token}, args...)...)
	}
	_, plain := server("plain")
	_, url := server("tls", "--tls-cert", cert, "--tls-key", key)
	ended, expired := server("expired", "--tls-cert", old, "--tls-key", oldKey)
	for !strings.Contains(ended.errs.String(), "it was valid until ") {
		if late(t, ended) {
			t.Fatal("the server with an old certificate has ended")
		}
	}
	_, mutual := server("mutual", "--tls-cert", cert, "--tls-key", key, "--tls-ca", ca.file)
	tls := func(url string) string { return strings.Replace(url, "nats:", "tls:", 1) }
	show := []string{"--tls-ca", ca.file, "--tls-cert", mine, "--tls-key", mineKey}
	for _, tt := range []struct {
		what, url string
		args      []string
		want      string // "": it connects
	}{
		{"TLS", url, []string{"--tls-ca", ca.file}, ""},
		{"TLS that is asked for", tls(url), []string{"--tls-ca", ca.file}, ""},
		{"mutual TLS", mutual, show, ""},
		{"an address without a scheme", strings.TrimPrefix(mutual, "nats://"), show, ""},
		{"no TLS at the client", url, nil, "shows a certificate that nobody known here has signed: .*: --tls-ca FILE"},
		{"another authority", url, []string{"--tls-ca", other.file}, "shows a certificate that nobody known here has signed: .*: --tls-ca FILE"},
		{"an expired certificate", expired, []string{"--tls-ca", ca.file}, "shows a certificate that is not valid at this time: .*: its server needs a new one"},
		{"another host", strings.Replace(url, "127.0.0.1", "localhost", 1), []string{"--tls-ca", ca.file}, "shows the certificate of another host: .*: say the host as"},
		{"no TLS at the server", plain, []string{"--tls-ca", ca.file}, "has no TLS, and tls:// or a flag --tls-... asks for it"},
		{"no TLS at the server, tls://", tls(plain), nil, "has no TLS, and tls:// or a flag --tls-... asks for it"},
		{"no certificate of one's own", mutual, []string{"--tls-ca", ca.file}, "wants a certificate that it knows: .*: --tls-cert FILE and --tls-key FILE show one"},
		{"somebody else's certificate", mutual, []string{"--tls-ca", ca.file, "--tls-cert", theirs, "--tls-key", theirsKey}, "wants a certificate that it knows"},
		{"a file that is not there", url, []string{"--tls-ca", "nowhere"}, "--tls-ca: open nowhere: "},
		{"a file that is none", url, []string{"--tls-ca", token}, "--tls-ca .*: there is no certificate in it"},
		{"a key alone", url, []string{"--tls-key", key}, "--tls-cert and --tls-key go together"},
		{"another one's key", url, []string{"--tls-cert", mine, "--tls-key", theirsKey}, "--tls-cert .*: tls: private key does not match"},
		{"another scheme", strings.Replace(url, "nats:", "http:", 1), nil, "nats://HOST:PORT is wanted"},
	} {
		c := p.start(append([]string{"status", "--token-file", token, "--cluster", tt.url}, tt.args...)...)
		if s, text := c.status(), c.errs.String(); (s == 0) != (tt.want == "") || !regexp.MustCompile(tt.want).MatchString(text) {
			t.Errorf("%s: status %d, %s, want %q", tt.what, s, text, tt.want)
		}
	}
	connect := append([]string{"--token-file", token, "--cluster", mutual}, show...)
	wrong := []string{"--token-file", token, "--cluster", mutual, "--tls-ca", other.file}
	p.start(append([]string{"worker"}, connect...)...).waitLine("takes jobs of " + mutual)
	script := p.file("job.lua", "print(remote.map({ 20 }, function(n) return n + 1 end)[1])")
	equal(t, p.run(append(connect, script)...), "21\n")
	for _, args := range [][]string{append([]string{"worker"}, wrong...), append(wrong, script)} {
		if c := p.start(args...); c.status() != statusFailed || !strings.Contains(c.errs.String(), "--tls-ca FILE says who is to be trusted") {
			t.Errorf("%q: status %d, %s", args, c.status(), c.errs.String())
		}
	}
	for _, args := range [][]string{
		{"--tls-cert", "nowhere", "--tls-key", key}, {"--tls-cert", cert, "--tls-key", oldKey}, {"--tls-cert", cert}, {"--tls-cert", cert, "--tls-key", key, "--tls-ca", token},
	} {
		c := p.start(append([]string{"server", "--listen", "127.0.0.1:0", "--store", filepath.Join(p.dir, "none")}, args...)...)
		if c.status() != statusWrongUsage || !strings.Contains(c.errs.String(), "--tls-") {
			t.Errorf("server %q: status %d, %s", args, c.status(), c.errs.String())
		}
	}
}
