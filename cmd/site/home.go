package main

import (
	"errors"
	"html/template"
	"regexp"
)

var (
	installLines = regexp.MustCompile(`(?m)(?:^    .*\n)*^    go install .*\n(?:^    .*\n)*`)
	indent       = regexp.MustCompile(`(?m)^    `)
)

// home makes the first page. It shows what the README shows.
func (s *site) home() error {
	readme, err := s.read("README.md")
	if err != nil {
		return err
	}
	code := luaBlock.FindStringSubmatch(readme)
	if code == nil {
		return errors.New("README.md shows no script")
	}
	install := installLines.FindString(readme)
	if install == "" {
		return errors.New("README.md does not say how to install")
	}
	s.pages = append(s.pages, &page{File: "index.html", Title: "Lull", Template: "home.html", About: "Lua for jobs that wait: a hundred commands, requests and files at once, each with a time limit that ends it.",
		Data: map[string]template.HTML{"Script": template.HTML(sample(code[1], "lua", "")), "Install": template.HTML(sample(indent.ReplaceAllString(install, ""), "sh", ""))}})
	return nil
}
