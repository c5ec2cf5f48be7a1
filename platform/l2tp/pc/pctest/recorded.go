package pctest

import (
	"time"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/events"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/plan"
)

// Server is whom the recorded answers are from.
const Server, Address = "vpn.corp.example", "203.0.113.7"

// The readings below have the shape that Windows 10 22H2 is expected to give; none
// was seen on real Windows yet.

// Clean is a PC as Windows comes, with no connection.
func Clean() pc.Reading {
	r := pc.Reading{Windows: "Windows 10 Pro 22H2", Build: "10.0.19045.5011", BootTime: time.Date(2026, 11, 26, 7, 58, 0, 0, time.Local)}
	for _, at := range plan.Places() {
		r.PC.Values = append(r.PC.Values, plan.Value{Place: at})
	}
	r.PC.Services = []plan.Service{
		{Name: plan.BFE, Installed: true, Start: plan.StartAutomatic, Running: true},
		{Name: plan.IKEEXT, Installed: true, Start: plan.StartManual, Running: true},
		{Name: plan.PolicyAgent, Installed: true, Start: plan.StartManual, Running: true},
		{Name: plan.RasMan, Installed: true, Start: plan.StartManual, Running: true},
	}
	r.Ports = []pc.Port{{Port: 500, PID: 1204, Process: "svchost.exe", Service: plan.IKEEXT, Own: true},
		{Port: 4500, PID: 1204, Process: "svchost.exe", Service: plan.IKEEXT, Own: true},
		{Port: 1701, PID: 4, Process: "System", Service: plan.RasMan, Own: true}}
	return r
}

// Leftovers is a PC on which somebody followed the guides that circulate.
func Leftovers() pc.Reading {
	r := Clean()
	set := func(key, name string, typ uint32, data ...byte) {
		for i := range r.PC.Values {
			if v := &r.PC.Values[i]; v.Place == (plan.Place{Key: key, Name: name}) {
				v.Exists, v.Type, v.Data = true, typ, data
			}
		}
	}
	set(plan.RasManKey, plan.ProhibitIPsec, plan.TypeDWORD, 1, 0, 0, 0)
	set(plan.PolicyAgentKey, plan.WeakCrypto, plan.TypeDWORD, 1, 0, 0, 0)
	set(plan.PolicyAgentKey, plan.AssumeUDP, plan.TypeSZ, '2', 0, 0, 0)
	r.PC.Services[1].Start, r.PC.Services[1].Running = plan.StartDisabled, false
	r.PC.Services[2].Start = plan.StartAutomatic
	r.PC.Profiles = []plan.Profile{
		{Name: "Corp", Server: Server, Tunnel: plan.TunnelAutomatic, IPsec: plan.IPsecPSK, Auth: []string{plan.AuthMSCHAPv2}, Encryption: plan.EncryptNeeded},
		{Name: "Warehouse", Server: "wh.corp.example", Tunnel: plan.TunnelL2TP, IPsec: plan.IPsecPSK, Auth: []string{plan.AuthCHAP, plan.AuthMSCHAPv2}, Encryption: plan.EncryptNeeded, AllUsers: true},
	}
	r.Ports[0] = pc.Port{Port: 500, PID: 3312, Process: "FortiTray.exe"}
	at := r.BootTime.Add(40 * time.Minute)
	r.Attempts = []events.Attempt{{Correlation: "{8F2C}", Start: at, End: at.Add(31 * time.Second), Connection: "Corp", Code: 809, Stage: codes.StageUDP}}
	return r
}

// Wine is what Wine gives: registry and services, and nothing of the rest.
func Wine() pc.Reading {
	r := Clean()
	r.Wine, r.Windows, r.Ports = true, "Wine 8.0", nil
	r.PC.ProfilesUnread = true
	return r
}

// Unread is a PC that kept some of itself to itself.
func Unread() pc.Reading {
	r := Clean()
	r.PC.ProfilesUnread = true
	r.Unread = []pc.Unread{{Part: pc.PartProfiles, Err: "powershell.exe gave no JSON: running scripts is disabled on this system"},
		{Part: pc.PartEvents, Err: "open the log Application: Access is denied."}}
	return r
}

func truth(v bool) *bool { return &v }

// The reports below are what the probes said of real servers in a test network,
// strongSwan 5.9.8 and xl2tpd 1.3.18, under other names.

// Strong is a server that takes us; both ends are behind NAT where told so.
func Strong(clientNAT, serverNAT bool) l2tp.Report {
	nat := "NAT: this side " + word(clientNAT) + ", the server " + word(serverNAT)
	return l2tp.Report{Server: Server, Address: Address, Class: l2tp.ClassIPsec, NAT: l2tp.NAT{Client: truth(clientNAT), Server: truth(serverNAT)},
		PSK: l2tp.PSKNotAsked, Packets: 4, MS: 47, IKE: l2tp.ReplyAccepted, L2TP: l2tp.ReplyICMP,
		Evidence: []string{"DNS: " + Address, "IKE: accepts AES-256, SHA-1, group 14", nat,
			"L2TP without IPsec: the machine says that nothing listens on UDP 1701 (ICMP)", "IKEv2: the server answers no proposal chosen (14)"}}
}

func word(nat bool) string {
	if nat {
		return "will be treated as behind NAT"
	}
	return "has the address that it shows"
}

// Weak is a server that takes DES or MD5 only.
func Weak() l2tp.Report {
	return l2tp.Report{Server: Server, Address: Address, Class: l2tp.ClassWeak, NAT: l2tp.NAT{Client: truth(false), Server: truth(false)},
		PSK: l2tp.PSKNotAsked, Packets: 6, MS: 2500, IKE: l2tp.ReplyWeak, L2TP: l2tp.ReplySilent,
		Evidence: []string{"DNS: " + Address, "IKE: answers no proposal chosen (14)", "IKE, weak ciphers: accepts DES, MD5, group 2",
			"NAT: this side has the address that it shows, the server has the address that it shows", "L2TP without IPsec: no answer on UDP 1701",
			"IKEv2: the server answers no proposal chosen (14)"}}
}

// Plain is a server that speaks L2TP without IPsec.
func Plain() l2tp.Report {
	return l2tp.Report{Server: Server, Address: Address, Class: l2tp.ClassPlain, PSK: l2tp.PSKNotAsked, Packets: 4, MS: 12, IKE: l2tp.ReplyICMP, L2TP: l2tp.ReplyAccepted,
		Evidence: []string{"DNS: " + Address, "IKE: the machine says that nothing listens on UDP 500 (ICMP)", `L2TP without IPsec: "vm" offers a tunnel`}}
}

// Silent is a server that says nothing.
func Silent() l2tp.Report {
	return l2tp.Report{Server: Server, Address: Address, Class: l2tp.ClassUnknown, PSK: l2tp.PSKNotAsked, Packets: 4, MS: 8000, IKE: l2tp.ReplySilent, L2TP: l2tp.ReplySilent,
		Evidence: []string{"DNS: " + Address, "IKE: no answer on UDP 500", "L2TP without IPsec: no answer on UDP 1701", "IKEv2: no answer"}}
}

// Keyed is a report after the check of a key.
func Keyed(r l2tp.Report, psk l2tp.PSK) l2tp.Report {
	r.PSK = psk
	switch psk {
	case l2tp.PSKRight:
		r.Port4500 = "open"
		r.Evidence = append(r.Evidence, "key: right: its sixth message proves that it has the same key")
	case l2tp.PSKWrong:
		r.Evidence = append(r.Evidence, "key: wrong: its answer is sealed with another key")
	}
	return r
}
