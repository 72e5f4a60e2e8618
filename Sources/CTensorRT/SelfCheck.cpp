// Is an untested version laid out as its nearest known family? Getters with known defaults and settings that are read
// back answer that, in a child process: a wrong table is a crash more often than a wrong answer.

#include "Job.hpp"
#include "Names.hpp"

#include <cerrno>
#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ingot::trt {
namespace {

// The first thing that is not as in every known version, or null.
const char *firstSurprise(ingot_trt_job &job) {
  void *const builder = job.builder, *const config = job.config, *const network = job.network;
  if (job.call(builder, builder::getMaxThreads) != 1) return "a new builder does not have 1 thread";
  if (!job.call(builder, builder::setMaxThreads, 3)) return "a builder does not take 3 threads";
  if (job.call(builder, builder::getMaxThreads) != 3) return "a builder forgets its threads";
  if (job.call(config, config::getAvgTimingIterations) != 1) return "a new configuration does not time once";
  if (job.call(config, config::getEngineCapability) != 0) return "a new configuration is not for standard engines";
  if (job.call(config, config::getNbOptimizationProfiles) != 0) return "a new configuration has profiles";
  if (job.call(config, config::getProfilingVerbosity) != 0) return "a new configuration has another verbosity";
  if (job.call(config, config::getProgressMonitor) != nullptr) return "a new configuration has a progress monitor";
  if (!job.call(config, config::getFlag, valueOf("TF32", builderFlags, job.layout()))) return "TF32 is off at first";
  if (job.call(config, config::getFlag, valueOf("REFIT", builderFlags, job.layout()))) return "REFIT is on at first";
  if (ingot_trt_set_pool(&job, "WORKSPACE", 123 << 20) != INGOT_TRT_OK) return "the workspace limit is not kept";
  if (ingot_trt_set_number(&job, "BuilderOptimizationLevel", 2) != INGOT_TRT_OK) return "the optimization level is not kept";
  if (ingot_trt_set_choice(&job, "ProfilingVerbosity", "DETAILED") != INGOT_TRT_OK) return "the profiling verbosity is not kept";
  if (ingot_trt_set_number(&job, "MaxAuxStreams", 2) != INGOT_TRT_OK) return "the number of auxiliary streams is not kept";
  const int capabilities[] = {80, 89};
  if (job.layout().has(config::setComputeCapability) &&
      ingot_trt_set_compute_capabilities(&job, capabilities, 2) != INGOT_TRT_OK) {
    return "the compute capabilities are not kept";
  }
  if (job.layout().has(pluginRegistry::isParentSearchEnabled) &&
      !job.call(job.call(builder, builder::getPluginRegistry), pluginRegistry::isParentSearchEnabled)) {
    return "a builder does not look for plug-ins where the process has them";
  }
  job.call(network, network::setName, "ingot");
  const char *const name = job.call(network, network::getName);
  if (!isObject(name) || strcmp(name, "ingot") != 0) return "a network forgets its name";
  if (job.call(network, network::getNbLayers) != 0) return "a new network has layers";
  if (job.call(network, network::getNbInputs) != 0) return "a new network has inputs";
  if (job.call(job.parser, parser::getNbErrors) != 0) return "a new parser has errors";
  if (job.call(job.parser, parser::parse, "x", 1, nullptr)) return "the parser takes a model that is none";
  if (job.call(job.parser, parser::getNbErrors) < 1) return "the parser says nothing about a broken model";
  ingot_trt_parse_error error;
  if (!ingot_trt_parse_error_at(&job, 0, &error) || error.node != -1) return "the parser's error has another layout";
  return nullptr;
}

[[noreturn]] void check(const ingot_trt_library &library, int output) {
  // A crash here is an answer: no handler of the parent's speaks of it and no core is left.
  for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGALRM}) signal(number, SIG_DFL);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  alarm(30);
  char *message = nullptr;
  ingot_trt_job *job = nullptr;
  std::string problem;
  if (ingot_trt_job_open(&library, {}, &job, &message) != INGOT_TRT_OK) {
    problem = message != nullptr ? message : "no builder could be made";
  } else if (const char *surprise = firstSurprise(*job)) {
    problem = surprise;
  }
  const ssize_t written = write(output, problem.data(), problem.size());
  _exit(problem.empty() && written == 0 ? 0 : 1);
}

}  // namespace

std::string selfCheck(const ingot_trt_library &library) {
  int ends[2];
  if (pipe(ends) != 0) return strerror(errno);
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return strerror(errno);
  }
  if (child == 0) {
    try {
      check(library, ends[1]);
    } catch (...) {
      _exit(1);
    }
  }
  close(ends[1]);
  std::string problem;
  char buffer[256];
  ssize_t count;
  while ((count = read(ends[0], buffer, sizeof buffer)) != 0) {
    if (count > 0) problem.append(buffer, size_t(count));
    if (count < 0 && errno != EINTR) break;
  }
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) return "it did not end within 30 seconds";
  if (WIFSIGNALED(status)) {
    return "it crashed (signal " + std::to_string(WTERMSIG(status)) + "): its layout is another one";
  }
  if (!problem.empty()) return problem;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "" : "it ended without an answer";
}

}  // namespace ingot::trt

ingot_trt_status ingot_trt_self_check(const ingot_trt_library *library, char **message) {
  return ingot::trt::guarded(message, [&] {
    const std::string problem = ingot::trt::selfCheck(*library);
    return problem.empty() ? INGOT_TRT_OK : ingot::trt::fail(INGOT_TRT_UNKNOWN_VERSION, problem, message);
  });
}
