// IngotVerify
