package http

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/builtins/internal/serving"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// fakes are the servers that stand for others in a test, by their origins: none listens, and each is asked from task to task, on whatever
// clock. Where there are any, nobody else is asked but the runtime's own servers.
type fakes struct {
	test    interp.Tester // nil: nothing is faked
	servers map[origin]*server
	ask     func(c *interp.Call, fn func(*interp.Call) error) error // of a script that a test runs: the fakes are the test's
}

// any reports whether requests are answered by fakes.
func (f *fakes) any() bool { return f.test != nil || f.ask != nil }

// asker hands a request to a server in this process, and waits until the answer has begun.
type asker func(c *interp.Call, hr *http.Request, in *interp.Pipe) (*reply, error)

// fakeKey is a name of what fake.http answers.
var fakeKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:([A-Z]+) +)?((?i)https?|wss?)://([^/?#\s]+)(/[^?#\s]*)?$`)
})

// readKey takes a key of fake.http apart: the origin, and the pattern of ServeMux there.
func readKey(key string) (o origin, pattern, why string) {
	m := fakeKey().FindStringSubmatch(key)
	if m == nil {
		why = `"GET https://api.example.org/users/{id}" expected: a method, or none for all, and a URL`
		if strings.ContainsAny(key, "?#") {
			why += " without its query, which the handler has in req.query"
		}
		return o, "", why
	}
	u, err := url.Parse(m[2] + "://" + m[3]) // with the scheme in lower case
	if err != nil || u.Hostname() == "" || u.User != nil {
		return o, "", fmt.Sprintf("%q is no host", m[3])
	}
	if pattern = m[4]; pattern == "" {
		pattern = "/"
	}
	if m[1] != "" {
		pattern = m[1] + " " + pattern
	}
	return fakedOrigin(u), pattern, ""
}

// fakedOrigin is the origin of a URL, which is that of its websockets, too.
func fakedOrigin(u *url.URL) origin {
	as := *u
	switch u.Scheme {
	case "ws":
		as.Scheme = "http"
	case "wss":
		as.Scheme = "https"
	}
	return originOf(&as)
}

// fakeHTTP is fake.http(answers) of a test.
func fakeHTTP(c *interp.Call, t interp.Tester) error {
	list, ok := c.Arg(1).Table()
	switch {
	case !ok:
		return c.TypeError(1, "table")
	case !c.Network().Granted():
		return interp.Errorf(interp.KindDenied, "fake.http: the host grants no network, so that there is no http")
	}
	var keys []string
	var origins []origin
	routes := map[origin][]*route{}
	for k, v := range list.All() {
		key, isText := k.Text()
		o, pattern, why := readKey(key)
		if !isText || k.Type() != "string" || why != "" {
			return c.ArgError(1, fmt.Sprintf("the key %.100q: %s", key, why))
		}
		handler, err := fakeHandler(c, v)
		if err != nil {
			return c.ArgError(1, fmt.Sprintf("%.100q: %v", key, err))
		}
		if routes[o] == nil {
			origins = append(origins, o)
		}
		r := newRoute(nil, pattern, handler)
		r.key = key
		routes[o] = append(routes[o], r)
		keys = append(keys, key)
	}
	f := interp.Local[fakes](c)
	muxes := map[origin]*http.ServeMux{}
	for _, o := range origins {
		if s := f.servers[o]; s != nil { // what was faked before, and is not faked anew
			was := slices.DeleteFunc(slices.Clone(s.routes), func(r *route) bool {
				return slices.ContainsFunc(routes[o], func(now *route) bool { return now.pattern == r.pattern })
			})
			routes[o] = append(was, routes[o]...)
		}
		muxes[o] = http.NewServeMux()
		for _, r := range routes[o] {
			if why := handles(muxes[o], r.pattern, r); why != "" {
				return c.ArgError(1, why)
			}
		}
	}
	f.test = t
	for _, o := range origins {
		s := f.servers[o]
		if s == nil {
			var err error
			if s, err = startFake(c, t, o); err != nil {
				return err
			}
			if f.servers == nil {
				f.servers = map[origin]*server{}
			}
			f.servers[o] = s
		}
		s.mux, s.routes = muxes[o], routes[o]
		for _, r := range s.routes {
			r.s = s
		}
	}
	for _, key := range keys {
		t.Faked(key)
	}
	return nil
}

// fakeHandler is what answers by a value of fake.http: a function as http.serve takes it, or what such a one returns.
func fakeHandler(c *interp.Call, v interp.Value) (interp.Value, error) {
	switch n, isNumber := v.Number(); {
	case v.IsFunction():
		return v, nil
	case isNumber && !(n >= 200 && n <= 599 && n == math.Trunc(n)):
		return v, fmt.Errorf("a status from 200 to 599 expected, got %s", v)
	case !isNumber && v.Type() != "string" && v.Type() != "table":
		return v, fmt.Errorf("a function expected, or what it would return: a string, a table, a status; got %s", data.TypeOf(v))
	}
	return c.NewFunction("fake.http", func(c *interp.Call) error { return c.Return(v) }, v), nil
}

