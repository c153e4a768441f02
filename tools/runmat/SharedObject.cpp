// See the header.

#include "SharedObject.h"

#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace runmat::cli {

bool isSharedObject(const std::string &path) {
  if (path.size() > 3 && path.compare(path.size() - 3, 3, ".so") == 0)
    return true;
  char start[4] = {};
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return false;
  // What is read from a pipe is gone.
  struct stat info;
  bool regular = fstat(file, &info) == 0 && S_ISREG(info.st_mode);
  ssize_t got = regular ? read(file, start, sizeof start) : 0;
  close(file);
  return got == 4 && memcmp(start,
                            "\x7f"
                            "ELF",
                            4) == 0;
}

/// The loader maps what the program headers say and dies of a bus error where
/// the file is shorter, so a truncated file is found here. What is no ELF file
/// of this machine's word size is left to the loader's own message.
static Status checkWhole(const std::string &path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  uint64_t size = file ? uint64_t(file.tellg()) : 0;
  Elf64_Ehdr header;
  file.seekg(0);
  if (!file.read(reinterpret_cast<char *>(&header), sizeof header) ||
      memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_phentsize != sizeof(Elf64_Phdr))
    return {};
  auto fits = [&](uint64_t offset, uint64_t bytes) {
    return offset <= size && bytes <= size - offset;
  };
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  uint64_t tableBytes = segments.size() * sizeof(Elf64_Phdr);
  bool whole =
      fits(header.e_phoff, tableBytes) &&
      fits(header.e_shoff, uint64_t(header.e_shnum) * header.e_shentsize);
  if (whole) {
    file.seekg(std::streamoff(header.e_phoff));
    file.read(reinterpret_cast<char *>(segments.data()),
              std::streamsize(tableBytes));
    for (const Elf64_Phdr &segment : segments)
      whole = whole && fits(segment.p_offset, segment.p_filesz);
  }
  if (!whole)
    return Error{path + ": cannot load the shared object: it is truncated: " +
                 std::to_string(size) + " bytes, its headers say more"};
  return {};
}

Result<const rm_program *> loadSharedObject(const std::string &path) {
  if (Status whole = checkWhole(path); !whole)
    return whole.error();
  // dlopen takes a name without a slash for one on the library path.
  std::string name = path.find('/') == std::string::npos ? "./" + path : path;
  // Never closed: a program's tables and code are used until the process ends.
  void *library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *reason = dlerror();
    return Error{path + ": cannot load the shared object: " +
                 (reason ? reason : "unknown reason")};
  }
  auto *program =
      static_cast<const rm_program *>(dlsym(library, RM_PROGRAM_SYMBOL));
  if (!program)
    return Error{path + ": the shared object exports no " RM_PROGRAM_SYMBOL
                        ", expected one made by runmat compile"};
  return program;
}

} // namespace runmat::cli
