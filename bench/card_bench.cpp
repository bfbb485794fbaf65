// What a card costs in itself: dispatch in process, signing against bare EVP, memory while idle. The sides of a ratio
// run in turns, so that a noisy minute falls on both; each figure is the lower quartile.
#include <openssl/rsa.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "common/ossl/keys.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"
#include "virtual_cards/images/image.hpp"

namespace rakit::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Work = std::function<void()>;

constexpr int kRounds = 40;

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(to_string(result.error()));
    return std::move(*result);
}

cards::Image image_of(const char* name) {
    const auto hierarchy = must(cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed));
    scenarios::HierarchyIssuer issuer(hierarchy);
    return must(cards::make_image(name, {}, issuer));
}

/// nanoseconds gives what one run of each takes.
std::vector<double> nanoseconds(const std::vector<Work>& works, int times) {
    std::vector<std::vector<double>> samples(works.size());
    for (int round = 0; round < kRounds; ++round)
        for (std::size_t i = 0; i < works.size(); ++i) {
            const auto start = Clock::now();
            for (int n = 0; n < times; ++n) works[i]();
            samples[i].push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count() / times);
        }
    std::vector<double> quartiles;
    for (auto& one : samples) {
        std::ranges::sort(one);
        quartiles.push_back(one[one.size() / 4]);
    }
    return quartiles;
}

void expect_ok(cards::ImageCard& card, const Bytes& command) {
    const auto answer = card.handle(command).bytes;
    if (answer.size() < 2 || answer[answer.size() - 2] != 0x90)
        throw std::runtime_error("the card says " + to_hex(answer));
}

Work command(cards::ImageCard& card, const char* hex) {
    return [&card, octets = *from_hex(hex)] { expect_ok(card, octets); };
}

/// bare signs as the card does, with a context that is kept.
Work bare(EVP_PKEY* key) {
    auto context = std::make_shared<ossl::PKeyContext>(EVP_PKEY_CTX_new(key, nullptr));
    if (EVP_PKEY_sign_init(context->get()) != 1) throw std::runtime_error(ossl::last_error());
    if (EVP_PKEY_is_a(key, "RSA") == 1) EVP_PKEY_CTX_set_rsa_padding(context->get(), RSA_PKCS1_PADDING);
    return [context, input = Bytes(32, 0x55)] {
        Bytes out(512);
        std::size_t size = out.size();
        if (EVP_PKEY_sign(context->get(), out.data(), &size, input.data(), input.size()) != 1)
            throw std::runtime_error(ossl::last_error());
    };
}

/// key_of finds the private key of a key file in an image.
ossl::PKey key_of(const cards::Image& image, const char* path) {
    for (const auto& file : image.document.at("files"))
        if (file.at("path") == path) return must(ossl::parse_private_key(*from_hex(file.at("key").get<std::string>())));
    throw std::runtime_error("no such key");
}

std::size_t resident() {
    std::ifstream statm("/proc/self/statm");
    std::size_t all = 0, pages = 0;
    statm >> all >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

struct Row {
    const char* name;
    double value;
    double target;  ///< 0: none
    const char* unit;
};

std::vector<Row> dispatch_rows(const cards::Image& image) {
    const auto card = must(cards::open_image(image));
    expect_ok(*card, *from_hex("00A4080C0450154403"));
    const auto times = nanoseconds({command(*card, "00A4080C0450154403"), command(*card, "00B0000000")}, 20000);
    return {{"SELECT by path", times[0], 1000, "ns"}, {"READ BINARY, 256 octets", times[1], 1000, "ns"}};
}

std::vector<Row> sign_rows(cards::Image image) {
    for (auto& file : image.document["files"]) file.erase("user_consent");  // it would measure VERIFY too
    const auto card = must(cards::open_image(image));
    const std::string pso = "002A9E9A20" + std::string(64, '5') + "00";
    for (const auto* hex : {"00A4040C0CA000000063504B43532D3135", "0020000108313131313131FFFF",
                            "0020000208323232323232FFFF", "002241B60780010281024B01"})
        expect_ok(*card, *from_hex(hex));
    const auto rsa = key_of(image, "3F0050154B01"), ec = key_of(image, "3F0050154B02");
    const auto rsa_times = nanoseconds({command(*card, pso.c_str()), bare(rsa.get())}, 20);
    expect_ok(*card, *from_hex("002241B60780010481024B02"));
    const auto ec_times = nanoseconds({command(*card, pso.c_str()), bare(ec.get())}, 400);
    return {{"RSA-2048 signature / bare EVP", rsa_times[0] / rsa_times[1], 1.03, "x"},
            {"P-256 signature / bare EVP", ec_times[0] / ec_times[1], 1.2, "x"}};
}

std::vector<Row> memory_rows(const cards::Image& image) {
    constexpr std::size_t kCards = 10000;
    const auto before = resident();
    std::vector<std::unique_ptr<cards::ImageCard>> cards;
    for (std::size_t i = 0; i < kCards; ++i) cards.push_back(must(cards::open_image(image)));
    for (const auto& card : cards) expect_ok(*card, *from_hex("00A4040C0CA000000063504B43532D3135"));
    const auto all = static_cast<double>(resident() - before);
    return {{"10,000 idle cards", all / 1e6, 400, "MB"}, {"an idle card", all / kCards / 1024, 40, "KiB"}};
}

/// scale_rows: what a command costs when it goes to each of many cards in turn.
std::vector<Row> scale_rows(const cards::Image& image) {
    constexpr int kCommands = 40000;
    const auto command = *from_hex("00A4080C0450154403");
    std::vector<Row> rows;
    std::vector<std::unique_ptr<cards::ImageCard>> cards;
    for (const auto& [count, name] : {std::pair{1, "SELECT by path, 1 card"},
                                      {100, "SELECT by path, 100 cards in turn"},
                                      {10000, "SELECT by path, 10,000 in turn"}}) {
        while (cards.size() < static_cast<std::size_t>(count)) cards.push_back(must(cards::open_image(image)));
        for (const auto& card : cards) expect_ok(*card, command);
        const auto start = Clock::now();
        for (int n = 0; n < kCommands; ++n) expect_ok(*cards[static_cast<std::size_t>(n % count)], command);
        rows.push_back(
            {name, std::chrono::duration<double, std::nano>(Clock::now() - start).count() / kCommands, 0, "ns"});
    }
    return rows;
}

int run(bool check) {
    const auto image = image_of("pkcs15-tc");
    bool reached = true;
    std::printf("%-36s%12s%12s\n", "", "measured", "target");
    for (const auto& rows : {memory_rows(image), dispatch_rows(image), scale_rows(image), sign_rows(image)})
        for (const auto& row : rows) {
            std::printf("%-36s%9.2f %-3s", row.name, row.value, row.unit);
            row.target > 0 ? std::printf("%8.2f %s\n", row.target, row.unit) : std::printf("%8s\n", "-");
            reached = reached && (row.target <= 0 || row.value <= row.target);
        }
    return check && !reached ? 1 : 0;
}

}  // namespace
}  // namespace rakit::bench

int main(int argc, char** argv) {
    try {
        return rakit::bench::run(argc > 1 && std::strcmp(argv[1], "--check") == 0);
    } catch (const std::runtime_error& problem) {
        std::fprintf(stderr, "rakit_card_bench: %s\n", problem.what());
        return 2;
    }
}
