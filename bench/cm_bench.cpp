// What the CM host costs: an order against the bare OpenSSL operations that it can't do without, its CPU time under
// concurrency, its memory over many orders, and its database with many certificates. Ratios, since machines differ.
#include <openssl/rand.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/base/temporary_folder.hpp"
#include "mock_cm/store/sqlite_store.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

using nlohmann::json;

double cpu_seconds() {
    timespec spent{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

double resident_mib() {
    std::ifstream status("/proc/self/statm");
    long total = 0, resident = 0;
    status >> total >> resident;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// Floor is what no order can go without, each from octets to octets by OpenSSL alone: verify the officer's CMS, verify
/// the PKCS#10, sign the certificate, sign the response. `signatures` is the same without any encoding or decoding.
class Floor {
public:
    Floor(const Signer& officer, EVP_PKEY* card_key)
        : x_request(pkcs10({{"CN", "Anna Ek"}, {"O", "Example"}}, card_key, card_key)),
          x_card_key(card_key),
          x_officer_key(officer.key.get()),
          x_certificate(X509_dup(HostTest::old_certificate(card_key).handle())),
          x_by_officer(*ossl::sign(x_officer_key, x_request)),
          x_by_card(*ossl::sign(card_key, x_request)) {}

    bool operations(const Bytes& message) {
        const unsigned char* cursor = message.data();
        const ossl::CmsContentInfo cms(d2i_CMS_ContentInfo(nullptr, &cursor, static_cast<long>(message.size())));
        const ossl::Bio sink(BIO_new(BIO_s_null()));
        if (CMS_verify(cms.get(), nullptr, nullptr, nullptr, sink.get(), CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
            return false;
        cursor = x_request.data();
        const ossl::X509Request request(d2i_X509_REQ(nullptr, &cursor, static_cast<long>(x_request.size())));
        if (X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) != 1) return false;
        const auto& issuer = HostTest::hierarchy().authority("end-user-ca");
        if (X509_sign(x_certificate.get(), issuer.key.get(), EVP_sha256()) == 0) return false;
        const Bytes issued = ossl::to_der(x_certificate.get(), i2d_X509);
        const auto& signer = HostTest::hierarchy().authority("response");
        const auto content = ossl::memory_bio(message);
        const ossl::CmsContentInfo response(CMS_sign(signer.certificate.handle(), signer.key.get(), nullptr,
                                                     content.get(), CMS_BINARY | CMS_NOSMIMECAP));
        return response && !issued.empty() && !ossl::to_der(response.get(), i2d_CMS_ContentInfo).empty();
    }
    bool signatures(const Bytes& message) const {
        const auto& hierarchy = HostTest::hierarchy();
        return verifies(x_officer_key, x_by_officer) && verifies(x_card_key, x_by_card) &&
               ossl::sign(hierarchy.authority("end-user-ca").key.get(), message) &&
               ossl::sign(hierarchy.authority("response").key.get(), message);
    }

private:
    bool verifies(EVP_PKEY* key, const Bytes& signature) const {
        const ossl::DigestContext context(EVP_MD_CTX_new());
        return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
               EVP_DigestVerify(context.get(), signature.data(), signature.size(), x_request.data(),
                                x_request.size()) == 1;
    }
    Bytes x_request;
    EVP_PKEY* x_card_key;
    EVP_PKEY* x_officer_key;
    ossl::X509Certificate x_certificate;
    Bytes x_by_officer, x_by_card;
};

/// Orders makes signed orders, each a transaction of its own, and a host on a database file to send them to. The
/// officer's key and the card's are of the type that is measured; the CA's and the response signer's are P-256.
class Orders : public HostTest {
public:
    Orders(ossl::KeyType type, const std::filesystem::path& file)
        : x_key(card_key(std::string(ossl::name(type)), type)),
          x_officer(officer_with(type)),
          x_store(std::move(SqliteStore::open(file)).value()),
          x_host(config, hierarchy(), *x_store, clock, rng) {
        if (ossl::key_type(x_key) != type || ossl::key_type(x_officer.key.get()) != type) std::abort();
    }
    void TestBody() override {}

    std::vector<Bytes> make(std::size_t count) {
        std::vector<Bytes> messages;
        for (std::size_t n = 0; n < count; ++n) {
            Request request = redo();
            request.procedure = "employee-at-once";
            request.lines.front().card_key = x_key;
            ++x_number;
            for (std::size_t i = 0; i < 8; ++i)
                request.transaction[8 + i] = static_cast<std::uint8_t>(x_number >> (8 * i));
            messages.push_back(sign(pki_data(request), x_officer, {}, clock.now()));
        }
        return messages;
    }
    bool send(const Bytes& message) {
        const auto answer = x_host.handle(
            {"POST", "/cmc", {{"content-type", "application/pkcs7-mime"}}, message, x_officer.certificate.der()});
        return answer.status == 200;
    }
    /// issued counts the certificates of the orders: an order that was refused is answered with 200 too.
    std::size_t issued() {
        CertificateSearch wanted;
        wanted.card_serial = "0A1B2C3D";
        return std::move(x_store->begin()).value()->search(wanted)->hits;
    }
    /// floors gives each of some threads its own: signing changes the certificate that is signed.
    std::vector<Floor> floors(std::size_t threads) const {
        std::vector<Floor> made;
        for (std::size_t t = 0; t < threads; ++t) made.emplace_back(x_officer, x_key);
        return made;
    }
    SqliteStore& store() { return *x_store; }
    std::uint64_t sent() const { return x_number; }

private:
    Signer officer_with(ossl::KeyType type) {
        SeededRng seeded(5, "officer of the bench");
        Signer signer{olivia.certificate, *ossl::generate_key(type, seeded)};
        x509::CertificateTemplate what;
        what.serial = {0x44, 0x03};
        what.subject = olivia.certificate.subject();
        what.spki = ossl::spki(signer.key.get());
        what.not_before = olivia.certificate.not_before();
        what.not_after = olivia.certificate.not_after();
        what.key_usage = {"digitalSignature"};
        what.extended_key_usage = olivia.certificate.extended_key_usages();
        signer.certificate = *hierarchy().issue("officer-ca", what);
        return signer;
    }
    EVP_PKEY* x_key;
    Signer x_officer;
    std::unique_ptr<SqliteStore> x_store;
    CmHost x_host;
    std::uint64_t x_number = 0;
};

struct Cost {
    double cpu = 1e9;   ///< seconds of one
    double wall = 1e9;  ///< seconds of one
    /// keep_least: other programs on the machine only ever add.
    void keep_least(const Cost& other) {
        cpu = std::min(cpu, other.cpu);
        wall = std::min(wall, other.wall);
    }
};

/// cost_of has `threads` threads share the messages. What a thread costs once - OpenSSL seeds two generators for each -
/// is no order's cost: the clock runs from when all are ready until the last is done.
template <class Work>
Cost cost_of(const std::vector<Bytes>& messages, std::size_t threads, Work&& work) {
    double cpu = 0;
    std::chrono::steady_clock::time_point start, end;
    const auto parties = static_cast<std::ptrdiff_t>(threads);
    std::barrier ready(parties, [&]() noexcept {
        start = std::chrono::steady_clock::now();
        cpu = cpu_seconds();
    });
    std::barrier done(parties, [&]() noexcept {
        cpu = cpu_seconds() - cpu;
        end = std::chrono::steady_clock::now();
    });
    std::vector<std::jthread> crowd;
    for (std::size_t t = 0; t < threads; ++t)
        crowd.emplace_back([&, t] {
            std::array<std::uint8_t, 1> octet{};
            if (RAND_bytes(octet.data(), 1) != 1 || RAND_priv_bytes(octet.data(), 1) != 1) std::abort();
            ready.arrive_and_wait();
            for (std::size_t i = t; i < messages.size(); i += threads)
                if (!work(messages[i], t)) std::abort();
            done.arrive_and_wait();
        });
    crowd.clear();
    const auto count = static_cast<double>(messages.size());
    return {cpu / count, std::chrono::duration<double>(end - start).count() / count};
}

/// measure_orders takes turns between what it compares, so that what else the machine does meets all alike.
json measure_orders(ossl::KeyType type, std::size_t count, const std::filesystem::path& file) {
    Orders orders(type, file);
    const auto send = [&](const Bytes& m, std::size_t) { return orders.send(m); };
    cost_of(orders.make(count), 1, send);
    constexpr std::array<std::size_t, 4> kCrowds{1, 4, 16, 64};
    std::array<Cost, kCrowds.size()> crowds, floors;
    Cost signatures;
    auto own = orders.floors(kCrowds.back());
    for (int round = 0; round < 5; ++round) {
        const auto messages = orders.make(count);
        signatures.keep_least(
            cost_of(messages, 1, [&](const Bytes& m, std::size_t t) { return own[t].signatures(m); }));
        for (std::size_t i = 0; i < kCrowds.size(); ++i) {
            floors[i].keep_least(
                cost_of(messages, kCrowds[i], [&](const Bytes& m, std::size_t t) { return own[t].operations(m); }));
            crowds[i].keep_least(cost_of(i == 0 ? messages : orders.make(count), kCrowds[i], send));
        }
    }
    if (orders.issued() != orders.sent()) std::abort();
    const auto name = std::string(ossl::name(type));
    const auto &one = crowds[0], &operations = floors[0];
    std::printf(
        "%-8s floor %5.0f us (signatures alone %5.0f us), order %5.0f us CPU, %5.0f us wall with its fsync: "
        "floor/order %.2f; %.0f orders/s of one core\n",
        name.c_str(), operations.cpu * 1e6, signatures.cpu * 1e6, one.cpu * 1e6, one.wall * 1e6,
        operations.cpu / one.cpu, 1 / one.cpu);
    json growth, floor_growth;
    for (std::size_t i = 1; i < kCrowds.size(); ++i) {
        const auto crowd = std::to_string(kCrowds[i]);
        growth[crowd] = crowds[i].cpu / one.cpu;
        floor_growth[crowd] = floors[i].cpu / operations.cpu;
        std::printf("%-8s %2zu RAs: CPU of an order %.2f of that of one RA; of the floor in as many threads %.2f\n",
                    name.c_str(), kCrowds[i], crowds[i].cpu / one.cpu, floors[i].cpu / operations.cpu);
    }
    return {{"floor_us", operations.cpu * 1e6},  {"signatures_us", signatures.cpu * 1e6},
            {"order_cpu_us", one.cpu * 1e6},     {"order_wall_us", one.wall * 1e6},
            {"ratio", operations.cpu / one.cpu}, {"growth", growth},
            {"floor_growth", floor_growth}};
}

/// measure_memory sends orders until there were so many or the time is over; the slope is that of the second half.
json measure_memory(std::size_t count, std::chrono::seconds most, const std::filesystem::path& file) {
    Orders orders(ossl::KeyType::ec_p256, file);
    constexpr std::size_t kBatch = 500;
    const auto end = std::chrono::steady_clock::now() + most;
    std::vector<double> mib{resident_mib()};
    while (orders.sent() < count && std::chrono::steady_clock::now() < end) {
        for (const auto& message : orders.make(kBatch))
            if (!orders.send(message)) std::abort();
        mib.push_back(resident_mib());
    }
    if (orders.issued() != orders.sent()) std::abort();
    const std::size_t last = mib.size() - 1, half = last / 2;
    const double slope = (mib[last] - mib[half]) * (1 << 20) / static_cast<double>((last - half) * kBatch);
    if (orders.sent() < count) std::printf("memory   the time is over: %zu of %zu orders\n", last * kBatch, count);
    for (std::size_t quarter = 0; quarter <= 4; ++quarter)
        std::printf("memory   %.1f MiB after %zu orders\n", mib[last * quarter / 4], last * quarter / 4 * kBatch);
    std::printf("memory   %.1f bytes an order in the second half\n", slope);
    return {{"orders", last * kBatch}, {"resident_mib", mib[last]}, {"bytes_per_order", slope}};
}

/// Archive makes records like those of a host that issued for years: each certificate on a card and a key of its own.
class Archive {
public:
    Archive()
        : x_certificate(HostTest::old_certificate(HostTest::card_key("45"))),
          x_der(x_certificate.der()),
          x_spki(x_certificate.spki()) {
        const auto* id = X509_get0_subject_key_id(x_certificate.handle());
        x_key_id = Bytes(ASN1_STRING_get0_data(id), ASN1_STRING_get0_data(id) + ASN1_STRING_length(id));
    }
    CertificateRecord next() {
        CertificateRecord record;
        record.issuer = x_certificate.issuer_der();
        record.serial = to_hex(x_rng.bytes(16));
        record.card_serial = to_hex(x_rng.bytes(8));
        record.der = x_der;
        // The holder's name and the key id, of which there are indexes; that its signature is no longer good is of no
        // account to a store.
        replace(record.der, as_bytes("0A1B2C3D"), as_bytes(record.card_serial.substr(0, 8)));
        replace(record.der, x_key_id, x_rng.bytes(x_key_id.size()));
        record.spki = x_spki;
        replace(record.spki, ByteView(x_spki).subspan(x_spki.size() - 16), x_rng.bytes(16));
        record.key = "45";
        record.active = true;
        return record;
    }

private:
    static void replace(Bytes& all, ByteView old, ByteView with) {
        const auto at = std::search(all.begin(), all.end(), old.begin(), old.end());
        if (at == all.end()) std::abort();
        std::copy(with.begin(), with.end(), at);
    }
    x509::Certificate x_certificate;
    Bytes x_der, x_spki, x_key_id;
    SeededRng x_rng{1, "certificates"};
};

/// fill stores so many certificates, a tenth of them revoked; gives one of each batch, and what the last batch cost of
/// the first.
std::pair<std::vector<CertificateRecord>, double> fill(SqliteStore& store, std::size_t count) {
    Archive archive;
    std::vector<CertificateRecord> some;
    double first = 0, last = 0;
    constexpr std::size_t kBatch = 10000;
    for (std::size_t done = 0; done < count; done += kBatch) {
        const double start = cpu_seconds();
        auto open = std::move(store.begin()).value();
        for (std::size_t i = 0; i < kBatch; ++i) {
            const auto record = archive.next();
            if (!open->put_certificate(record)) std::abort();
            if (i % 10 == 9 && !open->put_revocation({record.issuer, record.serial, 4, {}})) std::abort();
            if (i == 0) some.push_back(record);
        }
        if (!open->commit()) std::abort();
        last = cpu_seconds() - start;
        if (done == 0) first = last;
    }
    return {some, last / first};
}

/// search_ms gives the median of one search's wall time, so that a busy machine's pauses don't count.
template <class Member>
double search_ms(SqliteStore& store, const std::vector<CertificateRecord>& some,
                 std::string CertificateSearch::*searched, Member member) {
    auto open = std::move(store.begin()).value();
    std::vector<double> spent;
    for (const auto& one : some) {
        CertificateSearch wanted;
        wanted.*searched = one.*member;
        const auto start = std::chrono::steady_clock::now();
        if (open->search(wanted)->hits != 1) std::abort();
        const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
        spent.push_back(wall.count());
    }
    const auto middle = spent.begin() + static_cast<std::ptrdiff_t>(spent.size() / 2);
    std::nth_element(spent.begin(), middle, spent.end());
    return *middle;
}

/// measure_database issues with an empty database and with a full one, and searches the full one.
json measure_database(std::size_t count, const std::filesystem::path& file) {
    Orders orders(ossl::KeyType::ec_p256, file);
    const auto issue = [&] {
        Cost least;
        for (int round = 0; round < 5; ++round)
            least.keep_least(cost_of(orders.make(256), 1, [&](const Bytes& m, std::size_t) { return orders.send(m); }));
        return least;
    };
    const auto empty = issue();
    const auto [some, growth] = fill(orders.store(), count);
    const auto full = issue();
    const double by_serial = search_ms(orders.store(), some, &CertificateSearch::serial, &CertificateRecord::serial);
    const double by_card =
        search_ms(orders.store(), some, &CertificateSearch::card_serial, &CertificateRecord::card_serial);
    std::printf(
        "%zu certificates: by serial number %.3f ms, by card %.3f ms; storing the last 10000 took %.2f of the first\n",
        count, by_serial, by_card, growth);
    std::printf("issuing  %.0f us CPU with an empty database, %.0f us with the full one: %.2f\n", empty.cpu * 1e6,
                full.cpu * 1e6, full.cpu / empty.cpu);
    return {{"certificates", count},
            {"by_serial_ms", by_serial},
            {"by_card_ms", by_card},
            {"last_of_first", growth},
            {"issuing_full_of_empty", full.cpu / empty.cpu}};
}

/// Options: --quick for small numbers; --check judges by the thresholds; --json FILE; --orders N of the memory run;
/// --only orders, database or memory leaves the other measurements out, and lets memory take an hour.
struct Options {
    bool quick = false, check = false;
    std::string json_file, only;
    std::size_t memory_orders = 200000;
};

std::optional<Options> read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--quick")
            options.quick = true;
        else if (word == "--check")
            options.check = true;
        else if (word == "--json" && i + 1 < argc)
            options.json_file = argv[++i];
        else if (word == "--only" && i + 1 < argc)
            options.only = argv[++i];
        else if (word == "--orders" && i + 1 < argc)
            options.memory_orders = std::strtoul(argv[++i], nullptr, 10);
        else
            return std::nullopt;
    }
    return options;
}

/// misses counts the thresholds that the figures miss.
int misses(const json& figures) {
    int count = 0;
    const auto judge = [&](bool good, const char* what) {
        if (good) return;
        std::fprintf(stderr, "missed: %s\n", what);
        ++count;
    };
    for (const auto* type : {"ec-p256", "rsa-2048"}) {
        if (!figures.contains(type)) continue;
        judge(figures.at(type).at("ratio").get<double>() >= 0.7, "floor/order at least 0.7");
        judge(figures.at(type).at("growth").at("64").get<double>() <= 1.1,
              "CPU of an order with 64 RAs at most 1.10 of one's");
    }
    if (figures.contains("memory"))
        judge(figures.at("memory").at("bytes_per_order").get<double>() <= 64,
              "resident memory at most 64 bytes an order");
    if (figures.contains("database")) {
        const auto& database = figures.at("database");
        judge(database.at("by_serial_ms").get<double>() <= 5, "search by serial number in 5 ms");
        judge(database.at("by_card_ms").get<double>() <= 5, "search by card in 5 ms");
        judge(database.at("issuing_full_of_empty").get<double>() <= 1.2, "issuing with a full database at most 1.2");
    }
    return count;
}

}  // namespace
}  // namespace rakit::cm::test

