// A folder of its own for each test, removed with everything in it.

#ifndef RUNMAT_TEST_UNIT_IO_TESTFOLDER_H
#define RUNMAT_TEST_UNIT_IO_TESTFOLDER_H

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace runmat::test {

class TestFolder {
public:
  TestFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "runmat-io-XXXXXX").string();
    root = mkdtemp(&name[0]);
  }
  ~TestFolder() { std::filesystem::remove_all(root); }

  std::string path(const std::string &name) const { return root + "/" + name; }

  std::string write(const std::string &name, const std::string &bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  std::string read(const std::string &name) const {
    std::ostringstream content;
    content << std::ifstream(path(name), std::ios::binary).rdbuf();
    return content.str();
  }
  size_t files() const {
    size_t count = 0;
    for (const auto &entry : std::filesystem::directory_iterator(root)) {
      (void)entry;
      ++count;
    }
    return count;
  }

private:
  std::string root;
};

} // namespace runmat::test

#endif // RUNMAT_TEST_UNIT_IO_TESTFOLDER_H
