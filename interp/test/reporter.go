package test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/report"
)

// Reporter writes what comes of tests. Its methods are called one after the other; an error is the writer's.
type Reporter interface {
	Each(r *Result) error // as tests end
	End(r *Report) error  // once, after the last
}

// Print writes why the test failed, with the lines of its source, to a person; the printer's Text is set.
func (r *Result) Print(w io.Writer, p report.Printer) error {
	p.Text = r.text
	if p.Frames == nil {
		p.Frames = scriptFrames
	}
	return p.Error(w, r.Err)
}

// scriptFrames are the frames of a traceback that a test's author has to do with: none of an expectation that is not met, which says
// where it stands, and otherwise those down to the test.
func scriptFrames(e *interp.Error) []interp.Frame {
	last := -1
	lua := 0
	for i, f := range e.Frames {
		if f.Line > 0 {
			last = i
			lua++
		}
	}
	if e.Kind == kindFailed && lua <= 1 {
		return nil
	}
	return e.Frames[:last+1]
}

// Failure is why the test failed, as text: what Print writes.
func (r *Result) Failure() string {
	if r.Err == nil {
		return ""
	}
	var b strings.Builder
	_ = r.Print(&b, report.Printer{}) // a strings.Builder takes all
	b.WriteString(r.Note)
	return strings.TrimRight(b.String(), "\n")
}

// message is the first line of why it failed.
func (r *Result) message() string {
	line, _, _ := strings.Cut(r.Failure(), "\n")
	return line
}

// title is the test as reports name it.
func (r *Result) title() string {
	if r.Name == "" {
		return r.File
	}
	return r.File + ": " + clean(strings.ReplaceAll(r.Name, "\n", "\\n"))
}

// Pretty writes for a person: tests that failed, with what they printed, those that were skipped, and the summary.
type Pretty struct {
	W io.Writer
	// Printer prints errors; its Text is set.
	Printer report.Printer
	// Good and Bad colour the words for what went well and what did not; nil leaves them.
	Good, Bad func(string) string
}

