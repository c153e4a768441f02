// See the header. Pictures are checked by type before the program runs, so that
// a long run does not end in a refusal.

#include "Outputs.h"

#include "Number.h"
#include "Program.h"
#include "runmat/IO/Npy.h"
#include "runmat/IO/Picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <strings.h>

namespace runmat::cli {

static bool endsIn(const std::string &path, const char *ending) {
  size_t length = strlen(ending);
  return path.size() > length &&
         strcasecmp(path.c_str() + path.size() - length, ending) == 0;
}

Status checkOutputNames(const std::vector<std::string> &outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!endsIn(outputs[i], ".npy") && !endsIn(outputs[i], ".png"))
      return Error{"--output " + outputs[i] +
                   ": expected a name that ends in .npy or .png"};
    if (std::find(outputs.begin(), outputs.begin() + i, outputs[i]) !=
        outputs.begin() + i)
      return Error{"--output " + outputs[i] + " is given twice"};
  }
  return {};
}

Status checkOutputs(const rm_entry &entry,
                    const std::vector<std::string> &outputs) {
  if (outputs.empty())
    return {};
  if (int32_t(outputs.size()) != entry.num_results)
    return Error{std::string("'") + entry.name + "' gives " +
                 std::to_string(entry.num_results) +
                 " results, but --output is given " +
                 std::to_string(outputs.size()) +
                 " times (expected one for each result, or none)"};
  for (int32_t i = 0; i < entry.num_results; ++i) {
    const rm_value_type &type = entry.results[i];
    bool fits = type.dtype == RM_F32 && type.rank >= 2 && type.rank <= 4;
    if (endsIn(outputs[i], ".png") && !fits)
      return Error{outputs[i] + ": result " + std::to_string(i) + " is " +
                   typeText(type) +
                   ", expected f32 [h, w], [c, h, w] or "
                   "[1, c, h, w] for a PNG picture"};
  }
  return {};
}

Status writeResult(io::StagedFile &file, const io::Tensor &tensor) {
  return endsIn(file.path(), ".png") ? io::writePng(file, tensor)
                                     : io::writeNpy(file, tensor);
}

static void appendValues(const io::Tensor &tensor, int64_t dimension,
                         int64_t &index, std::string &text) {
  if (dimension == tensor.rank()) {
    text += numberText(tensor, index++);
    return;
  }
  text += "[";
  for (int64_t i = 0; i < tensor.sizes()[dimension]; ++i) {
    text += i ? ", " : "";
    appendValues(tensor, dimension + 1, index, text);
  }
  text += "]";
}

static std::string summary(const io::Tensor &tensor) {
  double low = INFINITY, high = -INFINITY, sum = 0;
  int64_t nans = 0;
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    double value = tensor.element(i);
    if (std::isnan(value)) {
      ++nans;
      continue;
    }
    low = std::min(low, value);
    high = std::max(high, value);
    sum += value;
  }
  int64_t numbers = tensor.elements() - nans;
  std::string text;
  if (numbers > 0)
    text = "min " + shortText(low) + ", max " + shortText(high) + ", mean " +
           shortText(sum / double(numbers));
  if (nans > 0)
    text += (text.empty() ? "" : ", ") + std::to_string(nans) + " NaN";
  return text;
}

void printResult(size_t index, const io::Tensor &tensor) {
  constexpr int64_t printedWhole = 100;
  std::string text =
      "result " + std::to_string(index) + ": " + tensor.typeText();
  if (tensor.elements() == 0) {
    text += " = []"; // Its rows of nothing may be many.
  } else if (tensor.elements() <= printedWhole) {
    int64_t element = 0;
    text += " = ";
    appendValues(tensor, 0, element, text);
  } else {
    text += ": " + summary(tensor);
  }
  printf("%s\n", text.c_str());
}

} // namespace runmat::cli
