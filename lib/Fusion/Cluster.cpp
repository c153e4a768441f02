// The one engine of generic fusion: every array operation of a block that has a
// unit form is a cluster, clusters merge over the graph, the largest saving
// first, and each becomes a fused.nest.
#include "Cluster/Cluster.h"
#include "Cluster/ClusterGraph.h"
#include "Fusion.h"

#include "runmat/Dialect/Offload/Offload.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <queue>

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

namespace {
/// Two members whose clusters may merge, with the bytes that this saves.
struct Candidate {
  double bytes;
  unsigned first, second;
};

class BlockFusion {
public:
  BlockFusion(Block &block, const ClusterOptions &options)
      : block(block), options(options), clusters(options, sizes) {}
  void run();

private:
  void collect();
  void addEdges();
  void orderFailures(unsigned index);
  bool isGuarded(const Member &member);
  void readCheck(offload::CheckOp check);
  double bytesOf(Value tensor);
  std::vector<Candidate> candidates();
  void merge();
  bool tryMerge(unsigned first, unsigned second);
  bool isUnit(const Cluster &cluster) const;
  void emit();
  void emitUnit(OpBuilder &builder, const Cluster &cluster);
  void report();

  Block &block;
  const ClusterOptions &options;
  SizeClasses sizes;
  Clusters clusters;
  std::vector<Operation *> ops;
  llvm::DenseMap<Operation *, unsigned> indexOf;
  /// The member that an operation is, and back.
  std::vector<std::optional<unsigned>> memberAt;
  std::vector<unsigned> indexOfMember;
  std::optional<ClusterGraph> graph;
  /// The last operation before the present one that may report an error.
  std::optional<unsigned> lastFailure;
  /// Rounds in which a cluster last changed.
  std::vector<unsigned> changed;
  unsigned round = 1;
};
} // namespace

/// Two sizes that a check in front of what follows finds equal.
void BlockFusion::readCheck(offload::CheckOp check) {
  auto compare = check.getCondition().getDefiningOp<arith::CmpIOp>();
  if (compare && compare.getPredicate() == arith::CmpIPredicate::eq &&
      compare.getLhs().getType().isIndex())
    sizes.unify(sizes.ofIndex(compare.getLhs()),
                sizes.ofIndex(compare.getRhs()));
}

/// Whether checks in front of a member leave it nothing to report.
bool BlockFusion::isGuarded(const Member &member) {
  if (isa<array::Elementwise>(member.op)) {
    bool equal = true;
    for (auto [operand, layout] :
         llvm::zip(member.op->getOperands(), member.reads))
      for (auto [dim, at] : llvm::enumerate(layout))
        equal &= at == kUnit ||
                 sizes.areEqual(sizes.of(operand)[dim], member.space[at]);
    return equal;
  }
  // --check-array-sizes puts the checks right in front.
  return lastFailure && isa<offload::CheckOp>(ops[*lastFailure]) &&
         ops[*lastFailure]->getLoc() == member.op->getLoc();
}

/// Operations that may report an error keep their order, and what relies on a
/// check stays behind it.
void BlockFusion::orderFailures(unsigned index) {
  Operation *op = ops[index];
  bool reports;
  if (std::optional<unsigned> number = memberAt[index]) {
    const Member &member = clusters.members[*number];
    if (!member.isChecked)
      return;
    reports = !isGuarded(member);
  } else {
    reports = !isMemoryEffectFree(op) || !isSpeculatable(op);
    if (!reports)
      return;
  }
  if (lastFailure)
    graph->addEdge(*lastFailure, index);
  if (reports)
    lastFailure = index;
  if (auto check = dyn_cast<offload::CheckOp>(op))
    readCheck(check);
}

void BlockFusion::collect() {
  for (Operation &op : block) {
    indexOf[&op] = ops.size();
    ops.push_back(&op);
  }
  graph.emplace(ops.size());
  memberAt.resize(ops.size());
  for (auto [index, op] : llvm::enumerate(ops)) {
    bool wanted =
        isComputing(op) && (options.reductions || !isa<array::Reduction>(op));
    if (wanted)
      if (std::optional<Member> member = memberOf(op, sizes)) {
        memberAt[index] = clusters.add(std::move(*member));
        indexOfMember.push_back(index);
      }
    orderFailures(index);
    auto addUses = [&, index = index](Operation *user) {
      for (Value operand : user->getOperands())
        if (Operation *from = operand.getDefiningOp())
          if (auto found = indexOf.find(from); found != indexOf.end())
            graph->addEdge(found->second, index);
    };
    addUses(op);
    if (op->getNumRegions() != 0)
      op->walk(addUses);
  }
  changed.assign(clusters.clusters.size(), round);
}

