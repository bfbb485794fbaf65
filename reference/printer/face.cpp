#include "reference/printer/face.hpp"

#include <cairo.h>

#include <algorithm>
#include <memory>

namespace rakit::reference {
namespace {

constexpr std::size_t kLineOctets = FaceDots::kHeight / 8;
constexpr double kMargin = 60;
constexpr double kNameHeight = 72;
constexpr double kSmallHeight = 44;

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Pen = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

Surface surface() {
    return {cairo_image_surface_create(CAIRO_FORMAT_RGB24, FaceDots::kWidth, FaceDots::kHeight), cairo_surface_destroy};
}

void write_line(cairo_t* pen, const std::string& text, double height, double y) {
    cairo_set_font_size(pen, height);
    cairo_text_extents_t extents;
    cairo_text_extents(pen, text.c_str(), &extents);
    // A long name is made smaller until it fits.
    const double room = FaceDots::kWidth - 2 * kMargin;
    if (extents.x_advance > room) cairo_set_font_size(pen, height * room / extents.x_advance);
    cairo_move_to(pen, kMargin, y);
    cairo_show_text(pen, text.c_str());
}

cairo_status_t write_some(void* to, const unsigned char* octets, unsigned int size) {
    append(*static_cast<Bytes*>(to), {octets, size});
    return CAIRO_STATUS_SUCCESS;
}

}  // namespace

FaceDots draw_face(const FaceText& face) {
    const auto image = surface();
    const Pen pen(cairo_create(image.get()), cairo_destroy);
    cairo_set_source_rgb(pen.get(), 1, 1, 1);
    cairo_paint(pen.get());
    cairo_set_source_rgb(pen.get(), 0, 0, 0);
    cairo_select_font_face(pen.get(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    write_line(pen.get(), face.name, kNameHeight, FaceDots::kHeight - 3 * kMargin);
    cairo_select_font_face(pen.get(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    if (!face.validity.empty())
        write_line(pen.get(), "valid until " + face.validity, kSmallHeight, FaceDots::kHeight - 1.5 * kMargin);
    cairo_surface_flush(image.get());
    FaceDots dots;
    const unsigned char* data = cairo_image_surface_get_data(image.get());
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(image.get()));
    for (std::size_t y = 0; y < FaceDots::kHeight; ++y)
        for (std::size_t x = 0; x < FaceDots::kWidth; ++x)
            dots.black[y * FaceDots::kWidth + x] = data[y * stride + x * 4] < 0x80;
    return dots;
}

Bytes panel_lines(const FaceDots& dots) {
    Bytes lines(FaceDots::kWidth * kLineOctets, 0);
    for (std::size_t y = 0; y < FaceDots::kHeight; ++y)
        for (std::size_t x = 0; x < FaceDots::kWidth; ++x) {
            if (!dots.black[y * FaceDots::kWidth + x]) continue;
            const std::size_t dot = FaceDots::kHeight - 1 - y;
            lines[x * kLineOctets + dot / 8] |= static_cast<std::uint8_t>(0x80U >> (dot % 8));
        }
    return lines;
}

Bytes compressed(ByteView lines) {
    Bytes packed;
    for (std::size_t at = 0; at < lines.size(); at += kLineOctets) {
        const auto line = lines.subspan(at, kLineOctets);
        const auto all = [&](std::uint8_t value) {
            return std::all_of(line.begin(), line.end(), [&](auto octet) { return octet == value; });
        };
        if (all(0x00) || all(0xFF)) {
            packed.push_back(line[0]);
            continue;
        }
        std::size_t used = kLineOctets;
        while (line[used - 1] == 0) --used;
        packed.push_back(static_cast<std::uint8_t>(used));
        append(packed, line.first(used));
    }
    return packed;
}

Bytes to_png(const FaceDots& dots) {
    const auto image = surface();
    unsigned char* data = cairo_image_surface_get_data(image.get());
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(image.get()));
    for (std::size_t y = 0; y < FaceDots::kHeight; ++y)
        for (std::size_t x = 0; x < FaceDots::kWidth; ++x)
            std::fill_n(data + y * stride + x * 4, 4, dots.black[y * FaceDots::kWidth + x] ? 0x00 : 0xFF);
    cairo_surface_mark_dirty(image.get());
    Bytes png;
    cairo_surface_write_to_png_stream(image.get(), write_some, &png);
    return png;
}

}  // namespace rakit::reference
