// Images against Pillow 12.0 and OpenCV 5.0: hashes of what they make of the same bytes, written by the script in the comment.
//
//   def picture(w, h): x = 12345; each byte: x = x * 6364136223846793005 + 1442695040888963407 (mod 2^64), then x >> 56
//   Image.fromarray(picture(48, 36)).resize(size, FILTER), cv2.resize(picture(48, 36), size, interpolation=MODE)
//   y, x = numpy.mgrid[0:18, 0:23]; files of [x*11 % 256, (y*13+x) % 256, x*y % 256], read with Image.open(f).convert("RGB")

import Foundation
import IngotCore
import Testing

@testable import IngotCalibration

struct ResizeCase: CustomTestStringConvertible, Sendable {
  var name: String
  /// One for each of `resizedSizes`.
  var hashes: [UInt64]
  var testDescription: String { name }
}

struct ImageCase: CustomTestStringConvertible, Sendable {
  var name: String
  var hash: UInt64
  var base64: String
  var testDescription: String { name }
  var bytes: [UInt8] { Data(base64Encoded: base64).map { [UInt8]($0) } ?? [] }
}

private let resizedSizes = [(16, 12), (24, 18), (17, 11), (31, 50), (97, 71), (48, 9), (5, 36)]

private let resizeCases: [ResizeCase] = [
  ResizeCase(
    name: "pillow-nearest",
    hashes: [
      0x68738a5422a79c50, 0xf953428a3573f0a9, 0x09c00c9fbf7a6244, 0x3f73a5516d60b069, 0xe6a6807efec6d454,
      0x29713fb67b97fb0c, 0x233f5eb28a7be9dc,
    ]),
  ResizeCase(
    name: "pillow-box",
    hashes: [
      0x496354abfdaaaf02, 0x3d4249661f7e6620, 0x2228307888c8577d, 0x8b11ded2ee72900b, 0x532871f36f077f47,
      0x60471e4c46f48df8, 0xd8f12b0fe0a28e59,
    ]),
  ResizeCase(
    name: "pillow-bilinear",
    hashes: [
      0x33d76a02c290e9e9, 0x1d260b794434d998, 0xf80853fc1f649f2c, 0xb023c67283c4360e, 0xe64a766e1ed59c1b,
      0x41631344883d05e9, 0xdd75c0373629d001,
    ]),
  ResizeCase(
    name: "pillow-hamming",
    hashes: [
      0xa0f9baa4d129e90d, 0xce2bf83214eafe64, 0xdaa3df3629396dc5, 0xdfa4fec17c38ca63, 0xd095699a5cb48fa2,
      0x5be6e2f61ba5459d, 0x250fe65b41a76156,
    ]),
  ResizeCase(
    name: "pillow-bicubic",
    hashes: [
      0x6de5c1742d4c9138, 0x36fdf41433ce38d4, 0x61733ede29a2220e, 0x5fee298128b228ea, 0x47a94d232e7626e5,
      0x561dfb1ba325afb5, 0x4b458f59b0b96d94,
    ]),
  ResizeCase(
    name: "pillow-lanczos",
    hashes: [
      0x66431658dac0b306, 0x0e49e0fa3d48ae1d, 0xb189405b46770924, 0x06ae47bf6283237e, 0xc35b336bbb46b665,
      0x12fbbd462de9d54d, 0x8239d3a2773d4e79,
    ]),
  ResizeCase(
    name: "opencv-nearest",
    hashes: [
      0xfcca024110083f8f, 0xffb5ec2d0fc018e7, 0xc600834ebd78f1a8, 0xa863e8128529b34a, 0x494967e055c3834d,
      0x5fc562b1819b1d77, 0x0586403d28602851,
    ]),
  ResizeCase(
    name: "opencv-linear",
    hashes: [
      0x68738a5422a79c50, 0xc4e7ce9554389a0d, 0x9137f3ef184da923, 0xbb6df5df7f6a43b3, 0x9d7da13d5fce3382,
      0x7c68c9cca7f30c27, 0xdac8b31a0876553d,
    ]),
  ResizeCase(
    name: "opencv-area",
    hashes: [
      0xa4ffb626d60049c7, 0xc4e7ce9554389a0d, 0x10d6652dfad4fc58, 0x36daca09c2ab1154, 0xb7a4f32215fa4766,
      0xaf071d09afb65138, 0x2515770865f156f6,
    ]),
]

