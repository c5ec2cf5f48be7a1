package kit

import (
	_ "embed"
	"fmt"
	"strings"

	"tacklebox/platform/l2tp/plan"
)

//go:embed body.ps1
var body string

// Script is the PowerShell 5.1 script for a plan, in UTF-8 with a mark and CRLF.
// It asks for the pre-shared key when it runs; none is in it. With undo it puts
// back what it saved, unless told otherwise.
//
// That it runs on Windows is expected, not yet seen.
func Script(p plan.Plan, undo bool) ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("\ufeff")
	b.WriteString(crlf(head + data(p, undo) + "\n" + body))
	return []byte(b.String()), nil
}

const head = `#Requires -Version 5.1
# Made by Tacklebox. It changes what stands in the next lines and nothing else:
# it saves what it finds beside itself, asks before anything that weakens the PC,
# and puts everything back when it is started with -Undo.
# Expected to work on Windows 10 and 11; not yet seen on each build.
param([switch]$Undo, [switch]$Do)

`

// data is the plan as PowerShell literals.
func data(p plan.Plan, undo bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# What to do by itself: $true puts back, $false changes. -Undo and -Do overrule it.\n$UndoByDefault = %s\n", truth(undo))
	fmt.Fprintf(&b, "# The person asked for the classic recipe, without evidence.\n$Classic = %s\n\n", truth(p.Classic))
	b.WriteString("# Registry values: Set is the number to write, $null deletes the value.\n$Values = @(\n")
	for _, o := range p.Ops {
		if o.Op != plan.SetValue && o.Op != plan.DeleteValue {
			continue
		}
		set := "$null"
		if o.Op == plan.SetValue {
			set = o.New[len(o.New)-1:] // dword:0000000N, at most 2
		}
		path := strings.Replace(o.Key, `HKLM\`, `HKLM:\`, 1)
		fmt.Fprintf(&b, "    @{ Path = %s; Name = %s; Set = %s; Red = %s; Why = %s }\n", quote(path), quote(o.Name), set, truth(o.Level == plan.Red), quote(o.Consequence()))
	}
	b.WriteString(")\n\n# Services: StartType $null leaves the start type, Start starts it.\n$Services = @(\n")
	for _, name := range plan.ServiceNames() {
		start, kind := false, "$null"
		for _, o := range p.Ops {
			if o.Name != name {
				continue
			}
			if o.Op == plan.StartService {
				start = true
			}
			if o.Op == plan.DefaultType {
				kind = quote(map[string]string{"automatic": "Automatic", "manual": "Manual"}[o.New])
			}
		}
		if start || kind != "$null" {
			fmt.Fprintf(&b, "    @{ Name = %s; StartType = %s; Start = %s }\n", quote(name), kind, truth(start))
		}
	}
	b.WriteString(")\n\n# The connection; $null for none. Its key is asked for when this runs.\n")
	b.WriteString(connection(p))
	return b.String()
}

func connection(p plan.Plan) string {
	for _, o := range p.Ops {
		if o.Op != plan.WriteProfile {
			continue
		}
		c := o.Profile
		var auth []string
		for _, a := range c.Auth {
			auth = append(auth, quote(a))
		}
		return fmt.Sprintf("$Connection = @{ Name = %s; Server = %s; Psk = %s; Auth = @(%s); Encryption = %s; Split = %s }\n",
			quote(c.Name), quote(c.Server), truth(c.IPsec == plan.IPsecPSK), strings.Join(auth, ", "), quote(c.Encryption), truth(c.Split))
	}
	return "$Connection = $null\n"
}

func truth(v bool) string {
	if v {
		return "$true"
	}
	return "$false"
}
