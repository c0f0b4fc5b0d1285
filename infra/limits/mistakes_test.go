package limits

import (
	"slices"
	"strings"
)

const (
	function       = "AWS::Lambda::Function"
	mapping        = "AWS::Lambda::EventSourceMapping"
	method         = "AWS::ApiGateway::Method"
	bucket         = "AWS::S3::Bucket"
	distribution   = "AWS::CloudFront::Distribution"
	alarm          = "AWS::CloudWatch::Alarm"
	queue          = "AWS::SQS::Queue"
	acl            = "AWS::WAFv2::WebACL"
	budget         = "AWS::Budgets::Budget"
	policy         = "AWS::IAM::Policy"
	secret         = "AWS::SecretsManager::Secret"
	alias          = "AWS::Lambda::Alias"
	eventRule      = "AWS::Events::Rule"
	edgeFunction   = "AWS::CloudFront::Function"
	store          = "AWS::CloudFront::KeyValueStore"
	cachePolicy    = "AWS::CloudFront::CachePolicy"
	requestPolicy  = "AWS::CloudFront::OriginRequestPolicy"
	responsePolicy = "AWS::CloudFront::ResponseHeadersPolicy"
	access         = "AWS::CloudFront::OriginAccessControl"
)

// mutations are the mistakes. CDK's validator lets those pass that are marked so.
var mutations = slices.Concat(lambdaMistakes, apiMistakes, bucketMistakes, distributionMistakes, edgeMistakes,
	queueMistakes, alarmMistakes, accountMistakes, permissionMistakes, templateMistakes)

var lambdaMistakes = []mutation{
	{"a timeout of 1,000 s", "lambda-timeout", to(function, "Timeout", 1000.0)}, // passes the validator
	{"a timeout of 0 s", "lambda-timeout", to(function, "Timeout", 0.0)},
	{"64 MiB", "lambda-memory", to(function, "MemorySize", 64.0)},
	{"10,241 MiB", "lambda-memory", to(function, "MemorySize", 10241.0)},
	{"20 GB of storage", "lambda-storage", to(function, "EphemeralStorage", map[string]any{"Size": 20480.0})},
	{"an environment of 5 KB", "lambda-environment", to(function, "Environment.Variables.PRIMROSE_LONG", strings.Repeat("x", 5000))},
	{"a runtime that is no more", "lambda-runtime", to(function, "Runtime", "go1.x")},
	{"an architecture by Go's name", "lambda-architecture", to(function, "Architectures", []any{"amd64"})},
	{"logs without a group", "lambda-log-group", without(function, "LoggingConfig.LogGroup")},
	{"more provisioned than reserved", "lambda-provisioned", in(alias, func(t Template, r *Resource) {
		r.Properties["ProvisionedConcurrencyConfig"] = map[string]any{"ProvisionedConcurrentExecutions": 11.0}
		f, _ := t.function(r.Properties["FunctionName"])
		f.Properties["ReservedConcurrentExecutions"] = 10.0
	})},
	{"an alias of $LATEST", "lambda-alias", to(alias, "FunctionVersion", "$LATEST")},
	{"a weight of 10", "lambda-weight", to(alias, "RoutingConfig",
		map[string]any{"AdditionalVersionWeights": []any{map[string]any{"FunctionVersion": "1", "FunctionWeight": 10.0}}})},
	{"a function that any account's API calls", "lambda-permission", without("AWS::Lambda::Permission", "SourceArn")},
	{"a batch of 20,000", "mapping-batch", to(mapping, "BatchSize", 20000.0)},
	{"a batch of 100 without a window", "mapping-window", without(mapping, "MaximumBatchingWindowInSeconds")}, // passes the validator
	{"a window of 301 s", "mapping-window", to(mapping, "MaximumBatchingWindowInSeconds", 301.0)},
	{"one invocation at a time", "mapping-concurrency", to(mapping, "ScalingConfig", map[string]any{"MaximumConcurrency": 1.0})},
	{"batches that fail as a whole", "mapping-failures", without(mapping, "FunctionResponseTypes")},
	{"a queue as patient as its consumer", "mapping-visibility", in(mapping, func(t Template, r *Resource) {
		q, _ := t.target(r.Properties["EventSourceArn"])
		f, _ := t.function(r.Properties["FunctionName"])
		q.Properties["VisibilityTimeout"] = f.Properties["Timeout"]
	})},
}

// streaming edits the first method that streams, buffered the first that does not.
func streaming(key string, v any) func(Template) bool { return integration("STREAM", key, v) }
func buffered(key string, v any) func(Template) bool  { return integration(nil, key, v) }

