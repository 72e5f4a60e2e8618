// Contexts: what an engine is run with.

#include "Engine.hpp"

#include "Names.hpp"

#include <map>

using namespace ingot::trt;

struct ingot_trt_context {
  const ingot_trt_engine &engine;
  ErrorRecorder recorder;
  void *config = nullptr;  // TensorRT-RTX, as the cache
  void *cache = nullptr;
  void *context = nullptr;
  LayerListener layers{};
  std::shared_ptr<void> profiler;
  std::map<std::string, std::shared_ptr<void>> allocators;  // by output

  explicit ingot_trt_context(const ingot_trt_engine &engine) : engine(engine) {}
  ingot_trt_context(const ingot_trt_context &) = delete;
  ingot_trt_context &operator=(const ingot_trt_context &) = delete;
  ~ingot_trt_context() {
    for (void *const object : {context, cache, config}) {
      if (isObject(object)) engine.call(object, deleteObject);
    }
  }
};

namespace {

const int withStaticMemory = 0;  // ExecutionContextAllocationStrategy

template <class Body> ingot_trt_status during(ingot_trt_context *context, char **message, Body body) noexcept {
  return explaining(context->recorder, message, body);
}

ingot_trt_status taken(bool isTaken) { return isTaken ? INGOT_TRT_OK : INGOT_TRT_REFUSED; }

Dims dimsOf(const int64_t *sizes, int rank) {
  Dims dims{rank, {}};
  for (int axis = 0; axis < rank && axis < INGOT_TRT_MAX_RANK; axis++) dims.sizes[axis] = sizes[axis];
  return dims;
}

// What TensorRT-RTX alone can be told.
ingot_trt_status configure(ingot_trt_context &made, const ingot_trt_context_settings &settings) {
  const ingot_trt_engine &engine = made.engine;
  const Layout layout = engine.library.layout;
  if (!layout.has(runtimeConfig::setCudaGraphStrategy)) return INGOT_TRT_LACKING;
  made.config = engine.call(engine.engine, engine::createRuntimeConfig);
  if (!isObject(made.config)) return INGOT_TRT_FAILED;
  if (settings.cuda_graphs != nullptr) {
    const int value = valueOf(settings.cuda_graphs, cudaGraphStrategies, layout);
    if (value < 0) return INGOT_TRT_LACKING;
    const bool isTaken = engine.call(made.config, runtimeConfig::setCudaGraphStrategy, value);
    if (!isTaken || engine.call(made.config, runtimeConfig::getCudaGraphStrategy) != value) return INGOT_TRT_REFUSED;
  }
  if (settings.dynamic_kernels != nullptr) {
    const int value = valueOf(settings.dynamic_kernels, dynamicKernelStrategies, layout);
    if (value < 0) return INGOT_TRT_LACKING;
    engine.call(made.config, runtimeConfig::setDynamicShapesKernelStrategy, value);
    if (engine.call(made.config, runtimeConfig::getDynamicShapesKernelStrategy) != value) return INGOT_TRT_REFUSED;
  }
  made.cache = engine.call(made.config, runtimeConfig::createRuntimeCache);
  if (!isObject(made.cache)) return INGOT_TRT_FAILED;
  // One of another version or GPU is not taken, and the context starts with none.
  if (settings.cache_byte_count > 0) {
    engine.call(made.cache, runtimeCache::deserialize, settings.cache, settings.cache_byte_count);
  }
  return taken(engine.call(made.config, runtimeConfig::setRuntimeCache, made.cache));
}

ingot_trt_status open(ingot_trt_context &made, const ingot_trt_context_settings &settings) {
  const ingot_trt_engine &engine = made.engine;
  const bool isAsked = settings.cuda_graphs != nullptr || settings.dynamic_kernels != nullptr;
  if (isAsked || engine.has(runtimeConfig::setRuntimeCache)) {
    const ingot_trt_status status = configure(made, settings);
    if (status != INGOT_TRT_OK) return status;
    made.context = engine.call(engine.engine, engine::createExecutionContextWithRuntimeConfig, made.config);
  } else {
    made.context = engine.call(engine.engine, engine::createExecutionContext, withStaticMemory);
  }
  if (!isObject(made.context)) return INGOT_TRT_FAILED;
  // Several contexts may fail at once.
  engine.call(made.context, context::setErrorRecorder, &made.recorder);
  return INGOT_TRT_OK;
}

}  // namespace

