package service

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// processor makes variants of originals. All callers go through the alias, so that a version can be
// brought back.
type processor struct {
	function awslambda.Function
	live     awslambda.Alias
	logs     awslogs.LogGroup
}

func newProcessor(scope constructs.Construct, p Props, s storage) processor {
	c := constructs.NewConstruct(scope, new("Processor"))
	logs := newLogs(c, "Logs", p.Image.LogRetention)
	function := newFunction(c, "Image", newImageRole(c, s), logs, awslambda.FunctionProps{
		Description:  new("Primrose: makes variants of originals, and answers the operations."),
		Architecture: architecture(p.Image.Architecture),
		Code:         p.ImageCode(),
		Environment:  imageEnvironment(scope, p.Service, s),
		MemorySize:   new(float64(p.Image.Memory)),
		Timeout:      seconds(p.Image.Timeout()),

		ReservedConcurrentExecutions: positive(p.Image.Reserved),
		CurrentVersionOptions:        &awslambda.VersionOptions{RemovalPolicy: retained}, // to roll back to
	})
	live := awslambda.NewAlias(c, new("Live"), &awslambda.AliasProps{
		AliasName:                       new("live"),
		Version:                         function.CurrentVersion(),
		ProvisionedConcurrentExecutions: positive(p.Image.Provisioned),
	})
	return processor{function, live, logs}
}

// imageEnvironment is what the function is told. The names are its own constants; a test compares.
func imageEnvironment(scope constructs.Construct, cfg config.Service, s storage) *map[string]*string {
	decoders := make([]string, len(cfg.Limits.Decoders))
	for i, d := range cfg.Limits.Decoders {
		decoders[i] = string(d)
	}
	return &map[string]*string{
		"PRIMROSE_SERVICE":    serviceName(scope),
		"PRIMROSE_ORIGINALS":  s.originals.BucketName(),
		"PRIMROSE_VARIANTS":   s.variants.BucketName(),
		"PRIMROSE_FALLBACK":   new(cfg.Originals.Fallback),
		"PRIMROSE_PLAYGROUND": playgroundFor(cfg.Edge),

		"PRIMROSE_MAX_BYTES":          new(strconv.FormatInt(cfg.Limits.Bytes, 10)),
		"PRIMROSE_MAX_PIXELS":         new(strconv.FormatInt(cfg.Limits.Pixels, 10)),
		"PRIMROSE_MAX_FRAMES":         new(strconv.Itoa(cfg.Limits.Frames)),
		"PRIMROSE_MAX_TOTAL_PIXELS":   new(strconv.FormatInt(cfg.Limits.TotalPixels, 10)),
		"PRIMROSE_MAX_SIDE":           new(strconv.Itoa(cfg.Limits.Side)),
		"PRIMROSE_MAX_VARIANT_SIDE":   new(strconv.Itoa(cfg.Limits.VariantSide)),
		"PRIMROSE_MAX_VARIANT_PIXELS": new(strconv.FormatInt(cfg.Limits.VariantPixels, 10)),
		"PRIMROSE_MAX_VARIANT_BYTES":  new(strconv.FormatInt(cfg.Limits.VariantBytes, 10)),
		"PRIMROSE_MAX_MEMORY":         new(strconv.Itoa(cfg.WorkerMemory())),

		"PRIMROSE_DECODERS": new(strings.Join(decoders, ",")),
		"PRIMROSE_DEADLINE": new(strconv.Itoa(int(cfg.Image.Deadline / time.Second))),
		"PRIMROSE_JOBS":     new(strconv.Itoa(cfg.Image.Jobs)),
		"PRIMROSE_JAIL":     new(string(cfg.Image.Jail)),
	}
}

// newImageRole may read originals and write variants.
func newImageRole(scope constructs.Construct, s storage) awsiam.Role {
	role := newRole(scope, "ImageRole", "lambda.amazonaws.com", "Primrose's image function: reads originals, writes variants, logs.")
	allow(role, *s.originals.BucketArn()+"/*", "s3:GetObject")
	allow(role, *s.originals.BucketArn(), "s3:ListBucket") // without it, an original that may not be read looks like one that is missing
	allow(role, *s.variants.BucketArn()+"/*", "s3:PutObject")
	acceptOf(role, "Originals and variants have any key within the one bucket that is named.", anyKey)
	return role
}
