package restapi

import (
	"fmt"
	"strings"

	"primrose/functions/internal/twin/template"
)

// resource is a node of the tree of paths.
type resource struct {
	id       string
	path     string // such as /{proxy+}
	part     string // its last segment
	children []*resource
	methods  map[string]*method // by verb
}

// method is a verb of a resource.
type method struct {
	verb string
	methodProperties
}

// addResources makes the tree of those resources and methods that have been
// deployed.
func (a *API) addResources(stack *template.Stack, rest template.Typed[apiProperties], deployed func(id string) bool) error {
	a.root = &resource{id: rest.Attributes["RootResourceId"], path: "/", methods: map[string]*method{}}
	known := map[string]*resource{a.root.id: a.root}
	all, err := template.All[resourceProperties](stack, "AWS::ApiGateway::Resource")
	if err != nil {
		return err
	}
	for _, r := range all {
		known[r.Ref] = &resource{id: r.Ref, part: r.Properties.PathPart, methods: map[string]*method{}}
	}
	for _, r := range all {
		parent := known[r.Properties.ParentId]
		if parent == nil || r.Properties.RestApiId != a.id {
			return fmt.Errorf("%s: its parent or API is not here", r)
		}
		if deployed(r.ID) {
			parent.children = append(parent.children, known[r.Ref])
		}
	}
	a.root.name()
	methods, err := template.All[methodProperties](stack, "AWS::ApiGateway::Method")
	if err != nil {
		return err
	}
	for _, m := range methods {
		of := known[m.Properties.ResourceId]
		if of == nil || m.Properties.RestApiId != a.id {
			return fmt.Errorf("%s: its resource or API is not here", m)
		}
		if err := m.Properties.check(); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
		if deployed(m.ID) {
			of.methods[m.Properties.HttpMethod] = &method{m.Properties.HttpMethod, m.Properties}
		}
	}
	return nil
}

// name tells all below a resource their paths.
func (r *resource) name() {
	for _, child := range r.children {
		child.path = strings.TrimSuffix(r.path, "/") + "/" + child.part
		child.name()
	}
}

func (r *resource) method(verb string) *method {
	if m := r.methods[verb]; m != nil {
		return m
	}
	return r.methods["ANY"]
}

// segments are those of a path; of the root there are none.
func segments(path string) []string {
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// find finds the resource of a path, and what its parameters stand for. The
// most specific one is meant: a name before a parameter, and both before one
// that is greedy.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
func (r *resource) find(path []string) (*resource, map[string]string) {
	if len(path) == 0 {
		return r, map[string]string{}
	}
	for _, child := range r.children {
		if child.part == path[0] {
			if found, parameters := child.find(path[1:]); found != nil {
				return found, parameters
			}
		}
	}
	for _, child := range r.children {
		if name, greedy := child.parameter(); name != "" && !greedy && path[0] != "" {
			if found, parameters := child.find(path[1:]); found != nil {
				parameters[name] = path[0]
				return found, parameters
			}
		}
	}
	for _, child := range r.children {
		if name, greedy := child.parameter(); greedy {
			return child, map[string]string{name: strings.Join(path, "/")}
		}
	}
	return nil, nil
}

// parameter is the name of what a resource stands for, if it isn't one path:
// {name} for a segment, {name+} for all that follow.
func (r *resource) parameter() (name string, greedy bool) {
	name, opened := strings.CutPrefix(r.part, "{")
	name, closed := strings.CutSuffix(name, "}")
	if !opened || !closed {
		return "", false
	}
	return strings.CutSuffix(name, "+")
}
