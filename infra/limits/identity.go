package limits

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Permissions and secrets: rules about the whole template, because policies are in many types of
// resources.
var (
	identity = about("", "IAM/latest/UserGuide/best-practices.html",
		rule{name: "iam-action", check: actionsAreNamed},
		rule{name: "iam-resource", check: resourcesAreNamed},
		rule{name: "iam-principal", check: principalsAreNamed},
		rule{name: "iam-deputy", check: servicesActForUs},
		rule{name: "iam-managed", check: noManagedPolicy},
		rule{name: "iam-statement", check: statementsAreWhole},
		rule{name: "iam-size", check: policiesFit},
	)
	secrets = about("", "secretsmanager/latest/userguide/cfn-example_reference-secret.html",
		rule{name: "secret-reference", check: secretsAreCompared},
		rule{name: "secret-literal", check: secretsAreGenerated},
	)
)

// A statement is one of a policy, with the resource that holds it.
type statement struct {
	on   Resource
	key  string // of the resource, such as PolicyDocument
	body map[string]any
}

func (s statement) allows() bool { return s.body["Effect"] == "Allow" }

// ofRole says whether it is about what a role may do, and not about who may do something.
func (s statement) ofRole() bool {
	return s.on.Type == "AWS::IAM::Policy" || s.on.Type == "AWS::IAM::Role" && s.key == "Policies.PolicyDocument"
}

var policyKeys = []string{"PolicyDocument", "AssumeRolePolicyDocument", "Policies.PolicyDocument", "KeyPolicy", "ResourcePolicy"}

func (t Template) statements() (all []statement) {
	for _, r := range t.sorted() {
		for _, key := range policyKeys {
			for _, body := range objects(r.Properties, key+".Statement") {
				all = append(all, statement{r, key, body})
			}
		}
	}
	return all
}

// lets says whether a policy of a type, whose property lists what it is for, lets a service do
// something there.
func (t Template) lets(service, action, policies, property, id string) bool {
	for _, policy := range t.all(policies) {
		if !slices.Contains(texts(policy.Properties, property), "${"+id+"}") {
			continue
		}
		for _, s := range objects(policy.Properties, "PolicyDocument.Statement") {
			if s["Effect"] == "Allow" && slices.Contains(texts(s, "Principal.Service"), service) && slices.Contains(texts(s, "Action"), action) {
				return true
			}
		}
	}
	return false
}

func actionsAreNamed(t Template, _ Resource) (found problems) {
	for _, s := range t.statements() {
		for _, action := range texts(s.body, "Action") {
			found.unless(!s.allows() || !strings.Contains(action, "*") || s.key == "KeyPolicy",
				"%s allows %s: name the actions", s.on.ID, action)
		}
	}
	return found
}

// everywhere are the actions that have no resource to be named, or that are asked without one.
var everywhere = []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords", "cloudwatch:DescribeAlarms"}

func resourcesAreNamed(t Template, _ Resource) (found problems) {
	for _, s := range t.statements() {
		if !s.ofRole() || !s.allows() || !slices.Contains(texts(s.body, "Resource"), "*") {
			continue
		}
		for _, action := range texts(s.body, "Action") {
			found.unless(slices.Contains(everywhere, action), "%s allows %s on every resource: name them", s.on.ID, action)
		}
	}
	return found
}

func principalsAreNamed(t Template, _ Resource) (found problems) {
	for _, s := range t.statements() {
		anybody := s.body["Principal"] == "*" || slices.Contains(texts(s.body, "Principal.AWS"), "*")
		found.unless(!s.allows() || !anybody || s.body["Condition"] != nil,
			"%s allows anybody %s: name who, or on which condition", s.on.ID, strings.Join(texts(s.body, "Action"), ", "))
	}
	return found
}

