package mistake

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"primrose/functions/internal/twin"
	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/suite"
	"primrose/functions/internal/twin/template"
)

var swept = flag.String("sweep", "", "take whatever is called like this `pattern` out of the template, one thing after the other; . is all of it, and an hour")

// unmissed is what can be taken out while all promises are kept, and why.
var unmissed = []struct{ what, why string }{
	{`^(CloudWatch::Dashboard|CodeDeploy|SNS|Logs::QueryDefinition|CloudFront::MonitoringSubscription)`, "see package twin: outside"},
	{`^CloudWatch::Alarm \S+ Properties\.`, "see package control: what is made of the numbers"},
	{`(Comment|Description|Name|Tags|Id|TracingEnabled|TracingConfig|AccessLogSetting|DataTraceEnabled|MetricsEnabled|PriceClass|IPV6Enabled|HttpVersion|` +
		`SqsManagedSseEnabled|RetentionInDays|FilterPattern|MetricValue|DefaultValue|Unit)$`, "of no bearing, as the packages say of each that read them"},
	{`(DeletionPolicy|UpdateReplacePolicy|UpdatePolicy)$`, "a twin's stack is made once, and never updated or deleted"},
	{`^(CloudFront|Lambda)::\S+ \S+ DependsOn`, "all that is there is there before the first request"},
	{`^ApiGateway::Deployment \S+ DependsOn\.\d+$`, "of methods it is a mistake of the table; refusals are as the next says"},
	{`^ApiGateway::GatewayResponse \S+(THROTTLED|QUOTA|TIMEOUT|EXPIRED|DENIED|SIGNATURE|DEFAULT)`, "nobody here asks a hundred times a second, waits for a minute, or is known and may not ask"},
	{`(MethodSettings|BatchSize|ScalingConfig)$`, "nobody here asks so often, and few originals change at once"},
	{`CustomErrorResponses\.\d+(\.ErrorCachingMinTTL)?$`, "CloudFront keeps errors for ten seconds by itself, and of a 404 it is a mistake of the table"},
	{`(ConnectionAttempts|ConnectionTimeout|OriginReadTimeout|TimeoutInMillis)$`, "nothing here takes half a minute, which is what goes without"},
	{`(AllowedMethods|Compress|EnableAcceptEncoding(Brotli|Gzip)|OriginAccessIdentity|Throttle|EventBridgeEnabled|OwnershipControls|BucketEncryption|` +
		`PublicAccessBlockConfiguration|PasswordLength|PurgeQueue\w+ Properties\.MessageRetentionPeriod)$`, "AWS does the same by itself"},
	{`PRIMROSE_(DEADLINE|DECODERS|FALLBACK|JAIL|PLAYGROUND|SETTLE|MAX_\w+)$`, "the function does the same by itself, or nearly"},
	{`PRIMROSE_JOBS$`, "that no worker makes two images is shown to nobody who asks for one"},
	{`ExcludePunctuation$`, "a key may have it, as far as documents say"},
	{`OriginRequestPolicyId$`, "the function compares the header that it forwards with the path, and goes by the path"},
	{`HeadersPolicyConfig\.\S+\.Override$`, "the origins say the same, or nothing"},
	{`^IAM::(Role|Policy) PrimroseRollout`, "CodeDeploy's"},
	{`^IAM::Role \S+ Properties\.AssumeRolePolicyDocument\.Statement\.0\.Condition$`, "no other account asks"},
	{`^IAM::Policy \S+ Properties\.PolicyDocument\.Statement\.[46](\.Action\.\d)?$`, "traces are for X-Ray"},
	{`^S3::BucketPolicy \S+Originals\S+ Properties\.PolicyDocument$|Policy\w+ Properties\.PolicyDocument\.Statement\.0$`, "clients here come with TLS"},
	{`^SQS::QueuePolicy \S*DeadLetters|Targets\.0\.DeadLetterConfig$`, "a rule fails to deliver for want of a right only, which is a mistake of the table"},
	{`^SQS::QueuePolicy \S+ Properties\.PolicyDocument\.Statement\.1\.Condition\.\w+$`, "either of its conditions does"},
	{`EventPattern\.detail\.\$or(\.\d)?$`, "it is about what a lifecycle deletes, of which the twin tells nobody"},
	{`^Logs::LogGroup \S+ Properties$`, "it is how long lines are kept"},
	{`ExpiredObjectDeleteMarker$`, "nobody sees what is left of an original that was deleted"},
	{`EventPattern\.source$`, "nobody but S3 tells of these buckets"},
}

