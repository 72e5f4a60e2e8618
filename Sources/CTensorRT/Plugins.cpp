// Libraries of plug-ins, each for one job. The registry of the process would show them to every other job; a builder has
// one of its own, which its parser asks first.

#include "Job.hpp"

#include <dlfcn.h>

using namespace ingot::trt;

namespace {

// How many plug-ins every job of the process sees.
int32_t sharedCount(ingot_trt_job *job) {
  void *const registry = job->library.pluginRegistry != nullptr ? job->library.pluginRegistry() : nullptr;
  int32_t count = 0;
  if (isObject(registry)) job->call(registry, pluginRegistry::getAllCreators, &count);
  return count;
}

using Handle = std::unique_ptr<void, int (*)(void *)>;

// Opens the library before TensorRT does, so that what the loader says is known whatever TensorRT makes of it.
ingot_trt_status open(ingot_trt_job *job, const char *path, Handle &handle, char **message) {
  const int32_t before = sharedCount(job);
  dlerror();
  handle.reset(dlopen(path, RTLD_NOW | RTLD_LOCAL));
  if (handle == nullptr) {
    const char *const text = dlerror();
    return fail(INGOT_TRT_NOT_LOADED, text != nullptr ? text : path, message);
  }
  if (sharedCount(job) != before) {
    handle.release();  // The process keeps these plug-ins, and so their library.
    return fail(INGOT_TRT_NOT_PLUGINS, "registers its plug-ins for the whole process when it is loaded", message);
  }
  for (const char *const name : {"getCreators", "getPluginCreators"}) {
    if (dlsym(handle.get(), name) != nullptr) return INGOT_TRT_OK;
  }
  return fail(INGOT_TRT_NOT_PLUGINS, "has no function getCreators", message);
}

}  // namespace

ingot_trt_status ingot_trt_load_plugins(ingot_trt_job *job, const char *path, bool serialize, char **message) {
  return during(job, [&] {
    if (!job->layout().has(pluginRegistry::loadLibrary)) return INGOT_TRT_LACKING;
    Handle handle(nullptr, dlclose);
    const ingot_trt_status status = open(job, path, handle, message);
    if (status != INGOT_TRT_OK) return status;
    void *const registry = job->call(job->builder, builder::getPluginRegistry);
    if (!isObject(registry)) return INGOT_TRT_FAILED;
    void *const plugins = job->call(registry, pluginRegistry::loadLibrary, path);
    if (!isObject(plugins)) return INGOT_TRT_REFUSED;
    job->pluginLibraries.push_back(plugins);
    if (!serialize) return INGOT_TRT_OK;
    job->serializedPlugins.push_back(path);
    std::vector<const char *> paths;
    for (const std::string &each : job->serializedPlugins) paths.push_back(each.c_str());
    const int32_t count = int32_t(paths.size());
    job->call(job->config, config::setPluginsToSerialize, paths.data(), count);
    return job->call(job->config, config::getNbPluginsToSerialize) == count ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}
