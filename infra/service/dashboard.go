package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
	"primrose/infra/monitor"
)

// newDashboard shows the service from top to bottom as a request goes through it: what is wrong at
// the top has its reason further down. The red lines are the alarms' thresholds.
func newDashboard(scope constructs.Construct, p Props, s Service, all []interfacesawscloudwatch.IAlarmRef, api, image, purge []monitor.Signal) {
	dashboard := awscloudwatch.NewDashboard(scope, new("Dashboard"), &awscloudwatch.DashboardProps{
		DashboardName:   name(scope, "health"), // an account has one list of names for all regions
		DefaultInterval: days(config.Day),
	})
	row := func(title string, widgets ...awscloudwatch.IWidget) {
		dashboard.AddWidgets(text("## "+title, 1))
		dashboard.AddWidgets(widgets...)
	}
	dashboard.AddWidgets(text("# "+s.Name+"\nA request goes from top to bottom. Red lines are the alarms' thresholds; docs/runbook.md says what to do.", 2))
	dashboard.AddWidgets(awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title:  new("Alarms of this region; those of the edge are in us-east-1"),
		Alarms: &all,
		Width:  new(24.0),
		Height: new(4.0),
	}))
	row("Edge", append(edgeTraffic(p, s), graphs(s.EdgeSignals)...)...)
	row("API: what the Variants bucket does not have", graphs(api)...)
	row("Image function", append(graphs(image),
		monitor.Graph("Image function: calls in a minute", s.Image.MetricInvocations(monitor.Per(1, "Sum"))),
		monitor.Graph("Image function: duration (ms)", duration(s, "p50"), duration(s, "p90")))...)
	row("Purge", append(graphs(purge),
		monitor.Graph("Purged in five minutes",
			monitor.Own(s.Name, monitor.PurgedVariants, 5), monitor.Own(s.Name, monitor.Invalidations, 5)))...)
	row("Log", shown(s, errorsByCode), shown(s, slowest))
}

// edgeTraffic is all that viewers ask for, cached or not.
func edgeTraffic(p Props, s Service) []awscloudwatch.IWidget {
	widgets := []awscloudwatch.IWidget{
		monitor.Graph("Requests in five minutes", monitor.Distribution(s.Distribution, "Requests", monitor.Per(5, "Sum"))),
		monitor.Graph("Bytes to viewers in five minutes", monitor.Distribution(s.Distribution, "BytesDownloaded", monitor.Per(5, "Sum"))),
		monitor.Graph("Refused by the edge (% 4xx)", monitor.Distribution(s.Distribution, "4xxErrorRate", monitor.Per(5, "Average"))),
	}
	if p.Edge.Metrics {
		widgets = append(widgets,
			monitor.Graph("Served from the cache (%)", monitor.Distribution(s.Distribution, "CacheHitRate", monitor.Per(5, "Average"))))
	}
	return widgets
}

func duration(s Service, percentile string) awscloudwatch.IMetric {
	o := monitor.Per(5, percentile)
	o.Label = new(percentile)
	return s.Image.MetricDuration(o)
}

func graphs(signals []monitor.Signal) []awscloudwatch.IWidget {
	widgets := make([]awscloudwatch.IWidget, len(signals))
	for i, s := range signals {
		widgets[i] = s.Graph()
	}
	return widgets
}

// text is Markdown over the whole width.
func text(markdown string, height float64) awscloudwatch.IWidget {
	return awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{
		Markdown:   new(markdown),
		Width:      new(24.0),
		Height:     new(height),
		Background: awscloudwatch.TextWidgetBackground_TRANSPARENT,
	})
}
