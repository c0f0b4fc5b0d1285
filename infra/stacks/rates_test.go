package stacks_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"primrose/infra/config"
)

// Somebody who reads how much may be asked for reads what is deployed.
func TestDocsNameTheRates(t *testing.T) {
	docs := read(t, "docs/security.md")
	dev, prod := config.Dev().Service, config.Prod().Service
	for _, cells := range []string{
		fmt.Sprintf("| `Firewall.Rate`, where `Firewall.On` | off; %s |", grouped(config.Firewall{On: true}.Limit())),
		fmt.Sprintf("| `API.Rate`, `API.Burst` | `prod` %s and %s, `dev` %s and %s |",
			grouped(prod.API.Rate), grouped(prod.API.Burst), grouped(dev.API.Rate), grouped(dev.API.Burst)),
		fmt.Sprintf("| `Image.Deadline` | %.0f s |", prod.Image.Deadline.Seconds()),
		fmt.Sprintf("at `API.Rate` of %s a flood", grouped(prod.API.Rate)),
	} {
		if !strings.Contains(strings.ToLower(docs), strings.ToLower(cells)) {
			t.Errorf("docs/security.md does not say\n%s", cells)
		}
	}
	if s := prod; s.Image.Reserved != 0 || s.Image.Jobs != 1 || len(s.Edge.Widths) > 0 || config.Prod().Watch.Budget != 0 || config.Prod().Firewall.On {
		t.Errorf("docs/security.md says otherwise of %+v", config.Prod())
	}
}

// grouped spells a number with a comma before each three digits.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}
