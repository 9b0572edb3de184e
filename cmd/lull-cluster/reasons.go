package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// unreachable is the error of a cluster that does not let this process in, or is not there, with what helps. where is its address.
func unreachable(where string, err error) error {
	text := err.Error()
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	switch {
	case errors.Is(err, nats.ErrAuthorization):
		return fmt.Errorf("%s lets nobody in without the right token or credentials: %w (--token-file FILE, --creds FILE, or nats://USER:PASSWORD@HOST:PORT)", where, err)
	case errors.Is(err, nats.ErrAuthExpired):
		return fmt.Errorf("%s lets these credentials in no more: %w: new ones are needed", where, err)
	case errors.As(err, &unknown):
		return fmt.Errorf("%s shows a certificate that nobody known here has signed: %w: --tls-ca FILE says who is to be trusted", where, err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("%s shows a certificate that is not valid at this time: %w: its server needs a new one, unless this machine's clock is wrong", where, err)
	case errors.As(err, &name):
		return fmt.Errorf("%s shows the certificate of another host: %w: say the host as the certificate does, or have one made for it", where, err)
	case errors.Is(err, nats.ErrSecureConnWanted):
		return fmt.Errorf("%s has no TLS, and tls:// or a flag --tls-... asks for it: %w: without them what is sent can be listened to", where, err)
	case strings.Contains(text, "tls: certificate required"), strings.Contains(text, "tls: bad certificate"), strings.Contains(text, "tls: unknown certificate"), strings.Contains(text, "tls: expired certificate"):
		return fmt.Errorf("%s wants a certificate that it knows: %w: --tls-cert FILE and --tls-key FILE show one", where, err)
	case errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return fmt.Errorf("%s has no JetStream for the account of these credentials: %w: its server's settings must give it some", where, err)
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled):
		return fmt.Errorf("%s has no JetStream: %w: start it with jetstream on, or take lull-cluster server", where, err)
	}
	return fmt.Errorf("%s cannot be reached: %w", where, err)
}

// refused reports whether it makes no sense to ask again.
func refused(err error) bool {
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) || errors.Is(err, nats.ErrInvalidContext) || errors.Is(err, nats.ErrSecureConnRequired) ||
		errors.Is(err, nats.ErrSecureConnWanted) || strings.Contains(err.Error(), "x509") || strings.Contains(err.Error(), "certificate")
}

// checkFiles looks into the files that the flags name, as the client library does that only once it connects, again and again.
func (t *target) checkFiles() error {
	if _, err := checkCertificate(t.cert, t.key); err != nil {
		return err
	}
	if err := checkAuthority(t.ca); err != nil {
		return err
	}
	if t.creds == "" {
		return nil
	}
	b, err := os.ReadFile(t.creds)
	if err != nil {
		return fmt.Errorf("--creds: %w", err)
	}
	if text := string(b); !strings.Contains(text, "BEGIN NATS USER JWT") || !strings.Contains(text, "BEGIN USER NKEY SEED") {
		return fmt.Errorf("--creds %s: it is no file of NATS's credentials, which has a user's JWT and seed, as nsc generate creds writes it", t.creds)
	}
	return nil
}

// checkCertificate looks into the files of --tls-cert and --tls-key, if they are given. The certificate is at most valid until then.
func checkCertificate(cert, key string) (until time.Time, err error) {
	if (cert == "") != (key == "") {
		return until, errors.New("--tls-cert and --tls-key go together")
	}
	if cert == "" {
		return until, nil
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return until, fmt.Errorf("--tls-cert %s and --tls-key %s: %w", cert, key, err)
	}
	return pair.Leaf.NotAfter, nil
}

// checkAuthority looks into the file of --tls-ca, if it is given.
func checkAuthority(file string) error {
	if file == "" {
		return nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("--tls-ca: %w", err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(b) {
		return fmt.Errorf("--tls-ca %s: there is no certificate in it, in PEM", file)
	}
	return nil
}
