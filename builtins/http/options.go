package http

import (
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// settings are the options of http.serve.
type settings struct {
	maxBody                             float64
	limit                               int
	timeout, headerTimeout, idleTimeout time.Duration // interp.Forever: none
	before                              interp.Value
	log                                 bool
	hosts                               []string // besides localhost and addresses
	origin                              *http.CrossOriginProtection
	origins                             []string
	tls                                 *network.TLS
	mode                                fs.FileMode
}

// parse reads the arguments of http.serve.
func (s *server) parse(c *interp.Call) (err error) {
	if s.at, err = network.ListenArg(c, 1); err != nil {
		return err
	}
	if err := s.parseRoutes(c, 2); err != nil {
		return err
	}
	var timeout, header, idle, origins, hosts, secure interp.Value
	limit, grace, mode := 1000.0, 8.0, "600"
	s.maxBody = 10 << 20
	if err := c.Options(3, map[string]any{
		"max_body": &s.maxBody, "limit": &limit, "timeout": &timeout, "header_timeout": &header, "idle_timeout": &idle, "grace": &grace,
		"before": &s.before, "log": &s.log, "origins": &origins, "hosts": &hosts, "tls": &secure, "mode": &mode,
	}); err != nil {
		return err
	}
	for _, o := range []struct {
		name  string
		v     interp.Value
		usual float64
		to    *time.Duration
	}{{"timeout", timeout, 60, &s.timeout}, {"header_timeout", header, 10, &s.headerTimeout}, {"idle_timeout", idle, 120, &s.idleTimeout}} {
		if *o.to, err = timeLimit(c, 3, o.name, o.v, o.usual); err != nil {
			return err
		}
	}
	perm, perr := strconv.ParseUint(mode, 8, 32)
	switch {
	case !(s.maxBody >= 0):
		return c.ArgError(3, "option 'max_body': a number of bytes expected, got "+interp.Number(s.maxBody).String())
	case !(limit >= 1):
		return c.ArgError(3, "option 'limit': at least one request at once, got "+interp.Number(limit).String())
	case !(grace >= 0):
		return c.ArgError(3, "option 'grace': a number of seconds expected, got "+interp.Number(grace).String())
	case !s.before.IsNil() && !s.before.IsFunction():
		return c.ArgError(3, "option 'before': function expected, got "+data.TypeOf(s.before))
	case perr != nil || perm > 0o777:
		return c.ArgError(3, fmt.Sprintf("option 'mode': an octal string such as \"600\" expected, got %.20q", mode))
	}
	s.limit, s.Grace, s.mode = int(min(limit, math.MaxInt32)), interp.Seconds(grace), fs.FileMode(perm)
	if s.hosts, err = names(c, 3, "hosts", hosts); err != nil {
		return err
	}
	for i, h := range s.hosts {
		if strings.Contains(h, "/") {
			return c.ArgError(3, fmt.Sprintf("option 'hosts': %.100q is no name of a host", h))
		}
		s.hosts[i] = strings.ToLower(strings.TrimSuffix(h, "."))
	}
	if s.origins, err = names(c, 3, "origins", origins); err != nil {
		return err
	}
	s.origin = http.NewCrossOriginProtection()
	for _, o := range s.origins {
		if err := s.origin.AddTrustedOrigin(o); err != nil {
			return c.ArgError(3, fmt.Sprintf("option 'origins': %.100q is no origin, which is like \"https://app.example.org\"", o))
		}
	}
	s.tls, err = network.ServerTLS(c, 3, secure)
	return err
}

// timeLimit is an option in seconds; nil is what is usual, false none.
func timeLimit(c *interp.Call, i int, name string, v interp.Value, usual float64) (time.Duration, error) {
	if v.IsNil() {
		return interp.Seconds(usual), nil
	}
	if v.Type() == "boolean" && !v.Truth() {
		return interp.Forever, nil
	}
	n, ok := v.Number()
	if !ok {
		return 0, c.ArgError(i, fmt.Sprintf("option '%s': a number of seconds or false expected, got %s", name, data.TypeOf(v)))
	}
	if !(n > 0) {
		return 0, c.ArgError(i, fmt.Sprintf("option '%s': more than 0 seconds, or false, expected, got %s", name, interp.Number(n)))
	}
	return interp.Seconds(n), nil
}

// names is an option that is a string, or a list of them.
func names(c *interp.Call, i int, option string, v interp.Value) (list []string, err error) {
	if v.IsNil() {
		return nil, nil
	}
	if s, ok := v.Text(); ok {
		return []string{s}, nil
	}
	t, ok := v.Table()
	for j := 1; ok && j <= t.Len(); j++ {
		var s string
		s, ok = t.Index(j).Text()
		list = append(list, s)
	}
	if !ok || len(list) == 0 {
		return nil, c.ArgError(i, fmt.Sprintf("option '%s': a string or a list of strings expected", option))
	}
	return list, nil
}

// route is a pattern of net/http's, and the function that answers what it matches.
type route struct {
	s       *server
	pattern string // "": it is the only one, and answers everything
	key     string // of fake.http
	params  []string
	handler interp.Value
}

// registeredAt is where net/http's messages about patterns say that these were registered.
var registeredAt = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(` \(registered at [^)]*\)`) })

