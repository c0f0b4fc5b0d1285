package stacks_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"primrose/infra/config"
)

// Whoever changes one of these ids has CloudFormation replace what holds state: images, a domain
// that viewers know, or a key. It is never a matter of taste.
func TestStatefulIDsStay(t *testing.T) {
	pinned := map[string][]string{
		"AWS::S3::Bucket":                {"PrimroseStorageOriginalsFA39B013", "PrimroseStorageVariantsD6D974F1"},
		"AWS::CloudFront::Distribution":  {"PrimroseEdgeDistributionEF8B1AA2"},
		"AWS::CloudFront::KeyValueStore": {"PrimroseEdgeKeysStore6BBAB608"},
		"AWS::ApiGateway::RestApi":       {"PrimroseApiRest7E8533B8"},
		"AWS::SecretsManager::Secret":    {"PrimroseApiSecret118F51137"},
		"AWS::ApiGateway::ApiKey":        {"PrimroseApiKey1C0C10D25"},
		"AWS::Logs::LogGroup":            {"PrimroseProcessorLogs8458AB7E", "PrimrosePurgeLogsF1F16954"},
		"AWS::Lambda::Function":          {"PrimroseProcessorImage55D48251", "PrimrosePurgeFunctionB18479FC"},
		"AWS::Lambda::Alias":             {"PrimroseProcessorLiveC2D580BF"},
		"AWS::SQS::Queue":                {"PrimrosePurgeDeadLetters98C31412", "PrimrosePurgeQueue57F15134"},
	}
	each(t, func(t *testing.T, _ config.Stage, made template) {
		for kind, ids := range pinned {
			same(t, kind, made.of(kind), ids)
		}
	})
}

func TestBucketsArePrivateEncryptedAndTLSOnly(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		policies := map[string]object{}
		for _, id := range made.of("AWS::S3::BucketPolicy") {
			p := made.Resources[id].Properties
			policies[text(p["Bucket"])] = p
		}
		for _, id := range made.of("AWS::S3::Bucket") {
			b := made.Resources[id].Properties
			for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
				if b.get("PublicAccessBlockConfiguration", block) != true {
					t.Errorf("%s: %s is not on", id, block)
				}
			}
			if b.get("BucketEncryption", "ServerSideEncryptionConfiguration") == nil {
				t.Errorf("%s is not encrypted", id)
			}
			if !slices.ContainsFunc(list(policies["${"+id+"}"].get("PolicyDocument", "Statement")), deniesPlainHTTP) {
				t.Errorf("%s may be used without TLS", id)
			}
		}
	})
}

func deniesPlainHTTP(statement any) bool {
	s := object(statement.(map[string]any))
	return s["Effect"] == "Deny" && s["Action"] == "s3:*" && len(list(s["Resource"])) == 2 &&
		s.get("Principal", "AWS") == "*" && s.get("Condition", "Bool", "aws:SecureTransport") == "false"
}

// The originals are the one thing here that cannot be made again.
func TestOriginalsAreVersionedAndOutliveTheStack(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		for _, id := range made.of("AWS::S3::Bucket") {
			if !strings.Contains(id, "Originals") {
				continue
			}
			b := made.Resources[id]
			if b.DeletionPolicy != retained || b.Properties.get("VersioningConfiguration", "Status") != "Enabled" {
				t.Errorf("%s: deletion policy %s, versioning %v", id, b.DeletionPolicy, b.Properties["VersioningConfiguration"])
			}
		}
	})
}

// Each change of an original is told to EventBridge, by the bucket itself and no function of CDK's.
func TestOriginalsTellOfChanges(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		told := made.Resources["PrimroseStorageOriginalsFA39B013"].Properties.get("NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled")
		if told != true {
			t.Errorf("EventBridge is told: %v", told)
		}
	})
}

