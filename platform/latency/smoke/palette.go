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
	// Unmeasured and SendError are the colours of the hatched stretches.
	Unmeasured color.RGBA
	SendError  color.RGBA
	// Alert is the colour of the strip along the top while an alert is raised, Event
	// that of the dotted line where something happened.
	Alert color.RGBA
	Event color.RGBA
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

// The median's colours have a contrast of 4.5 with the background and of 1.5 with
// the densest smoke, on which the line mostly lies (TestContrast).

// Light is the palette for a light window and for print.
func Light() Palette {
	return Palette{
		Background: rgb(0xffffff), Grid: rgb(0xe4e7eb), Smoke: rgb(0x6b7280),
		Median: [7]color.RGBA{rgb(0x0a7d35), rgb(0x0a6fa8), rgb(0x1557d6), rgb(0x6a2bd9), rgb(0xa118b8), rgb(0xa84f06), rgb(0xc01524)},
		Loss:   rgb(0xc01524), Late: rgb(0xa84f06),
		Unmeasured: rgb(0xd5d9df), SendError: rgb(0xf0c48a),
		Alert: rgb(0xc01524), Event: rgb(0x1557d6),
	}
}

// Dark is the palette for a dark window.
func Dark() Palette {
	return Palette{
		Background: rgb(0x1b1f24), Grid: rgb(0x2c323a), Smoke: rgb(0x7d8794),
		Median: [7]color.RGBA{rgb(0x3ddc84), rgb(0x4cc2ff), rgb(0x6f9dff), rgb(0xa78bfa), rgb(0xe879f9), rgb(0xfbbf24), rgb(0xff5c6c)},
		Loss:   rgb(0xff5c6c), Late: rgb(0xfbbf24),
		Unmeasured: rgb(0x3a414b), SendError: rgb(0x6b5124),
		Alert: rgb(0xff5c6c), Event: rgb(0x6f9dff),
	}
}

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}
