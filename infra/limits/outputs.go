package limits

import (
	"maps"
	"slices"
)

// lostOutputs are references to what no other stack puts out. CloudFormation finds them when it
// deploys the stack that refers, after all others.
func lostOutputs(templates []Template) (found []Finding) {
	outputs := map[string]bool{}
	for _, t := range templates {
		for name := range t.Outputs {
			outputs[t.Region+" "+t.Name+" "+name] = true
		}
	}
	for _, t := range templates {
		for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
			walk(id, t.Resources[id].Properties, func(path string, v any) {
				m, _ := v.(map[string]any)
				get, ok := m["Fn::GetStackOutput"].(map[string]any)
				if !ok || outputs[text(get["Region"])+" "+text(get["StackName"])+" "+text(get["OutputName"])] {
					return
				}
				found = append(found, Finding{Rule: "stack-output", Template: t.Name, Resource: id,
					Problem: path + " refers to " + text(get["OutputName"]) + " of " + text(get["StackName"]) + " in " + text(get["Region"]) + ", which does not exist",
					Source:  "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html"})
			})
		}
	}
	return found
}
