package plan

import "testing"

func TestCheckServer(t *testing.T) {
	for server, ok := range map[string]bool{"vpn.example.com": true, "192.0.2.1": true, "2001:db8::1": true, "127.0.0.1": true, "0.0.0.0": false, "::": false, "224.0.0.1": false, "ff02::1": false,
		"255.255.255.255": false, "::ffff:0.0.0.0": false, "fe80::1%eth0": false, "": false, "a b": false, "a:500": false} {
		if err := CheckServer(server); (err == nil) != ok {
			t.Errorf("%q: %v", server, err)
		}
	}
}
