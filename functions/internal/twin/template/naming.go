package template

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// naming says what a type's resources are called. The texts are patterns:
// {stack}, {region}, {account} and {id} are what they say, {ref} the physical
// id, {name} the given or generated name, {lower:10} and the like random
// characters, the same wherever they stand in a naming, {uuid} a random id, and
// {Property} a property's value.
type naming struct {
	name       string // the property that gives the name, if it is there
	max        int    // length of a generated name, 64 by default
	ref        string // {name} by default
	arn        string
	attributes map[string]string
}

// What the types' own pages in the template reference say that Ref and
// Fn::GetAtt return, under "Return values".
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
var namings = map[string]naming{
	"AWS::ApiGateway::ApiKey":     {ref: "{lower:10}", attributes: attributes{"APIKeyId": "{ref}"}},
	"AWS::ApiGateway::Deployment": {ref: "{lower:6}", attributes: attributes{"DeploymentId": "{ref}"}},
	"AWS::ApiGateway::Resource":   {ref: "{lower:6}", attributes: attributes{"ResourceId": "{ref}"}},
	"AWS::ApiGateway::RestApi":    {ref: "{lower:10}", attributes: attributes{"RestApiId": "{ref}", "RootResourceId": "{lower:9}0"}},
	"AWS::ApiGateway::Stage":      {ref: "{StageName}"},
	"AWS::ApiGateway::UsagePlan":  {ref: "{lower:6}", attributes: attributes{"Id": "{ref}"}},

	"AWS::CertificateManager::Certificate": {ref: "{arn}", arn: "arn:aws:acm:{region}:{account}:certificate/{uuid}"},

	"AWS::CloudFront::CachePolicy": {ref: "{uuid}", attributes: attributes{"Id": "{ref}"}},
	"AWS::CloudFront::Distribution": {ref: "E{upper:13}", arn: "arn:aws:cloudfront::{account}:distribution/{ref}",
		attributes: attributes{"Id": "{ref}", "DomainName": "d{lower:13}.cloudfront.net"}},
	"AWS::CloudFront::Function": {name: "Name", ref: "{arn}", arn: "arn:aws:cloudfront::{account}:function/{name}",
		attributes: attributes{"FunctionARN": "{arn}"}},
	"AWS::CloudFront::KeyValueStore": {ref: "{Name}", arn: "arn:aws:cloudfront::{account}:key-value-store/{uuid}",
		attributes: attributes{"Arn": "{arn}", "Id": "{uuid}"}},
	"AWS::CloudFront::OriginAccessControl":   {ref: "E{upper:13}", attributes: attributes{"Id": "{ref}"}},
	"AWS::CloudFront::OriginRequestPolicy":   {ref: "{uuid}", attributes: attributes{"Id": "{ref}"}},
	"AWS::CloudFront::ResponseHeadersPolicy": {ref: "{uuid}", attributes: attributes{"Id": "{ref}"}},

	"AWS::CloudWatch::Alarm": {name: "AlarmName", max: 255, arn: "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
		attributes: attributes{"Arn": "{arn}"}},
	"AWS::CodeDeploy::Application":     {name: "ApplicationName", max: 100},
	"AWS::CodeDeploy::DeploymentGroup": {name: "DeploymentGroupName", max: 100},
	"AWS::Events::Rule": {name: "Name", arn: "arn:aws:events:{region}:{account}:rule/{name}",
		attributes: attributes{"Arn": "{arn}"}},
	"AWS::EventSchemas::Registry": {ref: "{arn}", arn: "arn:aws:schemas:{region}:{account}:registry/{RegistryName}",
		attributes: attributes{"RegistryArn": "{arn}", "RegistryName": "{RegistryName}"}},
	"AWS::IAM::Role": {name: "RoleName", arn: "arn:aws:iam::{account}:role/{name}",
		attributes: attributes{"Arn": "{arn}", "RoleId": "AROA{upper:17}"}},
	"AWS::KinesisFirehose::DeliveryStream": {name: "DeliveryStreamName", arn: "arn:aws:firehose:{region}:{account}:deliverystream/{name}",
		attributes: attributes{"Arn": "{arn}"}},

	"AWS::Lambda::Alias": {ref: "{arn}", arn: "arn:aws:lambda:{region}:{account}:function:{FunctionName}:{Name}",
		attributes: attributes{"AliasArn": "{arn}"}},
	"AWS::Lambda::EventSourceMapping": {ref: "{uuid}", attributes: attributes{"Id": "{ref}"}},
	"AWS::Lambda::Function": {name: "FunctionName", arn: "arn:aws:lambda:{region}:{account}:function:{name}",
		attributes: attributes{"Arn": "{arn}"}},
	"AWS::Lambda::Version": {ref: "{arn}", arn: "arn:aws:lambda:{region}:{account}:function:{FunctionName}:1", // a new function's first
		attributes: attributes{"FunctionArn": "{arn}", "Version": "1"}},

	"AWS::Logs::DeliveryDestination": {ref: "{Name}", arn: "arn:aws:logs:{region}:{account}:delivery-destination:{Name}",
		attributes: attributes{"Arn": "{arn}"}},
	"AWS::Logs::DeliverySource": {ref: "{Name}", arn: "arn:aws:logs:{region}:{account}:delivery-source:{Name}",
		attributes: attributes{"Arn": "{arn}"}},
	"AWS::Logs::LogGroup": {name: "LogGroupName", max: 512, arn: "arn:aws:logs:{region}:{account}:log-group:{name}:*",
		attributes: attributes{"Arn": "{arn}"}},

	"AWS::S3::Bucket": {name: "BucketName", max: 63, arn: "arn:aws:s3:::{name}", attributes: attributes{
		"Arn": "{arn}", "DomainName": "{name}.s3.amazonaws.com", "RegionalDomainName": "{name}.s3.{region}.amazonaws.com"}},
	"AWS::SecretsManager::Secret": {name: "Name", ref: "{arn}", arn: "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{mixed:6}",
		attributes: attributes{"Id": "{arn}"}},
	"AWS::SNS::Topic": {name: "TopicName", max: 256, ref: "{arn}", arn: "arn:aws:sns:{region}:{account}:{name}",
		attributes: attributes{"TopicArn": "{arn}", "TopicName": "{name}"}},
	"AWS::SQS::Queue": {name: "QueueName", max: 80, ref: "https://sqs.{region}.amazonaws.com/{account}/{name}", arn: "arn:aws:sqs:{region}:{account}:{name}",
		attributes: attributes{"Arn": "{arn}", "QueueName": "{name}", "QueueUrl": "{ref}"}},
	"AWS::WAFv2::WebACL": {name: "Name", ref: "{name}|{uuid}|{Scope}", arn: "arn:aws:wafv2:{region}:{account}:global/webacl/{name}/{uuid}",
		attributes: attributes{"Arn": "{arn}", "Id": "{uuid}"}},
}