func integration(mode any, key string, v any) func(Template) bool {
	return change(method, "Integration", func(m map[string]any) bool {
		ok := m["ResponseTransferMode"] == mode
		if ok {
			m[key] = v
		}
		return ok
	})
}

var apiMistakes = []mutation{
	{"a stream by the URI that answers whole", "api-stream-uri", streaming("Uri", // passes the validator
		"arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/f/invocations")},
	{"a whole answer by the URI that streams", "api-stream-uri", buffered("Uri",
		"arn:aws:apigateway:eu-central-1:lambda:path/2021-11-15/functions/f/response-streaming-invocations")},
	{"a stream through a mapping", "api-stream-type", streaming("Type", "AWS")},                // passes the validator
	{"a stream of 15 minutes and 1 ms", "api-timeout", streaming("TimeoutInMillis", 900001.0)}, // passes the validator
	{"a whole answer after a minute", "api-timeout", buffered("TimeoutInMillis", 60000.0)},     // passes the validator
	{"49 ms", "api-timeout", buffered("TimeoutInMillis", 49.0)},
	{"Lambda called by GET", "api-lambda-verb", streaming("IntegrationHttpMethod", "GET")},
	{"a method for everybody", "api-open", change(method, "", func(m map[string]any) bool {
		m["AuthorizationType"], m["ApiKeyRequired"] = "NONE", false
		return true
	})},
	{"a key without a plan", "api-plan", in("AWS::ApiGateway::UsagePlanKey", func(t Template, r *Resource) { delete(t.Resources, r.ID); *r = Resource{ID: r.ID} })},
	{"a plain key", "api-key-literal", to("AWS::ApiGateway::ApiKey", "Value", "correcthorsebatterystaple")}, // passes the validator
	{"a key of 19 letters", "api-key-length", to(secret, "GenerateSecretString.PasswordLength", 19.0)},      // passes the validator
	{"a key with punctuation", "api-key-length", without(secret, "GenerateSecretString.ExcludePunctuation")},
	{"one status for all refusals", "api-answer-status", change("AWS::ApiGateway::GatewayResponse", "", func(m map[string]any) bool {
		m["StatusCode"] = "400"
		return m["ResponseType"] == "DEFAULT_4XX"
	})},
	{"a header without quotes", "api-answer-header", to("AWS::ApiGateway::GatewayResponse", "ResponseParameters", // passes the validator
		map[string]any{"gatewayresponse.header.Retry-After": "1"})},
	{"no throttle", "api-throttle", without("AWS::ApiGateway::Stage", "MethodSettings")},
	{"nobody gets an answer", "api-throttle", to("AWS::ApiGateway::Stage", "MethodSettings.ThrottlingRateLimit", 0.0)},
	{"logs to a stream of any name", "api-log-stream", to("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName", "logs")},
}

var bucketMistakes = []mutation{
	{"a lifecycle rule that does nothing", "s3-lifecycle-action", to(bucket, "LifecycleConfiguration.Rules", []any{map[string]any{"Status": "Enabled"}})},
	{"an age of no days", "s3-lifecycle-days", to(bucket, "LifecycleConfiguration.Rules.ExpirationInDays", 0.0)},
	{"markers and an age", "s3-lifecycle-markers", change(bucket, "LifecycleConfiguration.Rules", func(m map[string]any) bool {
		m["ExpiredObjectDeleteMarker"], m["ExpirationInDays"] = true, 30.0
		return true
	})},
	{"uploads that are given up stay", "s3-uploads", without(bucket, "LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload")},
	{"versions for ever", "s3-versions", without(bucket, "LifecycleConfiguration.Rules.NoncurrentVersionExpiration")},
	{"a public bucket", "s3-public", to(bucket, "PublicAccessBlockConfiguration.BlockPublicPolicy", false)},
	{"a bucket in the clear", "s3-encryption", without(bucket, "BucketEncryption")},
	{"access lists", "s3-ownership", to(bucket, "OwnershipControls.Rules.ObjectOwnership", "ObjectWriter")},
	{"plain HTTP", "s3-tls", change("AWS::S3::BucketPolicy", "PolicyDocument.Statement", func(m map[string]any) bool {
		was := m["Effect"]
		m["Effect"] = "Allow"
		return was == "Deny"
	})},
	{"a bucket that goes with its stack unasked", "s3-kept", in(bucket, func(_ Template, r *Resource) { r.DeletionPolicy = "" })},
	{"a bucket's name in capitals", "s3-name", to(bucket, "BucketName", "Originals")},
}

