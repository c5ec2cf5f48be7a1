//go:build !windows

package cli

// realL2TP has no PC to change here.
func realL2TP() l2tpServices { return l2tpServices{} }
