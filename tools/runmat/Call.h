// One call of an entry: arguments in, results as host tensors out, timed.

#ifndef RUNMAT_TOOLS_RUNMAT_CALL_H
#define RUNMAT_TOOLS_RUNMAT_CALL_H

#include "runmat/IO/Tensor.h"

#include <string>
#include <vector>

namespace runmat::cli {

struct CallTime {
  double milliseconds = 0;       // wall time of the call, transfers included
  double deviceMilliseconds = 0; // between the first and last dispatch; 0: none
};

/// Calls once. `results` gets host tensors whose memory the runtime owns; pass
/// null to give them back at once. Errors: what the program or device reports.
Status call(rm_context *context, const rm_entry &entry,
            std::vector<io::Tensor> &arguments, CallTime &time,
            std::vector<io::Tensor> *results);

} // namespace runmat::cli

#endif // RUNMAT_TOOLS_RUNMAT_CALL_H
