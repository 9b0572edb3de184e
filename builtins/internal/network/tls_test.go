package network_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// certificate is one for localhost, signed by itself, with its key, as PEM.
func certificate(t *testing.T, from, to time.Time) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "lull test"}, NotBefore: from, NotAfter: to, DNSNames: []string{"localhost"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	kder, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: kder}))
}

// shake is the error of a client's handshake with a server.
func shake(t *testing.T, files interp.Files, client, server network.TLS, host string) error {
	t.Helper()
	scfg, err := server.Config(t.Context(), files, "serve", "")
	if err != nil {
		t.Fatal(err)
	}
	ccfg, err := client.Config(t.Context(), files, "connect", host)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", scfg)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		b, err := l.Accept()
		if err != nil {
			ended <- err
			return
		}
		s := b.(*tls.Conn)
		err = s.HandshakeContext(t.Context())
		if err == nil {
			_, err = s.Write([]byte("x"))
		}
		b.Close()
		ended <- err
	}()
	c := tls.Client(a, ccfg)
	err = c.HandshakeContext(t.Context())
	if err == nil {
		_, err = c.Read(make([]byte, 1)) // with TLS 1.3 a client learns here that it was refused
	}
	a.Close()
	<-ended
	return err
}

func TestTLS(t *testing.T) {
	_, files := granted(t, interp.Network{})
	now := time.Now()
	cert, key := certificate(t, now.Add(-time.Hour), now.Add(time.Hour))
	old, oldKey := certificate(t, now.Add(-48*time.Hour), now.Add(-24*time.Hour))
	path := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(path, []byte(cert+key), 0o600); err != nil {
		t.Fatal(err)
	}
	server := network.TLS{Cert: path, Key: path}
	for _, tt := range []struct {
		what           string
		client, server network.TLS
		host, want     string
	}{
		{"its CA", network.TLS{CA: cert}, server, "localhost", ""},
		{"its CA, by the path", network.TLS{CA: path}, server, "localhost", ""},
		{"nobody knows it", network.TLS{}, server, "localhost", "tls = { ca = path }"},
		{"insecure", network.TLS{Insecure: true}, server, "localhost", ""},
		{"another host", network.TLS{CA: cert}, server, "example.org", "is not for example.org, but for localhost"},
		{"another host, by its name", network.TLS{CA: cert, ServerName: "localhost"}, server, "example.org", ""},
		{"expired", network.TLS{CA: old}, network.TLS{Cert: old, Key: oldKey}, "localhost", "its certificate is valid from"},
		{"no certificate to show", network.TLS{CA: cert}, network.TLS{Cert: cert, Key: key, ClientCA: cert}, "localhost", "names a certificate to show"},
		{"a certificate to show", network.TLS{CA: cert, Cert: cert, Key: key}, network.TLS{Cert: cert, Key: key, ClientCA: cert}, "localhost", ""},
		{"too old", network.TLS{CA: cert, Min: tls.VersionTLS10}, network.TLS{Cert: cert, Key: key}, "localhost", ""},
	} {
		err := network.Error("net.connect", "localhost:1", shake(t, files, tt.client, tt.server, tt.host))
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.what, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || network.Code(err) != "ETLS"):
			t.Errorf("%s: %v (%s)", tt.what, err, network.Code(err))
		}
	}
}

func TestTLSFiles(t *testing.T) {
	_, files := granted(t, interp.Network{})
	cert, _ := certificate(t, time.Now(), time.Now())
	_, other := certificate(t, time.Now(), time.Now())
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		tls  network.TLS
		want string
	}{
		{network.TLS{CA: filepath.Join(dir, "none")}, "none: no such file"},
		{network.TLS{CA: empty}, "there is no certificate in what the option 'ca'"},
		{network.TLS{ClientCA: empty}, "there is no certificate in what the option 'client_ca'"},
		{network.TLS{Cert: cert, Key: other}, "private key does not match"},
		{network.TLS{Cert: cert, Key: cert}, "cannot be used"},
	} {
		if _, err := tt.tls.Config(t.Context(), files, "net.connect", ""); err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "cannot find the file specified", "no such file"), tt.want) {
			t.Errorf("%q: %v", tt.want, err)
		}
	}
}

// Errors say what is wrong, by a code that stays the same.
func TestErrors(t *testing.T) {
	refused := func(network, address string) error {
		conn, err := net.Dial(network, address)
		if err == nil {
			conn.Close()
		}
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, twice := net.Listen("tcp", l.Addr().String())
	l.Close()
	for _, tt := range []struct {
		err        error
		code, kind string
	}{
		{refused("tcp", l.Addr().String()), "ECONNREFUSED", "io"},
		{twice, "EADDRINUSE", "io"},
		{refused("unix", filepath.Join(t.TempDir(), "s")), "ENOENT", "io"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}}, "ENOTFOUND", "io"},
		{&net.DNSError{Err: "i/o timeout", Name: "nowhere.example", IsTimeout: true}, "EAI_AGAIN", "io"},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "ETLS", "io"},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, "", "timeout"},
		{context.DeadlineExceeded, "", "timeout"},
	} {
		e := (*interp.Error)(nil)
		if !errors.As(network.Error("net.connect", "a:1", tt.err), &e) || string(e.Kind) != tt.kind || network.Code(tt.err) != tt.code || !strings.HasPrefix(e.Msg, "net.connect: a:1: ") {
			t.Errorf("%v: %v", tt.err, e)
		}
	}
	for _, tt := range []struct {
		errno syscall.Errno
		want  string
	}{
		{syscall.EADDRINUSE, "something listens there already, or a file that is no socket has that name"},
		{syscall.ENOENT, "there is no such folder"},
	} {
		if got := network.Error("net.serve", "unix:/a/b", tt.errno).Error(); got != "net.serve: unix:/a/b: "+tt.want {
			t.Errorf("%v: %s", tt.errno, got)
		}
	}
}
