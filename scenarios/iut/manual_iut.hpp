#pragma once

#include <functional>

#include "scenarios/iut/iut.hpp"

namespace rakit::scenarios {

/// Person shows a text to a person and waits for a line in answer. Failure: io_failed when nobody is there any more.
using Person = std::function<Result<std::string>(const std::string& text)>;

/// person_at gives the person behind a socket (docs/formats/iut.md, Manual): the text goes out, what comes back is the
/// line.
Person person_at(std::filesystem::path socket);

/// ManualIut is an RA with a window of its own that a person works (docs/formats/iut.md, Manual): it says what is to be
/// done, and takes the person's word for how the RA ended. What the RA asked and told is not seen.
class ManualIut final : public Iut {
public:
    explicit ManualIut(Person person) : x_person(std::move(person)) {}
    Result<IutResult> run(const Job& job, Typist& typist) override;
    bool shows_dialog() const override { return false; }

private:
    Person x_person;
};

/// instructions writes what the person is to do, PINs and all: it is for a terminal, and for nothing that is kept.
std::string instructions(const Job& job, const Typist& typist);

}  // namespace rakit::scenarios
