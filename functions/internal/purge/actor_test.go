package purge_test

import "strings"

// actor does its steps one by one, each when it is told to.
type actor struct {
	ready, done chan struct{} // ready is closed when no step is left
	next        chan struct{}
}

func newActor() *actor {
	return &actor{make(chan struct{}), make(chan struct{}), make(chan struct{})}
}

// play begins with the actor's part, which stops before its first step.
func (a *actor) play(part func(*actor)) {
	go func() {
		defer close(a.ready)
		part(a)
	}()
}

// step waits for its turn. It is called by the actor.
func (a *actor) step(do func()) {
	a.ready <- struct{}{}
	<-a.next
	do()
	a.done <- struct{}{}
}

// advance has the actor do its next step, if any.
func (a *actor) advance() {
	if _, ok := <-a.ready; ok {
		a.next <- struct{}{}
		<-a.done
	}
}

// orders returns every way to do m steps of one actor and n of another, as
// texts of m times 'R' and n times 'P'.
func orders(m, n int) []string {
	if m == 0 || n == 0 {
		return []string{strings.Repeat("R", m) + strings.Repeat("P", n)}
	}
	var all []string
	for _, rest := range orders(m-1, n) {
		all = append(all, "R"+rest)
	}
	for _, rest := range orders(m, n-1) {
		all = append(all, "P"+rest)
	}
	return all
}

// nth returns where in the order the actor does its step n.
func nth(order string, actor byte, n int) int {
	for i := range len(order) {
		if order[i] == actor {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return len(order)
}
