// Times a compiled ImageNormalize on a GPU with its input already in device
// memory: Vulkan timestamps from the first dispatch's start to the last one's
// end. Prints one JSON line. Needs the program's .so, the runtime library and a
// Vulkan driver, nothing else, so that it can be carried to another machine.
//
// usage: image_normalize_gpu PROGRAM.so ENTRY BxHxW [RUNS] [DEVICE]
#include "../Program.h"
#include "../Workload.h"

#include <chrono>

using namespace runmat::bench;

namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int run(int argc, char **argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s PROGRAM.so ENTRY BxHxW [RUNS] [DEVICE]\n",
                 argv[0]);
    return 2;
  }
  const rm_entry *entry = loadEntry(argv[1], argv[2]);
  Shape shape = parseShape(argv[3]);
  int runs = argc > 4 ? std::stoi(argv[4]) : 50;
  Context context(argc > 5 ? argv[5] : "gpu", 0, true);
  bool onlyMse = entry->results[0].rank == 0;

  std::vector<float> x = makeInput(shape);
  rm_tensor host, in, out;
  rm_tensor_init(&host, x.data(), RM_F32, 3, shape.data());
  if (rm_tensor_to_device(context, &host, &in) != RM_OK)
    throw std::runtime_error(rm_context_error(context).text);

  auto call = [&] { context.call(entry, in, out); };
  auto begin = std::chrono::steady_clock::now();
  call();
  double first = std::chrono::duration<double, std::milli>(
                     std::chrono::steady_clock::now() - begin)
                     .count();
  rm_tensor result;
  if (rm_tensor_to_host(context, &out, &result) != RM_OK)
    throw std::runtime_error(rm_context_error(context).text);
  Reference reference(shape, x);
  auto *y = static_cast<const float *>(result.data);
  double mse = onlyMse ? reference.meanSquaredDifference() : 0;
  double error = onlyMse ? std::abs(*y - mse) / mse : reference.error(y);
  if (!(error < 1e-4))
    throw std::runtime_error("the result is wrong: relative error " +
                             std::to_string(error));
  rm_tensor_release(&result);
  rm_tensor_release(&out);

  // A GPU that was idle runs at a fraction of its clock for a while: an H200's
  // first 30 calls of 1.5 ms took 3.6 ms each.
  for (auto start = std::chrono::steady_clock::now();
       std::chrono::steady_clock::now() - start < std::chrono::seconds(2);) {
    call();
    rm_tensor_release(&out);
  }
  std::vector<double> span, sum, wall;
  for (int i = 0; i < runs; ++i) {
    auto start = std::chrono::steady_clock::now();
    call();
    rm_tensor_release(&out);
    auto stop = std::chrono::steady_clock::now();
    int64_t dispatches = 0;
    span.push_back(rm_last_device_time_ns(context, &dispatches) * 1e-6);
    sum.push_back(dispatches * 1e-6);
    wall.push_back(
        std::chrono::duration<double, std::milli>(stop - start).count());
  }
  std::printf("{\"device\": \"%s\", \"entry\": \"%s\", \"shape\": \"%s\", "
              "\"device_ms\": %.4f, \"device_min_ms\": %.4f, "
              "\"dispatches_ms\": %.4f, \"wall_ms\": %.4f, \"first_ms\": "
              "%.1f, \"runs\": %d, \"relative_error\": %.2e}\n",
              rm_context_device(context), argv[2], argv[3], median(span),
              *std::min_element(span.begin(), span.end()), median(sum),
              median(wall), first, runs, error);
  rm_tensor_release(&in);
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception &failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return 1;
  }
}
