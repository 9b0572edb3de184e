//go:build !js

package http

import (
	"bufio"
	"context"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// coder is a wire of github.com/coder/websocket's.
type coder struct {
	conn *websocket.Conn
	raw  net.Conn // below it
}

func compression(on bool) websocket.CompressionMode {
	if on {
		return websocket.CompressionContextTakeover
	}
	return websocket.CompressionDisabled
}

// dialSocket begins a websocket as a client. Without one the response, if there is one, says why.
func dialSocket(ctx context.Context, url string, header http.Header, o *socketOptions, dial func(ctx context.Context, network, address string) (net.Conn, error), cfg *tls.Config) (wire, *http.Response, error) {
	var raw net.Conn
	t := &http.Transport{TLSClientConfig: cfg, ForceAttemptHTTP2: false, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		raw = conn
		return conn, err
	}}
	client := &http.Client{Transport: handshake{t, o}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	host := header.Get("Host")
	header.Del("Host")
	if header["User-Agent"] == nil {
		header["User-Agent"] = userAgent
	}
	conn, resp, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: client, HTTPHeader: header, Host: host, Subprotocols: o.protocols, CompressionMode: compression(o.compress)})
	if err != nil {
		t.CloseIdleConnections()
		return nil, resp, err
	}
	conn.SetReadLimit(int64(o.most))
	return coder{conn, raw}, resp, nil
}

// handshake looks at the answer to a handshake, as RFC 6455 4.1 says: one that is none ends at once.
type handshake struct {
	http.RoundTripper
	o *socketOptions
}

// RoundTrip implements http.RoundTripper.
func (h handshake) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := h.RoundTripper.RoundTrip(req)
	switch {
	case err != nil:
		return res, err
	case res.StatusCode != http.StatusSwitchingProtocols:
		res.Body.Close() // nobody reads it, and its end may be far
		res.Body = http.NoBody
		return res, nil
	}
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	why := ""
	switch p := res.Header.Get("Sec-WebSocket-Protocol"); {
	case !strings.EqualFold(res.Header.Get("Upgrade"), "websocket"):
		why = "it says that it speaks another protocol"
	case res.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]):
		why = "its Sec-WebSocket-Accept is none to this handshake"
	case p != "" && !slices.ContainsFunc(h.o.protocols, func(own string) bool { return strings.EqualFold(own, p) }):
		why = fmt.Sprintf("it has taken the protocol %.40q, for which nobody has asked", p)
	default:
		return res, nil
	}
	res.Body.Close()
	return nil, &breach{what: why}
}

// acceptSocket begins a websocket as a server, whose origin has been looked at; where it cannot be, the request is answered.
func acceptSocket(w http.ResponseWriter, r *http.Request, o *socketOptions) (wire, error) {
	h := &hijacked{ResponseWriter: w}
	conn, err := websocket.Accept(h, r, &websocket.AcceptOptions{Subprotocols: o.protocols, CompressionMode: compression(o.compress), InsecureSkipVerify: true})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(int64(o.most))
	return coder{conn, h.conn}, nil
}

// hijacked is a ResponseWriter that knows the connection which was taken from it.
type hijacked struct {
	http.ResponseWriter
	conn net.Conn
}

// Hijack implements http.Hijacker.
func (h *hijacked) Hijack() (conn net.Conn, rw *bufio.ReadWriter, err error) {
	conn, rw, err = http.NewResponseController(h.ResponseWriter).Hijack()
	h.conn = conn
	return conn, rw, err
}

func (k coder) read(ctx context.Context) (message, error) {
	typ, b, err := k.conn.Read(ctx)
	end := websocket.CloseError{}
	switch {
	case errors.As(err, &end):
		return message{}, &closed{int(end.Code), end.Reason}
	case errors.Is(err, websocket.ErrMessageTooBig):
		return message{}, errMessage
	case err != nil && !isEnd(err):
		text := err.Error()
		for strings.HasPrefix(text, "failed to ") { // in layers
			_, inner, ok := strings.Cut(text, ": ")
			if !ok {
				break
			}
			text = inner
		}
		return message{}, &breach{what: text} // the library has closed it with a status
	case err != nil:
		return message{}, err
	}
	if typ == websocket.MessageText && !utf8.Valid(b) {
		return message{}, &breach{what: "a text message that is not UTF-8", status: 1007}
	}
	return message{string(b), typ == websocket.MessageBinary}, nil
}

// isEnd reports whether an error of reading is the connection's end, and not that what was read is wrong.
func isEnd(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled) || errors.As(err, new(*net.OpError)) || errors.As(err, new(syscall.Errno))
}

func (k coder) write(ctx context.Context, m message) error {
	typ := websocket.MessageText
	if m.binary {
		typ = websocket.MessageBinary
	}
	return k.conn.Write(ctx, typ, []byte(m.data))
}

func (k coder) ping(ctx context.Context) error { return k.conn.Ping(ctx) }

func (k coder) close(code int, reason string) error {
	return k.conn.Close(websocket.StatusCode(code), reason)
}

func (k coder) drop() {
	drop(k.raw) // so that nobody waits any more
	_ = k.conn.CloseNow()
}

func (k coder) protocol() string { return k.conn.Subprotocol() }
