// IngotRelease
