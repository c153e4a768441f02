// Whether two clusters can be one unit, and how: their spaces are made one by
// the tensors that join them, then the rules of fused.nest are checked.
#include "Cluster.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;
using fused::Rejection;

unsigned Clusters::add(Member member) {
  unsigned number = members.size();
  Cluster cluster;
  cluster.space = member.space;
  for (unsigned dim = 0; dim < member.space.size(); ++dim)
    cluster.order.push_back(dim);
  cluster.members.push_back(number);
  cluster.weight = member.weight;
  cluster.copiesOnly = member.isCopy();
  cluster.row = member.reduced;
  if (member.isReduction())
    cluster.reductions.push_back(number);
  if (member.isRandom())
    cluster.randoms.push_back(number);
  unsigned next = 0;
  for (Value operand : member.op->getOperands()) {
    if (!isa<RankedTensorType>(operand.getType()))
      continue;
    Read read{operand, member.reads[next++]};
    if (!splatElement(operand) && !llvm::is_contained(cluster.inputs, read))
      cluster.inputs.push_back(read);
  }
  if (!member.value().use_empty())
    cluster.outputs.push_back(member.value());
  if (auto device = member.op->getAttrOfType<StringAttr>("device"))
    cluster.device = device.getValue();
  byValue[member.value()] = number;
  parent.push_back(number);
  members.push_back(std::move(member));
  clusters.push_back(std::move(cluster));
  return number;
}

std::optional<unsigned> Clusters::memberOf(Value value) const {
  auto found = byValue.find(value);
  if (found == byValue.end())
    return std::nullopt;
  return found->second;
}

unsigned Clusters::clusterOf(unsigned member) {
  while (parent[member] != member) {
    parent[member] = parent[parent[member]];
    member = parent[member];
  }
  return member;
}

bool Clusters::feeds(unsigned first, unsigned second) {
  return llvm::any_of(clusters[second].inputs, [&](const Read &read) {
    std::optional<unsigned> member = memberOf(read.value);
    return member && clusterOf(*member) == first;
  });
}

namespace runmat::fusion {
class MergeCheck {
public:
  MergeCheck(Clusters &all, unsigned first, unsigned second)
      : all(all), firstNumber(first), secondNumber(second),
        first(all.clusters[first]), second(all.clusters[second]) {}

  std::variant<Merge, Rejection> run();

private:
  using Reason = std::optional<Rejection>;
  bool joins(ArrayRef<int> layout, const Layout &read);
  Reason matchSpaces();
  Reason checkSmaller();
  Reason findRow();
  Reason checkOrder(ArrayRef<int> order);
  bool isUniform(ArrayRef<int> layout);
  bool isIn(Operation *op) const;
  bool isReadOutside(Value value) const;
  Layout mapped(const Layout &layout) const;
  /// Of a value that either makes, in dims of the merged space.
  Layout layoutOf(Value value);

  Clusters &all;
  unsigned firstNumber, secondNumber;
  const Cluster &first, &second;
  Merge merge;
  /// Dims of the second space that the first lacks.
  SmallVector<int> added;
  bool isFed = false;
};
} // namespace runmat::fusion

bool MergeCheck::isIn(Operation *op) const {
  if (op->getNumResults() != 1)
    return false;
  std::optional<unsigned> member = all.memberOf(op->getResult(0));
  if (!member)
    return false;
  unsigned cluster = all.clusterOf(*member);
  return cluster == firstNumber || cluster == secondNumber;
}

bool MergeCheck::isReadOutside(Value value) const {
  return llvm::any_of(value.getUsers(),
                      [&](Operation *user) { return !isIn(user); });
}

Layout MergeCheck::mapped(const Layout &layout) const {
  Layout result;
  for (int dim : layout)
    result.push_back(dim == kUnit ? kUnit : merge.dims[dim]);
  return result;
}

Layout MergeCheck::layoutOf(Value value) {
  unsigned member = *all.memberOf(value);
  const Layout &layout = all.members[member].result;
  return all.clusterOf(member) == firstNumber ? layout : mapped(layout);
}

