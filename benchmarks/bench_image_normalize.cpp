// ImageNormalize on the CPU through the C ABI (Google Benchmark): the image,
// the scalar that needs no image, and a plain copy of the same bytes beside
// them. Each result is checked against f64 before it is timed.
//
// usage: bench_image_normalize [--shape=4x2160x3840] [--threads=2]
//          [--programs=DIR] [Google Benchmark's options]
#include "Program.h"
#include "Workload.h"

#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>

using namespace runmat::bench;

namespace {

struct Options {
  std::string shapeText = "4x2160x3840";
  std::string programs = RUNMAT_PROGRAMS_DIR;
  int threads = 2;
};

/// Removes our own options from argv.
Options parse(int &argc, char **argv) {
  Options options;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    std::string arg = argv[i];
    if (arg.rfind("--shape=", 0) == 0)
      options.shapeText = arg.substr(8);
    else if (arg.rfind("--threads=", 0) == 0)
      options.threads = std::stoi(arg.substr(10));
    else if (arg.rfind("--programs=", 0) == 0)
      options.programs = arg.substr(11);
    else
      argv[kept++] = argv[i];
  }
  argc = kept;
  return options;
}

/// The program for this shape: sizes known where they are the usual ones (as
/// the peers know theirs), else the one for any size.
const rm_entry *entryFor(const Options &options, const std::string &name) {
  bool usual = options.shapeText == "4x2160x3840";
  std::string file = usual ? "image_normalize_4k" : name;
  return loadEntry(options.programs + "/" + file + ".so", name);
}

void normalize(benchmark::State &state, const Options &options,
               const std::vector<float> &x, bool onlyMse) {
  try {
    Shape shape = parseShape(options.shapeText);
    const rm_entry *entry =
        entryFor(options, onlyMse ? "image_normalize_mse" : "image_normalize");
    Context context("cpu", options.threads, false);
    rm_tensor in, out;
    rm_tensor_init(&in, const_cast<float *>(x.data()), RM_F32, 3, shape.data());

    // Google Benchmark calls this function again for each repetition.
    static double error[2] = {-1, -1};
    if (error[onlyMse] < 0) {
      context.call(entry, in, out);
      Reference reference(shape, x);
      auto *y = static_cast<const float *>(out.data);
      double mse = onlyMse ? reference.meanSquaredDifference() : 0;
      error[onlyMse] = onlyMse ? std::abs(*y - mse) / mse : reference.error(y);
      rm_tensor_release(&out);
    }
    if (!(error[onlyMse] < 1e-4))
      throw std::runtime_error("the result is wrong: relative error " +
                               std::to_string(error[onlyMse]));

    for (auto _ : state) {
      context.call(entry, in, out);
      rm_tensor_release(&out);
    }
    state.counters["relative_error"] = error[onlyMse];
    int64_t bytes = 4 * x.size() * (onlyMse ? 1 : 2);
    state.SetBytesProcessed(state.iterations() * bytes);
  } catch (const std::exception &failure) {
    state.SkipWithError(failure.what());
  }
}

void copy(benchmark::State &state, const Options &options,
          const std::vector<float> &x) {
  std::vector<float> y(x.size());
  int64_t count = options.threads, size = x.size();
  for (auto _ : state) {
    std::vector<std::thread> threads;
    for (int64_t t = 0; t < count; ++t)
      threads.emplace_back([&, t] {
        int64_t begin = size * t / count, end = size * (t + 1) / count;
        std::memcpy(y.data() + begin, x.data() + begin, 4 * (end - begin));
      });
    for (std::thread &thread : threads)
      thread.join();
  }
  state.SetBytesProcessed(state.iterations() * 8 * size);
}

} // namespace

int main(int argc, char **argv) {
  Options options = parse(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  std::vector<float> x;
  try {
    x = makeInput(parseShape(options.shapeText));
  } catch (const std::exception &failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return 2;
  }
  auto add = [&](const char *name, auto body) {
    benchmark::RegisterBenchmark(name, body)
        ->UseRealTime()
        ->MeasureProcessCPUTime()
        ->Unit(benchmark::kMillisecond);
  };
  add("image_normalize",
      [&](benchmark::State &state) { normalize(state, options, x, false); });
  add("image_normalize_mse",
      [&](benchmark::State &state) { normalize(state, options, x, true); });
  add("copy", [&](benchmark::State &state) { copy(state, options, x); });
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
