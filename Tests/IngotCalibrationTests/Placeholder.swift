// IngotCalibration
