package test_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp/test"
)

// junitElement is what a reader of JUnit's XML takes of an element: that of Jenkins (junit-10.xsd of its xUnit plugin) and Maven's Surefire,
// whose rules these are, as far as both have them.
type junitElement struct {
	required, optional []string // attributes
	children           []string // in any number
	text               bool
}

var junitRules = map[string]junitElement{
	"testsuites": {nil, []string{"name", "time", "tests", "failures", "errors"}, []string{"testsuite"}, false},
	"testsuite": {[]string{"name", "tests", "failures", "errors"}, []string{"skipped", "time", "timestamp", "hostname", "id", "package", "group", "file", "log", "url"},
		[]string{"testsuite", "properties", "testcase", "system-out", "system-err"}, false},
	"testcase": {[]string{"name"}, []string{"time", "classname", "group"}, []string{"skipped", "error", "failure", "system-out", "system-err"}, false},
	"skipped":  {nil, []string{"message", "type"}, nil, true},
	// Surefire wants the type of what was raised.
	"error":      {[]string{"type"}, []string{"message"}, nil, true},
	"failure":    {[]string{"type"}, []string{"message"}, nil, true},
	"system-out": {nil, nil, nil, true},
	"system-err": {nil, nil, nil, true},
}

var (
	junitCount = regexp.MustCompile(`^[0-9]+$`)
	junitTime  = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`) // Surefire also takes commas between thousands, which others do not
)

// junitNode is an element that was read.
type junitNode struct {
	name     string
	attrs    map[string]string
	children []*junitNode
	text     string
}

// readJUnit reads a report, and says what no reader of such a file would take.
func readJUnit(src string) (root *junitNode, wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	d := xml.NewDecoder(strings.NewReader(src))
	top := &junitNode{}
	stack := []*junitNode{top}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			say("it is no XML: %v", err)
			return nil, wrong
		}
		in := stack[len(stack)-1]
		switch x := token.(type) {
		case xml.StartElement:
			n := &junitNode{name: x.Name.Local, attrs: map[string]string{}}
			rule, known := junitRules[n.name]
			parent, has := junitRules[in.name]
			if !known || x.Name.Space != "" {
				say("there is no element %q", n.name)
			}
			if has && !slices.Contains(parent.children, n.name) {
				say("%s has no element %s", in.name, n.name)
			}
			for _, a := range x.Attr {
				if !slices.Contains(rule.required, a.Name.Local) && !slices.Contains(rule.optional, a.Name.Local) {
					say("%s has no attribute %s", n.name, a.Name.Local)
				}
				n.attrs[a.Name.Local] = a.Value
			}
			for _, name := range rule.required {
				if _, is := n.attrs[name]; !is {
					say("%s lacks the attribute %s", n.name, name)
				}
			}
			in.children = append(in.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			in.text += string(x)
			if !junitRules[in.name].text && strings.TrimSpace(string(x)) != "" {
				say("%s has the text %q", in.name, x)
			}
		}
	}
	if len(top.children) != 1 || top.children[0].name != "testsuites" && top.children[0].name != "testsuite" {
		say("the root is testsuites, or one testsuite")
		return nil, wrong
	}
	root = top.children[0]
	root.check(say)
	return root, wrong
}

// check looks at the types of attributes, the order of elements, and whether what is counted is there.
func (n *junitNode) check(say func(string, ...any)) {
	for name, value := range n.attrs {
		switch {
		case name == "time" && !junitTime.MatchString(value), slices.Contains([]string{"tests", "failures", "errors", "skipped"}, name) && !junitCount.MatchString(value):
			say("%s: %s=%q", n.name, name, value)
		case name == "name" && n.name != "testsuites" && value == "":
			say("%s has an empty name", n.name)
		}
	}
	if n.name == "testcase" {
		outcomes, output := 0, false
		for _, c := range n.children {
			switch c.name {
			case "skipped", "error", "failure":
				if outcomes++; output {
					say("testcase %q: %s stands behind the output", n.attrs["name"], c.name)
				}
			default:
				output = true
			}
		}
		if outcomes > 1 {
			say("testcase %q has %d outcomes", n.attrs["name"], outcomes)
		}
	}
	for attr, name := range map[string]string{"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"} {
		want, is := n.attrs[attr]
		if is && want != strconv.Itoa(n.count(name)) {
			say("%s says %s=%q, and has %d", n.name, attr, want, n.count(name))
		}
	}
	for _, c := range n.children {
		c.check(say)
	}
}

func (n *junitNode) count(name string) (sum int) {
	for _, c := range n.children {
		if sum += c.count(name); c.name == name {
			sum++
		}
	}
	return sum
}

// The reporter writes what readers of such reports take, whatever tests are called, print and raise.
func TestJUnit(t *testing.T) {
	report, err := test.Run(t.Context(), files(map[string]string{
		"a_test.lua": `
			test("passes", function() end)
			test('<&">\0\27[31m\255 ]]>\r\n', function() print('out <&> ]]> \0\27\255\r') error('in <&"> ]]> \1\254') end)
			test("fails by a table", function() error{ code = 5 } end)
			test("is left out", { skip = 'for <reasons> & "others"' }, function() end)
			test("skipped", { skip = true }, function() end)
			test("many", { each = { 1, "two", { name = "" } } }, function(i) assert(i == 1) end)
			test("leaves a task", function() spawn(sleep, 9) end)
			test("hangs", function() sync.event():wait() end)`,
		"b/broken_test.lua": "x =",
		"b/raises_test.lua": "print('loading') error{ no = 'text' }",
		"empty_test.lua":    "",
	}), test.Options{Runtime: std})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := (test.JUnit{W: &out}).End(report); err != nil {
		t.Fatal(err)
	}
	root, wrong := readJUnit(out.String())
	for _, w := range wrong {
		t.Error(w)
	}
	if t.Failed() {
		t.Fatal(out.String())
	}
	for name, want := range map[string]int{"testcase": 12, "failure": 6, "error": 2, "skipped": 2, "system-out": 2} {
		if got := root.count(name); got != want {
			t.Errorf("%d times %s, not %d:\n%s", got, name, want, out.String())
		}
	}
	out.Reset()
	if err := (test.JUnit{W: &out}).End(&test.Report{}); err != nil {
		t.Fatal(err)
	}
	if _, wrong := readJUnit(out.String()); wrong != nil {
		t.Error("without tests: ", wrong)
	}
}

// The rules see what is no such report.
func TestJUnitRules(t *testing.T) {
	const suite = `<testsuite name="s" tests="1" failures="0" errors="0" skipped="0" time="0.1">%s</testsuite>`
	for src, want := range map[string]string{
		`<testsuites><testsuite name="s" tests="0" failures="0"></testsuite></testsuites>`:       "lacks the attribute errors",
		fmt.Sprintf(suite, `<testcase name="a" line="3"/>`):                                      "no attribute line",
		fmt.Sprintf(suite, `<testcase classname="a"/>`):                                          "lacks the attribute name",
		fmt.Sprintf(suite, `<testcase name="a"/><testcase name="b"/>`):                           `says tests="1", and has 2`,
		fmt.Sprintf(suite, `<testcase name="a"><system-out>x</system-out><skipped/></testcase>`): "stands behind the output",
		fmt.Sprintf(suite, `<testcase name="a"><output/></testcase>`):                            `no element "output"`,
		fmt.Sprintf(suite, `<testcase name="a" time="1e-3"/>`):                                   `time="1e-3"`,
		fmt.Sprintf(suite, `<testcase name="a">text</testcase>`):                                 `has the text`,
		fmt.Sprintf(suite, `<testcase name="a"><failure message="x"/></testcase>`):               `lacks the attribute type`,
		"<testsuites>\x01</testsuites>":                                                          "no XML",
		`<report/>`:                                                                              "the root",
	} {
		if _, wrong := readJUnit(src); !strings.Contains(strings.Join(wrong, "\n"), want) {
			t.Errorf("%s: %q, not %q", src, wrong, want)
		}
	}
}
