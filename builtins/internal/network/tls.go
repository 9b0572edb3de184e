package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// TLS is what the option 'tls' says; files that it names have not been read yet.
type TLS struct {
	CA, Cert, Key string // each the path of a file, or what is in it (PEM)
	ClientCA      string // of a server: who must have signed the clients' certificates, or ""
	ServerName    string // of a client: whose certificate is expected, or "": the host's
	Insecure      bool   // of a client: whoever answers is believed
	Min           uint16
}

// versions are what the option 'min' may be.
var versions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// ClientTLS reads the option 'tls' of a client, in the table that is the i-th argument: a table, or true, which is an empty one. nil: it
// is not given, or false.
func ClientTLS(c *interp.Call, i int, v interp.Value) (*TLS, error) {
	if v.Type() == "boolean" {
		if !v.Truth() {
			return nil, nil
		}
		return &TLS{}, nil
	}
	return readTLS(c, i, v, "true or table", false)
}

// ServerTLS is ClientTLS for a server, which must have a certificate.
func ServerTLS(c *interp.Call, i int, v interp.Value) (*TLS, error) {
	t, err := readTLS(c, i, v, "table", true)
	if err == nil && t != nil && t.Cert == "" {
		return nil, c.ArgError(i, "option 'tls': a server needs 'cert' and 'key'")
	}
	return t, err
}

func readTLS(c *interp.Call, i int, v interp.Value, want string, server bool) (*TLS, error) {
	if v.IsNil() {
		return nil, nil
	}
	opts, ok := v.Table()
	if !ok {
		return nil, c.ArgError(i, fmt.Sprintf("option 'tls': %s expected, got %s", want, v.Type()))
	}
	t, least := &TLS{}, ""
	fields := map[string]any{"cert": &t.Cert, "key": &t.Key, "min": &least}
	if server {
		fields["client_ca"] = &t.ClientCA
	} else {
		fields["ca"], fields["server_name"], fields["insecure"] = &t.CA, &t.ServerName, &t.Insecure
	}
	if err := c.OptionsIn(i, "tls", opts, fields); err != nil {
		return nil, err
	}
	switch {
	case (t.Cert == "") != (t.Key == ""):
		return nil, c.ArgError(i, "option 'tls': 'cert' and 'key' belong together; each is a path or PEM, and both may be the same file")
	case least != "" && versions[least] == 0:
		return nil, c.ArgError(i, fmt.Sprintf("option 'tls': there is no version %.20q; min is \"1.2\" or \"1.3\", for old devices also \"1.0\" or \"1.1\"", least))
	}
	t.Min = versions[least]
	return t, nil
}

// maxPEM is how much of a file is read: the certificates that browsers come with are some 250 KB.
const maxPEM = 4 << 20

// Config makes the configuration, for whoever is at the other end: host is a client's, and "" a server's. It reads files, so it is called
// off the loop. Files that do not hold what they should are an error of kind io, code ETLS; op names the builtin.
func (t *TLS) Config(ctx context.Context, files interp.Files, op, host string) (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: t.Min, ServerName: host, InsecureSkipVerify: t.Insecure}
	if t.Min == 0 {
		cfg.MinVersion = tls.VersionTLS12
	}
	if t.ServerName != "" {
		cfg.ServerName = t.ServerName
	}
	var err error
	if t.CA != "" {
		if cfg.RootCAs, err = x509.SystemCertPool(); err != nil { // the machine has none
			cfg.RootCAs = x509.NewCertPool()
		}
		if err = t.add(ctx, files, op, "ca", t.CA, cfg.RootCAs); err != nil {
			return nil, err
		}
	}
	if t.ClientCA != "" {
		cfg.ClientCAs, cfg.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
		if err = t.add(ctx, files, op, "client_ca", t.ClientCA, cfg.ClientCAs); err != nil {
			return nil, err
		}
	}
	if t.Cert != "" {
		cert, err := pem(ctx, files, op, t.Cert)
		if err != nil {
			return nil, err
		}
		key, err := pem(ctx, files, op, t.Key)
		if err != nil {
			return nil, err
		}
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return nil, tlsError(op, "the certificate and its key cannot be used: "+strings.TrimPrefix(err.Error(), "tls: "), t.Cert)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	return cfg, nil
}

// add puts the certificates of an option into a pool.
func (t *TLS) add(ctx context.Context, files interp.Files, op, option, where string, to *x509.CertPool) error {
	b, err := pem(ctx, files, op, where)
	if err == nil && !to.AppendCertsFromPEM(b) {
		err = tlsError(op, "there is no certificate in what the option '"+option+"' of 'tls' names", where)
	}
	return err
}

// tlsError has the path where the option is one.
func tlsError(op, what, where string) error {
	if isPEM(where) {
		return interp.Errorf(interp.KindIO, "%s: %s", op, what).With("code", "ETLS")
	}
	return interp.Errorf(interp.KindIO, "%s: %.200s: %s", op, where, what).With("code", "ETLS").With("path", where)
}

func isPEM(s string) bool { return strings.Contains(s, "-----BEGIN ") }

// pem is what an option stands for: itself, or the file of that path.
func pem(ctx context.Context, files interp.Files, op, s string) ([]byte, error) {
	if isPEM(s) {
		return []byte(s), nil
	}
	f, err := files.Open(ctx, s, os.O_RDONLY, 0)
	if err != nil {
		return nil, interp.PathErrorf(op, s, err)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxPEM+1))
	if err == nil && len(b) > maxPEM {
		err = errors.New("more than 4 MiB are no certificate")
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, interp.PathErrorf(op, s, err)
	}
	return b, nil
}
