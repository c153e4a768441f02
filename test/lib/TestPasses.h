// Passes that only tests use: runmat-opt has them, the plugin and the compiler
// have not.
#ifndef RUNMAT_TEST_LIB_TESTPASSES_H
#define RUNMAT_TEST_LIB_TESTPASSES_H

namespace runmat::test {

void registerTestPasses();

} // namespace runmat::test

#endif // RUNMAT_TEST_LIB_TESTPASSES_H
