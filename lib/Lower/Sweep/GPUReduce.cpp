// Nests with reductions are refused so far.
#include "GPUSweep.h"
using namespace runmat;
void GPUSweep::planReductions() {
  refusal = GPURefusal{GPURefusal::UnitKind,
                       "a nest with reductions has no GPU form"};
}
