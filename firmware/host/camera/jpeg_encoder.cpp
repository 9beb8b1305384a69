#include "jpeg_encoder.hpp"

#include <cstddef>
#include <cstdio>

// Behind <cstdio>: it needs FILE.
// clang-format off
#include <jpeglib.h>
// clang-format on

namespace peerlens {

// Colours at half the width, as the sensors of these cameras have them.
std::string_view JpegEncoder::encode(const Image& image, int quality) {
    // More than any JPEG of that size needs, so that libjpeg never takes a buffer of its own.
    bytes_.resize(static_cast<std::size_t>(image.width() * image.height()) * 4 + 65'536);
    jpeg_compress_struct compress{};
    jpeg_error_mgr errors{};
    compress.err = jpeg_std_error(&errors);  // ends the program: only memory can be missing
    jpeg_create_compress(&compress);
    unsigned char* out = bytes_.data();
    unsigned long size = bytes_.size();
    jpeg_mem_dest(&compress, &out, &size);
    compress.image_width = static_cast<JDIMENSION>(image.width());
    compress.image_height = static_cast<JDIMENSION>(image.height());
    compress.input_components = 3;
    compress.in_color_space = JCS_RGB;
    jpeg_set_defaults(&compress);
    jpeg_set_quality(&compress, quality, TRUE);
    compress.comp_info[0].h_samp_factor = 2;
    compress.comp_info[0].v_samp_factor = 1;
    compress.dct_method = JDCT_FASTEST;
    jpeg_start_compress(&compress, TRUE);
    while (compress.next_scanline < compress.image_height) {
        auto* row = const_cast<JSAMPROW>(image.row(static_cast<int>(compress.next_scanline)));
        jpeg_write_scanlines(&compress, &row, 1);
    }
    jpeg_finish_compress(&compress);
    jpeg_destroy_compress(&compress);
    return {reinterpret_cast<const char*>(bytes_.data()), size};
}

}  // namespace peerlens
