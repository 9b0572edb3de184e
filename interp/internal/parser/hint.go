package parser

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A rule knows a slip that people bring along from another language by the text around the place where reading stopped.
type rule struct {
	msg  string // what the message has; "" for any
	in   kind   // the innermost bracket that is open there: '(', '[' or '{'; 0 for any
	text string // a pattern of the text before, a '·' for the place, and of what follows in its line; see around
	hint string // with $1, $2 for what the pattern has caught
}

// Hints of several rules.
const (
	noTypes   = "Lua has no types: leave them out"
	equal     = "to compare is =="
	notEqual  = "Lua has ~= for !="
	noBraces  = "a block is then ... end or do ... end, without { }"
	loops     = "a loop is: for i = 1, 10 do ... end, or: for i, v in ipairs(list) do ... end"
	functions = "a function is: function f(x) ... end"
	lambdas   = "a function without a name is: function(x) return ... end"
	catching  = "errors are caught by pcall(f), which returns false and the error"
	raising   = "an error is raised by error(...)"
	noSwitch  = "Lua has no switch: if ... then ... elseif ... then ... end"
	comment   = "a comment begins with --"
	attribs   = "Lua 5.1 has no <const> and <close>: leave them out; finally(...) cleans up"
	noClasses = "Lua has no classes: setmetatable({}, { __index = Class }) makes an object"
	lastOnes  = "return and break must be the last of their block: do return end"
	keyText   = `(?:and|break|do|else|elseif|end|false|for|function|if|in|local|nil|not|or|repeat|return|then|true|until|while)\b`
	begins    = `(?:^|[\n;]|\b(?:then|do|else|repeat)\b)[ \t]*` // of a statement
	target    = `([A-Za-z_]\w*(?:\.\w+|\[[^\[\]\n]*\])*)[ \t]*` // of an assignment
)

