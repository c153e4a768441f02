// Reads one file through the library and writes another, for the Python tests:
//   runmat-io-convert [--bf16] INPUT OUTPUT
// INPUT is a .npy file, a picture or a folder; OUTPUT ends in .npy, .png or
// .jpg (JPEG only here: the tests need such files and Python cannot make them).

#include "runmat/IO/Npy.h"
#include "runmat/IO/Picture.h"

#include <cstdio>
#include <cstring>
#include <stb/stb_image_write.h>
#include <sys/stat.h>

using namespace runmat;
using namespace runmat::io;

/// f32 [c, h, w] in [0, 1] at the best quality.
static Status writeJpeg(const std::string &path, const Tensor &tensor) {
  int64_t c = tensor.sizes()[0], h = tensor.sizes()[1], w = tensor.sizes()[2];
  std::vector<unsigned char> samples(c * h * w);
  for (int64_t i = 0; i < h * w; ++i)
    for (int64_t k = 0; k < c; ++k)
      samples[i * c + k] = tensor.data<float>()[k * h * w + i] * 255.0f + 0.5f;
  Result<StagedFile> file = StagedFile::create(path);
  if (!file)
    return file.error();
  auto append = [](void *to, void *bytes, int size) {
    (void)static_cast<StagedFile *>(to)->write(bytes, size);
  };
  stbi_write_jpg_to_func(append, &*file, w, h, c, samples.data(), 100);
  return file->commit();
}

// As in an ordinary build, a huge request fails instead of ending the process.
extern "C" const char *__asan_default_options() {
  return "allocator_may_return_null=1";
}

static bool endsIn(const std::string &text, const std::string &ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

static Result<Tensor> readAny(const std::string &path,
                              std::optional<rm_dtype> expected) {
  struct stat info;
  bool folder = stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  if (folder && endsIn(path, "/"))
    return readPictureFolder(path);
  return hasPictureName(path) ? readPicture(path) : readNpy(path, expected);
}

int main(int argc, char **argv) {
  std::optional<rm_dtype> expected;
  int at = 1;
  if (argc > 1 && strcmp(argv[1], "--bf16") == 0) {
    expected = RM_BF16;
    ++at;
  }
  if (argc - at != 2) {
    fprintf(stderr, "usage: runmat-io-convert [--bf16] INPUT OUTPUT\n");
    return 2;
  }
  std::string input = argv[at], output = argv[at + 1];
  Result<Tensor> tensor = readAny(input, expected);
  if (!tensor) {
    fprintf(stderr, "error: %s\n", tensor.message().c_str());
    return 1;
  }
  Status written = endsIn(output, ".jpg")   ? writeJpeg(output, *tensor)
                   : endsIn(output, ".png") ? writePng(output, *tensor)
                                            : writeNpy(output, *tensor);
  if (!written) {
    fprintf(stderr, "error: %s\n", written.message().c_str());
    return 1;
  }
  return 0;
}
