// IngotBackends