ingot_trt_status ingot_trt_context_make(
    ingot_trt_engine *engine, ingot_trt_context_settings settings, ingot_trt_context **result, char **message) {
  return guarded(message, [&] {
    auto made = std::make_unique<ingot_trt_context>(*engine);
    const ingot_trt_status status = explaining(engine->recorder, message, [&] { return open(*made, settings); });
    if (status == INGOT_TRT_OK) *result = made.release();
    return status;
  });
}

void ingot_trt_context_close(ingot_trt_context *context) {
  guarded(nullptr, [&] {
    delete context;
    return INGOT_TRT_OK;
  });
}

ingot_trt_status ingot_trt_use_profile(ingot_trt_context *context, int profile, void *stream, char **message) {
  return during(context, message, [&] {
    return taken(context->engine.call(context->context, context::setOptimizationProfileAsync, profile, stream));
  });
}

ingot_trt_status ingot_trt_set_shape(
    ingot_trt_context *context, const char *input, const int64_t *sizes, int rank, char **message) {
  return during(context, message, [&] {
    if (rank > INGOT_TRT_MAX_RANK) return INGOT_TRT_LACKING;
    const Dims dims = dimsOf(sizes, rank);
    return taken(context->engine.call(context->context, context::setInputShape, input, &dims));
  });
}

ingot_trt_status ingot_trt_set_address(ingot_trt_context *context, const char *tensor, void *address, char **message) {
  return during(context, message, [&] {
    return taken(context->engine.call(context->context, context::setTensorAddress, tensor, address));
  });
}

ingot_trt_status ingot_trt_infer_shapes(ingot_trt_context *context, char **message) {
  return during(context, message, [&] {
    const char *missing = nullptr;
    const int count = context->engine.call(context->context, context::inferShapes, 1, &missing);
    if (count > 0 && isObject(missing)) {
      context->recorder.reportError(0, ("the input '" + std::string(missing) + "' has no shape or values").c_str());
    }
    return taken(count == 0);
  });
}

bool ingot_trt_context_shape(ingot_trt_context *context, const char *tensor, ingot_trt_shape *shape) {
  return during(context, nullptr, [&] {
    *shape = shapeOf(context->engine.call(context->context, context::getTensorShape, tensor));
    return taken(shape->rank >= 0);
  }) == INGOT_TRT_OK;
}

ingot_trt_status ingot_trt_set_allocator(
    ingot_trt_context *context, const char *output, ingot_trt_allocator allocator, char **message) {
  return during(context, message, [&] {
    auto made = outputAllocator(context->engine.library.layout.family, allocator);
    const bool isTaken = context->engine.call(context->context, context::setOutputAllocator, output, made.get());
    if (isTaken) context->allocators[output] = std::move(made);
    return taken(isTaken);
  });
}

ingot_trt_status ingot_trt_profile_layers(
    ingot_trt_context *context, void *listener, void (*layer)(void *listener, const char *name, float milliseconds)) {
  return during(context, nullptr, [&] {
    context->layers = {listener, layer};
    auto made = layer == nullptr ? nullptr : profiler(context->engine.library.layout.family, &context->layers);
    context->engine.call(context->context, context::setProfiler, made.get());
    context->profiler = std::move(made);
    return INGOT_TRT_OK;
  });
}

ingot_trt_status ingot_trt_enqueue(ingot_trt_context *context, void *stream, char **message) {
  return during(context, message, [&] {
    return taken(context->engine.call(context->context, context::enqueueV3, stream));
  });
}

ingot_trt_status ingot_trt_context_cache(ingot_trt_context *context, ingot_trt_memory **cache) {
  return during(context, nullptr, [&] {
    if (!isObject(context->cache)) return INGOT_TRT_LACKING;
    void *const memory = context->engine.call(context->cache, runtimeCache::serialize);
    return take(context->engine.library.layout, memory, INGOT_TRT_FAILED, cache);
  });
}
