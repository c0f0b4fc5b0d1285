package stacks_test

import (
	"slices"
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
	signing := map[string][]string{"prod": {"PrimroseEdgeKeysKey2026a4D5F5D10"}}
	each(t, func(t *testing.T, stage config.Stage, made template) {
		for kind, ids := range pinned {
			if kind == "AWS::SecretsManager::Secret" {
				ids = slices.Concat(ids, signing[stage.Name])
			}
			same(t, kind, made.of(kind), ids)
		}
	})
}
