package limits

import "slices"

var budgets = slices.Concat(
	about("AWS::Budgets::Budget", "aws-cost-management/latest/APIReference/API_budgets_Budget.html",
		rule{name: "budget-unit", check: oneOf("Budget.TimeUnit", "DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY")},
		rule{name: "budget-type", check: oneOf("Budget.BudgetType", "COST")},
		rule{name: "budget-amount", check: all(between("Budget.BudgetLimit.Amount", 1, 1e9, "US dollars"), oneOf("Budget.BudgetLimit.Unit", "USD"))},
	),
	about("AWS::Budgets::Budget", "aws-cost-management/latest/APIReference/API_budgets_Notification.html",
		rule{name: "budget-threshold", check: all(between("NotificationsWithSubscribers.Notification.Threshold", 1, 1e9, "percent"),
			oneOf("NotificationsWithSubscribers.Notification.NotificationType", "ACTUAL", "FORECASTED"),
			oneOf("NotificationsWithSubscribers.Notification.ComparisonOperator", "GREATER_THAN", "LESS_THAN", "EQUAL_TO"))},
		rule{name: "budget-told", check: all(set("NotificationsWithSubscribers.Subscribers.Address"), atMost(5, "NotificationsWithSubscribers.Notification"))},
	),
)