let imageCases: [ImageCase] = [
  ImageCase(
    name: "jpeg", hash: 0x22974a8d2010832a,
    base64: """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAUDBAQEAwUEBAQFBQUGBwwIBwcHBw8LCwkMEQ8SEhEPERETFhwXExQaFRERGCEYGh0dHx8fExciJC\
      IeJBweHx7/2wBDAQUFBQcGBw4ICA4eFBEUHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh7/wAARCAAS\
      ABcDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhBy\
      JxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKT\
      lJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAA\
      AAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRom\
      JygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExc\
      bHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD510Xw3nb+7/Su30Xwtnb+7/Suw8P+Gs7f3f6V6F4f8LZ2/u/0\
      r57CVPrxx8PcWctveOC0fwllR+67elFe5WGhxWwCeSZJMZ2jt9TRWOLr5JhKrpYislNbpKUreV4pq/luj9lwPFlSVFNP8TjfDiJ8vyr+VeleHE\
      T5PkX8qKKnhP7J/IeSdDa8PomwfIvT0ooor8yy/wDgRP3HC/w0f//Z
      """),
  ImageCase(
    name: "progressive", hash: 0x89a4a6ca8b642d4c,
    base64: """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYV\
      pQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAS\
      ABcDASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAAQFA//EABkBAAIDAQAAAAAAAAAAAAAAAAEFAgMEBv/aAAwDAQACEAMQAAABxK6baY\
      xtYGUtwOd7DE0//8QAGBABAQEBAQAAAAAAAAAAAAAAAgADARH/2gAIAQEAAQUCIjnHOIjncPkIRv/EABoRAAICAwAAAAAAAAAAAAAAAAACAwQB\
      ETH/2gAIAQMBAT8BhsC2M6IheH//xAAbEQADAAIDAAAAAAAAAAAAAAAAAQIDBBEiMf/aAAgBAgEBPwGexTxS+GzXI8P/xAAUEAEAAAAAAAAAAA\
      AAAAAAAAAw/9oACAEBAAY/Ah//xAAaEAACAgMAAAAAAAAAAAAAAAAAYQEQICFB/9oACAEBAAE/IRQJrUQ8bwP/2gAMAwEAAgADAAAAEIMPwf/E\
      ABgRAAIDAAAAAAAAAAAAAAAAAAABEBFB/9oACAEDAQE/EKNHEkf/xAAZEQADAAMAAAAAAAAAAAAAAAAAATFBcbH/2gAIAQIBAT8QY0C03xGBE/\
      /EABkQAAMBAQEAAAAAAAAAAAAAAAABITERUf/aAAgBAQABPxDOHbggM4ZCZXgRSIRSIVcxH//Z
      """),
  ImageCase(
    name: "grayJPEG", hash: 0xcafca740419e5a4b,
    base64: """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PT\
      gyPC4zNDL/wAALCAASABcBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIh\
      MUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhI\
      WGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APKb\
      LR84+WuistEzj5a6Gz0HI+5TNP0fOPlrqdP0TOPlrooNMSH5fL3NjoO1c/pqrxwPyrrtNVfl4H5Vo6eq7fuj8q//2Q==
      """),
  ImageCase(
    name: "png", hash: 0x9c9cde1df6f878b7,
    base64: """
      iVBORw0KGgoAAAANSUhEUgAAABcAAAASCAIAAAA/hdJEAAAAbUlEQVR4nKXMSQ6AIBAF0d/Oimg7xPsf1YWRGBVomuQtalUEwFCuChYgyuQuRY\
      7npVR7XSqd76VW+L00qXyXNkng0smFL71Q9DJISC4mSngZw+QX63ckXaaP/YrUy/ywuVZcGMSg9Q4Gse6yvJwf4w2sTvnSQQAAAABJRU5ErkJg\
      gg==
      """),
  ImageCase(
    name: "palette", hash: 0x66468b6bd14130ba,
    base64: """
      iVBORw0KGgoAAAANSUhEUgAAABcAAAASBAMAAABCyVggAAAAMFBMVEXB5Gi4xaO8prm8h5pezIEczCdWk1MXlhjQXGmLXk7RJx2IIxYuaB81SR\
      gwKgwuDAJpCuD+AAAAfElEQVR4nE3OOwrCQBgE4M9lPZHnFezTeARrQfAEYWub/SuRGHctkqDTzQzz2HXMF3p4JisCWQ+fVcjVD5keTSs9vLJK\
      GhcnVcxbQWUteJ8zHA+mAWlgcnOiRzbsH1ypZCaUHljujC1QEkVbFMnYW3EPbRkvoGwZjP4IfAH5XjmBdE7W+wAAAABJRU5ErkJggg==
      """),
  ImageCase(
    name: "alpha", hash: 0x9c9cde1df6f878b7,
    base64: """
      iVBORw0KGgoAAAANSUhEUgAAABcAAAASCAYAAACw50UTAAAAcElEQVR4nLXMSQ6AIBBE0UJRVJw13v+oLjQGCWgDzeIlVZsvAEALqBwkBgBCZG\
      HEC3ZWvGTliEs2nnjF4iNeJ/uJqySEeBONGG+jBMS7YIFxHSQi3pNFxgeCIyU+euzPToxPlu31GeLzbTX2hSm+OJ04JA5GpKp29QAAAABJRU5E\
      rkJggg==
      """),
  ImageCase(
    name: "gray", hash: 0x1dee1c8e2d7b99bb,
    base64: """
      iVBORw0KGgoAAAANSUhEUgAAABcAAAASCAAAAACVjBrPAAAAeElEQVR4nE2KURbEIAjEtq+TkXr/Q9pb7AdWAIQQvH6SdCuj5hXqcR8aEh8fEI\
      q9ogbH98oxkDhZEELs7dyRBikQjaRIUy1BkZBRqFEWtx/RhOuu2Pv3EpaGoZXBLE8FPrnHO42GjfE+GfM+NgpjpzG2lyflq82kP9egDMcdbMfl\
      AAAAAElFTkSuQmCC
      """),
]

