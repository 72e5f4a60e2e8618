// Building, and the plan that comes out.

#include "Job.hpp"

using namespace ingot::trt;

struct ingot_trt_plan {
  Layout layout;
  void *memory;  // an IHostMemory, which outlives builder, network and configuration
  const void *bytes;
  size_t byteCount;
};

// Severity 0 and 1 of the log do not make a build fail: what counts is whether there is a plan.
ingot_trt_status ingot_trt_build(ingot_trt_job *job, ingot_trt_plan **plan) {
  return during(job, [&] {
    ProgressMonitor monitor(job->listener);
    job->call(job->config, config::setProgressMonitor, &monitor);
    void *const memory = job->call(job->builder, builder::buildSerializedNetwork, job->network, job->config);
    job->call(job->config, config::setProgressMonitor, nullptr);
    if (!isObject(memory)) return INGOT_TRT_REFUSED;
    const void *const bytes = job->call(memory, hostMemory::data);
    const size_t byteCount = job->call(memory, hostMemory::size);
    if (!isObject(bytes) || byteCount == 0) {
      job->call(memory, deleteObject);
      return INGOT_TRT_FAILED;
    }
    *plan = new ingot_trt_plan{job->layout(), memory, bytes, byteCount};
    return INGOT_TRT_OK;
  });
}

const void *ingot_trt_plan_bytes(const ingot_trt_plan *plan) { return plan->bytes; }
size_t ingot_trt_plan_byte_count(const ingot_trt_plan *plan) { return plan->byteCount; }

void ingot_trt_plan_free(ingot_trt_plan *plan) {
  if (plan == nullptr) return;
  guarded(nullptr, [&] {
    call(plan->layout, plan->memory, deleteObject);
    delete plan;
    return INGOT_TRT_OK;
  });
}
