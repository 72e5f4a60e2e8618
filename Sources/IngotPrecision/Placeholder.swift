// IngotPrecision
