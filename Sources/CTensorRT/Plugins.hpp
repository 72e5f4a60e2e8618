// Libraries of plug-ins in the registry of one builder or one runtime. The registry of the process would show them to every
// other; a builder and a runtime each have one of their own, which is asked first.
#pragma once

#include "Library.hpp"

#include <vector>

namespace ingot::trt {

class PluginLibraries {
 public:
  // registry: of the builder or runtime, the same one each time.
  // INGOT_TRT_NOT_LOADED and INGOT_TRT_NOT_PLUGINS come with a message; INGOT_TRT_REFUSED with what the library logs.
  ingot_trt_status load(const ingot_trt_library &library, void *registry, const char *path, char **message);

  // After everything that was made of the plug-ins, and before the registry's owner.
  void unload(Layout layout);

 private:
  void *registry = nullptr;
  std::vector<void *> libraries;
};

}  // namespace ingot::trt
