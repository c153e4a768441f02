// Pictures as f32 planes: JPEG and PNG files become [channels, height, width],
// a folder of them [files, channels, height, width]; PNG files are written from
// the same shapes. Values are the stored ones, scaled: no colour management, no
// gamma, no EXIF rotation.

#ifndef RUNMAT_IO_PICTURE_H
#define RUNMAT_IO_PICTURE_H

#include "runmat/IO/StagedFile.h"
#include "runmat/IO/Tensor.h"

#include <cstddef>
#include <functional>
#include <string>

namespace runmat::io {

/// Reads a JPEG or PNG file (told apart by content) to f32
/// [channels, height, width] in [0, 1]: v / 255 for 8-bit samples, v / 65535
/// for 16-bit PNG. Channels are those of the file: 1 grey, 2 grey and alpha,
/// 3 red, green, blue, 4 with alpha; a palette is expanded. Errors: not a
/// picture, damaged or truncated (PNG checksums and JPEG's end are checked).
Result<Tensor> readPicture(const std::string &path);

/// Called after each file of a folder: files done, files in all.
using Progress = std::function<void(size_t done, size_t total)>;

/// Reads the .jpg, .jpeg and .png files of a folder, sorted by name (bytewise),
/// to f32 [files, channels, height, width]. Hidden files, other files and
/// folders inside are left out. Errors: no pictures, or two that differ in
/// size or channels (both are named).
Result<Tensor> readPictureFolder(const std::string &path,
                                 const Progress &progress = {});

/// Whether the name ends in .jpg, .jpeg or .png, in any case.
bool hasPictureName(const std::string &path);

/// Writes f32 [h, w], [c, h, w] with c = 1, 3 or 4, or [1, c, h, w] as an 8-bit
/// PNG. Values are clamped to [0, 1], NaN becomes 0, and the stored sample is
/// floor(255 v + 1/2). Errors: other types, shapes, sizes.
Status writePng(StagedFile &file, const Tensor &tensor);

/// The same to a file of its own.
Status writePng(const std::string &path, const Tensor &tensor);

} // namespace runmat::io

#endif // RUNMAT_IO_PICTURE_H
