#include "virtual_cards/printer/picture.hpp"

#include <cairo.h>

#include <algorithm>
#include <memory>

#include "common/base/file.hpp"

namespace rakit::printer {
namespace {

struct Destroy {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, Destroy>;

cairo_status_t read_some(void* from, unsigned char* to, unsigned int size) {
    auto& rest = *static_cast<ByteView*>(from);
    if (rest.size() < size) return CAIRO_STATUS_READ_ERROR;
    std::copy_n(rest.begin(), size, to);
    rest = rest.subspan(size);
    return CAIRO_STATUS_SUCCESS;
}

cairo_status_t write_some(void* to, const unsigned char* octets, unsigned int size) {
    append(*static_cast<Bytes*>(to), {octets, size});
    return CAIRO_STATUS_SUCCESS;
}

Surface blank() { return Surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, Picture::kWidth, Picture::kHeight)); }

/// drawn_on_white gives a surface's dots over a white card.
std::optional<Picture> drawn_on_white(cairo_surface_t* image) {
    const auto white = blank();
    const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> pen(cairo_create(white.get()), cairo_destroy);
    cairo_set_source_rgb(pen.get(), 1, 1, 1);
    cairo_paint(pen.get());
    cairo_set_source_surface(pen.get(), image, 0, 0);
    cairo_paint(pen.get());
    cairo_surface_flush(white.get());
    Picture picture;
    const unsigned char* data = cairo_image_surface_get_data(white.get());
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(white.get()));
    for (std::size_t y = 0; y < Picture::kHeight; ++y)
        for (std::size_t x = 0; x < Picture::kWidth; ++x)
            for (std::size_t part = 0; part < 3; ++part)  // cairo has blue first on this machine's octet order
                picture.rgb[(y * Picture::kWidth + x) * 3 + part] = data[y * stride + x * 4 + 2 - part];
    return picture;
}

std::uint32_t little(ByteView octets, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8U | octets[at + i];
    return value;
}

/// from_bmp reads the plain kind: one header of 40 octets, 24 bits a dot, not compressed, bottom line first.
std::optional<Picture> from_bmp(ByteView octets) {
    constexpr std::size_t kHeaders = 54;
    constexpr std::size_t kLine = Picture::kWidth * 3;  // a multiple of four
    if (octets.size() < kHeaders || octets[0] != 'B' || octets[1] != 'M') return std::nullopt;
    const std::size_t offset = little(octets, 10, 4);
    const bool plain = little(octets, 18, 4) == Picture::kWidth && little(octets, 22, 4) == Picture::kHeight &&
                       little(octets, 28, 2) == 24 && little(octets, 30, 4) == 0;
    if (!plain || offset > octets.size() || octets.size() - offset < kLine * Picture::kHeight) return std::nullopt;
    Picture picture;
    for (std::size_t y = 0; y < Picture::kHeight; ++y)
        for (std::size_t at = 0; at < kLine; ++at)
            picture.rgb[(Picture::kHeight - 1 - y) * kLine + at] =
                octets[offset + y * kLine + at - at % 3 + 2 - at % 3];
    return picture;
}

}  // namespace

std::optional<Picture> picture_of(ByteView octets) {
    if (octets.size() > 1 && octets[0] == 'B') return from_bmp(octets);
    const Surface image(cairo_image_surface_create_from_png_stream(read_some, &octets));
    if (cairo_surface_status(image.get()) != CAIRO_STATUS_SUCCESS) return std::nullopt;
    if (cairo_image_surface_get_width(image.get()) != Picture::kWidth ||
        cairo_image_surface_get_height(image.get()) != Picture::kHeight)
        return std::nullopt;
    return drawn_on_white(image.get());
}

void overlay(Picture& under, const Picture& over) {
    std::transform(under.rgb.begin(), under.rgb.end(), over.rgb.begin(), under.rgb.begin(),
                   [](auto one, auto other) { return std::min(one, other); });
}

Result<void> write_png(const Picture& picture, const std::filesystem::path& file) {
    const auto image = blank();
    unsigned char* data = cairo_image_surface_get_data(image.get());
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(image.get()));
    for (std::size_t y = 0; y < Picture::kHeight; ++y)
        for (std::size_t x = 0; x < Picture::kWidth; ++x)
            for (std::size_t part = 0; part < 3; ++part)
                data[y * stride + x * 4 + 2 - part] = picture.rgb[(y * Picture::kWidth + x) * 3 + part];
    cairo_surface_mark_dirty(image.get());
    Bytes png;
    if (cairo_surface_write_to_png_stream(image.get(), write_some, &png) != CAIRO_STATUS_SUCCESS)
        return fail(ErrorCode::file_unwritable, "the picture can't be encoded", file.string());
    return write_file_atomically(file, png);
}

}  // namespace rakit::printer
