// One builder with its network, configuration and parser.
#pragma once

#include "Callbacks.hpp"
#include "Plugins.hpp"

#include <memory>
#include <vector>

struct ingot_trt_job {
  const ingot_trt_library &library;
  ingot_trt_listener listener;
  void *builder = nullptr;
  void *network = nullptr;
  void *config = nullptr;
  void *parser = nullptr;
  void *profile = nullptr;  // the one being filled; the builder owns it
  std::vector<void *> timingCaches;  // the last one is in use
  ingot::trt::PluginLibraries plugins;
  std::vector<std::string> serializedPlugins;
  std::vector<int> targets;  // compute capabilities, where they are listed

  ingot_trt_job(const ingot_trt_library &library, ingot_trt_listener listener) : library(library), listener(listener) {}
  ingot_trt_job(const ingot_trt_job &) = delete;
  ingot_trt_job &operator=(const ingot_trt_job &) = delete;
  ~ingot_trt_job();

  ingot::trt::Layout layout() const { return library.layout; }

  template <class R, class... A, ingot::trt::Receiver receiver>
  R call(
      void *object, const ingot::trt::Method<R(A...), receiver> &method,
      typename ingot::trt::Exactly<A>::Type... arguments) {
    return ingot::trt::call(library.layout, object, method, arguments...);
  }
};

namespace ingot::trt {

// Runs a body with the job's listener in place; an exception goes to the log as an internal error.
template <class Body> ingot_trt_status during(ingot_trt_job *job, Body body) noexcept {
  Listening listening(&job->listener);
  char *message = nullptr;
  const ingot_trt_status status = guarded(&message, body);
  if (message != nullptr) {
    if (job->listener.log != nullptr) job->listener.log(job->listener.context, 0, message);
    free(message);
  }
  return status;
}

// For questions whose answer is a value: the fallback where the question failed.
template <class Value, class Body> Value answer(ingot_trt_job *job, Value fallback, Body body) noexcept {
  Value value = fallback;
  during(job, [&] {
    value = body();
    return INGOT_TRT_OK;
  });
  return value;
}

}  // namespace ingot::trt
