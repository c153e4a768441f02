// Reading: the file's length is checked against the header before memory is
// taken, so a damaged size cannot ask for more than the file holds.

#include "runmat/IO/Npy.h"

#include "InputFile.h"
#include "NpyHeader.h"

#include <algorithm>
#include <cstring>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "files are written little endian from memory as it is");

namespace runmat::io {

namespace {
struct ElementType {
  rm_dtype dtype;
  bool swapped;
};
} // namespace

/// Reads "<f4". The message of a refused dtype says what to convert to.
static Result<ElementType> parseDescr(const std::string &path,
                                      const std::string &descr,
                                      std::optional<rm_dtype> expected) {
  auto refuse = [&](const std::string &why) {
    return Error{path + ": header: 'descr' is '" + descr + "', " + why};
  };
  size_t at = !descr.empty() && strchr("<>=|", descr[0]) ? 1 : 0;
  char order = at ? descr[0] : '=';
  std::string type = descr.substr(at);

  static const struct {
    const char *name;
    rm_dtype dtype;
  } known[] = {{"f8", RM_F64}, {"f4", RM_F32}, {"f2", RM_F16},
               {"b1", RM_I1},  {"i1", RM_I8},  {"i2", RM_I16},
               {"i4", RM_I32}, {"i8", RM_I64}, {"V2", RM_BF16}};
  for (const auto &candidate : known) {
    if (type != candidate.name)
      continue;
    if (candidate.dtype == RM_BF16 && expected != RM_BF16)
      return refuse("two raw bytes, which is read as bf16 only where bf16 is "
                    "expected");
    if (order == '|' && dtypeSize(candidate.dtype) > 1 &&
        candidate.dtype != RM_BF16)
      return refuse("expected the byte order '<' or '>' in front of " + type);
    return ElementType{candidate.dtype, order == '>'};
  }

  static const struct {
    const char *name, *meaning, *instead;
  } refused[] = {
      {"u1", "unsigned integers", "int16"},
      {"u2", "unsigned integers", "int32"},
      {"u4", "unsigned integers", "int64"},
      {"u8", "unsigned integers", "int64 (values below 2**63) or float64"},
      {"f12", "extended precision", "float64"},
      {"f16", "extended precision", "float64"},
      {"c8", "complex numbers", "float32 planes of real and imaginary parts"},
      {"c16", "complex numbers", "float64 planes of real and imaginary parts"},
      {"O", "Python objects", "a numeric dtype"}};
  for (const auto &candidate : refused)
    if (type == candidate.name)
      return refuse(std::string(candidate.meaning) +
                    ", which are not supported: convert to " +
                    candidate.instead + " first");
  return refuse("expected one of f2 f4 f8 b1 i1 i2 i4 i8 with a byte order, "
                "such as '<f4'");
}

template <typename Word> static void swapBytes(void *data, int64_t count) {
  auto *at = static_cast<unsigned char *>(data);
  for (int64_t i = 0; i < count; ++i, at += sizeof(Word)) {
    Word word;
    memcpy(&word, at, sizeof word);
    if constexpr (sizeof(Word) == 2)
      word = __builtin_bswap16(word);
    else if constexpr (sizeof(Word) == 4)
      word = __builtin_bswap32(word);
    else
      word = __builtin_bswap64(word);
    memcpy(at, &word, sizeof word);
  }
}

static void swapBytes(Tensor &tensor) {
  switch (dtypeSize(tensor.dtype())) {
  case 2:
    return swapBytes<uint16_t>(tensor.bytes(), tensor.elements());
  case 4:
    return swapBytes<uint32_t>(tensor.bytes(), tensor.elements());
  case 8:
    return swapBytes<uint64_t>(tensor.bytes(), tensor.elements());
  default:
    return;
  }
}

/// Copies Fortran order to C order. The first dimension is contiguous in `from`
/// and the last one in `to`, so tiles of these two keep both within the cache;
/// the dimensions between them are counted through.
template <typename Word>
static void toRowMajor(const Word *from, Word *to,
                       const std::vector<int64_t> &sizes) {
  constexpr int64_t tile = 32;
  size_t rank = sizes.size();
  int64_t rows = sizes.front(), columns = sizes.back();
  std::vector<int64_t> fromStride(rank, 1), toStride(rank, 1);
  for (size_t i = 1; i < rank; ++i)
    fromStride[i] = fromStride[i - 1] * sizes[i - 1];
  for (size_t i = rank - 1; i-- > 0;)
    toStride[i] = toStride[i + 1] * sizes[i + 1];

  std::vector<int64_t> index(rank, 0);
  while (true) {
    int64_t fromBase = 0, toBase = 0;
    for (size_t i = 1; i + 1 < rank; ++i) {
      fromBase += index[i] * fromStride[i];
      toBase += index[i] * toStride[i];
    }
    for (int64_t r0 = 0; r0 < rows; r0 += tile)
      for (int64_t c0 = 0; c0 < columns; c0 += tile)
        for (int64_t r = r0; r < std::min(r0 + tile, rows); ++r)
          for (int64_t c = c0; c < std::min(c0 + tile, columns); ++c)
            to[toBase + r * toStride[0] + c] =
                from[fromBase + r + c * fromStride[rank - 1]];
    size_t i = 1;
    while (i + 1 < rank && ++index[i] == sizes[i])
      index[i++] = 0;
    if (i + 1 >= rank)
      return;
  }
}

static Result<Tensor> toRowMajor(const std::string &path,
                                 const Tensor &columnMajor) {
  Result<Tensor> result =
      Tensor::allocate(columnMajor.dtype(), columnMajor.sizes());
  if (!result)
    return Error{path + ": " + result.message()};
  const std::vector<int64_t> &sizes = columnMajor.sizes();
  switch (dtypeSize(columnMajor.dtype())) {
  case 1:
    toRowMajor(columnMajor.data<uint8_t>(), result->data<uint8_t>(), sizes);
    break;
  case 2:
    toRowMajor(columnMajor.data<uint16_t>(), result->data<uint16_t>(), sizes);
    break;
  case 4:
    toRowMajor(columnMajor.data<uint32_t>(), result->data<uint32_t>(), sizes);
    break;
  default:
    toRowMajor(columnMajor.data<uint64_t>(), result->data<uint64_t>(), sizes);
  }
  return result;
}

/// Magic, version, dict. Sets `dataOffset` to the first byte of the data.
static Result<NpyHeader> readHeader(const InputFile &file,
                                    int64_t &dataOffset) {
  unsigned char start[12] = {};
  int64_t available = std::min<int64_t>(sizeof start, file.size());
  if (Status status = file.read(0, start, available); !status)
    return status.error();
  Result<NpyPreamble> preamble =
      parseNpyPreamble(file.path(), start, available, file.size());
  if (!preamble)
    return preamble.error();
  std::string text(static_cast<size_t>(preamble->headerSize), '\0');
  if (Status status =
          file.read(preamble->headerOffset, &text[0], preamble->headerSize);
      !status)
    return status.error();
  dataOffset = preamble->dataOffset();
  return parseNpyHeader(file.path(), text, preamble->headerOffset);
}

Result<Tensor> readNpy(const std::string &path,
                       std::optional<rm_dtype> expected) {
  Result<InputFile> file = InputFile::open(path);
  if (!file)
    return file.error();
  int64_t dataOffset = 0;
  Result<NpyHeader> header = readHeader(*file, dataOffset);
  if (!header)
    return header.error();
  Result<ElementType> type = parseDescr(path, header->descr, expected);
  if (!type)
    return type.error();
  Result<int64_t> bytes = checkedByteSize(type->dtype, header->sizes);
  if (!bytes)
    return Error{path + ": header: 'shape': " + bytes.message()};
  int64_t present = file->size() - dataOffset;
  if (present != *bytes)
    return Error{path + ": byte " + std::to_string(dataOffset) + ": " +
                 (present < *bytes ? "the data is truncated: "
                                   : "there is more after the data: ") +
                 std::to_string(present) + " bytes, expected " +
                 std::to_string(*bytes) + " for " +
                 tensorTypeText(type->dtype, header->sizes)};

  Result<Tensor> tensor = Tensor::allocate(type->dtype, header->sizes);
  if (!tensor)
    return Error{path + ": header: 'shape': " + tensor.message()};
  if (Status status = file->read(dataOffset, tensor->bytes(), *bytes); !status)
    return status.error();
  if (type->swapped)
    swapBytes(*tensor);
  // Programs rely on 0 or 1; NumPy takes any other byte for true as well.
  if (type->dtype == RM_I1)
    for (int64_t i = 0; i < tensor->elements(); ++i)
      tensor->data<uint8_t>()[i] = tensor->data<uint8_t>()[i] != 0;
  if (header->fortranOrder && tensor->rank() > 1 && tensor->elements() > 0)
    return toRowMajor(path, *tensor);
  return tensor;
}

} // namespace runmat::io
