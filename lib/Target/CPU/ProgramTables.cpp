// The C ABI's side of a compiled module: entry functions that unpack tensors,
// and the read-only tables of runmat/Runtime/Runtime.h. Made on LLVM IR, where
// a constant struct is one expression.
#include "runmat/Support/ElementType.h"
#include "runmat/Support/Location.h"
#include "runmat/Target/CPU/CPU.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/Analysis/InstructionSimplify.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace runmat {

static Expected<ValueSignature> signatureOf(mlir::Type type,
                                            const Twine &what) {
  auto text = [&] {
    std::string s;
    raw_string_ostream(s) << type;
    return s;
  };
  auto tensor = dyn_cast<mlir::RankedTensorType>(type);
  std::optional<rm_dtype> dtype =
      type.isIndex() ? RM_I64
                     : dtypeOf(tensor ? tensor.getElementType() : type);
  if (!dtype)
    return createStringError(what + " has type " + text() +
                             ", which is neither a ranked tensor nor a scalar "
                             "of f64, f32, f16, bf16, "
                             "i1, i8, i16, i32 or i64");
  ValueSignature signature{*dtype, {}, !tensor};
  if (!tensor)
    return signature;
  if (tensor.getRank() > RM_MAX_RANK)
    return createStringError(what + " has rank " + Twine(tensor.getRank()) +
                             ", more than " + Twine(RM_MAX_RANK));
  for (int64_t size : tensor.getShape())
    signature.sizes.push_back(mlir::ShapedType::isDynamic(size) ? RM_DYNAMIC
                                                                : size);
  return signature;
}

Expected<std::vector<EntrySignature>> collectEntries(mlir::ModuleOp module,
                                                     StringRef entry) {
  std::vector<EntrySignature> entries;
  std::string names;
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    if (function.isDeclaration() || !function.isPublic())
      continue;
    names += (names.empty() ? "" : ", ") + function.getName().str();
    if (!entry.empty() && function.getName() != entry)
      continue;
    EntrySignature signature{function.getName().str(),
                             locationText(function.getLoc())};
    for (auto [index, type] : enumerate(function.getArgumentTypes())) {
      Expected<ValueSignature> value = signatureOf(
          type, "argument " + Twine(index) + " of @" + function.getName());
      if (!value)
        return value.takeError();
      signature.args.push_back(*value);
    }
    for (auto [index, type] : enumerate(function.getResultTypes())) {
      Expected<ValueSignature> value = signatureOf(
          type, "result " + Twine(index) + " of @" + function.getName());
      if (!value)
        return value.takeError();
      signature.results.push_back(*value);
    }
    entries.push_back(std::move(signature));
  }
  if (entries.empty() && !entry.empty())
    return createStringError("no public function @" + entry + "; there is " +
                             (names.empty() ? std::string("none") : names));
  if (entries.empty())
    return createStringError("the module has no public function with a body");
  return entries;
}

namespace {

/// Builds the functions and tables of one module.
class ProgramWriter {
public:
  ProgramWriter(Module &module, const ProgramInfo &info,
                const TargetMachine &machine)
      : module(module), info(info), machine(machine),
        context(module.getContext()) {}

  void write();

private:
  Constant *string(StringRef text);
  Constant *array(ArrayRef<Constant *> elements, Type *type);
  Constant *i32(int64_t value) {
    return ConstantInt::getSigned(Type::getInt32Ty(context), value);
  }
  Constant *i64(int64_t value) {
    return ConstantInt::getSigned(Type::getInt64Ty(context), value);
  }
  FunctionCallee runtime(StringRef name, Type *result, ArrayRef<Type *> args) {
    return module.getOrInsertFunction(name,
                                      FunctionType::get(result, args, false));
  }
  StructType *structOf(ArrayRef<Type *> fields) {
    return StructType::get(context, fields);
  }
  Type *scalarType(rm_dtype dtype);
  Constant *valueTable(ArrayRef<ValueSignature> values);
  Function *writeBody(const EntrySignature &entry, Function &code);
  void storeResult(IRBuilder<> &b, const ValueSignature &type, Value *value,
                   Value *slot);
  void defineDeallocation();
  void exportAs(StringRef name, GlobalValue *value);
  std::string cpuFeatures();

