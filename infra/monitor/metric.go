package monitor

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// The metrics that our functions write into their log lines. The names are their own constants; a
// test compares.
const (
	namespace = "Primrose"
	dimension = "Service"

	WorkerCrashes  = "WorkerCrashes"
	WorkerKills    = "WorkerKills"
	StoreFailures  = "StoreFailures"
	JailMissing    = "JailMissing"
	PurgedVariants = "PurgedVariants"
	Invalidations  = "Invalidations"
)

// Per asks for one statistic, such as Sum or p99, of each period of so many minutes.
func Per(minutes float64, statistic string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{
		Period:    awscdk.Duration_Minutes(new(minutes)),
		Statistic: new(statistic),
	}
}

// Own is a metric of ours, counted by the functions of one service.
func Own(service, name string, minutes float64) awscloudwatch.IMetric {
	return metric(namespace, name, map[string]*string{dimension: new(service)}, Per(minutes, "Sum"))
}

// Distribution is one of CloudFront's metrics of a distribution. Each has but one statistic that
// means something.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
func Distribution(d awscloudfront.IDistribution, name string, o *awscloudwatch.MetricOptions) awscloudwatch.IMetric {
	return edge(name, "DistributionId", d.DistributionId(), o)
}

// EdgeFunction is one of CloudFront's metrics of a function.
func EdgeFunction(f awscloudfront.IFunction, name string, o *awscloudwatch.MetricOptions) awscloudwatch.IMetric {
	return edge(name, "FunctionName", f.FunctionName(), o)
}

// edge is a metric of CloudFront's, all of which are in one region, and about the whole world. CDK's
// own have neither the dimension nor the region, and never any data.
func edge(name, dimension string, value *string, o *awscloudwatch.MetricOptions) awscloudwatch.IMetric {
	o.Region = new(config.EdgeRegion)
	return metric("AWS/CloudFront", name, map[string]*string{dimension: value, "Region": new("Global")}, o)
}

// Undelivered is how many of the events that a rule chose did not reach what it tells.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
func Undelivered(rule awsevents.CfnRule, minutes float64) awscloudwatch.IMetric {
	return metric("AWS/Events", "FailedInvocations", map[string]*string{"RuleName": rule.Ref()}, Per(minutes, "Sum"))
}

// Concurrency is how much of what Lambda lets the account run at once in this region, in percent, is
// running or reserved. Whatever else runs there counts as well: it takes from the same.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html
func Concurrency(minutes float64) awscloudwatch.IMetric {
	most := Per(minutes, "Maximum")
	return math("100 * claimed / SERVICE_QUOTA(running)", "% of the account's", minutes, map[string]awscloudwatch.IMetric{
		"claimed": metric("AWS/Lambda", "ClaimedAccountConcurrency", nil, most),
		"running": metric("AWS/Lambda", "ConcurrentExecutions", nil, most), // it is this one that has the quota
	})
}

// Memory is the most memory, in MB, that an environment of a function has used, which only Lambda
// knows: it is in the line that Lambda logs of each invocation. The line does not name the function,
// so the metric's namespace does.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report
func Memory(scope constructs.Construct, service string, logs awslogs.ILogGroup, minutes float64) awscloudwatch.IMetric {
	filter := awslogs.NewMetricFilter(scope, new("Memory"), &awslogs.MetricFilterProps{
		LogGroup:        logs,
		FilterPattern:   awslogs.FilterPattern_Literal(new(`{ $.type = "platform.report" && $.record.metrics.maxMemoryUsedMB = * }`)),
		MetricNamespace: new(namespace + "/" + service),
		MetricName:      new("MemoryUsed"),
		MetricValue:     new("$.record.metrics.maxMemoryUsedMB"),
	})
	return filter.Metric(Per(minutes, "Maximum"))
}

// Share is part of whole in percent; but where whole is less than a hundred, each of part counts as
// one percent. One failure of two requests at night is not an outage.
func Share(label string, part, whole awscloudwatch.IMetric, minutes float64) awscloudwatch.IMetric {
	return math("IF(whole < 100, part, 100 * part / whole)", label, minutes,
		map[string]awscloudwatch.IMetric{"part": part, "whole": whole})
}

// Rate is what Share is where CloudFront has divided already: rate is in percent of requests.
func Rate(label string, rate, requests awscloudwatch.IMetric, minutes float64) awscloudwatch.IMetric {
	return math("IF(requests < 100, rate * requests / 100, rate)", label, minutes,
		map[string]awscloudwatch.IMetric{"rate": rate, "requests": requests})
}

// Total is the sum of metrics of the same kind.
func Total(label string, minutes float64, a, b awscloudwatch.IMetric) awscloudwatch.IMetric {
	return math("SUM([FILL(a, 0), FILL(b, 0)])", label, minutes, map[string]awscloudwatch.IMetric{"a": a, "b": b})
}

func metric(namespace, name string, dimensions map[string]*string, o *awscloudwatch.MetricOptions) awscloudwatch.IMetric {
	p := &awscloudwatch.MetricProps{
		Namespace:  new(namespace),
		MetricName: new(name),
		Period:     o.Period,
		Statistic:  o.Statistic,
		Region:     o.Region,
	}
	if dimensions != nil {
		p.DimensionsMap = &dimensions
	}
	return awscloudwatch.NewMetric(p)
}

// math computes one metric of others. They all have its period, whatever theirs was.
func math(expression, label string, minutes float64, using map[string]awscloudwatch.IMetric) awscloudwatch.IMetric {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression:   new(expression),
		Label:        new(label),
		Period:       awscdk.Duration_Minutes(new(minutes)),
		UsingMetrics: &using,
	})
}
