package service

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/monitor"
)

// alarms are all that the home region watches, and those among them that undo a deploy.
type alarms struct {
	all, undo []interfacesawscloudwatch.IAlarmRef
}

// newMonitoring watches a service: alarms, a dashboard and saved queries, all of the same signals. It
// returns the alarms that undo a deploy.
func newMonitoring(scope constructs.Construct, p Props, s Service) []interfacesawscloudwatch.IAlarmRef {
	c := constructs.NewConstruct(scope, new("Monitor"))
	api, image, purge := apiSignals(p, s), imageSignals(c, p, s), purgeSignals(s)

	a := newAlarms(c, p, slices.Concat(api, image, purge))
	newDashboard(c, p, s, a.all, api, image, purge)
	newQueries(c, s)
	return a.undo
}

func newAlarms(scope constructs.Construct, p Props, signals []monitor.Signal) alarms {
	c := constructs.NewConstruct(scope, new("Alarms"))
	action := awscloudwatchactions.NewSnsAction(monitor.Topic(c, p.Alarms.Topic, p.Alarms.Email))
	var made alarms
	for _, s := range signals {
		alarm := s.Alarm(c, action)
		made.all = append(made.all, alarm)
		if s.Undo {
			made.undo = append(made.undo, alarm)
		}
	}
	return made
}