var distributionMistakes = []mutation{
	{"failover on 418", "edge-failover-codes", failover(418)},                                                                        // passes the validator
	{"failover on 429", "edge-failover-codes", failover(429)},                                                                        // passes the validator
	{"two codes counted as three", "edge-quantity", toDistribution("OriginGroups.Items.FailoverCriteria.StatusCodes.Quantity", 3.0)}, // passes the validator
	{"a group of one", "edge-group-members", change(distribution, "DistributionConfig.OriginGroups.Items.Members", func(m map[string]any) bool {
		m["Items"], m["Quantity"] = m["Items"].([]any)[:1], 1.0
		return true
	})},
	{"POST to a group of origins", "edge-group-verbs", toDistribution("DefaultCacheBehavior.AllowedMethods", // passes the validator
		[]any{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})},
	{"viewers sent nowhere", "edge-target", toDistribution("DefaultCacheBehavior.TargetOriginId", "nowhere")},
	{"a member that is nowhere", "edge-target", toDistribution("OriginGroups.Items.Members.Items.OriginId", "nowhere")},
	{"a read timeout of 200 s", "edge-read-timeout", toDistribution("Origins.CustomOriginConfig.OriginReadTimeout", 200.0)}, // passes the validator
	{"61 s of keep-alive", "edge-keepalive", toDistribution("Origins.CustomOriginConfig.OriginKeepaliveTimeout", 61.0)},
	{"four attempts", "edge-connection", toDistribution("Origins.ConnectionAttempts", 4.0)},
	{"plain HTTP to an origin", "edge-origin-tls", toDistribution("Origins.CustomOriginConfig.OriginProtocolPolicy", "http-only")},
	{"OAC and OAI", "edge-access", toDistribution("Origins.S3OriginConfig.OriginAccessIdentity", "origin-access-identity/cloudfront/E1")},
	{"a bucket without OAC", "edge-access", without(distribution, "DistributionConfig.Origins.OriginAccessControlId")},
	{"101 origins", "edge-origin-count", change(distribution, "DistributionConfig", func(m map[string]any) bool {
		m["Origins"] = slices.Repeat(m["Origins"].([]any), 51)
		return true
	})},
	{"an origin twice", "edge-origin-ids", again(distribution, "DistributionConfig.Origins")},
	{"a header of CloudFront's own to the origin", "edge-origin-headers", toDistribution("Origins.OriginCustomHeaders.HeaderName", "X-Edge-Key")},
	{"a shield where there is none", "edge-shield", toDistribution("Origins.OriginShield",
		map[string]any{"Enabled": true, "OriginShieldRegion": "eu-north-1"})},
	{"an error page for 429", "edge-error-codes", toDistribution("CustomErrorResponses.ErrorCode", 429.0)},
	{"an error twice", "edge-error-codes", again(distribution, "DistributionConfig.CustomErrorResponses")},
	{"an error kept for −1 s", "edge-error-ttl", toDistribution("CustomErrorResponses.ErrorCachingMinTTL", -1.0)},
	{"an error page without a code", "edge-error-page", toDistribution("CustomErrorResponses.ResponsePagePath", "/error")},
	{"GET and POST alone", "edge-verbs", toDistribution("DefaultCacheBehavior.AllowedMethods", []any{"GET", "POST"})},
	{"a policy and forwarded values", "edge-cache-settings", toDistribution("DefaultCacheBehavior.ForwardedValues", map[string]any{"QueryString": true})},
	{"no cache policy", "edge-cache-settings", without(distribution, "DistributionConfig.DefaultCacheBehavior.CachePolicyId")},
	{"plain HTTP for viewers", "edge-viewer-tls", toDistribution("DefaultCacheBehavior.ViewerProtocolPolicy", "allow-all")},
	{"plain HTTP for viewers of one path", "edge-viewer-tls", toDistribution("CacheBehaviors.ViewerProtocolPolicy", "allow-all")},
	{"a path with a blank", "edge-paths", toDistribution("CacheBehaviors.PathPattern", "/play ground.html")},
	{"a path of 256 letters", "edge-paths", toDistribution("CacheBehaviors.PathPattern", "/"+strings.Repeat("a", 255))},
	{"a path twice", "edge-paths", again(distribution, "DistributionConfig.CacheBehaviors")},
	{"25 behaviours and the default one", "edge-behaviors", change(distribution, "DistributionConfig", func(m map[string]any) bool {
		behaviors, _ := m["CacheBehaviors"].([]any)
		m["CacheBehaviors"] = slices.Repeat(behaviors, 25)
		return len(behaviors) > 0
	})},
	{"two functions on one event", "edge-function-count", again(distribution, "DistributionConfig.DefaultCacheBehavior.FunctionAssociations")},
	{"a function on an origin's request", "edge-function-count", toDistribution("DefaultCacheBehavior.FunctionAssociations.EventType", "origin-request")},
	{"a domain without a certificate", "edge-certificate", change(distribution, "DistributionConfig", func(m map[string]any) bool {
		m["Aliases"] = []any{"images.example.com"}
		delete(m, "ViewerCertificate")
		return true
	})},
	{"a certificate from Frankfurt", "edge-certificate-region", toDistribution("ViewerCertificate",
		map[string]any{"AcmCertificateArn": "arn:aws:acm:eu-central-1:111111111111:certificate/1"})},
	{"TLS 1.0", "edge-minimum-tls", toDistribution("ViewerCertificate", map[string]any{"MinimumProtocolVersion": "TLSv1"})},
	{"countries and no restriction", "edge-countries", countries("none", "DE")},
	{"a restriction and no countries", "edge-countries", countries("whitelist")},
	{"a country in words", "edge-countries", countries("whitelist", "Germany")},
	{"a price class by CDK's name", "edge-price-class", toDistribution("PriceClass", "PRICE_CLASS_100")},
	{"HTTP/9", "edge-http", toDistribution("HttpVersion", "http9")},
	{"a comment of 129 letters", "edge-comment", toDistribution("Comment", strings.Repeat("x", 129))},
	{"a regional web ACL", "edge-web-acl", toDistribution("WebACLId", "arn:aws:wafv2:eu-central-1:111111111111:regional/webacl/a/1")},
}

