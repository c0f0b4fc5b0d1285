package limits

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

var cloudFormation = about("", "AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
	rule{name: "template-size", check: templateFits},
	rule{name: NameTooLong, check: namesFit},
	rule{name: "template-references", check: referencesExist},
	rule{name: "template-cycle", check: noCycle},
	rule{name: "template-helpers", check: noHelpers},
)

func templateFits(t Template, _ Resource) problems {
	return slices.Concat(
		unless(t.Bytes <= 1_000_000, "the template has %d bytes: CloudFormation takes 1,000,000", t.Bytes),
		unless(len(t.Resources) <= 500, "it has %d resources: CloudFormation takes 500", len(t.Resources)),
		unless(len(t.Outputs) <= 200, "it has %d outputs: CloudFormation takes 200", len(t.Outputs)),
		unless(len(t.Parameters) <= 200, "it has %d parameters: CloudFormation takes 200", len(t.Parameters)),
		unless(len(t.Description) <= 1_024, "its description has %d bytes: CloudFormation takes 1,024", len(t.Description)))
}

// pseudo are the parameters that every template has.
var pseudo = []string{"AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition",
	"AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix"}

var inText = regexp.MustCompile(`\$\{([A-Za-z0-9:]+)(?:\.[A-Za-z0-9.]+)?\}`)

// references are the ids that v refers to, each with where it does.
func references(path string, v any) map[string][]string {
	refs := map[string][]string{}
	walk(path, v, func(path string, v any) {
		names := []string{named(v)}
		if m, _ := v.(map[string]any); m["Fn::Sub"] != nil {
			for _, found := range inText.FindAllStringSubmatch(text(v), -1) {
				names = append(names, found[1])
			}
		}
		for _, name := range names {
			if id, _, _ := strings.Cut(name, "."); id != "" {
				refs[id] = append(refs[id], path)
			}
		}
	})
	return refs
}

// needs are the ids that a resource refers to, in its properties or otherwise.
func (r Resource) needs() map[string][]string {
	refs := references(r.ID, map[string]any{"Properties": r.Properties, "UpdatePolicy": r.UpdatePolicy})
	for _, id := range values(r.DependsOn, "") {
		if id != nil {
			refs[text(id)] = append(refs[text(id)], r.ID+".DependsOn")
		}
	}
	return refs
}

func referencesExist(t Template, _ Resource) (found problems) {
	refs := references("Outputs", any(t.Outputs))
	for _, r := range t.sorted() {
		for id, paths := range r.needs() {
			refs[id] = append(refs[id], paths...)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(refs)) {
		known := t.Resources[id].Type != "" || t.Parameters[id] != nil || slices.Contains(pseudo, id)
		found.unless(known, "%s refers to %s, which does not exist", strings.Join(refs[id], ", "), id)
	}
	return found
}

// noCycle: CloudFormation makes what others need first.
func noCycle(t Template, _ Resource) problems {
	const visiting, done = 1, 2
	state := map[string]int{}
	var visit func(id string, path []string) []string
	visit = func(id string, path []string) []string {
		r, ok := t.Resources[id]
		if !ok || state[id] == done {
			return nil
		}
		path = append(path, id)
		if state[id] == visiting {
			return []string{"these need each other: " + strings.Join(path[slices.Index(path, id):], " → ")}
		}
		state[id] = visiting
		for _, next := range slices.Sorted(maps.Keys(r.needs())) {
			if found := visit(next, path); found != nil {
				return found
			}
		}
		state[id] = done
		return nil
	}
	for _, r := range t.sorted() {
		if found := visit(r.ID, nil); found != nil {
			return found
		}
	}
	return nil
}

// noHelpers: CDK likes to add functions of its own, with roles of their own, and a setting of the
// whole account.
func noHelpers(t Template, _ Resource) (found problems) {
	for _, r := range t.sorted() {
		kind := r.Type
		helper := strings.HasPrefix(kind, "Custom::") || strings.HasPrefix(kind, "AWS::CloudFormation::") || kind == "AWS::ApiGateway::Account"
		found.unless(!helper, "%s is a %s: use a native property", r.ID, kind)
	}
	return found
}
