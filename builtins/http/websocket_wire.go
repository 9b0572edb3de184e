//go:build !js

package http

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"

	"github.com/coder/websocket"
)

// coder is a wire of github.com/coder/websocket's.
type coder struct{ conn *websocket.Conn }

func compression(on bool) websocket.CompressionMode {
	if on {
		return websocket.CompressionContextTakeover
	}
	return websocket.CompressionDisabled
}

// dialSocket begins a websocket as a client. Without one the response, if there is one, says why.
func dialSocket(ctx context.Context, url string, header http.Header, o *socketOptions, dial func(ctx context.Context, network, address string) (net.Conn, error), cfg *tls.Config) (wire, *http.Response, error) {
	t := &http.Transport{DialContext: dial, TLSClientConfig: cfg, ForceAttemptHTTP2: false}
	client := &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	host := header.Get("Host")
	header.Del("Host")
	conn, resp, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: client, HTTPHeader: header, Host: host, Subprotocols: o.protocols, CompressionMode: compression(o.compress)})
	if err != nil {
		t.CloseIdleConnections()
		return nil, resp, err
	}
	conn.SetReadLimit(int64(o.most))
	return coder{conn}, resp, nil
}

// acceptSocket begins a websocket as a server, whose origin has been looked at; where it cannot be, the request is answered.
func acceptSocket(w http.ResponseWriter, r *http.Request, o *socketOptions) (wire, error) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: o.protocols, CompressionMode: compression(o.compress), InsecureSkipVerify: true})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(int64(o.most))
	return coder{conn}, nil
}

func (k coder) read(ctx context.Context) (message, error) {
	typ, b, err := k.conn.Read(ctx)
	end := websocket.CloseError{}
	switch {
	case errors.As(err, &end):
		return message{}, &closed{int(end.Code), end.Reason}
	case errors.Is(err, websocket.ErrMessageTooBig):
		return message{}, errMessage
	case err != nil:
		return message{}, err
	}
	return message{string(b), typ == websocket.MessageBinary}, nil
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

func (k coder) drop() { _ = k.conn.CloseNow() } // it is gone, whatever that says

func (k coder) protocol() string { return k.conn.Subprotocol() }
