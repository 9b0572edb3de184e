package lualib

import (
	"os"
	"syscall"
)

var errReadOnly error = syscall.Errno(19) // ERROR_WRITE_PROTECT

var tempVars = []string{"TMP", "TEMP"}

func systemTemp() string { return os.TempDir() }
