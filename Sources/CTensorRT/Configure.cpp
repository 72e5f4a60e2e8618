// Settings and optimization profiles. What the library silently drops is read back and reported.

#include "Job.hpp"

#include "Names.hpp"

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

ingot_trt_status ingot_trt_set_workspace(ingot_trt_job *job, uint64_t byte_count) {
  return during(job, [&] {
    const int pool = valueOf("WORKSPACE", memoryPools, job->layout());
    job->call(job->config, config::setMemoryPoolLimit, pool, byte_count);
    return job->call(job->config, config::getMemoryPoolLimit, pool) == byte_count ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
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

ingot_trt_status ingot_trt_set_optimization_level(ingot_trt_job *job, int level) {
  return during(job, [&] {
    job->call(job->config, config::setBuilderOptimizationLevel, level);
    return job->call(job->config, config::getBuilderOptimizationLevel) == level ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_set_hardware_compatibility(ingot_trt_job *job, const char *name) {
  return during(job, [&] {
    const int level = valueOf(name, hardwareCompatibilityLevels, job->layout());
    if (level < 0) return INGOT_TRT_LACKING;
    job->call(job->config, config::setHardwareCompatibilityLevel, level);
    return job->call(job->config, config::getHardwareCompatibilityLevel) == level ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_set_max_aux_streams(ingot_trt_job *job, int count) {
  return during(job, [&] {
    job->call(job->config, config::setMaxAuxStreams, count);
    return job->call(job->config, config::getMaxAuxStreams) == count ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_set_profiling_verbosity(ingot_trt_job *job, const char *name) {
  return during(job, [&] {
    const int verbosity = valueOf(name, profilingVerbosities, job->layout());
    if (verbosity < 0) return INGOT_TRT_LACKING;
    job->call(job->config, config::setProfilingVerbosity, verbosity);
    return job->call(job->config, config::getProfilingVerbosity) == verbosity ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
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
