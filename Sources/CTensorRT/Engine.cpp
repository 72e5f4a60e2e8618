// Engines: from a plan, what they take and give, and what they tell about themselves.

#include "Engine.hpp"

using namespace ingot::trt;

namespace {

// TensorLocation, TensorIOMode, TensorFormat, LayerInformationFormat, SerializationFlag: the same in all families.
const int onHost = 1, input = 1, linear = 0, json = 1, excludeWeights = 0;

template <class Value, class Body> Value answer(const ingot_trt_engine *engine, Value fallback, Body body) noexcept {
  Value value = fallback;
  explaining(engine->recorder, nullptr, [&] {
    value = body();
    return INGOT_TRT_OK;
  });
  return value;
}

}  // namespace

// The runtime goes last, and before it the plug-ins, which the engine has objects of.
ingot_trt_engine::~ingot_trt_engine() {
  if (isObject(engine)) call(engine, deleteObject);
  plugins.unload(library.layout);
  if (isObject(runtime)) call(runtime, deleteObject);
}

ingot_trt_status ingot_trt_engine_open(const ingot_trt_library *library, ingot_trt_engine **result, char **message) {
  return guarded(message, [&] {
    auto made = std::make_unique<ingot_trt_engine>(*library);
    const ingot_trt_status status = explaining(made->recorder, message, [&] {
      if (library->createRuntime == nullptr) return INGOT_TRT_FAILED;
      made->runtime = library->createRuntime(logger(library->layout.family), library->version);
      if (!isObject(made->runtime)) return INGOT_TRT_FAILED;
      // The engine takes it over.
      made->call(made->runtime, runtime::setErrorRecorder, &made->recorder);
      return INGOT_TRT_OK;
    });
    if (status == INGOT_TRT_OK) *result = made.release();
    return status;
  });
}

ingot_trt_status ingot_trt_engine_load_plugins(ingot_trt_engine *engine, const char *path, char **message) {
  char *problem = nullptr, *said = nullptr;
  const ingot_trt_status status = explaining(engine->recorder, &said, [&] {
    void *const registry = engine->call(engine->runtime, runtime::getPluginRegistry);
    return engine->plugins.load(engine->library, registry, path, &problem);
  });
  *message = problem != nullptr ? problem : said;
  if (problem != nullptr) free(said);
  return status;
}

