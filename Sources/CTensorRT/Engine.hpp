// An engine with the runtime that it came from, and a context with what it was told to use.
#pragma once

#include "ExecutionCallbacks.hpp"
#include "Plugins.hpp"
#include "RuntimeSlots.hpp"

struct ingot_trt_engine {
  const ingot_trt_library &library;
  mutable ingot::trt::ErrorRecorder recorder;
  void *runtime = nullptr;
  void *engine = nullptr;  // null until it is read
  ingot::trt::PluginLibraries plugins;

  explicit ingot_trt_engine(const ingot_trt_library &library) : library(library) {}
  ingot_trt_engine(const ingot_trt_engine &) = delete;
  ingot_trt_engine &operator=(const ingot_trt_engine &) = delete;
  ~ingot_trt_engine();

  template <class M> bool has(const M &method) const { return library.layout.has(method); }

  template <class R, class... A, ingot::trt::Receiver receiver>
  R call(
      void *object, const ingot::trt::Method<R(A...), receiver> &method,
      typename ingot::trt::Exactly<A>::Type... arguments) const {
    return ingot::trt::call(library.layout, object, method, arguments...);
  }
};

namespace ingot::trt {

// Deletes what the library made when it is left.
class Owned {
 public:
  Owned(const ingot_trt_engine &engine, void *object) : engine(engine), object(object) {}
  ~Owned() {
    if (isObject(object)) engine.call(object, deleteObject);
  }
  Owned(const Owned &) = delete;
  Owned &operator=(const Owned &) = delete;
  void *get() const { return object; }

 private:
  const ingot_trt_engine &engine;
  void *const object;
};

}  // namespace ingot::trt
