package identity

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/template"
)

// Directory is who there is in a stack's account: an operator, who may do
// anything, the template's roles, and people with rights of their own.
type Directory struct {
	server  *s3server.Server
	account string
	roles   map[string]*role // by ARN

	mu    sync.Mutex
	known []member
}

// member is who has a key.
type member struct {
	principal string
	key       s3server.Key
	policies  []Document
}

// New knows the roles of a stack. Server is the S3 server whose users its
// principals become.
func New(stack *template.Stack, server *s3server.Server) (*Directory, error) {
	roles, err := readRoles(stack)
	if err != nil {
		return nil, err
	}
	d := &Directory{server: server, account: stack.Account, roles: roles}
	d.known = []member{{d.arn("user/operator"), owner, []Document{anything}}}
	return d, nil
}

// owner is the key of the server's owner, whom its IAM lets do anything.
var owner = s3server.Key{AccessKey: s3server.AccessKey, SecretKey: s3server.SecretKey}

var anything = Document{Version: "2012-10-17", Statement: []Statement{{Effect: "Allow", Action: words{"*"}, Resource: words{"*"}}}}

func (d *Directory) arn(name string) string { return "arn:aws:iam::" + d.account + ":" + name }

// Assume gives the key of a role to a service, if the role's trust policy
// allows it.
func (d *Directory) Assume(roleARN, service string, context Context) (s3server.Key, error) {
	r, ok := d.roles[roleARN]
	if !ok {
		return s3server.Key{}, fmt.Errorf("there is no role %s", roleARN)
	}
	if r.trust.Decide(service, "sts:AssumeRole", "", context) != Allow {
		return s3server.Key{}, fmt.Errorf("the trust policy of the role %s doesn't let %s assume it", r.name, service)
	}
	return d.Enter(roleARN, r.name, r.policies)
}

// User makes a person who may do what a policy allows, and nothing else. Asked
// for again, by the same name, it is the same person.
func (d *Directory) User(name string, policy Document) (s3server.Key, error) {
	if err := policy.attachable(); err != nil {
		return s3server.Key{}, err
	}
	return d.Enter(d.arn("user/"+name), name, []Document{policy})
}

// Enter makes a principal known, to the S3 server too, or finds it. Its name is
// for the server's messages.
func (d *Directory) Enter(principal, name string, policies []Document) (s3server.Key, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := slices.IndexFunc(d.known, func(m member) bool { return m.principal == principal }); at >= 0 {
		return d.known[at].key, nil
	}
	key, err := d.create(name, policies)
	if err == nil {
		d.known = append(d.known, member{principal, key, policies})
	}
	return key, err
}

// create makes a user of the S3 server, which several stacks share.
func (d *Directory) create(name string, policies []Document) (s3server.Key, error) {
	const longest = 64 // IAM's limit
	name = rand.Text() + "-" + name
	name = name[:min(len(name), longest)]
	if err := d.server.CreateUser(name); err != nil {
		return s3server.Key{}, err
	}
	for i, policy := range policies {
		text, err := json.Marshal(policy)
		if err != nil {
			return s3server.Key{}, err
		}
		if err := d.server.PutPolicy(name, "policy-"+strconv.Itoa(i), string(text)); err != nil {
			return s3server.Key{}, err
		}
	}
	return d.server.CreateKey(name)
}

// Server is the S3 server whose users the principals are.
func (d *Directory) Server() *s3server.Server { return d.server }

// Operator is the key of who may do anything.
func (d *Directory) Operator() s3server.Key { return owner }

// Secret finds who has an access key.
func (d *Directory) Secret(accessKey string) (secret, principal string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := slices.IndexFunc(d.known, func(m member) bool { return m.key.AccessKey == accessKey })
	if at < 0 {
		return "", "", false
	}
	return d.known[at].key.SecretKey, d.known[at].principal, true
}

// Allows says whether a principal, an ARN or a service, may do something by
// its own policies and by those that are attached to the resource: one has to
// allow it, and none may deny it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
func (d *Directory) Allows(principal, action, resource string, context Context, attached ...Document) bool {
	allowed := false
	for _, policy := range slices.Concat(d.policies(principal), attached) {
		switch policy.Decide(principal, action, resource, context) {
		case Deny:
			return false
		case Allow:
			allowed = true
		}
	}
	return allowed
}

// Authorize fails as AWS does where a principal's own policies don't allow what
// is asked of an API. Its link is by TLS, for which the twin's own stands.
func (d *Directory) Authorize(principal, action, resource string) error {
	if d.Allows(principal, action, resource, Context{"aws:SecureTransport": "true"}) {
		return nil
	}
	return &awsapi.Fault{
		Status: http.StatusForbidden, Code: "AccessDeniedException",
		Message: "User: " + principal + " is not authorized to perform: " + action + " on resource: " + resource,
	}
}

func (d *Directory) policies(principal string) []Document {
	if r, ok := d.roles[principal]; ok {
		return r.policies
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.known {
		if m.principal == principal {
			return m.policies
		}
	}
	return nil
}
