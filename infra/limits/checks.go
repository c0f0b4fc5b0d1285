package limits

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// problems are what is wrong, a sentence each.
type problems []string

// unless is the one problem there is, unless all is well.
func unless(ok bool, format string, args ...any) (found problems) {
	found.unless(ok, format, args...)
	return found
}

func (p *problems) unless(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Sprintf(format, args...))
	}
}

// between wants the numbers at a path to be in a range.
func between(path string, least, most float64, unit string) check {
	return func(_ Template, r Resource) (found problems) {
		for _, v := range values(r.Properties, path) {
			n, ok := number(v)
			if !literal(v) {
				continue
			}
			found.unless(ok && least <= n && n <= most, "%s is %v: use %.0f to %.0f %s", path, v, least, most, unit)
		}
		return found
	}
}

// oneOf wants the values at a path to be some of those that there are.
func oneOf(path string, known ...string) check {
	return func(_ Template, r Resource) (found problems) {
		for _, v := range values(r.Properties, path) {
			if literal(v) {
				found.unless(slices.Contains(known, text(v)), "%s is %v: use one of %s", path, v, strings.Join(known, ", "))
			}
		}
		return found
	}
}

// like wants the strings at a path to match a pattern in full.
func like(path, pattern string) check {
	whole := regexp.MustCompile(`^(` + pattern + `)$`)
	return func(_ Template, r Resource) (found problems) {
		for _, v := range values(r.Properties, path) {
			if literal(v) {
				found.unless(whole.MatchString(text(v)), "%s is %q: it has to match %s", path, v, pattern)
			}
		}
		return found
	}
}

// long wants the texts at a path to have some length.
func long(path string, least, most int) check {
	return func(_ Template, r Resource) (found problems) {
		for _, v := range values(r.Properties, path) {
			n := len(text(v))
			found.unless(!literal(v) || least <= n && n <= most, "%s has %d characters: use %d to %d", path, n, least, most)
		}
		return found
	}
}

// is wants one value at a path, which is not to be left to a default.
func is(path string, want any) check {
	return func(_ Template, r Resource) problems {
		got := value(r.Properties, path)
		return unless(got == want, "%s is %v: set it to %v", path, got, want)
	}
}

// set wants something at a path.
func set(path string) check {
	return func(_ Template, r Resource) problems {
		return unless(len(values(r.Properties, path)) > 0, "%s is missing", path)
	}
}

// oneOnly wants exactly one of the properties.
func oneOnly(names ...string) check {
	return func(_ Template, r Resource) problems {
		var has []string
		for _, name := range names {
			if r.Properties[name] != nil {
				has = append(has, name)
			}
		}
		return unless(len(has) == 1, "it has %q: set exactly one of %s", has, strings.Join(names, ", "))
	}
}

// atMost wants no more than so many values at a path.
func atMost(n int, path string) check {
	return func(_ Template, r Resource) problems {
		got := len(values(r.Properties, path))
		return unless(got <= n, "it has %d of %s: at most %d are allowed", got, path, n)
	}
}

// distinct wants no two equal values at a path.
func distinct(path string) check {
	return func(_ Template, r Resource) problems {
		got := texts(r.Properties, path)
		return unless(len(slices.Compact(slices.Sorted(slices.Values(got)))) == len(got), "%s are %q: no two may be equal", path, got)
	}
}

// each applies a check to every object at a path.
func each(path string, check func(Template, map[string]any) problems) check {
	return func(t Template, r Resource) (found problems) {
		for _, m := range objects(r.Properties, path) {
			found = append(found, check(t, m)...)
		}
		return found
	}
}

// all wants every check to pass.
func all(checks ...check) check {
	return func(t Template, r Resource) (found problems) {
		for _, c := range checks {
			found = append(found, c(t, r)...)
		}
		return found
	}
}

// inVirginia wants the stack to be in us-east-1, if the resource is of a certain kind.
func inVirginia(what string, concerns func(Resource) bool) check {
	return func(t Template, r Resource) problems {
		return unless(t.Region == "" || t.Region == "us-east-1" || !concerns(r),
			"%s exists in us-east-1 only, and this stack is in %s", what, t.Region)
	}
}