/// Makes the dims of one tensor one: `layout` in the first space, `read` in the
/// second. False where that contradicts what is one already.
bool MergeCheck::joins(ArrayRef<int> layout, const Layout &read) {
  SmallVector<int> dims = merge.dims;
  for (auto [from, to] : llvm::zip(layout, read)) {
    if (from == kUnit || to == kUnit) {
      if (from != to)
        return false;
      continue;
    }
    if (dims[to] == from)
      continue;
    if (dims[to] != -1 || llvm::is_contained(dims, from))
      return false;
    dims[to] = from;
  }
  merge.dims = dims;
  return true;
}

MergeCheck::Reason MergeCheck::matchSpaces() {
  merge.dims.assign(second.space.size(), -1);
  for (const Read &read : second.inputs) {
    std::optional<unsigned> member = all.memberOf(read.value);
    if (!member || all.clusterOf(*member) != firstNumber)
      continue;
    isFed = true;
    if (!joins(all.members[*member].result, read.layout))
      return Rejection::ReadTwoWays;
  }
  // The largest shared inputs first: they tell most.
  SmallVector<std::pair<const Read *, const Read *>> shared;
  for (const Read &mine : first.inputs)
    for (const Read &other : second.inputs)
      if (mine.value == other.value)
        shared.push_back({&mine, &other});
  llvm::sort(shared, [](auto a, auto b) {
    size_t dimsA = dimsOf(a.first->layout).size(),
           dimsB = dimsOf(b.first->layout).size();
    return dimsA != dimsB ? dimsA > dimsB : a < b;
  });
  bool sharesAll = false;
  for (auto [mine, other] : shared)
    sharesAll |= joins(mine->layout, other->layout) &&
                 dimsOf(mine->layout).size() == first.space.size();
  if (!isFed && !sharesAll)
    return Rejection::SpaceMismatch;
  SmallVector<int> free;
  for (int dim : first.order)
    if (!llvm::is_contained(merge.dims, dim))
      free.push_back(dim);
  for (int dim : second.order)
    if (merge.dims[dim] == -1)
      added.push_back(dim);
  if (!free.empty() && !added.empty()) {
    if (free.size() != added.size())
      return Rejection::SpaceMismatch;
    for (auto [mine, other] : llvm::zip(free, added)) {
      if (!all.sizes.areEqual(first.space[mine], second.space[other]))
        return Rejection::SpaceMismatch;
      merge.dims[other] = mine;
    }
    added.clear();
    free.clear();
  }
  merge.missing = free;
  for (auto [number, dim] : llvm::enumerate(added))
    merge.dims[dim] = first.space.size() + number;
  return std::nullopt;
}

/// Rules for a side whose space is smaller than the other's.
MergeCheck::Reason MergeCheck::checkSmaller() {
  if (!added.empty()) {
    if (!isFed)
      return Rejection::SpaceMismatch;
    if (!first.reductions.empty() || !first.randoms.empty())
      return Rejection::SmallerSpace;
    for (Value value : first.outputs)
      if (isReadOutside(value))
        return Rejection::BroadcastResult;
    // Along the innermost dims it is computed once.
    SmallVector<int> mine;
    for (int dim : second.order)
      mine.push_back(merge.dims[dim]);
    bool isPrefix = true;
    for (unsigned i = 0; i < first.space.size(); ++i)
      isPrefix &= mine[i] < int(first.space.size());
    if (!isPrefix && first.weight > all.options.limits.recomputed)
      return Rejection::Recomputed;
  }
  if (!merge.missing.empty()) {
    if (!isFed)
      return Rejection::SpaceMismatch;
    if (!second.reductions.empty() || !second.randoms.empty())
      return Rejection::ReducedAgain;
  }
  return std::nullopt;
}