// toDistribution sets one property of a distribution.
func toDistribution(path string, v any) func(Template) bool {
	return to(distribution, "DistributionConfig."+path, v)
}

func failover(code float64) func(Template) bool {
	return toDistribution("OriginGroups.Items.FailoverCriteria.StatusCodes.Items", []any{403.0, code})
}

func countries(kind string, codes ...any) func(Template) bool {
	return toDistribution("Restrictions", map[string]any{"GeoRestriction": map[string]any{"RestrictionType": kind, "Locations": codes}})
}

var edgeMistakes = []mutation{
	{"a function of 10,241 bytes", "function-size", to(edgeFunction, "FunctionCode", strings.Repeat("x", 10241))},
	{"an empty function", "function-size", to(edgeFunction, "FunctionCode", "")},
	{"the first runtime", "function-runtime", to(edgeFunction, "FunctionConfig.Runtime", "cloudfront-js-1.0")},
	{"a function's name with a dot", "function-name", to(edgeFunction, "Name", "a.b")},
	{"two stores", "function-stores", to(edgeFunction, "FunctionConfig.KeyValueStoreAssociations", []any{map[string]any{}, map[string]any{}})},
	{"a function that stays in development", "function-published", to(edgeFunction, "AutoPublish", false)},
	{"a function that sets a header of CloudFront's own", "function-headers", to(edgeFunction, "FunctionCode",
		"function handler(e){e.request.headers['x-edge-key']={value:'1'};return e.request}")},
	{"a store's name with a dot", "store-name", to(store, "Name", "a.b")},
	{"a store's name of 65 letters", "store-name", to(store, "Name", strings.Repeat("x", 65))},
	{"MinTTL over MaxTTL", "cache-ttl", to(cachePolicy, "CachePolicyConfig.MinTTL", 1e9)}, // passes the validator
	{"DefaultTTL over MaxTTL", "cache-ttl", to(cachePolicy, "CachePolicyConfig.DefaultTTL", 1e9)},
	{"a list of no headers in the key", "cache-key", to(cachePolicy, "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig.HeaderBehavior", "whitelist")},
	{"11 headers in the key", "cache-headers", to(cachePolicy, "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig",
		map[string]any{"HeaderBehavior": "whitelist", "Headers": slices.Repeat([]any{"a"}, 11)})},
	{"headers to forward and none wanted", "request-key", to(requestPolicy, "OriginRequestPolicyConfig.HeadersConfig.HeaderBehavior", "none")},
	{"Authorization forwarded", "request-headers", to(requestPolicy, "OriginRequestPolicyConfig.HeadersConfig.Headers", []any{"Authorization"})},
	{"credentials for any origin", "response-cors", to(responsePolicy, "ResponseHeadersPolicyConfig.CorsConfig",
		map[string]any{"AccessControlAllowCredentials": true, "AccessControlAllowOrigins": map[string]any{"Items": []any{"*"}}})},
	{"a length for every response", "response-headers", to(responsePolicy, "ResponseHeadersPolicyConfig.CustomHeadersConfig.Items.Header", "Content-Length")},
	{"a CORS header among the others", "response-headers", to(responsePolicy, "ResponseHeadersPolicyConfig.CustomHeadersConfig.Items.Header", "Access-Control-Allow-Origin")},
	{"a header twice", "response-headers", again(responsePolicy, "ResponseHeadersPolicyConfig.CustomHeadersConfig.Items")},
	{"unsigned requests to the bucket", "access-signs", to(access, "OriginAccessControlConfig.SigningBehavior", "never")},
	{"access as to a media store", "access-type", to(access, "OriginAccessControlConfig.OriginAccessControlOriginType", "mediastore")},
}