// wildcard is a name in a pattern.
var wildcard = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([^{}]*?)(?:\.\.\.)?\}`) })

// parseRoutes reads the i-th argument: a function, or a table of patterns and functions.
func (s *server) parseRoutes(c *interp.Call, i int) error {
	if fn := c.Arg(i); fn.IsFunction() {
		r := &route{s: s, handler: fn}
		s.routes, s.mux = []*route{r}, r
		return nil
	}
	t, ok := c.Arg(i).Table()
	if !ok {
		return c.TypeError(i, "function or table of routes")
	}
	mux := http.NewServeMux()
	for k, fn := range t.All() {
		pattern, isText := k.Text()
		if _, number := k.Number(); !isText || number {
			return c.ArgError(i, fmt.Sprintf("a pattern such as \"GET /jobs/{id}\" expected as the key of a route, got %s", k))
		}
		if !fn.IsFunction() {
			return c.ArgError(i, fmt.Sprintf("route %.100q: function expected, got %s", pattern, data.TypeOf(fn)))
		}
		r := newRoute(s, pattern, fn)
		if why := handles(mux, pattern, r); why != "" {
			return c.ArgError(i, why)
		}
		s.routes = append(s.routes, r)
	}
	if len(s.routes) == 0 {
		return c.ArgError(i, "the table has no routes")
	}
	s.mux = mux
	return nil
}

// newRoute is a route with a pattern.
func newRoute(s *server, pattern string, fn interp.Value) *route {
	r := &route{s: s, pattern: pattern, handler: fn}
	for _, m := range wildcard().FindAllStringSubmatch(pattern, -1) {
		if m[1] != "$" {
			r.params = append(r.params, m[1])
		}
	}
	return r
}

// oddSegment is a part of a path that others' patterns have for a name, or for whatever follows.
var oddSegment = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/(?::(\w+)|<(\w+)>|(\*))(?:/|$)`) })

// oddRoute says why a pattern is probably not what is meant, or "".
func oddRoute(pattern string) string {
	if method, _, ok := strings.Cut(pattern, " "); ok && method[:min(1, len(method))] != "/" && method != strings.ToUpper(method) {
		return "methods are in capitals: " + strings.ToUpper(method)
	}
	if m := oddSegment().FindStringSubmatch(pattern); m != nil {
		if m[3] != "" {
			return "{path...} stands for whatever follows"
		}
		return "{" + m[1] + m[2] + "} stands for a part of the path"
	}
	return ""
}

// handles registers a route; it returns what net/http has against it.
func handles(mux *http.ServeMux, pattern string, r *route) (why string) {
	if why := oddRoute(pattern); why != "" {
		return fmt.Sprintf("route %.100q: %s", pattern, why)
	}
	defer func() {
		if p := recover(); p != nil {
			why = registeredAt().ReplaceAllString(fmt.Sprint(p), "")
			why = strings.TrimPrefix(strings.TrimPrefix(why, "http: "), "parsing ")
			why = fmt.Sprintf("route %.100q: %.500s", pattern, strings.ReplaceAll(why, "\n", " "))
		}
	}()
	mux.Handle(pattern, r)
	return ""
}

// knows reports whether a host is one by which a server on this machine alone is asked for: a page elsewhere whose name leads here is none.
func (s *server) knows(r *http.Request) bool {
	if !s.local || r.Host == "" && !r.ProtoAtLeast(1, 1) {
		return true
	}
	host := strings.ToLower(strings.TrimSuffix((&url.URL{Host: r.Host}).Hostname(), "."))
	return host == "localhost" || isAddress(host) || slices.Contains(s.hosts, host) || slices.Contains(s.hosts, strings.ToLower(r.Host))
}
