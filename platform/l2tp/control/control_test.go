package control

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func TestRequest(t *testing.T) {
	got := Request(0x0123, "tacklebox")
	m, err := Decode(got)
	if err != nil || m.Type != StartReq || m.Assigned != 0x0123 || m.Host != "tacklebox" {
		t.Fatalf("%+v %v", m, err)
	}
	const golden = "c8020045000000000000000080080000000000018008000000020100800a00000003000000038" +
		"00f000000077461636b6c65626f788008000000090123" + "80080000000a0004"
	if hex.EncodeToString(got) != golden {
		t.Errorf("%x", got)
	}
}

// reply is what xl2tpd 1.3.18 answered, with other names.
func reply() []byte {
	b := header(0x0123, 0, 1)
	b = avp(b, 0, be16(StartReply))
	b = avp(b, 2, be16(0x0100))
	b = avp(b, 7, []byte("lns"))
	b = avp(b, 9, be16(0x4567))
	return length(b)
}

func TestFarewell(t *testing.T) {
	m, err := Decode(reply())
	if err != nil || m.Type != StartReply || m.Assigned != 0x4567 || m.Tunnel != 0x0123 {
		t.Fatalf("%+v %v", m, err)
	}
	bye, err := Decode(Farewell(0x0123, m))
	if err != nil || bye.Type != Stop || bye.Tunnel != 0x4567 || bye.NS != 1 || bye.NR != 1 || bye.Assigned != 0x0123 {
		t.Errorf("%+v %v", bye, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := reply()
	long := bytes.Clone(good)
	long[3] = 0xff
	data := bytes.Clone(good)
	data[0] = 0x40
	untyped := bytes.Clone(good)
	untyped[headerLen+5] = 9
	for name, b := range map[string][]byte{"empty": nil, "cut off": good[:11], "too long": long, "data": data, "no type": untyped, "a value cut off": length(append(header(1, 0, 0), 0x80, 9, 0, 0, 0, 0))} {
		if m, err := Decode(b); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if m, err := Decode(length(header(7, 1, 1))); err != nil || m.Type != Acknowledge {
		t.Errorf("an acknowledgement: %+v %v", m, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(reply())
	f.Add(Request(1, "x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b)
		if err != nil {
			return
		}
		if len(m.Host) > 64 {
			t.Fatal("a long name")
		}
		if _, err := Decode(Farewell(1, m)); err != nil {
			t.Fatal(err)
		}
	})
}
