// IngotStore
