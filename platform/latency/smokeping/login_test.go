package smokeping

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestLogin: passwords of probes and URLs are neither taken over nor repeated; each
// such line is told.
func TestLogin(t *testing.T) {
	const canary = "c4n4ry"
	c, err := Load(folder("config", `*** General ***
*** Database ***
step = 60
pings = 10
*** Probes ***
+ Curl
extraargs = -u me:`+canary+` --proxy-user=x:`+canary+` --user `+canary+`
urlformat = https://me:`+canary+`@%host%/
+ EchoPingHttp
+ Radius
passwordfile = /etc/`+canary+`
default_password = `+canary+`
+ OpenSSHJunOSPing
junospass = x
+ AnotherSSH
greeting = x
*** Targets ***
probe = Curl
menu = a
title = a
+ web
menu = web
title = web
host = host.example
+ other
menu = other
title = other
probe = EchoPingHttp
url = https://me:`+canary+`@host.example/
host = host.example
`), "config", Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Root = nil // the text as it was read
	all, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(all), canary) {
		t.Errorf("%s", all)
	}
	told := 0
	for _, i := range c.Issues {
		if strings.Contains(i.Reason.Error(), "password in an address") {
			told++
		}
	}
	if told != 2 || len(c.Targets) != 0 {
		t.Errorf("%d told, %d targets: %+v", told, len(c.Targets), c.Issues)
	}
}
