// Building, and the plan that comes out.

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

struct ingot_trt_plan {
  Layout layout;
  void *memory;  // an IHostMemory, which outlives builder, network and configuration
  const void *bytes;
  size_t byteCount;
};

// Severity 0 and 1 of the log do not make a build fail: what counts is whether there is a plan.
ingot_trt_status ingot_trt_build(ingot_trt_job *job, ingot_trt_plan **plan) {
  return during(job, [&] {
    Gate::Pass pass(gate, job->targets);
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
