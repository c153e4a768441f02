// Classes of equal sizes: see SizeClasses.h.
#include "SizeClasses.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

unsigned SizeClasses::add(int64_t size, bool tensor) {
  parent.push_back(parent.size());
  number.push_back(size);
  fromTensor.push_back(tensor);
  return parent.size() - 1;
}

unsigned SizeClasses::find(unsigned sizeClass) {
  while (parent[sizeClass] != sizeClass) {
    parent[sizeClass] = parent[parent[sizeClass]];
    sizeClass = parent[sizeClass];
  }
  return sizeClass;
}

unsigned SizeClasses::ofNumber(int64_t size) {
  auto [found, isNew] = numbers.try_emplace(size, 0);
  if (isNew)
    found->second = add(size, size >= 0);
  return found->second;
}

unsigned SizeClasses::ofOrigin(array::SizeOrigin origin) {
  if (!origin.value)
    return ofNumber(origin.dim);
  auto [found, isNew] = symbols.try_emplace({origin.value, origin.dim}, 0);
  if (isNew)
    found->second =
        add(ShapedType::kDynamic, origin.dim != array::SizeOrigin::kIndex);
  return found->second;
}

unsigned SizeClasses::ofIndex(Value index) {
  array::SizeOrigin origin =
      array::originOfSize(index, array::SizeOrigin::kIndex);
  // A dim of an operation whose sizes were set.
  if (origin.value && origin.dim != array::SizeOrigin::kIndex)
    return of(origin.value)[origin.dim];
  return ofOrigin(origin);
}

ArrayRef<unsigned> SizeClasses::of(Value tensor) {
  auto found = known.find(tensor);
  if (found != known.end())
    return found->second;
  SmallVector<unsigned> classes;
  for (auto [dim, size] :
       llvm::enumerate(cast<RankedTensorType>(tensor.getType()).getShape())) {
    if (!ShapedType::isDynamic(size)) {
      classes.push_back(ofNumber(size));
      continue;
    }
    array::SizeOrigin origin = array::originOfSize(tensor, dim);
    if (origin.value && origin.value != tensor &&
        origin.dim != array::SizeOrigin::kIndex)
      classes.push_back(of(origin.value)[origin.dim]);
    else
      classes.push_back(ofOrigin(origin));
  }
  return known.try_emplace(tensor, std::move(classes)).first->second;
}

void SizeClasses::set(Value tensor, SmallVector<unsigned> classes) {
  known[tensor] = std::move(classes);
}

void SizeClasses::unify(unsigned a, unsigned b) {
  a = find(a);
  b = find(b);
  if (a == b)
    return;
  // A number stands for the class.
  if (ShapedType::isDynamic(number[a]) && !ShapedType::isDynamic(number[b]))
    std::swap(a, b);
  // Two numbers: the program has failed before what follows.
  else if (!ShapedType::isDynamic(number[a]) &&
           !ShapedType::isDynamic(number[b])) {
    contradiction = true;
    return;
  }
  parent[b] = a;
}

int64_t SizeClasses::sizeOf(unsigned sizeClass) {
  return number[find(sizeClass)];
}
