// The header is padded so that the data starts at a multiple of 64 bytes, as
// NumPy does for memory mapping.

#include "runmat/IO/Npy.h"

namespace runmat::io {

static const char *descrOf(rm_dtype dtype) {
  switch (dtype) {
  case RM_F64:
    return "<f8";
  case RM_F32:
    return "<f4";
  case RM_F16:
    return "<f2";
  case RM_BF16:
    return "|V2";
  case RM_I1:
    return "|b1";
  case RM_I8:
    return "|i1";
  case RM_I16:
    return "<i2";
  case RM_I32:
    return "<i4";
  case RM_I64:
    return "<i8";
  }
  return "";
}

static std::string makeHeader(const Tensor &tensor) {
  std::string dict = std::string("{'descr': '") + descrOf(tensor.dtype()) +
                     "', 'fortran_order': False, 'shape': (";
  for (int64_t i = 0; i < tensor.rank(); ++i)
    dict += (i > 0 ? ", " : "") + std::to_string(tensor.sizes()[i]);
  dict += tensor.rank() == 1 ? ",), }" : "), }";
  // Version 1.0 holds 65535 bytes; RM_MAX_RANK sizes take less than 400.
  size_t total = (10 + dict.size() + 1 + 63) / 64 * 64;
  dict.append(total - 10 - dict.size() - 1, ' ');
  dict += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += char(dict.size() & 0xff);
  header += char(dict.size() >> 8);
  return header + dict;
}

Status writeNpy(StagedFile &file, const Tensor &tensor) {
  std::string header = makeHeader(tensor);
  Status status = file.write(header.data(), header.size());
  if (status)
    status = file.write(tensor.bytes(), size_t(tensor.byteSize()));
  return status;
}

Status writeNpy(const std::string &path, const Tensor &tensor) {
  Result<StagedFile> file = StagedFile::create(path);
  if (!file)
    return file.error();
  if (Status written = writeNpy(*file, tensor); !written)
    return written;
  return file->commit();
}

} // namespace runmat::io