var queueMistakes = []mutation{
	{"a delay of 901 s", "queue-delay", to(queue, "DelaySeconds", 901.0)},
	{"messages for 15 days", "queue-retention", to(queue, "MessageRetentionPeriod", 1296000.0)},
	{"messages hidden for 13 hours", "queue-visibility", to(queue, "VisibilityTimeout", 46800.0)},
	{"a wait of 21 s", "queue-wait", to(queue, "ReceiveMessageWaitTimeSeconds", 21.0)},
	{"dead letters to nowhere", "queue-dead-letters", without(queue, "RedrivePolicy")},
	{"a queue for its own dead letters", "queue-dead-letters", in(queue, func(t Template, r *Resource) {
		r.Properties["RedrivePolicy"] = map[string]any{"deadLetterTargetArn": map[string]any{"Fn::GetAtt": []any{r.ID, "Arn"}}, "maxReceiveCount": 3.0}
	})},
	{"1,001 attempts", "queue-receives", to(queue, "RedrivePolicy.maxReceiveCount", 1001.0)},
	{"dead letters forgotten first", "queue-dead-retention", func(t Template) bool {
		for _, q := range t.all(queue) {
			q.Properties["MessageRetentionPeriod"] = 86400.0
		}
		return len(t.all(queue)) > 0
	}},
	{"messages in the clear", "queue-encryption", to(queue, "SqsManagedSseEnabled", false)},
	{"a pattern of a single value", "event-pattern", to(eventRule, "EventPattern.source", "aws.s3")},
	{"a pattern of a field that no event has", "event-pattern", to(eventRule, "EventPattern.detailType", []any{"Object Created"})},
	{"a rule that nothing matches", "event-pattern", without(eventRule, "EventPattern")},
	{"a schedule in words", "event-schedule", to(eventRule, "ScheduleExpression", "every day")},
	{"a target twice", "event-targets", again(eventRule, "Targets")},
	{"an event tried for two days", "event-retries", to(eventRule, "Targets.RetryPolicy", map[string]any{"MaximumEventAgeInSeconds": 172800.0})},
	{"a queue that lets no event in", "event-permission", in(eventRule, func(t Template, _ *Resource) {
		for _, policy := range t.all("AWS::SQS::QueuePolicy") {
			delete(t.Resources, policy.ID)
		}
	})},
	{"dead letters that let no event in", "event-permission", in(eventRule, func(t Template, r *Resource) {
		dead, _ := t.target(values(r.Properties, "Targets.DeadLetterConfig.Arn")[0])
		for _, policy := range t.all("AWS::SQS::QueuePolicy") {
			if texts(policy.Properties, "Queues")[0] == "${"+dead.ID+"}" {
				delete(t.Resources, policy.ID)
			}
		}
	})},
	{"a key that alarms cannot use", "topic-key", to("AWS::SNS::Topic", "KmsMasterKeyId", "alias/aws/sns")},
	{"alarms that their topic does not let in", "topic-permission", change("AWS::SNS::TopicPolicy", "PolicyDocument.Statement", func(m map[string]any) bool {
		allows := m["Effect"] == "Allow"
		m["Principal"] = map[string]any{"Service": "events.amazonaws.com"}
		return allows
	})},
	{"a mail to nobody", "topic-endpoint", to("AWS::SNS::Subscription", "Endpoint", "nobody")},
}

// watching edits the first metric of an alarm, whether it has one or an expression of several.
func watching(key, of string, v any) func(Template) bool {
	return func(t Template) bool {
		return change(alarm, "", func(m map[string]any) bool {
			if m["MetricName"] == nil {
				return false
			}
			m[key] = v
			return true
		})(t) || to(alarm, "Metrics.MetricStat."+of, v)(t)
	}
}

// atHome is a mistake in a stack that is not in us-east-1.
func atHome(put func(Template) bool) func(Template) bool {
	return func(t Template) bool { return t.Region != "us-east-1" && put(t) }
}