/// Bytes of a tensor; what is open counts as 1,024 elements, for the order of
/// merges only.
double BlockFusion::bytesOf(Value tensor) {
  double bytes = fused::bytesOfElement(tensor.getType());
  for (unsigned size : sizes.of(tensor)) {
    int64_t number = sizes.sizeOf(size);
    bytes *= ShapedType::isDynamic(number) ? 1024.0 : double(number);
  }
  return bytes;
}

/// Pairs that share a tensor, the largest saving first, then in program order.
std::vector<Candidate> BlockFusion::candidates() {
  std::vector<Candidate> found;
  llvm::SetVector<Value> values;
  for (const Member &member : clusters.members) {
    for (Value operand : member.op->getOperands())
      if (isa<RankedTensorType>(operand.getType()) && !splatElement(operand))
        values.insert(operand);
  }
  auto isRecent = [&](unsigned member) {
    return changed[clusters.clusterOf(member)] + 1 >= round;
  };
  for (Value value : values) {
    SmallVector<unsigned> readers;
    bool others = false;
    for (Operation *user : value.getUsers()) {
      auto at = indexOf.find(user);
      if (at != indexOf.end() && memberAt[at->second])
        readers.push_back(*memberAt[at->second]);
      else
        others = true;
    }
    llvm::sort(readers);
    readers.erase(llvm::unique(readers), readers.end());
    double bytes = bytesOf(value);
    auto add = [&](unsigned first, unsigned second, double saved) {
      if (clusters.clusterOf(first) != clusters.clusterOf(second) &&
          (isRecent(first) || isRecent(second)))
        found.push_back({saved, first, second});
    };
    if (std::optional<unsigned> producer = clusters.memberOf(value))
      for (unsigned reader : readers)
        add(*producer, reader,
            readers.size() == 1 && !others ? 2 * bytes : bytes);
    for (unsigned i = 1; i < readers.size(); ++i)
      add(readers[i - 1], readers[i], bytes);
  }
  llvm::sort(found, [](const Candidate &a, const Candidate &b) {
    if (a.bytes != b.bytes)
      return a.bytes > b.bytes;
    return std::pair(a.second, a.first) < std::pair(b.second, b.first);
  });
  return found;
}

bool BlockFusion::tryMerge(unsigned first, unsigned second) {
  unsigned producer = clusters.clusterOf(first),
           consumer = clusters.clusterOf(second);
  if (producer == consumer)
    return false;
  if (clusters.feeds(consumer, producer))
    std::swap(producer, consumer);
  auto check = clusters.checkMerge(producer, consumer);
  auto *merge = std::get_if<Merge>(&check);
  if (!merge)
    return false;
  unsigned keep = clusters.kept(producer, consumer);
  unsigned gone = keep == producer ? consumer : producer;
  if (!graph->contract(indexOfMember[keep], indexOfMember[gone]))
    return false;
  clusters.apply(producer, consumer, *merge);
  changed[keep] = round;
  return true;
}

/// A merge may make another one possible: rounds over what has changed, until
/// nothing does.
void BlockFusion::merge() {
  for (bool any = true; any; ++round) {
    any = false;
    for (const Candidate &candidate : candidates())
      any |= tryMerge(candidate.first, candidate.second);
  }
}

/// Reshapes alone move nothing: they stay views.
bool BlockFusion::isUnit(const Cluster &cluster) const {
  bool onlyReshapes = llvm::all_of(cluster.members, [&](unsigned number) {
    return isa<array::ReshapeOp>(clusters.members[number].op);
  });
  return !onlyReshapes && !cluster.outputs.empty() &&
         (options.single || cluster.members.size() > 1);
}

