// IngotReport
