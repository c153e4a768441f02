// One place that knows every dialect and pass of the project. The tools, the
// plugin and the language server call it, so that a new dialect or pass reaches
// all of them at once.
#ifndef RUNMAT_REGISTERALL_H
#define RUNMAT_REGISTERALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace runmat {

/// Adds the project's own dialects, and the external models that they bring to
/// upstream dialects.
void registerDialects(mlir::DialectRegistry &registry);

/// Registers the project's own passes and pipelines with MLIR's global pass
/// registry. Call once.
void registerPasses();

/// Adds the upstream dialects and their interface models (bufferization, LLVM
/// translation, ...).
void registerUpstreamDialects(mlir::DialectRegistry &registry);

/// Registers the upstream passes that mlir-opt has.
void registerUpstreamPasses();

} // namespace runmat

#endif // RUNMAT_REGISTERALL_H