ingot_trt_status ingot_trt_engine_allow_host_code(ingot_trt_engine *engine, char **message) {
  return explaining(engine->recorder, message, [&] {
    engine->call(engine->runtime, runtime::setEngineHostCodeAllowed, true);
    return engine->call(engine->runtime, runtime::getEngineHostCodeAllowed) ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_engine_read(ingot_trt_engine *engine, const void *plan, size_t byte_count, char **message) {
  return explaining(engine->recorder, message, [&] {
    engine->engine = engine->call(engine->runtime, runtime::deserializeCudaEngine, plan, byte_count);
    return isObject(engine->engine) ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

void ingot_trt_engine_close(ingot_trt_engine *engine) {
  guarded(nullptr, [&] {
    delete engine;
    return INGOT_TRT_OK;
  });
}

int ingot_trt_io_count(const ingot_trt_engine *engine) {
  return answer(engine, 0, [&] { return engine->call(engine->engine, engine::getNbIOTensors); });
}

bool ingot_trt_io_at(const ingot_trt_engine *engine, int index, ingot_trt_io *io) {
  return answer(engine, false, [&] {
    void *const object = engine->engine;
    const char *const name = engine->call(object, engine::getIOTensorName, index);
    if (!isObject(name)) return false;
    const char *const format = engine->call(object, engine::getTensorFormatDesc, name);
    io->name = name;
    io->type = engine->call(object, engine::getTensorDataType, name);
    io->is_input = engine->call(object, engine::getTensorIOMode, name) == input;
    io->is_on_host = engine->call(object, engine::getTensorLocation, name) == onHost;
    io->gives_shapes = io->is_input && engine->call(object, engine::isShapeInferenceIO, name);
    io->is_linear = engine->call(object, engine::getTensorFormat, name) == linear;
    io->format = isObject(format) ? format : "";
    io->shape = shapeOf(engine->call(object, engine::getTensorShape, name));
    return true;
  });
}

int ingot_trt_profile_count(const ingot_trt_engine *engine) {
  return answer(engine, 0, [&] { return engine->call(engine->engine, engine::getNbOptimizationProfiles); });
}

bool ingot_trt_profile_shape(
    const ingot_trt_engine *engine, int profile, const char *input, ingot_trt_selector selector,
    ingot_trt_shape *shape) {
  return answer(engine, false, [&] {
    *shape = shapeOf(engine->call(engine->engine, engine::getProfileShape, input, profile, selector));
    return shape->rank >= 0;
  });
}

bool ingot_trt_profile_value(
    const ingot_trt_engine *engine, int profile, const char *input, ingot_trt_selector selector, int index,
    int64_t *value) {
  return answer(engine, false, [&] {
    if (engine->has(engine::getProfileTensorValuesV2)) {
      const int64_t *const values =
          engine->call(engine->engine, engine::getProfileTensorValuesV2, input, profile, selector);
      if (isObject(values)) *value = values[index];
      return isObject(values);
    }
    const int32_t *const values =
        engine->call(engine->engine, engine::getProfileTensorValues, input, profile, selector);
    if (isObject(values)) *value = values[index];
    return isObject(values);
  });
}

int64_t ingot_trt_engine_memory(const ingot_trt_engine *engine) {
  return answer<int64_t>(engine, 0, [&] {
    return engine->has(engine::getDeviceMemorySizeV2)
        ? engine->call(engine->engine, engine::getDeviceMemorySizeV2)
        : int64_t(engine->call(engine->engine, engine::getDeviceMemorySize));
  });
}

int64_t ingot_trt_streamable_weights(const ingot_trt_engine *engine) {
  return answer<int64_t>(engine, 0, [&] { return engine->call(engine->engine, engine::getStreamableWeightsSize); });
}

ingot_trt_status ingot_trt_set_weight_budget(ingot_trt_engine *engine, int64_t byte_count, char **message) {
  return explaining(engine->recorder, message, [&] {
    if (!engine->has(engine::setWeightStreamingBudgetV2)) return INGOT_TRT_LACKING;
    const bool isTaken = engine->call(engine->engine, engine::setWeightStreamingBudgetV2, byte_count);
    return isTaken && engine->call(engine->engine, engine::getWeightStreamingBudgetV2) == byte_count
        ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_inspect(const ingot_trt_engine *engine, char **text, char **message) {
  return explaining(engine->recorder, message, [&] {
    const Owned inspector(*engine, engine->call(engine->engine, engine::createEngineInspector));
    if (!isObject(inspector.get())) return INGOT_TRT_FAILED;
    const char *const found = engine->call(inspector.get(), inspector::getEngineInformation, json);
    if (!isObject(found)) return INGOT_TRT_FAILED;
    *text = copied(found);
    return INGOT_TRT_OK;
  });
}

ingot_trt_status ingot_trt_serialize(const ingot_trt_engine *engine, ingot_trt_memory **plan, char **message) {
  return explaining(engine->recorder, message, [&] {
    const Owned config(*engine, engine->call(engine->engine, engine::createSerializationConfig));
    if (!isObject(config.get())) return INGOT_TRT_FAILED;
    // On at first for an engine that was built without them.
    engine->call(config.get(), serializationConfig::clearFlag, excludeWeights);
    void *const memory = engine->call(engine->engine, engine::serializeWithConfig, config.get());
    return take(engine->library.layout, memory, INGOT_TRT_REFUSED, plan);
  });
}