/// Reductions that a later stage reads run over the same dims, the others over
/// these or more.
MergeCheck::Reason MergeCheck::findRow() {
  auto sorted = [](SmallVector<int> dims) {
    llvm::sort(dims);
    return dims;
  };
  std::optional<SmallVector<int>> row;
  SmallVector<SmallVector<int>> others;
  for (const Cluster *cluster : {&first, &second})
    for (unsigned number : cluster->reductions) {
      const Member &member = all.members[number];
      SmallVector<int> dims = member.reduced;
      if (cluster == &second)
        for (int &dim : dims)
          dim = merge.dims[dim];
      dims = sorted(dims);
      if (llvm::none_of(member.value().getUsers(),
                        [&](Operation *user) { return isIn(user); })) {
        others.push_back(dims);
        continue;
      }
      if (!all.options.rows)
        return Rejection::ReadsReduction;
      if (row && *row != dims)
        return Rejection::RowDims;
      row = dims;
    }
  if (!row)
    for (const SmallVector<int> &dims : others)
      if (!row || dims.size() < row->size())
        row = dims;
  for (const SmallVector<int> &dims : others)
    if (!llvm::all_of(*row, [&](int d) { return llvm::is_contained(dims, d); }))
      return Rejection::RowDims;
  if (row)
    merge.row = *row;
  return std::nullopt;
}

/// Whether a value of this layout is one number a row: it can be a result as a
/// reduction of itself, where the row is not empty.
bool MergeCheck::isUniform(ArrayRef<int> layout) {
  unsigned rank = first.space.size() + added.size();
  SmallVector<int> dims = dimsOf(layout);
  if (merge.row.empty() || dims.size() + merge.row.size() != rank)
    return false;
  int64_t elements = 1;
  for (int dim : merge.row) {
    if (llvm::is_contained(dims, dim))
      return false;
    int own = first.space.size();
    int64_t size = all.sizes.sizeOf(dim < own ? first.space[dim]
                                              : second.space[added[dim - own]]);
    if (ShapedType::isDynamic(size) || size == 0 ||
        size > all.options.limits.uniformRow)
      return false;
    elements *= size;
    if (elements > all.options.limits.uniformRow)
      return false;
  }
  return true;
}

/// Stored results and random numbers have the order of the space; reductions'
/// dims ascend in it.
MergeCheck::Reason MergeCheck::checkOrder(ArrayRef<int> order) {
  auto position = [&](int dim) {
    return std::distance(order.begin(), llvm::find(order, dim));
  };
  auto ascends = [&](ArrayRef<int> dims) {
    return llvm::is_sorted(
        dims, [&](int a, int b) { return position(a) < position(b); });
  };
  for (Value value : merge.outputs) {
    SmallVector<int> dims = dimsOf(layoutOf(value));
    bool isReduction = all.members[*all.memberOf(value)].isReduction();
    if (!ascends(dims))
      return Rejection::ResultOrder;
    if (!isReduction && dims.size() != order.size() && !isUniform(dims))
      return merge.missing.empty() ? Rejection::BroadcastResult
                                   : Rejection::UniformResult;
  }
  for (const Cluster *cluster : {&first, &second})
    for (unsigned number : cluster->reductions) {
      // A place counts along the reduced dims in their own order.
      const Member &member = all.members[number];
      SmallVector<int> dims = member.reduced;
      if (cluster == &second)
        for (int &dim : dims)
          dim = merge.dims[dim];
      if (isa<array::ArgminOp, array::ArgmaxOp>(member.op) && !ascends(dims))
        return Rejection::ResultOrder;
    }
  for (const Cluster *cluster : {&first, &second})
    for (unsigned number : cluster->randoms) {
      SmallVector<int> dims = dimsOf(layoutOf(all.members[number].value()));
      if (!ascends(dims) || dims.size() != order.size())
        return Rejection::ResultOrder;
    }
  return std::nullopt;
}

