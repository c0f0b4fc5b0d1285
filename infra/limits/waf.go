package limits

import "slices"

var waf = slices.Concat(
	about("AWS::WAFv2::WebACL", "waf/latest/APIReference/API_CreateWebACL.html",
		rule{name: "waf-scope", check: all(oneOf("Scope", "CLOUDFRONT", "REGIONAL"),
			inVirginia("a web ACL for CloudFront", func(r Resource) bool { return r.Properties["Scope"] == "CLOUDFRONT" }))},
		rule{name: "waf-priorities", check: all(distinct("Rules.Priority"), distinct("Rules.Name"))},
		rule{name: "waf-action", check: each("Rules", actsOnce)},
	),
	about("AWS::WAFv2::WebACL", "waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html",
		rule{name: "waf-rate", check: between("Rules.Statement.RateBasedStatement.Limit", 10, 2_000_000_000, "requests")},
		rule{name: "waf-window", check: oneOf("Rules.Statement.RateBasedStatement.EvaluationWindowSec", "60", "120", "300", "600")},
	),
)

// actsOnce: a group of rules has its own actions, which may be overridden; a single rule has one.
func actsOnce(_ Template, rule map[string]any) problems {
	group := value(rule, "Statement.ManagedRuleGroupStatement") != nil || value(rule, "Statement.RuleGroupReferenceStatement") != nil
	want, not := "Action", "OverrideAction"
	if group {
		want, not = not, want
	}
	return unless(rule[want] != nil && rule[not] == nil, "rule %v wants %s, and no %s", rule["Name"], want, not)
}
