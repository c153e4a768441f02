//===- Arguments.cpp - Arguments and results on either device ----------------------------------===//
// Generated code asks for an argument where it needs it; it is moved at most once a call and
// direction.
//===----------------------------------------------------------------------------------------===//

#include "Call.h"

using namespace runmat::runtime;

extern "C" const void *rm_host_argument(const rm_tensor *argument) {
  const void *data = nullptr;
  protectGenerated([&] {
    currentCall().indexOf(argument);
    data = argument->data;
  });
  return data;
}
