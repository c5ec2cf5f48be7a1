package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/facts"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/ras"
	"tacklebox/platform/l2tp/report"
)

// input is a PC with leftovers and a server behind NAT.
func input() report.Input {
	server := pctest.Strong(true, true)
	r := pctest.Leftovers()
	r.Lost = []plan.Place{{Key: plan.PolicyAgentKey, Name: plan.AssumeUDP}}
	r.Needs = []facts.Need{{Service: plan.Service{Name: "nsi", Installed: true, Running: true, Start: plan.StartAutomatic}, Of: plan.IKEEXT},
		{Service: plan.Service{Name: "SstpSvc", Installed: true, Start: plan.StartDisabled}, Of: plan.RasMan}, {Service: plan.Service{Name: "Tapisrv"}, Of: plan.RasMan}}
	r.Unread = []facts.Unread{{Part: facts.PartEvents, Err: `C:\Users\Alice\x: access is denied`}}
	made := plan.Make(plan.Facts{Server: &server, PC: &r.PC})
	e := journal.Entry{ID: "20261126T083502Z-0011aaff", State: journal.StatePartly, User: "S-1-5-21-1-2-3-1001",
		Changes: []journal.Change{{Op: made.Ops[0], State: journal.StateDone}, {Op: made.Ops[1], State: journal.StateFailed, Reason: "account S-1-5-21-1-2-3-1001 may not"}}}
	return report.Input{Time: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC), Version: "1.2.3", User: "alice", Host: "ALICES-PC",
		Server: &server, Reading: &r, Plan: made, Entries: []journal.Entry{e}}
}

func TestPerson(t *testing.T) {
	text := report.Compose(input(), report.Options{}).Text()
	for _, want := range []string{"written 2026-11-26 09:00", "server vpn.corp.example, address 203.0.113.7", "build 10.0.19045.5011", "ProhibitIpSec is 1, which takes IPsec away",
		"Parameters\\ProhibitIpSec: dword:00000001 -> absent (L2TP on this PC uses IPsec again", "- 20261126T083502Z-0011aaff: partly\n  - HKLM", "may not",
		"error 809 at stage UDP: ", "the service IKEEXT is stopped, start type disabled", `connection "Corp" to vpn.corp.example`, "UDP 500 belongs to FortiTray.exe",
		"was set by Tacklebox and is no longer there", "not read: events", "the service nsi, which IKEEXT needs, runs, start type automatic",
		"the service SstpSvc, which RasMan needs, is stopped, start type disabled", "the service Tapisrv, which RasMan needs, is not there",
		"left it behind (expected, not yet seen on real Windows)", "give the server a public address", "consider IKEv2"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// A title is underlined as wide as it is, also in Chinese.
func TestUnderline(t *testing.T) {
	for title, line := range map[string]string{"About": "=====", "L2TP：检查": "=========="} {
		if got := (report.Report{Title: title}).Text(); got != title+"\n"+line+"\n" {
			t.Errorf("%q", got)
		}
	}
}

func TestRedacted(t *testing.T) {
	in := input()
	for _, o := range []report.Options{{Redact: report.All()}, {Redact: report.All(), For: report.ForAdmin}} {
		text := report.Compose(in, o).Text()
		for _, secret := range []string{"vpn.corp.example", "203.0.113", "wh.corp", "Corp\"", "Warehouse", "S-1-5-21", "lice"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %q is in it:\n%s", o.For, secret, text)
			}
		}
		for _, want := range []string{"[server]", "[address 1]"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s:\n%s", o.For, want, text)
			}
		}
	}
	text := report.Compose(in, report.Options{Redact: report.Redact{Address: true}}).Text()
	if strings.Contains(text, "203.0.113") || !strings.Contains(text, "vpn.corp.example") || !strings.Contains(text, "10.0.19045.5011") {
		t.Errorf("%s", text)
	}
	in.Server.Evidence = []string{"from 192.168.1.7:500 and 10.1.2.3 to [2001:db8::7]:500, 203.0.113.7:1701 and fe80::1. At 15:04, v1.2.3.4.5."}
	text = report.Compose(in, report.Options{Redact: report.Redact{Address: true}, For: report.ForAdmin}).Text()
	if want := "from 192.168.1.7:500 and 10.1.2.3 to [[address 2]]:500, [address 1]:1701 and fe80::1. At 15:04, v1.2.3.4.5."; !strings.Contains(text, want) {
		t.Errorf("%s", text)
	}
}

