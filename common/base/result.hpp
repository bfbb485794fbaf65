#pragma once

#include <cstdlib>
#include <type_traits>
#include <utility>
#include <variant>

#include "common/base/error.hpp"

namespace rakit {

/// Unexpected marks an Error as a result; made by fail().
struct Unexpected {
    Error error;
};

/// fail makes the unexpected result of any Result<T>.
inline Unexpected fail(Error error) { return {std::move(error)}; }

/// fail makes an unexpected result from a code and what was wrong.
inline Unexpected fail(ErrorCode code, std::string detail, std::string where = {}, std::string remedy = {}) {
    return {Error{code, std::move(detail), {}, std::move(where), std::move(remedy), {}}};
}

/// Result holds a T or an Error, with the names of C++23's std::expected (g++ 12 has none in C++20).
/// Reading the side that isn't there is a broken precondition and aborts.
template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    template <class U = T>
    requires(std::is_constructible_v<T, U&&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, Unexpected>) Result(U&& value)
        : x_state(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT: converts as expected does
    Result(Unexpected failure) : x_state(std::in_place_index<1>, std::move(failure.error)) {}  // NOLINT

    bool has_value() const { return x_state.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & { return get(*this); }
    const T& value() const& { return get(*this); }
    T&& value() && { return std::move(get(*this)); }
    T& operator*() & { return get(*this); }
    const T& operator*() const& { return get(*this); }
    T&& operator*() && { return std::move(get(*this)); }
    T* operator->() { return &get(*this); }
    const T* operator->() const { return &get(*this); }

    const Error& error() const& { return failure(*this); }
    Error&& error() && { return std::move(failure(*this)); }

    template <class U>
    T value_or(U&& other) const& {
        return has_value() ? get(*this) : static_cast<T>(std::forward<U>(other));
    }

    template <class F>
    auto and_then(F&& next) && -> std::invoke_result_t<F, T&&> {
        if (!has_value()) return Unexpected{std::move(*this).error()};
        return std::forward<F>(next)(std::move(get(*this)));
    }

    template <class F>
    auto transform(F&& map) && -> Result<std::invoke_result_t<F, T&&>> {
        if (!has_value()) return Unexpected{std::move(*this).error()};
        return std::forward<F>(map)(std::move(get(*this)));
    }

private:
    template <class Self>
    static auto& get(Self& self) {
        if (auto* value = std::get_if<0>(&self.x_state)) return *value;
        std::abort();
    }
    template <class Self>
    static auto& failure(Self& self) {
        if (auto* error = std::get_if<1>(&self.x_state)) return *error;
        std::abort();
    }

    std::variant<T, Error> x_state;
};

/// Result<void> is done or an Error.
template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    Result() = default;
    Result(Unexpected failure) : x_error(std::in_place_index<1>, std::move(failure.error)) {}  // NOLINT

    bool has_value() const { return x_error.index() == 0; }
    explicit operator bool() const { return has_value(); }

    const Error& error() const& {
        if (const auto* error = std::get_if<1>(&x_error)) return *error;
        std::abort();
    }
    Error&& error() && {
        if (auto* error = std::get_if<1>(&x_error)) return std::move(*error);
        std::abort();
    }

private:
    std::variant<std::monostate, Error> x_error;
};

}  // namespace rakit
