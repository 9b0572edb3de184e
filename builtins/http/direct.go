package http

import (
	"context"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/builtins/internal/serving"
	"github.com/lull-lua/lull/interp"
)

// lookup is the server of this runtime that a client of it would reach at an address: a request goes to it by server.ask; see serving.Find.
func lookup(c *interp.Call, at network.Address) *server {
	return serving.Find(c, func(s *server) bool { return !s.Refuses() && at.Reaches(c.Files(), s.at) })
}

// reply is what a server has said to a client of the same runtime.
type reply struct {
	status int
	header http.Header
	body   *interp.Pipe // to be read to its end, or broken
}

// ask hands a request to the server, and waits until the answer has begun. The request has what net/http's server gives it: Method, URL,
// Host, Header and ContentLength (-1 where that is not known). Its body is read from in, which somebody fills or writes to; secure says
// that the client means to speak TLS. A socket is the client's end of the websocket that it wants, which has a peer when the server has begun
// it. When the task is cancelled, or the reply's body broken, the client has gone.
func (s *server) ask(c *interp.Call, hr *http.Request, in *interp.Pipe, secure bool, ws *socket, broken error) (*reply, error) {
	if secure && !s.secure {
		return nil, interp.Errorf(interp.KindIO, "%s: the other side does not speak TLS there: is it the right port?", s.at).With("code", "ETLS").With("address", s.at.String())
	}
	x := &direct{s: s, http: hr, in: in, socket: ws, broken: broken}
	x.out = interp.NewPipe(outBytes, x.left)
	if s.maxBody < 1<<62 {
		in.Bound(int64(s.maxBody), tooLarge("req", s.maxBody))
	}
	if hr.RemoteAddr == "" && s.at.Network != "unix" {
		hr.RemoteAddr = "127.0.0.1:0"
	}
	hr.RequestURI = hr.URL.RequestURI()
	hr.Proto, hr.ProtoMajor, hr.ProtoMinor = "HTTP/1.1", 1, 1
	if n := hr.ContentLength; n > 0 || n == 0 && (hr.Method == http.MethodPost || hr.Method == http.MethodPut || hr.Method == http.MethodPatch) {
		hr.Header.Set("Content-Length", strconv.FormatInt(n, 10))
	}
	if v := hr.Header["User-Agent"]; len(v) == 1 && v[0] == "" { // none is to be sent
		delete(hr.Header, "User-Agent")
	}
	r, a := s.receive(x, hr)
	switch {
	case s.secure && !secure:
		a = plain(http.StatusBadRequest)
	case headSize(hr.Header)+len(hr.RequestURI) > maxHeaders+4<<10:
		a = plain(http.StatusRequestHeaderFieldsTooLarge)
		a.body = "431 Request Header Fields Too Large" // as net/http has it
	case a == nil && s.Stopping:
		a = plain(http.StatusServiceUnavailable)
	}
	if a != nil {
		x.send(a)
		x.done()
		return x.reply, nil
	}
	x.r = r
	s.mu.Lock()
	s.events = append(s.events, event{r: r})
	s.asleep = false
	s.mu.Unlock()
	s.wake()
	if x.reply == nil {
		x.client = c.Waker()
		if _, err := c.Park(x); err != nil {
			return nil, err
		}
	}
	return x.reply, nil
}

// outBytes is how much of an answer is on its way before its writer waits.
const outBytes = 64 << 10

// direct is an exchange that is handed from task to task.
type direct struct {
	s       *server
	r       *request
	http    *http.Request
	in, out *interp.Pipe
	client  interp.Waker // while it waits for the reply
	reply   *reply
	socket  *socket // nil: the client wants no websocket
	broken  error   // the client's, of an answer that is not whole
}

// Abort implements interp.Aborter: the client gives up.
func (x *direct) Abort(interp.Waker, any, bool) { x.left() }

// left is called when the client has gone.
func (x *direct) left() {
	x.out.Break(nil)
	if x.r != nil {
		x.r.clientGone()
	}
}

// replies tells the client what the answer begins with.
func (x *direct) replies(status int, h http.Header) {
	x.reply = &reply{status: status, header: h, body: x.out}
	if x.client != (interp.Waker{}) {
		x.client.Wake(nil)
	}
}

func (x *direct) early(c *interp.Call) error {
	if x.s.fake != nil {
		return x.note(c)
	}
	return nil
}

func (x *direct) readAll(c *interp.Call) (string, error) {
	if float64(x.http.ContentLength) > x.s.maxBody {
		return "", tooLarge("req", x.s.maxBody)
	}
	var b strings.Builder
	piece := make([]byte, 32<<10)
	for {
		n, err := x.in.Read(c, piece)
		b.Write(piece[:n])
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		if err := c.Room(b.Len()); err != nil {
			return "", err
		}
	}
}

func (x *direct) stream(name string) interp.Stream { return interp.Stream{Name: name, From: x.in} }

func (x *direct) whole(c *interp.Call, fn func(ctx context.Context, r io.Reader) error) error {
	text, err := x.readAll(c)
	if err != nil {
		return err
	}
	return c.BlockFirm(func(ctx context.Context) error { return fn(ctx, strings.NewReader(text)) })
}

func (x *direct) send(a *answer) {
	h := maps.Clone(a.header)
	if h == nil {
		h = http.Header{}
	}
	switch {
	case !allowsBody(a.status):
		if a.status == http.StatusNotModified {
			h.Del("Content-Type") // as net/http has it
		}
	case x.http.Method == http.MethodHead:
		if h.Get("Content-Length") == "" {
			h.Set("Content-Length", strconv.Itoa(len(a.body)))
		}
	default:
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
		x.out.Fill([]byte(a.body))
	}
	x.out.End(nil)
	x.replies(a.status, h)
}

func (x *direct) begin(_ *interp.Call, a *answer) error {
	h := maps.Clone(a.header)
	if h == nil {
		h = http.Header{}
	}
	x.replies(a.status, h)
	return nil
}

func (x *direct) write(c *interp.Call, b []byte) error { return x.out.Write(c, b) }

func (x *direct) end(err error) {
	if err != nil {
		err = x.broken
	}
	x.out.End(err)
}

func (x *direct) done() { x.in.Break(nil) }

// errBroken is the error of an answer that is not whole.
var errBroken = interp.Errorf(interp.KindIO, "the server has broken the connection off before its answer was whole").With("code", "ECONNRESET")

// headSize is how long headers are as they are sent.
func headSize(h http.Header) (n int) {
	for name, values := range h {
		for _, v := range values {
			n += len(name) + len(v) + len(": \r\n")
		}
	}
	return n
}

// maxLoaded bounds a file that is answered from task to task.
const maxLoaded = 64 << 20

// load reads what a file answers.
func (x *direct) load(c *interp.Call, a *answer) (*answer, error) {
	m := &recorder{}
	err := c.BlockFirm(func(context.Context) error {
		maps.Copy(m.Header(), a.header)
		a.file.serve(m, x.http)
		if m.body.Len() > maxLoaded {
			return interp.Errorf(interp.KindLimit, "http.files: in virtual time a file of more than 64 MiB is not answered")
		}
		return nil
	})
	a.file.close()
	return &answer{status: m.status, header: m.header, body: m.body.String()}, err
}
