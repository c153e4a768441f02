// A literal is stored in the argument's dtype; one that the dtype cannot hold
// is an error, except that floats are rounded to the nearest.

#include "Inputs.h"

#include "Number.h"
#include "Program.h"
#include "runmat/IO/Npy.h"
#include "runmat/IO/Picture.h"
#include "runmat/IO/ProgressBar.h"

#include <sys/stat.h>

namespace runmat::cli {

static std::string argumentText(int32_t index, const rm_value_type &type) {
  std::string text = "argument " + std::to_string(index);
  if (type.name && *type.name)
    text += std::string(" (") + type.name + ")";
  return text;
}

static bool isFolder(const std::string &path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

static bool matches(const io::Tensor &tensor, const rm_value_type &type) {
  if (tensor.dtype() != type.dtype || tensor.rank() != type.rank)
    return false;
  for (int32_t i = 0; i < type.rank; ++i)
    if (type.sizes[i] != RM_DYNAMIC && type.sizes[i] != tensor.sizes()[i])
      return false;
  return true;
}

static Result<io::Tensor> readFile(const std::string &input,
                                   const rm_value_type &type, bool asPlanes) {
  if (isFolder(input)) {
    io::ProgressBar bar("reading " + input);
    Result<io::Tensor> batch = io::readPictureFolder(
        input, [&](size_t done, size_t total) { bar.update(done, total); });
    if (batch && asPlanes)
      batch->mergeLeadingDimensions();
    return batch;
  }
  if (io::hasPictureName(input))
    return io::readPicture(input);
  return io::readNpy(input, rm_dtype(type.dtype));
}

/// Said after a mismatch where a picture's shape is the likely reason.
static std::string pictureHint(const std::string &input,
                               const rm_value_type &type, bool asPlanes) {
  bool folder = isFolder(input);
  if (!folder && !io::hasPictureName(input))
    return {};
  if (folder && !asPlanes && type.rank == 3)
    return "; a folder is f32 [files, channels, height, width], --as-planes "
           "makes it [files * channels, height, width]";
  if (folder)
    return asPlanes ? "; a folder with --as-planes is f32 [files * channels, "
                      "height, width]"
                    : "; a folder is f32 [files, channels, height, width]";
  return "; a picture is f32 [channels, height, width]";
}

Result<std::vector<io::Tensor>>
readInputs(const rm_entry &entry, const std::vector<std::string> &inputs,
           bool asPlanes) {
  if (int32_t(inputs.size()) != entry.num_args) {
    std::string types;
    for (int32_t i = 0; i < entry.num_args; ++i)
      types += (i ? ", " : "") + typeText(entry.args[i]);
    std::string message = std::string("'") + entry.name + "' takes " +
                          std::to_string(entry.num_args) + " arguments (" +
                          types + "), but --input is given " +
                          std::to_string(inputs.size()) + " times";
    if (int32_t(inputs.size()) < entry.num_args)
      message += ": argument " + std::to_string(inputs.size()) + ", " +
                 typeText(entry.args[inputs.size()]) + ", is missing";
    return Error{message};
  }
  std::vector<io::Tensor> tensors;
  for (int32_t i = 0; i < entry.num_args; ++i) {
    const rm_value_type &type = entry.args[i];
    const std::string &input = inputs[i];
    std::string which = argumentText(i, type);
    bool number = isNumber(input);
    if (number && type.rank > 0)
      return Error{which + ": expected " + typeText(type) + ", but '" + input +
                   "' is a number (write ./" + input + " for a file)"};
    Result<io::Tensor> tensor = number
                                    ? parseNumber(input, rm_dtype(type.dtype))
                                    : readFile(input, type, asPlanes);
    if (!tensor)
      return Error{which + ", " + typeText(type) + ": " + tensor.message()};
    if (!matches(*tensor, type))
      return Error{which + ": expected " + typeText(type) + ", but " + input +
                   " holds " + tensor->typeText() +
                   pictureHint(input, type, asPlanes)};
    tensors.push_back(std::move(*tensor));
  }
  return std::move(tensors);
}

} // namespace runmat::cli
