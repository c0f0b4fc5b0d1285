package stacks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"primrose/infra/config"
)

// The alarms of the edge are about this stage's distribution and function.
func TestTheEdgeIsWatched(t *testing.T) {
	for _, stage := range watched() {
		home, watch := golden(stage.StackName()), golden(stage.StackName()+"-watch")
		distribution := "${" + home.of("AWS::CloudFront::Distribution")[0] + "}"
		function := text(home.one("AWS::CloudFront::Function")["Name"])
		ids := watch.of("AWS::CloudWatch::Alarm")
		for _, id := range ids {
			for _, m := range metricsOf(watch.Resources[id].Properties) {
				if f := m.Dimensions["FunctionName"]; f != "" && f != function {
					t.Errorf("%s: FunctionName %s, want %s", id, f, function)
				}
			}
			walk(id, map[string]any(watch.Resources[id].Properties), func(path, s string) {
				if strings.HasSuffix(path, ".OutputName") && text(object(home.Outputs).get(s, "Value")) != distribution {
					t.Errorf("%s asks home for %s, which is not the distribution", path, s)
				}
			})
		}
		want := 3
		if stage.Service.Edge.Metrics {
			want++ // how long the origins take
			if text(home.one("AWS::CloudFront::MonitoringSubscription")["DistributionId"]) != distribution {
				t.Error("nobody measures how long the origins take")
			}
		}
		if len(ids) != want {
			t.Errorf("%s: alarms %q, want %d", stage.Name, ids, want)
		}
	}
}

// The budget is of this stage alone, and whoever hears of alarms hears of it: in time, and when it is
// likely not to last.
func TestBudget(t *testing.T) {
	topics := certified()
	for _, stage := range []struct {
		config.Stage
		watch    template
		receiver string
	}{
		{full(), golden(full().StackName() + "-watch"), "${TopicBFC7AF6E}"},
		{topics, option(t, topics.StackName()+"-watch"), topics.Service.Alarms.EdgeTopic},
	} {
		made := stage.watch.one("AWS::Budgets::Budget")
		budget := object(made["Budget"].(map[string]any))
		if budget.get("BudgetLimit", "Amount") != float64(stage.Watch.Budget) || budget["TimeUnit"] != "MONTHLY" || budget["BudgetType"] != "COST" {
			t.Errorf("%s: %v", stage.Name, budget)
		}
		var tags []string
		for _, one := range list(budget.get("FilterExpression", "And")) {
			tag := object(one.(map[string]any))
			tags = append(tags, fmt.Sprintf("%v=%v", tag.get("Tags", "Key"), tag.get("Tags", "Values")))
		}
		same(t, "tags", tags, []string{"application=[primrose]", "stage=[" + stage.Name + "]"})
		var told []string
		for _, one := range list(made["NotificationsWithSubscribers"]) {
			n := object(one.(map[string]any))
			to := object(list(n["Subscribers"])[0].(map[string]any))
			told = append(told, fmt.Sprintf("%v %v%% to %v %s", n.get("Notification", "NotificationType"), n.get("Notification", "Threshold"), to["SubscriptionType"], text(to["Address"])))
		}
		same(t, "told", told, []string{"ACTUAL 80% to SNS " + stage.receiver, "FORECASTED 100% to SNS " + stage.receiver})
	}
	if made := golden(config.Prod().StackName() + "-watch"); len(made.of("AWS::Budgets::Budget")) > 0 {
		t.Error("a budget of nothing")
	}
}

// Each request's line goes to a bucket of ours, which lets in just that, and forgets it in time.
func TestEdgeLogs(t *testing.T) {
	eastern := eastern()
	for _, stage := range []struct {
		config.Stage
		watch template
	}{
		{full(), golden(full().StackName() + "-watch")},
		{eastern, option(t, eastern.StackName()+"-watch")}, // where home is in the east, too
	} {
		source, destination, delivery := stage.watch.one("AWS::Logs::DeliverySource"), stage.watch.one("AWS::Logs::DeliveryDestination"), stage.watch.one("AWS::Logs::Delivery")
		bucket := stage.watch.of("AWS::S3::Bucket")[0]
		if source["LogType"] != "ACCESS_LOGS" || !strings.Contains(text(source["ResourceArn"]), ":distribution/") {
			t.Errorf("%s: source %v", stage.Name, source)
		}
		if text(destination["DestinationResourceArn"]) != "${"+bucket+".Arn}" || destination["OutputFormat"] != "parquet" {
			t.Errorf("%s: destination %v", stage.Name, destination)
		}
		if text(delivery["DeliverySourceName"]) != "${"+stage.watch.of("AWS::Logs::DeliverySource")[0]+"}" {
			t.Errorf("%s: delivery %v", stage.Name, delivery)
		}
		checkKept(t, stage.watch.Resources[bucket], stage.Watch.Logs.Hours()/24)
		checkDelivery(t, stage.watch)
	}
}

// checkKept wants a bucket to forget after so many days, and to be there as long.
func checkKept(t *testing.T, bucket resource, days float64) {
	t.Helper()
	rule := object(list(bucket.Properties.get("LifecycleConfiguration", "Rules"))[0].(map[string]any))
	if rule["ExpirationInDays"] != days || rule["Status"] != "Enabled" || bucket.DeletionPolicy != retained {
		t.Errorf("kept by %v, %s without the stack; want %v days", rule, bucket.DeletionPolicy, days)
	}
}

// checkDelivery wants the bucket's policy to let in what is delivered of this source, and nothing else.
func checkDelivery(t *testing.T, made template) {
	t.Helper()
	statements := list(made.one("AWS::S3::BucketPolicy").get("PolicyDocument", "Statement"))
	if !slices.ContainsFunc(statements, deniesPlainHTTP) {
		t.Error("may be used without TLS")
	}
	for _, one := range statements {
		s := object(one.(map[string]any))
		if s["Effect"] == "Deny" {
			continue
		}
		if s["Action"] != "s3:PutObject" || s.get("Principal", "Service") != "delivery.logs.amazonaws.com" || !strings.Contains(text(s["Resource"]), ".Arn}/AWSLogs/") ||
			text(s.get("Condition", "ArnEquals", "aws:SourceArn")) != "${"+made.of("AWS::Logs::DeliverySource")[0]+".Arn}" ||
			s.get("Condition", "StringEquals", "aws:SourceAccount") == nil {
			t.Errorf("lets in %v", s)
		}
	}
}