  Module &module;
  const ProgramInfo &info;
  const TargetMachine &machine;
  LLVMContext &context;
  Type *ptrTy() { return PointerType::get(context, 0); }
  Type *i32Ty() { return Type::getInt32Ty(context); }
  Type *i64Ty() { return Type::getInt64Ty(context); }
};

Constant *ProgramWriter::string(StringRef text) {
  Constant *data = ConstantDataArray::getString(context, text);
  auto *global =
      new GlobalVariable(module, data->getType(), true,
                         GlobalValue::PrivateLinkage, data, "rm.text");
  global->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  return global;
}

Constant *ProgramWriter::array(ArrayRef<Constant *> elements, Type *type) {
  if (elements.empty())
    return ConstantPointerNull::get(PointerType::get(context, 0));
  auto *arrayType = ArrayType::get(type, elements.size());
  return new GlobalVariable(
      module, arrayType, true, GlobalValue::PrivateLinkage,
      ConstantArray::get(arrayType, elements), "rm.table");
}

Type *ProgramWriter::scalarType(rm_dtype dtype) {
  switch (dtype) {
  case RM_F64:
    return Type::getDoubleTy(context);
  case RM_F32:
    return Type::getFloatTy(context);
  case RM_F16:
    return Type::getHalfTy(context);
  case RM_BF16:
    return Type::getBFloatTy(context);
  case RM_I1:
    return Type::getInt1Ty(context);
  case RM_I8:
    return Type::getInt8Ty(context);
  case RM_I16:
    return Type::getInt16Ty(context);
  case RM_I32:
    return Type::getInt32Ty(context);
  case RM_I64:
    return Type::getInt64Ty(context);
  }
  llvm_unreachable("all dtypes are listed");
}

/// rm_value_type[]
Constant *ProgramWriter::valueTable(ArrayRef<ValueSignature> values) {
  auto *sizesType = ArrayType::get(i64Ty(), RM_MAX_RANK);
  StructType *type = structOf({ptrTy(), i32Ty(), i32Ty(), sizesType});
  SmallVector<Constant *> rows;
  for (const ValueSignature &value : values) {
    SmallVector<uint64_t> sizes(RM_MAX_RANK, 0);
    llvm::copy(value.sizes, sizes.begin());
    rows.push_back(ConstantStruct::get(
        type, {ConstantPointerNull::get(PointerType::get(context, 0)),
               i32(value.dtype), i32(value.sizes.size()),
               ConstantDataArray::get(context, sizes)}));
  }
  return array(rows, type);
}

void ProgramWriter::storeResult(IRBuilder<> &b, const ValueSignature &type,
                                Value *value, Value *slot) {
  FunctionCallee result =
      runtime("rm_result", Type::getVoidTy(context),
              {ptrTy(), ptrTy(), ptrTy(), i32Ty(), i32Ty(), ptrTy()});
  unsigned rank = type.sizes.size();
  IRBuilder<> entry(&b.GetInsertBlock()->getParent()->getEntryBlock(),
                    b.GetInsertBlock()->getParent()->getEntryBlock().begin());
  Value *sizes =
      entry.CreateAlloca(ArrayType::get(i64Ty(), std::max(rank, 1u)));
  Value *allocated, *aligned;
  if (type.isScalar) {
    FunctionCallee alloc = runtime("rm_alloc", ptrTy(), {i64Ty(), i64Ty()});
    allocated = aligned =
        b.CreateCall(alloc, {i64(rm_dtype_size(type.dtype)), i64(64)});
    if (type.dtype == RM_I1)
      value = b.CreateZExt(value, Type::getInt8Ty(context));
    b.CreateStore(value, allocated);
  } else {
    // A memref descriptor: {allocated, aligned, offset, [sizes], [strides]}.
    // Its layout is the identity, since function results have no other.
    allocated = b.CreateExtractValue(value, 0);
    Value *offset = b.CreateExtractValue(value, 2);
    aligned =
        b.CreatePtrAdd(b.CreateExtractValue(value, 1),
                       b.CreateMul(offset, i64(rm_dtype_size(type.dtype))));
    for (unsigned d = 0; d < rank; ++d)
      b.CreateStore(b.CreateExtractValue(value, {3, d}),
                    b.CreateConstInBoundsGEP1_64(i64Ty(), sizes, d));
  }
  b.CreateCall(result,
               {slot, allocated, aligned, i32(type.dtype), i32(rank), sizes});
}

/// Whether the code looks at the data of the memref whose descriptor starts at
/// argument `first`.
static bool readsData(Function &code, unsigned first) {
  return !code.getArg(first)->use_empty() ||
         !code.getArg(first + 1)->use_empty();
}

/// Removes what a descriptor's unused fields leave behind, so that an argument
/// that only the device reads is not fetched for the host.
static void removeDeadValues(Function &code) {
  for (Instruction &instruction : make_early_inc_range(instructions(code)))
    if (isa<ExtractValueInst>(instruction))
      if (Value *simpler = simplifyInstruction(
              &instruction, code.getParent()->getDataLayout()))
        instruction.replaceAllUsesWith(simpler);
  for (BasicBlock *block : post_order(&code))
    for (Instruction &instruction : make_early_inc_range(reverse(*block)))
      if (isInstructionTriviallyDead(&instruction))
        instruction.eraseFromParent();
}

/// void rm.body.NAME(const rm_tensor *args, rm_tensor *results): unpacks,
/// calls, packs.
Function *ProgramWriter::writeBody(const EntrySignature &entry,
                                   Function &code) {
  auto *type =
      FunctionType::get(Type::getVoidTy(context), {ptrTy(), ptrTy()}, false);
  Function *body = Function::Create(type, GlobalValue::InternalLinkage,
                                    "rm.body." + entry.name, module);
  IRBuilder<> b(BasicBlock::Create(context, "entry", body));
  FunctionCallee hostArgument = runtime("rm_host_argument", ptrTy(), {ptrTy()});
  if (entry.takesTensors)
    removeDeadValues(code);
  SmallVector<Value *> operands;
  for (auto [index, arg] : enumerate(entry.args)) {
    Value *slot = b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), body->getArg(0),
                                               index * sizeof(rm_tensor));
    Value *data = arg.isScalar || readsData(code, operands.size())
                      ? static_cast<Value *>(b.CreateCall(hostArgument, {slot}))
                      : ConstantPointerNull::get(PointerType::get(context, 0));
    if (arg.isScalar) {
      bool isBool = arg.dtype == RM_I1;
      Value *value = b.CreateLoad(
          isBool ? Type::getInt8Ty(context) : scalarType(arg.dtype), data);
      operands.push_back(isBool ? b.CreateICmpNE(value, b.getInt8(0)) : value);
      continue;
    }
    unsigned rank = arg.sizes.size();
    operands.append({data, data, i64(0)});
    SmallVector<Value *> sizes(rank), strides(rank);
    for (unsigned d = 0; d < rank; ++d) {
      // A static size is a constant, so that nothing depends on memory that is
      // known.
      if (arg.sizes[d] != RM_DYNAMIC)
        sizes[d] = i64(arg.sizes[d]);
      else
        sizes[d] = b.CreateLoad(
            i64Ty(), b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), slot,
                                                  offsetof(rm_tensor, sizes) +
                                                      d * sizeof(int64_t)));
    }
    Value *stride = i64(1);
    for (unsigned d = rank; d-- > 0;) {
      strides[d] = stride;
      stride = b.CreateMul(stride, sizes[d]);
    }
    operands.append(sizes);
    operands.append(strides);
  }
  if (entry.takesTensors) {
    operands.push_back(b.CreatePtrToInt(body->getArg(0), i64Ty()));
    operands.push_back(b.CreatePtrToInt(body->getArg(1), i64Ty()));
  }
  Value *result = b.CreateCall(&code, operands);
  size_t returned = entry.results.size() - entry.deviceResults.size();
  unsigned number = 0;
  for (auto [index, type] : enumerate(entry.results)) {
    if (is_contained(entry.deviceResults, static_cast<int32_t>(index)))
      continue;
    Value *value =
        returned == 1 ? result : b.CreateExtractValue(result, number);
    ++number;
    storeResult(b, type, value,
                b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), body->getArg(1),
                                             index * sizeof(rm_tensor)));
  }
  b.CreateRetVoid();
  return body;
}

