package limits

import (
	"slices"
	"strings"
)

var logs = slices.Concat(
	about("AWS::Logs::LogGroup", "AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
		rule{name: "log-retention", check: all(set("RetentionInDays"), oneOf("RetentionInDays", retentions...))}, // or lines are kept, and paid for, for ever
	),
	about("AWS::Logs::MetricFilter", "AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html",
		rule{name: "log-filter", check: all(set("FilterPattern"), long("FilterPattern", 0, 1_024), atMost(1, "MetricTransformations.MetricName"))},
		rule{name: "log-filter-default", check: each("MetricTransformations", defaultOrDimensions)},
	),
	about("AWS::Logs::QueryDefinition", "AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html",
		rule{name: "log-query", check: all(set("QueryString"), long("QueryString", 1, 10_000), atMost(50, "LogGroupNames"))},
	),
	about("AWS::Logs::DeliverySource", "AmazonCloudFront/latest/DeveloperGuide/standard-logging.html",
		rule{name: "log-source", check: inVirginia("the log of a distribution", ofDistribution)},
	),
)

// retentions are the numbers of days after which CloudWatch deletes.
var retentions = strings.Fields("1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653")

func ofDistribution(r Resource) bool {
	return text(r.Properties["LogType"]) == "ACCESS_LOGS" && strings.Contains(text(r.Properties["ResourceArn"]), "cloudfront")
}

func defaultOrDimensions(_ Template, m map[string]any) problems {
	return unless(m["DefaultValue"] == nil || m["Dimensions"] == nil,
		"a metric filter has DefaultValue and Dimensions: CloudWatch takes one of them")
}
