// Whether a picture file is whole. stb_image decodes a JPEG that ends early to
// grey and ignores PNG checksums; here such files are errors.

#ifndef RUNMAT_LIB_IO_PICTURECHECK_H
#define RUNMAT_LIB_IO_PICTURECHECK_H

#include "runmat/Result.h"

#include <string>
#include <vector>

namespace runmat::io {

/// Walks the file's chunks (PNG) or segments (JPEG) to its end marker.
Status checkPicture(const std::string &path,
                    const std::vector<unsigned char> &bytes);

} // namespace runmat::io

#endif // RUNMAT_LIB_IO_PICTURECHECK_H
