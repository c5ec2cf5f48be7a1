package containers

// Change is one path that differs from the image.
type Change struct {
	Kind string // "added", "changed", "deleted"
	Path string
}
