package http

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

const (
	defaultTimeout = 60 * time.Second
	connectTimeout = 10 * time.Second
	maxBody        = 64 << 20
	maxRedirects   = 10
)

// clientOptions are the options of a request as the script has given them: a session's first, then those of the call over them.
type clientOptions struct {
	query, headers                       interp.Value
	json, form, files, file, body        interp.Value
	auth                                 interp.Value
	bearer                               string
	timeout, connectTimeout, idleTimeout interp.Value
	retry, limiter, check                interp.Value
	redirects                            float64
	to, checksum                         string
	resume, stream                       bool
	maxBody                              float64
	progress                             interp.Value
	proxy, tls, resolve                  interp.Value
	unix                                 string

	baseURL string // of a session, as those below
	cookies bool
	limit   float64
}

func newOptions() clientOptions {
	return clientOptions{redirects: maxRedirects, maxBody: notGiven, limit: notGiven, to: noPath}
}

// notGiven and noPath stand for options that are not given, and are no values of any.
const (
	notGiven = -math.MaxFloat64
	noPath   = "\x00"
)

// lasting are the options that a session has for all of its calls.
func (s *clientOptions) lasting() map[string]any {
	return map[string]any{
		"query": &s.query, "headers": &s.headers, "auth": &s.auth, "bearer": &s.bearer, "timeout": &s.timeout, "connect_timeout": &s.connectTimeout,
		"idle_timeout": &s.idleTimeout, "retry": &s.retry, "limiter": &s.limiter, "check": &s.check, "redirects": &s.redirects, "max_body": &s.maxBody,
		"proxy": &s.proxy, "tls": &s.tls, "unix": &s.unix, "resolve": &s.resolve,
	}
}

// ofCall are the options of a call.
func (s *clientOptions) ofCall() map[string]any {
	all := s.lasting()
	for name, to := range map[string]any{
		"json": &s.json, "form": &s.form, "files": &s.files, "file": &s.file, "body": &s.body, "to": &s.to, "resume": &s.resume, "checksum": &s.checksum,
		"stream": &s.stream, "progress": &s.progress,
	} {
		all[name] = to
	}
	return all
}

// ofSession are the options of http.session.
func (s *clientOptions) ofSession() map[string]any {
	all := s.lasting()
	all["base_url"], all["cookies"], all["limit"] = &s.baseURL, &s.cookies, &s.limit
	return all
}

// optionReader reads the options that are an argument of a call, and says what is wrong with them.
type optionReader struct {
	c *interp.Call
	i int // which argument the options are
}

func (r optionReader) wrong(name, format string, args ...any) error {
	return r.c.ArgError(r.i, "option '"+name+"': "+fmt.Sprintf(format, args...))
}

func (r optionReader) expected(name, want string, v interp.Value) error {
	return r.wrong(name, "%s expected, got %s", want, given(v))
}

// seconds reads a time limit: a number of seconds above 0, or false, which is none.
func (r optionReader) seconds(name string, v interp.Value, otherwise time.Duration) (time.Duration, error) {
	switch n, ok := v.Number(); {
	case v.IsNil():
		return otherwise, nil
	case v.Type() == "boolean" && !v.Truth():
		return interp.Forever, nil
	case ok && n > 0:
		return interp.Seconds(n), nil
	}
	return 0, r.expected(name, "a number of seconds above 0, or false,", v)
}

// checked says which statuses are fine.
type checked struct {
	any  bool
	also []int // beside those below 400
}

func (k checked) passes(status int) bool {
	return k.any || status < 400 && k.also == nil || slices.Contains(k.also, status)
}

// check reads the option check.
func (r optionReader) check(v interp.Value) (k checked, err error) {
	list, isList := v.Table()
	switch {
	case v.IsNil():
		return k, nil
	case v.Type() == "boolean":
		return checked{any: !v.Truth()}, nil
	case !isList:
		return k, r.expected("check", "true, false or a list of statuses", v)
	}
	k.also = []int{}
	for i := 1; i <= list.Len(); i++ {
		n, ok := list.Index(i).Int()
		if !ok || n < 100 || n > 599 {
			return k, r.expected("check", fmt.Sprintf("item %d: a status from 100 to 599", i), list.Index(i))
		}
		k.also = append(k.also, n)
	}
	for key := range list.Fields() {
		if key.String() != "n" {
			return k, r.wrong("check", "a list of statuses expected, got a table with the key '%.40s'", key)
		}
	}
	return k, nil
}