// All that any principal is allowed, in full: whoever adds a permission adds a line here, and a
// wildcard shows.
func TestPermissions(t *testing.T) {
	want := []string{
		"ImageRole: s3:GetObject on ${PrimroseStorageOriginalsFA39B013.Arn}/*",
		"ImageRole: s3:ListBucket on ${PrimroseStorageOriginalsFA39B013.Arn}",
		"ImageRole: s3:PutObject on ${PrimroseStorageVariantsD6D974F1.Arn}/*",
		"ImageRole: logs:CreateLogStream on ${PrimroseProcessorLogs8458AB7E.Arn}",
		"ImageRole: logs:PutLogEvents on ${PrimroseProcessorLogs8458AB7E.Arn}",
		"ImageRole: xray:PutTraceSegments on *",
		"ImageRole: xray:PutTelemetryRecords on *",

		"PurgeRole: s3:ListBucketVersions on ${PrimroseStorageOriginalsFA39B013.Arn}",
		"PurgeRole: s3:ListBucket on ${PrimroseStorageVariantsD6D974F1.Arn}",
		"PurgeRole: s3:DeleteObject on ${PrimroseStorageVariantsD6D974F1.Arn}/*",
		"PurgeRole: sqs:ReceiveMessage on ${PrimrosePurgeQueue57F15134.Arn}",
		"PurgeRole: sqs:DeleteMessage on ${PrimrosePurgeQueue57F15134.Arn}",
		"PurgeRole: sqs:GetQueueAttributes on ${PrimrosePurgeQueue57F15134.Arn}",
		"PurgeRole: sqs:SendMessage on ${PrimrosePurgeQueue57F15134.Arn}",
		"PurgeRole: cloudfront:CreateInvalidation on arn:aws:cloudfront::${AWS::AccountId}:distribution/${PrimroseEdgeDistributionEF8B1AA2}",
		"PurgeRole: logs:CreateLogStream on ${PrimrosePurgeLogsF1F16954.Arn}",
		"PurgeRole: logs:PutLogEvents on ${PrimrosePurgeLogsF1F16954.Arn}",
		"PurgeRole: xray:PutTraceSegments on *",
		"PurgeRole: xray:PutTelemetryRecords on *",

		"RolloutRole: lambda:GetAlias on ${PrimroseProcessorImage55D48251.Arn}",
		"RolloutRole: lambda:UpdateAlias on ${PrimroseProcessorImage55D48251.Arn}",
		"RolloutRole: lambda:GetProvisionedConcurrencyConfig on ${PrimroseProcessorImage55D48251.Arn}:live",
		"RolloutRole: cloudwatch:DescribeAlarms on *",

		"cloudfront.amazonaws.com: s3:GetObject on ${PrimroseStorageVariantsD6D974F1.Arn}/*",
		"cloudwatch.amazonaws.com: sns:Publish on ${PrimroseMonitorAlarmsTopic8E2F3DA9}",
		"events.amazonaws.com: sqs:SendMessage on ${PrimrosePurgeQueue57F15134.Arn}",
		"codedeploy.amazonaws.com: sts:AssumeRole on RolloutRole",
		"lambda.amazonaws.com: sts:AssumeRole on ImageRole",
		"lambda.amazonaws.com: sts:AssumeRole on PurgeRole",
	}
	each(t, func(t *testing.T, _ config.Stage, made template) {
		var got []string
		for id, r := range made.Resources {
			for _, key := range []string{"PolicyDocument", "AssumeRolePolicyDocument"} {
				got = append(got, allowed(id, r.Properties.get(key, "Statement"))...)
			}
			if r.Properties["ManagedPolicyArns"] != nil || r.Properties["Policies"] != nil || r.Type == "AWS::IAM::ManagedPolicy" {
				t.Errorf("%s has a managed or an inline policy: state its actions in a policy of the role", id)
			}
		}
		same(t, "permissions", got, want)
	})
}

// allowed lists the permissions of a policy's statements.
func allowed(id string, statements any) []string {
	var all []string
	for _, one := range list(statements) {
		s := object(one.(map[string]any))
		if s["Effect"] != "Allow" {
			continue
		}
		who, on := text(s.get("Principal", "Service")), texts(s["Resource"])
		if s["Principal"] == nil {
			who = role(id)
		}
		if on == nil {
			on = []string{role(id)}
		}
		for _, action := range texts(s["Action"]) {
			for _, resource := range on {
				all = append(all, who+": "+action+" on "+resource)
			}
		}
	}
	return all
}

// role is the short name of the role that a policy is of, or that an id is.
func role(id string) string {
	return regexp.MustCompile(`(Image|Purge|Rollout|Stream)Role`).FindString(id)
}

// CloudFront may read variants, and API Gateway may call the function, only on behalf of what is
// ours.
func TestServicesActForOurResourcesOnly(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		for _, id := range made.of("AWS::Lambda::Permission") {
			p := made.Resources[id].Properties
			arn := text(p["SourceArn"])
			if p["Principal"] != "apigateway.amazonaws.com" || !strings.Contains(arn, ":${PrimroseApiRest7E8533B8}/${PrimroseApiRestDeploymentStagelive1DD8E03C}/") {
				t.Errorf("%s lets in %v of %s", id, p["Principal"], arn)
			}
			if text(p["FunctionName"]) != "${PrimroseProcessorLiveC2D580BF}" {
				t.Errorf("%s is for %s, want the alias", id, text(p["FunctionName"]))
			}
		}
		var conditions []string
		for _, id := range made.of("AWS::S3::BucketPolicy") {
			for _, one := range list(made.Resources[id].Properties.get("PolicyDocument", "Statement")) {
				s := object(one.(map[string]any))
				if s["Effect"] == "Allow" {
					conditions = append(conditions, text(s.get("Condition", "StringEquals", "AWS:SourceArn")))
				}
			}
		}
		same(t, "allowed to read by bucket policy", conditions,
			[]string{"arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${PrimroseEdgeDistributionEF8B1AA2}"})
	})
}