std::variant<Merge, Rejection> MergeCheck::run() {
  if (first.device != second.device && !first.device.empty() &&
      !second.device.empty())
    return Rejection::DifferentDevices;
  if (first.weight + second.weight > all.options.limits.weight)
    return Rejection::BodyTooLarge;
  if (all.options.copiesOnly && !first.copiesOnly && !second.copiesOnly)
    return Rejection::NotACopy;
  if (Reason reason = matchSpaces())
    return *reason;
  if (Reason reason = checkSmaller())
    return *reason;
  if (Reason reason = findRow())
    return *reason;

  for (const Cluster *cluster : {&first, &second})
    for (Value value : cluster->outputs)
      if (isReadOutside(value))
        merge.outputs.push_back(value);
  merge.inputs = first.inputs;
  for (const Read &read : second.inputs) {
    std::optional<unsigned> member = all.memberOf(read.value);
    Read mine{read.value, mapped(read.layout)};
    if (!(member && all.clusterOf(*member) == firstNumber) &&
        !llvm::is_contained(merge.inputs, mine))
      merge.inputs.push_back(mine);
  }
  if (merge.inputs.size() + merge.outputs.size() > all.options.limits.tensors)
    return Rejection::TooManyTensors;

  SmallVector<int, 4> mine(first.order), other;
  for (int dim : second.order)
    other.push_back(merge.dims[dim]);
  if (added.empty())
    merge.order = mine;
  else
    merge.order = other;
  Reason reason = checkOrder(merge.order);
  if (reason == Rejection::ResultOrder && added.empty() &&
      merge.missing.empty()) {
    merge.order = other;
    reason = checkOrder(merge.order);
  }
  if (reason)
    return *reason;
  return merge;
}

std::variant<Merge, Rejection> Clusters::checkMerge(unsigned producer,
                                                    unsigned consumer) {
  return MergeCheck(*this, producer, consumer).run();
}

unsigned Clusters::kept(unsigned producer, unsigned consumer) const {
  return clusters[producer].members.size() >= clusters[consumer].members.size()
             ? producer
             : consumer;
}

void Clusters::apply(unsigned producer, unsigned consumer, const Merge &merge) {
  Cluster &first = clusters[producer], &second = clusters[consumer];
  unsigned keep = kept(producer, consumer);
  Cluster &small = keep == producer ? second : first;
  Cluster &large = keep == producer ? first : second;

  SmallVector<unsigned, 4> space = first.space;
  for (int dim : second.order) {
    unsigned size = second.space[dim];
    if (merge.dims[dim] >= int(first.space.size()))
      space.push_back(size);
    else if (unsigned &mine = space[merge.dims[dim]];
             ShapedType::isDynamic(sizes.sizeOf(mine)))
      mine = size; // perhaps a number
  }
  // In dims of the first space now; in those of the larger cluster at the end,
  // so that only the smaller one's members are renumbered.
  SmallVector<int> toLarge(space.size(), -1), toSmall;
  if (keep == producer) {
    for (unsigned dim = 0; dim < space.size(); ++dim)
      toLarge[dim] = dim;
    toSmall = merge.dims;
  } else {
    int next = second.space.size();
    for (auto [dim, to] : llvm::enumerate(merge.dims))
      toLarge[to] = dim;
    for (int &dim : toLarge)
      if (dim == -1)
        dim = next++;
    for (unsigned dim = 0; dim < first.space.size(); ++dim)
      toSmall.push_back(toLarge[dim]);
  }
  auto renumber = [](MutableArrayRef<int> dims, ArrayRef<int> map) {
    for (int &dim : dims)
      if (dim != kUnit)
        dim = map[dim];
  };
  for (unsigned number : small.members) {
    Member &member = members[number];
    for (Layout &layout : member.reads)
      renumber(layout, toSmall);
    renumber(member.result, toSmall);
    renumber(member.reduced, toSmall);
    for (auto &[dim, value] : member.sizes)
      dim = toSmall[dim];
  }
  Cluster merged;
  merged.space.resize(space.size());
  for (auto [dim, size] : llvm::enumerate(space))
    merged.space[toLarge[dim]] = size;
  merged.order = merge.order;
  renumber(merged.order, toLarge);
  merged.inputs = merge.inputs;
  for (Read &read : merged.inputs)
    renumber(read.layout, toLarge);
  merged.row = merge.row;
  renumber(merged.row, toLarge);
  merged.outputs = merge.outputs;
  merged.members = std::move(large.members);
  merged.members.append(small.members);
  merged.reductions = large.reductions;
  merged.reductions.append(small.reductions);
  merged.randoms = large.randoms;
  merged.randoms.append(small.randoms);
  merged.weight = first.weight + second.weight;
  merged.copiesOnly = first.copiesOnly && second.copiesOnly;
  merged.device = first.device.empty() ? second.device : first.device;
  parent[keep == producer ? consumer : producer] = keep;
  small = Cluster();
  large = std::move(merged);
}
