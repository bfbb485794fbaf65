#pragma once

#include "tests/bad_ra/ra.hpp"

/// Ways to bend the pure core. All stand around whatever core the RA has so far.
namespace rakit::bad_ra {

/// before has `bend` change the state and the event that the core is about to decide on, each time an E comes.
template <class E, class Bend>
void before(Ra& ra, Bend bend) {
    ra.core = [inner = ra.core, bend](core::State state, const core::Event& event, const core::Policy& policy) {
        core::Event changed = event;
        if (auto* one = std::get_if<E>(&changed)) bend(state, *one);
        return inner(std::move(state), changed, policy);
    };
}

/// after has `bend` change each effect E that the core decided on.
template <class E, class Bend>
void after(Ra& ra, Bend bend) {
    ra.core = [inner = ra.core, bend](core::State state, const core::Event& event, const core::Policy& policy) {
        auto next = inner(std::move(state), event, policy);
        for (auto& effect : next.effects)
            if (auto* one = std::get_if<E>(&effect)) bend(next.state, *one);
        return next;
    };
}

/// skip leaves an effect E out, in the stages where `when` says so, and goes on as if `instead` had come of it.
template <class E, class When, class Instead>
void skip(Ra& ra, When when, Instead instead) {
    ra.core = [inner = ra.core, when, instead](core::State state, const core::Event& event,
                                               const core::Policy& policy) {
        auto next = inner(std::move(state), event, policy);
        while (true) {
            const auto* effect = std::get_if<E>(&next.effects.back());
            if (effect == nullptr || !when(next.state)) return next;
            const core::Event came = instead(next.state, *effect);
            next.effects.pop_back();
            core::Effects silent = std::move(next.effects);
            next = inner(std::move(next.state), came, policy);
            next.effects.insert(next.effects.begin(), silent.begin(), silent.end());
        }
    };
}

/// in tells whether an update is in this stage.
inline auto in(core::Stage stage) {
    return [stage](const core::State& state) { return state.stage == stage; };
}

inline bool always(const core::State&) { return true; }

/// as_written gives the contents as they would be if everything that was ordered stood on the card.
Contents as_written(const core::State& state);

/// trust_the_card has the RA take the card's word that it was written: nothing is read back.
void trust_the_card(Ra& ra);

}  // namespace rakit::bad_ra