// sentHeader is a header of a request.
type sentHeader struct {
	name   string // as net/http spells it
	values []string
	secret bool // it goes to its origin only
	of     origin
}

// isSecret reports whether a header of that name says who one is.
func isSecret(name string) bool {
	return slices.Contains([]string{"Authorization", "Cookie", "Cookie2", "Proxy-Authorization", "Www-Authenticate"}, name)
}

// own are headers that say how a message is written: they are net/http's to write, or a request could be smuggled in another.
var own = []string{"Content-Length", "Transfer-Encoding", "Trailer", "Te", "Upgrade", "Keep-Alive", "Proxy-Connection"}

// headers reads the option headers, over those that are there. With bound all of them go to the origin of alone, otherwise
// the secret ones do.
func (r optionReader) headers(all []sentHeader, v interp.Value, of origin, bound bool) ([]sentHeader, error) {
	if v.IsNil() {
		return all, nil
	}
	t, ok := v.Table()
	if !ok {
		return nil, r.expected("headers", "table", v)
	}
	all = slices.Clone(all)
	size := 0
	for key, v := range t.All() {
		name, ok := key.Text()
		if _, isNumber := key.Number(); !ok || isNumber || !isToken(name) {
			return nil, r.wrong("headers", "%.60q is no name of a header", key.String())
		}
		canonical := http.CanonicalHeaderKey(name)
		if slices.Contains(own, canonical) {
			return nil, r.wrong("headers", "'%s' is written by http itself", canonical)
		}
		all = slices.DeleteFunc(all, func(h sentHeader) bool { return h.name == canonical })
		if v.Type() == "boolean" {
			if v.Truth() {
				return nil, r.wrong("headers", "'%.60s': string, number, list or false expected, got true", name)
			}
			if canonical == "User-Agent" { // without one net/http has its own
				all = append(all, sentHeader{name: canonical, values: []string{""}})
			}
			continue
		}
		h := sentHeader{name: canonical, secret: bound || isSecret(canonical), of: of}
		list, isList := v.Table()
		n := 1
		if isList {
			n = list.Len()
		}
		for i := 1; i <= n; i++ {
			item := v
			if isList {
				item = list.Index(i)
			}
			s, ok := scalar(item)
			switch {
			case !ok || item.Type() == "boolean":
				return nil, r.wrong("headers", "'%.60s': string, number, a list of these or false expected, got %s", name, given(item))
			case !isFieldValue(s):
				return nil, r.wrong("headers", "'%.60s': its value has a line break or another control character in it", name)
			case canonical == "Connection" && !strings.EqualFold(s, "close") && !strings.EqualFold(s, "keep-alive"):
				return nil, r.wrong("headers", "'Connection': close or keep-alive expected, got %.40q", s)
			}
			if size += len(name) + len(s); size > maxHead {
				return nil, r.wrong("headers", "they are longer than 1 MiB")
			}
			h.values = append(h.values, strings.Trim(s, " \t"))
		}
		if len(h.values) > 0 {
			all = append(all, h)
		}
	}
	return all, nil
}

// maxHead bounds the headers of a message, in bytes.
const maxHead = 1 << 20

// isFieldValue reports whether s can be the value of a header.
func isFieldValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// basic is the Authorization of a user and a password.
func basic(user, password string) string {
	req := http.Request{Header: http.Header{}}
	req.SetBasicAuth(user, password)
	return req.Header.Get("Authorization")
}

// credentials reads the options auth and bearer: the value of Authorization, or "".
func (r optionReader) credentials(s *clientOptions) (string, error) {
	if !s.auth.IsNil() && s.bearer != "" {
		return "", r.wrong("bearer", "there is 'auth' as well, and one of them counts")
	}
	if s.bearer != "" {
		if strings.ContainsFunc(s.bearer, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			return "", r.wrong("bearer", "a token has no blanks, line breaks or other control characters")
		}
		return "Bearer " + s.bearer, nil
	}
	if s.auth.IsNil() || s.auth.Type() == "boolean" && !s.auth.Truth() {
		return "", nil
	}
	t, ok := s.auth.Table()
	if !ok || t.Len() != 2 {
		return "", r.wrong("auth", "{ user, password } expected") // not what it is: it may be a secret
	}
	user, isText := t.Index(1).Text()
	password, isText2 := t.Index(2).Text()
	switch {
	case !isText || !isText2:
		return "", r.wrong("auth", "{ user, password } expected")
	case strings.Contains(user, ":"):
		return "", r.wrong("auth", "the name of the user has a colon, which cannot be told from the one behind it")
	}
	return basic(user, password), nil
}

