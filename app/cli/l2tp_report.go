package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/probe"
	"tacklebox/platform/l2tp/report"
)

const l2tpReportHelp = `Writes down what is found: the server's answers, on Windows the PC, what was changed, and the last
connection attempts with what their codes mean. With --for admin it is for the server's administrator,
and begins with the exact change to ask for.

--redact leaves out your name, the names of PC, server and connections, and public addresses. No
report has a key or a password in it.`

// l2tpReportCommand writes a report.
func (p *program) l2tpReportCommand() *cobra.Command {
	server, redact := "", false
	var whom choiceFlag
	var out outFlags
	c := &cobra.Command{
		Use:     "report",
		Short:   "Write down what was found, for you or for the server's administrator",
		Long:    l2tpReportHelp + "\n\n" + l2tpExitCodes,
		Example: "  tacklebox l2tp report --server vpn.example.com --redact\n  tacklebox l2tp report --server vpn.example.com --for admin -o ask.txt",
		Args:    exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if server == "" && p.services.l2tp.machine == nil {
				return misusedL2TP(c, errors.New("name a server with --server: there is no Windows PC to report on here"))
			}
			if server != "" {
				if err := plan.CheckServer(server); err != nil {
					return misusedL2TP(c, err)
				}
			}
			in, err := p.gather(c, server)
			if err != nil {
				return err
			}
			o := report.Options{For: report.Audience(whom.value)}
			if redact {
				o.Redact = report.All()
			}
			made := report.Compose(in, o)
			if p.json {
				return p.answer(made)
			}
			return p.write(out, func(w io.Writer) error {
				// Line by line: what servers and connections are called is foreign.
				for line := range strings.Lines(made.Text()) {
					if _, err := fmt.Fprintln(w, plainText(strings.TrimSuffix(line, "\n"))); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&server, "server", "", "ask this `SERVER` first")
	c.Flags().BoolVar(&redact, "redact", false, "leave out names and public addresses")
	choice(c, &whom, "for", "whom it is for", string(report.ForPerson), string(report.ForAdmin))
	c.Flags().BoolVar(&p.json, "json", false, "answer in JSON")
	out.add(c)
	return c
}

// gather reads what a report is made of. A history that cannot be read is named in
// the report's absence only: the rest is worth having.
func (p *program) gather(c *cobra.Command, server string) (report.Input, error) {
	in := report.Input{Time: time.Now(), Version: p.config.Version}
	if u, err := user.Current(); err == nil {
		in.User = u.Username[strings.LastIndexByte(u.Username, '\\')+1:]
	}
	if name, err := os.Hostname(); err == nil {
		in.Host = name
	}
	facts := plan.Facts{}
	if p.services.l2tp.machine != nil {
		machine, err := p.thisPC("report")
		if err != nil {
			return in, err
		}
		r, err := machine.Read(c.Context())
		if err != nil {
			return in, err
		}
		in.Reading, facts.PC = &r, &r.PC
		if in.Entries, err = machine.History(c.Context()); err != nil {
			p.say("%s: what was changed is not all in the report: %s", p.name, plainText(err.Error()))
		}
	}
	if server != "" {
		r, err := p.services.l2tp.ask(c.Context(), server, probe.Options{})
		if err != nil {
			return in, err
		}
		in.Server, facts.Server = &r, &r
	}
	in.Plan = plan.Make(facts)
	return in, nil
}
