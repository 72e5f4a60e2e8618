// IngotArchitecture
