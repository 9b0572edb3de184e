package http

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/jsontext"
	"github.com/lull-lua/lull/interp"
)

var eventHeader = http.Header{"Content-Type": {"text/event-stream"}, "Cache-Control": {"no-cache"}, "X-Accel-Buffering": {"no"}}

// requestEvents is req:events(fn): it answers with events that the server sends (WHATWG's server-sent events) until fn returns.
func requestEvents(c *interp.Call) error {
	r := interp.Self[*request](c)
	fn, err := c.Function(1)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if r.over {
		return isOver("req:events")
	}
	if r.answered {
		return interp.Errorf(interp.KindError, "req:events: the request has its answer already")
	}
	a := &answer{status: http.StatusOK, header: eventHeader}
	r.status = a.status
	r.begins()
	if err := r.x.begin(c, a); err != nil {
		return r.ends(err)
	}
	over := false
	send := c.NewFunction("send", func(c *interp.Call) error {
		text, err := eventText(c)
		if err != nil {
			return err
		}
		if err := c.Checkpoint(); err != nil {
			return err
		}
		if over || r.over {
			return interp.Errorf(interp.KindClosed, "send: the answer is over")
		}
		if err := r.x.write(c, []byte(text)); err != nil {
			return r.ends(err)
		}
		return nil
	})
	_, err = c.Call(fn, send)
	over = true
	return err
}

// ends is what becomes of a handler that cannot write its answer: the cancellation of its task, or the client has gone.
func (r *request) ends(err error) error {
	if p := passing(err); p != nil {
		return p
	}
	return r.bad(interp.Errorf(interp.KindClosed, "req:events: the client has gone: %w", err))
}

// eventText is the event that the first argument is: a table, or the data alone.
func eventText(c *interp.Call) (string, error) {
	var event, id, retry, datum interp.Value
	if t, ok := c.Arg(1).Table(); ok && !t.IsList() && t.Len() == 0 {
		if err := c.Options(1, map[string]any{"event": &event, "data": &datum, "id": &id, "retry": &retry}); err != nil {
			return "", err
		}
	} else {
		datum = c.Arg(1)
	}
	var b strings.Builder
	for _, f := range []struct {
		name string
		v    interp.Value
	}{{"event", event}, {"id", id}} {
		if f.v.IsNil() {
			continue
		}
		s, ok := f.v.Text()
		if !ok || strings.ContainsAny(s, "\r\n\x00") {
			return "", c.ArgError(1, fmt.Sprintf("'%s': a string without line breaks expected", f.name))
		}
		b.WriteString(f.name + ": " + s + "\n")
	}
	if !retry.IsNil() {
		n, ok := retry.Number()
		if !ok || !(n >= 0 && n < 1e9) {
			return "", c.ArgError(1, "'retry': a number of seconds expected")
		}
		fmt.Fprintf(&b, "retry: %d\n", int64(n*1000))
	}
	text, ok := datum.Text()
	switch {
	case datum.IsNil():
	case !ok && datum.Type() == "table":
		j, err := jsontext.Encode(c, datum, jsontext.Encoding{})
		if err != nil {
			return "", c.ArgError(1, "'data': "+err.Error())
		}
		text = string(j)
	case !ok:
		return "", c.ArgError(1, "'data': a string or a table expected, got "+data.TypeOf(datum))
	}
	if !datum.IsNil() {
		text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
		for line := range strings.SplitSeq(text, "\n") {
			b.WriteString("data: " + line + "\n")
		}
	}
	if b.Len() == 0 {
		return "", c.ArgError(1, "an event has data, or an event, id or retry")
	}
	b.WriteString("\n")
	return b.String(), nil
}
