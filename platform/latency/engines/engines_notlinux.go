//go:build !linux

package engines

const permission = ""

func candidates() []candidate { return nil }