// onEdge edits the dimensions of an alarm on CloudFront.
var onEdge = change(alarm, "", func(m map[string]any) bool {
	is := m["Namespace"] == "AWS/CloudFront"
	if is {
		m["Dimensions"] = []any{map[string]any{"Name": "DistributionId", "Value": "E1"}}
	}
	return is
})

var alarmMistakes = []mutation{
	{"a period of 7 s", "alarm-period", watching("Period", "Period", 7.0)}, // passes the validator
	{"a look back of two days", "alarm-window", to(alarm, "EvaluationPeriods", 2880.0)},
	{"six of five datapoints", "alarm-datapoints", in(alarm, func(_ Template, r *Resource) {
		r.Properties["EvaluationPeriods"], r.Properties["DatapointsToAlarm"] = 5.0, 6.0
	})},
	{"a statistic in words", "alarm-statistic", watching("Statistic", "Stat", "Mean")},
	{"p999", "alarm-statistic", watching("ExtendedStatistic", "Stat", "p999")},
	{"a metric and an expression", "alarm-metric", in(alarm, func(_ Template, r *Resource) { r.Properties["MetricName"], r.Properties["Metrics"] = "Errors", []any{} })},
	{"an expression with a period of its own", "alarm-metric", change(alarm, "", func(m map[string]any) bool {
		m["Period"] = 60.0
		return m["Metrics"] != nil
	})},
	{"two thresholds", "alarm-threshold", to(alarm, "ThresholdMetricId", "band")},
	{"no threshold", "alarm-threshold", without(alarm, "Threshold")},
	{"a comparison in signs", "alarm-comparison", to(alarm, "ComparisonOperator", ">")},
	{"missing data by default", "alarm-missing", without(alarm, "TreatMissingData")},
	{"missing data by CDK's name", "alarm-missing", to(alarm, "TreatMissingData", "NOT_BREACHING")},
	{"an expression of nothing", "alarm-expression", to(alarm, "Metrics.Expression", "100 * nothing")},
	{"an alarm without a word", "alarm-described", without(alarm, "AlarmDescription")},
	{"an alarm that nobody hears", "alarm-action", without(alarm, "AlarmActions")},
	{"six receivers", "alarm-action", to(alarm, "AlarmActions", slices.Repeat([]any{"arn:aws:sns:eu-central-1:111111111111:a"}, 6))},
	{"an alarm on the edge from home", "alarm-edge-region", atHome(change(alarm, "", func(m map[string]any) bool {
		m["Namespace"] = "AWS/CloudFront"
		return m["MetricName"] != nil
	}))},
	{"an alarm on the edge without its region", "alarm-edge-dimensions", onEdge},
	{"a dashboard that does not parse", "dashboard-body", to("AWS::CloudWatch::Dashboard", "DashboardBody", "{")},
	{"a widget past the edge", "dashboard-body", to("AWS::CloudWatch::Dashboard", "DashboardBody", `{"widgets":[{"x":13,"y":0,"width":12,"height":6}]}`)},
	{"logs for ever", "log-retention", without("AWS::Logs::LogGroup", "RetentionInDays")},
	{"logs for two days", "log-retention", to("AWS::Logs::LogGroup", "RetentionInDays", 2.0)},
	{"a filter without a pattern", "log-filter", without("AWS::Logs::MetricFilter", "FilterPattern")},
	{"a filter with a default and dimensions", "log-filter-default", change("AWS::Logs::MetricFilter", "MetricTransformations", func(m map[string]any) bool {
		m["DefaultValue"], m["Dimensions"] = 0.0, []any{map[string]any{"Key": "a", "Value": "$.a"}}
		return true
	})},
	{"a query without a text", "log-query", without("AWS::Logs::QueryDefinition", "QueryString")},
	{"the edge's log from home", "log-source", atHome(also("AWS::Logs::DeliverySource", map[string]any{"Name": "edge", "LogType": "ACCESS_LOGS",
		"ResourceArn": "arn:aws:cloudfront::111111111111:distribution/E1"}))},
}

