// IngotManifest
