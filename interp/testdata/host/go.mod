module example.com/host

go 1.26.0

require (
	github.com/lull-lua/lull v0.0.0
	github.com/yuin/gopher-lua v1.1.2
	layeh.com/gopher-json v0.0.0-20190114024228-97fed8db8427
)

require (
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/term v0.47.0 // indirect
)

replace github.com/lull-lua/lull => ../../..
