// JPEG and PNG files in memory as 8-bit pixels. Both libraries leave a failure by longjmp, which Swift must never see:
// it ends here.

#ifndef INGOT_CIMAGE_H
#define INGOT_CIMAGE_H

#include <stddef.h>
#include <stdint.h>

#define INGOT_IMAGE_MESSAGE_SIZE 200

struct ingot_image {
  int64_t width;
  int64_t height;
  // Red, green and blue of each pixel, row by row; free() it.
  uint8_t *pixels;
  // Why there are no pixels, where the result is not 0.
  char message[INGOT_IMAGE_MESSAGE_SIZE];
};

// What a file claims to be, by its first bytes: neither is a promise.
int ingot_image_is_jpeg(const uint8_t *bytes, size_t count);
int ingot_image_is_png(const uint8_t *bytes, size_t count);

// Returns 0 and an image, or -1 and a message. An image with more pixels than the limit is refused before memory is
// taken for it, one that ends early is an error and no gray area. Alpha is left out, not blended; 16 bits become 8;
// palettes and gray become red, green and blue; orientation tags are not followed.
int ingot_image_decode(const uint8_t *bytes, size_t count, int64_t pixel_limit, struct ingot_image *image);

#endif
