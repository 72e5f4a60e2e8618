#include "Callbacks.hpp"

namespace ingot::trt {
namespace {

thread_local const ingot_trt_listener *current = nullptr;

void route(int32_t severity, const char *message) {
  if (current != nullptr && current->log != nullptr && message != nullptr) {
    current->log(current->context, severity, message);
  }
}

// ILogger of 10.x and RTX up to 1.4.
class LoggerOf10 {
 public:
  virtual void log(int32_t severity, const char *message) noexcept { route(severity, message); }
  virtual ~LoggerOf10() = default;
};

// ILogger of 11.x and RTX from 1.5.
class LoggerOf11 {
 public:
  virtual int32_t language() const noexcept { return 0; }  // C++
  virtual InterfaceInfo information() const noexcept { return {"ILogger", 1, 0}; }
  virtual ~LoggerOf11() = default;
  virtual void log(int32_t severity, const char *message) noexcept { route(severity, message); }
};

}  // namespace

void *logger(Family family) {
  // Never destroyed: libraries stay loaded and may log while the process ends.
  static LoggerOf10 *const of10 = new LoggerOf10;
  static LoggerOf11 *const of11 = new LoggerOf11;
  switch (family) {
    case Family::T10:
    case Family::R14: return of10;
    case Family::T11:
    case Family::R15: return of11;
  }
  return nullptr;
}

Listening::Listening(const ingot_trt_listener *listener) : previous(current) { current = listener; }
Listening::~Listening() { current = previous; }

void ProgressMonitor::phaseStart(const char *phase, const char *parent, int32_t stepCount) noexcept {
  if (listener.phase_start != nullptr) listener.phase_start(listener.context, phase, parent, stepCount);
}

bool ProgressMonitor::stepComplete(const char *phase, int32_t step) noexcept {
  return listener.step_complete == nullptr || listener.step_complete(listener.context, phase, step);
}

void ProgressMonitor::phaseFinish(const char *phase) noexcept {
  if (listener.phase_finish != nullptr) listener.phase_finish(listener.context, phase);
}

}  // namespace ingot::trt
