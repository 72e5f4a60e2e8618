// IngotRun