int main(int argc, char** argv) {
    using namespace rakit;
    using namespace rakit::cm::test;
    const auto options = read_options(argc, argv);
    if (!options) {
        std::fprintf(stderr,
                     "rakit_cm_bench [--quick] [--check] [--json FILE] [--orders N] [--only orders|database|memory]\n");
        return 2;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    auto folder = TemporaryFolder::make(std::filesystem::temp_directory_path(), "rakit-cm-bench");
    if (!folder) return 2;
    std::printf("CPU time of the whole process, least of five rounds; wall time includes the wait for fsync\n");
    json figures;
    const auto wanted = [&](const char* what) { return options->only.empty() || options->only == what; };
    const std::size_t orders = options->quick ? 64 : 192;
    for (const auto type : {ossl::KeyType::ec_p256, ossl::KeyType::rsa2048}) {
        const std::string name(ossl::name(type));
        if (wanted("orders")) figures[name] = measure_orders(type, orders, folder->path() / (name + ".sqlite"));
    }
    if (wanted("database")) {
        figures["database"] = measure_database(options->quick ? 20000 : 1000000, folder->path() / "many.sqlite");
        std::filesystem::remove(folder->path() / "many.sqlite");
    }
    if (wanted("memory") && !options->quick)
        figures["memory"] =
            measure_memory(options->memory_orders, std::chrono::seconds(options->only.empty() ? 300 : 3600),
                           folder->path() / "memory.sqlite");
    if (!options->json_file.empty()) std::ofstream(options->json_file) << figures.dump(2) << '\n';
    return options->check && misses(figures) > 0 ? 1 : 0;
}
