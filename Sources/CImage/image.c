#include "CImage.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>
#include <png.h>

int ingot_image_is_jpeg(const uint8_t *bytes, size_t count) {
  return count >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
}

int ingot_image_is_png(const uint8_t *bytes, size_t count) { return count >= 8 && png_sig_cmp(bytes, 0, 8) == 0; }

static int fail(struct ingot_image *image, const char *message) {
  snprintf(image->message, sizeof image->message, "%s", message);
  free(image->pixels);
  image->pixels = NULL;
  return -1;
}

// Takes memory for an image whose sizes are positive.
static int allocate(struct ingot_image *image, int64_t width, int64_t height, int64_t pixel_limit) {
  if (width <= 0 || height <= 0) {
    snprintf(image->message, sizeof image->message, "its size is %lld x %lld", (long long)width, (long long)height);
    return -1;
  }
  if (width > pixel_limit / height) {
    snprintf(image->message, sizeof image->message, "%lld x %lld pixels are more than the limit of %lld", (long long)width,
             (long long)height, (long long)pixel_limit);
    return -1;
  }
  image->width = width;
  image->height = height;
  image->pixels = malloc((size_t)width * (size_t)height * 3);
  if (!image->pixels) {
    snprintf(image->message, sizeof image->message, "there is no memory for %lld x %lld pixels", (long long)width,
             (long long)height);
    return -1;
  }
  return 0;
}

// JPEG

struct jpeg_state {
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

static void jpeg_leave(j_common_ptr info) {
  struct jpeg_state *state = (struct jpeg_state *)info->err;
  info->err->format_message(info, state->message);
  longjmp(state->escape, 1);
}

// Data that ends early is a warning to the library, which makes up the rest.
static void jpeg_warn(j_common_ptr info, int level) {
  int code = info->err->msg_code;
  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_TOO_MUCH_DATA)) jpeg_leave(info);
}

// A progressive file may have scans without end, each of which is a pass over all pixels.
static void jpeg_count_scans(j_common_ptr info) {
  struct jpeg_state *state = (struct jpeg_state *)info->err;
  if (info->is_decompressor && ((j_decompress_ptr)info)->input_scan_number > 200) {
    snprintf(state->message, sizeof state->message, "it has more than 200 scans");
    longjmp(state->escape, 1);
  }
}

static int decode_jpeg(const uint8_t *bytes, size_t count, int64_t pixel_limit, struct ingot_image *image) {
  struct jpeg_decompress_struct info;
  struct jpeg_state state;
  memset(&info, 0, sizeof info);
  memset(&state, 0, sizeof state);
  info.err = jpeg_std_error(&state.errors);
  state.errors.error_exit = jpeg_leave;
  state.errors.emit_message = jpeg_warn;
  state.progress.progress_monitor = jpeg_count_scans;
  if (setjmp(state.escape)) {
    jpeg_destroy_decompress(&info);
    return fail(image, state.message);
  }
  jpeg_create_decompress(&info);
  info.progress = &state.progress;
  info.mem->max_memory_to_use = 1L << 30;
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  if (info.num_components == 4) {
    jpeg_destroy_decompress(&info);
    return fail(image, "it is CMYK, whose colors depend on a profile; convert it to RGB");
  }
  info.out_color_space = JCS_RGB;
  info.dct_method = JDCT_ISLOW;
  if (allocate(image, info.image_width, info.image_height, pixel_limit)) {
    jpeg_destroy_decompress(&info);
    return -1;
  }
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = image->pixels + (size_t)info.output_scanline * (size_t)info.output_width * 3;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return 0;
}

// PNG

struct png_input {
  const uint8_t *bytes;
  size_t left;
  jmp_buf escape;
  char message[INGOT_IMAGE_MESSAGE_SIZE];
};

static void png_take(png_structp png, png_bytep out, size_t count) {
  struct png_input *input = png_get_io_ptr(png);
  if (count > input->left) png_error(png, "the file ends early");
  memcpy(out, input->bytes, count);
  input->bytes += count;
  input->left -= count;
}

static void png_leave(png_structp png, png_const_charp message) {
  struct png_input *input = png_get_error_ptr(png);
  snprintf(input->message, sizeof input->message, "%s", message);
  longjmp(input->escape, 1);
}

static void png_ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static int decode_png(const uint8_t *bytes, size_t count, int64_t pixel_limit, struct ingot_image *image) {
  struct png_input input = {.bytes = bytes, .left = count};
  // Set between setjmp and longjmp, so they are volatile.
  png_structp volatile png = NULL;
  png_infop volatile info = NULL;
  png_bytep *volatile rows = NULL;
  if (setjmp(input.escape)) {
    png_structp made = png;
    png_infop made_info = info;
    png_destroy_read_struct(&made, &made_info, NULL);
    free((void *)rows);
    return fail(image, input.message);
  }
  png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &input, png_leave, png_ignore);
  if (!png) return fail(image, "there is no memory to read it");
  info = png_create_info_struct(png);
  if (!info) png_error(png, "there is no memory to read it");
  png_set_read_fn(png, &input, png_take);
  png_set_user_limits(png, 1 << 20, 1 << 20);
  png_set_chunk_malloc_max(png, 8 << 20);
  png_set_chunk_cache_max(png, 64);
  png_read_info(png, info);
  if (allocate(image, png_get_image_width(png, info), png_get_image_height(png, info), pixel_limit))
    png_error(png, image->message);
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t width = (size_t)image->width * 3;
  if (png_get_rowbytes(png, info) != width) png_error(png, "it is not a picture of red, green and blue");
  rows = malloc((size_t)image->height * sizeof *rows);
  if (!rows) png_error(png, "there is no memory to read it");
  for (int64_t row = 0; row < image->height; row++) rows[row] = image->pixels + (size_t)row * width;
  png_read_image(png, rows);
  png_read_end(png, NULL);
  png_structp made = png;
  png_infop made_info = info;
  png_destroy_read_struct(&made, &made_info, NULL);
  free((void *)rows);
  return 0;
}

int ingot_image_decode(const uint8_t *bytes, size_t count, int64_t pixel_limit, struct ingot_image *image) {
  memset(image, 0, sizeof *image);
  if (ingot_image_is_jpeg(bytes, count)) return decode_jpeg(bytes, count, pixel_limit, image);
  if (ingot_image_is_png(bytes, count)) return decode_png(bytes, count, pixel_limit, image);
  return fail(image, "it is neither a JPEG nor a PNG file");
}
