// IngotPlan