var accountMistakes = []mutation{
	{"a rollback on no alarm", "deploy-rollback", to("AWS::CodeDeploy::DeploymentGroup", "AutoRollbackConfiguration",
		map[string]any{"Enabled": false, "Events": []any{}})},
	{"a budget a fortnight", "budget-unit", to(budget, "Budget.TimeUnit", "FORTNIGHTLY")}, // passes the validator
	{"a budget of nothing in particular", "budget-type", to(budget, "Budget.BudgetType", "MONEY")},
	{"a budget in euros", "budget-amount", to(budget, "Budget.BudgetLimit.Unit", "EUR")},
	{"a budget of nothing", "budget-amount", to(budget, "Budget.BudgetLimit.Amount", 0.0)},
	{"a threshold of nothing", "budget-threshold", to(budget, "NotificationsWithSubscribers.Notification.Threshold", 0.0)},
	{"a budget that nobody is told about", "budget-told", without(budget, "NotificationsWithSubscribers")},
	{"a web ACL of the globe", "waf-scope", to(acl, "Scope", "GLOBAL")},
	{"two rules of one priority", "waf-priorities", again(acl, "Rules")},
	{"a rule without an action", "waf-action", change(acl, "Rules", func(m map[string]any) bool {
		delete(m, "Action")
		delete(m, "OverrideAction")
		return true
	})},
	{"nine requests", "waf-rate", to(acl, "Rules.Statement.RateBasedStatement.Limit", 9.0)},
	{"a window of 90 s", "waf-window", to(acl, "Rules.Statement.RateBasedStatement.EvaluationWindowSec", 90.0)},
	{"a name too long to certify", "certificate-name", to("AWS::CertificateManager::Certificate", "DomainName", strings.Repeat("x", 61)+".com")},
	{"a certificate that waits for a mail", "certificate-dns", to("AWS::CertificateManager::Certificate", "ValidationMethod", "EMAIL")},
	{"an alias in a zone of its own", "record-zone", to("AWS::Route53::RecordSet", "AliasTarget",
		map[string]any{"DNSName": "d1.cloudfront.net", "HostedZoneId": "Z1"})},
}

var permissionMistakes = []mutation{
	{"an action that does not exist", "iam-known", allowing(policy, func(s map[string]any) { s["Action"] = "s3:FetchObject" })}, // passes the validator
	{"a service that does not exist", "iam-known", allowing(policy, func(s map[string]any) { s["Action"] = "s4:GetObject" })},
	{"a list of objects", "iam-known", allowing(policy, func(s map[string]any) {
		s["Action"], s["Resource"] = "s3:ListBucket", "arn:aws:s3:::originals/*"
	})},
	{"any action", "iam-action", allowing(policy, func(s map[string]any) { s["Action"] = "s3:*" })},
	{"some actions", "iam-action", allowing(policy, func(s map[string]any) { s["Action"] = []any{"s3:Get*"} })},
	{"any resource", "iam-resource", allowing(policy, func(s map[string]any) { s["Action"], s["Resource"] = "s3:GetObject", "*" })},
	{"anybody", "iam-principal", allowing("AWS::S3::BucketPolicy", func(s map[string]any) {
		s["Principal"] = "*"
		delete(s, "Condition")
	})},
	{"CloudFront for any account", "iam-deputy", allowing("AWS::S3::BucketPolicy", func(s map[string]any) { delete(s, "Condition") })},
	{"events of any account", "iam-deputy", allowing("AWS::SQS::QueuePolicy", func(s map[string]any) { delete(s, "Condition") })},
	{"a managed policy", "iam-managed", to("AWS::IAM::Role", "ManagedPolicyArns", []any{"arn:aws:iam::aws:policy/AdministratorAccess"})},
	{"all but an action", "iam-statement", allowing(policy, func(s map[string]any) {
		s["NotAction"] = s["Action"]
		delete(s, "Action")
	})},
	{"a policy of the old language", "iam-statement", to(policy, "PolicyDocument.Version", "2008-10-17")},
	{"a policy of 11 KB", "iam-size", allowing(policy, func(s map[string]any) { s["Sid"] = strings.Repeat("x", 11_000) })},
	{"a secret in an output", "secret-reference", func(t Template) bool {
		if t.Outputs == nil {
			return false
		}
		t.Outputs["Key"] = map[string]any{"Value": map[string]any{"Fn::Join": []any{"", []any{"{{resolve:secretsmanager:", ref("Key"), "}}"}}}}
		return true
	}},
	{"a secret in the environment", "secret-reference", to(function, "Environment.Variables.KEY", "{{resolve:secretsmanager:key}}")},
	{"a plain secret", "secret-literal", to(secret, "SecretString", "hunter2")},
}

