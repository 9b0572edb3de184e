package command

// awaitReader waits for nobody: the tests use no terminal here.
func awaitReader() {}
