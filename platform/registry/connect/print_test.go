package connect_test

import "fmt"

// sprint is every way of fmt at once.
func sprint(v any) string { return fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v) }
