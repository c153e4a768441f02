// Decoding through stb_image and the change from interleaved samples to planes;
// a folder is decoded file by file straight into its place in the batch.

#include "runmat/IO/Picture.h"

#include "InputFile.h"
#include "PictureCheck.h"

#include <algorithm>
#include <climits>
#include <cstring>
#include <dirent.h>
#include <memory>
#include <stb/stb_image.h>
#include <strings.h>
#include <sys/stat.h>
#include <vector>

namespace runmat::io {

namespace {

/// Decoded samples as stb_image gives them: rows of interleaved channels.
struct Decoded {
  int width = 0, height = 0, channels = 0;
  bool wide = false; // 16-bit samples
  std::unique_ptr<void, void (*)(void *)> samples{nullptr, stbi_image_free};

  std::vector<int64_t> sizes() const { return {channels, height, width}; }
  std::string text() const {
    return std::to_string(width) + "x" + std::to_string(height) + " with " +
           std::to_string(channels) +
           (channels == 1 ? " channel" : " channels");
  }
};

} // namespace

static Result<Decoded> decode(const std::string &path) {
  Result<InputFile> file = InputFile::open(path);
  if (!file)
    return file.error();
  Result<std::vector<unsigned char>> bytes = file->readAll(INT_MAX);
  if (!bytes)
    return bytes.error();
  if (Status whole = checkPicture(path, *bytes); !whole)
    return whole.error();
  int length = static_cast<int>(bytes->size());
  Decoded result;
  result.wide = stbi_is_16_bit_from_memory(bytes->data(), length);
  void *samples;
  if (result.wide)
    samples = stbi_load_16_from_memory(bytes->data(), length, &result.width,
                                       &result.height, &result.channels, 0);
  else
    samples = stbi_load_from_memory(bytes->data(), length, &result.width,
                                    &result.height, &result.channels, 0);
  if (!samples) {
    // stb_image quotes the name of a chunk it does not know, printable or not.
    std::string reason = stbi_failure_reason();
    for (char &c : reason)
      if (c < 0x20 || c > 0x7e)
        c = '?';
    return Error{path + ": the picture cannot be decoded: " + reason};
  }
  result.samples.reset(samples);
  return std::move(result);
}

/// samples[row][column][channel] to planes[channel][row][column].
template <typename Sample>
static void toPlanes(const Decoded &picture, float *planes) {
  constexpr float scale = sizeof(Sample) == 1 ? 255.0f : 65535.0f;
  const Sample *samples = static_cast<const Sample *>(picture.samples.get());
  size_t count = size_t(picture.width) * picture.height;
  size_t channels = picture.channels;
  for (size_t c = 0; c < channels; ++c)
    for (size_t i = 0; i < count; ++i)
      planes[c * count + i] = float(samples[i * channels + c]) / scale;
}

static void writePlanes(const Decoded &picture, float *planes) {
  if (picture.wide)
    toPlanes<uint16_t>(picture, planes);
  else
    toPlanes<uint8_t>(picture, planes);
}

Result<Tensor> readPicture(const std::string &path) {
  Result<Decoded> picture = decode(path);
  if (!picture)
    return picture.error();
  Result<Tensor> tensor = Tensor::allocate(RM_F32, picture->sizes());
  if (!tensor)
    return Error{path + ": " + tensor.message()};
  writePlanes(*picture, tensor->data<float>());
  return tensor;
}

bool hasPictureName(const std::string &path) {
  size_t dot = path.rfind('.');
  if (dot == std::string::npos)
    return false;
  const char *ending = path.c_str() + dot;
  return strcasecmp(ending, ".jpg") == 0 || strcasecmp(ending, ".jpeg") == 0 ||
         strcasecmp(ending, ".png") == 0;
}

static Result<std::vector<std::string>> listPictures(const std::string &path) {
  DIR *folder = opendir(path.c_str());
  if (!folder)
    return Error{path + ": cannot read the folder: " + strerror(errno)};
  std::vector<std::string> names;
  std::string prefix = path.back() == '/' ? path : path + "/";
  while (dirent *entry = readdir(folder)) {
    std::string name = prefix + entry->d_name;
    struct stat info;
    if (entry->d_name[0] == '.' || !hasPictureName(name))
      continue;
    // A name that cannot be looked at is kept: reading it says why.
    if (stat(name.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
      continue;
    names.push_back(std::move(name));
  }
  closedir(folder);
  std::sort(names.begin(), names.end());
  if (names.empty())
    return Error{path + ": the folder has no pictures, expected .jpg, .jpeg or "
                        ".png files"};
  return std::move(names);
}

Result<Tensor> readPictureFolder(const std::string &path,
                                 const Progress &progress) {
  if (path.empty())
    return Error{"the name of a folder is empty"};
  Result<std::vector<std::string>> names = listPictures(path);
  if (!names)
    return names.error();
  Tensor batch;
  std::string firstText;
  std::vector<int64_t> firstSizes;
  int64_t pictureElements = 0;
  for (size_t i = 0; i < names->size(); ++i) {
    const std::string &name = (*names)[i];
    Result<Decoded> picture = decode(name);
    if (!picture)
      return picture.error();
    if (i == 0) {
      firstText = picture->text();
      firstSizes = picture->sizes();
      std::vector<int64_t> sizes = firstSizes;
      sizes.insert(sizes.begin(), int64_t(names->size()));
      Result<Tensor> allocated = Tensor::allocate(RM_F32, sizes);
      if (!allocated)
        return Error{path + ": " + allocated.message()};
      batch = std::move(*allocated);
      pictureElements = batch.elements() / int64_t(names->size());
    } else if (picture->sizes() != firstSizes) {
      return Error{name + ": the picture is " + picture->text() +
                   ", expected the size of " + (*names)[0] + ": " + firstText};
    }
    writePlanes(*picture, batch.data<float>() + int64_t(i) * pictureElements);
    if (progress)
      progress(i + 1, names->size());
  }
  return std::move(batch);
}

} // namespace runmat::io
