// A value or the one-line message that says why there is none. The libraries
// that read files and the compiler's facade return it: no exception crosses
// them, and a message is ready to follow "error: ".

#ifndef RUNMAT_RESULT_H
#define RUNMAT_RESULT_H

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace runmat {

/// What went wrong: where (a file, a byte offset, an argument's index), what
/// was found and what was expected, on one line, without a full stop.
struct Error {
  std::string message;
};

/// Either a T or an Error. Test it before dereferencing it.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : content(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return content.index() == 0; }

  T &operator*() & { return value(); }
  const T &operator*() const & { return *std::get_if<0>(&content); }
  T &&operator*() && { return std::move(value()); }
  T *operator->() { return &value(); }
  const T *operator->() const { return &**this; }

  /// The message; only where there is no value.
  const std::string &message() const {
    assert(!*this && "a value has no message");
    return std::get_if<1>(&content)->message;
  }
  Error error() const { return Error{message()}; }

private:
  T &value() {
    assert(*this && "no value: test the result first");
    return *std::get_if<0>(&content);
  }

  std::variant<T, Error> content;
};

/// Success, or an Error.
template <> class [[nodiscard]] Result<void> {
public:
  Result() = default;
  Result(Error error) : failed(true), text(std::move(error.message)) {}

  explicit operator bool() const { return !failed; }
  const std::string &message() const {
    assert(failed && "success has no message");
    return text;
  }
  Error error() const { return Error{message()}; }

private:
  bool failed = false;
  std::string text;
};

using Status = Result<void>;

} // namespace runmat

#endif // RUNMAT_RESULT_H
