// Outputs appear whole or not at all.

#include "runmat/IO/RemoveOnSignal.h"
#include "runmat/IO/StagedFiles.h"

#include "TestFolder.h"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

TEST(StagedFile, FollowsALinkWhoseTargetIsMissing) {
  TestFolder folder;
  ASSERT_EQ(0, mkdir(folder.path("d").c_str(), 0777));
  ASSERT_EQ(0, symlink("d/second", folder.path("first").c_str()));
  ASSERT_EQ(0, symlink("target", folder.path("d/second").c_str()));
  Result<StagedFile> file = StagedFile::create(folder.path("first"));
  ASSERT_TRUE(file) << file.message();
  ASSERT_TRUE(file->write("new", 3));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(folder.read("d/target"), "new");
  struct stat info;
  ASSERT_EQ(0, lstat(folder.path("first").c_str(), &info));
  EXPECT_TRUE(S_ISLNK(info.st_mode));
  ASSERT_EQ(0, symlink("loop", folder.path("loop").c_str()));
  EXPECT_THAT(StagedFile::create(folder.path("loop")).message(),
              HasSubstr("symbolic links"));
}

TEST(StagedFile, KeepsTheModeOfWhatItReplaces) {
  TestFolder folder;
  std::string path = folder.write("out", "old");
  ASSERT_EQ(0, chmod(path.c_str(), 0640));
  Result<StagedFile> file = StagedFile::create(path);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->commit());
  struct stat info;
  ASSERT_EQ(0, stat(path.c_str(), &info));
  EXPECT_EQ(info.st_mode & 0777, 0640u);
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
  // Not there, and made by nobody.
  for (const char *path : {"/dev/runmat", "/proc/self/fd/1000"})
    EXPECT_THAT(StagedFile::create(path).message(),
                HasSubstr("a device or a file of the system"));
}

TEST(StagedFiles, RefusesTwoNamesOfOneFile) {
  TestFolder folder;
  std::string path = folder.path("out");
  ASSERT_EQ(0, symlink("out", folder.path("link").c_str()));
  StagedFiles files("");
  ASSERT_TRUE(files.add(path));
  for (const char *other : {"./out", "link"})
    EXPECT_THAT(files.add(folder.path(other)).message(),
                HasSubstr("it is the same file as " + path));
  EXPECT_TRUE(files.add(folder.path("other")));
}

TEST(StagedFiles, RefusesToReplaceTheInput) {
  TestFolder folder;
  std::string input = folder.write("input", "text");
  ASSERT_EQ(0, link(input.c_str(), folder.path("hard").c_str()));
  StagedFiles files(input);
  for (const char *name : {"input", "hard"})
    EXPECT_THAT(files.add(folder.path(name)).message(),
                HasSubstr("it is the file that is read"));
  EXPECT_EQ(folder.files(), 2u);
}

TEST(StagedFiles, AppearTogether) {
  TestFolder folder;
  StagedFiles files("");
  for (const char *name : {"a", "b"}) {
    Result<StagedFile *> file = files.add(folder.path(name));
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write(name, 1));
  }
  ASSERT_TRUE(files.commit());
  EXPECT_EQ(folder.read("a") + folder.read("b"), "ab");
  EXPECT_EQ(folder.files(), 2u);
}

/// Ends a child by the signal while it holds a staged file.
static int endByASignal(const std::string &path, int number) {
  pid_t child = fork();
  if (child == 0) {
    handleEndingSignals();
    Result<StagedFile> committed = StagedFile::create(path);
    Result<StagedFile> staged = StagedFile::create(path);
    if (!committed || !staged || !committed->commit())
      _exit(1);
    raise(number);
    _exit(2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(StagedFile, IsRemovedByASignalThatEndsTheProcess) {
  for (int number : {SIGINT, SIGTERM, SIGPIPE}) {
    TestFolder folder;
    EXPECT_EQ(endByASignal(folder.path("out"), number), number);
    EXPECT_EQ(folder.files(), 1u); // what was committed
  }
}