// TestWishes: the exact change to ask for, for each kind of server.
func TestWishes(t *testing.T) {
	blocked := pctest.Keyed(pctest.Strong(true, false), l2tp.PSKRight)
	blocked.Port4500 = "blocked"
	two := pctest.Strong(false, false)
	two.IKEv2 = true
	refuses := pctest.Silent()
	refuses.Class, refuses.IKE = l2tp.ClassRefuses, l2tp.ReplyRefuses
	for _, c := range []struct {
		server l2tp.Report
		want   []report.Phrase
	}{
		{pctest.Strong(false, false), nil},
		{pctest.Strong(false, true), []report.Phrase{report.AskNAT, report.AskIKEv2Too}},
		{pctest.Weak(), []report.Phrase{report.AskCiphers, report.AskESP, report.AskIKEv2Too}},
		{pctest.Plain(), []report.Phrase{report.AskIPsec, report.AskIKEv2Too}},
		{pctest.Silent(), []report.Phrase{report.AskForward, report.AskIKEv2Too}},
		{refuses, []report.Phrase{report.AskCiphers, report.AskAddress, report.AskIKEv2Too}},
		{pctest.Keyed(pctest.Strong(false, false), l2tp.PSKWrong), []report.Phrase{report.AskKey, report.AskIKEv2Too}},
		{blocked, []report.Phrase{report.Ask4500, report.AskIKEv2Too}},
		{two, []report.Phrase{report.AskIKEv2}},
	} {
		got := report.Compose(report.Input{Server: &c.server}, report.Options{For: report.ForAdmin})
		var asked []string
		for _, s := range got.Sections {
			if s.Title == report.English(report.SectionAsk) {
				asked = s.Lines
			}
		}
		if len(asked) != len(c.want) {
			t.Errorf("%s: %q", c.server.Class, asked)
			continue
		}
		for i, p := range c.want {
			if asked[i] != report.English(p) {
				t.Errorf("%s: %q, want %s", c.server.Class, asked[i], p)
			}
		}
	}
	dial := &ras.Progress{Stage: codes.StagePPP, Done: true, Code: 691}
	if text := report.Compose(report.Input{Dial: dial}, report.Options{For: report.ForAdmin}).Text(); !strings.Contains(text, report.English(report.AskLogin)) || !strings.Contains(text, "error 691") {
		t.Errorf("%s", text)
	}
}

// TestWords: every phrase has a text, and another language takes its place.
func TestWords(t *testing.T) {
	verbs := regexp.MustCompile(`%.`)
	for _, p := range report.Phrases() {
		text := report.English(p)
		if text == "" || strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q", p, text)
		}
		for _, v := range verbs.FindAllString(text, -1) {
			if v != "%v" && v != "%q" {
				t.Errorf("%s: %q", p, v)
			}
		}
	}
	upper := report.Words{
		Say:     func(p report.Phrase) string { return "<" + report.English(p) + ">" },
		Finding: func(f plan.Finding) string { return "F:" + string(f.ID) },
		Effect:  func(o plan.Op) string { return "E:" + string(o.Effect()) },
		Code:    func(c codes.Code) string { return fmt.Sprint("C:", c.Code) },
		State:   func(s journal.State) string { return "S:" + string(s) },
	}
	text := report.Compose(input(), report.Options{Words: upper}).Text()
	for _, want := range []string{"<L2TP: what was found>", "F:nat-server", "E:nat", "C:809", "S:partly", "<UDP 500 belongs to"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "%!") {
		t.Error(text)
	}
}