/// What the memref lowering calls to give memory back, in terms of the
/// runtime's functions.
void ProgramWriter::defineDeallocation() {
  if (Function *free = module.getFunction("_mlir_memref_to_llvm_free")) {
    free->setLinkage(GlobalValue::InternalLinkage);
    IRBuilder<> b(BasicBlock::Create(context, "entry", free));
    b.CreateCall(runtime("rm_free", Type::getVoidTy(context), {ptrTy()}),
                 {free->getArg(0)});
    b.CreateRetVoid();
  }
}

/// Outsiders reach `value` by this name. A local value that has it gives way.
void ProgramWriter::exportAs(StringRef name, GlobalValue *value) {
  if (GlobalValue *other = module.getNamedValue(name))
    other->setName("rm.local." + name);
  GlobalAlias::create(value->getValueType(), 0, GlobalValue::ExternalLinkage,
                      name, value, &module);
}

/// Of the features that the code may use, those whose absence a user is likely
/// to meet.
std::string ProgramWriter::cpuFeatures() {
  if (!machine.getTargetTriple().isX86())
    return "";
  std::string list;
  for (StringRef name :
       {"sse4.2", "avx", "avx2", "fma", "f16c", "bmi", "bmi2", "lzcnt",
        "popcnt", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"})
    if (machine.getMCSubtargetInfo()->checkFeatures(("+" + name).str()))
      list += (list.empty() ? "" : ",") + name.str();
  return list;
}

void ProgramWriter::write() {
  defineDeallocation();
  for (Function &function : module)
    if (!function.isDeclaration())
      function.setLinkage(GlobalValue::InternalLinkage);
  // rm_program, rm_entry, rm_unit, rm_kernel: the layouts that Runtime.h
  // asserts.
  StructType *programType =
      structOf({i32Ty(), i32Ty(), ptrTy(), ptrTy(), ptrTy(), ptrTy(), i32Ty(),
                i32Ty(), ptrTy(), ptrTy()});
  auto *program =
      new GlobalVariable(module, programType, true,
                         GlobalValue::InternalLinkage, nullptr, "rm.program");
  if (GlobalVariable *declared = module.getNamedGlobal(RM_PROGRAM_SYMBOL)) {
    declared->replaceAllUsesWith(program);
    declared->eraseFromParent();
  }

  StructType *entryType =
      structOf({ptrTy(), ptrTy(), ptrTy(), ptrTy(), ptrTy(), i32Ty(), i32Ty()});
  auto *entriesType = ArrayType::get(entryType, info.entries.size());
  auto *entries =
      new GlobalVariable(module, entriesType, true, GlobalValue::PrivateLinkage,
                         nullptr, "rm.entries");
  FunctionCallee invoke =
      runtime("rm_invoke", i32Ty(),
              {ptrTy(), ptrTy(), ptrTy(), ptrTy(), i32Ty(), ptrTy(), i32Ty()});
  SmallVector<Constant *> entryRows;
  for (auto [index, entry] : enumerate(info.entries)) {
    Function *body =
        writeBody(entry, *module.getFunction(codeSymbol(entry.name)));
    auto *type = FunctionType::get(
        i32Ty(), {ptrTy(), ptrTy(), i32Ty(), ptrTy(), i32Ty()}, false);
    Function *function = Function::Create(type, GlobalValue::InternalLinkage,
                                          "rm.entry." + entry.name, module);
    IRBuilder<> b(BasicBlock::Create(context, "entry", function));
    Value *row = b.CreateConstInBoundsGEP2_64(entriesType, entries, 0, index);
    b.CreateRet(
        b.CreateCall(invoke, {function->getArg(0), row, body,
                              function->getArg(1), function->getArg(2),
                              function->getArg(3), function->getArg(4)}));
    entryRows.push_back(ConstantStruct::get(
        entryType, {string(entry.name), program, function,
                    valueTable(entry.args), valueTable(entry.results),
                    i32(entry.args.size()), i32(entry.results.size())}));
    if (whyNoCSymbol(entry.name).empty())
      exportAs(entry.name, function);
  }
  entries->setInitializer(ConstantArray::get(entriesType, entryRows));

  StructType *unitType = structOf({ptrTy(), ptrTy()});
  SmallVector<Constant *> units;
  for (const UnitInfo &unit : info.units)
    units.push_back(ConstantStruct::get(
        unitType, {string(unit.name), string(unit.location)}));

  auto *triple = ArrayType::get(i32Ty(), 3);
  StructType *kernelType =
      structOf({ptrTy(), i32Ty(), i32Ty(), ptrTy(), i32Ty(), triple, i32Ty(),
                i32Ty(), i32Ty(), i32Ty(), ptrTy(), i64Ty()});
  // Rows of one kernel for several units share its module.
  StringMap<Constant *> modules;
  SmallVector<Constant *> kernels;
  for (const KernelInfo &kernel : info.kernels) {
    SmallVector<Constant *> access;
    for (uint8_t bits : kernel.access)
      access.push_back(ConstantInt::get(Type::getInt8Ty(context), bits));
    Constant *&spirv = modules[kernel.entryPoint];
    if (!spirv) {
      Constant *data =
          ConstantDataArray::get(context, ArrayRef<uint32_t>(kernel.spirv));
      spirv = new GlobalVariable(module, data->getType(), true,
                                 GlobalValue::PrivateLinkage, data, "rm.spirv");
    }
    kernels.push_back(ConstantStruct::get(
        kernelType,
        {string(kernel.entryPoint), i32(kernel.unit), i32(kernel.access.size()),
         array(access, Type::getInt8Ty(context)), i32(kernel.pushBytes),
         ConstantArray::get(triple, {i32(kernel.workgroupSize[0]),
                                     i32(kernel.workgroupSize[1]),
                                     i32(kernel.workgroupSize[2])}),
         i32(kernel.subgroupSize), i32(kernel.sharedBytes), i32(kernel.flags),
         i32(0), spirv, i64(kernel.spirv.size() * sizeof(uint32_t))}));
  }
  std::string target = formatv("{0} {1}", machine.getTargetTriple().str(),
                               machine.getTargetCPU());
  program->setInitializer(ConstantStruct::get(
      programType, {i32(RM_ABI_VERSION), i32(info.entries.size()),
                    string(info.name), entries, array(kernels, kernelType),
                    array(units, unitType), i32(kernels.size()),
                    i32(units.size()), string(target), string(cpuFeatures())}));
  exportAs(RM_PROGRAM_SYMBOL, program);
}

} // namespace

void addProgramTables(Module &module, const ProgramInfo &info,
                      const TargetMachine &machine) {
  ProgramWriter(module, info, machine).write();
}

} // namespace runmat
