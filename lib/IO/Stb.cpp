// The one file that compiles stb_image and stb_image_write, without their own
// file access: reading and writing of files, with its errors, is ours. PNG data
// is compressed by zlib: stb's own compressor takes seconds for a 4K picture.

#include <climits>
#include <cstdlib>
#include <zlib.h>

/// What stb_image_write calls; the result is freed by it.
static unsigned char *compressForStb(unsigned char *data, int size,
                                     int *compressedSize, int quality) {
  uLongf bytes = compressBound(uLong(size));
  auto *result = static_cast<unsigned char *>(malloc(bytes));
  if (!result)
    return nullptr;
  if (compress2(result, &bytes, data, uLong(size), quality) != Z_OK ||
      bytes > INT_MAX) {
    free(result);
    return nullptr;
  }
  *compressedSize = int(bytes);
  return result;
}

#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#include <stb/stb_image.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBIW_ZLIB_COMPRESS compressForStb
#define STBIW_CRC32(buffer, length)                                            \
  static_cast<unsigned>(crc32(0, buffer, static_cast<uInt>(length)))
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>
