// Settings and optimization profiles. What the library silently drops is read back and reported.

#include "Job.hpp"

#include "Names.hpp"

#include <algorithm>
#include <limits>
#include <vector>

using namespace ingot::trt;

ingot_trt_status ingot_trt_set_flag(ingot_trt_job *job, const char *name, bool value) {
  return during(job, [&] {
    const int flag = valueOf(name, builderFlags, job->layout());
    if (flag < 0) return value ? INGOT_TRT_LACKING : INGOT_TRT_OK;
    if (value) {
      job->call(job->config, config::setFlag, flag);
    } else {
      job->call(job->config, config::clearFlag, flag);
    }
    return job->call(job->config, config::getFlag, flag) == value ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_set_pool(ingot_trt_job *job, const char *name, uint64_t byte_count) {
  return during(job, [&] {
    const int pool = valueOf(name, memoryPools, job->layout());
    if (pool < 0) return INGOT_TRT_LACKING;
    job->call(job->config, config::setMemoryPoolLimit, pool, byte_count);
    return job->call(job->config, config::getMemoryPoolLimit, pool) == byte_count ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_set_tactic_sources(ingot_trt_job *job, const char *names) {
  return during(job, [&] {
    uint32_t sources = 0;
    for (std::string_view rest = names; !rest.empty();) {
      const std::string_view name = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      const int source = valueOf(name, tacticSources, job->layout());
      if (source < 0) return INGOT_TRT_LACKING;
      sources |= 1u << source;
    }
    const bool taken = job->call(job->config, config::setTacticSources, sources);
    return taken && job->call(job->config, config::getTacticSources) == sources ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_set_preview_feature(ingot_trt_job *job, const char *name, bool value) {
  return during(job, [&] {
    const int feature = valueOf(name, previewFeatures, job->layout());
    if (feature < 0) return value ? INGOT_TRT_LACKING : INGOT_TRT_OK;
    job->call(job->config, config::setPreviewFeature, feature, value);
    return job->call(job->config, config::getPreviewFeature, feature) == value ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

// A refused value leaves the configuration unusable: all are checked by name before the first is set.
ingot_trt_status ingot_trt_set_compute_capabilities(ingot_trt_job *job, const int *capabilities, int count) {
  return during(job, [&] {
    if (!job->layout().has(config::setComputeCapability)) return INGOT_TRT_LACKING;
    std::vector<int> values;
    for (int index = 0; index < count; index++) {
      const int value = valueOf(std::to_string(capabilities[index]), computeCapabilities, job->layout());
      if (value < 0) return INGOT_TRT_LACKING;
      values.push_back(value);
    }
    if (!job->call(job->config, config::setNbComputeCapabilities, count)) return INGOT_TRT_REFUSED;
    for (int index = 0; index < count; index++) {
      if (!job->call(job->config, config::setComputeCapability, values[index], index)) return INGOT_TRT_REFUSED;
      if (job->call(job->config, config::getComputeCapability, index) != values[index]) return INGOT_TRT_REFUSED;
    }
    job->targets = values;
    return INGOT_TRT_OK;
  });
}

namespace {

// A setting that is one number. Settings that are a choice have the names of its values. What is so already is not set
// again: RTX warns of setters that it has no use for, even where they change nothing.
struct Setting {
  std::string_view name;
  bool (*isIn)(Layout);
  int64_t (*setAndGet)(ingot_trt_job &, int64_t);
  int (*valueOf)(const char *, Layout);
};

template <const auto &setter, const auto &getter> constexpr Setting number() {
  return {
      std::string_view(setter.name).substr(3),
      [](Layout layout) { return layout.has(setter); },
      [](ingot_trt_job &job, int64_t value) -> int64_t {
        if (job.call(job.config, getter) != value) job.call(job.config, setter, value);
        return job.call(job.config, getter);
      },
      nullptr,
  };
}

template <const auto &setter, const auto &getter, const auto &values> constexpr Setting choice() {
  Setting setting = number<setter, getter>();
  setting.valueOf = [](const char *name, Layout layout) { return valueOf(name, values, layout); };
  return setting;
}

constexpr Setting settings[] = {
    number<config::setAvgTimingIterations, config::getAvgTimingIterations>(),
    number<config::setBuilderOptimizationLevel, config::getBuilderOptimizationLevel>(),
    number<config::setL2LimitForTiling, config::getL2LimitForTiling>(),
    number<config::setMaxAuxStreams, config::getMaxAuxStreams>(),
    number<config::setMaxNbTactics, config::getMaxNbTactics>(),
    choice<config::setHardwareCompatibilityLevel, config::getHardwareCompatibilityLevel, hardwareCompatibilityLevels>(),
    choice<config::setProfilingVerbosity, config::getProfilingVerbosity, profilingVerbosities>(),
    choice<config::setRuntimePlatform, config::getRuntimePlatform, runtimePlatforms>(),
    choice<config::setTilingOptimizationLevel, config::getTilingOptimizationLevel, tilingLevels>(),
};

const Setting *find(const char *name) {
  for (const Setting &each : settings) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

ingot_trt_status set(ingot_trt_job *job, const Setting &setting, int64_t value) {
  return setting.setAndGet(*job, value) == value ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
}

}  // namespace

ingot_trt_status ingot_trt_set_number(ingot_trt_job *job, const char *name, int64_t value) {
  return during(job, [&] {
    const Setting *const setting = find(name);
    if (setting == nullptr || !setting->isIn(job->layout())) return INGOT_TRT_LACKING;
    return set(job, *setting, value);
  });
}

ingot_trt_status ingot_trt_set_choice(ingot_trt_job *job, const char *name, const char *value) {
  return during(job, [&] {
    const Setting *const setting = find(name);
    if (setting == nullptr || setting->valueOf == nullptr || !setting->isIn(job->layout())) return INGOT_TRT_LACKING;
    const int number = setting->valueOf(value, job->layout());
    return number < 0 ? INGOT_TRT_LACKING : set(job, *setting, number);
  });
}

ingot_trt_status ingot_trt_set_builder_threads(ingot_trt_job *job, int count) {
  return during(job, [&] {
    const bool taken = job->call(job->builder, builder::setMaxThreads, count);
    return taken && job->call(job->builder, builder::getMaxThreads) == count ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_mark_debug(ingot_trt_job *job, const char *name) {
  return during(job, [&] {
    if (!job->layout().has(network::markDebug)) return INGOT_TRT_LACKING;
    const int layers = job->call(job->network, network::getNbLayers);
    for (int index = 0; index < layers; index++) {
      void *const layer = job->call(job->network, network::getLayer, index);
      if (!isObject(layer)) continue;
      const int outputs = job->call(layer, layer::getNbOutputs);
      for (int output = 0; output < outputs; output++) {
        void *const tensor = job->call(layer, layer::getOutput, output);
        const char *const found = isObject(tensor) ? job->call(tensor, tensor::getName) : nullptr;
        if (!isObject(found) || strcmp(found, name) != 0) continue;
        if (!job->call(job->network, network::markDebug, tensor)) return INGOT_TRT_REFUSED;
        return job->call(job->network, network::isDebugTensor, tensor) ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
      }
    }
    return INGOT_TRT_ABSENT;
  });
}

ingot_trt_status ingot_trt_profile_begin(ingot_trt_job *job) {
  return during(job, [&] {
    job->profile = job->call(job->builder, builder::createOptimizationProfile);
    return isObject(job->profile) ? INGOT_TRT_OK : INGOT_TRT_FAILED;
  });
}

ingot_trt_status ingot_trt_profile_dimensions(
    ingot_trt_job *job, const char *input, ingot_trt_selector selector, const int64_t *sizes, int count) {
  return during(job, [&] {
    if (!isObject(job->profile) || count < 0 || count > INGOT_TRT_MAX_RANK) return INGOT_TRT_REFUSED;
    Dims dims{count, {}};
    for (int axis = 0; axis < count; axis++) dims.sizes[axis] = sizes[axis];
    const bool taken = job->call(job->profile, profile::setDimensions, input, int32_t(selector), &dims);
    return taken ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_profile_values(
    ingot_trt_job *job, const char *input, ingot_trt_selector selector, const int64_t *values, int count) {
  return during(job, [&] {
    if (!isObject(job->profile) || count < 0) return INGOT_TRT_REFUSED;
    if (job->layout().has(profile::setShapeValuesV2)) {
      const bool taken = job->call(job->profile, profile::setShapeValuesV2, input, int32_t(selector), values, count);
      return taken ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
    }
    std::vector<int32_t> narrow;
    for (int index = 0; index < count; index++) {
      if (values[index] > std::numeric_limits<int32_t>::max() || values[index] < std::numeric_limits<int32_t>::min()) {
        return INGOT_TRT_LACKING;
      }
      narrow.push_back(int32_t(values[index]));
    }
    const bool taken = job->call(job->profile, profile::setShapeValues, input, int32_t(selector), narrow.data(), count);
    return taken ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_profile_end(ingot_trt_job *job, int *index) {
  return during(job, [&] {
    void *const profile = job->profile;
    job->profile = nullptr;
    if (!isObject(profile) || !job->call(profile, profile::isValid)) return INGOT_TRT_REFUSED;
    *index = job->call(job->config, config::addOptimizationProfile, profile);
    return *index >= 0 ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}
