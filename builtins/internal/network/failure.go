package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/lull-lua/lull/interp"
)

// known are the errors of the system's that have a code and advice of their own.
var known = []struct {
	errno  syscall.Errno
	code   string
	advice string
}{
	{syscall.ECONNREFUSED, "ECONNREFUSED", "connection refused: nothing listens there"},
	{syscall.ECONNRESET, "ECONNRESET", "the other side has broken the connection off"},
	{syscall.ECONNABORTED, "ECONNABORTED", "the connection was broken off"},
	{syscall.EPIPE, "EPIPE", "the other side reads no more"},
	{syscall.ETIMEDOUT, "ETIMEDOUT", "nobody answers there"},
	{syscall.EHOSTUNREACH, "EHOSTUNREACH", "no route to the host: is it up, and in this network?"},
	{syscall.ENETUNREACH, "ENETUNREACH", "no route to its network: is this machine connected?"},
	{syscall.EADDRINUSE, "EADDRINUSE", "something listens there already; port 0 is one that is free"},
	{syscall.EADDRNOTAVAIL, "EADDRNOTAVAIL", "it is no address of this machine"},
	{syscall.EACCES, "EACCES", "permission denied: ports below 1024 are for root, sockets for whom their mode names"},
	{syscall.EPERM, "EPERM", "the system does not permit it"},
	{syscall.ENOENT, "ENOENT", "no such socket or folder: does the server run?"},
	{syscall.ENOTSOCK, "ENOTSOCK", "it is no socket"},
	{syscall.EMFILE, "EMFILE", "too many open files: ulimit -n sets how many a process may have"},
	{syscall.ENFILE, "ENFILE", "the system has too many open files"},
	{syscall.ENOTCONN, "ENOTCONN", "there is no connection any more"},
	{syscall.ENOBUFS, "ENOBUFS", "the system has no memory for it"},
	{syscall.ENOMEM, "ENOMEM", "the system has no memory for it"},
	{syscall.EINVAL, "EINVAL", "the system takes no such address"},
}

// Error is what has become of a connection to an address, or of listening there, as an error of kind io with the fields address and code: the
// system's name of the error, or ENOTFOUND, EAI_AGAIN or ETLS. An error of a deadline is of kind timeout, a policy's refusal stays of kind
// denied. op names the builtin.
func Error(op, address string, err error) error {
	if err == nil {
		return nil
	}
	if e := (*interp.Error)(nil); errors.As(err, &e) {
		return e
	}
	shown := address
	if len(shown) > 300 {
		shown = shown[:300] + "..."
	}
	kind := interp.KindIO
	code, why := explain(err)
	switch {
	case code == "EADDRINUSE" && strings.HasPrefix(address, "unix:"):
		why = "something listens there already, or a file that is no socket has that name"
	case code == "ENOENT" && strings.HasSuffix(op, ".serve"):
		why = "there is no such folder"
	}
	if code == "" && (errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)) {
		kind = interp.KindTimeout
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	e := interp.Errorf(kind, "%s: %s: %w", op, shown, &reason{why, err}).With("address", address)
	if code != "" {
		e = e.With("code", code)
	}
	return e
}

// TimedOut is the error of what took longer than an option allows.
func TimedOut(op, address, what string, d time.Duration) error {
	return interp.Errorf(interp.KindTimeout, "%s: %.300s: %s took longer than %v s", op, address, what, interp.Number(d.Seconds())).With("address", address)
}

// reason words an error of Go's for people.
type reason struct {
	why   string
	cause error
}

// Error implements error.
func (r *reason) Error() string { return r.why }

// Unwrap is Go's.
func (r *reason) Unwrap() error { return r.cause }

// Code is the code of an error of a connection, as Error gives it; "" if it has none.
func Code(err error) string {
	if err == nil {
		return ""
	}
	code, _ := explain(err)
	return code
}

// explain is the code of an error, and what to do about it.
func explain(err error) (code, why string) {
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) {
		name := strings.TrimSuffix(dns.Name, ".")
		switch {
		case dns.IsNotFound:
			return "ENOTFOUND", fmt.Sprintf("there is no host %.255s: is the name right?", name)
		case dns.IsTimeout:
			return "EAI_AGAIN", fmt.Sprintf("the name server did not answer when asked for %.255s: is this machine connected?", name)
		}
		return "EAI_AGAIN", fmt.Sprintf("the name server could not say where %.255s is: %s", name, dns.Err)
	}
	if why := explainTLS(err); why != "" {
		return "ETLS", why
	}
	for _, k := range known {
		if errors.Is(err, k.errno) || errors.Is(err, systems(k.errno)) {
			return k.code, k.advice
		}
	}
	if addr := (*net.AddrError)(nil); errors.As(err, &addr) {
		return "", addr.Err
	}
	inner := err
	for op := (*net.OpError)(nil); errors.As(inner, &op) && op.Err != nil; {
		inner = op.Err
	}
	return "", inner.Error()
}

// explainTLS words what is wrong with an encrypted connection; "" if err is about something else.
func explainTLS(err error) string {
	var (
		record    tls.RecordHeaderError
		verify    *tls.CertificateVerificationError
		unknown   x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		alert     tls.AlertError
		operation *net.OpError
	)
	switch {
	case errors.As(err, &record):
		return "the other side does not speak TLS there: is it the right port?"
	case errors.As(err, &unknown):
		return "its certificate is signed by nobody known here; tls = { ca = path } names who has signed it"
	case errors.As(err, &host):
		return fmt.Sprintf("its certificate is not for %.255s, but for %.300s; tls = { server_name = name } names another", host.Host, names(host.Certificate))
	case errors.As(err, &invalid):
		if invalid.Reason == x509.Expired && invalid.Cert != nil {
			return fmt.Sprintf("its certificate is valid from %s to %s: is it renewed, and the clock here right?", invalid.Cert.NotBefore.Format("2006-01-02"), invalid.Cert.NotAfter.Format("2006-01-02"))
		}
		return "its certificate is not valid: " + strings.TrimPrefix(invalid.Error(), "x509: ")
	case errors.As(err, &verify):
		return "its certificate cannot be trusted: " + strings.TrimPrefix(verify.Err.Error(), "x509: ")
	case errors.As(err, &alert):
		return "the TLS handshake has failed: " + strings.TrimPrefix(alert.Error(), "tls: ")
	case errors.As(err, &operation) && operation.Op == "remote error":
		what := strings.TrimPrefix(operation.Err.Error(), "tls: ")
		if what == "certificate required" || what == "bad certificate" || what == "unknown certificate authority" {
			return "the other side has refused the TLS handshake: " + what + "; tls = { cert = path, key = path } names a certificate to show"
		}
		return "the other side has refused the TLS handshake: " + what
	}
	if text := err.Error(); strings.HasPrefix(text, "tls: ") || strings.HasPrefix(text, "x509: ") {
		return "the TLS handshake has failed: " + strings.TrimPrefix(strings.TrimPrefix(text, "tls: "), "x509: ")
	}
	return ""
}

// names are what a certificate is for.
func names(cert *x509.Certificate) string {
	if cert == nil {
		return "nobody"
	}
	all := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		return "nobody"
	}
	return strings.Join(all, ", ")
}
