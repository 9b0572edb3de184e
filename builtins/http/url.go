package http

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// escape is http.escape(s).
func escape(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	if err := c.Room(3 * len(s)); err != nil {
		return err
	}
	return c.Return(escaped(s))
}

// escaped is s as a part of a URL: what RFC 3986 does not call unreserved is percent-encoded.
func escaped(s string) string {
	const hex = "0123456789ABCDEF"
	n := 0
	for i := range len(s) {
		if !unreserved(s[i]) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	b := make([]byte, 0, len(s)+2*n)
	for i := range len(s) {
		if ch := s[i]; unreserved(ch) {
			b = append(b, ch)
		} else {
			b = append(b, '%', hex[ch>>4], hex[ch&15])
		}
	}
	return string(b)
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// unescape is http.unescape(s).
func unescape(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	plain, err := url.PathUnescape(s)
	if err != nil {
		at := max(0, wrongEscape(s))
		return data.ParseError("http.unescape", "", s, at, "%%XX, two hexadecimal digits, expected after %%, got %.10q", s[at:min(len(s), at+3)])
	}
	return c.Return(plain)
}

// wrongEscape is the place of the first % in s that no two hexadecimal digits stand behind; -1: there is none.
func wrongEscape(s string) int {
	isHex := func(i int) bool { return i < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[i]) >= 0 }
	for i := range len(s) {
		if s[i] == '%' && !(isHex(i+1) && isHex(i+2)) {
			return i
		}
	}
	return -1
}

// query is http.query(table).
func query(c *interp.Call) error {
	t, ok := c.Arg(1).Table()
	if !ok {
		return c.TypeError(1, "table")
	}
	s, err := encoded(c, t)
	if err != nil {
		return c.ArgError(1, err.Error())
	}
	return c.Return(s)
}

// maxFields bounds how long what stands in a URL, in headers and in a form's text may be.
const maxFields = 16 << 20

// encoded is a table as a query, or as a form: the names and values in the order of pairs, joined by =, the pairs by &.
func encoded(c *interp.Call, t interp.Table) (string, error) {
	return encodedBut(c, t, func(string) bool { return false })
}

// encodedBut is encoded without the names that without says.
func encodedBut(c *interp.Call, t interp.Table, without func(name string) bool) (string, error) {
	var b strings.Builder
	err := fields(t, func(name, value string) error {
		if without(name) {
			return nil
		}
		if b.Len()+3*(len(name)+len(value)) > maxFields {
			return errors.New("it is longer than 16 MiB")
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escaped(name) + "=" + escaped(value))
		return c.Spend(len(name) + len(value))
	})
	return b.String(), err
}

// fields are the names and values of a table as text. A value that is a list gives its name several times.
func fields(t interp.Table, yield func(name, value string) error) error {
	for k, v := range t.All() {
		name, ok := k.Text()
		if _, isNumber := k.Number(); !ok || isNumber {
			return fmt.Errorf("names expected, got the key %s", k)
		}
		list, isList := v.Table()
		if !isList {
			s, ok := scalar(v)
			if !ok {
				return fmt.Errorf("'%.40s': string, number, boolean or a list of these expected, got %s", name, given(v))
			}
			if err := yield(name, s); err != nil {
				return err
			}
			continue
		}
		for i := 1; i <= list.Len(); i++ {
			s, ok := scalar(list.Index(i))
			if !ok {
				return fmt.Errorf("'%.40s': item %d: string, number or boolean expected, got %s", name, i, given(list.Index(i)))
			}
			if err := yield(name, s); err != nil {
				return err
			}
		}
		for key := range list.Fields() {
			if key.String() != "n" {
				return fmt.Errorf("'%.40s': a list expected, got a table with the key '%.40s'", name, key)
			}
		}
	}
	return nil
}

// scalar is a value as it is written into queries, forms and headers; ok is false for what has no such text.
func scalar(v interp.Value) (s string, ok bool) {
	if n, isNumber := v.Number(); isNumber {
		return data.Format(n), !math.IsNaN(n) && !math.IsInf(n, 0)
	}
	switch v.Type() {
	case "string":
		return v.Text()
	case "boolean":
		return strconv.FormatBool(v.Truth()), true
	}
	if n, isExact := v.Object().(*data.Number); isExact {
		return n.Text(), true
	}
	return "", false
}

// given is what a value is, for messages.
func given(v interp.Value) string {
	if v.Type() == "number" {
		return v.String()
	}
	return data.TypeOf(v)
}

// parseURL is http.parse_url(s).
func parseURL(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	u, why, at := readURL(s)
	if why != "" {
		return data.ParseError("http.parse_url", "", s, at, "%s", why)
	}
	t := c.NewTable(0)
	set := func(name, value string, there bool) {
		if v, err := c.Value(value); there && err == nil {
			t.SetField(name, v)
		}
	}
	set("scheme", u.Scheme, u.Scheme != "")
	if u.User != nil {
		set("user", u.User.Username(), true)
		password, there := u.User.Password()
		set("password", password, there)
	}
	set("host", u.Hostname(), u.Host != "")
	if port, err := strconv.Atoi(u.Port()); err == nil {
		t.SetField("port", interp.Number(float64(port)))
	}
	if u.Opaque != "" {
		set("path", u.Opaque, true)
	} else {
		set("path", u.EscapedPath(), true)
	}
	set("query", u.RawQuery, u.RawQuery != "" || u.ForceQuery)
	set("fragment", u.EscapedFragment(), u.Fragment != "")
	return c.Return(t)
}

// readURL takes a URL apart, or says why it is none, and where.
func readURL(s string) (u *url.URL, why string, at int) {
	if len(s) > maxFields {
		return nil, "it is longer than 16 MiB", 0
	}
	u, err := url.Parse(s)
	if err != nil {
		reason := err
		if e := (*url.Error)(nil); errors.As(err, &e) {
			reason = e.Err
		}
		if at = wrongEscape(s); at < 0 {
			at = max(0, strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }))
		}
		return nil, "it is no URL: " + strings.TrimPrefix(reason.Error(), "net/url: "), at
	}
	if _, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && err != nil {
		return nil, "it is no URL: there is no port " + u.Port(), max(0, strings.Index(s, ":"+u.Port())+1)
	}
	u.Host = strings.ToLower(u.Host)
	return u, "", 0
}

// queryText is a query as it is sent: bytes that may not stand in a request's line are escaped, as browsers do.
func queryText(s string) string {
	odd := func(c byte) bool { return c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>", c) >= 0 }
	i := 0
	for i < len(s) && !odd(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	b := []byte(s[:i])
	for ; i < len(s); i++ {
		if odd(s[i]) {
			b = fmt.Appendf(b, "%%%02X", s[i])
		} else {
			b = append(b, s[i])
		}
	}
	return string(b)
}

// joinURL is http.join_url(base, ref).
func joinURL(c *interp.Call) error {
	var in [2]*url.URL
	for i := range in {
		s, err := c.Text(i + 1)
		if err != nil {
			return err
		}
		u, why, _ := readURL(s)
		if why != "" {
			return c.ArgError(i+1, why)
		}
		in[i] = u
	}
	if !in[0].IsAbs() {
		return c.ArgError(1, fmt.Sprintf("an absolute URL expected, as in https://example.org/, got %.100q", in[0].Redacted()))
	}
	return c.Return(in[0].ResolveReference(in[1]).String())
}
