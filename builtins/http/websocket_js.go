package http

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
)

// errNoSockets is what a browser's own sockets cannot do: they take neither headers nor a policy.
var errNoSockets = errors.New("there are no websockets on this system")

func dialSocket(context.Context, string, http.Header, *socketOptions, func(ctx context.Context, network, address string) (net.Conn, error), *tls.Config) (wire, *http.Response, error) {
	return nil, nil, errNoSockets
}

func acceptSocket(http.ResponseWriter, *http.Request, *socketOptions) (wire, error) {
	return nil, errNoSockets
}
