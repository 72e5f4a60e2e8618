// The objects that TensorRT calls back while an engine runs: an error recorder, a profiler and output allocators. Declared
// in the order of the public interfaces, so that the compiler lays out their tables.
#pragma once

#include "Callbacks.hpp"
#include "Library.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace ingot::trt {

// IErrorRecorder, the same in all families: while one is set, errors go to it and not to the logger.
class ErrorRecorder {
 public:
  virtual int32_t language() const noexcept { return 0; }  // C++
  virtual InterfaceInfo information() const noexcept { return {"IErrorRecorder", 1, 0}; }
  virtual ~ErrorRecorder() = default;
  virtual int32_t getNbErrors() const noexcept;
  virtual int32_t getErrorCode(int32_t index) const noexcept;
  virtual const char *getErrorDesc(int32_t index) const noexcept;
  virtual bool hasOverflowed() const noexcept { return false; }
  virtual void clear() noexcept;
  virtual bool reportError(int32_t code, const char *text) noexcept;
  // Lives as long as what it is set on.
  virtual int32_t incRefCount() noexcept { return 1; }
  virtual int32_t decRefCount() noexcept { return 0; }

  // What was reported, a line each; forgotten here.
  std::string take();

 private:
  struct Error {
    int32_t code;
    std::string text;
  };
  mutable std::mutex mutex;
  std::vector<Error> errors;
};

// Hears how long layers took.
struct LayerListener {
  void *context;
  void (*layer)(void *context, const char *name, float milliseconds);
};

// IProfiler, in the layout that a family expects. The listener must outlive it.
std::shared_ptr<void> profiler(Family family, const LayerListener *listener);

// IOutputAllocator, likewise.
std::shared_ptr<void> outputAllocator(Family family, const ingot_trt_allocator &allocator);

ingot_trt_shape shapeOf(const Dims &dims);

// Runs a body; where it fails, what the library told the recorder and the log about it becomes the message.
template <class Body> ingot_trt_status explaining(ErrorRecorder &recorder, char **message, Body body) noexcept {
  std::string heard;
  const ingot_trt_listener listener{
      &heard,
      [](void *context, int severity, const char *text) {
        if (severity < 2) *static_cast<std::string *>(context) += std::string(text) + "\n";
      },
      nullptr, nullptr, nullptr};
  Listening listening(&listener);
  char *problem = nullptr;
  const ingot_trt_status status = guarded(&problem, body);
  const std::string said = recorder.take() + heard;
  if (status == INGOT_TRT_OK || message == nullptr) {
    free(problem);
  } else {
    *message = problem != nullptr ? problem : said.empty() ? nullptr : copied(said);
  }
  return status;
}

}  // namespace ingot::trt
