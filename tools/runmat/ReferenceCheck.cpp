// See the header.

#include "ReferenceCheck.h"

#include "Number.h"
#include "Verify.h"
#include "runmat/Compiler.h"

#include <cstdio>
#include <optional>

namespace runmat::cli {

using Reference = Result<std::vector<io::Tensor>>;

static Reference interpret(const RunOptions &options,
                           const std::vector<io::Tensor> &arguments,
                           bool roundEach) {
  std::vector<const io::Tensor *> pointers;
  for (const io::Tensor &argument : arguments)
    pointers.push_back(&argument);
  ReferenceOptions referenceOptions;
  referenceOptions.entry = options.entry;
  referenceOptions.roundEach = roundEach;
  return interpretFile(options.file, pointers, referenceOptions);
}

namespace {
/// One result beside one reference.
struct Judgement {
  /// Absent where there is nothing to measure: the reference failed, or its
  /// shape is another one.
  std::optional<Difference> difference;
  std::string problem; ///< empty: it agrees
};
} // namespace

static Judgement judge(const io::Tensor &result, const Reference &reference,
                       size_t index, double tolerance) {
  if (!reference)
    return {{}, "the reference interpreter: " + reference.message()};
  if (index >= reference->size())
    return {{},
            "the reference gives " + std::to_string(reference->size()) +
                " results"};
  Result<Difference> difference =
      compare(result, (*reference)[index], tolerance);
  if (!difference)
    return {{}, difference.message()};
  std::string problem = difference->beyond;
  if (!problem.empty())
    problem += ", beyond " + shortText(tolerance);
  return {std::move(*difference), std::move(problem)};
}

static double toleranceOf(rm_dtype dtype, const RunOptions &options) {
  bool exact = defaultTolerance(dtype) == 0;
  return exact ? 0 : options.tolerance.value_or(defaultTolerance(dtype));
}

Status checkAgainstReference(const RunOptions &options,
                             const std::vector<io::Tensor> &arguments,
                             const std::vector<io::Tensor> &results) {
  Reference inF64 = interpret(options, arguments, /*roundEach=*/false);
  std::optional<Reference> rounded; // most runs do without
  Status outcome;
  for (size_t i = 0; i < results.size(); ++i) {
    rm_dtype dtype = results[i].dtype();
    double tolerance = toleranceOf(dtype, options);
    Judgement shown = judge(results[i], inF64, i, tolerance);
    std::string verdict = "ok", problem = shown.problem;
    if (!problem.empty()) {
      if (!rounded)
        rounded = interpret(options, arguments, /*roundEach=*/true);
      Judgement second = judge(results[i], *rounded, i, tolerance);
      if (second.problem.empty()) {
        verdict =
            "ok with each operation rounded to its type (in f64: " + problem +
            ")";
        problem.clear();
        shown = std::move(second);
      } else {
        verdict = "FAILED";
        if (second.problem != problem)
          problem +=
              "; with each operation rounded to its type: " + second.problem;
      }
    }
    std::string which = "result " + std::to_string(i);
    std::string measured =
        shown.difference ? shown.difference->text(dtype) : "not comparable";
    printf("verify: %s: %s (tolerance %s): %s\n", which.c_str(),
           measured.c_str(), shortText(tolerance).c_str(), verdict.c_str());
    if (!problem.empty() && outcome)
      outcome = Error{"--verify: " + which + ": " + problem};
  }
  return outcome;
}

} // namespace runmat::cli