// Whatever is taken out of the template is refused, or missed by a request, or it is known why not.
func TestWhateverIsTakenOutIsMissed(t *testing.T) {
	if *swept == "" {
		t.Skip("only with -sweep, since all of it takes an hour")
	}
	text, err := os.ReadFile(filepath.Join(assembly, stack+".template.json"))
	if err != nil {
		t.Fatalf("%v: run `make twin`", err)
	}
	var whole struct{ Resources map[string]map[string]any }
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	wanted := regexp.MustCompile(*swept)
	for id, resource := range whole.Resources {
		s := sweep{text, strings.TrimPrefix(resource["Type"].(string), "AWS::"), id}
		if !wanted.MatchString(s.kind + " " + id) {
			continue
		}
		delete(resource, "Type")
		delete(resource, "Metadata")
		t.Run(s.kind+" "+id, func(t *testing.T) {
			t.Parallel()
			s.below(t, resource, nil)
		})
	}
}

// sweep is of one resource.
type sweep struct {
	text     []byte
	kind, id string
}

// below takes out each thing that a value holds. What an intrinsic function is given belongs to it.
func (s sweep) below(t *testing.T, value any, path []string) {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if name != "Ref" && !strings.HasPrefix(name, "Fn::") {
				s.out(t, value[name], append(slices.Clone(path), name))
			}
		}
	case []any:
		for i, item := range value {
			s.out(t, item, append(slices.Clone(path), strconv.Itoa(i)))
		}
	}
}

// out takes out what is at a path, and then what is in it, unless nobody missed it as a whole.
func (s sweep) out(t *testing.T, value any, path []string) {
	name := fmt.Sprintf("%s %s %s", s.kind, s.id, strings.Join(path, "."))
	for _, u := range unmissed {
		if regexp.MustCompile(u.what).MatchString(name) {
			return
		}
	}
	less, err := edit(s.text, func(d *document) { cut(d.resources[s.id], path) })
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if by := missed(t.Context(), less, s.kind); by != "" {
		t.Logf("%s: %s", name, by)
		s.below(t, value, path)
		return
	}
	t.Errorf("%s: nobody misses it: add a request that does, or to unmissed why there is none", name)
}

// cut is a value without what is at a path.
func cut(value any, path []string) any {
	step, rest := path[0], path[1:]
	switch value := value.(type) {
	case map[string]any:
		if len(rest) == 0 {
			delete(value, step)
		} else {
			value[step] = cut(value[step], rest)
		}
		return value
	case []any:
		i, _ := strconv.Atoi(step) // it was made of a number
		if len(rest) == 0 {
			return slices.Delete(value, i, i+1)
		}
		value[i] = cut(value[i], rest)
		return value
	}
	panic(step + " is not there")
}

// late are asked last, since they take seconds.
var late = []string{"a browser shows pictures of the service on any site", "what is stored too late goes as well", heavy}

// missed is by whom: the twin, which refuses the template, or a request. Of alarms, only theirs are asked.
func missed(ctx context.Context, text []byte, kind string) (by string) {
	parsed, err := template.Parse(text, assembly, stack)
	if err != nil {
		return err.Error()
	}
	n, err := network.Listen("127.0.0.1:0")
	if err != nil {
		return err.Error()
	}
	defer n.Close()
	running, err := twin.New(parsed, n)
	if err != nil {
		return err.Error()
	}
	defer running.Close()
	asked, err := suite.New(ctx, running)
	if err != nil {
		return err.Error()
	}
	requests := asked.Requests()
	slices.SortStableFunc(requests, func(a, b suite.Request) int { return slices.Index(late, a.Name) - slices.Index(late, b.Name) })
	for _, r := range requests {
		if kind == "CloudWatch::Alarm" && !strings.Contains(r.Name, "alarm") {
			continue
		}
		if failure := asked.Ask(ctx, r).Failure; failure != nil {
			return r.Name
		}
	}
	return ""
}
