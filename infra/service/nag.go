package service

import (
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// accept answers one of cdk-nag's rules, where it does not hold for this resource, with the reason.
// Of a rule that finds several things, those accepted are named, as regular expressions.
func accept(c constructs.IConstruct, rule, reason string, findings ...string) {
	suppression := &cdknag.NagPackSuppression{Id: new(rule), Reason: new(reason)}
	if len(findings) > 0 {
		suppression.AppliesTo = &[]any{}
	}
	for _, f := range findings {
		*suppression.AppliesTo = append(*suppression.AppliesTo, &cdknag.RegexAppliesTo{Regex: new("/^" + f + "$/")})
	}
	cdknag.NagSuppressions_AddResourceSuppressions(c, &[]*cdknag.NagPackSuppression{suppression}, nil)
}
