//go:build !linux && !windows && !darwin

package suggest

import "context"

func find(context.Context) found { return found{} }
