// The objects that TensorRT calls back: a logger and a progress monitor. They are C++ classes declared in the order of
// the public interfaces, so that the compiler lays out their tables.
#pragma once

#include "CTensorRT.h"
#include "Slots.hpp"

namespace ingot::trt {

// The process's one logger, in the layout that a family expects. A second logger would draw a warning from the library.
void *logger(Family family);

// Sends the log of this thread to a listener for as long as it lives. Messages of other threads and of calls outside
// are dropped: TensorRT logs on the calling thread only.
class Listening {
 public:
  explicit Listening(const ingot_trt_listener *listener);
  ~Listening();
  Listening(const Listening &) = delete;
  Listening &operator=(const Listening &) = delete;

 private:
  const ingot_trt_listener *previous;
};

struct InterfaceInfo {
  const char *kind;
  int32_t major, minor;
};

// IProgressMonitor, the same in all families.
class ProgressMonitor {
 public:
  explicit ProgressMonitor(const ingot_trt_listener &listener) : listener(listener) {}
  virtual int32_t language() const noexcept { return 0; }  // C++
  virtual InterfaceInfo information() const noexcept { return {"IProgressMonitor", 1, 0}; }
  virtual ~ProgressMonitor() = default;
  virtual void phaseStart(const char *phase, const char *parent, int32_t stepCount) noexcept;
  virtual bool stepComplete(const char *phase, int32_t step) noexcept;
  virtual void phaseFinish(const char *phase) noexcept;

 private:
  ingot_trt_listener listener;
};

}  // namespace ingot::trt
