#include "ExecutionCallbacks.hpp"

namespace ingot::trt {
namespace {

// IProfiler of 10.x and RTX up to 1.4.
class ProfilerOf10 {
 public:
  explicit ProfilerOf10(const LayerListener *listener) : listener(listener) {}
  virtual void reportLayerTime(const char *name, float milliseconds) noexcept {
    if (isObject(name)) listener->layer(listener->context, name, milliseconds);
  }
  virtual ~ProfilerOf10() = default;

 private:
  const LayerListener *listener;
};

// IProfiler of 11.x and RTX from 1.5.
class ProfilerOf11 {
 public:
  explicit ProfilerOf11(const LayerListener *listener) : listener(listener) {}
  virtual int32_t language() const noexcept { return 0; }  // C++
  virtual InterfaceInfo information() const noexcept { return {"IProfiler", 1, 0}; }
  virtual ~ProfilerOf11() = default;
  virtual void reportLayerTime(const char *name, float milliseconds) noexcept {
    if (isObject(name)) listener->layer(listener->context, name, milliseconds);
  }

 private:
  const LayerListener *listener;
};

// What all allocators do, whatever their table.
struct Allocation {
  ingot_trt_allocator allocator;
  void *reallocate(uint64_t byteCount) const noexcept { return allocator.allocate(allocator.context, byteCount); }
  void notify(const Dims *dims) const noexcept {
    const ingot_trt_shape shape = shapeOf(*dims);
    allocator.shaped(allocator.context, &shape);
  }
};

// IOutputAllocator of 10.x and 11.x.
class OutputAllocator {
 public:
  explicit OutputAllocator(const ingot_trt_allocator &allocator) : allocation{allocator} {}
  virtual int32_t language() const noexcept { return 0; }  // C++
  virtual InterfaceInfo information() const noexcept { return {"IOutputAllocator", 1, 0}; }
  virtual ~OutputAllocator() = default;
  virtual void *reallocateOutput(const char *, void *, uint64_t byteCount, uint64_t) noexcept {
    return allocation.reallocate(byteCount);
  }
  virtual void *reallocateOutputAsync(const char *, void *, uint64_t byteCount, uint64_t, void *) noexcept {
    return allocation.reallocate(byteCount);
  }
  virtual void notifyShape(const char *, const Dims *dims) noexcept { allocation.notify(dims); }

 private:
  Allocation allocation;
};

// IOutputAllocator of RTX.
class OutputAllocatorOfRTX {
 public:
  explicit OutputAllocatorOfRTX(const ingot_trt_allocator &allocator) : allocation{allocator} {}
  virtual int32_t language() const noexcept { return 0; }  // C++
  virtual InterfaceInfo information() const noexcept { return {"IOutputAllocator", 1, 0}; }
  virtual ~OutputAllocatorOfRTX() = default;
  virtual void *reallocateOutputAsync(const char *, void *, uint64_t byteCount, uint64_t, void *) noexcept {
    return allocation.reallocate(byteCount);
  }
  virtual void notifyShape(const char *, const Dims *dims) noexcept { allocation.notify(dims); }

 private:
  Allocation allocation;
};

}  // namespace

int32_t ErrorRecorder::getNbErrors() const noexcept {
  std::lock_guard<std::mutex> lock(mutex);
  return int32_t(errors.size());
}

int32_t ErrorRecorder::getErrorCode(int32_t index) const noexcept {
  std::lock_guard<std::mutex> lock(mutex);
  return index >= 0 && size_t(index) < errors.size() ? errors[size_t(index)].code : 0;
}

const char *ErrorRecorder::getErrorDesc(int32_t index) const noexcept {
  std::lock_guard<std::mutex> lock(mutex);
  return index >= 0 && size_t(index) < errors.size() ? errors[size_t(index)].text.c_str() : "";
}

void ErrorRecorder::clear() noexcept {
  std::lock_guard<std::mutex> lock(mutex);
  errors.clear();
}

// True: whatever goes wrong ends the call.
bool ErrorRecorder::reportError(int32_t code, const char *text) noexcept {
  std::lock_guard<std::mutex> lock(mutex);
  const size_t limit = 100;
  if (errors.size() < limit) errors.push_back({code, isObject(text) ? text : "an error without words"});
  return true;
}

std::string ErrorRecorder::take() {
  std::lock_guard<std::mutex> lock(mutex);
  std::string lines;
  for (const Error &error : errors) lines += error.text + "\n";
  errors.clear();
  return lines;
}

std::shared_ptr<void> profiler(Family family, const LayerListener *listener) {
  switch (family) {
    case Family::T10:
    case Family::R14: return std::make_shared<ProfilerOf10>(listener);
    case Family::T11:
    case Family::R15: return std::make_shared<ProfilerOf11>(listener);
  }
  return nullptr;
}

std::shared_ptr<void> outputAllocator(Family family, const ingot_trt_allocator &allocator) {
  switch (family) {
    case Family::T10:
    case Family::T11: return std::make_shared<OutputAllocator>(allocator);
    case Family::R14:
    case Family::R15: return std::make_shared<OutputAllocatorOfRTX>(allocator);
  }
  return nullptr;
}

ingot_trt_shape shapeOf(const Dims &dims) {
  ingot_trt_shape shape{};
  shape.rank = dims.rank >= 0 && dims.rank <= INGOT_TRT_MAX_RANK ? dims.rank : -1;
  for (int axis = 0; axis < shape.rank; axis++) shape.sizes[axis] = dims.sizes[axis];
  return shape;
}

}  // namespace ingot::trt