// Each implements Reporter.
func (p *Pretty) Each(r *Result) error {
	var b strings.Builder
	switch r.Outcome {
	case Skipped:
		fmt.Fprintf(&b, "SKIP %s (%s)\n", r.title(), r.Reason)
	case Failed:
		title := r.title()
		if r.Name == "" {
			title += " (while it was loaded)"
		}
		fmt.Fprintf(&b, "%s %s\n", colour(p.Bad, "FAIL"), title)
		if err := r.Print(&indented{w: &b, indent: "  "}, p.Printer); err != nil {
			return err
		}
		if r.Note != "" {
			fmt.Fprintf(&b, "  %s\n", r.Note)
		}
		for _, page := range r.Pages {
			fmt.Fprintf(&b, "  trace: %s\n", page)
		}
		if r.Output != "" {
			fmt.Fprint(&indented{w: &b, indent: "  | "}, strings.TrimSuffix(ends(r.Output), "\n")+"\n")
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(p.W, b.String())
	return err
}

// maxEnd is how much of the beginning and of the end of what a test has printed a person is shown.
const maxEnd = 8 << 10

// ends is a text without its middle, where it is long; the other reports have all of it.
func ends(text string) string {
	if len(text) <= 2*maxEnd {
		return text
	}
	return fmt.Sprintf("%s\n... %d bytes are left out ...\n%s", text[:maxEnd], len(text)-2*maxEnd, text[len(text)-maxEnd:])
}

func colour(by func(string) string, text string) string {
	if by == nil {
		return text
	}
	return by(text)
}

// End implements Reporter.
func (p *Pretty) End(r *Report) error {
	var b strings.Builder
	for _, err := range r.Broken {
		printer := p.Printer
		if err := printer.Error(&b, err); err != nil {
			return err
		}
	}
	for _, name := range r.Unused {
		fmt.Fprintf(&b, "unused snapshot: %s (--update removes it)\n", name)
	}
	by := p.Good
	if r.Status() != 0 {
		by = p.Bad
	}
	b.WriteString(colour(by, r.Summary()) + "\n")
	_, err := io.WriteString(p.W, b.String())
	return err
}

// indented writes lines behind an indent.
type indented struct {
	w      io.Writer
	indent string
	inside bool // of a line
}

// Write implements io.Writer.
func (i *indented) Write(p []byte) (int, error) {
	var b strings.Builder
	for _, line := range strings.SplitAfter(string(p), "\n") {
		if line == "" {
			continue
		}
		if !i.inside && line != "\n" {
			b.WriteString(i.indent)
		}
		b.WriteString(line)
		i.inside = !strings.HasSuffix(line, "\n")
	}
	if _, err := io.WriteString(i.w, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// TAP writes version 13 of the Test Anything Protocol, which prove reads.
type TAP struct {
	W io.Writer
	n int
}

// Each implements Reporter.
func (t *TAP) Each(r *Result) error {
	var b strings.Builder
	if t.n == 0 {
		b.WriteString("TAP version 13\n")
	}
	t.n++
	ok := "ok"
	if r.Outcome == Failed {
		ok = "not ok"
	}
	fmt.Fprintf(&b, "%s %d - %s", ok, t.n, tapText(r.title()))
	if r.Outcome == Skipped {
		b.WriteString(" # SKIP " + tapText(r.Reason))
	}
	b.WriteString("\n")
	if r.Outcome == Failed {
		b.WriteString("  ---\n  message: |\n")
		fmt.Fprint(&indented{w: &b, indent: "    "}, clean(r.Failure())+"\n")
		if r.Output != "" {
			b.WriteString("  output: |\n")
			fmt.Fprint(&indented{w: &b, indent: "    "}, clean(strings.TrimSuffix(r.Output, "\n"))+"\n")
		}
		b.WriteString("  ...\n")
	}
	_, err := io.WriteString(t.W, b.String())
	return err
}

// tapText is a text without what TAP takes for a directive, or for the next line.
func tapText(s string) string {
	return strings.NewReplacer("\n", " ", "\r", " ", "#", "\\#", "\\", "\\\\").Replace(s)
}

// End implements Reporter.
func (t *TAP) End(r *Report) error {
	for _, err := range r.Broken {
		if err := t.Each(&Result{Case: Case{File: brokenName(err)}, Outcome: Failed, Err: err}); err != nil {
			return err
		}
	}
	if t.n == 0 {
		_, err := io.WriteString(t.W, "TAP version 13\n1..0 # SKIP there are no tests\n")
		return err
	}
	_, err := fmt.Fprintf(t.W, "1..%d\n", t.n)
	return err
}

// brokenName is what a report calls a file that is broken.
func brokenName(err error) string {
	if se, ok := err.(*interp.SyntaxError); ok {
		return se.Name
	}
	return "a file that cannot be read"
}

// JUnit writes the XML that CI systems read, once all have ended: Jenkins' junit-10.xsd describes it.
type JUnit struct{ W io.Writer }

// Each implements Reporter.
func (JUnit) Each(*Result) error { return nil }

type (
	junitSuites struct {
		XMLName  xml.Name      `xml:"testsuites"`
		Name     string        `xml:"name,attr"`
		Tests    int           `xml:"tests,attr"`
		Failures int           `xml:"failures,attr"`
		Errors   int           `xml:"errors,attr"`
		Time     string        `xml:"time,attr"`
		Suites   []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		File     string       `xml:"file,attr,omitempty"`
		Cases    []*junitCase `xml:"testcase"`
		seconds  float64
	}
	junitCase struct {
		Name      string     `xml:"name,attr"`
		ClassName string     `xml:"classname,attr"`
		Time      string     `xml:"time,attr"`
		Skipped   *junitText `xml:"skipped"`
		Error     *junitText `xml:"error"`
		Failure   *junitText `xml:"failure"`
		Output    string     `xml:"system-out,omitempty"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

func junitTime(seconds float64) string { return fmt.Sprintf("%.3f", seconds) }

// End implements Reporter.
func (j JUnit) End(r *Report) error {
	all := &junitSuites{Name: "lull test", Time: junitTime(r.Took.Seconds())}
	suites := map[string]*junitSuite{}
	suite := func(file string) *junitSuite {
		s := suites[file]
		if s == nil {
			s = &junitSuite{Name: file, File: file}
			suites[file] = s
			all.Suites = append(all.Suites, s)
		}
		s.Tests++
		all.Tests++
		return s
	}
	for _, res := range r.Results {
		s := suite(res.File)
		s.seconds += res.Took.Seconds()
		c := &junitCase{Name: clean(res.Name), ClassName: res.File, Time: junitTime(res.Took.Seconds())}
		switch {
		case res.Outcome == Skipped:
			s.Skipped++
			c.Skipped = &junitText{Message: clean(res.Reason)}
		case res.Outcome == Failed && res.Name == "":
			c.Name = "(loading the file)"
			s.Errors++
			all.Errors++
			c.Error = &junitText{Message: clean(res.message()), Type: kindOfError(res.Err), Text: clean(res.Failure())}
		case res.Outcome == Failed:
			s.Failures++
			all.Failures++
			c.Failure = &junitText{Message: clean(res.message()), Type: kindOfError(res.Err), Text: clean(res.Failure())}
		}
		if res.Outcome == Failed {
			c.Output = clean(res.Output)
		}
		s.Cases = append(s.Cases, c)
	}
	for _, err := range r.Broken {
		s := suite(brokenName(err))
		s.Errors++
		all.Errors++
		s.Cases = append(s.Cases, &junitCase{Name: "(compiling the file)", ClassName: s.Name, Time: junitTime(0),
			Error: &junitText{Message: clean(err.Error()), Type: "syntax", Text: clean(err.Error())}})
	}
	for _, s := range all.Suites {
		s.Time = junitTime(s.seconds)
	}
	if _, err := io.WriteString(j.W, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(j.W)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(j.W, "\n")
	return err
}

func kindOfError(err error) string {
	for _, one := range report.Each(err) {
		if e, ok := one.(*interp.Error); ok {
			return string(e.Kind)
		}
	}
	return "error"
}

// clean is a text without the characters that XML and YAML have no way to write: they are shown as Lua writes them.
func clean(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r < ' ' && r != '\n' && r != '\t' || r == 127 || r == utf8.RuneError && n == 1 || r == 0xfffe || r == 0xffff {
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, "\\%03d", c)
			}
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// JSON writes one object, once all have ended:
//
//	{ "passed", "failed", "skipped", "seconds", "tests": [ { "file", "name", "line", "outcome", "reason", "error", "output", "pages", "seconds" } ],
//	  "broken": [ text ], "unused": [ snapshot ] }
type JSON struct{ W io.Writer }

// Each implements Reporter.
func (JSON) Each(*Result) error { return nil }

type (
	jsonReport struct {
		Passed  int        `json:"passed"`
		Failed  int        `json:"failed"`
		Skipped int        `json:"skipped"`
		Seconds float64    `json:"seconds"`
		Tests   []jsonTest `json:"tests"`
		Broken  []string   `json:"broken"`
		Unused  []string   `json:"unused"`
	}
	jsonTest struct {
		File    string   `json:"file"`
		Name    string   `json:"name"`
		Line    int      `json:"line"`
		Outcome string   `json:"outcome"`
		Reason  string   `json:"reason,omitempty"`
		Error   string   `json:"error,omitempty"`
		Output  string   `json:"output,omitempty"`
		Pages   []string `json:"pages,omitempty"`
		Seconds float64  `json:"seconds"`
	}
)

func jsonSeconds(s float64) float64 { return math.Round(s*1e6) / 1e6 }

// End implements Reporter.
func (j JSON) End(r *Report) error {
	out := jsonReport{Passed: r.Count(Passed), Failed: r.Count(Failed), Skipped: r.Count(Skipped), Seconds: jsonSeconds(r.Took.Seconds()),
		Tests: []jsonTest{}, Broken: []string{}, Unused: append([]string{}, r.Unused...)}
	for _, res := range r.Results {
		t := jsonTest{File: res.File, Name: res.Name, Line: res.Line, Outcome: res.Outcome.String(), Reason: res.Reason, Error: res.Failure(), Pages: res.Pages, Seconds: jsonSeconds(res.Took.Seconds())}
		if res.Outcome == Failed {
			t.Output = res.Output
		}
		out.Tests = append(out.Tests, t)
	}
	for _, err := range r.Broken {
		out.Broken = append(out.Broken, err.Error())
	}
	enc := json.NewEncoder(j.W)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}
