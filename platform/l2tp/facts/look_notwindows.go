//go:build !windows

package facts

import (
	"errors"
	"fmt"
)

var errElsewhere = fmt.Errorf("this is no Windows PC: %w", errors.ErrUnsupported)

// OfSystem asks a Windows PC about itself.
func OfSystem() System { return System{} }

// Ports are who has the ports of IPsec and L2TP on a Windows PC.
func Ports() ([]Port, error) { return nil, errElsewhere }

// Needs are the services that the four of a Windows PC cannot start without.
func Needs() ([]Need, error) { return nil, errElsewhere }
