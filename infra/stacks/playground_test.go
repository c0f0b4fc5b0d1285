package stacks_test

import (
	"fmt"
	"regexp"
	"testing"

	"primrose/infra/config"
	"primrose/infra/service"
)

// The page is asked for as images are, so that the same function verifies the same signatures; but
// from the API alone, and as a document that says itself what it may do.
func TestThePlaygroundIsServedAsImagesAre(t *testing.T) {
	made := home(t, full())
	d := distribution(made)
	behaviors := d.objects("CacheBehaviors")
	if len(behaviors) != 1 || behaviors[0]["PathPattern"] != service.PlaygroundPath {
		t.Fatalf("behaviours besides the default one: %v", behaviors)
	}
	page, images := behaviors[0], d.object("DefaultCacheBehavior")
	for _, name := range []string{"FunctionAssociations", "CachePolicyId", "OriginRequestPolicyId", "AllowedMethods", "ViewerProtocolPolicy"} {
		if got, want := fmt.Sprint(page[name]), fmt.Sprint(images[name]); got != want {
			t.Errorf("%s of the page is %s, of images %s", name, got, want)
		}
	}
	if asked := originOf(d, page); asked["S3OriginConfig"] != nil || asked["CustomOriginConfig"] == nil {
		t.Errorf("the page is asked of %v, want the API", asked)
	}
	if n := len(d.objects("Origins")); n != 2 {
		t.Errorf("%d origins, want the bucket and one API", n)
	}
	policy := made.one("AWS::CloudFront::ResponseHeadersPolicy", "PlaygroundHeaders").object("ResponseHeadersPolicyConfig")
	security := policy.object("SecurityHeadersConfig")
	if security["ContentSecurityPolicy"] != nil || fmt.Sprint(security["ContentTypeOptions"]) != "map[Override:true]" {
		t.Errorf("of the page, the edge says %v", security)
	}
	if got, want := text(made.Outputs.get("Playground", "Value")), "https://images.example.com/playground.html"; got != want {
		t.Errorf("people are told of %s, want %s", got, want)
	}
}

func originOf(distribution, behavior object) object {
	for _, o := range distribution.objects("Origins") {
		if text(o["Id"]) == text(behavior["TargetOriginId"]) {
			return o
		}
	}
	return nil
}

// A page is served to nobody who has not asked for it.
func TestThePlaygroundIsOffByDefault(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		if got := distribution(made)["CacheBehaviors"]; got != nil {
			t.Errorf("there are %v", got)
		}
		if got := playgroundOf(made); got != "" {
			t.Errorf("the image function is told of a page: %q", got)
		}
	})
}

// The two modules share no code: they agree because this compares them.
func TestTheFunctionKnowsThePlayground(t *testing.T) {
	source := read(t, "functions/internal/playground/deployed.go")
	if path := regexp.MustCompile(`Path = "(/.*)/-/original"`).FindStringSubmatch(source); path == nil || path[1] != service.PlaygroundPath {
		t.Errorf("the function serves %q, the edge asks for %s", path, service.PlaygroundPath)
	}
	for want, stage := range map[string]config.Stage{"signed": full(), "open": certified()} {
		got := playgroundOf(home(t, stage))
		if got != want || !regexp.MustCompile(`"`+want+`"`).MatchString(read(t, "functions/image/environment.go")) {
			t.Errorf("the function is told %q, want %q, which it reads", got, want)
		}
	}
}

func playgroundOf(made template) string {
	return text(made.one("AWS::Lambda::Function", "ProcessorImage").get("Environment", "Variables", "PRIMROSE_PLAYGROUND"))
}
