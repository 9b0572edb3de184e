package http

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/backoff"
	"github.com/lull-lua/lull/interp"
)

// idempotent are the methods of requests that may come twice without doing more than once.
var idempotent = []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}

// transient are the statuses that may be others the next time.
var transient = []int{http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// readRetry reads the option retry.
func (r *fetch) readRetry(in optionReader, v interp.Value) error {
	r.retry = nil
	if v.IsNil() || v.Type() == "boolean" && !v.Truth() {
		return nil
	}
	b := backoff.New()
	r.methods = idempotent
	if n, ok := v.Number(); ok {
		b.Attempts = n
	} else {
		t, ok := v.Table()
		if !ok {
			return in.expected("retry", "a number of attempts, or a table of options,", v)
		}
		var methods interp.Value
		all := b.Fields()
		all["methods"] = &methods
		if err := in.c.OptionsIn(in.i, "retry", t, all); err != nil {
			return err
		}
		if !methods.IsNil() {
			list, ok := methods.Table()
			if !ok {
				return in.wrong("retry", "option 'methods': list expected, got %s", given(methods))
			}
			r.methods = nil
			for i := 1; i <= list.Len(); i++ {
				m, ok := list.Index(i).Text()
				if !ok || !isToken(m) {
					return in.wrong("retry", "option 'methods': item %d: a method as \"POST\" expected, got %s", i, given(list.Index(i)))
				}
				r.methods = append(r.methods, strings.ToUpper(m))
			}
		}
	}
	if name, wrong := b.Check(); wrong != "" {
		return in.wrong("retry", "option '%s': %s", name, wrong)
	}
	if b.Timeout > 0 {
		r.timeout = interp.Seconds(b.Timeout)
	}
	r.retry = b
	return nil
}

// repeats decides whether the request is made again, and after what pause. The error is one of when's.
func (r *fetch) repeats(c *interp.Call, p *outcome, err error) (again bool, pause time.Duration, werr error) {
	if r.retry == nil || float64(r.attempts) >= r.retry.Attempts || !slices.Contains(r.methods, r.method) || !r.body.repeatable() {
		return false, 0, nil
	}
	failure := err
	if err != nil {
		e := (*interp.Error)(nil)
		if !errors.As(err, &e) || !lost(e) {
			return false, 0, nil
		}
	} else {
		if !slices.Contains(transient, p.status) || slices.Contains(r.check.also, p.status) { // or it is what was asked for
			return false, 0, nil
		}
		failure = r.badStatus(c, p)
	}
	if when := r.retry.When; when.IsFunction() {
		vals, err := c.Call(when, c.ErrorValue(failure))
		if err != nil {
			return false, 0, c.WithCause(err, failure)
		}
		if !vals.Get(1).Truth() {
			return false, 0, nil
		}
	}
	pause = r.retry.Pause(c)
	if err == nil {
		if after, ok := retryAfter(p.header.Get("Retry-After"), c.Time()); ok {
			pause = min(after, interp.Seconds(r.retry.MaxDelay))
		}
	}
	return true, pause, nil
}

// retryAfter is what the header of that name says: a number of seconds, or an instant.
func retryAfter(s string, now time.Time) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, false
	}
	if strings.Trim(s, "0123456789") == "" {
		n, err := strconv.ParseFloat(s, 64)
		return interp.Seconds(n), err == nil || n > 0
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0, false
	}
	return max(0, at.Sub(now)), true
}