// whole reads a number that counts something.
func (r optionReader) whole(name string, n, least float64, want string) (int, error) {
	if !(n >= least) || n != math.Trunc(n) && !math.IsInf(n, 1) {
		return 0, r.expected(name, want, interp.Number(n))
	}
	return int(min(n, 1<<53, math.MaxInt)), nil
}

// target reads the URL that is the i-th argument of a call.
func target(c *interp.Call, i int, base *url.URL) (*url.URL, error) {
	s, err := c.Text(i)
	if err != nil {
		return nil, err
	}
	absolute := strings.HasPrefix(strings.ToLower(s), "http://") || strings.HasPrefix(strings.ToLower(s), "https://")
	if base != nil && !absolute {
		if at := strings.IndexAny(s, ":/?#"); at > 0 && s[at] == ':' {
			return nil, c.ArgError(i, fmt.Sprintf("it is neither a path below base_url nor a URL with http or https: %.100q", s))
		}
		s = below(base, s)
	}
	u, why, _ := readURL(s)
	switch {
	case why != "":
		return nil, c.ArgError(i, why)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, c.ArgError(i, fmt.Sprintf("a URL with http or https expected, as in https://example.org/, got %.100q", u.Redacted()))
	case u.Hostname() == "":
		return nil, c.ArgError(i, fmt.Sprintf("the URL %.100q has no host", u.Redacted()))
	case !isFieldValue(u.Hostname()) || strings.ContainsAny(u.Hostname(), " /\\"):
		return nil, c.ArgError(i, fmt.Sprintf("the URL has no name of a host: %.100q", u.Hostname()))
	}
	return u, nil
}

// below is a path below a session's base_url: the two with one slash between.
func below(base *url.URL, path string) string {
	b := *base
	b.RawQuery, b.Fragment = "", ""
	s := b.String()
	if path == "" || path[0] == '?' || path[0] == '#' {
		return s + path
	}
	return strings.TrimSuffix(s, "/") + "/" + strings.TrimPrefix(path, "/")
}

// origin is where secrets belong: scheme, host and port.
type origin struct{ scheme, host, port string }

func originOf(u *url.URL) origin {
	port := u.Port()
	if port == "" {
		port = defaultPort(u.Scheme)
	}
	return origin{u.Scheme, strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), port}
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// trusts reports whether what belongs to o may be shown to other: it is the same, or the same host that encrypts now.
func (o origin) trusts(other origin) bool {
	return o == other || o.host == other.host && o.scheme == "http" && other.scheme == "https" && o.port == "80" && other.port == "443"
}

// proxy reads the option proxy: a URL, false (given, and nil), or nothing.
func (r optionReader) proxy(v interp.Value) (u *url.URL, isGiven bool, err error) {
	switch {
	case v.IsNil():
		return nil, false, nil
	case v.Type() == "boolean" && !v.Truth():
		return nil, true, nil
	}
	s, ok := v.Text()
	if !ok {
		return nil, false, r.expected("proxy", "a URL or false", v)
	}
	u, why := parseProxy(s)
	if why != "" {
		return nil, false, r.wrong("proxy", "%s", why)
	}
	return u, true, nil
}

// parseProxy reads the URL of a proxy; without a scheme it is http.
func parseProxy(s string) (u *url.URL, why string) {
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, why, _ = readURL(s)
	switch {
	case why != "":
		return nil, why
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		return nil, fmt.Sprintf("proxies are http, https, socks5 or socks5h, not %.20q", u.Scheme)
	case u.Hostname() == "":
		return nil, "the URL has no host"
	}
	return u, ""
}

// resolved reads the option resolve: what stands for an address.
func (r optionReader) resolved(v interp.Value) (map[string]network.Address, error) {
	if v.IsNil() {
		return nil, nil
	}
	t, ok := v.Table()
	if !ok {
		return nil, r.expected("resolve", `a table as { ["host:443"] = "127.0.0.1:8443" }`, v)
	}
	all := map[string]network.Address{}
	for key, v := range t.All() {
		name, isText := key.Text()
		to, isText2 := v.Text()
		if !isText || !isText2 {
			return nil, r.wrong("resolve", `"host:port" = "address:port" expected`)
		}
		from, err := network.ParseAddress(name)
		if err != nil {
			return nil, r.wrong("resolve", "%v", err)
		}
		a, err := network.ParseAddress(to)
		if err != nil {
			return nil, r.wrong("resolve", "%v", err)
		}
		from.Host = strings.ToLower(from.Host)
		all[from.String()] = a
	}
	return all, nil
}
