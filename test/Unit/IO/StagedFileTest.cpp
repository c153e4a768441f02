// Outputs appear whole or not at all.

#include "runmat/IO/StagedFile.h"

#include "TestFolder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace runmat;
using namespace runmat::io;
using runmat::test::TestFolder;
using testing::HasSubstr;

TEST(StagedFile, AppearsOnlyWhenCommitted) {
  TestFolder folder;
  std::string path = folder.write("out", "old");
  {
    Result<StagedFile> file = StagedFile::create(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("new", 3));
    ASSERT_TRUE(file->finish());
    EXPECT_EQ(folder.read("out"), "old");
    ASSERT_TRUE(file->commit());
  }
  EXPECT_EQ(folder.read("out"), "new");
  EXPECT_EQ(folder.files(), 1u);
}

TEST(StagedFile, WithoutCommitNothingStays) {
  TestFolder folder;
  {
    Result<StagedFile> file = StagedFile::create(folder.path("out"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("new", 3));
    StagedFile moved = std::move(*file);
    EXPECT_EQ(folder.files(), 1u);
  }
  EXPECT_EQ(folder.files(), 0u);
}

TEST(StagedFile, KeepsALinkAndReplacesItsTarget) {
  TestFolder folder;
  std::string target = folder.write("target", "old");
  std::string link = folder.path("link");
  ASSERT_EQ(0, symlink(target.c_str(), link.c_str()));
  Result<StagedFile> file = StagedFile::create(link);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("new", 3));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(folder.read("target"), "new");
  struct stat info;
  ASSERT_EQ(0, lstat(link.c_str(), &info));
  EXPECT_TRUE(S_ISLNK(info.st_mode));
}

TEST(StagedFile, FollowsTheUmask) {
  TestFolder folder;
  mode_t before = umask(022);
  Result<StagedFile> file = StagedFile::create(folder.path("out"));
  umask(before);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->commit());
  struct stat info;
  ASSERT_EQ(0, stat(folder.path("out").c_str(), &info));
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST(StagedFile, RefusesWhatIsNoRegularFile) {
  TestFolder folder;
  EXPECT_THAT(StagedFile::create(folder.path("")).message(),
              HasSubstr("it is a folder"));
  // As root a rename over it would replace the device.
  EXPECT_THAT(StagedFile::create("/dev/null").message(),
              HasSubstr("not a regular file"));
  EXPECT_THAT(StagedFile::create("").message(), HasSubstr("empty name"));
}