void BlockFusion::emitUnit(OpBuilder &builder, const Cluster &cluster) {
  // What each member would move alone, and what the unit moves.
  double before = 0, after = 0;
  bool known = true;
  auto add = [&](double &sum, Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || splatElement(value))
      return;
    known &= type.hasStaticShape();
    sum += bytesOf(value);
  };
  for (unsigned number : cluster.members) {
    Operation *op = clusters.members[number].op;
    llvm::SmallSetVector<Value, 4> values(op->operand_begin(),
                                          op->operand_end());
    values.insert(op->getResult(0));
    for (Value value : values)
      add(before, value);
  }
  for (const Read &read : cluster.inputs)
    add(after, read.value);
  for (Value output : cluster.outputs)
    add(after, output);
  Operation *nest = buildNest(builder, clusters, cluster);
  if (cluster.members.size() > 1)
    reportMerged(nest, options.pass, cluster.members.size(),
                 known ? std::optional<double>(before - after) : std::nullopt);
}

/// The block in an order that the merged graph allows, as near the program's as
/// possible, with a nest in place of each unit.
void BlockFusion::emit() {
  if (llvm::none_of(llvm::seq<unsigned>(0, clusters.members.size()),
                    [&](unsigned number) {
                      unsigned own = clusters.clusterOf(number);
                      return isUnit(clusters.clusters[own]);
                    }))
    return;
  std::vector<SmallVector<unsigned, 1>> groups(ops.size());
  for (unsigned index = 0; index < ops.size(); ++index)
    groups[graph->find(index)].push_back(index);
  using Next = std::pair<unsigned, unsigned>; // last operation, node
  std::priority_queue<Next, std::vector<Next>, std::greater<>> ready;
  std::vector<unsigned> waiting(ops.size());
  for (unsigned node = 0; node < ops.size(); ++node)
    if (!groups[node].empty()) {
      waiting[node] = graph->numPredecessors(node);
      if (waiting[node] == 0)
        ready.push({groups[node].back(), node});
    }
  OpBuilder builder(block.getParentOp()->getContext());
  std::vector<Operation *> dead;
  while (!ready.empty()) {
    unsigned node = ready.top().second;
    ready.pop();
    for (unsigned next : graph->successors(node))
      if (--waiting[next] == 0)
        ready.push({groups[next].back(), next});
    std::optional<unsigned> member = memberAt[groups[node].front()];
    if (member) {
      const Cluster &cluster = clusters.clusters[clusters.clusterOf(*member)];
      if (isUnit(cluster)) {
        builder.setInsertionPointToEnd(&block);
        emitUnit(builder, cluster);
        for (unsigned index : groups[node])
          dead.push_back(ops[index]);
        continue;
      }
    }
    for (unsigned index : groups[node])
      ops[index]->moveBefore(&block, block.end());
  }
  for (Operation *op : llvm::reverse(dead)) {
    op->dropAllUses();
    op->erase();
  }
}

/// Why what is still apart is apart.
void BlockFusion::report() {
  llvm::DenseSet<std::pair<unsigned, unsigned>> seen;
  for (auto [index, op] : llvm::enumerate(ops)) {
    if (!memberAt[index]) {
      if (options.single && isComputing(op))
        reportMissed(op, options.pass, fused::Rejection::NoUnitForm);
      continue;
    }
    unsigned consumer = clusters.clusterOf(*memberAt[index]);
    for (Value operand : op->getOperands()) {
      std::optional<unsigned> member = clusters.memberOf(operand);
      if (!member)
        continue;
      unsigned producer = clusters.clusterOf(*member);
      if (producer == consumer || !seen.insert({producer, consumer}).second)
        continue;
      auto check = clusters.checkMerge(producer, consumer);
      auto *reason = std::get_if<fused::Rejection>(&check);
      reportMissed(op, options.pass,
                   reason ? *reason : fused::Rejection::OperationBetween);
    }
  }
}

void BlockFusion::run() {
  collect();
  // A check of the block always fails: nothing here runs to its end.
  if (sizes.isContradictory())
    return;
  if (options.merge)
    merge();
  report();
  emit();
}

void fusion::cluster(Operation *scope, const ClusterOptions &options) {
  eraseDeadOps(scope);
  SmallVector<Block *> blocks;
  scope->walk([&](Block *block) {
    Operation *parent = block->getParentOp();
    if (!isa<fused::Unit, fused::NestOp>(parent))
      blocks.push_back(block);
  });
  for (Block *block : blocks)
    BlockFusion(*block, options).run();
  eraseDeadOps(scope);
}
