package twin

import (
	"errors"
	"fmt"
)

// outside are the types of which no request can show anything, with the reason.
var outside = map[string]string{
	"AWS::CloudFront::MonitoringSubscription": "numbers for people, of which the twin keeps none",
	"AWS::CloudWatch::Dashboard":              "pictures of those numbers",
	"AWS::CodeDeploy::Application":            "moves the alias from one version to the next, and a twin has one",
	"AWS::CodeDeploy::DeploymentGroup":        "as its application",
	"AWS::EventSchemas::Registry":             "test events for the console",
	"AWS::EventSchemas::Schema":               "as their registry",
	"AWS::KinesisFirehose::DeliveryStream":    "takes access logs of the API, which nobody of the service reads",
	"AWS::Logs::QueryDefinition":              "questions to logs, saved for people",
	"AWS::Route53::RecordSet":                 "leads the stage's own names to the edge; the network knows them by the distribution's aliases",
	"AWS::SNS::Subscription":                  "who is told of alarms, of which none goes off",
	"AWS::SNS::Topic":                         "as its subscriptions",
	"AWS::SNS::TopicPolicy":                   "as its topic",
}

// understood fails where the template has a resource that no part has read.
func (t *Twin) understood() error {
	var errs []error
	for _, r := range t.Stack.Unclaimed() {
		if outside[r.Type] == "" {
			errs = append(errs, fmt.Errorf("%s: nothing in the twin understands this type", r))
		}
	}
	return errors.Join(errs...)
}
