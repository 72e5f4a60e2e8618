// New weights for an engine that was built for it.

#include "Engine.hpp"

using namespace ingot::trt;

namespace {

template <class M> std::vector<std::string> names(const ingot_trt_engine &engine, void *refitter, const M &method) {
  const int count = engine.call(refitter, method, 0, nullptr);
  std::vector<const char *> found(size_t(count > 0 ? count : 0));
  if (!found.empty()) engine.call(refitter, method, count, found.data());
  std::vector<std::string> list;
  for (const char *name : found) {
    if (isObject(name)) list.push_back(name);
  }
  return list;
}

// Hands a model's weights to a refitter.
ingot_trt_status readWeights(
    const ingot_trt_engine &engine, void *refitter, const void *model, size_t byteCount, const char *path) {
  const ingot_trt_library &library = engine.library;
  if (library.createParserRefitter == nullptr) return INGOT_TRT_FAILED;
  void *const parser = library.createParserRefitter(refitter, logger(library.layout.family), library.version);
  if (!isObject(parser)) return INGOT_TRT_FAILED;
  const bool isTaken = engine.call(parser, parserRefitter::refitFromBytes, model, byteCount, path);
  const int count = isTaken ? 0 : engine.call(parser, parserRefitter::getNbErrors);
  for (int index = 0; index < count; index++) {
    void *const error = engine.call(parser, parserRefitter::getError, index);
    if (isObject(error)) {
      engine.recorder.reportError(engine.call(error, parserError::code), engine.call(error, parserError::desc));
    }
  }
  engine.call(parser, parserRefitter::deleteRefitter);
  return isTaken ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
}

// Runs a body with a refitter of the engine.
template <class Body> ingot_trt_status withRefitter(ingot_trt_engine *engine, char **message, Body body) {
  return explaining(engine->recorder, message, [&] {
    if (!engine->call(engine->engine, engine::isRefittable)) return INGOT_TRT_LACKING;
    void *const log = logger(engine->library.layout.family);
    const Owned refitter(*engine, engine->call(engine->engine, engine::createRefitter, log));
    if (!isObject(refitter.get())) return INGOT_TRT_FAILED;
    engine->call(refitter.get(), refitter::setErrorRecorder, &engine->recorder);
    return body(refitter.get());
  });
}

}  // namespace

ingot_trt_status ingot_trt_refit(
    ingot_trt_engine *engine, const void *model, size_t byte_count, const char *path, char **message) {
  return withRefitter(engine, message, [&](void *refitter) {
    const ingot_trt_status status = readWeights(*engine, refitter, model, byte_count, path);
    if (status != INGOT_TRT_OK) return status;
    const auto missing = names(*engine, refitter, refitter::getMissingWeights);
    for (const std::string &name : missing) engine->recorder.reportError(0, name.c_str());
    if (!missing.empty()) return INGOT_TRT_ABSENT;
    return engine->call(refitter, refitter::refitCudaEngine) ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_refittable_weights(ingot_trt_engine *engine, char **text, char **message) {
  return withRefitter(engine, message, [&](void *refitter) {
    std::string lines;
    for (const std::string &name : names(*engine, refitter, refitter::getAllWeights)) lines += name + "\n";
    *text = copied(lines);
    return INGOT_TRT_OK;
  });
}
