package limits

import (
	"slices"
	"strings"
)

var codeDeploy = slices.Concat(
	about("AWS::CodeDeploy::DeploymentGroup", "codedeploy/latest/userguide/deployment-groups-configure-advanced-options.html",
		rule{name: "deploy-rollback", check: rollsBackOnItsAlarms},
	),
)

// rollsBackOnItsAlarms: a rollback on alarms wants alarms, and alarms want to be looked at.
func rollsBackOnItsAlarms(_ Template, r Resource) []string {
	events := texts(r.Properties, "AutoRollbackConfiguration.Events")
	wants := value(r.Properties, "AutoRollbackConfiguration.Enabled") == true && slices.Contains(events, "DEPLOYMENT_STOP_ON_ALARM")
	alarms := len(values(r.Properties, "AlarmConfiguration.Alarms.Name"))
	return problem(wants == (alarms > 0), "it rolls back on %q and has %d alarms: DEPLOYMENT_STOP_ON_ALARM wants alarms, and they it", events, alarms)
}

var budgets = slices.Concat(
	about("AWS::Budgets::Budget", "aws-cost-management/latest/APIReference/API_budgets_Budget.html",
		rule{name: "budget-unit", check: oneOf("Budget.TimeUnit", "DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY")},
		rule{name: "budget-type", check: oneOf("Budget.BudgetType", "COST")},
		rule{name: "budget-amount", check: all(between("Budget.BudgetLimit.Amount", 1, 1e9, "US dollars"), oneOf("Budget.BudgetLimit.Unit", "USD"))},
	),
	about("AWS::Budgets::Budget", "aws-cost-management/latest/APIReference/API_budgets_Notification.html",
		rule{name: "budget-threshold", check: all(between("NotificationsWithSubscribers.Notification.Threshold", 1, 1e9, "percent"),
			oneOf("NotificationsWithSubscribers.Notification.NotificationType", "ACTUAL", "FORECASTED"),
			oneOf("NotificationsWithSubscribers.Notification.ComparisonOperator", "GREATER_THAN", "LESS_THAN", "EQUAL_TO"))},
		rule{name: "budget-told", check: all(set("NotificationsWithSubscribers.Subscribers.Address"), atMost(5, "NotificationsWithSubscribers.Notification"))},
	),
)

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
func actsOnce(_ Template, rule map[string]any) []string {
	group := value(rule, "Statement.ManagedRuleGroupStatement") != nil || value(rule, "Statement.RuleGroupReferenceStatement") != nil
	want, not := "Action", "OverrideAction"
	if group {
		want, not = not, want
	}
	return problem(rule[want] != nil && rule[not] == nil, "rule %v wants %s, and no %s", rule["Name"], want, not)
}

var certificates = slices.Concat(
	about("AWS::CertificateManager::Certificate", "acm/latest/userguide/acm-certificate-characteristics.html",
		rule{name: "certificate-name", check: all(long("DomainName", 1, 64), atMost(9, "SubjectAlternativeNames"))},
		rule{name: "certificate-dns", check: is("ValidationMethod", "DNS")}, // else a deploy waits for somebody to read a mail
	),
	about("AWS::Route53::RecordSet", "AWSCloudFormation/latest/UserGuide/aws-properties-route53-aliastarget.html",
		rule{name: "record-zone", check: aliasZone},
	),
)

// aliasZone: an alias of a distribution is in CloudFront's own zone, wherever the record is.
func aliasZone(_ Template, r Resource) []string {
	name, zone := text(value(r.Properties, "AliasTarget.DNSName")), value(r.Properties, "AliasTarget.HostedZoneId")
	edge := strings.HasSuffix(name, ".DomainName}") || strings.HasSuffix(name, ".cloudfront.net")
	return problem(!edge || !literal(zone) || zone == "Z2FDTNDATAQYW2", "HostedZoneId is %v: a distribution's is Z2FDTNDATAQYW2", zone)
}
