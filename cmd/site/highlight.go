package main

import (
	"html"
	"regexp"
	"strings"
)

// language is what the highlighting of one knows: how a comment, a text, a number and a word are written, and its words.
type language struct {
	token    *regexp.Regexp // groups: comment, text, number, word
	keywords map[string]bool
	builtins map[string]bool
}

func words(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}

const (
	quoted = `"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`
	number = `\b(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\b`
	word   = `[A-Za-z_][A-Za-z0-9_]*`
)

func newLanguage(comment, text, keywords, builtins string) *language {
	return &language{regexp.MustCompile("(" + comment + ")|(" + text + ")|(" + number + ")|(" + word + ")"), words(keywords), words(builtins)}
}

// languages are those that pages have samples in, by the names that Markdown has for them. Any other is shown as it is.
var languages = map[string]*language{
	"lua": newLanguage(`(?s:--\[\[.*?\]\])|--[^\n]*`, quoted+`|(?s:\[\[.*?\]\])`,
		"and break do else elseif end false for function goto if in local nil not or repeat return then true until while",
		// The tables and the core builtins, and what everybody knows of Lua's own.
		"archive args assert async await base64 bit cron csv db errors expect fake file finally fs gather group hash hex html http io ipairs json log lfs math net next now os pairs parallel pcall print process progress race random re read require select shield sleep spawn step stop string sync table task term test time toml tonumber tostring type unpack wait_for write xpcall yaml error setmetatable"),
	"go": newLanguage(`//[^\n]*|(?s:/\*.*?\*/)`, `"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?s:`+"`[^`]*`"+`)`,
		"break case chan const continue default defer else for func go if import interface map package range return select struct switch type var nil true false",
		"interp builtins context fmt os errors time"),
	"python": newLanguage(`#[^\n]*`, `[fbr]*(?:(?s:""".*?""")|`+quoted+`)`,
		"and as assert async await break class continue def del elif else except finally for from global if import in is lambda None True False nonlocal not or pass raise return try while with yield",
		"asyncio print range len open time datetime"),
	"sh": newLanguage(`(?m:(?:^|\s)#[^\n]*)`, quoted, "", ""),
	"js": newLanguage(`//[^\n]*`, quoted+"|(?s:`[^`]*`)",
		"async await break case catch class const continue default else export finally for from function if import in let new null of return switch throw true try undefined var while",
		"Promise Deno console AbortSignal"),
	"json": newLanguage(`//[^\n]*`, quoted, "true false null", ""),
}

// highlight is source as HTML, its comments, texts, numbers and words marked by classes that site.css has colours for.
func highlight(source, name string) string {
	lang := languages[name]
	if lang == nil {
		return html.EscapeString(source)
	}
	var b strings.Builder
	at := 0
	for _, m := range lang.token.FindAllStringSubmatchIndex(source, -1) {
		text := source[m[0]:m[1]]
		class := ""
		switch {
		case m[2] >= 0:
			class = "c"
		case m[4] >= 0:
			class = "s"
		case m[6] >= 0:
			class = "n"
		case m[0] > 0 && source[m[0]-1] == '.': // a field, of whatever name
		case lang.keywords[text]:
			class = "k"
		case lang.builtins[text]:
			class = "b"
		}
		b.WriteString(html.EscapeString(source[at:m[0]]))
		if at = m[1]; class == "" {
			b.WriteString(html.EscapeString(text))
			continue
		}
		b.WriteString(`<span class="` + class + `">` + html.EscapeString(text) + `</span>`)
	}
	b.WriteString(html.EscapeString(source[at:]))
	return b.String()
}
