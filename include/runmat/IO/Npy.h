// NumPy's .npy files. bfloat16 has no NumPy dtype: it is stored as two raw
// bytes ('|V2', which the ml_dtypes package writes as '<V2') and read as bf16
// only where the caller expects bf16.

#ifndef RUNMAT_IO_NPY_H
#define RUNMAT_IO_NPY_H

#include "runmat/IO/StagedFile.h"
#include "runmat/IO/Tensor.h"

#include <optional>
#include <string>

namespace runmat::io {

/// Reads format versions 1.0, 2.0 and 3.0, either byte order, C and Fortran
/// order; the result is native and row-major. dtypes: f2 f4 f8 b1 i1 i2 i4 i8,
/// and V2 if `expected` is RM_BF16. `expected` chooses only this: a file of
/// another dtype is read as what it is. Errors name the file and the byte
/// offset or key: damaged header, other dtype (with the one to convert to),
/// sizes whose product overflows, data shorter or longer than the sizes say.
Result<Tensor> readNpy(const std::string &path,
                       std::optional<rm_dtype> expected = {});

/// Writes version 1.0, little endian, C order.
Status writeNpy(StagedFile &file, const Tensor &tensor);

/// The same to a file of its own.
Status writeNpy(const std::string &path, const Tensor &tensor);

} // namespace runmat::io

#endif // RUNMAT_IO_NPY_H