// servicesActForUs: a service of AWS's acts for many accounts; a condition says that it does so for
// this one. Roles are let off: only this account can hand one of its roles to a service.
func servicesActForUs(t Template, _ Resource) (found problems) {
	for _, s := range t.statements() {
		services := texts(s.body, "Principal.Service")
		if !s.allows() || s.key == "AssumeRolePolicyDocument" || len(services) == 0 {
			continue
		}
		condition, _ := json.Marshal(s.body["Condition"])
		lower := strings.ToLower(string(condition))
		found.unless(strings.Contains(lower, "aws:sourcearn") || strings.Contains(lower, "aws:sourceaccount"),
			"%s lets in %s for any account: add a condition on aws:SourceArn or aws:SourceAccount", s.on.ID, strings.Join(services, ", "))
	}
	return found
}

// noManagedPolicy: what others may change, and what is said twice, cannot be reviewed.
func noManagedPolicy(t Template, _ Resource) (found problems) {
	for _, r := range t.sorted() {
		managed := r.Type == "AWS::IAM::ManagedPolicy" || strings.HasPrefix(r.Type, "AWS::IAM::") && r.Properties["ManagedPolicyArns"] != nil
		found.unless(!managed, "%s has a managed policy: state its actions in a policy of the role", r.ID)
	}
	return found
}

func statementsAreWhole(t Template, _ Resource) (found problems) {
	for _, s := range t.statements() {
		effect := text(s.body["Effect"])
		found.unless(effect == "Allow" || effect == "Deny", "%s: Effect is %s: use Allow or Deny", s.on.ID, effect)
		for _, not := range []string{"NotAction", "NotResource", "NotPrincipal"} {
			found.unless(!s.allows() || s.body[not] == nil, "%s allows all but %s: name what is allowed", s.on.ID, not)
		}
		found.unless(s.ofRole() == (s.body["Principal"] == nil),
			"%s: Principal is %v: a role's policy has none, any other has one", s.on.ID, s.body["Principal"])
	}
	for _, r := range t.sorted() {
		for _, version := range texts(r.Properties, "PolicyDocument.Version") {
			found.unless(version == "2012-10-17", "%s: Version is %s: use 2012-10-17", r.ID, version)
		}
	}
	return found
}

// policiesFit: the policies of one role have 10,240 characters, its trust policy 2,048.
func policiesFit(t Template, _ Resource) (found problems) {
	size := map[string]int{}
	for _, r := range t.all("AWS::IAM::Policy") {
		body, _ := json.Marshal(r.Properties["PolicyDocument"])
		for _, role := range texts(r.Properties, "Roles") {
			size[role] += len(body)
		}
	}
	for _, role := range slices.Sorted(maps.Keys(size)) {
		n := size[role]
		found.unless(n <= 10_240, "the policies of %s have %d characters: IAM takes 10,240", role, n)
	}
	for _, r := range t.all("AWS::IAM::Role") {
		body, _ := json.Marshal(r.Properties["AssumeRolePolicyDocument"])
		found.unless(len(body) <= 2_048, "the trust policy of %s has %d characters: IAM takes 2,048", r.ID, len(body))
	}
	return found
}

// compared are the places where a secret's value has to be: the two that compare it. Anywhere else
// it could be read.
var compared = []string{
	"AWS::ApiGateway::ApiKey.Value",
	"AWS::CloudFront::Distribution.DistributionConfig.Origins.OriginCustomHeaders.HeaderValue",
}

func secretsAreCompared(t Template, _ Resource) (found problems) {
	look := func(path string, v any) {
		if s, ok := v.(string); ok && strings.Contains(s, "{{resolve:") && !slices.Contains(compared, strings.TrimSuffix(path, ".Fn::Join")) {
			found = append(found, path+" holds a secret: only what compares it may")
		}
	}
	for _, r := range t.sorted() {
		walk(r.Type, r.Properties, look)
	}
	walk("Outputs", any(t.Outputs), look)
	return found
}

func secretsAreGenerated(t Template, _ Resource) (found problems) {
	for _, r := range t.all("AWS::SecretsManager::Secret") {
		n := numberOr(value(r.Properties, "GenerateSecretString.PasswordLength"), 32)
		found.unless(r.Properties["SecretString"] == nil && r.Properties["GenerateSecretString"] != nil && n >= 32,
			"%s is not generated, or shorter than 32 characters: a secret is never in a template", r.ID)
	}
	return found
}
