#pragma once

#include "reference/session/driver.hpp"
#include "scenarios/iut/reference_iut.hpp"

/// An RA that is wrong on purpose, in one way at a time, so that the catalogue can show that it notices. It is the
/// reference with one part bent: what the pure core decides, or how a port is used.
namespace rakit::bad_ra {

using namespace reference;

/// Memory is what a bad RA keeps from an update to what follows it in the same case; a right one has its journal.
struct Memory {
    std::filesystem::path case_folder;  ///< the journal's; another one: another case
    UpdateRequest request;
    std::optional<Contents> contents;
    Bytes answer;  ///< body of the CM's last answer
    int count = 0;
};

/// Drive does one update or resume.
using Drive = std::function<Result<UpdateOutcome>(const UpdateRequest&, bool resuming)>;

/// Ra is the reference with all its parts to be exchanged. Each part gets the right one first.
struct Ra {
    UpdatePorts& ports;
    Memory& memory;
    bool resuming = false;

    core::Core core = core::step;
    std::function<Result<UpdateOutcome>(const Drive&, const UpdateRequest&, bool resuming)> run =
        [](const Drive& drive, const UpdateRequest& request, bool again) { return drive(request, again); };

    std::function<Result<void>(CardPort&)> lock = &CardPort::lock;
    std::function<void(CardPort&)> unlock = &CardPort::unlock;
    std::function<Result<Contents>(CardPort&)> read_contents = &CardPort::read_contents;
    std::function<Result<CardIdentity>(CardPort&)> read_identity = &CardPort::read_identity;
    std::function<Result<void>(CardPort&, const PinState&, const Pin&)> verify = &CardPort::verify;
    std::function<Result<Bytes>(CardPort&, const KeyLine&, ByteView)> sign = &CardPort::sign;
    std::function<Result<WritePlan>(CardPort&, const WriteOrder&, UtcTime)> plan_write = &CardPort::plan_write;
    std::function<Result<void>(CardPort&, const WriteStep&)> send = &CardPort::send;

    std::function<Result<std::vector<Procedure>>(CmPort&)> procedures = &CmPort::procedures;
    std::function<Result<std::pair<PrepareAnswer, Pin>>(CmPort&, const Order&)> prepare = &CmPort::prepare;
    std::function<Result<Bytes>(CmPort&, const Order&, const std::vector<Bytes>&, const OfficerCredential&)> encode =
        &CmPort::encode_order;
    std::function<Result<Submission>(CmPort&, ByteView, const Order&, const Submission&, const OfficerCredential&)>
        submit = &CmPort::submit;
    std::function<Result<void>(CmPort&, const Order&, const Issued&, bool, const OfficerCredential&)> confirm =
        &CmPort::confirm;

    std::function<Result<Pin>(Dialog&, const PinPrompt&)> ask_pin = &Dialog::ask_pin;
    std::function<void(Dialog&, const std::string& code, const std::string& text)> tell = &Dialog::tell;
    std::function<Result<void>(Dialog&, const LineOutcome&)> hand_out = &Dialog::hand_out;
};

/// Deviation is one way to be wrong.
struct Deviation {
    const char* id;
    const char* wrong;      ///< what is wrong
    const char* matters;    ///< why it matters
    const char* caught_by;  ///< a case that notices
    void (*bend)(Ra&);
};

/// deviations lists them all, family by family.
std::vector<Deviation> deviations();
std::vector<Deviation> action_deviations();
std::vector<Deviation> pin_deviations();
std::vector<Deviation> card_deviations();
std::vector<Deviation> field_deviations();
std::vector<Deviation> order_deviations();
std::vector<Deviation> answer_deviations();
std::vector<Deviation> writing_deviations();
std::vector<Deviation> telling_deviations();

/// calls gives the RA that is wrong in this way. One object serves one case after another.
scenarios::ReferenceCalls calls(const Deviation& deviation);

}  // namespace rakit::bad_ra