var templateMistakes = []mutation{
	{"501 resources", "template-size", func(t Template) bool {
		for i := len(t.Resources); i <= 500; i++ {
			t.Resources["Extra"+strings.Repeat("x", i)] = Resource{Type: "AWS::SNS::Topic"}
		}
		return true
	}},
	{"201 outputs", "template-size", func(t Template) bool {
		for i := len(t.Outputs); i <= 200; i++ {
			t.Outputs["Extra"+strings.Repeat("x", i)] = map[string]any{"Value": "x"}
		}
		return true
	}},
	{"a function's name of 65 letters", NameTooLong, to(function, "FunctionName", strings.Repeat("x", 65))},
	{"a Ref to nothing", "template-references", to(function, "Environment.Variables.PRIMROSE_VARIANTS", ref("Nothing"))},
	{"a GetAtt of nothing", "template-references", to(function, "Role", map[string]any{"Fn::GetAtt": []any{"Nothing", "Arn"}})},
	{"a Sub of nothing", "template-references", to(function, "Description", map[string]any{"Fn::Sub": "of ${Nothing.Arn}"})},
	{"a DependsOn of nothing", "template-references", in(function, func(_ Template, r *Resource) { r.DependsOn = "Nothing" })},
	{"two that need each other", "template-cycle", in(function, func(t Template, r *Resource) {
		for _, role := range t.all("AWS::IAM::Role") {
			role.DependsOn = r.ID
			t.Resources[role.ID] = role
		}
	})},
	{"a helper of CDK's", "template-helpers", also("Custom::S3BucketNotifications", nil)},
	{"a setting of the whole account", "template-helpers", also("AWS::ApiGateway::Account", nil)},
}

// atTheLimit are changes that are just no mistakes.
var atTheLimit = []mutation{
	{"a timeout of 15 minutes", "lambda-timeout", to(function, "Timeout", 900.0)},
	{"a timeout of 1 s, as a text", "lambda-timeout", to(function, "Timeout", "1")},
	{"a timeout that only CloudFormation knows", "lambda-timeout", to(function, "Timeout", ref("Timeout"))},
	{"128 MiB", "lambda-memory", to(function, "MemorySize", 128.0)},
	{"10 GB", "lambda-memory", to(function, "MemorySize", 10240.0)},
	{"a stream of 15 minutes", "api-timeout", streaming("TimeoutInMillis", 900000.0)},
	{"a whole answer after 29 s", "api-timeout", buffered("TimeoutInMillis", 29000.0)},
	{"a whole answer after 50 ms", "api-timeout", buffered("TimeoutInMillis", 50.0)},
	{"a key of 32 letters", "api-key-length", to(secret, "GenerateSecretString.PasswordLength", 32.0)},
	{"an age of a day", "s3-lifecycle-days", to(bucket, "LifecycleConfiguration.Rules.ExpirationInDays", 1.0)},
	{"failover on all codes that there are", "edge-failover-codes", toDistribution("OriginGroups.Items.FailoverCriteria.StatusCodes.Items",
		[]any{400.0, 403.0, 404.0, 416.0, 500.0, 502.0, 503.0, 504.0})},
	{"a path of 255 letters", "edge-paths", toDistribution("CacheBehaviors.PathPattern", "/"+strings.Repeat("a", 254))},
	{"OPTIONS to a group of origins", "edge-group-verbs", toDistribution("DefaultCacheBehavior.AllowedMethods", []any{"GET", "HEAD", "OPTIONS"})},
	{"a read timeout of 60 s", "edge-read-timeout", toDistribution("Origins.CustomOriginConfig.OriginReadTimeout", 60.0)},
	{"an error not kept at all", "edge-error-ttl", toDistribution("CustomErrorResponses.ErrorCachingMinTTL", 0.0)},
	{"a function of 10,240 bytes", "function-size", to(edgeFunction, "FunctionCode", strings.Repeat("x", 10240))},
	{"a function that compares a header of CloudFront's own", "function-headers", to(edgeFunction, "FunctionCode", "if(r.headers.host==='a'){}")},
	{"three equal times", "cache-ttl", change(cachePolicy, "CachePolicyConfig", func(m map[string]any) bool {
		m["MinTTL"], m["DefaultTTL"], m["MaxTTL"] = 60.0, 60.0, 60.0
		return true
	})},
	{"a batch of 10 without a window", "mapping-window", change(mapping, "", func(m map[string]any) bool {
		m["BatchSize"] = 10.0
		delete(m, "MaximumBatchingWindowInSeconds")
		return true
	})},
	{"a delay of 15 minutes", "queue-delay", to(queue, "DelaySeconds", 900.0)},
	{"messages for two weeks", "queue-retention", to(queue, "MessageRetentionPeriod", 1209600.0)},
	{"a period of 30 s", "alarm-period", watching("Period", "Period", 30.0)},
	{"a look back of a day", "alarm-window", change(alarm, "", func(m map[string]any) bool {
		m["Period"], m["EvaluationPeriods"] = 60.0, 1440.0
		return m["MetricName"] != nil
	})},
	{"p99.9", "alarm-statistic", change(alarm, "Metrics.MetricStat", func(m map[string]any) bool { m["Stat"] = "p99.9"; return true })},
}
