// The input of the ImageNormalize benchmarks and its result in f64, computed
// here apart from the compiler so that a benchmark of a wrong program fails.
#ifndef RUNMAT_BENCHMARKS_WORKLOAD_H
#define RUNMAT_BENCHMARKS_WORKLOAD_H

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace runmat::bench {

/// Batch, height, width.
using Shape = std::array<int64_t, 3>;

inline Shape parseShape(const std::string &text) {
  Shape shape;
  char rest;
  if (std::sscanf(text.c_str(), "%ldx%ldx%ld%c", &shape[0], &shape[1],
                  &shape[2], &rest) != 3 ||
      shape[0] < 1 || shape[1] < 1 || shape[2] < 1)
    throw std::runtime_error("shape: expected BxHxW, got " + text);
  return shape;
}

/// body(plane) for each plane, on all hardware threads.
template <typename Body> void forEachPlane(const Shape &shape, Body body) {
  int64_t count =
      std::clamp<int64_t>(std::thread::hardware_concurrency(), 1, shape[0]);
  std::vector<std::thread> threads;
  for (int64_t t = 0; t < count; ++t)
    threads.emplace_back([&, t] {
      for (int64_t plane = t; plane < shape[0]; plane += count)
        body(plane);
    });
  for (std::thread &thread : threads)
    thread.join();
}

/// Uniform in [0, 1) from a 64-bit mixer (splitmix64) of the element's index:
/// random, so that a driver's memory compression has nothing to compress.
inline std::vector<float> makeInput(const Shape &shape) {
  int64_t size = shape[1] * shape[2];
  std::vector<float> x(shape[0] * size);
  forEachPlane(shape, [&](int64_t plane) {
    for (int64_t i = plane * size; i < (plane + 1) * size; ++i) {
      uint64_t z = static_cast<uint64_t>(i + 1) * 0x9e3779b97f4a7c15u;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
      x[i] = static_cast<float>((z ^ (z >> 31)) >> 40) * 0x1p-24f;
    }
  });
  return x;
}

/// ImageNormalize in f64 with the constants of benchmarks/programs.
class Reference {
public:
  Reference(const Shape &shape, const std::vector<float> &x)
      : shape(shape), x(x), mean(shape[0]), sigma(shape[0]) {
    int64_t size = shape[1] * shape[2];
    forEachPlane(shape, [&](int64_t plane) {
      const float *p = x.data() + plane * size;
      double sum = 0, squares = 0;
      for (int64_t i = 0; i < size; ++i)
        sum += p[i];
      mean[plane] = sum / size;
      for (int64_t i = 0; i < size; ++i)
        squares += (p[i] - mean[plane]) * (p[i] - mean[plane]);
      sigma[plane] = std::sqrt(squares / size + 1.0e-6);
    });
  }

  double element(int64_t plane, int64_t i) const {
    double n = (x[i] - mean[plane]) / sigma[plane] * 1.0123 - 0.02;
    return std::pow(std::max(n, 0.0), 1.8);
  }

  /// Largest absolute error of y over the largest |y|; every 7th element.
  double error(const float *y) const {
    int64_t size = shape[1] * shape[2];
    std::vector<double> worst(shape[0]), largest(shape[0]);
    forEachPlane(shape, [&](int64_t plane) {
      for (int64_t i = plane * size; i < (plane + 1) * size; i += 7) {
        double want = element(plane, i);
        double off = std::abs(y[i] - want);
        worst[plane] = std::max(worst[plane], std::isnan(off) ? 1e300 : off);
        largest[plane] = std::max(largest[plane], want);
      }
    });
    return *std::max_element(worst.begin(), worst.end()) /
           *std::max_element(largest.begin(), largest.end());
  }

  /// mean((y - x)^2) over everything.
  double meanSquaredDifference() const {
    int64_t size = shape[1] * shape[2];
    std::vector<double> sums(shape[0]);
    forEachPlane(shape, [&](int64_t plane) {
      double sum = 0;
      for (int64_t i = plane * size; i < (plane + 1) * size; ++i) {
        double e = element(plane, i) - x[i];
        sum += e * e;
      }
      sums[plane] = sum;
    });
    double sum = 0;
    for (double s : sums)
      sum += s;
    return sum / static_cast<double>(x.size());
  }

private:
  Shape shape;
  const std::vector<float> &x;
  std::vector<double> mean, sigma;
};

} // namespace runmat::bench

#endif // RUNMAT_BENCHMARKS_WORKLOAD_H