// A role is assumed on behalf of this account's resources only, and the queue written to on behalf of
// the one rule.
func TestServicesCannotBeConfused(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		for _, id := range made.of("AWS::IAM::Role") {
			for _, one := range list(made.Resources[id].Properties.get("AssumeRolePolicyDocument", "Statement")) {
				s := object(one.(map[string]any))
				if got := text(s.get("Condition", "StringEquals", "aws:SourceAccount")); got != "${AWS::AccountId}" {
					t.Errorf("%s may be assumed on behalf of %s", id, got)
				}
			}
		}
		for _, one := range list(made.one("AWS::SQS::QueuePolicy", "PurgeQueue").get("PolicyDocument", "Statement")) {
			s := object(one.(map[string]any))
			if s["Effect"] == "Deny" {
				continue
			}
			if account, rule := text(s.get("Condition", "StringEquals", "aws:SourceAccount")), text(s.get("Condition", "ArnEquals", "aws:SourceArn")); account != "${AWS::AccountId}" || rule != "${PrimrosePurgeChangesD985C6AF.Arn}" {
				t.Errorf("the queue takes messages of %s in account %s", rule, account)
			}
		}
	})
}

// The key exists as a reference, in the two places that compare it, and nowhere else; an output
// would print it.
func TestTheKeyIsWhereItIsCompared(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		same(t, "references to secrets", references(made), []string{
			"PrimroseApiKey1C0C10D25.Value.Fn::Join",
			"PrimroseEdgeDistributionEF8B1AA2.DistributionConfig.Origins.OriginCustomHeaders.HeaderValue.Fn::Join",
		})
	})
}

// references are the places of all that CloudFormation replaces by a secret.
func references(made template) []string {
	var places []string
	find := func(path, s string) {
		if strings.Contains(s, "resolve:") {
			places = append(places, path)
		}
	}
	for id, r := range made.Resources {
		walk(id, map[string]any(r.Properties), find)
	}
	walk("Outputs", made.Outputs, find)
	return places
}

// CDK likes to add functions of its own, with roles of their own; and a setting of the whole
// account.
func TestNothingIsSlippedIn(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		for id, r := range made.Resources {
			if strings.HasPrefix(r.Type, "Custom::") || strings.HasPrefix(r.Type, "AWS::CloudFormation::") || r.Type == "AWS::ApiGateway::Account" {
				t.Errorf("%s is a %s", id, r.Type)
			}
		}
		same(t, "functions", made.of("AWS::Lambda::Function"), []string{"PrimroseProcessorImage55D48251", "PrimrosePurgeFunctionB18479FC"})
		var roles []string
		for _, id := range made.of("AWS::IAM::Role") {
			roles = append(roles, role(id))
		}
		same(t, "roles", roles, []string{"ImageRole", "PurgeRole", "RolloutRole"})
	})
}

// CloudFormation makes resources in the order of their references, and refuses a circle only once it
// deploys.
func TestNothingWaitsForItself(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		done := map[string]bool{}
		var follow func(path []string, id string)
		follow = func(path []string, id string) {
			if slices.Contains(path, id) {
				t.Fatalf("a circle: %s", strings.Join(append(path, id), " needs "))
			}
			if !done[id] {
				for _, needed := range made.needs(id) {
					follow(append(path, id), needed)
				}
				done[id] = true
			}
		}
		for id := range made.Resources {
			follow(nil, id)
		}
	})
}

// needs are the resources that one refers to, as a property, when it is updated, or by waiting.
func (t template) needs(id string) []string {
	r := t.Resources[id]
	needed := slices.Clone(r.DependsOn)
	find := func(path, s string) {
		attribute := strings.Contains(path, "Fn::GetAtt") || strings.HasSuffix(path, ".Ref")
		if _, ok := t.Resources[s]; ok && attribute && s != id {
			needed = append(needed, s)
		}
	}
	walk(id, map[string]any(r.Properties), find)
	walk(id, map[string]any(r.UpdatePolicy), find)
	return needed
}
