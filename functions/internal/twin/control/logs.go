package control

import (
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"time"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/logs"
	"primrose/functions/internal/twin/template"
)

// logsActions are those by which people read logs.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
func (c *Control) logsActions() map[string]awsapi.Action {
	return map[string]awsapi.Action{
		"DescribeLogGroups":  c.describeLogGroups,
		"DescribeLogStreams": c.describeLogStreams,
		"FilterLogEvents":    c.filterLogEvents,
		"GetLogEvents":       c.getLogEvents,
	}
}

func (c *Control) groupARN(group string) string { return c.arn("logs", "log-group:"+group+":*") }

func (c *Control) describeLogGroups(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		LogGroupNamePrefix, NextToken string
		Limit                         int
	}](in)
	if err == nil {
		err = c.Identity.Authorize(in.Principal, "logs:DescribeLogGroups", c.groupARN("*"))
	}
	if err != nil {
		return nil, err
	}
	type group struct {
		Name string `json:"logGroupName"`
		ARN  string `json:"arn"`
	}
	groups := []group{}
	for _, name := range c.Logs.Groups() {
		if strings.HasPrefix(name, asked.LogGroupNamePrefix) {
			groups = append(groups, group{name, c.groupARN(name)})
		}
	}
	groups, next, err := page(groups, asked.NextToken, asked.Limit)
	return fields("logGroups", groups, "nextToken", next), err
}

func (c *Control) describeLogStreams(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		LogGroupName, LogStreamNamePrefix, OrderBy, NextToken string
		Descending                                            bool
		Limit                                                 int
	}](in)
	if err != nil {
		return nil, err
	}
	events, err := c.read(in.Principal, "logs:DescribeLogStreams", asked.LogGroupName)
	if err != nil {
		return nil, err
	}
	type stream struct {
		Name  string `json:"logStreamName"`
		First int64  `json:"firstEventTimestamp"`
		Last  int64  `json:"lastEventTimestamp"`
	}
	streams := []stream{}
	for _, e := range events {
		at := e.Time.UnixMilli()
		i := slices.IndexFunc(streams, func(s stream) bool { return s.Name == e.Stream })
		switch {
		case i >= 0:
			streams[i].Last = at
		case strings.HasPrefix(e.Stream, asked.LogStreamNamePrefix):
			streams = append(streams, stream{e.Stream, at, at})
		}
	}
	slices.SortStableFunc(streams, func(a, b stream) int {
		if asked.OrderBy == "LastEventTime" {
			return int(a.Last - b.Last)
		}
		return strings.Compare(a.Name, b.Name)
	})
	if asked.Descending {
		slices.Reverse(streams)
	}
	streams, next, err := page(streams, asked.NextToken, asked.Limit)
	return fields("logStreams", streams, "nextToken", next), err
}

func (c *Control) filterLogEvents(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		LogGroupName, FilterPattern, NextToken, LogStreamNamePrefix string
		LogStreamNames                                              []string
		StartTime, EndTime                                          int64
		Limit                                                       int
		Interleaved                                                 template.NoBearing // streams always are
	}](in)
	if err != nil {
		return nil, err
	}
	matches, err := pattern(asked.FilterPattern)
	if err != nil {
		return nil, err
	}
	events, err := c.read(in.Principal, "logs:FilterLogEvents", asked.LogGroupName)
	if err != nil {
		return nil, err
	}
	var found []logs.Event
	for _, e := range events {
		if within(e.Time, asked.StartTime, asked.EndTime) && matches(e.Message) && strings.HasPrefix(e.Stream, asked.LogStreamNamePrefix) &&
			isOne(e.Stream, asked.LogStreamNames) {
			found = append(found, e)
		}
	}
	found, next, err := page(found, asked.NextToken, asked.Limit)
	return fields("events", written(found), "nextToken", next), err
}

func (c *Control) getLogEvents(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		LogGroupName, LogStreamName, NextToken string
		StartTime, EndTime                     int64
		Limit                                  int
		StartFromHead                          bool
	}](in)
	if err != nil {
		return nil, err
	}
	events, err := c.read(in.Principal, "logs:GetLogEvents", asked.LogGroupName)
	if err != nil {
		return nil, err
	}
	events = slices.DeleteFunc(events, func(e logs.Event) bool {
		return e.Stream != asked.LogStreamName || !within(e.Time, asked.StartTime, asked.EndTime)
	})
	from, to, err := frame(len(events), asked.NextToken, asked.Limit, asked.StartFromHead)
	if err != nil {
		return nil, err
	}
	return fields("events", written(events[from:to]), "nextForwardToken", "f/"+strconv.Itoa(to), "nextBackwardToken", "b/"+strconv.Itoa(from)), nil
}

// read returns a group's events to who may read them.
func (c *Control) read(principal, action, group string) ([]logs.Event, error) {
	if err := c.Identity.Authorize(principal, action, c.groupARN(group)); err != nil {
		return nil, err
	}
	events, ok := c.Logs.Events(group)
	if !ok {
		return nil, refused("ResourceNotFoundException", "The specified log group does not exist.")
	}
	return events, nil
}

// within compares with milliseconds since 1970, of which 0 is no bound.
func within(t time.Time, from, to int64) bool {
	at := t.UnixMilli()
	return at >= from && (to == 0 || at < to)
}

// pattern matches lines that hold all words. The rest of the language is refused.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
func pattern(text string) (func(line string) bool, error) {
	if strings.ContainsAny(text, "{[?%") || strings.HasPrefix(text, "-") || strings.Contains(text, " -") {
		return nil, refused("InvalidParameterException", "the twin's logs are filtered by words and phrases only")
	}
	var words []string
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return func(line string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(line, word) })
	}, nil
}

type event struct {
	ID       string `json:"eventId"`
	Stream   string `json:"logStreamName"`
	Time     int64  `json:"timestamp"`
	Ingested int64  `json:"ingestionTime"`
	Message  string `json:"message"`
}

func written(events []logs.Event) []event {
	all := make([]event, len(events))
	for i, e := range events {
		at := e.Time.UnixMilli()
		all[i] = event{rand.Text(), e.Stream, at, at, e.Message}
	}
	return all
}

// fields is an object of names and values, without those that are "".
func fields(pairs ...any) map[string]any {
	object := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			object[pairs[i].(string)] = pairs[i+1]
		}
	}
	return object
}
