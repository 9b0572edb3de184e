package http

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strconv"

	"github.com/lull-lua/lull/builtins/internal/bar"
	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// near asks what answers a hop without a connection: a server of the same runtime, in virtual time, or a fake; nil: it goes over the
// network.
func (r *fetch) near(c *interp.Call, h *hop) (asker, error) {
	f := interp.Local[fakes](c)
	if s := f.find(h.method, h.url); s != nil {
		return s.asker(r, h), mayReachFake(r.policy, h.url)
	}
	at, ok := r.leadsTo(h)
	if ok && c.VirtualTime() {
		if s := lookup(c, at); s != nil {
			return s.asker(r, h), r.mayReach(at)
		}
	}
	switch {
	case !f.any() || ok && ownServer(c, at):
		return nil, nil
	case f.ask == nil:
		return nil, f.unknown(r.op, h.method, h.url)
	}
	return func(c *interp.Call, hr *http.Request, in *interp.Pipe) (*reply, error) {
		return f.across(c, r.op, h.url, hr, in)
	}, mayReachFake(r.policy, h.url)
}

// asker hands a hop to the server.
func (s *server) asker(r *fetch, h *hop) asker {
	return func(c *interp.Call, hr *http.Request, in *interp.Pipe) (*reply, error) {
		secure := h.url.Scheme == "https"
		if secure && !s.secure {
			return nil, errPlain
		}
		return s.ask(c, hr, in, secure, nil, r.failed(errBroken, h))
	}
}

// leadsTo is where a hop would be connected to, if it needs no proxy.
func (r *fetch) leadsTo(h *hop) (at network.Address, ok bool) {
	o := originOf(h.url)
	port, err := strconv.ParseUint(o.port, 10, 16)
	if err != nil || r.proxy != nil {
		return at, false
	}
	at = network.Address{Network: "tcp", Host: o.host, Port: uint16(port)}
	if to, ok := r.resolve[at.String()]; ok {
		at = to
	}
	if r.dial.unix != "" {
		at = network.Address{Network: "unix", Path: r.dial.unix}
	}
	return at, true
}

// mayReach asks the host's policy about an address of this machine, as a connection would.
func (r *fetch) mayReach(at network.Address) error {
	if at.Network == "unix" {
		return r.policy.Unix(at.Path)
	}
	return mayReachHere(r.policy, at)
}

// mayReachHere is mayReach of a host and a port.
func mayReachHere(policy *interp.NetworkAccess, at network.Address) error {
	if err := policy.Host(at.Host, at.Port); err != nil {
		return err
	}
	addr, err := netip.ParseAddr(at.Host)
	if err != nil { // localhost
		addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return policy.Address(netip.AddrPortFrom(addr, at.Port))
}

// direct has a hop answered from task to task.
func (r *fetch) direct(c *interp.Call, h *hop, ask asker) (*outcome, error) {
	req := &http.Request{Method: h.method, URL: pathOf(h.url), Host: h.host, Header: h.header}
	if req.Host == "" {
		req.Host = h.url.Host
	}
	in := interp.NewPipe(stream.Piece, nil)
	at := &feeding{answered: true} // who is in the same runtime holds the clock where it must be held
	var p *outcome
	exchange := func() error {
		var err error
		p, err = r.answer(c, req, in, ask)
		return err
	}
	var err error
	switch b := h.body; {
	case b == nil || b.inMemory():
		if b != nil {
			for _, part := range b.parts {
				in.Fill(part.data)
				req.ContentLength += int64(len(part.data))
			}
			if err := r.sends(c, 0, req.ContentLength); err != nil {
				return nil, err
			}
		}
		in.End(nil)
		if err = exchange(); err == nil && b != nil {
			err = r.sends(c, req.ContentLength, req.ContentLength)
		}
	case b.source != nil:
		req.ContentLength = -1
		err = r.beside(c, b.source, at, func(c *interp.Call) error {
			for done := int64(0); ; {
				if err := r.sends(c, done, bar.Unknown); err != nil {
					in.End(err)
					return err
				}
				text, err := b.source.Next(c, stream.Piece)
				if err == io.EOF {
					in.End(nil)
					return nil
				}
				if err != nil {
					in.End(err)
					return err
				}
				if in.Write(c, []byte(text)) != nil {
					return c.Checkpoint() // it was cancelled, or the other side wants no more
				}
				done += int64(len(text))
			}
		}, exchange)
	default:
		var body io.ReadCloser
		if err := c.BlockFirm(func(ctx context.Context) (err error) {
			body, req.ContentLength, err = b.open(ctx, r.op, r.files)
			return err
		}); err != nil {
			return nil, err
		}
		res := c.Defer("the body of a request", nil, func(context.Context) error { return body.Close() })
		err = r.beside(c, nil, at, func(c *interp.Call) error {
			defer c.Close(res)
			buf := make([]byte, stream.Piece)
			for done := int64(0); ; {
				if err := r.sends(c, done, req.ContentLength); err != nil {
					in.End(err)
					return err
				}
				n := 0
				err := c.BlockFirm(func(context.Context) (err error) {
					n, err = io.ReadFull(body, buf)
					return err
				})
				if n > 0 && in.Write(c, buf[:n]) != nil {
					return c.Checkpoint()
				}
				done += int64(n)
				if err == io.EOF || err == io.ErrUnexpectedEOF {
					in.End(nil)
					return r.sends(c, done, req.ContentLength)
				}
				if err != nil {
					in.End(err)
					return err
				}
			}
		}, exchange)
	}
	if err != nil {
		p.close()
		return nil, r.failed(err, h)
	}
	return p, nil
}

// answer asks, and reads the answer as far as the request does not want it open.
func (r *fetch) answer(c *interp.Call, req *http.Request, in *interp.Pipe, ask asker) (*outcome, error) {
	a, err := ask(c, req, in)
	if err != nil {
		return nil, err
	}
	p := &outcome{status: a.status, proto: "HTTP/1.1", header: a.header, length: -1, pipe: a.body}
	if headSize(a.header) > maxHead {
		p.close()
		return nil, errors.New("server response headers exceeded")
	}
	if n, err := strconv.ParseInt(a.header.Get("Content-Length"), 10, 64); err == nil {
		p.length = n
	}
	most, cut := r.maxBody, false
	switch {
	case r.follows(p):
		most, cut = 0, true
	case !r.fine(p):
		most, cut = errorBody, true
	case r.keepsOpen():
		r.answered = a.body
		return p, nil
	}
	defer p.close()
	var b []byte
	buf := make([]byte, 32<<10)
	for {
		n, err := a.body.Read(c, buf)
		b = append(b, buf[:n]...)
		switch {
		case int64(len(b)) > most && cut:
			b = b[:most]
			err = io.EOF
		case int64(len(b)) > most:
			return nil, errTooLarge
		case err == nil:
			if err := c.Room(len(b)); err != nil {
				return nil, err
			}
			continue
		}
		if err != io.EOF {
			return nil, err
		}
		p.close()
		p.body, p.pipe = b, nil
		return p, nil
	}
}
