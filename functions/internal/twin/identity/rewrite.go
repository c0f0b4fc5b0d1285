package identity

import "slices"

// Given is what is left of a policy for requests of which some keys are known:
// statements whose conditions on them fail are gone, and so are the conditions
// that hold.
func (d Document) Given(known Context) Document {
	return d.each(func(s Statement) (Statement, bool) {
		var left conditions
		for name, keys := range s.Condition {
			for key, values := range keys {
				if _, ok := known.value(key); !ok {
					left = left.with(name, key, values)
				} else if !holds(name, key, values, known) {
					return s, false
				}
			}
		}
		s.Condition = left
		return s, true
	})
}

// ToUsers is what a policy of a resource says of people and roles, and of
// anybody.
func (d Document) ToUsers() Document {
	return d.each(func(s Statement) (Statement, bool) {
		if s.Principal == nil || len(s.Principal.AWS) == 0 {
			return s, false
		}
		s.Principal = &Principal{AWS: s.Principal.AWS}
		return s, true
	})
}

// ToService is what a policy of a resource says of a service, as a policy of
// the service's own.
func (d Document) ToService(service string) Document {
	return d.each(func(s Statement) (Statement, bool) {
		named := s.Principal != nil && slices.Contains(s.Principal.Service, service)
		s.Principal = nil
		return s, named
	})
}

// each is the policy with its statements changed, less those not to be kept.
func (d Document) each(change func(Statement) (changed Statement, keep bool)) Document {
	kept := statements{}
	for _, s := range d.Statement {
		if changed, keep := change(s); keep {
			kept = append(kept, changed)
		}
	}
	d.Statement = kept
	return d
}

func (c conditions) with(operator, key string, values words) conditions {
	if c == nil {
		c = conditions{}
	}
	if c[operator] == nil {
		c[operator] = map[string]words{}
	}
	c[operator][key] = values
	return c
}

// Anybody says whether the principal is everyone.
func (p *Principal) Anybody() bool { return p != nil && slices.Contains(p.AWS, "*") }
