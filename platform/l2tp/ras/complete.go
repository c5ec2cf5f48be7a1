package ras

import "tacklebox/platform/l2tp/plan"

// Complete gives this person's connection, which the VpnClient cmdlets wrote, what
// they say of it only together with the key: whether it uses one. Everything else
// stays as they wrote it, unless it reads otherwise than the profile: then the
// whole is written. That the cmdlets leave an entry so is expected, not yet seen.
func (s *System) Complete(p plan.Profile) error {
	if err := p.Check(); err != nil {
		return err
	}
	ref, err := s.find(p.Name, true)
	if err != nil {
		return err
	}
	e, size, err := s.read(ref.Book, ref.Name)
	if err != nil {
		return err
	}
	is := e[0].profile(ref)
	is.IPsec = p.IPsec
	if e[0].kind != kindVPN || !alike(is, p) {
		return s.Write(p)
	}
	had := e[0].options2
	e[0].options2 &^= opt2PreSharedKey
	if p.IPsec == plan.IPsecPSK {
		e[0].options2 |= opt2PreSharedKey
	}
	if e[0].options2 == had {
		return nil
	}
	if code := s.api.setEntry(ref.Book, ref.Name, e, size); code != ok {
		return failed(code, "write the connection %q", ref.Name)
	}
	return s.readBack(ref.Book, ref.Name, p)
}