// rules are tried one after the other; the first that fits decides.
var rules = []rule{
	// Operators.
	{text: `·!==?`, hint: notEqual},
	{text: `<·>`, hint: "Lua has ~= for <>"},
	{text: `==·=`, hint: "Lua has == for ==="},
	{text: target + `·(?:\|\||\?\?)=`, hint: "write $1 = $1 or ..."},
	{text: target + `·&&=`, hint: "write $1 = $1 and ..."},
	{text: target + `·(\+|-|\*|/|%|\^|\.\.)=`, hint: "Lua has no $2=: write $1 = $1 $2 ..."},
	{text: target + `(\+|-|\*|/|%|\^|\.\.)·=`, hint: "Lua has no $2=: write $1 = $1 $2 ..."}, // where an expression may stand
	{text: target + `·\+\+`, hint: "Lua has no ++: write $1 = $1 + 1"},
	{text: `·\+\+[ \t]*(\w+)`, hint: "Lua has no ++: write $1 = $1 + 1"},
	{text: target + `\+·\+`, hint: "Lua has no ++: write $1 = $1 + 1"},
	{text: `([\w\]]+)--[ \t;){]*(?:\n\s*)?·`, hint: "-- begins a comment: write $1 = $1 - 1"},
	{text: `·&&`, hint: "Lua has 'and' for &&"},
	{text: `·\|\|`, hint: "Lua has 'or' for ||"},
	{text: `·![\w(]`, hint: "Lua has 'not' for !"},
	{text: `·\?\?`, hint: "Lua has a or b for a ?? b"},
	{text: `·\?\.`, hint: "Lua has a and a.b for a?.b"},
	{text: `·\?[^\n]*:`, hint: "Lua has a and b or c for a ? b : c"},
	{text: `·//`, hint: comment},
	{text: `/·/`, hint: "Lua has math.floor(a / b) for a // b; a comment begins with --"},
	{text: `/·\*|·/\*`, hint: "a comment of several lines is --[[ ... ]]"},
	{text: `·#`, hint: comment},
	{text: `[(,{]\s*·\*+\w`, hint: "Lua has unpack(list) for *list"},
	{text: `\*·\*`, hint: "Lua has a ^ b for a ** b"},
	{text: `[\w)\]"'][ \t]*·&`, hint: "Lua has bit.band(a, b) for a & b"},
	{text: `[\w)\]"'][ \t]*·\|`, hint: "Lua has bit.bor(a, b) for a | b"},
	{text: `[\w)\]"'][ \t]*·~`, hint: "Lua has bit.bxor(a, b) for a ~ b"},
	{text: `·~`, hint: "Lua has bit.bnot(a) for ~a"},
	{text: `<·<`, hint: "Lua has bit.lshift(a, n) for a << n"},
	{text: `>·>`, hint: "Lua has bit.rshift(a, n) for a >> n"},
	{text: `:·=`, hint: "a new variable is: local x = ..."},
	{in: '{', text: `=·>`, hint: "in a table it is: key = value"},
	{text: `(?:\(·\)|·|\(\s*\w+\s*·(?:,\s*\w+\s*)*\))\s*=>`, hint: lambdas},
	{text: `[ \t]-·>[ \t]|[=(,]\s*·\|`, hint: lambdas},
	{text: `\bfunction\b[^\n]*\)\s*·->`, hint: noTypes},
	{text: `(?:-·|·-)>`, hint: "a field is p.x, and a call of a method p:f()"},
	{text: `\.\.\.·(\w+)`, hint: "Lua has unpack($1) for ...$1"},

	// Waiting.
	{text: `\bawait[ \t]+·[\w"'{]`, hint: "await is a function: await(f())"},
	{text: `\basync[ \t]+·(?:def|function)\b`, hint: "any function can wait; async(function(...) ... end) is one that starts later, when it is awaited"},
	{text: `\basync[ \t]+function[ \t]*·\(`, hint: "any function can wait; async(function(...) ... end) is one that starts later, when it is awaited"},

	{text: `\basync[ \t]+·(?:for|with)\b`, hint: "any loop can wait: write it without async"},

	// Statements.
	{text: begins + `go[ \t]+·`, hint: "a task is started by spawn(f, ...)"},
	{text: begins + `defer[ \t]+·`, hint: "what must be done in any case is the cleanup of finally(body, cleanup)"},
	{text: begins + `typeof[ \t]+·`, hint: "type(x) tells the type of x"},
	{text: `·instanceof\b`, hint: "type(x) tells the type of x, getmetatable(x) the class"},
	{text: `[\w)] as[ \t]+·\w`, hint: noTypes},
	{text: `\breturn[ \t]+([^\n]+?)[ \t]+·if[ \t]+([^\n]+?)[ \t]+else\b`, hint: "Lua has $2 and $1 or ... for $1 if $2 else ..."},
	{text: `\bcontinue\s*·`, hint: "Lua 5.1 has no continue: goto continue, and ::continue:: before the end of the loop"},
	{text: begins + `pass\s*·`, hint: "an empty block needs nothing in it"},
	{msg: "'=' expected", text: `\b(?:fi|done|esac|endif|endfor|endwhile|wend)\s*·`, hint: "a block ends with end"},
	{msg: "'=' expected", text: begins + `(?:int|void|bool|float|double|char)[ \t]+·\w+\s*\(`, hint: functions},
	{msg: "'=' expected", text: begins + `(let)[ \t]+·mut[ \t]+(\w+)`, hint: "write local $2, not $1 mut $2"},
	{msg: "'=' expected", text: begins + `(let|const|var|val|auto|my|mut|int|float|double|bool|boolean|string|str|char|long)[ \t]+·(\w+)`, hint: "write local $2, not $1 $2"},
	{text: begins + `(let|const|var)\b[^\n]*·`, hint: "a variable is: local x = ..."},
	{text: begins + `(?:async[ \t]+)?(?:def|func|fn|fun|sub|proc)[ \t]+·\w`, hint: functions},
	{text: `\b(?:elif|elsif)[ \t]+·|\b(?:elif|elsif|elseif)\b[^\n]*·then\b`, hint: "write elseif"},
	{text: `\belse[ \t]*·:`, hint: "after else comes no colon"},
	{msg: "'then' expected", text: `=[ \t]*([^=\n]+?)[ \t]+if[ \t]+([^\n]+?)[ \t]+·else\b`, hint: "Lua has $2 and $1 or ... for $1 if $2 else ..."},
	{msg: "'then' expected", text: begins + `([\w.]+[ \t]*=[^=\n][^\n]*?)[ \t]+if[ \t]+([^\n]+?)\s*·`, hint: "write if $2 then $1 end"},
	{msg: "'then' expected", text: `·is[ \t]+not\b`, hint: notEqual},
	{msg: "expected", text: `·is\b`, hint: equal},
	{msg: "'then' expected", text: `·=[^=]`, hint: equal},
	{msg: "'do' expected", text: `\bwhile\b[^\n]*·=[^=]`, hint: equal},
	{msg: "'then' expected", text: `·:|\bif\b[^\n]*:\s[^·]*·`, hint: "after a condition comes then, no colon"},
	{msg: "'do' expected", text: `·:|\b(?:while|for)\b[^\n]*:\s[^·]*·`, hint: "after while ... and for ... comes do, no colon"},
	{msg: "'then' expected", text: `\bif\b[^\n]*\)\s*\{[^·]*·`, hint: noBraces},
	{msg: "'do' expected", text: `\b(?:while|for)\b[^\n]*\)\s*\{[^·]*·`, hint: noBraces},
	{in: '{', text: `\b(?:if|while|for)\b[^\n{}]*\)\s*\{[^{}]*·`, hint: noBraces},
	{in: '{', text: `\btry\s*\{[^{}]*·`, hint: catching},
	{in: '{', text: `\b(?:switch|match)\b[^\n{}]*\{[^{}]*·`, hint: noSwitch},
	{text: `\bfunction\b[^\n{}]*\)\s*·\{`, hint: "a function's body needs no { }: function f(x) ... end"},
	{msg: "unexpected symbol", text: `(?:\)|\belse|\bdo)\s*·\{`, hint: noBraces},
	{text: `\bfor[ \t]*·\(`, hint: loops},
	{text: `\bfor[ \t]+\w+[^\n]*·;`, hint: loops},
	{text: `\bfor[ \t]+\w+[^\n]*·(?:of|to)\b`, hint: loops},
	{text: `\bin[ \t]+·\d+\.\.`, hint: loops},
	{text: begins + `foreach[ \t]+·`, hint: loops},
	{text: begins + `(?:import|from|include|require)[ \t]+·([A-Za-z_]\w*)`, hint: `a module is: local $1 = require("$1")`},
	{text: begins + `export[ \t]+·`, hint: "a module ends with return and the table of what it offers"},
	{text: begins + `print[ \t]+(?:·[\w#{-]|["'][^\n]*·(?:,|%|\.\.|\+))`, hint: "print needs its parentheses: print(...)"},
	{text: begins + `(?:throw|raise)[ \t]+·`, hint: raising},
	{msg: "'=' expected", text: begins + `(?:throw|raise)\s*·`, hint: raising},
	{msg: "'=' expected", text: begins + `try\s+·\w`, hint: catching},
	{msg: "unexpected symbol", text: begins + `catch\b[^\n]*\{\s*·`, hint: catching},
	{text: begins + `try\s*:\s*\w*\s*·`, hint: catching},
	{text: begins + `[ \t}]*(?:except|catch|rescue)\b[^\n]*·`, hint: catching},
	{text: begins + `(?:switch|case|match)\b[^\n=.]*·`, hint: noSwitch},
	{text: begins + `(?:class|struct|interface|enum|type)[ \t]+·\w`, hint: noClasses},
	{text: begins + `with[ \t]+·`, hint: "Lua has no with: finally(body, cleanup) closes what was opened"},
	{text: `\blambda\b[^\n]*\n?\s*·`, hint: lambdas},
	{text: begins + `(?:del|delete)[ \t]+·([\w.\]\["']+)`, hint: "write $1 = nil"},
	{text: begins + `unless[ \t]+·`, hint: "write if not ... then"},
	{text: begins + `(static|public|private|protected|final|abstract|package|namespace|extern|global|nonlocal|yield)[ \t]+·\w`, hint: "Lua has no $1"},

	// Types and parameters.
	{text: `\blocal\s+\w+(?:\s*,\s*\w+)*\s*·<`, hint: attribs},
	{text: `\blocal\s+\w+(?:\s*,\s*\w+)*\s*·:`, hint: noTypes},
	{text: `\bfunction\b[^()\n]*\([^()]*\w\s*·[:?]`, hint: noTypes},
	{text: `\bfunction\b[^()\n]*\([^()]*\)[ \t]*·:[ \t]*\w`, hint: noTypes},
	{text: `\bfunction\b[^()\n]*\([^()]*\)[ \t]*·:`, hint: "after a function's parameters comes no colon: function f(x) ... end"},
	{text: `\bfunction\b[^()\n]*\([^()]*?(\w+)\s*·=`, hint: "a default is set inside: if $1 == nil then $1 = ... end"},
	{text: `\blocal\s*·[{\[]`, hint: "write local a, b = t.a, t.b"},
	{msg: "'(' expected", text: `\bfunction\s+[\w.:]+\s*·\{`, hint: functions},
	{text: `\blocal\s+[\w.]+\s*·[.\[]`, hint: "local makes a variable; a field is set without it"},
	{text: `\blocal\s+function\s*·\(`, hint: "write local f = function() ... end"},
	{msg: "'(' expected", text: `[{,;]\s*(function)\s*·=`, hint: `$1 is a word of Lua's: write ["$1"] = ...`},
	{msg: "'(' expected", text: `[=(,{]\s*function\s+·\w`, hint: "a function within an expression has no name: function(x) ... end"},

	// Tables, calls and strings.
	{in: '{', text: `["']\s*·:`, hint: `in a table it is: ["name"] = value`},
	{in: '{', text: `(\w+):\s*(?:\w+\s*)?·`, hint: "in a table it is: $1 = value"},
	{in: '{', text: `[{,;]\s*·(` + keyText + `)\s*=`, hint: `$1 is a word of Lua's: write ["$1"] = ...`},
	{msg: "'<name>' expected", text: `[.:]\s*·(` + keyText + `)`, hint: `$1 is a word of Lua's: write t["$1"]`},
	{text: `\bgoto[ \t]+·(` + keyText + `)`, hint: "$1 is a word of Lua's, and no name"},
	{msg: "<name>", text: `·(` + keyText + `)`, hint: "$1 is a word of Lua's, and no name"},
	{text: `·(?:not[ \t]+)?in\b`, hint: "whether a table has a key is: t[key] ~= nil"},
	{in: '(', text: `[(,]\s*·(` + keyText + `)\s*=[^=]`, hint: "arguments have no names; f({ x = ... }) passes a table"},
	{in: '(', msg: "')' expected", text: `(?:\b(?:if|elseif|while|until|and|or|not|return)\s*|=\s*)\([^()]*·=[^=]`, hint: equal},
	{in: '(', msg: "')' expected", text: `[(,]\s*(\w+)\s*·=[^=]`, hint: "arguments have no names; f({ $1 = ... }) passes a table"},
	{msg: "']' expected", text: `·:`, hint: "a part of a text is s:sub(first, last)"},
	{msg: "']' expected", text: `·,`, hint: "write t[1][2] for t[1, 2]"},
	{msg: "unfinished string", text: `'[^'\n]*'\w+·'`, hint: `within '...' a ' is written \'`},
	{text: `\w'·[a-z]+\b[^'\n]*'`, hint: `within '...' a ' is written \'`},
	{msg: "unfinished string", text: `"[^"\n]*"\w+·"`, hint: `within "..." a " is written \"`},
	{msg: "unfinished string", text: `·(["'])`, hint: `its closing $1 is missing; a text of several lines is [[ ... ]]`},
	{msg: "unfinished long", text: `·\[(=*)\[`, hint: "it ends with ]$1]"},
	{text: `·(?:"""|\'\'\')|""·"|''·'`, hint: "a text of several lines is [[ ... ]]"},
	{msg: "unexpected symbol", text: `(["'])\s*·[.:]\s*(\w+)`, hint: `write ("..."):$2()`},
	{msg: "malformed number", text: `·[\d.]+_`, hint: "a number is written without _"},
	{msg: "malformed number", text: `·0b([01]+)`, hint: `write tonumber("$1", 2)`},
	{msg: "malformed number", text: `·0o([0-7]+)`, hint: `write tonumber("$1", 8)`},
	{text: "·`", hint: `a string is in " or ', and .. puts values between: "a" .. x`},
	{text: `·\$([A-Z_][A-Z_0-9]*)\b`, hint: `a variable of the environment is os.getenv("$1")`},
	{text: `·\$(?:\{?[a-z_])`, hint: "a variable is written without $$"},
	{text: `·\$\(`, hint: `what a command prints is io.popen("..."):read("*a")`},
	{text: begins + `·@\w`, hint: "Lua has no decorators"},
	{text: `·\\\s*$`, hint: `a statement may go on in the next line without \`},
	{text: `·\\`, hint: `a \ may only be in a string`},
	{text: `;\s*·;`, hint: "one ; is enough"},
	{text: `\b(?:if|while)\s+·\[`, hint: "a condition is written: if a == b then ... end"},
	{msg: "unexpected symbol", text: `(?:=|\bin\b|\breturn\b|[(,{])\s*·\[`, hint: "a list is written { 1, 2, 3 }"},
	{msg: "'=' expected", text: `·==`, hint: "to assign is x = ..., and a comparison alone is no statement"},
	{msg: "unexpected symbol", text: `\)\s*·=[^=]`, hint: "to the value of a call nothing can be assigned"},
	{msg: "'until' expected", text: `·end\b`, hint: "a repeat ends with until and a condition"},
	{text: `,\s*·[,)]`, hint: "there is one comma too many"},
	{in: '{', msg: "'}' expected", text: `·(?:and|break|do|else|elseif|end|for|goto|if|in|local|or|repeat|return|then|until|while)\b`}, // nobody knows
	{in: '(', msg: "')' expected", text: `·(?:and|break|do|else|elseif|end|for|goto|if|in|local|or|repeat|return|then|until|while)\b`}, // nobody knows
	{in: '{', msg: "'}' expected", text: `[\w"'})\]]\s*·[\w"'{(]`, hint: "a comma is missing before it"},
	{in: '(', msg: "')' expected", text: `[\w"'})\]][ \t]*·[\w"'{]`, hint: "a comma is missing before it"},
	{in: '(', msg: "')' expected", text: `\n\s*·[\w"'{]`, hint: "a comma or a ) is missing before it"},
	{msg: "'end' expected", text: `·(else|elseif|until)\b`, hint: "this $1 belongs to no block"},
	{msg: "'<eof>' expected", text: `·(end|else|elseif|until)\b`, hint: "this $1 belongs to no block"},
	{msg: "'end' expected", text: `(?:[\n;]|\bbreak)\s*·[A-Za-z_(]`, hint: lastOnes},
	{msg: "'until' expected", text: `(?:[\n;]|\bbreak)\s*·[A-Za-z_(]`, hint: lastOnes},
	{msg: "'<eof>' expected", text: `(?:[\n;]|\bbreak)\s*·[A-Za-z_(]`, hint: lastOnes},
	{msg: "'=' expected", text: begins + `([\w.]+)[ \t]+·["A-Za-z_#{]`, hint: "a call is $1(...)"},
	{msg: "'=' expected", text: `·[\w"'{<>.]`, hint: "a statement is a call or an assignment"},
}

// compiled are the patterns of the rules: most processes never need them.
var compiled = sync.OnceValue(func() []*regexp.Regexp {
	list := make([]*regexp.Regexp, len(rules))
	for i, r := range rules {
		list[i] = regexp.MustCompile(strings.ReplaceAll(r.text, "·", place))
	}
	return list
})

// place stands where reading stopped, in what a rule's pattern is compared with.
const place = "\x00"

// How many bytes around the place the rules see.
const (
	seenBefore = 300
	seenAfter  = 100
)

// around is the text around the place at: some lines before, and the rest of its line.
func around(src string, at int) string {
	before := src[max(0, at-seenBefore):at]
	after, _, _ := strings.Cut(src[at:min(len(src), at+seenAfter)], "\n")
	return strings.ReplaceAll(before, place, " ") + place + after
}

// explain adds to an error what may be meant, and what to show of the text. For that the text is read again, up to where
// reading stopped.
func (e *Error) explain(src string) {
	at := min(e.at, len(src))
	e.Show = Place{e.Line, e.Column}
	if strings.HasSuffix(e.Msg, "syntax levels") {
		return
	}
	o := read(src, at)
	switch {
	case at < len(src) && e.Column == 0: // a string or a comment that begins in an earlier line
		e.Show = placeOf(src, at)
	case e.AtEOF, e.lacks() && o.last.Line > 0 && o.last.Line < e.Line: // it is missing there
		e.Show = o.last
	}
	if e.Hint = foreign(src[at:]); e.Hint != "" {
		return
	}
	if o.explain(e, src[max(0, at-max(0, e.Column-1)):at]); e.Hint != "" {
		return
	}
	text := around(src, at)
	for i, r := range rules {
		if !strings.Contains(e.Msg, r.msg) || r.in != 0 && o.inside() != r.in {
			continue
		}
		re := compiled()[i]
		if m := re.FindStringSubmatchIndex(text); m != nil {
			e.Hint = string(re.ExpandString(nil, r.hint, text, m))
			return
		}
	}
	if n := len(o.open); n > 0 && o.open[n-1].bracket() && o.open[n-1].at.Line < e.Line && statement().MatchString(src[at:]) {
		e.Hint = fmt.Sprintf("the %s of line %d is not closed", kindText(o.open[n-1].kind), o.open[n-1].at.Line)
		e.Show = o.open[n-1].at
	}
}

// statement begins with a word that no expression has.
var statement = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:break|do|else|elseif|end|for|goto|if|local|repeat|return|then|until|while)\b`)
})

// lacks reports whether the error is that something is missing before the offending token: a "then", a comma.
func (e *Error) lacks() bool {
	what, ok := strings.CutPrefix(e.Msg, "'")
	return ok && !strings.HasPrefix(what, "<") && !strings.HasPrefix(what, "end'") && !strings.HasPrefix(what, "until'")
}

// characters that stand for some of Lua's in texts that were typeset.
var typeset = map[rune]string{
	'≠': "~=", '≤': "<=", '≥': ">=", '×': "*", '÷': "/", '−': "-", '–': "-", '—': "-", '…': "...", '（': "(", '）': ")", '，': ",", '；': ";", '：': ":", '＝': "=",
}

// foreign says what to write for a character beyond ASCII, where text begins with one.
func foreign(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case r < utf8.RuneSelf, n == 0, !utf8.FullRuneInString(text): // the rest of which may come in another piece
		return ""
	case r == utf8.RuneError && n == 1:
		return "the source should be text in UTF-8"
	case strings.ContainsRune("“”„‟‘’‚‛«»‹›「」＂＇", r):
		return `a string is in " or '`
	case typeset[r] != "":
		return fmt.Sprintf("write %s for %c", typeset[r], r)
	case unicode.IsLetter(r):
		return "names have the letters A to Z, digits and _"
	case unicode.IsPrint(r):
		return fmt.Sprintf("%c may only be in a string or a comment", r)
	}
	return fmt.Sprintf("the invisible character U+%04X may only be in a string or a comment", r)
}
