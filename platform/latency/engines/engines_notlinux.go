//go:build !linux

package engines

const permission = ""

func candidates() []candidate { return []candidate{proBing} }
