// Package logs is CloudWatch Logs, as far as a stack's functions write to it
// and people read it.
package logs

import (
	"slices"
	"sync"
	"time"

	"primrose/functions/internal/twin/template"
)

// Logs are the log groups of a stack. Its methods may be called at any time.
type Logs struct {
	mu     sync.Mutex
	groups map[string]*group
}

type group struct {
	arn    string
	events []Event
}

// Event is a line of a log.
type Event struct {
	Time    time.Time
	Stream  string
	Message string
}

// groupProperties are those of AWS::Logs::LogGroup.
type groupProperties struct {
	RetentionInDays template.NoBearing // a day at least, which no twin lasts
}

// New makes the log groups of a stack.
func New(stack *template.Stack) (*Logs, error) {
	groups, err := template.All[groupProperties](stack, "AWS::Logs::LogGroup")
	if err != nil {
		return nil, err
	}
	l := &Logs{groups: map[string]*group{}}
	for _, g := range groups {
		l.groups[g.Ref] = &group{arn: g.ARN}
	}
	return l, nil
}

// Groups are the names of all groups, in order.
func (l *Logs) Groups() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for name := range l.groups {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Put adds an event to a group, and reports whether there is one of that name.
func (l *Logs) Put(group string, event Event) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	g, ok := l.groups[group]
	if ok {
		g.events = append(g.events, event)
	}
	return ok
}

// Events are those of a group, as they came; ok is false if there is no such
// group.
func (l *Logs) Events(group string) (events []Event, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g, ok := l.groups[group]
	if !ok {
		return nil, false
	}
	return slices.Clone(g.events), true
}
