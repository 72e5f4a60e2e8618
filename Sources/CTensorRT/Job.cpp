// Jobs: making the objects that belong together, and deleting them in an order that the library survives.

#include "Job.hpp"

#include "Names.hpp"

using namespace ingot::trt;

// The builder goes last, and before it the plug-ins, which the network has objects of. Profiles belong to the builder,
// tensors and layers to the network, errors to the parser.
ingot_trt_job::~ingot_trt_job() {
  if (isObject(parser)) call(parser, parser::deleteParser);
  if (isObject(network)) call(network, deleteObject);
  for (void *const cache : timingCaches) call(cache, deleteObject);
  if (isObject(config)) call(config, deleteObject);
  plugins.unload(layout());
  if (isObject(builder)) call(builder, deleteObject);
}

static ingot_trt_status open(ingot_trt_job &job, char **message) {
  const ingot_trt_library &library = job.library;
  void *const log = logger(library.layout.family);
  job.builder = library.createBuilder(log, library.version);
  if (!isObject(job.builder)) return fail(INGOT_TRT_FAILED, "no builder could be made", message);
  const int stronglyTyped = valueOf("STRONGLY_TYPED", networkFlags, library.layout);
  job.network = job.call(job.builder, builder::createNetworkV2, 1u << stronglyTyped);
  job.config = job.call(job.builder, builder::createBuilderConfig);
  if (!isObject(job.network) || !isObject(job.config)) {
    return fail(INGOT_TRT_FAILED, "no network or no configuration could be made", message);
  }
  job.parser = library.createParser(job.network, log, library.version);
  return isObject(job.parser) ? INGOT_TRT_OK : fail(INGOT_TRT_FAILED, "no parser could be made", message);
}

ingot_trt_status ingot_trt_job_open(
    const ingot_trt_library *library, ingot_trt_listener listener, ingot_trt_job **result, char **message) {
  return guarded(message, [&] {
    auto job = std::make_unique<ingot_trt_job>(*library, listener);
    Listening listening(&job->listener);
    const ingot_trt_status status = open(*job, message);
    if (status != INGOT_TRT_OK) {
      job.reset();  // while its listener is still in place
      return status;
    }
    *result = job.release();
    return status;
  });
}

void ingot_trt_job_close(ingot_trt_job *job) {
  if (job == nullptr) return;
  ingot_trt_listener listener = job->listener;
  Listening listening(&listener);
  guarded(nullptr, [&] {
    delete job;
    return INGOT_TRT_OK;
  });
}