// startFake starts a server that listens nowhere. At the end of a test it is stopped as others are.
func startFake(c *interp.Call, t interp.Tester, o origin) (*server, error) {
	port, _ := strconv.ParseUint(o.port, 10, 16) // it is part of a name alone
	s := &server{fake: t}
	s.at = network.Address{Network: "tcp", Host: o.host, Port: uint16(port)}
	s.secure = o.scheme == "https"
	s.maxBody, s.limit, s.timeout = math.Inf(1), math.MaxInt32, interp.Forever
	s.origin = http.NewCrossOriginProtection()
	s.origin.AddInsecureBypassPattern("/") // whose pages ask is the business of the server that is faked
	s.handler, _ = interp.AwaitableOf(c.NewFunction("fake.http", s.handle))
	hooks := serving.Hooks{Contents: s, Take: s.take, Ended: s.ended, Refuse: s.refuse, Wake: s.wake, End: func(*interp.Call) {}}
	return s, s.Start(c, "fake.http", "fake.http "+o.scheme+"://"+s.at.String(), hooks)
}

// find is the fake that answers such a request; nil: there is none.
func (f *fakes) find(method string, u *url.URL) *server {
	s := f.servers[fakedOrigin(u)]
	if s == nil || s.Refuses() {
		return nil
	}
	probe := &http.Request{Method: method, URL: pathOf(u), Host: u.Host}
	m := &recorder{}
	if s.mux.ServeHTTP(m, probe); m.route == nil {
		return nil
	}
	return s
}

// pathOf is a URL as a server sees it.
func pathOf(u *url.URL) *url.URL {
	path := &url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery, ForceQuery: u.ForceQuery}
	if path.Path == "" {
		path.Path = "/"
	}
	return path
}

// maxKeys is how many keys a message names.
const maxKeys = 5

// unknown is the error of a request that nothing answers.
func (f *fakes) unknown(op, method string, u *url.URL) error {
	var keys []string
	for _, s := range f.servers {
		for _, r := range s.routes {
			keys = append(keys, r.key)
		}
	}
	slices.Sort(keys)
	known := "nothing"
	if len(keys) > 0 {
		known = strings.Join(keys[:min(len(keys), maxKeys)], ", ")
	}
	if more := len(keys) - maxKeys; more > 0 {
		known += fmt.Sprintf(" and %d more", more)
	}
	return interp.Errorf(interp.KindDenied, "%s: the test does not fake %s %s; fake.http answers %s", op, method, brief(u), known).With("address", u.Host)
}

// across asks the fakes of the test that runs the script.
func (f *fakes) across(c *interp.Call, op string, u *url.URL, hr *http.Request, in *interp.Pipe) (*reply, error) {
	text, err := allOf(c, in)
	if err != nil {
		return nil, err
	}
	secure := fakedOrigin(u).scheme == "https"
	var got *reply
	var body []byte
	var broken error
	if err := f.ask(c, func(c *interp.Call) error {
		test := interp.Local[fakes](c)
		s := test.find(hr.Method, u)
		if s == nil {
			return test.unknown(op, hr.Method, u)
		}
		in := interp.NewPipe(stream.Piece, nil)
		in.Fill(text)
		in.End(nil)
		rep, err := s.ask(c, hr, in, secure, nil, errBroken)
		if err != nil {
			return err
		}
		defer rep.body.Break(nil)
		body, broken = allOf(c, rep.body)
		got = rep
		return passing(broken)
	}); err != nil {
		return nil, err
	}
	out := interp.NewPipe(stream.Piece, nil)
	out.Fill(body)
	if broken != nil {
		broken = fmt.Errorf("%v", broken) // it is of another runtime
	}
	out.End(broken)
	return &reply{status: got.status, header: got.header, body: out}, nil
}

// allOf is what comes by a pipe, up to its end.
func allOf(c *interp.Call, p *interp.Pipe) (all []byte, err error) {
	piece := make([]byte, 32<<10)
	for {
		n, err := p.Read(c, piece)
		all = append(all, piece[:n]...)
		switch {
		case err == io.EOF:
			return all, nil
		case err != nil:
			return all, err
		}
		if len(all) > maxBody {
			return all, interp.Errorf(interp.KindLimit, "http: a body has more than 64 MiB, which is what passes between a test and a script that it runs")
		}
		if err := c.Room(len(all)); err != nil {
			return all, err
		}
	}
}

// note tells the test of a request, which has all of its body first.
func (x *direct) note(c *interp.Call) error {
	text, err := x.readAll(c)
	if err != nil {
		return err
	}
	scheme := "http://"
	if x.s.secure {
		scheme = "https://"
	}
	headers := map[string]string{}
	for _, p := range headerPairs(x.http) {
		headers[p.name] = p.value
	}
	x.s.fake.Called(x.r.route.key, map[string]any{
		"method": x.http.Method, "url": scheme + x.http.Host + x.http.URL.RequestURI(), "headers": headers, "body": text,
	})
	x.in = interp.NewPipe(stream.Piece, nil)
	x.in.Fill([]byte(text))
	x.in.End(nil)
	return nil
}

// lendFakes has a script find what was faked in the test that runs it.
func lendFakes(c *interp.Call, ask func(c *interp.Call, fn func(*interp.Call) error) error) {
	interp.Local[fakes](c).ask = ask
}

// ownServer reports whether a server of the runtime is meant, which real time reaches over the network.
func ownServer(c *interp.Call, at network.Address) bool {
	return serving.Has(c, func(s *server) bool { return at.Reaches(c.Files(), s.at) })
}

// mayReachFake asks the host's policy about an address that nothing leads to.
func mayReachFake(policy *interp.NetworkAccess, u *url.URL) error {
	o := fakedOrigin(u)
	port, _ := strconv.ParseUint(o.port, 10, 16) // there is nothing that a wrong one would be wrong for
	return policy.Host(o.host, uint16(port))
}