type attributes = map[string]string

// identify gives a resource its physical id, ARN and attributes. One of a type
// that isn't known here gets none; whoever refers to it learns so.
func (r *resolver) identify(id string) error {
	if _, done := r.stack.resources[id]; done {
		return nil
	}
	written := r.doc.Resources[id]
	if written.Type == "" {
		return errors.New("has no Type")
	}
	found := &Resource{ID: id, Type: written.Type, Attributes: map[string]string{}}
	r.stack.resources[id] = found // or a name that needs itself would have no end
	known, ok := namings[written.Type]
	if !ok {
		return nil
	}
	user := r.user
	defer func() { r.user = user }()
	r.user = id

	words, err := r.words(id, known)
	if err != nil {
		return err
	}
	fill := func(pattern string) string {
		text, fault := r.pattern(pattern, written, words)
		err = errors.Join(err, fault)
		return text
	}
	ref := strings.ReplaceAll(cmp.Or(known.ref, "{name}"), "{arn}", known.arn) // either may hold the other
	words["ref"] = fill(ref)
	words["arn"] = fill(strings.ReplaceAll(known.arn, "{ref}", ref))
	found.Ref, found.ARN = words["ref"], words["arn"]
	for attribute, pattern := range known.attributes {
		found.Attributes[attribute] = fill(pattern)
	}
	return err
}

// words are what the patterns of a resource's naming mean, but for properties.
func (r *resolver) words(id string, known naming) (map[string]string, error) {
	s := r.stack
	words := map[string]string{"stack": s.Name, "region": s.Region, "account": s.Account, "id": id, "uuid": uuid(s.seed, id)}
	words["name"] = generatedName(s, id, known.max)
	if r.doc.Resources[id].Type == "AWS::S3::Bucket" {
		words["name"] = strings.ToLower(words["name"])
	}
	if given, ok := r.doc.Resources[id].Properties[known.name]; ok {
		name, err := r.text(given)
		if err != nil {
			return nil, at(known.name, err)
		}
		words["name"] = name
	}
	return words, nil
}

// generatedName is the stack's name, the logical id and twelve random
// characters. Where that is longer than the limit, the first two are cut.
func generatedName(s *Stack, id string, limit int) string {
	const suffix = 12
	if limit == 0 {
		limit = 64
	}
	tail := random(suffix, letters["mixed"], s.seed, id, "name")
	stack := s.Name
	if spare := limit - suffix - len("--"); len(stack)+len(id) > spare {
		stack, id = stack[:min(len(stack), spare/2)], id[:min(len(id), spare/2)]
	}
	return stack + "-" + id + "-" + tail
}

var word = regexp.MustCompile(`\{([A-Za-z]+)(?::(\d+))?\}`)

func (r *resolver) pattern(pattern string, written resource, words map[string]string) (string, error) {
	var errs []error
	text := word.ReplaceAllStringFunc(pattern, func(found string) string {
		parts := word.FindStringSubmatch(found)
		if alphabet, ok := letters[parts[1]]; ok {
			var length int
			fmt.Sscan(parts[2], &length)
			return random(length, alphabet, r.stack.seed, words["id"], found)
		}
		if value, ok := words[parts[1]]; ok {
			return value
		}
		value, err := r.text(written.Properties[parts[1]])
		if err != nil {
			errs = append(errs, at(parts[1], err))
		}
		return value
	})
	return text, errors.Join(errs...)
}

var letters = map[string]string{
	"lower": "0123456789abcdefghijklmnopqrstuvwxyz",
	"upper": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"mixed": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
}

// source gives the same random numbers for the same seed.
func source(seed ...string) *rand.Rand {
	return rand.New(rand.NewChaCha8(sha256.Sum256([]byte(strings.Join(seed, "\x00")))))
}

func random(length int, alphabet string, seed ...string) string {
	from := source(seed...)
	text := make([]byte, length)
	for i := range text {
		text[i] = alphabet[from.IntN(len(alphabet))]
	}
	return string(text)
}

func uuid(seed ...string) string {
	hex := random(32, "0123456789abcdef", append(seed, "uuid")...)
	return hex[:8] + "-" + hex[8:12] + "-4" + hex[13:16] + "-a" + hex[17:20] + "-" + hex[20:]
}
