package twin

import (
	"net/http"
	"slices"

	"primrose/functions/internal/twin/account"
	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/template"
)

// NewAccount opens an account in which nothing is deployed yet, for the CDK CLI to deploy to. It answers for
// AWS in the network; dir is an empty folder for what is uploaded. Each stack with a distribution becomes a
// twin by the clock, one at a time in a region; others, which are about one, do nothing.
func NewAccount(n *network.Network, clock *network.Clock, dir string) *account.Account {
	var a *account.Account
	launch := func(dir, name string) (account.Deployed, error) {
		stack, err := template.Read(dir, name)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(stack.Resources(), serves) {
			return idle{stack, http.NotFoundHandler()}, nil
		}
		t, err := start(stack, n, clock)
		n.Otherwise(a)
		return t, err
	}
	a = account.New(account.Config{ID: "111111111111", Dir: dir, Launch: launch})
	n.Otherwise(a)
	return a
}

func serves(r template.Resource) bool { return r.Type == "AWS::CloudFront::Distribution" }

// idle is a stack in which nothing runs.
type idle struct {
	stack *template.Stack
	http.Handler
}

func (i idle) Outputs() map[string]string { return i.stack.Outputs }

func (idle) Close() error { return nil }
