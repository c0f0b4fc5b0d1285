package limits

import "fmt"

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
		for _, r := range t.sorted() {
			walk(r.ID, r.Properties, func(path string, v any) {
				m, _ := v.(map[string]any)
				get, ok := m["Fn::GetStackOutput"].(map[string]any)
				if !ok || outputs[fmt.Sprint(get["Region"], " ", get["StackName"], " ", get["OutputName"])] {
					return
				}
				found = append(found, Finding{Rule: "stack-output", Template: t.Name, Resource: r.ID,
					Problem: fmt.Sprintf("%s refers to %v of %v in %v, which does not exist", path, get["OutputName"], get["StackName"], get["Region"]),
					Source:  "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html"})
			})
		}
	}
	return found
}
