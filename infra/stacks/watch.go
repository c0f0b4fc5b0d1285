package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbudgets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
	"primrose/infra/monitor"
	"primrose/infra/service"
)

// NewWatch adds the stack of what is seen from us-east-1 alone to scope: the alarms of the edge, with
// a topic of their own because alarms tell only topics of their region; its access logs; and the
// budget.
func NewWatch(scope constructs.Construct, stage config.Stage, made service.Service) {
	stack := newStack(scope, stage, "-watch", config.EdgeRegion, "what the edge tells of itself, and what all of it costs")
	alarms := stage.Service.Alarms
	topic := monitor.Topic(stack, alarms.EdgeTopic, alarms.Email)
	for _, s := range made.EdgeSignals {
		s.Alarm(stack, awscloudwatchactions.NewSnsAction(topic))
	}
	if stage.Watch.Logs > 0 {
		made.AddEdgeLogs(stack, stage.Watch.Logs)
	}
	if stage.Watch.Budget > 0 {
		newBudget(stack, stage, topic)
	}
}

// newBudget tells the topic when a month's costs come near the budget, and when at their pace they
// are going to. It counts what has the stage's tags, in all regions.
func newBudget(scope constructs.Construct, stage config.Stage, topic awssns.ITopic) {
	monitor.Publish(topic, "budgets.amazonaws.com")
	budget := awsbudgets.NewCfnBudget(scope, new("Budget"), &awsbudgets.CfnBudgetProps{
		Budget: &awsbudgets.CfnBudget_BudgetDataProperty{
			BudgetType:  new("COST"),
			TimeUnit:    new("MONTHLY"),
			BudgetLimit: &awsbudgets.CfnBudget_SpendProperty{Amount: new(float64(stage.Watch.Budget)), Unit: new("USD")},
			Metrics:     &[]*string{new("UnblendedCost")},
			FilterExpression: &awsbudgets.CfnBudget_ExpressionProperty{
				And: []any{tagged("application", "primrose"), tagged("stage", stage.Name)},
			},
		},
		NotificationsWithSubscribers: []any{told(topic, "ACTUAL", 80), told(topic, "FORECASTED", 100)},
	})
	budget.Node().AddDependency(topic) // with its policy: a budget tries whether it may publish
}

func tagged(key, value string) *awsbudgets.CfnBudget_ExpressionProperty {
	return &awsbudgets.CfnBudget_ExpressionProperty{
		Tags: &awsbudgets.CfnBudget_TagValuesProperty{
			Key:          new(key),
			Values:       &[]*string{new(value)},
			MatchOptions: &[]*string{new("EQUALS")},
		},
	}
}

// told has the topic told when costs, of this kind, exceed so many percent of the budget.
func told(topic awssns.ITopic, kind string, percent float64) *awsbudgets.CfnBudget_NotificationWithSubscribersProperty {
	return &awsbudgets.CfnBudget_NotificationWithSubscribersProperty{
		Notification: &awsbudgets.CfnBudget_NotificationProperty{
			NotificationType:   new(kind),
			ComparisonOperator: new("GREATER_THAN"),
			Threshold:          new(percent),
			ThresholdType:      new("PERCENTAGE"),
		},
		Subscribers: []any{&awsbudgets.CfnBudget_SubscriberProperty{SubscriptionType: new("SNS"), Address: topic.TopicArn()}},
	}
}
