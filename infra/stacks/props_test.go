package stacks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"

	"primrose/infra/config"
	"primrose/infra/service"
)

// Another app's bucket is as good as ours, even one that is made in the same stack.
func TestAnotherAppsBucket(t *testing.T) {
	dir := t.TempDir()
	app := newApp(dir)
	stack := awscdk.NewStack(app, new("Shop"), nil)
	p := props()
	p.OriginalsBucket = awss3.NewBucket(stack, new("Photos"), nil)
	service.New(stack, "Images", p)
	app.Synth(nil)
	made := templateIn(dir, "Shop")
	buckets := made.of("AWS::S3::Bucket")
	if len(buckets) != 2 || !strings.HasPrefix(buckets[1], "Photos") {
		t.Fatalf("buckets: %q, want the variants' and the app's own", buckets)
	}
	for _, id := range made.of("AWS::Lambda::Function") {
		if got := text(made.Resources[id].Properties.get("Environment", "Variables", "PRIMROSE_ORIGINALS")); got != "${"+buckets[1]+"}" {
			t.Errorf("%s reads %s, want the app's bucket", id, got)
		}
	}
}

func TestPropsThatCannotBeMeant(t *testing.T) {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, new("Shop"), nil)
	p := props()
	p.Domains = []string{"images.example.com"}
	p.Image.Memory = 1
	p.Originals = config.Originals{Bucket: "photos"}
	p.OriginalsBucket = awss3.NewBucket(stack, new("Photos"), nil)
	defer func() {
		said := fmt.Sprint(recover())
		for _, want := range []string{"Domains and Certificate", "OriginalsBucket", "Image.Memory"} {
			if !strings.Contains(said, want) {
				t.Errorf("New said %q, want it to name %s", said, want)
			}
		}
	}()
	service.New(stack, "Images", p)
}

func props() service.Props {
	return service.Props{
		Service:   config.Default(),
		ImageCode: stub,
		PurgeCode: stub,
		EdgeCode:  "function handler(event){return event.request}",
	}
}
