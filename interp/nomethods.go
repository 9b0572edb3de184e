//go:build nomethods

package interp

import "reflect"

// hasMethods is false: a pointer to a struct that has methods cannot be given to scripts.
const hasMethods = false

func (*Type) addMethods(reflect.Type) {}