/// FNV-1a.
private func hash(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

private func picture(_ width: Int, _ height: Int) -> Picture {
  var state: UInt64 = 12345
  return Picture(
    width: width, height: height,
    pixels: (0..<width * height * 3).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    })
}

@Suite struct ImageTests {
  @Test(arguments: resizeCases) func sizesChangeToTheBitAsInTheLibrary(test: ResizeCase) throws {
    let filter = try #require(ResizeFilter(rawValue: test.name))
    for (size, expected) in zip(resizedSizes, test.hashes) {
      let result = picture(48, 36).resized(width: size.0, height: size.1, filter)
      #expect(hash(result.pixels) == expected, "\(size)")
    }
  }

  @Test func everyFilterIsCompared() {
    #expect(Set(resizeCases.map(\.name)) == Set(ResizeFilter.allCases.map(\.rawValue)))
  }

  @Test(arguments: imageCases) func filesAreReadToTheBitAsPillowReadsThem(test: ImageCase) throws {
    let result = try Picture(decoding: Bytes(test.bytes))
    #expect(result.width == 23 && result.height == 18)
    #expect(hash(result.pixels) == test.hash)
    if test.name == "png" { #expect(hash(result.gray.pixels) == 0xc7cd_1f16_70c3_011f) }
  }

  /// Every beginning of a file is an error; none is a picture, and none stops the process.
  @Test(arguments: imageCases) func filesThatEndEarlyAreErrors(test: ImageCase) {
    let bytes = test.bytes
    for count in 0..<bytes.count - 14 where count % 3 == 0 || count < 64 {
      #expect(throws: ArrayProblem.self, "\(count) bytes") { try Picture(decoding: Bytes(Array(bytes[0..<count]))) }
    }
  }

  /// A picture or an error, whatever a byte becomes.
  @Test(arguments: imageCases) func damagedFilesStopNothing(test: ImageCase) {
    var state: UInt64 = 1
    for _ in 0..<400 {
      var bytes = test.bytes
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 20)
      }
      _ = try? Picture(decoding: Bytes(bytes))
    }
  }

  @Test func claimsOfAbsurdSizesAreRefusedBeforeMemoryIsTaken() throws {
    var png = try #require(imageCases.first { $0.name == "png" }).bytes
    png.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
    png.replaceSubrange(29..<33, with: [0x29, 0xf4, 0x74, 0x58])
    let error = #expect(throws: ArrayProblem.self) { try Picture(decoding: Bytes(png)) }
    #expect(error?.problem.hasPrefix("the image cannot be read: ") ?? false)
    var jpeg = try #require(imageCases.first { $0.name == "jpeg" }).bytes
    let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xc0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xff, 0xdc, 0xff, 0xdc])
    let bomb = #expect(throws: ArrayProblem.self) { try Picture(decoding: Bytes(jpeg)) }
    #expect(bomb?.problem == "the image cannot be read: 65500 x 65500 pixels are more than the limit of 50000000")
    let other = #expect(throws: ArrayProblem.self) { try Picture(decoding: Bytes(Array("GIF89a".utf8))) }
    #expect(other?.problem == "the image cannot be read: it is neither a JPEG nor a PNG file")
  }
}
