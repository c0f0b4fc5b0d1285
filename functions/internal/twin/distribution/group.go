package distribution

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// group are origins of which the second is asked where the first fails. An origin of its own is a group
// of one.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
type group struct {
	members  []*origin
	failover []int // the statuses that count as failing
}

// failoverCodes are those that a group can be told of.
var failoverCodes = []int{400, 403, 404, 416, 429, 500, 502, 503, 504}

func addGroups(origins map[string]group, c distributionConfig) error {
	if c.OriginGroups.Quantity != len(c.OriginGroups.Items) {
		return fmt.Errorf("OriginGroups has %d items, and a Quantity of %d", len(c.OriginGroups.Items), c.OriginGroups.Quantity)
	}
	groups := map[string]group{}
	for _, item := range c.OriginGroups.Items {
		g, err := newGroup(origins, item)
		if _, twice := origins[item.Id]; twice {
			err = errors.Join(err, errors.New("the Id is an origin's, too"))
		}
		if err != nil {
			return fmt.Errorf("the group %q: %w", item.Id, err)
		}
		groups[item.Id] = g
	}
	for id, g := range groups {
		origins[id] = g
	}
	return nil
}

func newGroup(origins map[string]group, c originGroup) (group, error) {
	codes := c.FailoverCriteria.StatusCodes
	g := group{failover: codes.Items}
	switch {
	case codes.Quantity != len(codes.Items) || len(codes.Items) == 0:
		return g, fmt.Errorf("it has %d status codes, and a Quantity of %d", len(codes.Items), codes.Quantity)
	case c.Members.Quantity != 2 || len(c.Members.Items) != 2:
		return g, errors.New("it has to have two members")
	case c.SelectionCriteria != "" && c.SelectionCriteria != "default":
		return g, fmt.Errorf("SelectionCriteria is %q", c.SelectionCriteria)
	}
	for _, code := range codes.Items {
		if !slices.Contains(failoverCodes, code) {
			return g, fmt.Errorf("no group fails over for %d", code)
		}
	}
	for _, member := range c.Members.Items {
		one, ok := origins[member.OriginId]
		if !ok {
			return g, fmt.Errorf("it has no origin %q", member.OriginId)
		}
		g.members = append(g.members, one.members...)
	}
	return g, nil
}

// ask asks one origin after the other until one does not fail, or is the last. It is only for requests that
// change nothing: a behaviour with more members allows no others.
func (g group) ask(ctx context.Context, network http.RoundTripper, source string, q originRequest) (res *response, failed *fault) {
	for _, o := range g.members {
		res, failed = o.ask(ctx, network, source, q)
		switch {
		case ctx.Err() != nil:
			return res, failed
		case failed == nil && !slices.Contains(g.failover, res.status):
			return res, nil
		case failed != nil && !slices.Contains(g.failover, failed.failover):
			return nil, failed
		}
	}
	return res, failed
}
