// Building, the plan that comes out, and the timing cache that helps the next build.

#include "Job.hpp"

#include <condition_variable>
#include <mutex>

using namespace ingot::trt;

namespace {

// RTX keeps the list of GPUs that it builds for in one place of the process: two builds with different lists at once
// fail ("Target SM 80 is not found in the accelerator list"; 3 of 4 on 1.7.1). Builds with equal lists may go on
// together.
class Gate {
 public:
  class Pass {
   public:
    Pass(Gate &gate, const std::vector<int> &targets) : gate(gate) {
      std::unique_lock<std::mutex> lock(gate.mutex);
      gate.left.wait(lock, [&] { return gate.inside == 0 || gate.targets == targets; });
      gate.targets = targets;
      gate.inside++;
    }
    ~Pass() {
      std::lock_guard<std::mutex> lock(gate.mutex);
      if (--gate.inside == 0) gate.left.notify_all();
    }
    Pass(const Pass &) = delete;
    Pass &operator=(const Pass &) = delete;

   private:
    Gate &gate;
  };

 private:
  std::mutex mutex;
  std::condition_variable left;
  std::vector<int> targets;
  int inside = 0;
};

Gate gate;

}  // namespace

struct ingot_trt_memory {
  Layout layout;
  void *memory;  // an IHostMemory, which outlives builder, network and configuration
  const void *bytes;
  size_t byteCount;
};

ingot_trt_status ingot::trt::take(Layout layout, void *memory, ingot_trt_status status, ingot_trt_memory **result) {
  if (!isObject(memory)) return status;
  const void *const bytes = call(layout, memory, hostMemory::data);
  const size_t byteCount = call(layout, memory, hostMemory::size);
  if (!isObject(bytes) || byteCount == 0) {
    call(layout, memory, deleteObject);
    return INGOT_TRT_FAILED;
  }
  *result = new ingot_trt_memory{layout, memory, bytes, byteCount};
  return INGOT_TRT_OK;
}

// Severity 0 and 1 of the log do not make a build fail: what counts is whether there is a plan.
ingot_trt_status ingot_trt_build(ingot_trt_job *job, ingot_trt_memory **plan) {
  return during(job, [&] {
    Gate::Pass pass(gate, job->targets);
    ProgressMonitor monitor(job->listener);
    job->call(job->config, config::setProgressMonitor, &monitor);
    void *const memory = job->call(job->builder, builder::buildSerializedNetwork, job->network, job->config);
    job->call(job->config, config::setProgressMonitor, nullptr);
    return take(job->layout(), memory, INGOT_TRT_REFUSED, plan);
  });
}

ingot_trt_status ingot_trt_use_timing_cache(ingot_trt_job *job, const void *bytes, size_t byte_count) {
  return during(job, [&] {
    const auto use = [&](const void *bytes, size_t byteCount) {
      void *const cache = job->call(job->config, config::createTimingCache, bytes, byteCount);
      if (!isObject(cache)) return false;
      job->timingCaches.push_back(cache);
      return job->call(job->config, config::setTimingCache, cache, false);
    };
    if (use(bytes, byte_count)) return INGOT_TRT_OK;
    return byte_count > 0 && use(nullptr, 0) ? INGOT_TRT_REFUSED : INGOT_TRT_FAILED;
  });
}

ingot_trt_status ingot_trt_merge_timing_cache(
    ingot_trt_job *job, const void *other, size_t other_byte_count, ingot_trt_memory **merged) {
  return during(job, [&] {
    if (job->timingCaches.empty()) return INGOT_TRT_ABSENT;
    void *const cache = job->timingCaches.back();
    if (other_byte_count > 0) {
      void *const found = job->call(job->config, config::createTimingCache, other, other_byte_count);
      if (isObject(found)) {
        job->timingCaches.insert(job->timingCaches.begin(), found);
        job->call(cache, timingCache::combine, found, false);
      }
    }
    return take(job->layout(), job->call(cache, timingCache::serialize), INGOT_TRT_FAILED, merged);
  });
}

const void *ingot_trt_memory_bytes(const ingot_trt_memory *memory) { return memory->bytes; }
size_t ingot_trt_memory_byte_count(const ingot_trt_memory *memory) { return memory->byteCount; }

void ingot_trt_memory_free(ingot_trt_memory *memory) {
  if (memory == nullptr) return;
  guarded(nullptr, [&] {
    call(memory->layout, memory->memory, deleteObject);
    delete memory;
    return INGOT_TRT_OK;
  });
}
