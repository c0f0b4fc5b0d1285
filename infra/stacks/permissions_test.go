package stacks_test

import (
	"regexp"
	"strings"
	"testing"

	"primrose/infra/config"
)

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
		"events.amazonaws.com: sqs:SendMessage on ${PrimrosePurgeDeadLetters98C31412.Arn}",
		"events.amazonaws.com: sqs:SendMessage on ${PrimrosePurgeQueue57F15134.Arn}",
		"codedeploy.amazonaws.com: sts:AssumeRole on RolloutRole",
		"lambda.amazonaws.com: sts:AssumeRole on ImageRole",
		"lambda.amazonaws.com: sts:AssumeRole on PurgeRole",
	}
	each(t, func(t *testing.T, _ config.Stage, made template) {
		var got []string
		for id, r := range made.Resources {
			for _, key := range []string{"PolicyDocument", "AssumeRolePolicyDocument"} {
				got = append(got, allowed(id, r.Properties.objects(key, "Statement"))...)
			}
			if r.Properties["ManagedPolicyArns"] != nil || r.Properties["Policies"] != nil || r.Type == "AWS::IAM::ManagedPolicy" {
				t.Errorf("%s has a managed or an inline policy: state its actions in a policy of the role", id)
			}
		}
		same(t, "permissions", got, want)
	})
}

// allowed lists the permissions of a policy's statements.
func allowed(id string, statements []object) []string {
	var all []string
	for _, s := range statements {
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
			for _, s := range made.Resources[id].Properties.objects("PolicyDocument", "Statement") {
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
			for _, s := range made.Resources[id].Properties.objects("AssumeRolePolicyDocument", "Statement") {
				if got := text(s.get("Condition", "StringEquals", "aws:SourceAccount")); got != "${AWS::AccountId}" {
					t.Errorf("%s may be assumed on behalf of %s", id, got)
				}
			}
		}
		for _, s := range made.one("AWS::SQS::QueuePolicy", "PurgeQueue").objects("PolicyDocument", "Statement") {
			if s["Effect"] == "Deny" {
				continue
			}
			if account, rule := text(s.get("Condition", "StringEquals", "aws:SourceAccount")), text(s.get("Condition", "ArnEquals", "aws:SourceArn")); account != "${AWS::AccountId}" || rule != "${PrimrosePurgeChangesD985C6AF.Arn}" {
				t.Errorf("the queue takes messages of %s in account %s", rule, account)
			}
		}
	})
}
