#include "Plugins.hpp"

#include "Job.hpp"

#include <dlfcn.h>

namespace ingot::trt {
namespace {

// How many plug-ins everybody in the process sees.
int32_t sharedCount(const ingot_trt_library &library) {
  void *const registry = library.pluginRegistry != nullptr ? library.pluginRegistry() : nullptr;
  int32_t count = 0;
  if (isObject(registry)) call(library.layout, registry, pluginRegistry::getAllCreators, &count);
  return count;
}

using Handle = std::unique_ptr<void, int (*)(void *)>;

// Opens the library before TensorRT does, so that what the loader says is known whatever TensorRT makes of it.
ingot_trt_status open(const ingot_trt_library &library, const char *path, Handle &handle, char **message) {
  const int32_t before = sharedCount(library);
  dlerror();
  handle.reset(dlopen(path, RTLD_NOW | RTLD_LOCAL));
  if (handle == nullptr) {
    const char *const text = dlerror();
    return fail(INGOT_TRT_NOT_LOADED, text != nullptr ? text : path, message);
  }
  if (sharedCount(library) != before) {
    handle.release();  // The process keeps these plug-ins, and so their library.
    return fail(INGOT_TRT_NOT_PLUGINS, "registers its plug-ins for the whole process when it is loaded", message);
  }
  for (const char *const name : {"getCreators", "getPluginCreators"}) {
    if (dlsym(handle.get(), name) != nullptr) return INGOT_TRT_OK;
  }
  return fail(INGOT_TRT_NOT_PLUGINS, "has no function getCreators", message);
}

}  // namespace

ingot_trt_status PluginLibraries::load(
    const ingot_trt_library &library, void *itsRegistry, const char *path, char **message) {
  if (!library.layout.has(pluginRegistry::loadLibrary)) return INGOT_TRT_LACKING;
  Handle handle(nullptr, dlclose);
  const ingot_trt_status status = open(library, path, handle, message);
  if (status != INGOT_TRT_OK) return status;
  if (!isObject(itsRegistry)) return INGOT_TRT_FAILED;
  registry = itsRegistry;
  void *const plugins = call(library.layout, registry, pluginRegistry::loadLibrary, path);
  if (!isObject(plugins)) return INGOT_TRT_REFUSED;
  libraries.push_back(plugins);
  return INGOT_TRT_OK;
}

void PluginLibraries::unload(Layout layout) {
  for (void *const each : libraries) call(layout, registry, pluginRegistry::deregisterLibrary, each);
  libraries.clear();
}

}  // namespace ingot::trt

using namespace ingot::trt;

ingot_trt_status ingot_trt_load_plugins(ingot_trt_job *job, const char *path, bool serialize, char **message) {
  return during(job, [&] {
    void *const registry = job->call(job->builder, builder::getPluginRegistry);
    const ingot_trt_status status = job->plugins.load(job->library, registry, path, message);
    if (status != INGOT_TRT_OK || !serialize) return status;
    job->serializedPlugins.push_back(path);
    std::vector<const char *> paths;
    for (const std::string &each : job->serializedPlugins) paths.push_back(each.c_str());
    const int32_t count = int32_t(paths.size());
    job->call(job->config, config::setPluginsToSerialize, paths.data(), count);
    return job->call(job->config, config::getNbPluginsToSerialize) == count ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}
