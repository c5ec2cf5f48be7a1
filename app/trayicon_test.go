package app

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"testing"

	"tacklebox/assets"
)

// TestMarkedIcon: the marks differ in shape and colour, and leave the rest of the
// icon alone.
func TestMarkedIcon(t *testing.T) {
	base, err := png.Decode(bytes.NewReader(assets.TrayPNG()))
	if err != nil {
		t.Fatal(err)
	}
	pictures := map[string]string{}
	for _, level := range []string{"degraded", "failed"} {
		img, err := markedIcon(assets.TrayPNG(), level)
		if err != nil {
			t.Fatal(err)
		}
		if img.Rect.Size() != base.Bounds().Size() {
			t.Errorf("%s: %v", level, img.Rect)
		}
		if img.At(3, 3) != img.ColorModel().Convert(base.At(3, 3)) {
			t.Errorf("%s: the other corner changed", level)
		}
		data, err := encodePNG(img)
		if err != nil {
			t.Fatal(err)
		}
		pictures[level] = string(data)
		ico := encodeICO(img)
		if got := binary.LittleEndian.Uint32(ico[14:]); int(got) != len(ico)-22 || ico[6] != 64 {
			t.Errorf("%s: the icon file says %d bytes of %d", level, got, len(ico)-22)
		}
	}
	if pictures["degraded"] == pictures["failed"] {
		t.Error("both marks look the same")
	}
	if _, err := markedIcon([]byte("no picture"), "failed"); err == nil {
		t.Error("no picture was marked")
	}
}
