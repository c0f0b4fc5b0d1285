package change

import (
	"encoding/json"
	"errors"
	"fmt"

	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/template"
)

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
type ruleProperties struct {
	Description  template.NoBearing // for people
	EventPattern pattern
	State        string // ENABLED, which is the default, or DISABLED
	Targets      []target
}

type target struct {
	Id               template.NoBearing // tells targets apart for whoever edits them
	Arn              string
	DeadLetterConfig struct{ Arn string }
}

// rule hands events on.
type rule struct {
	arn string
	ruleProperties
}

func (c *Chain) addRules(stack *template.Stack) error {
	all, err := template.All[ruleProperties](stack, "AWS::Events::Rule")
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range all {
		switch p := r.Properties; {
		case p.State != "" && p.State != "ENABLED" && p.State != "DISABLED":
			errs = append(errs, fmt.Errorf("%s: State is %q", r, p.State))
		case len(p.EventPattern.fields) == 0:
			errs = append(errs, fmt.Errorf("%s: a rule without EventPattern is not understood", r))
		case c.hearsOthers(p.EventPattern):
			errs = append(errs, fmt.Errorf("%s: its EventPattern hears of whatever bucket the account has: say detail.bucket.name", r))
		case p.State != "DISABLED":
			c.rules = append(c.rules, rule{r.ARN, p})
		}
	}
	return errors.Join(errs...)
}

// hearsOthers reports whether a pattern is good for events of buckets that aren't
// the stack's. The account has them, and the twin has not.
func (c *Chain) hearsOthers(p pattern) bool {
	var event map[string]any
	json.Unmarshal(c.event(Object{Bucket: "another", Key: "key"}), &event) // we have written it
	return p.matches(event)
}

// route hands an event to the targets of those rules that it matches. One that
// can't be handed over for want of a right or a target is not tried again, but
// goes to where the dead letters of its target go.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
func (c *Chain) route(event []byte) {
	var members map[string]any
	json.Unmarshal(event, &members) // we have written it
	for _, r := range c.rules {
		if !r.EventPattern.matches(members) {
			continue
		}
		for _, t := range r.Targets {
			if !c.deliver(r, t.Arn, event) {
				c.deliver(r, t.DeadLetterConfig.Arn, event)
			}
		}
	}
}

// deliver puts an event into a queue, if its policy lets the rule.
func (c *Chain) deliver(r rule, arn string, event []byte) bool {
	const eventBridge = "events.amazonaws.com"
	q := c.queueByARN(arn)
	context := link(identity.Context{"aws:SourceArn": r.arn, "aws:SourceAccount": c.account})
	if q == nil || !c.config.Permissions.Allows(eventBridge, "sqs:SendMessage", arn, context, q.policies...) {
		return false
	}
	q.send(string(event), 0, eventBridge)
	return true
}
