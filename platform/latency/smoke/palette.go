package smoke

import "image/color"

// Palette are the colours of a plot. Smoke is laid over the background with
// growing density towards the median.
type Palette struct {
	Background color.RGBA
	Grid       color.RGBA
	Smoke      color.RGBA // at full density
	// Median is the median line's colour by loss: none, up to 1 %, 5 %, 10 %,
	// 25 %, 50 %, less than all.
	Median [7]color.RGBA
	// Loss is the colour of the loss bars, Late of answers after the timeout.
	Loss color.RGBA
	Late color.RGBA
	// Bands are the colours of the hatched stretches.
	Unmeasured color.RGBA
	SendError  color.RGBA
}

// lossSteps are the upper limits of the loss that each colour of Palette.Median
// stands for; above the last one it is the final colour.
var lossSteps = [...]float64{0, 0.01, 0.05, 0.10, 0.25, 0.50}

// MedianFor is the median's colour at a loss of 0 to 1.
func (p *Palette) MedianFor(loss float64) color.RGBA {
	for i, limit := range lossSteps {
		if loss <= limit {
			return p.Median[i]
		}
	}
	return p.Median[len(p.Median)-1]
}

// Light is the palette for a light window and for print.
func Light() Palette {
	return Palette{
		Background: rgb(0xffffff), Grid: rgb(0xe4e7eb), Smoke: rgb(0x3d4450),
		Median: [7]color.RGBA{rgb(0x0a8f3c), rgb(0x0b84c4), rgb(0x1557d6), rgb(0x6a2bd9), rgb(0xb01fc9), rgb(0xd97706), rgb(0xd11a2a)},
		Loss:   rgb(0xd11a2a), Late: rgb(0xd97706),
		Unmeasured: rgb(0xd5d9df), SendError: rgb(0xf0c48a),
	}
}

// Dark is the palette for a dark window.
func Dark() Palette {
	return Palette{
		Background: rgb(0x1b1f24), Grid: rgb(0x2c323a), Smoke: rgb(0xc3cad4),
		Median: [7]color.RGBA{rgb(0x3ddc84), rgb(0x4cc2ff), rgb(0x6f9dff), rgb(0xa78bfa), rgb(0xe879f9), rgb(0xfbbf24), rgb(0xff5c6c)},
		Loss:   rgb(0xff5c6c), Late: rgb(0xfbbf24),
		Unmeasured: rgb(0x3a414b), SendError: rgb(0x6b5124),
	}
}

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}
