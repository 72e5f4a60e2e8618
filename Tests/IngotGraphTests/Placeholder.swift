// IngotGraph
