// The CUDA driver, only as far as a builder needs it: is it here, and for which GPU does it build?

#include "Library.hpp"

#include <dlfcn.h>

using namespace ingot::trt;

namespace {

ingot_trt_status probe(const char *path, ingot_trt_driver *driver, char **message) {
  dlerror();
  void *const handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char *text = dlerror();
    return fail(INGOT_TRT_NO_DRIVER, text != nullptr ? text : path, message);
  }
  const auto init = reinterpret_cast<int (*)(unsigned)>(dlsym(handle, "cuInit"));
  const auto version = reinterpret_cast<int (*)(int *)>(dlsym(handle, "cuDriverGetVersion"));
  const auto count = reinterpret_cast<int (*)(int *)>(dlsym(handle, "cuDeviceGetCount"));
  const auto get = reinterpret_cast<int (*)(int *, int)>(dlsym(handle, "cuDeviceGet"));
  const auto name = reinterpret_cast<int (*)(char *, int, int)>(dlsym(handle, "cuDeviceGetName"));
  const auto attribute = reinterpret_cast<int (*)(int *, int, int)>(dlsym(handle, "cuDeviceGetAttribute"));
  if (!init || !version || !count || !get || !name || !attribute) {
    return fail(INGOT_TRT_NO_DRIVER, std::string(path) + " is not a CUDA driver", message);
  }
  const int code = init(0);
  if (code != 0) {
    const std::string text = std::string(path) + ": cuInit failed with CUDA error " + std::to_string(code);
    return fail(INGOT_TRT_NO_DRIVER, text, message);
  }
  if (version(&driver->driver_version) != 0) driver->driver_version = 0;
  if (count(&driver->device_count) != 0) driver->device_count = 0;
  int device = 0, major = 0, minor = 0;
  const int majorAttribute = 75, minorAttribute = 76;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR
  if (driver->device_count > 0 && get(&device, 0) == 0 && attribute(&major, majorAttribute, device) == 0 &&
      attribute(&minor, minorAttribute, device) == 0) {
    driver->capability = 10 * major + minor;
    if (name(driver->name, sizeof driver->name, device) != 0) driver->name[0] = 0;
  }
  return INGOT_TRT_OK;
}

}  // namespace

ingot_trt_status ingot_trt_probe_driver(const char *driver_path, ingot_trt_driver *driver, char **message) {
  return guarded(message, [&] {
    *driver = {};
    return probe(driver_path != nullptr ? driver_path : "libcuda.so.1", driver, message);
  });
}
