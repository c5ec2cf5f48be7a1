//go:build !darwin

package widgets

// wheelUnit is what Fyne tells for one notch of the wheel.
const wheelUnit = 25
