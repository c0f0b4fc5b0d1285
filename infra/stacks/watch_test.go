package stacks_test

import (
	"fmt"
	"strings"
	"testing"

	"primrose/infra/config"
)

// The alarms of the edge are about this stage's distribution and function.
func TestTheEdgeIsWatched(t *testing.T) {
	for _, stage := range stages() {
		home, watch := home(t, stage), watch(t, stage)
		distribution := "${" + home.of("AWS::CloudFront::Distribution")[0] + "}"
		function := text(home.one("AWS::CloudFront::Function")["Name"])
		ids := watch.of("AWS::CloudWatch::Alarm")
		for _, id := range ids {
			for _, m := range metricsOf(watch.Resources[id].Properties) {
				if f := m.Dimensions["FunctionName"]; f != "" && f != function {
					t.Errorf("%s: FunctionName %s, want %s", id, f, function)
				}
			}
			walk(id, watch.Resources[id].Properties, func(path, s string) {
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
	for _, stage := range []struct {
		config.Stage
		receiver string
	}{
		{full(), "${TopicBFC7AF6E}"},
		{certified(), certified().Service.Alarms.EdgeTopic},
	} {
		made := watch(t, stage.Stage).one("AWS::Budgets::Budget")
		budget := made.object("Budget")
		if budget.get("BudgetLimit", "Amount") != float64(stage.Watch.Budget) || budget["TimeUnit"] != "MONTHLY" || budget["BudgetType"] != "COST" {
			t.Errorf("%s: %v", stage.Name, budget)
		}
		var tags []string
		for _, tag := range budget.objects("FilterExpression", "And") {
			tags = append(tags, fmt.Sprintf("%v=%v", tag.get("Tags", "Key"), tag.get("Tags", "Values")))
		}
		same(t, "tags", tags, []string{"application=[primrose]", "stage=[" + stage.Name + "]"})
		var told []string
		for _, n := range made.objects("NotificationsWithSubscribers") {
			to := n.objects("Subscribers")[0]
			told = append(told, fmt.Sprintf("%v %v%% to %v %s", n.get("Notification", "NotificationType"), n.get("Notification", "Threshold"), to["SubscriptionType"], text(to["Address"])))
		}
		same(t, "told", told, []string{"ACTUAL 80% to SNS " + stage.receiver, "FORECASTED 100% to SNS " + stage.receiver})
	}
	if made := watch(t, config.Prod()); len(made.of("AWS::Budgets::Budget")) > 0 {
		t.Error("a budget of nothing")
	}
}

// Each request's line goes to a bucket of ours, which lets in just that, and forgets it in time.
func TestEdgeLogs(t *testing.T) {
	for _, stage := range []config.Stage{full(), eastern()} { // where home is in the east, too
		made := watch(t, stage)
		source, destination, delivery := made.one("AWS::Logs::DeliverySource"), made.one("AWS::Logs::DeliveryDestination"), made.one("AWS::Logs::Delivery")
		bucket := made.of("AWS::S3::Bucket")[0]
		if source["LogType"] != "ACCESS_LOGS" || !strings.Contains(text(source["ResourceArn"]), ":distribution/") {
			t.Errorf("%s: source %v", stage.Name, source)
		}
		if text(destination["DestinationResourceArn"]) != "${"+bucket+".Arn}" || destination["OutputFormat"] != "parquet" {
			t.Errorf("%s: destination %v", stage.Name, destination)
		}
		if text(delivery["DeliverySourceName"]) != "${"+made.of("AWS::Logs::DeliverySource")[0]+"}" {
			t.Errorf("%s: delivery %v", stage.Name, delivery)
		}
		checkKept(t, made.Resources[bucket], stage.Watch.Logs.Hours()/24)
		checkDelivery(t, made)
	}
}

// checkKept wants a bucket to forget after so many days, and to be there as long.
func checkKept(t *testing.T, bucket resource, days float64) {
	t.Helper()
	rule := bucket.Properties.objects("LifecycleConfiguration", "Rules")[0]
	if rule["ExpirationInDays"] != days || rule["Status"] != "Enabled" || bucket.DeletionPolicy != retained {
		t.Errorf("kept by %v, %s without the stack; want %v days", rule, bucket.DeletionPolicy, days)
	}
}

// checkDelivery wants the bucket's policy to let in what is delivered of this source, and nothing else.
func checkDelivery(t *testing.T, made template) {
	t.Helper()
	for _, s := range made.one("AWS::S3::BucketPolicy").objects("PolicyDocument", "Statement") {
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
